package slack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/workspace"
)

const (
	alice    = "U01ALICE"
	appToken = "xapp-test-0000-not-a-token"
)

// place is an emulated workspace with a dispatcher in it, which hears of
// presses over HTTP, or over Socket Mode.
type place struct {
	*workspace.Server
	*desk
	dispatcher *slack.Dispatcher
	mouth      *slack.Mouth
	counters   *tally
	log        *safeBuffer
}

func openPlace(t *testing.T, socket bool, change ...func(*workspace.Options, *slack.Options)) *place {
	t.Helper()
	p := &place{desk: newDesk(), counters: &tally{}, log: &safeBuffer{}}
	w := workspace.Options{
		BotToken: token, AppToken: appToken, SigningSecret: signingSecret, TeamID: "T1",
		Channels: []workspace.Channel{{ID: bottest.Channel, Name: "security"}},
		Users:    []workspace.User{{ID: alice, Name: "alice"}},
	}
	o := slack.Options{
		BotToken: token, AppToken: appToken, SigningSecret: signingSecret, PerChannel: 1000, Counters: p.counters,
		Now: func() time.Time { return bottest.Now }, Log: slog.New(slog.NewTextHandler(p.log, nil)),
	}
	for _, f := range change {
		f(&w, &o)
	}
	p.Server = workspace.New(w)
	api := httptest.NewServer(p.Server)
	t.Cleanup(api.Close)
	p.SetBaseURL(api.URL)
	o.APIURL = api.URL + "/api"
	p.mouth = slack.NewMouth(o)
	p.dispatcher = slack.NewDispatcher(o, p.desk, p.desk, slack.Home{Scopes: []account.Scope{scope}, Team: "T1"})
	if socket {
		p.connect(t, slack.SocketOptions{Stagger: time.Nanosecond})
		return p
	}
	http := httptest.NewServer(p.dispatcher.Handler())
	t.Cleanup(http.Close)
	p.SetCommandURL(http.URL + slack.CommandsPath)
	p.SetInteractivityURL(http.URL + slack.InteractionsPath)
	p.SetEventsURL(http.URL + slack.EventsPath)
	return p
}

// connect holds Socket Mode until the test ends, or until it ends by itself
// with what the channel yields.
func (p *place) connect(t *testing.T, o slack.SocketOptions) <-chan error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ended <- p.dispatcher.Socket(ctx, o)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	n := 2
	if o.Connections > 0 {
		n = o.Connections
	}
	if err := p.WaitSockets(patience(t), n); err != nil {
		t.Fatal(err)
	}
	return ended
}

// patience ends a wait for what never comes.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// both runs f over each transport.
func both(t *testing.T, f func(t *testing.T, p *place)) {
	for name, socket := range map[string]bool{"http": false, "socket": true} {
		t.Run(name, func(t *testing.T) { f(t, openPlace(t, socket)) })
	}
}

// texts are the channel's messages as text.
func (p *place) texts(channel string) []string {
	var texts []string
	for _, m := range p.Messages(channel) {
		texts = append(texts, workspace.Text(m))
	}
	return texts
}

