package slack_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/workspace"
	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// risen is the bill of an account whose EC2 rose on 20 November.
type risen struct{ id account.ID }

func (r risen) Costs(_ context.Context, from, to spend.Day, _ []spend.Sheet, spent func(int) error) (spend.Sheet, error) {
	sheet := spend.Sheet{From: from, To: to, ObservedAt: bottest.Now}
	for day := from; day <= to; day++ {
		amount := decimal.NewFromInt(100)
		if day >= bottest.Point(19, "0").Day {
			amount = decimal.NewFromInt(400)
		}
		sheet.Charges = append(sheet.Charges, spend.Charge{
			Key: spend.Key{Account: r.id, Service: "Amazon EC2"}, Day: day, Category: spend.Usage, Amount: amount, Currency: "USD",
		})
	}
	return sheet, spent(1)
}

// nobody is an organization without a list: only its bill is read here.
type nobody struct{}

func (nobody) Accounts(context.Context) iter.Seq2[account.Account, error] {
	return func(yield func(account.Account, error) bool) { yield(account.Account{}, errors.New("is not listed")) }
}
func (nobody) Facts(context.Context, account.Account) account.Facts { return account.Facts{} }
func (nobody) Organization(context.Context) checks.Organization     { return checks.Organization{} }
func (nobody) Self(context.Context) (account.Account, error) {
	return account.Account{}, errors.New("is not known")
}

// An alert is posted, somebody presses its button, and the same message says
// who: through Slack's wire, the door, the engine, the store, and back.
func TestAcknowledgeJourney(t *testing.T) {
	ws := workspace.New(workspace.Options{
		BotToken: token, SigningSecret: signingSecret, TeamID: "T1",
		Channels: []workspace.Channel{{ID: bottest.Channel, Name: "alerts"}}, Users: []workspace.User{{ID: "U01ALICE", Name: "alice"}},
	})
	api := httptest.NewServer(ws)
	t.Cleanup(api.Close)
	ws.SetBaseURL(api.URL)
	o := slack.Options{BotToken: token, SigningSecret: signingSecret, APIURL: api.URL + "/api", PerChannel: 1000}

	now := func() time.Time { return bottest.Now }
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "rootwatch.db"), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := schedule.OpenSQLite(t.Context(), s.DB(), s, schedule.Options{
		Organizations: []schedule.Organization{{
			Scope: scope, Collector: nobody{}, Costs: risen{bottest.ID("111122223333")}, HistoryDays: 36,
			MaxRequestsPerDay: 100, MaxRequestsPerMonth: 100, AlertChannel: bottest.Channel,
		}},
		Mouth: slack.NewMouth(o), Policy: checks.DefaultPolicy(), Spend: spend.DefaultSettings(), Zone: time.UTC, Concurrency: 2,
		Part: schedule.WithoutClock, Now: now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- engine.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-stopped, s.Close()); err != nil {
			t.Error(err)
		}
	})
	d := slack.NewDispatcher(o, engine, engine, slack.Home{Team: "T1", Scopes: []account.Scope{scope}})
	mux := http.NewServeMux()
	mux.Handle("/slack/", d.Handler())
	bots := httptest.NewServer(mux)
	t.Cleanup(bots.Close)
	ws.SetInteractivityURL(bots.URL + slack.InteractionsPath)

	if err := engine.ReadBill(t.Context(), scope); err != nil {
		t.Fatal(err)
	}
	alert := waitFor(t, ws, func(m workspace.Message) bool {
		return m.ThreadTS == "" && strings.Contains(workspace.Text(m), "EC2 spend is 4 times")
	})
	if _, err := ws.Press(t.Context(), "U01ALICE", bottest.Channel, alert.TS, "acknowledge"); err != nil {
		t.Fatal(err)
	}
	taken := waitFor(t, ws, func(m workspace.Message) bool {
		return m.TS == alert.TS && strings.Contains(workspace.Text(m), "Acknowledged by alice, ")
	})
	if blocks := string(taken.Blocks); strings.Contains(blocks, `"action_id":"acknowledge"`) || !strings.Contains(blocks, `"action_id":"explain"`) || strings.Contains(blocks, "@U01ALICE") {
		t.Errorf("it is drawn as %s", blocks)
	}
	waitFor(t, ws, func(m workspace.Message) bool {
		return m.ThreadTS == alert.TS && strings.Contains(workspace.Text(m), "alice looks after EC2 in 111122223333")
	})
	home, err := engine.Home(t.Context())
	if err != nil || len(home.Parts) != 1 || len(home.Parts[0].Spikes) != 1 || home.Parts[0].Spikes[0].AcknowledgedBy != "U01ALICE" {
		t.Errorf("App Home: %+v, %v", home, err)
	}
}

// waitFor is the first message of the channel that is as wanted.
func waitFor(t *testing.T, ws *workspace.Server, wanted func(workspace.Message) bool) workspace.Message {
	t.Helper()
	var found workspace.Message
	_, err := ws.Wait(t.Context(), func(all []workspace.Message) bool {
		for _, m := range all {
			if wanted(m) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
