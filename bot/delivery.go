package bot

import (
	"fmt"
	"time"

	"rootwatch/checks/account"
)

// Address is where to speak. Exactly one of Channel and ResponseURL is set.
type Address struct {
	Channel string `json:"channel,omitempty"` // a Slack channel id
	// ResponseURL answers a slash command: five posts within 30 minutes, and a
	// bearer secret while it lives. It is never logged.
	ResponseURL string `json:"response_url,omitempty"`
	// Beside posts next to the note that work has begun instead of replacing
	// it: one command may have an answer for each organization.
	Beside bool `json:"beside,omitempty"`
	// Public shows what goes through a ResponseURL to everyone in the channel,
	// as a message of its own.
	Public bool `json:"public,omitempty"`
	// Fallback for a ResponseURL that has expired: an ephemeral message to
	// User in FallbackChannel.
	User            string `json:"user,omitempty"`
	FallbackChannel string `json:"fallback_channel,omitempty"`
}

// Ref is a message that was said: Slack's channel and timestamp. TS is "" for
// what went through a response URL, which edits by replacing.
type Ref struct {
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
}

// Outgoing is one message on its way, as a Mouth gets it.
type Outgoing struct {
	// Key names the message for ever: a second message with the same key is
	// an edit of the first. It travels as metadata, so it holds no secret.
	Key string
	// Scope is part of the name: two organizations may speak in one channel.
	Scope    account.Scope
	Revision int
	Address  Address
	Thread   Ref // the parent, for a reply in its thread
	Message  Message
	// PlannedAt bounds the search for it in the channel's history.
	PlannedAt time.Time
}

// Name is the message's name in a channel, for its metadata: the key, and
// whose it is.
func (o Outgoing) Name() string {
	if o.Scope == (account.Scope{}) {
		return o.Key
	}
	return o.Key + "@" + o.Scope.Partition + "/" + o.Scope.Organization
}

// FaultKind classifies what went wrong with a Mouth.
type FaultKind string

// The kinds.
const (
	RateLimited FaultKind = "rate_limited" // wait RetryAfter, keep the order
	Ambiguous   FaultKind = "ambiguous"    // it may have been delivered: look before posting again
	Unreachable FaultKind = "unreachable"  // it was surely not delivered; try again
	Refused     FaultKind = "refused"      // this message or channel will never work as it stands
	Gone        FaultKind = "gone"         // the message to edit, or the response URL, is no more: post anew
	Locked      FaultKind = "locked"       // our token is refused: nothing can be said until a person acts
)

// Fault is the one error of a Mouth.
type Fault struct {
	Kind       FaultKind
	RetryAfter time.Duration
	Code       string // Slack's error word
	Sentence   string // for a person: plain cause and next step
	Err        error  // for the operator's log
}

func (f *Fault) Error() string {
	if f.Err != nil {
		return fmt.Sprintf("%s (%s): %v", f.Kind, f.Code, f.Err)
	}
	return fmt.Sprintf("%s (%s): %s", f.Kind, f.Code, f.Sentence)
}

func (f *Fault) Unwrap() error { return f.Err }
