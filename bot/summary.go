package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// Tally sorts a report's findings by what a person must do about them, each
// list worst severity first.
type Tally struct {
	Failing       []checks.Finding
	Accepted      []checks.Finding // failing too, and nobody is to be told
	Waiting       []checks.Finding // unknown for want of time alone
	Unread        []checks.Finding // unknown otherwise, and every status this version does not know
	ByHand        []checks.Finding // manual
	Passing       []checks.Finding
	NotApplicable []checks.Finding
}

// TallyOf sorts the findings of a report.
func TallyOf(r checks.Report) Tally {
	findings := slices.Clone(r.Findings)
	slices.SortStableFunc(findings, func(a, b checks.Finding) int {
		return cmp.Compare(a.Severity.Rank(), b.Severity.Rank())
	})
	var t Tally
	for _, f := range findings {
		list := &t.Unread
		switch f.Status {
		case checks.Fail:
			list = &t.Failing
			if f.Accepted(r.ObservedAt) {
				list = &t.Accepted
			}
		case checks.Unknown:
			if f.Waiting() {
				list = &t.Waiting
			}
		case checks.Pass:
			list = &t.Passing
		case checks.NotApplicable:
			list = &t.NotApplicable
		case checks.Manual:
			list = &t.ByHand
		}
		*list = append(*list, f)
	}
	return t
}

// Total is how many findings there are.
func (t Tally) Total() int {
	return len(t.Failing) + len(t.Accepted) + len(t.Unread) + len(t.Waiting) + len(t.ByHand) + len(t.Passing) + len(t.NotApplicable)
}

// Verdict is the report's answer without its subject: "has 2 of 4 checks
// failing", "passes all 4 checks", "could not be read; that is not a pass".
func (t Tally) Verdict() string {
	total := t.Total()
	of := Count(total, "check", "checks")
	switch {
	case total == 0:
		return "was not checked; that is not a pass"
	case len(t.Unread) == total:
		return "could not be read; that is not a pass"
	case len(t.Failing) > 0:
		return fmt.Sprintf("has %d of %s failing", len(t.Failing), of)
	case len(t.Passing) == 0 && len(t.Accepted) == 0:
		return "has no check that passes or fails"
	case len(t.Passing) == total:
		if total == 1 {
			return "passes its 1 check"
		}
		return "passes all " + of
	}
	return fmt.Sprintf("passes %d of %s", len(t.Passing), of)
}

// Rest says what is neither open nor passing: "1 accepted until 2027-01-31", "1 could not be read; that
// is not a pass", "1 needs time", "1 does not apply", "1 needs a person". A report of which
// nothing could be read has said so in its Verdict.
func (t Tally) Rest() []string {
	var rest []string
	if text := AcceptedOf(t.Accepted).String(); text != "" {
		rest = append(rest, text)
	}
	if n := len(t.Unread); n > 0 && n < t.Total() {
		rest = append(rest, fmt.Sprintf("%d could not be read; that is not a pass", n))
	}
	if n := len(t.Waiting); n > 0 {
		rest = append(rest, Count(n, "needs", "need")+" time; that is not a pass")
	}
	if n := len(t.ByHand); n > 0 {
		rest = append(rest, Count(n, "needs", "need")+" a person to look, because no API tells")
	}
	if n := len(t.NotApplicable); n > 0 {
		rest = append(rest, Count(n, "does", "do")+" not apply")
	}
	return rest
}

// ShortOf is what a failure is called in a list: "Root has no MFA".
func ShortOf(f checks.Finding) string {
	if own := Clean(f.Short); own != "" {
		return own
	}
	if c, ok := checks.Find(f.CheckID); ok && c.Short != "" {
		return Clean(c.Short)
	}
	return Clean(cmp.Or(f.Summary, f.Title, f.CheckID))
}

// GoodOf is what a pass is called in a list: "MFA is on or not needed".
func GoodOf(f checks.Finding) string {
	if c, ok := checks.Find(f.CheckID); ok {
		return c.Good
	}
	return TitleOf(f)
}

// Failing is what the row's failures are called: "Root has no MFA".
func (r FleetRow) Failing() string {
	return ShortOf(checks.Finding{CheckID: r.CheckID, Title: r.Title})
}

