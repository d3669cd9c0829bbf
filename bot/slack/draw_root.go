package slack

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

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
		blocks = append(blocks, p.failure(f, m.Report.ObservedAt))
	}
	if len(tally.Unread) > 0 {
		blocks = append(blocks, p.unread(m.Report, tally))
	}
	for _, fold := range []struct {
		words    string // with a %s for the count and its verb
		one      string
		many     string
		findings []checks.Finding
		name     func(checks.Finding) string
	}{
		{":memo: *%s the risk is accepted:* ", "fails,", "fail,", tally.Accepted, bot.AcceptedName},
		{":white_check_mark: *%s:* ", "pass", "pass", tally.Passing, bot.GoodOf},
		{":bust_in_silhouette: *%s a person, because no API tells:* ", "needs", "need", tally.ByHand, bot.TitleOf},
		{":hourglass_flowing_sand: *%s time:* ", "needs", "need", tally.Waiting, bot.WaitName},
		{"*%s not apply:* ", "does", "do", tally.NotApplicable, bot.TitleOf},
	} {
		if n := len(fold.findings); n > 0 {
			blocks = append(blocks, note(fmt.Sprintf(fold.words, bot.Count(n, fold.one, fold.many))+p.names(fold.findings, fold.name)))
		}
	}
	return append(blocks, p.rootButtons(m)...)
}

// rootVerdict begins the header. The counts come before the name, so that the
// longest name hides none of them; and what is unknown is never left out.
func rootVerdict(t bot.Tally) string {
	of := bot.Count(t.Total(), "check", "checks")
	fails := fmt.Sprintf("%d of %s fail", len(t.Failing), of)
	if n := len(t.Accepted); n > 0 {
		fails += fmt.Sprintf(", %d accepted", n)
	}
	switch {
	case t.Total() == 0 || len(t.Unread) == t.Total():
		return "Could not check"
	case len(t.Failing) > 0 && len(t.Unread) > 0:
		return fmt.Sprintf("%s, %d unknown", fails, len(t.Unread))
	case len(t.Failing) > 0:
		return fails
	case len(t.Unread) > 0:
		return fmt.Sprintf("%d of %s unknown", len(t.Unread), of)
	case len(t.Accepted) > 0:
		return fmt.Sprintf("%d of %s pass, %d accepted", len(t.Passing), of, len(t.Accepted))
	case len(t.Passing) < t.Total():
		return fmt.Sprintf("%d of %s pass, none fails", len(t.Passing), of)
	}
	return fmt.Sprintf("All %s pass", of)
}

func rootFacts(m bot.RootAnswer) []string {
	parts := []string{code(m.Report.AccountID.String(), 12)}
	if state := m.Report.State; state != "" && state != account.Active {
		parts = append(parts, "Account is "+escape(state.Words(), 40))
	}
	if !m.Report.ObservedAt.IsZero() {
		did := "Checked "
		if m.Report.Coverage.State == checks.NotReadable {
			did = "Tried "
		}
		parts = append(parts, did+instant(m.Report.ObservedAt))
		if m.Report.Coverage.State == checks.PartlyRead && m.Report.Count(checks.Unknown) == 0 {
			parts = append(parts, "read in part: what AWS refused was not needed for the verdict")
		}
	}
	return parts
}

// failure says what fails, the fact that decided, what it means and how to
// begin to mend it.
func (p pen) failure(f checks.Finding, at time.Time) slackgo.Block {
	check, _ := checks.Find(f.CheckID)
	fact := p.say(f.Summary)
	if open := bot.OpenFor(f, at); open != "" {
		fact = strings.TrimSpace(fact + " " + open + ".")
	}
	return section(
		fmt.Sprintf("%s *%s: %s*", severityMark(f.Severity), capital(string(f.Severity)), escape(bot.ShortOf(f), 100)),
		fact,
		gist(opening(check.Why), p.sentence),
		p.remedy(check.Remediation),
	)
}

