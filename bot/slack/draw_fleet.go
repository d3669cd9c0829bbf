package slack

import (
	"cmp"
	"fmt"
	"slices"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks"
)

// fleetAnswer draws all accounts of an organization: how much of it could be
// read, each check's counts, and the worst of what is open.
func (p pen) fleetAnswer(m bot.FleetAnswer) []slackgo.Block {
	f := m.Fleet
	blocks := []slackgo.Block{header(fleetVerdict(f)), note(p.fleetFacts(m)...), section("*Coverage*  " + coverageLine(f))}
	if rows := p.checkRows(f.Rows); len(rows) > 0 && f.Coverage.Accounts > 0 {
		blocks = append(blocks, section(rows...))
	}
	if open := p.openTable(f); open != nil {
		blocks = append(blocks, open)
	}
	if more := p.moreOpen(f); more != "" {
		blocks = append(blocks, note(more))
	}
	if dark := p.unreadable(f.Coverage); dark != nil {
		blocks = append(blocks, dark)
	}
	return append(blocks, row(p.checksOf(3, f.Open...)...)...)
}

func fleetVerdict(f bot.Fleet) string {
	accounts := bot.Count(f.Coverage.Accounts, "account", "accounts")
	switch dark := f.Coverage.PartlyRead + f.Coverage.NotReadable; {
	case f.Coverage.Accounts == 0:
		return "No account could be listed"
	case f.OpenTotal > 0:
		return fmt.Sprintf("%s open in %s", bot.Count(f.OpenTotal, "root finding", "root findings"), accounts)
	case dark > 0:
		return fmt.Sprintf("No root finding is open, but %s of %s could not be read whole", number(dark), accounts)
	case f.Clean < f.Coverage.Accounts:
		return fmt.Sprintf("No root finding is open; %s of %s were judged whole", number(f.Clean), accounts)
	}
	return "No root finding is open in " + accounts
}

func (p pen) fleetFacts(m bot.FleetAnswer) []string {
	var parts []string
	if name := m.Fleet.Organization; name != "" {
		parts = append(parts, p.esc(name))
	}
	if at := m.Fleet.ObservedAt; !at.IsZero() {
		parts = append(parts, "Oldest check "+instant(at))
	}
	if len(parts) == 0 {
		parts = append(parts, "All accounts")
	}
	return parts
}

func coverageLine(f bot.Fleet) string {
	c := f.Coverage
	line := fmt.Sprintf("%s of %s without findings, %s read", number(f.Clean), bot.Count(c.Accounts, "account", "accounts"), number(c.Read))
	if c.PartlyRead > 0 {
		line += ", " + number(c.PartlyRead) + " read in part"
	}
	if c.NotReadable > 0 {
		line += ", *" + number(c.NotReadable) + " not readable*"
	}
	if accepted := f.Accepted.String(); accepted != "" {
		line += ", " + accepted
	}
	return line + "."
}

// maxCheckRows is how many checks are listed of those that fail or are
// unknown somewhere.
const maxCheckRows = 15

