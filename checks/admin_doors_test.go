package checks_test

import (
	"slices"
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// takenBy makes the account's one admin role one that these accounts may take.
func takenBy(ids ...string) edit {
	return both(roleIs(account.TrustAccounts, account.GrantAdmin), func(f *account.Facts) {
		who, _ := f.Authorization.Get()
		who.Roles = slices.Clone(who.Roles)
		who.Roles[0].Takers = ids
		f.Authorization = account.Known(who)
	})
}

func aboutRoles(arns ...string) func(*checks.Attestation) {
	return func(a *checks.Attestation) { a.Subject = checks.SubjectOfDoors(arns, []byte("salt")) }
}

// Whether people take an admin role from another account AWS does not tell: a
// person does, for as long as the roles are the same, and for nothing else.
func TestWordOnRolesOfOtherAccounts(t *testing.T) {
	const id, payer, role = "admin-count", "444455556666", ownAccount + "role/Admin"
	organization := checks.Organization{ManagementID: mustID(payer)}
	said := func(edits ...func(*checks.Attestation)) []checks.Attestation {
		return []checks.Attestation{word(append([]func(*checks.Attestation){of(id)}, edits...)...)}
	}
	second := func(f *account.Facts) {
		who, _ := f.Authorization.Get()
		other := who.Roles[0]
		other.Name, other.ARN = "Other", ownAccount+"role/Other"
		who.Roles = append(slices.Clone(who.Roles), other)
		f.Authorization = account.Known(who)
	}
	for name, c := range map[string]struct {
		facts edit
		words []checks.Attestation
		want  checks.Status
		says  string
	}{
		"nobody said":                       {facts: takenBy("111122223333", payer), want: checks.Unknown, says: "it trusts an AWS account, or a user or role of one, and people may take it from there. A person's word settles it: look at who may take them, and where people do, say so: rootwatch attest admin-count 111122223333"},
		"the management account alone":      {facts: takenBy(payer), want: checks.Unknown, says: "it trusts nothing but the organization's own management account"},
		"said":                              {facts: takenBy(payer), words: said(aboutRoles(role)), want: checks.Pass, says: "Ana Silva said on"},
		"said, and one user":                {facts: both(takenBy(payer), adminsAre(1)), words: said(aboutRoles(role)), want: checks.Pass, says: "Ana Silva said on"},
		"said, and two users":               {facts: both(takenBy(payer), adminsAre(2)), words: said(aboutRoles(role)), want: checks.Pass, says: "2 IAM users are admins, from 2 to 3."},
		"said, and four users":              {facts: both(takenBy(payer), adminsAre(4)), words: said(aboutRoles(role)), want: checks.Fail},
		"said of no role that was kept":     {facts: takenBy(payer), words: said(), want: checks.Pass},
		"said for all":                      {facts: takenBy(payer), words: said(ofAll), want: checks.Pass},
		"said long ago":                     {facts: takenBy(payer), words: said(aboutRoles(role), from(now.Add(-181*day), now.Add(day))), want: checks.Manual, says: "went stale on"},
		"said, and there is another role":   {facts: both(takenBy(payer), second), words: said(aboutRoles(role)), want: checks.Manual, says: "went stale when the admin roles that other accounts may take became other ones"},
		"said of both":                      {facts: both(takenBy(payer), second), words: said(aboutRoles(ownAccount+"role/Other", role)), want: checks.Pass},
		"said of both, and one is gone":     {facts: takenBy(payer), words: said(aboutRoles(ownAccount+"role/Other", role)), want: checks.Manual, says: "became other ones"},
		"said, and a provider nobody knows": {facts: roleIs(account.TrustOIDC, account.GrantAdmin), words: said(), want: checks.Unknown},
		"said, and the role has conditions": {facts: roleIs(account.TrustAccounts, account.GrantConditional), words: said(), want: checks.Unknown},
		"said, and a user is in doubt":      {facts: both(takenBy(payer), userIs("a", withMFA, has("x", "", account.GrantConditional))), words: said(aboutRoles(role)), want: checks.Unknown},
		"said, and there is no such role":   {facts: noRoles, words: said(aboutRoles(role)), want: checks.Fail, says: "root is all there is"},
		"said, and nothing was read":        {facts: whoDenied, words: said(aboutRoles(role)), want: checks.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			f := find(t, checks.Run(checks.Case{Facts: healthy(c.facts), Organization: organization, Attestations: c.words}), id)
			soundFinding(t, f)
			if f.Status != c.want || !strings.Contains(f.Summary, c.says) {
				t.Errorf("%s: %s; want %s with %q", f.Status, f.Summary, c.want, c.says)
			}
		})
	}
	report := checks.Run(checks.Case{Facts: healthy(both(takenBy(payer), second))})
	if got := strings.Join(report.Roster.Doors, " "); got != role+" "+ownAccount+"role/Other" {
		t.Errorf("the report keeps %q", got)
	}
	if one := checks.SubjectOfDoors([]string{role}, []byte("1")); one == "" || strings.Contains(one, "Admin") || one == checks.SubjectOfDoors([]string{role}, []byte("2")) {
		t.Errorf("subject %q", one)
	}
}
