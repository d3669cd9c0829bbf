// Package workspace is an emulated Slack workspace over HTTP: the Web API
// methods a bot needs, signed slash commands, response URLs, Block Kit's
// limits, message metadata, and faults on demand. Real Slack clients talk to
// it unchanged.
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

// Channel is a conversation that exists when the workspace opens. The zero
// values make it a public channel that the bot is a member of.
type Channel struct {
	ID, Name  string
	Private   bool
	Archived  bool
	NotMember bool // the bot has not joined
}

// User is a person of the workspace, a member of every channel.
type User struct {
	ID, Name string
	TZ       string // IANA; "" is UTC
}

// Options describe a workspace.
type Options struct {
	BotToken      string // what the Web API accepts, "xoxb-..."
	SigningSecret string // signs slash commands
	TeamID        string
	CommandURL    string // where the bot listens for slash commands
	Channels      []Channel
	Users         []User
	// Now dates messages and ages response URLs; nil is time.Now. Signatures
	// are always dated by the real clock, as clients check them against it.
	Now func() time.Time
	// PostsPerSecond limits new messages in each channel; 0 does not.
	PostsPerSecond float64
	// AckLimit is how long a command waits for its acknowledgement; 0 is
	// Slack's three seconds.
	AckLimit time.Duration
}

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
	Edited    int // revisions after the first
	Posts     int // accepted writes that made it what it is, the first included
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

	mu         sync.Mutex
	baseURL    string
	commandURL string
	channels   []*conversation
	urls       map[string]*responseURL // by path
	last       int64                   // the newest TS, in microseconds
	posts      []Post
	faults     []*Fault
	draws      *rand.Rand // for Fault.Percent, seeded so that runs repeat
	signed     Signed
	hook       func(Post)
	changed    chan struct{} // closed at the next accepted write
}

// New opens a workspace.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AckLimit == 0 {
		o.AckLimit = 3 * time.Second
	}
	s := &Server{
		options:    o,
		commandURL: o.CommandURL,
		urls:       map[string]*responseURL{},
		draws:      rand.New(rand.NewPCG(1, 2)),
		changed:    make(chan struct{}),
	}
	for _, c := range o.Channels {
		s.open(c, "")
	}
	return s
}

// SetBaseURL tells the workspace its own address, scheme and host, for the
// response URLs it hands out.
func (s *Server) SetBaseURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.baseURL = url
}

// SetCommandURL tells where the bot listens for slash commands.
func (s *Server) SetCommandURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commandURL = url
}

// OnAccept has every accepted write reported after it is applied and before
// it is answered, in place of an earlier hook; nil ends that. The hook may
// call any method of the workspace.
func (s *Server) OnAccept(hook func(Post)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
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
// holds of them. It looks now and after every accepted write; it returns the
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