// checkRows lists first the checks that fail somewhere, then those that are
// only unknown, then those whose failures are all accepted; what passes in every account is folded into a line.
func (p pen) checkRows(rows []bot.FleetRow) []string {
	var failing, unknown, taken, passing []string
	quiet := 0
	for _, r := range rows {
		switch {
		case r.Fail > 0:
			failing = append(failing, checkRow(r))
		case r.Unknown > 0:
			line := fmt.Sprintf(":question: *%s*  unknown in %s", question(r.Failing()), bot.Count(r.Unknown, "account", "accounts"))
			if r.Accepted > 0 {
				line += ", " + number(r.Accepted) + " accepted"
			}
			unknown = append(unknown, line)
		case r.Accepted > 0:
			taken = append(taken, fmt.Sprintf(":memo: *%s*  accepted in %s", escape(r.Failing(), 100), bot.Count(r.Accepted, "account", "accounts")))
		case r.Other > 0:
			quiet++
		default:
			passing = append(passing, escape(bot.GoodOf(checks.Finding{CheckID: r.CheckID, Title: r.Title}), 100))
		}
	}
	lines := slices.Concat(failing, unknown, taken)
	if more := len(lines) - maxCheckRows; more > 0 {
		lines = append(lines[:maxCheckRows], "And "+bot.Count(more, "more check", "more checks")+" that fail or are unknown.")
	}
	if n := len(passing); n > 0 {
		lines = append(lines, fmt.Sprintf(":white_check_mark: *%s in every account:* %s", bot.Count(n, "passes", "pass"), p.some(passing)))
	}
	if quiet > 0 {
		lines = append(lines, bot.Count(quiet, "check fails nowhere, but does not pass everywhere.", "checks fail nowhere, but do not pass everywhere."))
	}
	return lines
}

func checkRow(r bot.FleetRow) string {
	line := fmt.Sprintf("%s *%s: %s*  %s", severityMark(r.Severity), capital(string(r.Severity)), escape(r.Failing(), 100),
		bot.Count(r.Fail, "account", "accounts"))
	if r.Unknown > 0 {
		line += ", " + number(r.Unknown) + " unknown"
	}
	if r.Accepted > 0 {
		line += ", " + number(r.Accepted) + " accepted"
	}
	return line
}

// openTable is the table of the worst open findings, nil where none is.
func (p pen) openTable(f bot.Fleet) slackgo.Block {
	var rows [][]string
	for _, line := range f.Open[:min(len(f.Open), p.rows)] {
		rows = append(rows, []string{
			p.cell(line.AccountName, line.AccountID), tidy(short(line), 80), capital(string(line.Severity)), bot.Age(line.Since, f.ObservedAt),
		})
	}
	if len(rows) == 0 {
		return nil
	}
	return table([]column{
		{"Account", slackgo.ColumnAlignmentLeft}, {"Open finding", slackgo.ColumnAlignmentLeft},
		{"Severity", slackgo.ColumnAlignmentLeft}, {"Age", slackgo.ColumnAlignmentRight},
	}, rows)
}

// moreOpen says what the table leaves out.
func (p pen) moreOpen(f bot.Fleet) string {
	if hidden := f.OpenTotal - min(len(f.Open), p.rows); hidden > 0 {
		return "And " + bot.Count(hidden, "more open finding", "more open findings") + ". Ask `/rootcheck` with an account for its own."
	}
	return ""
}

// short is what a line's finding is called.
func short(line bot.Line) string { return cmp.Or(bot.Clean(line.Short), line.Summary, line.CheckID) }

// unreadable says which accounts are dark, why, and what mends it.
func (p pen) unreadable(c bot.Coverage) slackgo.Block {
	dark := c.PartlyRead + c.NotReadable
	if dark == 0 && len(c.Reasons) == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf(":question: *%s could not be read whole. What could not be judged there is unknown, not a pass.*", bot.Count(dark, "account", "accounts"))}
	for i, r := range c.Reasons {
		if i == p.items {
			lines = append(lines, "And "+bot.Count(len(c.Reasons)-i, "more cause", "more causes")+".")
			break
		}
		lines = append(lines, p.reason(r))
	}
	return section(lines...)
}

func (p pen) reason(r bot.CoverageReason) string {
	line := "• " + bot.Count(r.Accounts, "account", "accounts")
	var names []string
	for _, name := range r.Examples {
		if shown := p.esc(name); shown != "" {
			names = append(names, shown)
		}
	}
	if len(names) > 0 {
		line += " (" + join(names, ", ")
		if r.Accounts > len(names) {
			line += " and others"
		}
		line += ")"
	}
	why := p.say(r.Sentence)
	if why == "" {
		why = p.say(bot.CauseText(r.Cause))
	}
	return line + ": " + why
}
