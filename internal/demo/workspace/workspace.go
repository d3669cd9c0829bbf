// Package workspace is an emulated Slack workspace over HTTP and Socket Mode:
// the Web API methods a bot needs, slash commands, presses, modals, App Home,
// files, response URLs, Block Kit's limits, message metadata, and faults on
// demand. Real Slack clients talk to it unchanged.
package workspace

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The one app that is installed in the workspace.
const (
	BotUser = "U0ROOTWATCH" // the author of what the app posts
	BotID   = "B0ROOTWATCH"
	AppID   = "A0ROOTWATCH"
)

// Metadata is what a message carries for programs.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload"`
}

// Message is a message as it looks now.
type Message struct {
	Channel  string
	TS       string // unix seconds and six digits, unique in the workspace
	ThreadTS string // the parent's TS, of a reply
	// User is the author; of an ephemeral message, the only person who sees it.
	User      string
	Text      string
	Blocks    json.RawMessage // an array as it was sent; nil: none
	Metadata  *Metadata
	Ephemeral bool
	Edited    int      // revisions after the first
	Posts     int      // accepted writes that made it what it is, the first included
	Files     []string // ids of the files that were shared with it
	Reactions []string // names of the bot's reactions
	// Warning is what the person who pressed last sees beside the message
	// because the bot failed: operation_timeout or dispatch_failed.
	Warning string
}

// Post is one accepted write.
type Post struct {
	// Method is the Web API method, "response_url", or "command" for the
	// acknowledgement of a slash command.
	Method  string
	Channel string
	TS      string // of the message it made, changed or removed
	// Key is the dedupe_key (or else the key) of the message's metadata.
	Key string
	At  time.Time
}

type stored struct {
	Message
	broadcast bool   // a reply that the channel shows too
	marked    string // when "(edited)" was last put behind it; "" never
	reactions []string
}

type conversation struct {
	Channel
	person   string    // whom a direct message is with
	messages []*stored // oldest first
	limiter  *rate.Limiter
}

// Server is a workspace. Its methods may be called at any time, also while it serves.
type Server struct {
	options Options
	closed  chan struct{}
	closing sync.Once

	mu           sync.Mutex
	baseURL      string
	secrets      secrets
	urls         addresses
	channels     []*conversation
	responses    map[string]*responseURL // by path
	last         int64                   // the newest TS, in microseconds
	posts        []Post
	faults       []*Fault
	draws        *rand.Rand // for Fault.Percent, seeded so that runs repeat
	signed       Signed
	hook         func(Post)
	changed      chan struct{}              // closed at the next change
	subscribers  map[chan struct{}]struct{} // told of every change
	refuseCharts bool
	twice        int // payloads that are yet to be delivered twice
	link         socketMode
	triggers     map[string]*trigger
	modals       map[string][]*view // by person, the top last
	homes        map[string]*view   // by person
	files        map[string]*file   // by id
}

// New opens a workspace.
func New(o Options) *Server {
	o = o.withDefaults()
	s := &Server{
		options:      o,
		closed:       make(chan struct{}),
		secrets:      secrets{bot: o.BotToken, app: o.AppToken, signing: o.SigningSecret},
		urls:         addresses{commands: o.CommandURL, interactivity: o.InteractivityURL, events: o.EventsURL},
		responses:    map[string]*responseURL{},
		draws:        rand.New(rand.NewPCG(1, 2)),
		changed:      make(chan struct{}),
		subscribers:  map[chan struct{}]struct{}{},
		refuseCharts: o.RefuseCharts,
		link:         socketMode{tickets: map[string]struct{}{}, waiting: map[string]*waiter{}},
		triggers:     map[string]*trigger{},
		modals:       map[string][]*view{},
		homes:        map[string]*view{},
		files:        map[string]*file{},
	}
	for _, c := range o.Channels {
		s.open(c, "")
	}
	return s
}

// Close cuts the sockets and ends what goes on behind them: pings, and the
// redelivery of events. Whatever serves the workspace is closed by its owner.
func (s *Server) Close() {
	s.closing.Do(func() { close(s.closed) })
	s.DropSockets()
}

// OnAccept has every accepted write reported after it is applied and before
// it is answered, in place of an earlier hook; nil ends that. The hook may
// call any method of the workspace.
func (s *Server) OnAccept(hook func(Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// DirectMessage is the conversation of the bot with a person; it is opened
// when there is none yet, and "" when there is no such person.
func (s *Server) DirectMessage(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.user(user) == nil {
		return ""
	}
	return s.direct(user).ID
}

// Messages is what people see in a channel now, oldest first, replies and
// ephemeral messages among them.
func (s *Server) Messages(channel string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var seen []Message
	for _, c := range s.channels {
		if c.ID == channel {
			seen = append(seen, c.seen()...)
		}
	}
	return seen
}

// Posts is the log of accepted writes, oldest first.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// Wait returns the messages of all channels, oldest first, as soon as until
// holds of them. It looks now and after every change; it returns the
// last look and the context's error when that ends first.
func (s *Server) Wait(ctx context.Context, until func([]Message) bool) ([]Message, error) {
	for {
		s.mu.Lock()
		changed, snapshot := s.changed, s.snapshot()
		s.mu.Unlock()
		if until(snapshot) {
			return snapshot, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return snapshot, ctx.Err()
		}
	}
}

// Subscribe tells of changes to messages, reactions, modals, home tabs, files
// and sockets. Changes that come before the last one is taken are told once,
// so that a reader looks at everything anew each time.
func (s *Server) Subscribe() (changes <-chan struct{}, cancel func()) {
	told := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers[told] = struct{}{}
	return told, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subscribers, told)
	}
}

// Say posts as a person does. It is no write of the bot, so Posts has no line of it.
func (s *Server) Say(channel, user, text string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channel(channel)
	if c == nil {
		return Message{}, false
	}
	m := s.add(c, Message{User: user, Text: text})
	s.wake()
	return m.Message, true
}
