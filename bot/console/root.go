package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// rootAnswer draws one account: what fails first and worst on top, what is
// unknown apart, passes folded into a line.
func (p *page) rootAnswer(m bot.RootAnswer) {
	r, tally := m.Report, bot.TallyOf(m.Report)
	verdict := append([]string{bot.LabelID(r.AccountName, r.AccountID) + " " + tally.Verdict()}, tally.Rest()...)
	p.line(bold, strings.Join(verdict, ". ")+".")
	p.line(dim, rootFacts(m))
	p.blank()
	for _, f := range tally.Failing {
		p.failure(f, r.ObservedAt)
	}
	p.unread(r, tally.Unread)
	p.folded(yellow, "ACCEPTED", tally.Accepted, bot.AcceptedName)
	p.folded(purple, "BY HAND", tally.ByHand, bot.TitleOf)
	p.folded(purple, "WAITS", tally.Waiting, bot.WaitName)
	p.folded(green, "PASS", tally.Passing, bot.GoodOf)
	p.folded(dim, "N/A", tally.NotApplicable, bot.TitleOf)
}

func rootFacts(m bot.RootAnswer) string {
	var facts []string
	if m.Report.Organization != "" {
		facts = append(facts, "in "+bot.Clip(bot.Clean(m.Report.Organization), 60))
	}
	if state := m.Report.State; state != "" && state != account.Active {
		facts = append(facts, "account is "+strings.ToLower(bot.Clip(bot.Clean(string(state)), 40)))
	}
	if !m.Report.ObservedAt.IsZero() {
		facts = append(facts, "checked "+instant(m.Report.ObservedAt))
	}
	return strings.Join(facts, ", ")
}

func (p *page) failure(f checks.Finding, at time.Time) {
	p.marked(severityInk(f.Severity), bot.Clip(strings.ToUpper(bot.Clean(string(f.Severity))), labelColumns-2), bot.ShortOf(f))
	p.below(plain, f.Summary)
	p.below(dim, bot.OpenFor(f, at))
	if c, ok := checks.Find(f.CheckID); ok && len(c.Remediation.Steps) > 0 {
		p.below(plain, "Fix: "+c.Remediation.Steps[0]+" More: rootwatch checks "+c.ID)
	}
	p.blank()
}

// unread lists what could not be judged, with each reason once.
func (p *page) unread(r checks.Report, unread []checks.Finding) {
	if len(unread) == 0 {
		return
	}
	gaps := slices.Clone(r.Coverage.Gaps)
	for _, f := range unread {
		title := bot.TitleOf(f)
		if f.LastKnown == checks.Fail {
			title += " (it failed when it was last readable)"
		}
		p.marked(purple, "UNKNOWN", title)
		gaps = append(gaps, f.Gaps...)
	}
	var said []string
	for _, g := range gaps {
		if reason := bot.GapText(g); !slices.Contains(said, reason) {
			said = append(said, reason)
		}
	}
	for i, reason := range said {
		if i == bot.MaxOpen {
			p.below(dim, fmt.Sprintf("and %d more reasons", len(said)-i))
			break
		}
		p.below(plain, "Why: "+reason)
	}
	p.below(plain, "What could not be read is not a pass.")
	p.blank()
}

// folded is one line for findings that ask for nothing.
func (p *page) folded(color ink, label string, findings []checks.Finding, name func(checks.Finding) string) {
	if len(findings) == 0 {
		return
	}
	var names []string
	for _, f := range findings {
		names = append(names, name(f))
	}
	p.marked(color, label, fmt.Sprintf("%d: %s", len(findings), strings.Join(names, "; ")))
}
