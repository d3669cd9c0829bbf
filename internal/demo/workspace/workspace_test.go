package workspace_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

const (
	token  = "xoxb-test-workspace"
	secret = "test-signing-secret"
	alerts = "C0ALERTS01"
	alice  = "U0ALICE001"
	bob    = "U0BOB00001"
)

// scopes are those of a bot that posts only where it was invited.
var scopes = []string{
	"channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write",
	"groups:history", "groups:read", "im:history", "im:read", "im:write", "reactions:write", "users:read",
}

func options() workspace.Options {
	return workspace.Options{
		Scopes: scopes, BotToken: token, SigningSecret: secret, TeamID: "T0TEST0001",
		Channels: []workspace.Channel{
			{ID: alerts, Name: "alerts"},
			{ID: "C0OTHER001", Name: "other", NotMember: true},
			{ID: "C0OLD00001", Name: "old", Archived: true},
			{ID: "G0SECRET01", Name: "secret", Private: true, NotMember: true},
			{ID: "G0PRIVATE1", Name: "private", Private: true},
		},
		Users: []workspace.User{{ID: alice, Name: "alice", TZ: "Europe/Berlin"}, {ID: bob, Name: "bob"}},
	}
}

// open serves a workspace and returns the real client for it.
func open(t *testing.T, o workspace.Options) (*workspace.Server, *slack.Client, string) {
	t.Helper()
	s := workspace.New(o)
	served := httptest.NewServer(s)
	t.Cleanup(served.Close)
	s.SetBaseURL(served.URL)
	return s, slack.New(token, slack.OptionAPIURL(served.URL+"/api/")), served.URL
}

func post(t *testing.T, c *slack.Client, o ...slack.MsgOption) string {
	t.Helper()
	_, ts, err := c.PostMessageContext(t.Context(), alerts, o...)
	if err != nil {
		t.Fatalf("chat.postMessage: %v", err)
	}
	return ts
}

func words(s string) slack.MsgOption { return slack.MsgOptionText(s, false) }

func section(text string) slack.MsgOption {
	return slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, false), nil, nil))
}

func keyed(key string) slack.MsgOption {
	return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "rootwatch_test", EventPayload: map[string]any{"dedupe_key": key}})
}

func wantError(t *testing.T, err error, word string) {
	t.Helper()
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok || refused.Err != word {
		t.Errorf("error %v, want %s", err, word)
	}
}

// details is what Slack says beside its error word.
func details(err error) string {
	refused, _ := errors.AsType[slack.SlackErrorResponse](err)
	return strings.Join(refused.ResponseMetadata.Messages, "\n")
}

func texts(messages []workspace.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}

func TestTimestampsAreUniqueWhileTheClockStands(t *testing.T) {
	o := options()
	o.Now = func() time.Time { return time.Unix(1795322814, 0) }
	s, c, _ := open(t, o)
	for _, want := range []string{"1795322814.000000", "1795322814.000001", "1795322814.000002"} {
		if ts := post(t, c, words("a")); ts != want {
			t.Errorf("ts %s, want %s", ts, want)
		}
	}
	if n := len(s.Messages(alerts)); n != 3 {
		t.Errorf("%d messages, want 3", n)
	}
}

func TestWaitIsWokenByAWrite(t *testing.T) {
	s, c, _ := open(t, options())
	looked := make(chan int, 10)
	done := make(chan []workspace.Message)
	go func() {
		found, err := s.Wait(t.Context(), func(all []workspace.Message) bool {
			looked <- len(all)
			return len(all) == 2
		})
		if err != nil {
			t.Errorf("Wait: %v", err)
		}
		done <- found
	}()
	if n := <-looked; n != 0 {
		t.Fatalf("first look saw %d messages", n)
	}
	post(t, c, words("one"))
	if n := <-looked; n != 1 {
		t.Fatalf("second look saw %d messages", n)
	}
	post(t, c, words("two"))
	if got := texts(<-done); len(got) != 2 || got[1] != "two" {
		t.Errorf("Wait returned %q", got)
	}
	if n := len(looked); n != 1 {
		t.Errorf("%d more looks than writes", n-1)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	s, c, _ := open(t, options())
	post(t, c, words("one"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	last, err := s.Wait(ctx, func([]workspace.Message) bool { return false })
	if !errors.Is(err, context.Canceled) || len(last) != 1 {
		t.Errorf("Wait: %v, %d messages", err, len(last))
	}
}

func TestHookRunsBetweenApplyingAndAnswering(t *testing.T) {
	s, c, _ := open(t, options())
	answered := false
	var seen workspace.Post
	s.OnAccept(func(p workspace.Post) {
		seen = p
		if answered || len(s.Messages(alerts)) != 1 {
			t.Error("the hook ran before the write or after the answer")
		}
	})
	ts := post(t, c, words("one"), keyed("spike:1"))
	answered = true
	if seen.Method != "chat.postMessage" || seen.TS != ts || seen.Key != "spike:1" || seen.Channel != alerts {
		t.Errorf("post %+v", seen)
	}
	if log := s.Posts(); len(log) != 1 || log[0] != seen {
		t.Errorf("log %+v", log)
	}
}

func TestPostingLimit(t *testing.T) {
	now := time.Unix(1795322814, 0)
	o := options()
	o.PostsPerSecond, o.Now = 1, func() time.Time { return now }
	s, c, _ := open(t, o)
	ts := post(t, c, words("one"))
	_, _, err := c.PostMessageContext(t.Context(), alerts, words("two"))
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); !ok || limited.RetryAfter != time.Second {
		t.Fatalf("second post in a second: %v", err)
	}
	if _, _, _, err := c.UpdateMessageContext(t.Context(), alerts, ts, words("edited")); err != nil {
		t.Errorf("an edit is no post: %v", err)
	}
	if _, _, err := c.PostMessageContext(t.Context(), "G0PRIVATE1", words("elsewhere")); err != nil {
		t.Errorf("another channel: %v", err)
	}
	now = now.Add(time.Second)
	post(t, c, words("two"))
	if got := texts(s.Messages(alerts)); len(got) != 2 {
		t.Errorf("messages %q", got)
	}
}
