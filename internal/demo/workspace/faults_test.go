package workspace_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// try posts once under a fault and says what the real client made of it.
func try(t *testing.T, f workspace.Fault) (*workspace.Server, *slack.Client, error) {
	t.Helper()
	s, c, _ := open(t, options())
	s.AddFault(f)
	_, _, err := c.PostMessageContext(t.Context(), alerts, words("once"), keyed("spike:1"))
	return s, c, err
}

func TestLostAnswerIsFoundAgainByItsMetadata(t *testing.T) {
	s, c, err := try(t, workspace.Fault{Method: "chat.postMessage", Times: 1, Kind: workspace.FaultLostAnswer})
	if !errors.Is(err, io.EOF) {
		t.Fatalf("the client saw %v, want a cut connection", err)
	}
	page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{
		ChannelID: alerts, IncludeAllMetadata: true,
	})
	if err != nil || len(page.Messages) != 1 {
		t.Fatalf("history: %v, %v", page, err)
	}
	found := page.Messages[0]
	if found.Metadata.EventPayload["dedupe_key"] != "spike:1" || found.Timestamp != s.Posts()[0].TS {
		t.Errorf("found %+v, log %+v", found, s.Posts())
	}
	post(t, c, words("the fault is over"))
}

func TestRateLimits(t *testing.T) {
	s, _, err := try(t, workspace.Fault{Kind: workspace.FaultRateLimit, RetryAfter: 1500 * time.Millisecond})
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); !ok || limited.RetryAfter != 2*time.Second {
		t.Errorf("error %v, want a rate limit of 2 s", err)
	}
	if len(s.Posts()) != 0 {
		t.Error("a limited post was accepted")
	}
	_, _, err = try(t, workspace.Fault{Kind: workspace.FaultRateLimit, RetryAfter: -1})
	if code, ok := errors.AsType[slack.StatusCodeError](err); !ok || code.Code != 429 {
		t.Errorf("without the header: %v", err)
	}
}

func TestServerErrors(t *testing.T) {
	for _, test := range []struct {
		kind   workspace.FaultKind
		code   string
		status int
		writes int
	}{
		{workspace.FaultServerError, "", 503, 0},
		{workspace.FaultServerError, "500", 500, 0},
		{workspace.FaultServerLate, "502", 502, 1},
	} {
		s, _, err := try(t, workspace.Fault{Kind: test.kind, Code: test.code})
		if got, ok := errors.AsType[slack.StatusCodeError](err); !ok || got.Code != test.status {
			t.Errorf("%s: error %v, want %d", test.kind, err, test.status)
		}
		if n := len(s.Posts()); n != test.writes {
			t.Errorf("%s: %d writes, want %d", test.kind, n, test.writes)
		}
	}
}

func TestErrorWord(t *testing.T) {
	s, c, err := try(t, workspace.Fault{Method: "chat.postMessage", Times: 2, Kind: workspace.FaultError, Code: "token_revoked"})
	wantError(t, err, "token_revoked")
	if _, err := c.AuthTestContext(t.Context()); err != nil {
		t.Errorf("another method: %v", err)
	}
	_, _, err = c.PostMessageContext(t.Context(), alerts, words("again"))
	wantError(t, err, "token_revoked")
	post(t, c, words("third time"))
	s.AddFault(workspace.Fault{Kind: workspace.FaultError, Code: "internal_error"})
	s.ClearFaults()
	post(t, c, words("cleared"))
}

func TestTruncatedJSON(t *testing.T) {
	s, _, err := try(t, workspace.Fault{Kind: workspace.FaultTruncated})
	if syntax, broken := errors.AsType[*json.SyntaxError](err); !broken && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v (%v), want half of an answer", err, syntax)
	}
	if len(s.Posts()) != 1 {
		t.Error("the write was not applied")
	}
}

func TestHangLastsUntilTheClientLeaves(t *testing.T) {
	s, c, _ := open(t, options())
	s.AddFault(workspace.Fault{Kind: workspace.FaultHang})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := c.PostMessageContext(ctx, alerts, words("a")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if len(s.Posts()) != 0 {
		t.Error("a call that hung was accepted")
	}
	s.ClearFaults()
	s.AddFault(workspace.Fault{Kind: workspace.FaultHang, Delay: time.Millisecond})
	if _, _, err := c.PostMessageContext(t.Context(), alerts, words("a")); !errors.Is(err, io.EOF) {
		t.Errorf("after its delay: %v", err)
	}
}

func TestDelayChangesNothingElse(t *testing.T) {
	s, _, err := try(t, workspace.Fault{Kind: workspace.FaultDelay, Delay: time.Millisecond})
	if err != nil || len(s.Posts()) != 1 {
		t.Errorf("%v, %d writes", err, len(s.Posts()))
	}
}

func TestPercentHitsSome(t *testing.T) {
	s, c, _ := open(t, options())
	s.AddFault(workspace.Fault{Percent: 30, Kind: workspace.FaultError, Code: "internal_error"})
	failed := 0
	for range 200 {
		if _, err := c.AuthTestContext(t.Context()); err != nil {
			failed++
		}
	}
	if failed < 30 || failed > 90 {
		t.Errorf("%d of 200 calls failed, want about 60", failed)
	}
}