func (p pen) remedy(r checks.Remediation) string {
	if len(r.Steps) == 0 {
		return ""
	}
	return strings.TrimSpace("*Fix:* " + gist(r.Steps[0], p.sentence) + " " + link(r.URL, "Open the console"))
}

// unread says what could not be answered, and what would answer it. A check
// that failed when it was last readable still says so.
func (p pen) unread(r checks.Report, t bot.Tally) slackgo.Block {
	lines := []string{fmt.Sprintf(":question: *%d of %s unknown. This is not a pass.*",
		len(t.Unread), bot.Count(t.Total(), "check", "checks"))}
	shared := sharedReason(t.Unread)
	for i, f := range t.Unread {
		if i == p.items {
			lines = append(lines, fmt.Sprintf("And %d more.", len(t.Unread)-i))
			break
		}
		lines = append(lines, p.unanswered(f, shared != ""))
	}
	switch lacks := needs(t.Unread[0]); {
	case shared == "":
	case lacks != "":
		lines = append(lines, fmt.Sprintf("They all need %s.", lacks))
	default:
		lines = append(lines, p.say(shared))
	}
	return section(append(lines, p.advice(r, t.Unread, strings.Join(lines, "\n"))...)...)
}

// sharedReason is why all of several findings are unknown alike, to be said
// once: what they need, or their sentence.
func sharedReason(unread []checks.Finding) string {
	shared := cmp.Or(needs(unread[0]), unread[0].Summary)
	for _, f := range unread[1:] {
		if cmp.Or(needs(f), f.Summary) != shared {
			return ""
		}
	}
	if len(unread) == 1 {
		return ""
	}
	return shared
}

// needs names the actions that somebody would have to allow, three at most.
func needs(f checks.Finding) string {
	var missing []string
	for _, g := range f.Gaps {
		if g.Cause != account.Denied && g.Cause != account.NotOnboarded {
			continue
		}
		if action := code(g.Action(), 80); action != "" && !slices.Contains(missing, action) && len(missing) < 3 {
			missing = append(missing, action)
		}
	}
	return strings.Join(missing, ", ")
}

// unanswered asks the check's question again: as a sentence it would read
// like an answer.
func (p pen) unanswered(f checks.Finding, reasonSaid bool) string {
	line := "• " + question(bot.ShortOf(f))
	switch lacks := needs(f); {
	case reasonSaid:
	case lacks != "":
		line += " Needs " + lacks + "."
	case f.Summary != "":
		line += " " + p.say(f.Summary)
	}
	if f.LastKnown == checks.Fail {
		line += " *It failed when it was last readable.*"
	}
	return line
}

// question is the name of a failure that nobody knows of: "Root has no MFA?"
func question(short string) string { return escape(strings.TrimRight(short, ".?!"), 100) + "?" }

// advice says why, and what to do about it: each sentence once and not again
// where it was told already, three at most.
func (p pen) advice(r checks.Report, unread []checks.Finding, told string) []string {
	gaps := slices.Clone(r.Coverage.Gaps)
	for _, f := range unread {
		gaps = append(gaps, f.Gaps...)
	}
	var said []string
	for _, g := range gaps {
		if sentence := p.say(bot.GapText(g)); sentence != "" && !slices.Contains(said, sentence) && !strings.Contains(told, sentence) && len(said) < 3 {
			said = append(said, sentence)
		}
	}
	return said
}

// names lists findings in a line.
func (p pen) names(findings []checks.Finding, name func(checks.Finding) string) string {
	var names []string
	for _, f := range findings {
		names = append(names, escape(name(f), 240))
	}
	return p.some(names)
}

// some lists as many names as there is room for, and counts the others.
func (p pen) some(names []string) string {
	if more := len(names) - p.items; more > 0 {
		names = append(slices.Clone(names[:p.items]), fmt.Sprintf("and %d more", more))
	}
	return join(names, "; ")
}
