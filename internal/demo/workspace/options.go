package workspace

import "time"

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
	AppToken      string // what Socket Mode accepts, "xapp-..."; "" refuses it
	SigningSecret string // signs what goes to the bot over HTTP
	TeamID        string
	Channels      []Channel
	Users         []User
	// Where the bot listens over HTTP. Nothing of the kind is sent to "".
	CommandURL, InteractivityURL, EventsURL string
	// Scopes of the bot token; nil are all that the methods here ask for, and
	// chat:write.public, with which it posts in public channels uninvited.
	Scopes []string
	// Now dates messages and ages response URLs and triggers; nil is time.Now. Signatures
	// are always dated by the real clock, as clients check them against it.
	Now func() time.Time
	// PostsPerSecond limits new messages in each channel; 0 does not.
	PostsPerSecond float64
	// AckLimit is how long a command, a press or an event waits for its
	// acknowledgement; 0 is Slack's three seconds.
	AckLimit time.Duration
	// TriggerLimit is how long a trigger_id opens a modal, by Now; 0 is Slack's
	// three seconds.
	TriggerLimit time.Duration
	// PingInterval is how often each socket is pinged; 0 is five seconds.
	PingInterval time.Duration
	// Redelivery are the waits before an event that was not acknowledged is
	// sent again; nil are Slack's: at once, a minute, five minutes.
	Redelivery []time.Duration
	// FilePolls is how often files.info says that an uploaded file is not
	// ready yet; until then no block may show it.
	FilePolls int
	// RefuseCharts refuses data_visualization blocks, as a workspace does that
	// the native charts have not reached yet.
	RefuseCharts bool
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AckLimit == 0 {
		o.AckLimit = 3 * time.Second
	}
	if o.TriggerLimit == 0 {
		o.TriggerLimit = 3 * time.Second
	}
	if o.PingInterval == 0 {
		o.PingInterval = 5 * time.Second
	}
	if o.Redelivery == nil {
		o.Redelivery = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if o.Scopes == nil {
		o.Scopes = everyScope()
	}
	return o
}
