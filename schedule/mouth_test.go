package schedule_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"rootwatch/bot"
)

// mouth is a workspace in memory that keeps every message.
type mouth struct {
	mu       sync.Mutex
	messages []*utterance
	calls    []string // "post KEY", "update KEY", "find KEY", in order
	faults   map[string][]error
	lost     int                                         // posts that are accepted and whose answer is lost
	accepted func(ctx context.Context, out bot.Outgoing) // called after a post was accepted
	hidden   bool                                        // Find does not see what is there
}

// utterance is one message as people see it.
type utterance struct {
	ref     bot.Ref
	out     bot.Outgoing
	edits   int
	deleted bool
}

func newMouth() *mouth { return &mouth{faults: map[string][]error{}} }

// fails lets the next calls of "post", "update" or "find" fail.
func (m *mouth) fails(call string, errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults[call] = append(m.faults[call], errs...)
}

// onAccept calls f, once, after the next post was accepted, before it is answered.
func (m *mouth) onAccept(f func(ctx context.Context, out bot.Outgoing)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accepted = f
}

func (m *mouth) call(what string, out bot.Outgoing) error {
	m.calls = append(m.calls, what+" "+out.Key)
	if len(m.faults[what]) == 0 {
		return nil
	}
	err := m.faults[what][0]
	m.faults[what] = m.faults[what][1:]
	return err
}

func (m *mouth) Post(ctx context.Context, out bot.Outgoing) (bot.Ref, error) {
	m.mu.Lock()
	if err := m.call("post", out); err != nil {
		m.mu.Unlock()
		return bot.Ref{}, err
	}
	u := &utterance{out: out}
	if out.Address.Channel != "" {
		u.ref = bot.Ref{Channel: out.Address.Channel, TS: fmt.Sprintf("1700000000.%06d", len(m.messages)+1)}
	}
	m.messages = append(m.messages, u)
	lost, accepted := m.lost > 0, m.accepted
	if lost {
		m.lost--
	}
	m.accepted = nil
	m.mu.Unlock()
	if accepted != nil {
		accepted(ctx, out)
	}
	if lost {
		return bot.Ref{}, &bot.Fault{Kind: bot.Ambiguous, Code: "lost", Sentence: "The answer was lost."}
	}
	return u.ref, nil
}

func (m *mouth) Update(_ context.Context, ref bot.Ref, out bot.Outgoing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("update", out); err != nil {
		return err
	}
	for _, u := range m.messages {
		if u.ref == ref && !u.deleted {
			u.out, u.edits = out, u.edits+1
			return nil
		}
	}
	return &bot.Fault{Kind: bot.Gone, Code: "message_not_found", Sentence: "The message is no more."}
}

func (m *mouth) Find(_ context.Context, out bot.Outgoing) (bot.Ref, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("find", out); err != nil {
		return bot.Ref{}, false, err
	}
	for _, u := range m.messages {
		if u.out.Key == out.Key && u.ref.TS != "" && !u.deleted && !m.hidden {
			return u.ref, true, nil
		}
	}
	return bot.Ref{}, false, nil
}

// delete removes the messages of a key, as a person does.
func (m *mouth) delete(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.messages {
		u.deleted = u.deleted || u.out.Key == key
	}
}

// of lists the messages of a key that are there.
func (m *mouth) of(key string) []utterance {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []utterance
	for _, u := range m.messages {
		if u.out.Key == key && !u.deleted {
			all = append(all, *u)
		}
	}
	return all
}

// keys lists the keys of all messages that are there, in the order of their posts.
func (m *mouth) keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, u := range m.messages {
		if !u.deleted {
			all = append(all, u.out.Key)
		}
	}
	return all
}

// called lists the calls for a key, in order.
func (m *mouth) called(key string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, c := range m.calls {
		if what, of, _ := strings.Cut(c, " "); of == key {
			all = append(all, what)
		}
	}
	return all
}

// String lists what was called, for a failure.
func (m *mouth) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return "said:\n" + strings.Join(m.calls, "\n")
}

func fault(kind bot.FaultKind) *bot.Fault {
	return &bot.Fault{Kind: kind, Code: string(kind), Sentence: "A sentence about " + string(kind) + "."}
}

// counters remembers what was counted.
type counters struct {
	mu    sync.Mutex
	all   []string
	ready map[string]string
}

func (c *counters) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func (c *counters) Delivered(state string)         { c.note("delivered %s", state) }
func (c *counters) Checked(coverage string)        { c.note("checked %s", coverage) }
func (c *counters) CostRequests(org string, n int) { c.note("asked %s %d", org, n) }
func (c *counters) Slot(name, outcome string)      { c.note("slot %s %s", name, outcome) }
func (c *counters) SetReady(name string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ready == nil {
		c.ready = map[string]string{}
	}
	c.ready[name] = ""
	if err != nil {
		c.ready[name] = err.Error()
	}
}

// unready is why something is not ready, "" where it is.
func (c *counters) unready(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready[name]
}

func (c *counters) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}
