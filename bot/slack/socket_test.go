package slack_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

// Whatever Slack does to the connections, each command is taken once and
// acknowledged. One connection goes at a time, as with Slack.
func TestSocketLosesNoCommand(t *testing.T) {
	for name, disturb := range map[string]func(*place){
		"refreshed":      func(p *place) { p.RefreshSocket() },
		"warned":         func(p *place) { p.WarnSockets() },
		"nothing at all": func(*place) {},
	} {
		t.Run(name, func(t *testing.T) {
			p := openPlace(t, true)
			const commands = 200
			var all sync.WaitGroup
			failures := make(chan error, commands)
			for n := range commands {
				if n == commands/2 || n == 3*commands/4 {
					if err := p.WaitSockets(patience(t), 2); err != nil {
						t.Fatal(err)
					}
					disturb(p)
				}
				all.Go(func() {
					_, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "prod-payments")
					failures <- err
				})
			}
			all.Wait()
			for range commands {
				if err := <-failures; err != nil {
					t.Errorf("a command failed: %v", err)
				}
			}
			if asked := p.asked(); len(asked) != commands {
				t.Errorf("%d of %d commands were taken", len(asked), commands)
			}
		})
	}
}

// A connection that breaks takes with it only what Slack had already put on
// it; the other one serves, and the broken one is replaced.
func TestSocketComesBack(t *testing.T) {
	for name, breaks := range map[string]func(*place){
		"one cut":   func(p *place) { p.DropSocket() },
		"all cut":   func(p *place) { p.DropSockets() },
		"refreshed": func(p *place) { p.RefreshSockets() },
	} {
		t.Run(name, func(t *testing.T) {
			p := openPlace(t, true)
			breaks(p)
			if err := p.WaitSockets(patience(t), 2); err != nil {
				t.Fatalf("%v\n%s", err, p.log)
			}
			if _, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "prod-payments"); err != nil || len(p.asked()) != 1 {
				t.Errorf("%v, asked %v", err, p.asked())
			}
		})
	}
}

// No ping for a while is a dead connection; no payload is a quiet workspace.
func TestSocketThatIsSilentIsReplaced(t *testing.T) {
	p := openPlace(t, false, func(w *workspace.Options, _ *slack.Options) { w.PingInterval = 10 * time.Millisecond })
	p.UseSocketMode(true)
	up := make(chan error, 100)
	p.connect(t, slack.SocketOptions{Connections: 1, Silence: 300 * time.Millisecond, Ready: func(err error) { up <- err }})
	for range 2 { // not yet, then yes
		<-up
	}
	p.StopPings()
	if err := <-up; err == nil {
		t.Error("a silent connection still counts")
	}
	p.ResumePings()
	// Slack's end of the old connection hears a little later that it is closed.
	for ctx := patience(t); ; {
		_, err := p.Command(ctx, alice, bottest.Channel, "/rootcheck", "prod-payments")
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

func TestSocketFatal(t *testing.T) {
	tests := map[string]struct {
		breaks func(*place)
		code   string
		says   string
	}{
		"token revoked":   {func(p *place) { p.RevokeAppToken() }, "token_revoked", "app-level token"},
		"token replaced":  {func(p *place) { p.SetAppToken("xapp-test-another"); p.DropSockets() }, "invalid_auth", "app-level token"},
		"switched off":    {func(p *place) { p.DisableSocketMode() }, "link_disabled", "switched off"},
		"off while we do": {func(p *place) { p.DisableSocketMode(); p.DropSockets() }, "", "Switch it on"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := openPlace(t, false)
			ended := p.connect(t, slack.SocketOptions{Stagger: time.Nanosecond})
			tt.breaks(p)
			var fault *bot.Fault
			if err := <-ended; !errors.As(err, &fault) || fault.Kind != bot.Locked || !strings.Contains(fault.Sentence, tt.says) || tt.code != "" && fault.Code != tt.code {
				t.Fatalf("ended with %v", err)
			}
			if log := p.log.String(); !strings.Contains(log, "level=ERROR") || !strings.Contains(log, fault.Code) || strings.Contains(log, appToken) {
				t.Errorf("logged %s", log)
			}
			if p.counters.all()["slack "+fault.Code] == 0 {
				t.Errorf("counted %v", p.counters.all())
			}
		})
	}
}

func TestSocketWithoutAnAppToken(t *testing.T) {
	p := openPlace(t, false, func(_ *workspace.Options, o *slack.Options) { o.AppToken = "" })
	var fault *bot.Fault
	if err := p.dispatcher.Socket(t.Context(), slack.SocketOptions{}); !errors.As(err, &fault) || fault.Code != "not_authed" {
		t.Errorf("ended with %v", err)
	}
}

// A token that was rotated is read again before it is called refused.
func TestSocketTokenRotates(t *testing.T) {
	const next = "xapp-test-0001-not-a-token"
	reads := 0
	keys := slack.NewKeyring(slack.Tokens{Bot: token, Signing: signingSecret, App: appToken}, func(context.Context) (slack.Tokens, error) {
		reads++
		return slack.Tokens{Bot: token, Signing: signingSecret, App: next}, nil
	}, nil)
	p := openPlace(t, true, func(_ *workspace.Options, o *slack.Options) { o.Keys = keys })
	p.SetAppToken(next)
	p.DropSockets()
	if err := p.WaitSockets(patience(t), 2); err != nil {
		t.Fatalf("%v\n%s", err, p.log)
	}
	if reads != 1 {
		t.Errorf("the token was read %d times", reads)
	}
}

// At the end nothing new is dialed, and what was taken is acknowledged.
func TestSocketEndsGracefully(t *testing.T) {
	p := openPlace(t, false)
	p.UseSocketMode(true)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.dispatcher.Socket(ctx, slack.SocketOptions{Stagger: time.Nanosecond}) }()
	if err := p.WaitSockets(patience(t), 2); err != nil {
		t.Fatal(err)
	}
	taking, release := make(chan struct{}), make(chan struct{})
	p.ask = func(context.Context) error { close(taking); <-release; return nil }
	acked := make(chan error, 1)
	go func() {
		_, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "prod-payments")
		acked <- err
	}()
	<-taking
	stop()
	close(release)
	if err := <-acked; err != nil {
		t.Errorf("the last command: %v", err)
	}
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
	if err := p.WaitSockets(patience(t), 0); err != nil {
		t.Errorf("a connection is left: %v", err)
	}
}

