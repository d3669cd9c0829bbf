package wire

import (
	"math/rand/v2"
	"slices"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// world is one organization of one kind.
type world struct {
	name string
	r    *rand.Rand
	org  *cloud.Organization
	all  []*drawn
	// central is what the management account's features deserve.
	central checks.Status
	// dark are the actions that go dark for all accounts together.
	dark    map[string]string
	faults  []cloud.Fault
	byID    bool // nobody listed the accounts: they are asked by their ids
	audit   bool // root sessions are opened
	covered bool // a budget of the payer's is over all, and tells too few
	side    bool // the caller is a member, with a role in the management account
	direct  int  // percent of the accounts that policies hang on themselves: where there are many, they are asked for otherwise
}

// kind is how an organization differs from an ordinary one.
type kind struct {
	name   string
	change func(*world)
}

var kinds = []kind{
	{"ordinary", func(*world) {}},
	{"root sessions", func(w *world) {
		w.audit, w.org.RootFeatures = true, []string{cloud.CentralCredentials, cloud.CentralSessions}
	}},
	{"a management role", func(w *world) { w.side = true }},
	{"the payer's budget over all", func(w *world) { w.covered = true }},
	{"consolidated billing", func(w *world) { w.org.BillingOnly = true }},
	{"no service control policies", func(w *world) { w.org.PoliciesOff = true }},
	{"no paths", func(w *world) { w.org.NoPaths = true }},
	{"no trusted access", func(w *world) { w.org.NoTrustedAccess, w.org.NoIAMAccess = true, true }},
	{"the old Status", func(w *world) { w.org.StatusOnly = true }},
	{"no list", func(w *world) { w.darken("organizations:ListAccounts", w.sureFault(), "Accounts") }},
	{"no list and no parents", func(w *world) {
		w.darken("organizations:ListAccounts", cloud.Fault{Kind: cloud.FaultDeny}, "")
		w.darken("organizations:ListParents", w.sureFault(), "Parents")
	}},
	{"no paths and no children", func(w *world) {
		w.org.NoPaths = true
		w.darken("organizations:ListAccountsForParent", w.sureFault(), "Accounts")
	}},
	{"the payer is dark", func(w *world) {
		for _, a := range []string{"budgets:ViewBudget", "cloudwatch:DescribeAlarms", "sns:GetTopicAttributes"} {
			f := w.sureFault()
			f.Account = w.org.Management().ID.String()
			w.darken(a, f, either(a == "budgets:ViewBudget", "BudgetType", either(a == "sns:GetTopicAttributes", "Attributes", "ActionsEnabled")))
		}
	}},
	dim("organizations", "DescribeOrganization", "FeatureSet"), dim("organizations", "ListRoots", "PolicyTypes"), dim("organizations", "ListOrganizationalUnitsForParent", "OrganizationalUnits"),
	dim("organizations", "ListPolicies", "Policies"), dim("organizations", "DescribePolicy", "Content"), dim("organizations", "ListTargetsForPolicy", "Targets"),
	dim("organizations", "ListPoliciesForTarget", "Policies"), dim("iam", "ListOrganizationsFeatures", "OrganizationId"),
	dim("ce", "GetAnomalySubscriptions", "AnomalySubscriptions"), dim("ce", "GetAnomalyMonitors", "AnomalyMonitors"), dim("sts", "AssumeRoot", "Credentials"),
}

// dim is an organization of which one answer cannot be had.
func dim(service, operation, field string) kind {
	return kind{"no " + operation, func(w *world) {
		if operation == "ListPoliciesForTarget" {
			w.direct = 2
		}
		if operation == "AssumeRoot" {
			w.audit, w.org.RootFeatures = true, []string{cloud.CentralCredentials, cloud.CentralSessions}
		}
		w.darken(service+":"+operation, w.sureFault(), field)
	}}
}

// newWorld draws an organization of n accounts.
func newWorld(k kind, seed uint64, stream, n int) *world {
	w := &world{name: k.name, r: rand.New(rand.NewPCG(seed, uint64(stream))), dark: map[string]string{}, org: cloud.LargeOrganization(now, n)}
	r := w.r
	w.direct = pick(r, 2, 15)
	w.org.RootFeatures = pick(r, nil, []string{cloud.CentralCredentials}, []string{cloud.CentralSessions}, []string{cloud.CentralCredentials, cloud.CentralSessions})
	w.org.Anomalies = []cloud.AnomalySubscription{
		{Name: "all of it", NoMonitor: true, Emails: []string{"finops@example.com"}},
		{Name: "some", Accounts: []account.ID{stranger}, Emails: []string{"finops@example.com"}},
	}
	slices.Reverse(w.org.Anomalies) // the one that is filled is the first
	for i := range w.org.Policies {
		w.org.Policies[i].Targets = slices.Clone(w.org.Policies[i].Targets)
	}
	k.change(w)
	w.central = either(len(w.org.RootFeatures) == 2 && !w.org.NoIAMAccess, good, bad)
	if w.org.NoIAMAccess {
		w.org.RootFeatures = nil // what cannot be used is not on
	}
	for _, a := range w.org.Accounts {
		d := drawAccount(w, a)
		drawState(w, d)
		w.all = append(w.all, d)
	}
	if w.side && n > 1 {
		w.all[1].State = account.Active
		w.org.CallerAccount, w.org.ManagementRole = w.org.Accounts[1].ID, "RootwatchManagement"
	}
	w.share()
	for i, d := range w.all {
		if own := w.side && i == 1; !own {
			w.blur(d)
		}
	}
	return w
}

// share gives some pairs of accounts one root address.
func (w *world) share() {
	for i := 2; i+1 < len(w.all); i += 9 {
		a, b := w.all[i], w.all[i+1]
		if a.want["root-email-dedicated"] == good && b.want["root-email-dedicated"] == good {
			old := b.Email
			b.Email = a.Email
			for _, c := range b.Contacts {
				if c.Email == old {
					c.Email = b.Email
				}
			}
			for _, id := range []string{"root-email-domain", "root-email-alive"} {
				b.want[id] = a.want[id]
			}
			a.want["root-email-dedicated"], b.want["root-email-dedicated"] = bad, bad
		}
	}
}

// darken keeps the whole organization from an answer; field is what may be
// left out of it.
func (w *world) darken(action string, f cloud.Fault, field string) {
	if f.Kind == cloud.FaultOmit {
		f.Field = field
	}
	service, operation := split(action)
	f.Service = service
	if f.Operation = operation; service == "budgets" {
		f.Operation = "DescribeBudgets"
	}
	w.faults = append(w.faults, f)
	w.dark[action] = f.Field + " " + string(f.Kind)
}
