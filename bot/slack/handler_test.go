package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/workspace"
)

func TestCommandIsTakenThenAcknowledged(t *testing.T) {
	d := openDoor(newDesk())
	r := signed(form("prod-payments").Encode(), time.Now())
	a := ackOf(t, d.serve(r))
	if a.Text != "Checking prod-payments..." {
		t.Errorf("ack %+v", a)
	}
	want := []bot.Request{{
		Key: d.requests[0].Key, At: bottest.Now, AskedBy: "U01ALICE", Subject: "prod-payments",
		Command: bot.CheckAccounts{Targets: []bot.Target{{Scope: scope, ID: bottest.ID("111122223333")}}},
		Reply:   &bot.Address{ResponseURL: "https://hooks.slack.com/commands/T0000/B0000/secret", User: "U01ALICE", FallbackChannel: "C0SECURITY"},
	}}
	if diff := cmp.Diff(want, d.requests, cmp.AllowUnexported(account.ID{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(d.requests[0].Key) != 64 {
		t.Errorf("key %q", d.requests[0].Key)
	}
	if diff := cmp.Diff(map[string]int{"answered rootcheck": 1}, d.counters.all()); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestCommandAnswers(t *testing.T) {
	tests := map[string]struct {
		form    url.Values
		says    string
		counted string
		command bot.Command
	}{
		"all":                  {form("all"), "Checking all accounts", "answered rootcheck", bot.CheckAccounts{All: true}},
		"spend":                {form("", "command", "/spend"), "Checking all accounts", "answered spend", bot.ShowSpend{Days: bot.DefaultDays}},
		"help":                 {form("help"), "How to use /rootcheck", "answered help", nil},
		"a mistake":            {form("prod-paymets"), "prod-payments", "answered mistake", nil},
		"a command of others":  {form("x", "command", "/deploy"), "/deploy", "answered mistake", nil},
		"escaped by Slack":     {form("R&amp;D"), "R&amp;D", "answered mistake", nil},
		"an organization sold": {form("old-lab"), "old-lab", "answered mistake", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := openDoor(newDesk())
			a := ackOf(t, d.serve(signed(tt.form.Encode(), time.Now())))
			if !strings.Contains(a.Text, tt.says) {
				t.Errorf("ack %+v", a)
			}
			if len(d.requests) != 1 || !cmp.Equal(tt.command, d.requests[0].Command, cmp.AllowUnexported(account.ID{})) {
				t.Errorf("asked %+v", d.requests)
			}
			if diff := cmp.Diff(map[string]int{tt.counted: 1}, d.counters.all()); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCommandSSLCheck(t *testing.T) {
	d := openDoor(newDesk())
	if w := d.serve(signed("ssl_check=1&token=x", time.Now())); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
	if len(d.requests) != 0 || len(d.counters.all()) != 0 {
		t.Errorf("asked %v, counted %v", d.requests, d.counters.all())
	}
}

func TestCommandElsewhere(t *testing.T) {
	d := openDoor(newDesk())
	r := signed(form("all").Encode(), time.Now())
	r.URL.Path = "/slack/elsewhere"
	if w := d.serve(r); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}

func TestCommandBusy(t *testing.T) {
	for name, err := range map[string]error{"busy": bot.ErrBusy, "any other error": errors.New("disk full")} {
		d := openDoor(newDesk())
		d.ask = func(context.Context) error { return err }
		a := ackOf(t, d.serve(signed(form("all", "text", "prod-payments").Encode(), time.Now())))
		if !strings.Contains(a.Text, "ask again") || !strings.Contains(a.Text, "not a pass") {
			t.Errorf("%s: ack %+v", name, a)
		}
		if diff := cmp.Diff(map[string]int{"refused busy": 1}, d.counters.all()); diff != "" {
			t.Errorf("%s: counted (-want +got):\n%s", name, diff)
		}
		log := d.log.String()
		if !strings.Contains(log, err.Error()) || strings.Contains(log, "prod-payments") || strings.Contains(log, "hooks.slack.com") {
			t.Errorf("%s: the log must have the error, and nothing of the body: %s", name, log)
		}
	}
}

// A store that hangs, even one that does not heed its context, is waited for
// 1.5 s and no longer.
func TestCommandSlowStore(t *testing.T) {
	for name, ask := range map[string]func(context.Context) error{
		"heeds its context": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"does not":          func(context.Context) error { time.Sleep(time.Minute); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := openDoor(newDesk())
				d.ask = ask
				start := time.Now()
				a := ackOf(t, d.serve(signed(form("all").Encode(), start)))
				if took := time.Since(start); took != 1500*time.Millisecond {
					t.Errorf("took %s", took)
				}
				if !strings.Contains(a.Text, "ask again") || d.counters.all()["refused busy"] != 1 {
					t.Errorf("ack %+v, counted %v", a, d.counters.all())
				}
				time.Sleep(time.Hour) // virtual: whatever the store still does must not matter any more
			})
		})
	}
}

func TestCommandPanics(t *testing.T) {
	d := openDoor(newDesk())
	d.ask = func(context.Context) error { panic("prod-payments is a secret") }
	w := d.serve(signed(form("prod-payments").Encode(), time.Now()))
	if w.Code != http.StatusInternalServerError || w.Body.Len() != 0 {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
	if log := d.log.String(); d.counters.all()["refused panic"] != 1 || strings.Contains(log, "prod-payments") || !strings.Contains(log, "handler_test.go") {
		t.Errorf("counted %v, logged %s", d.counters.all(), log)
	}
}

// A response URL that leads elsewhere is treated as absent.
func TestCommandResponseURL(t *testing.T) {
	for raw, kept := range map[string]bool{
		"https://hooks.slack.com/commands/T/1/x":              true,
		"https://hooks.slack-gov.com/commands/T/1/x":          true,
		"https://slack.com/commands/T/1/x":                    true, // the API's own host
		"http://hooks.slack.com/commands/T/1/x":               false,
		"https://hooks.slack.com.evil.example/x":              false,
		"https://evil.example/hooks.slack.com":                false,
		"https://hooks.slack.com@evil.example/":               false,
		"https://u:p@hooks.slack.com/":                        false,
		"https://169.254.169.254/latest/meta-data":            false,
		"https://hooks.slack.com:22/":                         false,
		"gopher://hooks.slack.com/":                           false,
		"":                                                    false,
		"https://hooks.slack.com%2f@evil.example/":            false,
		"\x00https://hooks.slack.com/":                        false,
		"https://HOOKS.SLACK.COM/commands/T/1/x":              true,
		"https://hooks.slack.com\\@evil.example/commands/T/1": false,
	} {
		d := openDoor(newDesk())
		ackOf(t, d.serve(signed(form("all", "response_url", raw).Encode(), time.Now())))
		want := &bot.Address{User: "U01ALICE", FallbackChannel: "C0SECURITY"}
		if kept {
			want.ResponseURL = raw
		}
		if diff := cmp.Diff(want, d.requests[0].Reply); diff != "" {
			t.Errorf("%q (-want +got):\n%s", raw, diff)
		}
	}
}

// FuzzCommand: whatever Slack may sign, the answer is a status and, with 200,
// a message within Slack's limits.
func FuzzCommand(f *testing.F) {
	f.Add(form("all").Encode())
	f.Add(form("<!channel> “prod” `x`").Encode())
	f.Add("command=%2Frootcheck&text=%ff%00&team_id=T1")
	f.Add("ssl_check=1")
	f.Add("command=%zz")
	f.Add("a;b&command=/spend&team_id=T1&text=9999d")
	f.Fuzz(func(t *testing.T, body string) {
		d := openDoor(newDesk())
		w := d.serve(signed(body, time.Now()))
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
		default:
			t.Fatalf("status %d", w.Code)
		}
		if w.Body.Len() == 0 {
			return
		}
		a := ackOf(t, w)
		blocks, err := json.Marshal(a.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		if err := workspace.CheckBlocks(blocks); err != nil {
			t.Fatalf("Slack would refuse the ack: %v\n%s", err, blocks)
		}
	})
}
