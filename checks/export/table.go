package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// TableOptions is how a terminal wants its table.
type TableOptions struct {
	Color bool // SGR colours; decided by the caller (NO_COLOR, a pipe), never here
	Width int  // columns; 0 is DefaultWidth, less than minWidth is taken as minWidth
}

// DefaultWidth is the width that the README promises; minWidth is the least
// in which the columns still stand beside each other.
const (
	DefaultWidth = 100
	minWidth     = 60
)

// Table writes what fails first, worst on top; then failures whose risk is
// accepted; then what is unknown, with what is missing; then what a person must
// look at; then the passes; then the totals. Accounts of which the same is said
// share a row. It keeps the lines of what is not passing, and no report.
func Table(w io.Writer, reports Reports, o TableOptions) (Totals, error) {
	var totals Totals
	var s sections
	for r, err := range reports {
		if err != nil {
			return totals, fmt.Errorf("table: %w", err)
		}
		totals.Add(r)
		s.add(r)
	}
	sheet := newSheet(o)
	s.write(sheet, totals)
	if _, err := io.WriteString(w, sheet.b.String()); err != nil {
		return totals, fmt.Errorf("table: %w", err)
	}
	return totals, nil
}

// sections are the lines of the table.
type sections struct {
	failing  []failure
	accepted []line
	unknown  []line
	manual   []line
	waiting  []line
	passing  []line
}

type failure struct {
	severity checks.Severity
	account  string
	title    string
	fact     string
}

// line is an account and what is said of it; brief is what is said where many
// accounts are.
type line struct{ account, text, brief string }

func (s *sections) add(r checks.Report) {
	who := label(r)
	var unknown, waiting, manual, passing []string
	other := 0
	for _, f := range r.Findings {
		switch statusOf(f) {
		case checks.Fail:
			if note := acceptance(r, f); note != "" {
				s.accepted = append(s.accepted, line{account: who, text: short(f) + " (" + clean(f.CheckID) + ")\n" + clip(note, 300)})
				continue
			}
			s.failing = append(s.failing, failure{severityOf(f), who, short(f) + " (" + clean(f.CheckID) + ")", clip(clean(f.Summary), 300)})
		case checks.Pass:
			passing = append(passing, clean(f.CheckID))
		case checks.NotApplicable:
			other++
		case checks.Manual:
			manual = append(manual, clean(f.CheckID))
		default:
			if f.Waiting() {
				waiting = append(waiting, clean(f.CheckID)+" - "+gapText(f.Gaps[0]))
				continue
			}
			unknown = append(unknown, clean(f.CheckID))
		}
	}
	if len(waiting) > 0 {
		s.waiting = append(s.waiting, line{account: who, text: strings.Join(waiting, "\n")})
	}
	if len(unknown) > 0 || len(r.Findings) == 0 {
		s.unknown = append(s.unknown, line{account: who, text: unknownText(r, unknown)})
	}
	if len(unknown) == 0 && coverageOf(r) == checks.PartlyRead {
		s.unknown = append(s.unknown, line{account: who, text: unknownText(r, []string{"nothing that a check needed"})})
	}
	if len(manual) > 0 {
		s.manual = append(s.manual, line{account: who, text: strings.Join(manual, ", ")})
	}
	if len(passing)+other > 0 {
		brief, rest := fmt.Sprintf("%d pass", len(passing)), ""
		text := brief
		if len(passing) > 0 {
			text += ": " + strings.Join(passing, ", ")
		}
		if other > 0 {
			rest = fmt.Sprintf("; %d not applicable", other)
		}
		s.passing = append(s.passing, line{who, text + rest, brief + rest})
	}
}

// short is what a failure is called.
func short(f checks.Finding) string {
	if f.Short != "" {
		return clip(clean(f.Short), 100)
	}
	if c, ok := checks.Find(f.CheckID); ok && c.Short != "" {
		return clean(c.Short)
	}
	return clip(clean(cmp.Or(f.Title, f.CheckID)), 100)
}