// await waits until a message of any channel says what it should.
func (p *place) await(t *testing.T, says string) workspace.Message {
	t.Helper()
	var found workspace.Message
	_, err := p.Wait(patience(t), func(all []workspace.Message) bool {
		for _, m := range all {
			if strings.Contains(workspace.Text(m), says) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatalf("nothing says %q: %v", says, err)
	}
	return found
}

// awaitView waits until the person's top modal says what it should.
func (p *place) awaitView(t *testing.T, says string) workspace.View {
	t.Helper()
	var found workspace.View
	_, err := p.Wait(patience(t), func([]workspace.Message) bool {
		views := p.Views(alice)
		if len(views) == 0 {
			return false
		}
		found = views[len(views)-1]
		return strings.Contains(workspace.ViewText(found), says)
	})
	if err != nil {
		t.Fatalf("no modal says %q but %q", says, workspace.ViewText(found))
	}
	return found
}

// answered is an answer to /rootcheck that only alice sees.
func (p *place) answered(t *testing.T) workspace.Message {
	t.Helper()
	if _, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "prod-payments"); err != nil {
		t.Fatal(err)
	}
	asked := p.asked()
	p.say(t, *asked[len(asked)-1].Reply, bottest.RootAnswer())
	return p.await(t, "prod-payments")
}

func (p *place) say(t *testing.T, to bot.Address, m bot.Message) {
	t.Helper()
	if _, err := p.mouth.Post(t.Context(), bot.Outgoing{Key: "answer", Address: to, Message: m, PlannedAt: bottest.Now}); err != nil {
		t.Fatal(err)
	}
}

func (p *place) press(t *testing.T, m workspace.Message, action string) {
	t.Helper()
	if _, err := p.Press(t.Context(), alice, m.Channel, m.TS, action); err != nil {
		t.Fatalf("%s: %v\n%s", action, err, p.log)
	}
}

// The answer to "Check again" takes the place of the one with the button.
func TestPressCheck(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		m := p.answered(t)
		p.press(t, m, "check")
		asked := p.asked()
		if len(asked) != 2 {
			t.Fatalf("asked %+v", asked)
		}
		r := asked[1]
		want := bot.CheckAccounts{Targets: []bot.Target{{Scope: scope, ID: bottest.RootAnswer().Report.AccountID}}}
		if diff := cmp.Diff(bot.Command(want), r.Command, cmp.AllowUnexported(account.ID{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if r.AskedBy != alice || r.AskedByName != "alice" || r.Reply.Beside || r.Reply.ResponseURL == "" || r.Reply.FallbackChannel != bottest.Channel {
			t.Errorf("request %+v, reply %+v", r, r.Reply)
		}
		if texts := p.texts(bottest.Channel); len(texts) != 1 || !strings.Contains(texts[0], "Checking") {
			t.Errorf("the channel shows %q", texts)
		}
		p.say(t, *r.Reply, bot.Trouble{What: "the new answer"})
		if texts := p.texts(bottest.Channel); len(texts) != 1 || !strings.Contains(texts[0], "the new answer") {
			t.Errorf("the channel shows %q", texts)
		}
		if p.counters.all()["answered check"] != 1 {
			t.Errorf("counted %v", p.counters.all())
		}
	})
}

func TestPressShow(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.press(t, p.answered(t), "show")
		r := p.asked()[1]
		if c, ok := r.Command.(bot.ShowReport); !ok || c.Target.Scope != scope || !r.Reply.Public || !r.Reply.Beside {
			t.Fatalf("asked %+v, reply %+v", r, r.Reply)
		}
		p.say(t, *r.Reply, bottest.RootAnswer())
		messages := p.Messages(bottest.Channel)
		if len(messages) != 2 || !messages[0].Ephemeral || messages[1].Ephemeral {
			t.Errorf("the channel shows %+v", messages)
		}
	})
}

// A button in a message that all see replaces nothing: the note and the
// answer are for whoever pressed.
func TestPressAskBesideAMessage(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.say(t, bot.Address{Channel: bottest.Channel}, bottest.Digest())
		digest := p.Messages(bottest.Channel)[0]
		p.press(t, digest, "ask.1")
		note := p.await(t, "Checking")
		if !note.Ephemeral || note.User != alice {
			t.Errorf("the note is %+v", note)
		}
		r := p.asked()[0]
		if _, ok := r.Command.(bot.CheckAccounts); !ok || !r.Reply.Beside || r.Reply.Public {
			t.Errorf("asked %+v, reply %+v", r, r.Reply)
		}
		if now := p.Messages(bottest.Channel)[0]; now.Edited != 0 || now.Ephemeral {
			t.Errorf("the digest became %+v", now)
		}
	})
}

