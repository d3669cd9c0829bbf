package console

import (
	"context"
	"io"
	"strconv"
	"sync"

	"rootwatch/bot"
	"rootwatch/schedule"
)

// Mouth prints messages. A terminal cannot take back what it showed, so an
// edit is printed anew and marked as one. It remembers what it said for as
// long as the process lives. It may be used from several goroutines.
type Mouth struct {
	mu    sync.Mutex
	w     io.Writer
	style Style
	said  map[string]bot.Ref // by key
	refs  map[bot.Ref]bool
	shown map[string]string // by key, as last drawn
}

var _ schedule.Mouth = (*Mouth)(nil)

// NewMouth speaks on w.
func NewMouth(w io.Writer, style Style) *Mouth {
	return &Mouth{w: w, style: style, said: map[string]bot.Ref{}, refs: map[bot.Ref]bool{}, shown: map[string]string{}}
}

// channel is where a message without one is said.
const channel = "terminal"

// Post prints the message. Its Ref holds for this process alone.
func (m *Mouth) Post(ctx context.Context, out bot.Outgoing) (bot.Ref, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ref := bot.Ref{Channel: channel, TS: strconv.Itoa(len(m.refs) + 1)}
	if out.Address.Channel != "" {
		ref.Channel = out.Address.Channel
	}
	title := "message " + ref.TS
	if out.Thread != (bot.Ref{}) {
		title = "reply to message " + bot.Clip(bot.Clean(out.Thread.TS), 40)
	}
	delete(m.shown, out.Key) // a post is always printed
	if err := m.print(ctx, title, out); err != nil {
		return bot.Ref{}, err
	}
	m.said[out.Key], m.refs[ref] = ref, true
	return ref, nil
}

// Update prints the new form as an edit; a form that looks like the last one
// is not printed again.
func (m *Mouth) Update(ctx context.Context, ref bot.Ref, out bot.Outgoing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.refs[ref] {
		return &bot.Fault{Kind: bot.Gone, Code: "message_not_found", Sentence: "This terminal has not said the message that is to be edited."}
	}
	return m.print(ctx, "message "+ref.TS+", edited", out)
}

// Find knows what was printed by this process.
func (m *Mouth) Find(_ context.Context, out bot.Outgoing) (bot.Ref, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ref, found := m.said[out.Key]
	return ref, found, nil
}

// print writes a message in one Write, so that others cannot stand inside it.
func (m *Mouth) print(ctx context.Context, title string, out bot.Outgoing) error {
	if err := ctx.Err(); err != nil {
		return &bot.Fault{Kind: bot.Unreachable, Code: "cancelled", Sentence: "The terminal was not written to: we were told to stop.", Err: err}
	}
	text := Draw(out.Message, m.style)
	if m.shown[out.Key] == text {
		return nil
	}
	p := newPage(m.style)
	p.line(dim, "--- "+title)
	n, err := io.WriteString(m.w, p.String()+text+"\n")
	if err != nil {
		kind := bot.Ambiguous
		if n == 0 {
			kind = bot.Unreachable
		}
		return &bot.Fault{Kind: kind, Code: "write", Sentence: "The terminal could not be written to.", Err: err}
	}
	m.shown[out.Key] = text
	return nil
}
