package checks_test

import (
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// Mistakes seen in other tools, each as the case that it gets wrong. Those of
// the checks on root's credentials stand beside these checks, under names that
// end in MistakesOfOthers as well.

// Prowler's iam_user_administrator_access_policy goes by the policy's name and
// sees no group, its iam_administrator_access_with_mfa sees groups alone, and
// its organizations_delegated_administrators keeps the last one's verdict.
func TestAdminMistakesOfOthers(t *testing.T) {
	const named = ownAccount + "policy/AdministratorAccess"
	direct := has(awsAdmin, "", account.GrantAdmin)
	judgeTable(t, "admin-mfa", []judged{
		{name: "groups only: an admin by a policy of his own is not looked at", edits: userIs("own", nil, direct), status: checks.Fail},
		{name: "groups only: an admin by an inline policy is not looked at", edits: userIs("inline", nil, has("all", "", account.GrantAdmin)), status: checks.Fail},
		{name: "only the last admin decides", edits: both(userIs("first", nil, throughGroup), userIs("last", withMFA, throughGroup)), status: checks.Fail},
	})
	judgeTable(t, "admin-by-group", []judged{
		{name: "by the policy's name: the customer's own of another name is not looked at", edits: userIs("a", withMFA, has(ownAccount+"policy/ops", "", account.GrantAdmin)), status: checks.Fail},
		{name: "by the policy's name: the customer's own of that name that gives little", edits: userIs("a", withMFA, has(named, "", account.GrantOrdinary)), status: checks.Pass},
	})
	judgeTable(t, "admin-count", []judged{
		{name: "no count: too many admins are no finding", edits: adminsAre(9), status: checks.Fail},
		{name: "direct attachments only: admins through a group are not counted", edits: both(noRoles, adminsAre(2)), status: checks.Pass, says: "2 IAM users"},
	})
}

// Prowler's account_maintain_different_contact_details wants four telephone
// numbers that differ; Security Hub's Account.1 and Steampipe look at the
// security contact alone.
func TestFurtherContactMistakesOfOthers(t *testing.T) {
	desk := func(f *account.Facts) {
		for _, contact := range []*account.Fact[*account.AlternateContact]{&f.SecurityContact, &f.BillingContact, &f.OperationsContact} {
			c, _ := contact.Get()
			same := *c
			same.Phone = "+1 206 555 0100"
			*contact = account.Known(&same)
		}
	}
	judgeTable(t, "contact-phone", []judged{{name: "one desk's telephone for all contacts is failed", edits: desk, status: checks.Pass}})
	unset := func(of func(*account.Facts) *account.Fact[*account.AlternateContact]) edit {
		return func(f *account.Facts) { *of(f) = account.Known[*account.AlternateContact](nil) }
	}
	judgeTable(t, "contact-billing", []judged{{name: "the security contact alone is looked at: none for billing", status: checks.Fail,
		edits: unset(func(f *account.Facts) *account.Fact[*account.AlternateContact] { return &f.BillingContact })}})
	judgeTable(t, "contact-operations", []judged{{name: "the security contact alone is looked at: none for operations", status: checks.Fail,
		edits: unset(func(f *account.Facts) *account.Fact[*account.AlternateContact] { return &f.OperationsContact })}})
}

// Prowler's iam_avoid_root_usage looks back one day, and nobody can set another.
func TestRootUsageWindowMistakesOfOthers(t *testing.T) {
	threeDaysAgo := password(at(now.Add(-3 * day)))
	judgeTable(t, "root-usage", []judged{
		{name: "a window of one day for everybody: used three days ago", edits: threeDaysAgo, status: checks.Fail},
		{name: "a window of one day for everybody: who wants one has it", edits: threeDaysAgo, policy: checks.Policy{RootUsageWindow: day}, status: checks.Pass},
		{name: "a window of one day for everybody: who wants more has it", edits: password(at(now.Add(-20 * day))), policy: checks.Policy{RootUsageWindow: 30 * day}, status: checks.Fail},
	})
}

// Prowler prints MANUAL for the security questions for ever; a person's word
// for them ends that, and ends itself.
func TestManualForEverMistakeOfOthers(t *testing.T) {
	policy := checks.Policy{RecoveryQuestions: true}
	facts := healthy()
	verdict := func(words ...checks.Attestation) checks.Status {
		return find(t, checks.Run(checks.Case{Facts: facts, Policy: policy, Attestations: words}), "recovery-questions").Status
	}
	said := word(of("recovery-questions"), from(now.Add(-day), now.Add(30*day)))
	if got := verdict(); got != checks.Manual {
		t.Errorf("nobody said anything: %s", got)
	}
	if got := verdict(said); got != checks.Pass {
		t.Errorf("somebody answers for it: %s", got)
	}
}

// Steampipe reports a missing credential report as an error of each control
// (powerpipe issue 408): it is one gap.
func TestMissingReportIsOneGapMistakeOfOthers(t *testing.T) {
	report := checks.Run(checks.Case{Facts: healthy(noReport(account.NotReady)), Policy: checks.DefaultPolicy()})
	n := 0
	for _, g := range report.Coverage.Gaps {
		if g.Call == "iam:GetCredentialReport" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("coverage names the report %d times: %+v", n, report.Coverage.Gaps)
	}
}
