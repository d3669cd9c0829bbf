package doctor

import (
	"cmp"
	"fmt"
	"slices"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

const assumeRole = "sts:AssumeRole"

// roles is whether the audit role lets us in, account by account.
func (a AWS) roles() []Line {
	var in, unasked []string
	refused := map[string]*refusal{}
	for _, s := range a.Seen {
		if s.ID == a.Standing.Account {
			continue // read with our own credentials
		}
		switch gap, asked := gapOf(s.Answers, assumeRole); {
		case !asked:
			unasked = append(unasked, s.ID.String())
		case gap == nil:
			in = append(in, s.ID.String())
		default:
			collect(refused, *gap, s.ID, false)
		}
	}
	var lines []Line
	if len(in) > 0 {
		l := Line{Area: Accounts, Subject: a.RoleName, Status: OK, Found: fmt.Sprintf("the role can be assumed in %s", bot.Count(len(in), "account", "accounts"))}
		if active := a.active(); active > len(a.Seen) {
			l.Found += fmt.Sprintf("; %d of %d active accounts were looked at, --all looks at every one", len(a.Seen), active)
		}
		lines = append(lines, l)
	}
	if len(unasked) > 0 {
		lines = append(lines, a.unasked(unasked))
	}
	for _, r := range sorted(refused) {
		lines = append(lines, a.shut(r, len(in) == 0 && len(r.accounts) > 1))
	}
	return lines
}

// unasked is one line for the accounts whose role nobody tried to assume.
func (a AWS) unasked(accounts []string) Line {
	l := Line{Area: Accounts, Subject: a.RoleName, Accounts: accounts, Status: NotKnown,
		Found: fmt.Sprintf("%s not asked", bot.Count(len(accounts), "account was", "accounts were")),
		Do:    "AWS lets nobody read an account that is suspended or closed: name others. Where they are active, ask again."}
	if a.RoleName == "" {
		l.Do = "Set role_name to the name of the audit role: without one only Rootwatch's own account is read."
	}
	return l
}

// shut is one line for all accounts that refuse us for the same reason. AWS
// answers alike for a missing role, another trust and a wrong external id;
// whether it is so everywhere tells them apart.
func (a AWS) shut(r *refusal, everywhere bool) Line {
	l := Line{Area: Accounts, Subject: a.RoleName, Accounts: r.accounts, Status: Problem}
	where := bot.Count(len(r.accounts), "account", "accounts")
	switch {
	case r.gap.Cause.Passing():
		u := unsure(Accounts, a.RoleName, r.gap)
		u.Accounts = r.accounts
		return u
	case r.gap.Cause == account.NotEnabled:
		l.Area, l.Subject = Region, a.Standing.Region
		l.Found, l.Do = told(r.gap)
	case awsorg.InSCP(r.gap):
		l.Found = "a service control policy denies sts:AssumeRole for " + where
		l.Do = "Exempt " + a.self() + " from it."
	case r.gap.Cause != account.Denied && r.gap.Cause != account.NotOnboarded:
		l.Found, l.Do = told(r.gap)
	case everywhere:
		l.Found = fmt.Sprintf("the role cannot be assumed in any of the %s that were looked at", where)
		l.Do = "What they have in common is wrong: role_name (is the role called " + a.RoleName + " there?), the external id (" + a.external() + "), the trust policy's principal (it must name " +
			a.self() + "), or Rootwatch's own sts:AssumeRole. `rootwatch policy --for trust` and --for host print them as they should be."
	default:
		l.Found = "the role cannot be assumed in " + where
		l.Do = "Deploy the role there: `rootwatch policy --format cloudformation` prints it, and a service-managed StackSet skips the management account. " +
			"Where it exists, its trust policy or external id differs from the other accounts'."
	}
	return l
}

func (a AWS) external() string {
	if a.ExternalID {
		return "external_id in the configuration against the trust policy's sts:ExternalId"
	}
	return "the configuration has no external_id, and the trust policy may demand one"
}

func (a AWS) active() int {
	n := 0
	for _, l := range a.Listed {
		if l.State == account.Active || l.State == "" {
			n++
		}
	}
	return n
}

// refusal is one reason, with all accounts that gave it.
type refusal struct {
	gap      account.Gap
	own      bool // of the caller's own account, whose policy is another one
	accounts []string
}

func collect(into map[string]*refusal, gap account.Gap, id account.ID, own bool) {
	key := fmt.Sprint(gap.Cause, gap.Action(), own, awsorg.InSCP(gap))
	if into[key] == nil {
		into[key] = &refusal{gap: gap, own: own}
	}
	into[key].accounts = append(into[key].accounts, id.String())
}

func sorted(all map[string]*refusal) []*refusal {
	var list []*refusal
	for _, r := range all {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *refusal) int { return cmp.Compare(a.accounts[0], b.accounts[0]) })
	return list
}

// gapOf is why a call failed in the end, nil where it was answered; false where
// it was not made.
func gapOf(answers []awsorg.Answer, action string) (gap *account.Gap, made bool) {
	for _, one := range answers {
		if one.Action == action {
			gap, made = one.Gap, true
		}
	}
	return gap, made
}
