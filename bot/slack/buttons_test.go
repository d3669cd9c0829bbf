package slack_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func buttons(blocks []slackgo.Block) []*slackgo.ButtonBlockElement {
	var all []*slackgo.ButtonBlockElement
	for _, b := range blocks {
		switch b := b.(type) {
		case *slackgo.SectionBlock:
			if b.Accessory != nil {
				all = append(all, b.Accessory.ButtonElement)
			}
		case *slackgo.ActionBlock:
			for _, e := range b.Elements.ElementSet {
				all = append(all, e.(*slackgo.ButtonBlockElement))
			}
		}
	}
	return all
}

var actionID = regexp.MustCompile(`^(check|fix|show|acknowledge|explain|ask|ask_form|refresh)(\.[1-9][0-9]?)?$`)

// presses looks at every button: who presses it must be told apart from who
// presses another, and what it carries must be ours whatever strangers wrote.
func presses(t *testing.T, name string, blocks []slackgo.Block) {
	t.Helper()
	seen, labels := map[string]bool{}, map[string]bool{}
	primary := 0
	for _, b := range blocks {
		if a, ok := b.(*slackgo.ActionBlock); ok && len(a.Elements.ElementSet) > 5 {
			t.Errorf("%s: %d buttons in a row", name, len(a.Elements.ElementSet))
		}
	}
	for _, b := range buttons(blocks) {
		if !actionID.MatchString(b.ActionID) || seen[b.ActionID] {
			t.Errorf("%s: the action %q is no action, or twice there", name, b.ActionID)
		}
		seen[b.ActionID] = true
		heard := b.AccessibilityLabel
		if heard == "" {
			heard = b.Text.Text
		}
		if labels[b.Text.Text] && b.AccessibilityLabel == "" {
			t.Errorf("%s: the label %q repeats and nothing tells them apart", name, b.Text.Text)
		}
		labels[b.Text.Text] = true
		for _, s := range []string{b.Text.Text, heard} {
			if n := utf8.RuneCountInString(s); n == 0 || n > 75 || strings.IndexFunc(s, steers) >= 0 {
				t.Errorf("%s: label %.90q", name, s)
			}
		}
		if len(b.Value) > 2000 || !json.Valid([]byte(b.Value)) {
			t.Errorf("%s: value of %d bytes: %.90q", name, len(b.Value), b.Value)
		}
		if b.Style == slackgo.StylePrimary {
			primary++
		}
	}
	if primary > 1 {
		t.Errorf("%s: %d primary buttons", name, primary)
	}
}

// steers is what no label may hold: a line break or a turn of the writing.
func steers(r rune) bool {
	return r < ' ' || r == 0x7f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}

// labelled lists a message's buttons as "action label value".
func labelled(blocks []slackgo.Block) []string {
	var all []string
	for _, b := range buttons(blocks) {
		all = append(all, b.ActionID+" | "+b.Text.Text+" | "+b.Value)
	}
	return all
}

func TestButtons(t *testing.T) {
	private := func(m bot.Message) []slackgo.Block { blocks, _ := slack.Draw(m); return blocks }
	public := func(m bot.Message) []slackgo.Block { blocks, _ := slack.DrawPublic(m); return blocks }
	samples := map[string]bot.Message{}
	for _, s := range bottest.Samples() {
		samples[s.Name] = s.Message
	}
	const (
		prod  = `{"partition":"aws","organization":"acme","account":"111122223333"}`
		spike = `{"partition":"aws","organization":"acme","key":"spike:111122223333:Amazon Elastic Compute Cloud - Compute:us-west-2:2026-11-19"}`
		ec2   = `ask | Check the account | {"partition":"","organization":"","command":"/rootcheck 111122223333"}`
	)
	for name, c := range map[string]struct {
		blocks []slackgo.Block
		want   []string
	}{
		"an answer for one alone":   {private(samples["root_fail"]), []string{"check | Check again | " + prod, "fix | How to fix | " + prod, "show | Show to channel | " + prod}},
		"the same for a channel":    {public(samples["root_fail"]), []string{"check | Check again | " + prod, "fix | How to fix | " + prod}},
		"an alert":                  {public(samples["spike"]), []string{"acknowledge | Acknowledge | " + spike, "explain | Why it fired | " + spike, ec2}},
		"an alert somebody took":    {public(samples["spike_acknowledged"]), []string{"explain | Why it fired | " + spike, ec2}},
		"an alert that is over":     {public(samples["spike_over"]), nil},
		"over, and somebody had it": {public(samples["spike_over_acknowledged"]), nil},
		"a word in the thread":      {public(samples["spike_reply_grew"]), nil},
		"a quiet day":               {public(samples["digest_quiet"]), nil},
		"work that has begun":       {private(samples["pending"]), nil},
		"a suggestion":              {private(samples["trouble_suggest"]), []string{`ask | Yes, ask /rootcheck prod-payments | {"partition":"","organization":"","command":"/rootcheck prod-payments"}`}},
	} {
		if diff := cmp.Diff(c.want, labelled(c.blocks)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{"root_pass", "root_dark"} {
		for _, b := range buttons(private(samples[name])) {
			if b.ActionID == "fix" {
				t.Errorf("%s: there is nothing to fix", name)
			}
		}
	}
	for _, s := range bottest.Samples() {
		presses(t, s.Name, private(s.Message))
	}
}

// Who presses a button that repeats gets what they read on it.
func TestButtonsThatRepeat(t *testing.T) {
	blocks, _ := slack.Draw(bottest.Digest())
	got := labelled(blocks)
	want := []string{
		`ask.1 | Check prod-payments | {"partition":"","organization":"","command":"/rootcheck 111122223333"}`,
		`ask.2 | Check shop-frontend | {"partition":"","organization":"","command":"/rootcheck 123456789012"}`,
		`ask.3 | Check all accounts | {"partition":"","organization":"","command":"/rootcheck all"}`,
		`ask.4 | See the bill | {"partition":"","organization":"","command":"/spend"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A name of AWS or of a person is in no command and in no target; what a
// value cannot hold has no button.
func FuzzButtons(f *testing.F) {
	for _, s := range append(bottest.Hostile(), nasty) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m := bottest.SpikeAlert()
		m.Incident.AccountName, m.Incident.Service, m.Organization = s, s, s
		root := bottest.RootAnswer()
		root.Report.AccountName, root.Report.Organization = s, s
		list := bot.SpikeList{Incidents: []spend.Incident{m.Incident}, Total: 1}
		line := bot.Line{AccountID: bottest.ID("111122223333"), AccountName: s, Short: s}
		fleet := bot.FleetAnswer{Fleet: bot.Fleet{Scope: account.Scope{Organization: s}, Open: []bot.Line{line}, OpenTotal: 1}}
		for _, m := range []bot.Message{m, root, list, fleet, bot.Trouble{What: s, Suggest: s}} {
			blocks, _ := slack.Draw(m)
			presses(t, bot.Kind(m), blocks)
			for _, b := range buttons(blocks) {
				var v struct{ Command, Account string }
				if err := json.Unmarshal([]byte(b.Value), &v); err != nil {
					t.Fatal(err)
				}
				if _, typed := m.(bot.Trouble); !typed && v.Command != "" && !regexp.MustCompile(`^/(rootcheck|spend)( (\d{12}|all))?$`).MatchString(v.Command) {
					t.Errorf("the command %q", v.Command)
				}
			}
		}
	})
}