// OpenFor says how long a failure stands at the instant at: "New", "Open for
// 5 hours", "Open for 31 days, reopened 2 times"; "" where nobody knows.
func OpenFor(f checks.Finding, at time.Time) string {
	text := "New"
	switch age := at.Sub(f.FirstSeen); {
	case f.FirstSeen.IsZero() || at.IsZero():
		return ""
	case age >= 48*time.Hour:
		text = "Open for " + Count(int(age/(24*time.Hour)), "day", "days")
	case age >= time.Hour:
		text = "Open for " + Count(int(age/time.Hour), "hour", "hours")
	}
	if f.TimesReopened > 0 {
		text += ", reopened " + Count(f.TimesReopened, "time", "times")
	}
	return text
}

// TitleOf is the good condition: "Root has MFA".
func TitleOf(f checks.Finding) string { return Clean(cmp.Or(f.Title, f.CheckID)) }

// WaitName is a question that only time answers, and what it waits for: "Root
// is used again and again? Root's uses are known from ...".
func WaitName(f checks.Finding) string {
	name := ShortOf(f) + "?"
	if len(f.Gaps) > 0 {
		name += " " + strings.TrimRight(GapText(f.Gaps[0]), ".")
	}
	return name
}

// GapText says for a person why something is missing: the gap's own sentence,
// else its call and cause.
func GapText(g account.Gap) string {
	if s := Clean(g.Sentence); s != "" {
		return s
	}
	if action := Clean(g.Action()); action != "" {
		return action + ": " + CauseText(g.Cause)
	}
	return CauseText(g.Cause)
}

// CauseText is a cause in words, with what to do where a person can do something.
func CauseText(c account.Cause) string {
	if text, ok := causeTexts[c]; ok {
		return text
	}
	return "the reason is not known"
}

var causeTexts = map[account.Cause]string{
	account.NotCollected:   "not checked yet",
	account.NotYet:         "not known yet; nothing is wrong",
	account.Denied:         "AWS refused the call; allow it in the audit role and in the policies above the account",
	account.NotOnboarded:   "the audit role could not be assumed; deploy it in the account",
	account.NotActive:      "the account is suspended or closed, so AWS answers nothing about it",
	account.NotEnabled:     "a service must be switched on first",
	account.NotReady:       "AWS is still writing the credential report; it is read at the next check",
	account.Throttled:      "AWS asked us to slow down; it is read at the next check",
	account.TimedOut:       "AWS did not answer in time; it is read at the next check",
	account.Unavailable:    "AWS was not available; it is read at the next check",
	account.Undecodable:    "AWS answered something this version cannot read",
	account.OverBudget:     "our own cap on paid requests was reached",
	account.BadCredentials: "our own AWS credentials are missing, expired or refused",
}

// Unreadable says how many accounts are dark, "" where all were read:
// "3 accounts could not be read and 1 only in part; that is not a pass".
func (c Coverage) Unreadable() string {
	var parts []string
	if c.NotReadable > 0 {
		parts = append(parts, Count(c.NotReadable, "account", "accounts")+" could not be read")
	}
	switch {
	case c.PartlyRead > 0 && c.NotReadable > 0:
		parts = append(parts, Number(c.PartlyRead)+" only in part")
	case c.PartlyRead > 0:
		parts = append(parts, Count(c.PartlyRead, "account", "accounts")+" could be read only in part")
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " and ") + "; that is not a pass"
}

// Changed reports whether the digest has a change to tell.
func (m Digest) Changed() bool { return m.NewTotal+m.ResolvedTotal+m.DarkTotal+m.AdminsTotal > 0 }

// Quiet reports whether one line says the whole digest: it is not the first,
// nothing changed, no account is new, nothing is open, every account was read, no slot was
// missed, and the bill is known and has no spike.
func (m Digest) Quiet() bool {
	money := m.Money == nil || (m.Money.Known() && m.Money.Trouble == "" && m.Money.OpenSpikes == 0)
	return !m.First && !m.Changed() && m.JoinedTotal == 0 && m.OpenTotal == 0 && len(m.Missed) == 0 && money &&
		m.Coverage.Accounts > 0 && m.Coverage.Read == m.Coverage.Accounts
}
