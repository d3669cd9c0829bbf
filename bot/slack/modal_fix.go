package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
	"rootwatch/checks"
)

// actFixPage turns to another page of the modal that actFix opens; its number
// follows the ".".
const actFixPage = "fix_page"

// A page of a modal, with room for its head and its buttons: Slack takes 100
// blocks and 250 kB.
const (
	pageBlocks = 90
	pageBytes  = 150_000
)

// fix draws what mends the account, as its newest report has it.
func (d *Dispatcher) fix(ctx context.Context, v pressValue, page int) (slackgo.ModalViewRequest, error) {
	report, err := d.desk.Report(ctx, v.Scope, v.Account)
	if err != nil {
		return slackgo.ModalViewRequest{}, err
	}
	if report == nil {
		return troubleView(bot.Trouble{
			What: "No report of this account is remembered.", Meaning: "This is not a pass.", Next: "Ask for one with `" + bot.RootCheck + " " + v.Account.String() + "`.",
		}), nil
	}
	return fixView(*report, page), nil
}

// turn draws another page in the modal where the press was.
func (d *Dispatcher) turn(ctx context.Context, p press) {
	v, err := within(ctx, afterLimit, func(ctx context.Context) (slackgo.ModalViewRequest, error) { return d.fix(ctx, p.value, p.nth) })
	if err != nil {
		v = troubleView(d.busy(ctx, p.key, err))
	}
	d.updateView(ctx, p.view, p.hash, v)
}

// fixView is page n of what to do, the worst first: what fails, then what is
// unknown and may fail. A page that is not there is the last.
func fixView(r checks.Report, n int) slackgo.ModalViewRequest {
	tally, p := bot.TallyOf(r), pens[0]
	var parts [][]slackgo.Block
	own := placeholders(r)
	for _, f := range tally.Failing {
		parts = append(parts, p.repair(f, own))
	}
	for _, f := range tally.Unread {
		parts = append(parts, p.repair(f, own))
	}
	head := []string{p.who(r.AccountName, r.AccountID)}
	if !r.ObservedAt.IsZero() {
		head = append(head, "as of "+instant(r.ObservedAt))
	}
	blocks := []slackgo.Block{note(head...)}
	pages := paged(parts)
	if len(pages) == 0 {
		return view("How to fix", append(blocks, section(":white_check_mark: Nothing of it fails, and nothing is unknown."))...)
	}
	n = min(max(n, 0), len(pages)-1)
	blocks = append(blocks, pages[n]...)
	if len(pages) > 1 {
		blocks = append(blocks, note(fmt.Sprintf("Page %d of %d", n+1, len(pages))))
		blocks = append(blocks, turns(pressValue{Scope: r.Scope, Account: r.AccountID}, n, len(pages))...)
	}
	return view("How to fix", blocks...)
}

// turns are the buttons to the pages beside page n.
func turns(v pressValue, n, pages int) []slackgo.Block {
	var buttons []slackgo.BlockElement
	for _, to := range []struct {
		page  int
		label string
	}{{n - 1, "Previous page"}, {n + 1, "Next page"}} {
		if to.page < 0 || to.page >= pages {
			continue
		}
		id := fmt.Sprintf("%s.%d", actFixPage, to.page)
		buttons = append(buttons, slackgo.NewButtonBlockElement(id, v.value(), plainText(to.label, 75)))
	}
	return []slackgo.Block{slackgo.NewActionBlock("", buttons...)}
}

// paged lays parts, none of which is broken, out on pages.
func paged(parts [][]slackgo.Block) [][]slackgo.Block {
	var pages [][]slackgo.Block
	bytes := 0
	for _, part := range parts {
		b, err := json.Marshal(part)
		if err != nil {
			continue // blocks of ours are text
		}
		last := len(pages) - 1
		if last < 0 || len(pages[last])+len(part) > pageBlocks || bytes+len(b) > pageBytes {
			pages, bytes, last = append(pages, nil), 0, last+1
		}
		pages[last] = append(pages[last], part...)
		bytes += len(b)
	}
	return pages
}

// repair is one finding with all that its check knows of mending it. own puts
// the account at hand into a command.
func (p pen) repair(f checks.Finding, own func(string) string) []slackgo.Block {
	check, _ := checks.Find(f.CheckID)
	r := check.Remediation
	blocks := []slackgo.Block{slackgo.NewDividerBlock(), p.wrong(f)}
	var steps []string
	for i, step := range r.Steps {
		steps = append(steps, fmt.Sprintf("%d. %s", i+1, escape(step, 600)))
	}
	if len(steps) > 0 {
		blocks = append(blocks, section(append([]string{"*Steps*"}, steps...)...))
	}
	if r.Console != "" || r.URL != "" {
		blocks = append(blocks, section("*In the console*", escape(r.Console, 300), link(r.URL, "Open it")))
	}
	if r.CLI != "" {
		blocks = append(blocks, section("*On the command line*\n"+listing(own(r.CLI))))
	}
	if sources := references(check.References); len(sources) > 0 {
		blocks = append(blocks, note(sources...))
	}
	return blocks
}

// wrong says what is to be mended. What is unknown names what would answer it.
func (p pen) wrong(f checks.Finding) slackgo.Block {
	if f.Status == checks.Fail {
		return section(fmt.Sprintf("%s *%s: %s*", severityMark(f.Severity), capital(string(f.Severity)), escape(bot.ShortOf(f), 100)), escape(f.Summary, 600))
	}
	lines := []string{":question: *Unknown: " + question(bot.ShortOf(f)) + "* This is not a pass.", escape(f.Summary, 600)}
	for _, g := range f.Gaps {
		if text := escape(bot.GapText(g), 400); !slices.Contains(lines, text) {
			lines = append(lines, text)
		}
	}
	if lacks := needs(f); lacks != "" {
		lines = append(lines, "Needs "+lacks+".")
	}
	return section(append(lines, "If it turns out to fail:")...)
}

// listing is a command in a code block of its own, line by line as it is.
func listing(s string) string {
	const most = 2500
	s = slackutilsx.EscapeMessage(strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "```", "'''"))
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "\n..."
	}
	return "```\n" + s + "\n```"
}

func references(all []checks.Reference) []string {
	var names []string
	for _, r := range all[:min(len(all), 8)] {
		name := escape(r.Catalogue+" "+r.ID, 120)
		if to := link(r.URL, name); to != "" {
			name = to
		}
		names = append(names, name)
	}
	return names
}
