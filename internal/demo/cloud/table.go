package cloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"rootwatch/checks/account"
)

// Truth is a table of what is true of each account, for a person to compare
// with what was found.
func (o *Organization) Truth() string {
	var rows strings.Builder
	rows.WriteString("ACCOUNT\tNAME\tWHAT IS TRUE\n")
	for i, a := range o.Accounts {
		truths := append(o.mailTruths(a), a.truths(o.AsOf)...)
		if i == 0 && !o.Standalone {
			truths = slices.Insert(truths, 0, o.truths()...)
		}
		if len(truths) == 0 {
			truths = []string{"clean"}
		}
		fmt.Fprintf(&rows, "%s\t%s\t%s\n", a.ID, printable(a.Name), printable(strings.Join(truths, "; ")))
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, err := w.Write([]byte(rows.String()))
	if err = errors.Join(err, w.Flush()); err != nil { // a strings.Builder never fails
		panic(err)
	}
	return table.String()
}

// truths are those of the organization, which its management account answers for.
func (o *Organization) truths() []string {
	t := []string{"management account"}
	switch credentials, sessions := slices.Contains(o.RootFeatures, CentralCredentials), slices.Contains(o.RootFeatures, CentralSessions); {
	case o.BillingOnly:
		t = append(t, "the organization only consolidates bills")
	case o.NoIAMAccess, !credentials && !sessions:
		t = append(t, "central root access is off")
	case !credentials:
		t = append(t, "central management of root credentials is off")
	case !sessions:
		t = append(t, "central root sessions are off")
	}
	if o.BillingAlertsOff {
		t = append(t, "CloudWatch billing alerts are off")
	}
	if o.PoliciesOff && !o.BillingOnly {
		t = append(t, "service control policies are off")
	}
	for _, p := range o.Policies {
		where := "nowhere"
		if len(p.Targets) > 0 {
			where = "on " + strings.Join(p.Targets, ", ")
		}
		t = append(t, "the policy "+p.Name+" hangs "+where)
	}
	return t
}

// printable keeps a name from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// truths are the account's peculiarities as of a day; none for a clean one.
func (a *Account) truths(asOf time.Time) []string {
	var t []string
	add := func(is bool, format string, args ...any) {
		if is {
			t = append(t, fmt.Sprintf(format, args...))
		}
	}
	add(a.state() != account.Active, "%s", strings.ToLower(string(a.state())))
	add(a.NoRole, "has no audit role")
	add(len(a.Denied) > 0, "denies %s", strings.Join(a.Denied, ", "))
	t = append(t, a.Root.truths(asOf)...)
	t = append(t, a.contactTruths()...)
	t = append(t, a.budgetTruths(asOf)...)
	t = append(t, a.Watch.truths(asOf)...)
	add(a.Policy == nil, "no password policy")
	add(a.Policy != nil && a.Policy.weak(), "password policy is weak")
	add(a.ReportPolls > 0, "credential report is ready after %d polls", a.ReportPolls)
	t = append(t, a.userTruths(asOf)...)
	for _, c := range a.Costs {
		add(c.From != 0 && !c.Harmless, "%s costs $%.0f a day more from %s", c.Service, float64(c.Amount)/float64(Dollar), c.From)
		add(c.record() == RecordCredit || c.record() == RecordRefund, "has a %s", strings.ToLower(c.record()))
	}
	return t
}

// contactTruths are what is wrong with the contacts.
func (a *Account) contactTruths() []string {
	var t []string
	lists := map[string]bool{}
	for _, kind := range []string{SecurityContact, BillingContact, OperationsContact} {
		c, word := a.Contacts[kind], strings.ToLower(kind)
		switch {
		case c == nil:
			t = append(t, "no "+word+" contact")
		case c.Email == a.Email:
			t = append(t, word+" contact is the root email")
		default:
			lists[c.Email] = true
		}
	}
	if len(lists) == 1 && len(t) == 0 {
		t = append(t, "one list is all three contacts")
	}
	return t
}

func (p PasswordPolicy) weak() bool {
	return p.MinimumLength < 14 || p.MaxAge == 0 || p.MaxAge > 90 || p.Reuse < 24
}

func isVirtual(d Device) bool { return d.Virtual }

// recently is how old a use of root may be and still be news.
const recently = 90 * day

func (r Root) truths(asOf time.Time) []string {
	var t []string
	for _, k := range r.Keys {
		if k.Active {
			t = append(t, "root access key is active, last used "+on(k.LastUsed))
		} else {
			t = append(t, "root access key is inactive, last used "+on(k.LastUsed))
		}
	}
	for _, c := range r.Certificates {
		if c.Active {
			t = append(t, "root has a signing certificate")
		} else {
			t = append(t, "root has an inactive signing certificate")
		}
	}
	switch {
	case !r.Password && len(r.Keys) == 0 && len(r.Certificates) == 0 && len(r.MFA) == 0:
		return append(t, "no root credentials")
	case len(r.MFA) == 0:
		t = append(t, "root MFA is off")
	case len(r.MFA) > 1 && !slices.ContainsFunc(r.MFA, func(d Device) bool { return !d.Virtual }):
		t = append(t, fmt.Sprintf("all of root's %d MFA devices are virtual", len(r.MFA)))
	case len(r.MFA) > 1 && slices.ContainsFunc(r.MFA, isVirtual):
		t = append(t, fmt.Sprintf("one of root's %d MFA devices is virtual", len(r.MFA)))
	case slices.ContainsFunc(r.MFA, isVirtual):
		t = append(t, "root MFA is a virtual device")
	}
	if asOf.Sub(r.PasswordLastUsed) < recently {
		t = append(t, "root signed in "+on(r.PasswordLastUsed))
	}
	if r.OldReport {
		t = append(t, "its report says not_supported of the root password")
	}
	if len(r.OmitSummaryKeys) > 0 {
		t = append(t, "its summary leaves out "+strings.Join(r.OmitSummaryKeys, ", "))
	}
	return t
}

func on(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}