// Slack lets an app have ten connections. The eleventh waits and the others serve.
func TestSocketTooMany(t *testing.T) {
	p := openPlace(t, false)
	p.UseSocketMode(true)
	p.connect(t, slack.SocketOptions{Connections: 10, Stagger: time.Nanosecond})
	ctx, stop := context.WithCancel(t.Context())
	refused := make(chan error, 1)
	go func() { refused <- p.dispatcher.Socket(ctx, slack.SocketOptions{Connections: 1}) }()
	for p.counters.all()["slack too_many_websockets"] == 0 {
		if _, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", "help"); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-refused; err != nil {
		t.Errorf("ended with %v", err)
	}
}

// An acknowledgement that Slack would drop in silence goes another way.
func TestSocketLargeAcknowledgement(t *testing.T) {
	p := openPlace(t, true)
	ack, err := p.Command(t.Context(), alice, bottest.Channel, "/rootcheck", strings.Repeat("<&>", 900))
	if err != nil {
		t.Fatal(err)
	}
	if len(ack.Body) >= 20<<10 {
		t.Errorf("%d bytes over the socket", len(ack.Body))
	}
	p.await(t, "I do not know an account")
}

// A question that was answered over HTTP is not asked again over a socket,
// also after a restart.
func TestSameTriggerOverBothTransports(t *testing.T) {
	p := openPlace(t, false)
	body, err := p.CommandBody(alice, bottest.Channel, "/rootcheck", "prod-payments")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		// Signed anew, as no byte-for-byte copy is.
		ack, err := p.SendRaw(t.Context(), p.SignAt(time.Now().Add(time.Duration(-n)*time.Second), body))
		if want := []int{200, 401}[n]; err != nil || ack.Status != want {
			t.Errorf("the copy %d: status %d, %v", n, ack.Status, err)
		}
	}
	again := slack.NewDispatcher(slack.Options{SigningSecret: signingSecret}, p.desk, p.desk, slack.Home{}) // after a restart
	w := door{Handler: again.Handler()}.serve(signed(string(body), time.Now().Add(-2*time.Second)))
	if w.Code != 401 || len(p.asked()) != 1 {
		t.Errorf("status %d, asked %d times", w.Code, len(p.asked()))
	}
}
