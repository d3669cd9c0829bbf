package spend

import "github.com/shopspring/decimal"

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
	Open     bool            `json:"open"`
	EndedOn  Day             `json:"ended_on,omitzero"` // first usual day
}
