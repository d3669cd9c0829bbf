package slack

import (
	"fmt"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// rootAnswer draws one account: the verdict first, what fails with the worst
// on top, what passes folded into a line, and what is unknown apart from both.
func (p pen) rootAnswer(m bot.RootAnswer) []slackgo.Block {
	tally := bot.TallyOf(m.Report)
	name := bot.Label(m.Report.AccountName, m.Report.AccountID)
	blocks := []slackgo.Block{header(rootVerdict(tally) + ": " + name), note(rootFacts(m)...)}

	for i, f := range tally.Failing {
		if i == p.items {
			blocks = append(blocks, note("And "+bot.Count(len(tally.Failing)-i, "more check fails.", "more checks fail.")))
			break
		}
		blocks = append(blocks, p.failure(f))
	}
	if len(tally.Unread) > 0 {
		blocks = append(blocks, p.unread(m.Report, tally))
	}
	for _, fold := range []struct {
		words    string
		findings []checks.Finding
	}{
		{":white_check_mark: *%d pass:* ", tally.Passing},
		{":bust_in_silhouette: *%d need a person, because no API tells:* ", tally.ByHand},
		{"*%d not applicable:* ", tally.NotApplicable},
	} {
		if n := len(fold.findings); n > 0 {
			blocks = append(blocks, note(fmt.Sprintf(fold.words, n)+p.titles(fold.findings)))
		}
	}
	return blocks
}

// rootVerdict begins the header. The counts come before the name, so that the
// longest name hides none of them; and what is unknown is never left out.
func rootVerdict(t bot.Tally) string {
	of := bot.Count(t.Total(), "root check", "root checks")
	fails := fmt.Sprintf("%d of %s fail", len(t.Failing), of)
	switch {
	case t.Total() == 0 || len(t.Unread) == t.Total():
		return "Could not check"
	case len(t.Failing) > 0 && len(t.Unread) > 0:
		return fmt.Sprintf("%s, %d unknown", fails, len(t.Unread))
	case len(t.Failing) > 0:
		return fails
	case len(t.Unread) > 0:
		return fmt.Sprintf("%d of %s unknown", len(t.Unread), of)
	case len(t.Passing) < t.Total():
		return fmt.Sprintf("%d of %s pass, none fails", len(t.Passing), of)
	}
	return fmt.Sprintf("All %s pass", of)
}

func rootFacts(m bot.RootAnswer) []string {
	parts := []string{code(m.Report.AccountID.String(), 12)}
	if state := m.Report.State; state != "" && state != account.Active {
		parts = append(parts, "account is "+escape(strings.ToLower(strings.ReplaceAll(string(state), "_", " ")), 40))
	}
	if !m.Report.ObservedAt.IsZero() {
		parts = append(parts, "checked "+instant(m.Report.ObservedAt))
	}
	if who := mention(m.AskedBy); who != "" {
		parts = append(parts, "asked by "+who)
	}
	return parts
}

// failure says what fails, the fact that decided, what it means and how to
// begin to mend it.
func (p pen) failure(f checks.Finding) slackgo.Block {
	check, _ := checks.Find(f.CheckID)
	fact := p.say(f.Summary)
	if since := f.FirstSeen; !since.IsZero() {
		fact = strings.TrimSpace(fact + " Since " + since.UTC().Format("2 Jan 2006") + reopened(f.TimesReopened) + ".")
	}
	return section(
		fmt.Sprintf("%s *%s: %s*", severityMark(f.Severity), capital(string(f.Severity)), escape(bot.ShortOf(f), 100)),
		fact,
		gist(opening(check.Why), p.sentence),
		p.remedy(check.Remediation),
	)
}

func reopened(n int) string {
	if n == 0 {
		return ""
	}
	return ", reopened " + bot.Count(n, "time", "times")
}

func (p pen) remedy(r checks.Remediation) string {
	if len(r.Steps) == 0 {
		return ""
	}
	return strings.TrimSpace("Fix: " + gist(r.Steps[0], p.sentence) + " " + link(r.URL, "Open the console"))
}

// unread says what could not be answered, and what would answer it. A check
// that failed when it was last readable still says so.
func (p pen) unread(r checks.Report, t bot.Tally) slackgo.Block {
	lines := []string{fmt.Sprintf(":grey_question: *%d of %s unknown. This is not a pass.*",
		len(t.Unread), bot.Count(t.Total(), "check", "checks"))}
	for i, f := range t.Unread {
		if i == p.items {
			lines = append(lines, fmt.Sprintf("And %d more.", len(t.Unread)-i))
			break
		}
		lines = append(lines, p.unanswered(f))
	}
	return section(append(lines, p.advice(r, t.Unread)...)...)
}

func (p pen) unanswered(f checks.Finding) string {
	line := "• " + escape(bot.TitleOf(f), 100)
	var missing []string
	for _, g := range f.Gaps {
		if action := code(g.Action(), 80); action != "" && !slices.Contains(missing, action) && len(missing) < 3 {
			missing = append(missing, action)
		}
	}
	switch {
	case len(missing) > 0:
		line += ": needs " + strings.Join(missing, ", ")
	case f.Summary != "":
		line += ": " + p.say(f.Summary)
	}
	if f.LastKnown == checks.Fail {
		line += ". *It failed when it was last readable.*"
	}
	return line
}

// advice says why, and what to do about it: each sentence once, three at most.
func (p pen) advice(r checks.Report, unread []checks.Finding) []string {
	gaps := slices.Clone(r.Coverage.Gaps)
	for _, f := range unread {
		gaps = append(gaps, f.Gaps...)
	}
	var said []string
	for _, g := range gaps {
		if sentence := p.say(bot.GapText(g)); sentence != "" && !slices.Contains(said, sentence) && len(said) < 3 {
			said = append(said, sentence)
		}
	}
	return said
}

// titles lists the good conditions of findings in a line.
func (p pen) titles(findings []checks.Finding) string {
	var titles []string
	for i, f := range findings {
		if i == p.items {
			titles = append(titles, fmt.Sprintf("and %d more", len(findings)-i))
			break
		}
		titles = append(titles, escape(bot.TitleOf(f), 100))
	}
	return join(titles, "; ")
}
