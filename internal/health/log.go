package health

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"rootwatch/config/secret"
)

// Logger writes records of level (debug, info, warn, error) and above to w,
// as text or json (the formats), in UTC. Slack tokens, Slack's response URLs
// and AWS keys are masked wherever they stand in a record. The id that a
// context carries (WithID) is written with every record that gets the context.
func Logger(w io.Writer, level, format string) (*slog.Logger, error) {
	var least slog.Level
	switch level {
	case "debug", "info", "warn", "error":
		if err := least.UnmarshalText([]byte(level)); err != nil {
			return nil, fmt.Errorf("log level: %w", err)
		}
	default:
		return nil, fmt.Errorf("log level %q is none of debug, info, warn, error", secret.Redact(level))
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: replace}
	var handler slog.Handler
	switch format {
	case "text":
		handler = slog.NewTextHandler(masked{w}, options)
	case "json":
		handler = slog.NewJSONHandler(masked{w}, options)
	default:
		return nil, fmt.Errorf("log format %q is none of text, json", secret.Redact(format))
	}
	return slog.New(identified{handler}), nil
}

// masked masks whole lines, after formatting: so it reaches error chains, the
// fields of structs and keys, whatever they were before. slog hands it each
// record in one Write.
type masked struct{ w io.Writer }

func (m masked) Write(line []byte) (int, error) {
	if _, err := io.WriteString(m.w, secret.Redact(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// replace puts times into UTC, and byte slices and URLs into text: JSON would
// take them apart, which hides a token from masked.
func replace(_ []string, a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindTime:
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	case slog.KindAny:
		switch v := a.Value.Any().(type) {
		case []byte:
			a.Value = slog.StringValue(strings.ToValidUTF8(string(v), "?"))
		case *url.URL:
			if v != nil {
				a.Value = slog.StringValue(v.String())
			}
		}
	}
	return a
}

type idKey struct{}

// NewID is an id for a request, short enough to be read out to an operator.
func NewID() string { return strings.ToLower(rand.Text()[:10]) }

// WithID gives ctx the id under which its records are logged, from the
// request to the reply.
func WithID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, idKey{}, id)
}

// ID is the context's id, or "".
func ID(ctx context.Context) string {
	id, _ := ctx.Value(idKey{}).(string)
	return id
}

// identified adds the context's id to each record.
type identified struct{ slog.Handler }

func (h identified) Handle(ctx context.Context, r slog.Record) error {
	if id := ID(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("id", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h identified) WithAttrs(attrs []slog.Attr) slog.Handler {
	return identified{h.Handler.WithAttrs(attrs)}
}

func (h identified) WithGroup(name string) slog.Handler {
	return identified{h.Handler.WithGroup(name)}
}
