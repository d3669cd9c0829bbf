package page

import (
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// held is what the demo's policies do to root, as a person reads them. A
// policy that is not here is one that somebody made up since.
type held struct {
	words    string
	restrict bool // root is denied, asked for MFA or held to a range
	tasks    bool // and left its few tasks at most
	trap     bool // the central audit is denied with it
}

var heldBy = map[string]held{
	"p-demodenyroot":  {"root is denied", true, true, false},
	"p-demorootmfa":   {"root must use MFA, and the audit cannot", true, false, true},
	"p-demorootrange": {"root is held to the office", true, false, false},
	"p-demoroottasks": {"root has its tasks alone", true, true, false},
}

func init() {
	oracle["organization-member"] = organizationMember
	oracle["root-scp"] = rootSCP
	oracle["root-allow-list"] = rootAllowList
}

// over is what stands over an account's root; the second is false where
// nothing can.
func over(org *cloud.Organization, a *cloud.Account) (h held, covered bool) {
	if org.Standalone || org.BillingOnly || a.ID == org.Management().ID {
		return held{}, false
	}
	for _, target := range slices.Concat([]string{cloud.RootID}, a.OUs, []string{a.ID.String()}) {
		for _, p := range org.PoliciesOn(target) {
			if by, known := heldBy[p.ID]; known {
				return by, true
			}
		}
	}
	return held{words: "nothing restricts root"}, true
}

func organizationMember(org *cloud.Organization, _ *cloud.Account, _ time.Time) (checks.Status, string) {
	switch {
	case org.Standalone:
		return checks.Fail, "in no organization"
	case org.BillingOnly:
		return checks.Fail, "only bills are shared"
	}
	return checks.Pass, "in an organization"
}

func rootSCP(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	h, covered := over(org, a)
	switch {
	case !covered && !org.Standalone && a.ID != org.Management().ID:
		return checks.Fail, "has no policies"
	case !covered:
		return checks.NotApplicable, "no policy can reach it"
	case h.restrict:
		return checks.Pass, h.words
	}
	return checks.Fail, h.words
}

func rootAllowList(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	h, covered := over(org, a)
	switch {
	case !covered || !h.restrict:
		return checks.NotApplicable, "nothing restricts root"
	case h.tasks:
		return checks.Pass, h.words
	}
	return checks.Fail, h.words
}

// auditBlocked reports whether the policies over a member deny the central audit.
func auditBlocked(org *cloud.Organization, a *cloud.Account) bool {
	h, _ := over(org, a)
	return h.trap && (a.State == "" || a.State == account.Active)
}
