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
		truths := a.truths(o.AsOf)
		if i == 0 && !o.Standalone {
			truths = slices.Insert(truths, 0, "management account")
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
	security := a.Contacts[SecurityContact]
	add(security == nil, "no security contact")
	add(security != nil && security.Email == a.Email, "security contact is the root email")
	add(a.ReportPolls > 0, "credential report is ready after %d polls", a.ReportPolls)
	for _, u := range a.Users {
		add(slices.ContainsFunc(u.MFA, isVirtual), "IAM user %s has a virtual MFA device", u.Name)
	}
	for _, c := range a.Costs {
		add(c.From != 0, "%s costs $%.0f a day more from %s", c.Service, float64(c.Amount)/float64(Dollar), c.From)
		add(c.record() == RecordCredit || c.record() == RecordRefund, "has a %s", strings.ToLower(c.record()))
	}
	return t
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
	if len(r.Certificates) > 0 {
		t = append(t, "root has a signing certificate")
	}
	switch {
	case !r.Password && len(r.Keys) == 0 && len(r.Certificates) == 0 && len(r.MFA) == 0:
		return append(t, "no root credentials")
	case len(r.MFA) == 0:
		t = append(t, "root MFA is off")
	case slices.ContainsFunc(r.MFA, isVirtual):
		t = append(t, "root MFA is a virtual device")
	}
	if asOf.Sub(r.PasswordLastUsed) < recently {
		t = append(t, "root signed in "+on(r.PasswordLastUsed))
	}
	if r.OldReport {
		t = append(t, "its report says not_supported of the root password")
	}
	return t
}

func on(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}
