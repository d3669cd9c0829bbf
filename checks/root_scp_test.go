package checks_test

import (
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// under judges a member under each hold by its name.
func under(name string, edits ...func(*checks.Organization)) []func(*checks.Organization) {
	for _, h := range holds {
		if h.name == name {
			return append([]func(*checks.Organization){func(o *checks.Organization) { *o = organized(h) }}, edits...)
		}
	}
	panic("there is no hold " + name)
}

func noPolicies(cause account.Cause) []func(*checks.Organization) {
	return []func(*checks.Organization){func(o *checks.Organization) {
		o.Policies = account.Missing[scp.Tree](account.Gap{Call: "organizations:ListPolicies", Cause: cause})
	}}
}

func TestRootSCP(t *testing.T) {
	const id = "root-scp"
	table := []judged{
		{name: "standalone", edits: role(account.Standalone), status: checks.NotApplicable, says: "in no organization"},
		{name: "management", edits: role(account.Management), status: checks.NotApplicable, says: "no service control policy ever reaches"},
		{name: "role not told", edits: role(account.RoleUnknown), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "only bills", whole: []func(*checks.Organization){billsAlone}, status: checks.Fail, says: "only consolidates bills"},
		{name: "the type is off", whole: []func(*checks.Organization){policiesOff}, status: checks.Fail, says: "not enabled"},
		{name: "policies denied", whole: noPolicies(account.Denied), status: checks.Unknown, says: "organizations:ListPolicies was denied", gap: "organizations:ListPolicies"},
		{name: "where the account hangs is not told", whole: under("denied, the audit spared", spoiled(func(t *scp.Tree) { t.Parents = nil })), status: checks.Unknown, says: "hangs in the organization", gap: "organizations:ListParents"},
		{name: "nothing but what AWS hangs there", whole: under("nothing"), status: checks.Fail, says: "No service control policy above the account"},
		{name: "denied", whole: under("denied, the audit spared"), status: checks.Pass, says: "it is denied, by policy p-held at ou-prod."},
		{name: "MFA", whole: under("MFA as in 2021"), status: checks.Pass, says: "it must use MFA in the console, by policy p-held at ou-prod."},
		{name: "a range", whole: under("a range"), status: checks.Pass, says: "it is held to a network, by policy p-held at ou-prod."},
		{name: "MFA that a key gets round", whole: under("MFA that keys get round"), status: checks.Fail, says: "stay allowed to root's access key."},
		{name: "its tasks alone", whole: under("its tasks alone"), status: checks.Pass, says: "it is denied all but billing, account details and an admin user, by policy p-held"},
		{name: "a part", whole: under("a part"), status: checks.Fail, says: "only in part: iam:CreateAccessKey"},
		{name: "implicitly denied", whole: under("nothing is allowed but S3"), status: checks.Fail, says: "only in part: s3:DeleteBucket, s3:PutBucketPolicy stay allowed"},
		{name: "an operator nobody knows", whole: under("an operator that nobody knows"), status: checks.Unknown, says: "p-held at ou-prod", gap: "organizations:DescribePolicy"},
		{name: "a key nobody knows", whole: under("nothing", spoiled(func(t *scp.Tree) {
			*t = t.With(scp.Policy{ID: "p-tag", Content: denies(everything, onRoot+`,"StringNotEquals":{"aws:ResourceTag/Team":"platform"}`)}, "ou-prod")
		})), status: checks.Unknown, says: "depends on aws:ResourceTag/Team", gap: "organizations:DescribePolicy"},
	}
	judgeTable(t, id, table)
}

// What peers get wrong about service control policies and root.
func TestRootSCPMistakesOfOthers(t *testing.T) {
	judgeTable(t, "root-scp", []judged{
		{name: "a policy that hangs nowhere passes", whole: under("nothing", spoiled(func(t *scp.Tree) {
			t.Policies["p-draft"] = scp.Policy{ID: "p-draft", Content: denies(everything, onRoot)}
		})), status: checks.Fail, says: "No service control policy above the account"},
		{name: "a policy on another unit passes", whole: under("a deny that hangs elsewhere"), status: checks.Fail},
		{name: "policies do not bind root: a member's they do", whole: under("denied, the audit too"), status: checks.Pass},
		{name: "policies do not bind root: in the management account that is so", edits: role(account.Management), whole: under("denied, the audit too"), status: checks.NotApplicable},
		{name: "a deny without a condition that spares everybody but root", whole: under("users and roles"), status: checks.Fail},
		{name: "StringEquals has no wildcards", whole: under("nothing", spoiled(func(t *scp.Tree) {
			*t = t.With(scp.Policy{ID: "p-equals", Content: denies(everything, `"StringEquals":{"aws:PrincipalArn":"arn:aws:iam::*:root"}`)}, "ou-prod")
		})), status: checks.Fail},
	})
}

// The account hangs where its own path says, if the tree does not know it.
func TestRootSCPGoesByTheAccountsPath(t *testing.T) {
	lost := spoiled(func(t *scp.Tree) { t.Parents = nil })
	hangs := func(path ...string) edit { return func(f *account.Facts) { f.Path = path } }
	judgeTable(t, "root-scp", []judged{
		{name: "under the policy", edits: hangs("r-1", "ou-prod"), whole: under("denied, the audit spared", lost), status: checks.Pass},
		{name: "beside it", edits: hangs("r-1", "ou-other"), whole: under("denied, the audit spared", lost), status: checks.Fail},
		{name: "under the root", edits: hangs("r-1"), whole: under("denied, the audit spared", lost), status: checks.Fail},
		{name: "in a unit made since", edits: hangs("r-1", "ou-new"), whole: under("denied, the audit spared", lost), status: checks.Unknown},
	})
}

// The deciding policy, statement and unit stand in the evidence, for each way
// to be root, beside everything that hangs above the account.
func TestRootSCPEvidence(t *testing.T) {
	f := find(t, checks.Run(checks.Case{Facts: healthy(), Organization: calm(), Policy: checks.DefaultPolicy()}), "root-scp")
	for name, want := range map[string]string{
		"root in the console without MFA":  "denied: statement Root of policy p-held (Root) at Production (ou-prod) denies it",
		"root's access key":                "denied: statement Root of policy p-held (Root) at Production (ou-prod) denies it",
		"AssumeRoot session":               "allowed: every level from the root to the account allows it, and nothing denies it",
		"policies on Production (ou-prod)": "p-FullAWSAccess, p-held",
		"policies on r-1":                  "p-FullAWSAccess",
	} {
		if got := value(f, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	office := find(t, checks.Run(checks.Case{Facts: healthy(), Organization: organized(holds[7]), Policy: checks.DefaultPolicy()}), "root-scp")
	if got := value(office, "root's access key"); !strings.HasPrefix(got, "conditional: ") || !strings.Contains(got, "(aws:SourceIp)") {
		t.Errorf("a range: %q", got)
	}
}

func TestRootAllowList(t *testing.T) {
	judgeTable(t, "root-allow-list", []judged{
		{name: "standalone", edits: role(account.Standalone), status: checks.NotApplicable},
		{name: "management", edits: role(account.Management), status: checks.NotApplicable},
		{name: "role not told", edits: role(account.RoleUnknown), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "the type is off", whole: []func(*checks.Organization){policiesOff}, status: checks.NotApplicable, says: "not enabled"},
		{name: "policies denied", whole: noPolicies(account.Denied), status: checks.Unknown, gap: "organizations:ListPolicies"},
		{name: "nothing restricts root", whole: under("nothing"), status: checks.NotApplicable, says: "none leaves it a list"},
		{name: "denied whole", whole: under("denied, the audit spared"), status: checks.Pass, says: "nothing at all"},
		{name: "its tasks alone", whole: under("its tasks alone"), status: checks.Pass, says: "and no more."},
		{name: "everything with MFA", whole: under("MFA, the audit spared"), status: checks.Fail, says: "to root in the console with MFA."},
		{name: "everything from the office", whole: under("a range"), status: checks.Fail, says: "iam:CreateAccessKey, iam:DeactivateMFADevice, iam:CreateVirtualMFADevice and 14 more"},
		{name: "a part", whole: under("a part"), status: checks.Fail},
		{name: "not decided at all", whole: under("an operator that nobody knows"), status: checks.Unknown, gap: "organizations:DescribePolicy"},
		{name: "denied for users, not decided for the rest", whole: under("its tasks alone", spoiled(func(t *scp.Tree) {
			t.Policies["p-FullAWSAccess"] = scp.Policy{ID: "p-FullAWSAccess", Content: "{}"}
		})), status: checks.Pass, says: "and no more."},
	})
}

func TestOrganizationMember(t *testing.T) {
	features := func(a account.Answer) func(*checks.Organization) {
		return func(o *checks.Organization) { o.AllFeatures = a }
	}
	judgeTable(t, "organization-member", []judged{
		{name: "a member", status: checks.Pass, says: "with all features"},
		{name: "the management account", edits: role(account.Management), status: checks.Pass},
		{name: "standalone: the certain failures of 2021", edits: role(account.Standalone), status: checks.Fail, says: "in no organization"},
		{name: "only bills", whole: []func(*checks.Organization){billsAlone}, status: checks.Fail, says: "only consolidates bills"},
		{name: "role not told", edits: role(account.RoleUnknown), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "features not told, and policies are in force", whole: []func(*checks.Organization){features(account.AnswerUnknown)}, status: checks.Pass},
		{name: "features not told, policies off", whole: []func(*checks.Organization){features(account.AnswerUnknown), policiesOff}, status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "nothing read", whole: []func(*checks.Organization){func(o *checks.Organization) { *o = organizationUnread(account.Throttled) }}, status: checks.Unknown, says: "was throttled", gap: "organizations:DescribeOrganization"},
	})
}
