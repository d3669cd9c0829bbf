package workspace_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"rootwatch/internal/demo/workspace"
)

// events is a bot that hears of events over HTTP and answers challenges.
func events(t *testing.T, s *workspace.Server, handle http.HandlerFunc) <-chan slackevents.EventsAPIEvent {
	t.Helper()
	seen := make(chan slackevents.EventsAPIEvent, 10)
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := slack.NewSecretsVerifier(r.Header, secret)
		if err == nil {
			_, _ = verifier.Write(body)
			err = verifier.Ensure()
		}
		e, parsed := slackevents.ParseEvent(body, slackevents.OptionNoVerifyToken())
		if err != nil || parsed != nil {
			t.Errorf("%v, %v: %s", err, parsed, body)
		}
		if e.Type == slackevents.URLVerification {
			var asked slackevents.ChallengeResponse
			if err := json.Unmarshal(body, &asked); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(w, asked.Challenge)
			return
		}
		if handle != nil {
			handle(w, r)
		}
		seen <- e
	}))
	t.Cleanup(bot.Close)
	s.SetEventsURL(bot.URL + "/slack/events")
	return seen
}

func TestOpenHome(t *testing.T) {
	s, c, _ := open(t, options())
	seen := events(t, s, nil)
	for _, published := range []bool{false, true} {
		if published {
			view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}}}
			if _, err := c.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: alice, View: view}); err != nil {
				t.Fatal(err)
			}
		}
		if ack, err := s.OpenHome(t.Context(), alice); err != nil || ack.Status != 200 {
			t.Fatalf("%+v, %v", ack, err)
		}
		e := <-seen
		home, ok := e.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent)
		if !ok || home.User != alice || home.Tab != "home" || home.Channel != s.DirectMessage(alice) || (home.View != nil) != published || e.TeamID != "T0TEST0001" {
			t.Errorf("event %+v %+v", e, e.InnerEvent.Data)
		}
	}
	if _, err := s.OpenHome(t.Context(), "U0NOBODY01"); err == nil {
		t.Error("nobody opens a home tab")
	}
}

func TestEventsAreRedelivered(t *testing.T) {
	o := options()
	o.Redelivery = []time.Duration{0, 0, 0}
	s, _, _ := open(t, o)
	t.Cleanup(s.Close)
	attempts := make(chan string, 10)
	status := make(chan int, 3)
	status <- 500
	status <- 503
	status <- 200
	seen := events(t, s, func(w http.ResponseWriter, r *http.Request) {
		attempts <- r.Header.Get("X-Slack-Retry-Num") + r.Header.Get("X-Slack-Retry-Reason")
		w.WriteHeader(<-status)
	})
	if _, err := s.OpenHome(t.Context(), alice); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"", "1http_error", "2http_error"} {
		if got := <-attempts; got != want {
			t.Errorf("attempt %q, want %q", got, want)
		}
		<-seen
	}
}

func TestEventsURLMustAnswerItsChallenge(t *testing.T) {
	o := options()
	o.Redelivery = []time.Duration{}
	s, _, _ := open(t, o)
	events(t, s, nil)
	if err := s.VerifyEventsURL(t.Context()); err != nil {
		t.Error(err)
	}
	deaf := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(deaf.Close)
	s.SetEventsURL(deaf.URL)
	if _, err := s.OpenHome(t.Context(), alice); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("an address that echoes no challenge gets events: %v", err)
	}
}

func TestEventsThatAreNotWantedAgain(t *testing.T) {
	o := options()
	o.Redelivery = []time.Duration{0}
	s, _, _ := open(t, o)
	t.Cleanup(s.Close)
	attempts := make(chan string, 10)
	first := make(chan struct{}, 1)
	first <- struct{}{}
	events(t, s, func(w http.ResponseWriter, r *http.Request) {
		attempts <- r.Header.Get("X-Slack-Retry-Num")
		select {
		case <-first:
			w.Header().Set("X-Slack-No-Retry", "1")
			w.WriteHeader(http.StatusTeapot)
		default:
			w.WriteHeader(http.StatusAccepted) // any 2xx will do for an event
		}
	})
	if _, err := s.OpenHome(t.Context(), alice); !errors.Is(err, workspace.ErrDispatch) {
		t.Errorf("error %v", err)
	}
	if _, err := s.OpenHome(t.Context(), alice); err != nil {
		t.Errorf("error %v", err)
	}
	for range 2 {
		if attempt := <-attempts; attempt != "" {
			t.Errorf("attempt %s of an event that was not wanted again", attempt)
		}
	}
}
