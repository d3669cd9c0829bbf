package health_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"rootwatch/bot"
	"rootwatch/config/secret"
	"rootwatch/internal/health"
)

func TestLoggerMasksSecrets(t *testing.T) {
	const response = "https://hooks.slack.com/commands/T0/1/canary"
	link, err := url.Parse(response)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			var out bytes.Buffer
			log, err := health.Logger(&out, "debug", format)
			if err != nil {
				t.Fatal(err)
			}
			log = log.With("fixed", token).WithGroup("group").With("inner", "AKIAIOSFODNN7EXAMPLE")
			log.Info("message "+token,
				"string", "a "+token+" \"quoted\"", "error", fmt.Errorf("post: %w", errors.New(response)), "url", link,
				"address", bot.Address{ResponseURL: response, User: "U0"}, "pointer", &bot.Address{ResponseURL: response},
				"bytes", []byte(token), "any", map[string]any{token: []string{token}}, "secret", secret.New("canary"),
				slog.Group("deep", "key", "ASIAIOSFODNN7EXAMPLE "), token, "as a key", "nil", error(nil))
			text := out.String()
			for _, leak := range []string{"canary", "IOSFODNN7"} {
				if strings.Contains(text, leak) {
					t.Errorf("%s leaks:\n%s", leak, text)
				}
			}
			if !strings.Contains(text, "https://hooks.slack.com/[redacted]") || strings.Count(text, "\n") != 1 {
				t.Errorf("more or less was masked than the secrets:\n%s", text)
			}
			if format == "json" && !json.Valid(out.Bytes()) {
				t.Errorf("is no JSON any more:\n%s", text)
			}
		})
	}
}

func TestLoggerLevelsAndFormats(t *testing.T) {
	for _, level := range []string{"debug", "info", "warn", "error"} {
		var out bytes.Buffer
		log, err := health.Logger(&out, level, "json")
		if err != nil {
			t.Fatal(err)
		}
		log.Debug("debug")
		log.Info("info")
		log.Warn("warn")
		log.Error("error")
		first, _, _ := strings.Cut(out.String(), "\n")
		if !strings.Contains(first, `"msg":"`+level+`"`) {
			t.Errorf("level %s begins with %s", level, first)
		}
	}
	for _, bad := range [][2]string{{"loud", "text"}, {"", "text"}, {"info+1", "text"}, {"info", "xml"}, {"info", ""}, {token, "text"}} {
		if log, err := health.Logger(&bytes.Buffer{}, bad[0], bad[1]); err == nil || log != nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestLoggerTellsOfABrokenWriter(t *testing.T) {
	log, err := health.Logger(broken{}, "info", "text")
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Handler().Handle(context.Background(), slog.NewRecord(time.Unix(0, 0), slog.LevelInfo, "x", 0)); err == nil {
		t.Error("the failure to write is swallowed")
	}
}

func TestOneIDFromRequestToReply(t *testing.T) {
	var out bytes.Buffer
	log, err := health.Logger(&out, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	id := health.NewID()
	if len(id) != 10 || id == health.NewID() {
		t.Errorf("ids repeat or are not short: %q", id)
	}
	ctx := health.WithID(context.Background(), id)
	if health.ID(ctx) != id || health.ID(context.Background()) != "" {
		t.Error("the context does not carry the id")
	}
	zone := time.FixedZone("far", 5*3600)
	log.With("room", "slack").InfoContext(ctx, "asked", "at", time.Date(2026, 3, 1, 2, 0, 0, 0, zone))
	log.InfoContext(context.Background(), "asked")
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, `"id":"`+id+`"`) || !strings.Contains(first, `"room":"slack"`) || !strings.Contains(first, `"at":"2026-02-28T21:00:00Z"`) {
		t.Error(first)
	}
	if strings.Contains(second, `"id"`) {
		t.Error(second)
	}
}
