package slack_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/workspace"
)

// pressBare presses a button that no message has, of what is remembered.
func (p *place) pressBare(t *testing.T, action, value string) {
	t.Helper()
	// The trigger must be the workspace's own, so a form lends it one.
	body, err := p.CommandBody(alice, bottest.Channel, "/rootcheck", "")
	if err != nil {
		t.Fatal(err)
	}
	trigger := payloadField(string(body), "trigger_id")
	w := door{Handler: p.dispatcher.Handler()}.serve(postTo(slack.InteractionsPath, pressBody(action, value, "trigger_id", trigger, "response_url", ""), time.Now()))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	p.dispatcher.Finish(t.Context())
}

// Whatever a report or a spike holds, Slack takes the modal.
func TestModalsTakeAnything(t *testing.T) {
	for _, hostile := range bottest.Hostile() {
		p := openPlace(t, false)
		for _, sample := range bottest.Spoiled(hostile) {
			switch m := sample.Message.(type) {
			case bot.RootAnswer:
				p.report = func(context.Context) (*checks.Report, error) { return &m.Report, nil }
				p.pressBare(t, "fix", checkValue)
			case bot.SpikeAlert:
				value := spikeValue(m)
				if len(value) > 2000 {
					continue // such a button is not drawn
				}
				p.spike = &m
				p.pressBare(t, "explain", value)
			default:
				continue
			}
			if log := p.log.String(); log != "" {
				t.Fatalf("%.80q in %s: %s", hostile, sample.Name, log)
			}
			views := p.Views(alice)
			if len(views) != 1 {
				t.Fatalf("%.80q in %s: %d modals", hostile, sample.Name, len(views))
			}
			if err := p.CloseView(t.Context(), alice, views[0].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A command that is copied from the modal is for the account that it is about:
// a placeholder stands for it in all that checks know. What is for
// members alone is not said of the management account.
func TestFixNamesItsOwnAccount(t *testing.T) {
	report := checks.Report{Scope: account.Scope{Partition: "aws-us-gov", Organization: "acme"}, AccountID: bottest.ID("444455556666"), AccountName: "ledger"}
	for _, c := range checks.All() {
		report.Findings = append(report.Findings, checks.Finding{CheckID: c.ID, Title: c.Title, Status: checks.Fail, Severity: c.Severity, Summary: "It is so."})
	}
	member := slack.FixText(report)
	for _, says := range []string{"--target-principal 444455556666", "--account-id 444455556666", "arn:aws-us-gov:iam::444455556666:root", "serial-number arn:aws-us-gov:iam::444455556666:mfa/"} {
		if !strings.Contains(member, says) {
			t.Errorf("a member's modal does not say %q", says)
		}
	}
	if strings.Contains(member, checks.AccountPlaceholder) {
		t.Error("a placeholder is left")
	}
	for i := range report.Findings {
		if report.Findings[i].CheckID == "root-central-management" {
			report.Findings[i].Evidence = []checks.Evidence{{Name: "RootSessions", Value: "false", Source: "iam:ListOrganizationsFeatures"}}
		}
	}
	management := slack.FixText(report)
	for _, says := range []string{"--target-principal ACCOUNT_ID", "--account-id ACCOUNT_ID", "arn:aws-us-gov:iam::444455556666:root"} {
		if !strings.Contains(management, says) {
			t.Errorf("the management account's modal does not say %q", says)
		}
	}
	if report.AccountID = (account.ID{}); !strings.Contains(slack.FixText(report), checks.AccountPlaceholder) {
		t.Error("an account without an id replaced the placeholder")
	}
}

// More findings than a modal has blocks for stand on pages.
func TestFixHasPages(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		report := bottest.RootAnswer().Report
		fails := report.Findings[0]
		for _, f := range report.Findings {
			if f.Status == checks.Fail {
				fails = f
			}
		}
		for range 60 {
			report.Findings = append(report.Findings, fails)
		}
		p.report = func(context.Context) (*checks.Report, error) { return &report, nil }
		p.press(t, p.answered(t), "fix")
		first := p.awaitView(t, "Page 1 of ")
		if strings.Contains(workspace.ViewText(first), "Previous page") {
			t.Error("there is a page before the first")
		}
		if _, err := p.PressInView(t.Context(), alice, first.ID, "fix_page.1"); err != nil {
			t.Fatal(err)
		}
		second := p.awaitView(t, "Page 2 of ")
		if second.ID != first.ID || !strings.Contains(workspace.ViewText(second), "Previous page") {
			t.Errorf("the second page is %s: %s", second.ID, workspace.ViewText(second))
		}
	})
}

// A store that hangs does not keep Slack waiting longer than it waits.
func TestPressWithASlowStore(t *testing.T) {
	for _, action := range []string{"check", "show", "fix", "explain", "ask_form", "refresh", "snooze"} {
		synctest.Test(t, func(t *testing.T) {
			d := openDoor(newDesk())
			d.ask = func(context.Context) error { time.Sleep(time.Minute); return nil }
			start := time.Now()
			w := d.serve(postTo(slack.InteractionsPath, pressBody(action, checkValue), start))
			if took := time.Since(start); w.Code != http.StatusOK || took > 2400*time.Millisecond {
				t.Errorf("%s: status %d after %s", action, w.Code, took)
			}
			time.Sleep(time.Hour) // virtual: what the store still does must not matter any more
		})
	}
}
