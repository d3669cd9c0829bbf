package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rootwatch/checks"
)

// Sentence implements Message.
func (m Pending) Sentence() string {
	subject := Clip(Clean(cmp.Or(m.Subject, "what was asked for")), 200)
	if m.Accounts > 1 {
		return fmt.Sprintf("Checking %s: %s of %s done...", subject, Number(m.Done), Count(m.Accounts, "account", "accounts"))
	}
	return fmt.Sprintf("Checking %s...", subject)
}

// Named failures and gaps in one sentence: what must stand behind them (that
// something is unknown) has to fit too.
const (
	namedFailures = 3
	namedRunes    = 90
)

// Sentence implements Message.
func (m RootAnswer) Sentence() string {
	tally := TallyOf(m.Report)
	verdict := "Root check: " + LabelID(m.Report.AccountName, m.Report.AccountID) + " " + tally.Verdict()
	if len(tally.Failing) > 0 {
		verdict += ": " + named(tally.Failing)
	}
	parts := []string{verdict}
	if tally.Total() > 0 && len(tally.Unread) == tally.Total() {
		parts = append(parts, firstGap(m.Report))
	}
	return sentences(append(parts, tally.Rest()...)...)
}

// named lists the first failures by their short names.
func named(failing []checks.Finding) string {
	var names []string
	for i, f := range failing {
		if i == namedFailures {
			names = append(names, fmt.Sprintf("and %d more", len(failing)-i))
			break
		}
		names = append(names, strings.TrimRight(Clip(ShortOf(f), namedRunes), "."))
	}
	return strings.Join(names, "; ")
}

// firstGap is why nothing could be read: the cause that stands first.
func firstGap(r checks.Report) string {
	gaps := r.Coverage.Gaps
	for _, f := range r.Findings {
		gaps = append(gaps[:len(gaps):len(gaps)], f.Gaps...)
	}
	if len(gaps) == 0 {
		return ""
	}
	return capital(Clip(GapText(gaps[0]), 2*namedRunes))
}

// Sentence implements Message.
func (m FleetAnswer) Sentence() string {
	f := m.Fleet
	if f.Coverage.Accounts == 0 {
		return "Root check of all accounts: no account is listed yet; that is not a pass."
	}
	verdict := fmt.Sprintf("Root check of %s: %s without findings, %s", Count(f.Coverage.Accounts, "account", "accounts"), Number(f.Clean), openText(f.OpenTotal))
	if len(f.Open) > 0 {
		verdict += ", the worst: " + lineText(f.Open[0])
	}
	return sentences(verdict, f.Accepted.String(), f.Coverage.Unreadable())
}

func openText(n int) string {
	if n == 0 {
		return "no finding open"
	}
	return Count(n, "finding", "findings") + " open"
}

func lineText(l Line) string {
	what := strings.TrimRight(Clip(Clean(cmp.Or(l.Short, l.Summary, l.CheckID)), namedRunes), ".")
	return what + " in " + LabelID(l.AccountName, l.AccountID)
}

// Sentence implements Message.
func (m Digest) Sentence() string {
	parts := []string{"Daily digest, " + DateText(m.LocalDay()) + ": " + m.Verdict()}
	switch {
	case m.Coverage.Accounts == 0:
		parts = append(parts, "That is not a pass")
	case !m.Changed():
		parts = append(parts, fmt.Sprintf("%s of %s without findings", Number(m.Clean), Count(m.Coverage.Accounts, "account", "accounts")))
	}
	parts = append(parts, m.Coverage.Unreadable())
	if n := len(m.Missed); n > 0 {
		parts = append(parts, Count(n, "scheduled run", "scheduled runs")+" did not happen")
	}
	if m.Money != nil {
		parts = append(parts, m.Money.sentences("Spend on ")...)
	}
	return sentences(parts...)
}

// Verdict is the digest in few words: "1 new, 1 resolved, 3 open", "first
// digest, 10 open", "nothing changed, spend unknown".
func (m Digest) Verdict() string {
	open := Number(m.OpenTotal) + " open"
	words := []string{"nothing changed"}
	switch {
	case m.Coverage.Accounts == 0:
		words = []string{"no account could be listed"}
	case m.First:
		words = []string{"first digest", open}
	case m.Changed():
		words = []string{Number(m.NewTotal) + " new", Number(m.ResolvedTotal) + " resolved", open}
	case m.OpenTotal > 0:
		words = append(words, open)
	}
	if accepted := m.Accepted.String(); accepted != "" {
		words = append(words, accepted)
	}
	if m.DarkTotal > 0 {
		words = append(words, Number(m.DarkTotal)+" went "+m.darkWord())
	}
	if m.AdminsTotal > 0 {
		words = append(words, Count(m.AdminsTotal, "change of admins", "changes of admins"))
	}
	if m.Money != nil && !m.Money.Known() {
		words = append(words, "spend unknown")
	}
	return strings.Join(words, ", ")
}

// darkWord is what became of what the digest cannot tell any more.
func (m Digest) darkWord() string {
	stale := func(l Line) bool { return l.Stale }
	switch {
	case !slices.ContainsFunc(m.Dark, stale):
		return "dark"
	case len(m.Dark) == m.DarkTotal && !slices.ContainsFunc(m.Dark, func(l Line) bool { return !stale(l) }):
		return "stale"
	}
	return "dark or stale"
}

// LocalDay is Day in the digest's own zone, which a stored message keeps by
// name only.
func (m Digest) LocalDay() time.Time {
	if zone, err := time.LoadLocation(m.Zone); err == nil && m.Zone != "" {
		return m.Day.In(zone)
	}
	return m.Day
}

// Sentence implements Message.
func (m Help) Sentence() string {
	var usages []string
	for _, line := range HelpLines(m.Command) {
		usages = append(usages, line.Usage)
	}
	return sentences("How to use " + Clip(Clean(m.Command), nameRunes) + ": " + strings.Join(usages, "; "))
}

// Sentence implements Message. What was typed stands in backticks for those
// who draw; here they go.
func (m Trouble) Sentence() string {
	next := m.Next
	if m.Suggest != "" {
		next = "Did you mean " + Clip(m.Suggest, 200) + "?"
	}
	id := ""
	if m.ErrorID != "" {
		id = "Error id " + Clip(m.ErrorID, nameRunes)
	}
	text := sentences(Clip(m.What, 250), Clip(m.Meaning, 150), next, id)
	return strings.ReplaceAll(text, "`", "")
}

// capital makes the first letter a capital.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}