func TestPressAcknowledge(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		alert := bottest.SpikeAlert()
		alert.Scope = scope
		p.say(t, bot.Address{Channel: bottest.Channel}, alert)
		p.press(t, p.Messages(bottest.Channel)[0], "acknowledge")
		r := p.asked()[0]
		want := bot.Acknowledge{Scope: scope, Key: bot.SpikeKey(alert.Incident)}
		if r.Command != bot.Command(want) || r.AskedBy != alice || !r.Reply.Beside {
			t.Errorf("asked %+v, reply %+v", r, r.Reply)
		}
	})
}

func TestPressFix(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		report := bottest.RootAnswer().Report
		p.report = func(context.Context) (*checks.Report, error) { return &report, nil }
		p.press(t, p.answered(t), "fix")
		text := workspace.ViewText(p.awaitView(t, "How to fix"))
		check, _ := checks.Find("root-access-keys")
		for _, says := range []string{check.Remediation.Steps[0][:40], "In the console", "On the command line", "aws "} {
			if !strings.Contains(text, says) {
				t.Errorf("the modal does not say %q:\n%s", says, text)
			}
		}
	})
}

func TestPressFixOfWhatWasNeverChecked(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.press(t, p.answered(t), "fix")
		p.awaitView(t, "This is not a pass")
	})
}

// What takes long opens at once and is filled later.
func TestPressFixSlowly(t *testing.T) {
	p := openPlace(t, false)
	report, release := bottest.RootAnswer().Report, make(chan struct{})
	p.report = func(context.Context) (*checks.Report, error) { <-release; return &report, nil }
	p.press(t, p.answered(t), "fix")
	first := p.awaitView(t, "Loading")
	close(release)
	if filled := p.awaitView(t, "On the command line"); filled.ID != first.ID {
		t.Errorf("another modal, %s, not %s", filled.ID, first.ID)
	}
}

func TestPressFixWhereTheDeskFails(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.report = func(context.Context) (*checks.Report, error) { return nil, errors.New("disk full") }
		p.press(t, p.answered(t), "fix")
		p.awaitView(t, "busy")
		if log := p.log.String(); !strings.Contains(log, "disk full") {
			t.Errorf("logged %s", log)
		}
	})
}

func TestPressExplain(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		alert := bottest.SpikeAlert()
		alert.Scope = scope
		p.spike = &alert
		p.say(t, bot.Address{Channel: bottest.Channel}, alert)
		p.press(t, p.Messages(bottest.Channel)[0], "explain")
		text := workspace.ViewText(p.awaitView(t, "Why it fired"))
		newest := alert.Incident.Recent[len(alert.Incident.Recent)-1]
		for _, says := range []string{alert.Incident.Drivers[0].Name, newest.Day.String(), newest.Amount.StringFixed(2), "Day by day"} {
			if !strings.Contains(text, says) {
				t.Errorf("the modal does not say %q:\n%s", says, text)
			}
		}
	})
}

func TestPressTooLateForAModal(t *testing.T) {
	for name, socket := range map[string]bool{"http": false, "socket": true} {
		t.Run(name, func(t *testing.T) {
			p := openPlace(t, socket, func(w *workspace.Options, _ *slack.Options) { w.TriggerLimit = time.Nanosecond })
			p.press(t, p.answered(t), "fix")
			m := p.await(t, "Please press again")
			if !m.Ephemeral {
				t.Errorf("everyone sees %+v", m)
			}
		})
	}
}

func TestPressWhileBusy(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		m := p.answered(t)
		p.ask = func(context.Context) error { return bot.ErrBusy }
		p.press(t, m, "check")
		p.await(t, "Please ask again in a moment")
		if len(p.asked()) != 1 || p.counters.all()["refused busy"] != 1 {
			t.Errorf("asked %v, counted %v", p.asked(), p.counters.all())
		}
	})
}

func TestHomeIsDrawnAndItsButtonsWork(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		if _, err := p.OpenHome(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		home := p.awaitHome(t, "Needs a person")
		p.home = func() (bot.Home, error) { return bot.Home{}, nil }
		if _, err := p.PressInView(t.Context(), alice, home.ID, "refresh"); err != nil {
			t.Fatal(err)
		}
		home = p.awaitHome(t, "Nothing has been looked at yet")
		if _, err := p.PressInView(t.Context(), alice, home.ID, "ask"); err != nil {
			t.Fatal(err)
		}
		r := p.asked()[0]
		if c, ok := r.Command.(bot.CheckAccounts); !ok || !c.All || *r.Reply != (bot.Address{Channel: alice}) {
			t.Errorf("asked %+v, reply %+v", r, r.Reply)
		}
	})
}

