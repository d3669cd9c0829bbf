package spend

import (
	"time"

	"github.com/shopspring/decimal"
)

// Word is what is said of an incident today.
type Word string

// The words. Quiet says nothing.
const (
	First Word = "first" // a new incident: post
	Grew  Word = "grew"  // much more than was told: edit, and answer in the thread
	Still Word = "still" // it goes on, a week after the last word
	Over  Word = "over"  // back to usual: edit, and answer in the thread
	Same  Word = "same"  // new figures for the same incident: edit in silence
	Quiet Word = "quiet"
)

// Incident is one rise of one key from its first day to its last, and what
// was said of it.
type Incident struct {
	Spike
	Peak     decimal.Decimal `json:"peak"`      // the highest day
	Extra    decimal.Decimal `json:"extra"`     // sum of the excess of all its days so far
	ToldDay  Day             `json:"told_day"`  // the day of the last word that a person saw as news
	ToldPeak decimal.Decimal `json:"told_peak"` // the peak as it was then
	// FirstTold and ToldOn are the days of the looks that its first and its last
	// word came from: the days on which a person was told.
	FirstTold Day  `json:"first_told,omitzero"`
	ToldOn    Day  `json:"told_on,omitzero"`
	Open      bool `json:"open"`
	EndedOn   Day  `json:"ended_on,omitzero"` // first usual day
	// NewUsual marks an end that is none: the rise lasted so long that it is what is usual now.
	NewUsual bool `json:"new_usual,omitempty"`
	// Withdrawn marks an early sign that Cost Explorer did not confirm.
	Withdrawn bool `json:"withdrawn,omitempty"`
	// EarlySign is the early sign that the incident was first told as, whose
	// message tells on of it; nil where there was none. See Reconcile.
	EarlySign *EarlySign `json:"early_sign,omitempty"`
	// Who said that they look after it (a Slack user id), and when; "" nobody.
	AcknowledgedBy string    `json:"acknowledged_by,omitempty"`
	AcknowledgedAt time.Time `json:"acknowledged_at,omitzero"`
	// AcknowledgedName is what the workspace called them then; "" where it did not say.
	AcknowledgedName string `json:"acknowledged_name,omitempty"`
}

// Utterance is what to say of one incident, and the incident as it then is.
type Utterance struct {
	Incident Incident
	Word     Word
}

// RelapseDays is how long after its end an incident is opened again by a rise
// of the same key, instead of being told as a new one.
const RelapseDays = 14