// unknownText is the checks that are unknown and each reason once.
func unknownText(r checks.Report, unknown []string) string {
	var reasons []string
	note := func(reason string) {
		if reason != "" && !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	for _, f := range r.Findings {
		if statusOf(f) != checks.Unknown || f.Waiting() {
			continue
		}
		for _, g := range f.Gaps {
			if g.Cause == account.NotActive && g.Sentence != "" {
				note(strings.TrimSuffix(clean(g.Sentence), ".")) // the same of every call
				continue
			}
			note(gapText(g))
		}
		if len(f.Gaps) == 0 {
			note(clean(f.Summary))
		}
	}
	if len(reasons) == 0 {
		for _, g := range r.Coverage.Gaps {
			note(gapText(g))
		}
	}
	text := cmp.Or(strings.Join(unknown, ", "), "no check was run")
	if len(reasons) > 0 {
		text += " - " + strings.Join(reasons, "; ")
	}
	return text
}

func (s *sections) write(sheet *sheet, totals Totals) {
	slices.SortStableFunc(s.failing, func(a, b failure) int { return cmp.Compare(a.severity.Rank(), b.severity.Rank()) })
	var failing [][]string
	for _, f := range s.failing {
		finding := f.title
		if f.fact != "" && f.fact != f.title {
			finding += "\n" + f.fact
		}
		failing = append(failing, []string{string(f.severity), f.account, finding})
	}
	sheet.section(red, "Failing", failing)
	sheet.section(yellow, "Accepted for now", rows(s.accepted))
	sheet.section(purple, "Unknown (this is not a pass)", rows(s.unknown))
	sheet.section(yellow, "Needs a person to look", rows(s.manual))
	sheet.section(yellow, "Needs time (this is not a pass)", rows(s.waiting))
	if len(s.passing) > named { // ten names for each of many accounts are a wall
		for i := range s.passing {
			s.passing[i].text = s.passing[i].brief
		}
	}
	sheet.section(green, "Passing", rows(s.passing))
	sheet.section(bold, "Total", [][]string{{totals.String()}})
}

// named is how many accounts of a group are named; the other formats name all.
const named = 5

// rows is one row for all accounts of which the same is said, in the order of
// their first: what ails a whole organization is said once.
func rows(lines []line) [][]string {
	accounts := map[string][]string{}
	var texts []string
	for _, l := range lines {
		if len(accounts[l.text]) == 0 {
			texts = append(texts, l.text)
		}
		accounts[l.text] = append(accounts[l.text], l.account)
	}
	var rows [][]string
	for _, text := range texts {
		group := accounts[text]
		if len(group) == 1 {
			rows = append(rows, []string{group[0], text})
			continue
		}
		who := strings.Join(group[:min(len(group), named)], ", ")
		if more := len(group) - named; more > 0 {
			who += fmt.Sprintf(" and %d more", more)
		}
		rows = append(rows, []string{plural(len(group)), text + "\n" + who})
	}
	return rows
}

// String is the totals as one sentence.
func (t Totals) String() string {
	parts := []string{fmt.Sprintf("%s (%s)", plural(t.Accounts), t.Coverage)}
	var failures []string
	for _, severity := range checks.Severities() {
		if n := t.Failures[severity]; n > 0 {
			failures = append(failures, fmt.Sprintf("%d %s", n, severity))
		}
	}
	fail := fmt.Sprintf("%d fail", t.ByStatus[checks.Fail]-t.Accepted.Total)
	if len(failures) > 0 {
		fail += " (" + strings.Join(failures, ", ") + ")"
	}
	parts = append(parts, fail)
	if accepted := t.Accepted.String(); accepted != "" {
		parts = append(parts, accepted)
	}
	parts = append(parts, fmt.Sprintf("%d unknown", t.UnknownFindings()), fmt.Sprintf("%d pass", t.ByStatus[checks.Pass]))
	for _, more := range []struct {
		n     int
		words string
	}{{t.Waiting, "waiting"}, {t.ByStatus[checks.Manual], "manual"}, {t.ByStatus[checks.NotApplicable], "not applicable"}} {
		if more.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", more.n, more.words))
		}
	}
	return strings.Join(parts, ", ")
}

func plural(accounts int) string {
	if accounts == 1 {
		return "1 account"
	}
	return fmt.Sprintf("%d accounts", accounts)
}