func (p *place) awaitHome(t *testing.T, says string) workspace.View {
	t.Helper()
	var home workspace.View
	_, err := p.Wait(patience(t), func([]workspace.Message) bool {
		home, _ = p.HomeOf(alice)
		return strings.Contains(workspace.ViewText(home), says)
	})
	if err != nil {
		t.Fatalf("the home tab says %q: %v", workspace.ViewText(home), err)
	}
	return home
}

func TestForm(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		if _, err := p.OpenHome(t.Context(), alice); err != nil {
			t.Fatal(err)
		}
		home := p.awaitHome(t, "Rootwatch")
		if _, err := p.PressInView(t.Context(), alice, home.ID, "ask_form"); err != nil {
			t.Fatal(err)
		}
		form := p.awaitView(t, "direct message")
		for typed, says := range map[string]string{"prod-paymets": "Did you mean /rootcheck prod-payments?", "12345": "5 digits", "help": "Type at least one account"} {
			mistakes, err := p.Submit(t.Context(), alice, form.ID, map[string]string{"names": typed})
			if err != nil || !strings.Contains(strings.Join(values(mistakes), " "), says) {
				t.Errorf("%q: told %q, %v", typed, mistakes, err)
			}
		}
		if mistakes, err := p.Submit(t.Context(), alice, form.ID, map[string]string{"names": "prod-payments"}); err != nil || len(mistakes) > 0 {
			t.Fatalf("told %q, %v", mistakes, err)
		}
		p.awaitView(t, "Checking")
		asked := p.asked()
		if len(asked) != 1 || *asked[0].Reply != (bot.Address{Channel: alice}) || asked[0].AskedBy != alice {
			t.Fatalf("asked %+v", asked)
		}
		p.say(t, *asked[0].Reply, bottest.RootAnswer())
		if direct := p.await(t, "prod-payments"); !strings.HasPrefix(direct.Channel, "D") {
			t.Errorf("the answer is in %s", direct.Channel)
		}
	})
}

func values(m map[string]string) []string {
	var all []string
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// A press in a direct message is answered there, with a message of its own.
func TestPressInADirectMessage(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.say(t, bot.Address{Channel: alice}, bottest.RootAnswer())
		m := p.await(t, "prod-payments")
		p.press(t, m, "check")
		if to := *p.asked()[0].Reply; to != (bot.Address{Channel: m.Channel}) {
			t.Errorf("answered to %+v", to)
		}
	})
}

// The second copy of an envelope or of a request does nothing.
func TestDeliveredTwice(t *testing.T) {
	both(t, func(t *testing.T, p *place) {
		p.DeliverTwice(1)
		if _, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "prod-payments"); err != nil {
			t.Logf("one of two copies over HTTP is refused: %v", err)
		}
		p.DeliverTwice(0)
		if asked := p.asked(); len(asked) != 1 {
			t.Fatalf("asked %d times", len(asked))
		}
		report := bottest.RootAnswer().Report
		p.report = func(context.Context) (*checks.Report, error) { return &report, nil }
		p.say(t, *p.asked()[0].Reply, bottest.RootAnswer())
		m := p.await(t, "Check again")
		p.DeliverTwice(1)
		_, _ = p.Press(t.Context(), alice, m.Channel, m.TS, "fix")
		p.awaitView(t, "How to fix")
		p.counters.await(t, "refused replayed")
		p.dispatcher.Finish(t.Context())
		if views := p.Views(alice); len(views) != 1 {
			t.Errorf("%d modals", len(views))
		}
	})
}

// safeBuffer is a log that goroutines share.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) Len() int { return len(b.String()) }

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
