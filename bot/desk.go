package bot

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Desk answers at once from what is remembered: it asks AWS nothing and makes
// no Cost Explorer request. It is what modals and App Home are drawn from.
type Desk interface {
	Directory
	// Report is the newest report of an account; nil where it was never checked.
	Report(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error)
	// Spike is the alert with this SpikeKey as it was last planned, or would be
	// for an open incident that stands in a SpikeList alone; false where there is neither.
	Spike(ctx context.Context, scope account.Scope, key string) (SpikeAlert, bool, error)
	// Home is the state of everything, for App Home.
	Home(ctx context.Context) (Home, error)
}

// SpikeKey names an incident for ever: it is the key of its alert's delivery,
// and what a button says of which spike it is.
func SpikeKey(i spend.Incident) string {
	if sign := i.EarlySign; sign != nil { // it goes on in the message that told of it first
		return fmt.Sprintf("spike:%s:%s:%s:%s", sign.Account, sign.Service, sign.Region, sign.Since)
	}
	return fmt.Sprintf("spike:%s:%s:%s:%s", i.Account, i.Service, i.Region, i.Since)
}

// Home is what App Home shows: what needs a person, sorted by who must act.
type Home struct {
	At    time.Time  `json:"at"`
	Parts []HomePart `json:"parts"` // one for each organization, as configured
}

// HomePart is one organization's part of Home.
type HomePart struct {
	Fleet
	Money      *Money           `json:"money,omitempty"`  // nil: cost is switched off
	Spikes     []spend.Incident `json:"spikes,omitempty"` // the open ones, largest excess first, MaxOpen at most
	NextDigest time.Time        `json:"next_digest,omitzero"`
	// Trouble is what the bot itself could not do, as sentences: messages that
	// Slack refused, a bill that was not read, slots that nobody was up for.
	Trouble []string `json:"trouble,omitempty"`
}
