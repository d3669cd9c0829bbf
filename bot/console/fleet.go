package console

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rootwatch/bot"
)

func (p *page) fleetAnswer(m bot.FleetAnswer) {
	f := m.Fleet
	p.line(bold, fleetVerdict(m))
	var facts []string
	if f.Organization != "" {
		facts = append(facts, "in "+bot.Clip(bot.Clean(f.Organization), 60))
	}
	if !f.ObservedAt.IsZero() {
		facts = append(facts, "the oldest report is of "+instant(f.ObservedAt))
	}
	p.line(dim, strings.Join(facts, ", "))
	p.coverage(f.Coverage)
	p.rows(f.Rows)
	p.open(f, f.ObservedAt)
}

// fleetVerdict is the sentence without what the tables say below it.
func fleetVerdict(m bot.FleetAnswer) string {
	m.Fleet.Open, m.Fleet.Coverage.PartlyRead, m.Fleet.Coverage.NotReadable = nil, 0, 0
	return m.Sentence()
}

// coverage says which accounts are dark and what would light them.
func (p *page) coverage(c bot.Coverage) {
	dark := c.Unreadable()
	if dark == "" {
		return
	}
	p.blank()
	p.line(purple, dark+".")
	for _, r := range c.Reasons {
		text := strings.TrimRight(bot.Clip(bot.Clean(r.Sentence), 300), ".")
		if text == "" {
			text = bot.CauseText(r.Cause)
		}
		p.indented(plain, bot.Count(r.Accounts, "account", "accounts")+": "+text+examples(r))
	}
}

func examples(r bot.CoverageReason) string {
	var names []string
	for _, e := range r.Examples {
		names = append(names, bot.Clip(bot.Clean(e), 60))
	}
	if len(names) == 0 {
		return ""
	}
	if r.Accounts > len(names) {
		names = append(names, "...")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// rows is one line for each check.
func (p *page) rows(rows []bot.FleetRow) {
	var lines [][]cell
	head := []string{"Check", "Severity", "Pass", "Fail", "Unknown", "Other"}
	accepted := slices.ContainsFunc(rows, func(r bot.FleetRow) bool { return r.Accepted > 0 })
	if accepted {
		head = append(head, "Accepted")
	}
	for _, r := range rows {
		line := []cell{
			{text: r.CheckID}, {text: string(r.Severity), color: severityInk(r.Severity)},
			{text: bot.Number(r.Pass)}, count(r.Fail, red), count(r.Unknown, purple), {text: bot.Number(r.Other)},
		}
		if accepted {
			line = append(line, count(r.Accepted, yellow))
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		p.blank()
	}
	p.table(head, []int{0}, 2, lines)
}

// count is a number that is coloured where it is not zero.
func count(n int, color ink) cell {
	if n == 0 {
		color = plain
	}
	return cell{text: bot.Number(n), color: color}
}

// open lists the worst open findings, with their age at the instant at.
func (p *page) open(f bot.Fleet, at time.Time) {
	var lines [][]cell
	for _, l := range f.Open {
		lines = append(lines, []cell{
			{text: string(l.Severity), color: severityInk(l.Severity)}, {text: bot.LabelID(l.AccountName, l.AccountID)},
			{text: what(l)}, {text: bot.Age(l.Since, at)},
		})
	}
	if len(lines) == 0 {
		return
	}
	p.blank()
	p.table([]string{"Severity", "Account", "Finding", "Age"}, []int{1, 2}, 3, lines)
	if more := f.OpenTotal - len(lines); more > 0 {
		p.line(dim, "and "+bot.Count(more, "more, not worse", "more, none of them worse"))
	}
}

func what(l bot.Line) string { return bot.Clip(bot.Clean(cmp.Or(l.Short, l.Summary, l.CheckID)), 120) }
