// Package yardstick measures the spike detector: it scores alerts against
// labelled incidents, makes organizations of its own whose incidents are
// known, and checks that a detector never looks ahead. It knows no detector;
// its tests bring one along.
package yardstick

import (
	"encoding/json"
	"fmt"
	"os"

	"rootwatch/checks/spend"
)

// Labels is what is known of a set: labels.json.
type Labels struct {
	First     spend.Day  `json:"first_date"`
	Last      spend.Day  `json:"last_date"`
	ScoreFrom spend.Day  `json:"score_from"` // alerts before it are not looked at: a detector may warm up
	Currency  string     `json:"currency"`
	Accounts  []Account  `json:"accounts"`
	Incidents []Incident `json:"incidents"`
	Events    []Event    `json:"events"`
}

// Account is one account of a set.
type Account struct {
	ID        string     `json:"id"`
	Archetype string     `json:"archetype"`
	Home      string     `json:"home"` // the region that most of it runs in
	First     spend.Day  `json:"first_date"`
	Last      *spend.Day `json:"last_date,omitempty"` // of an account that was closed
}

// Incident is a rise that a person should hear of. Money is in the set's currency.
type Incident struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Services  []string  `json:"services"`
	Regions   []string  `json:"regions"`
	Start     spend.Day `json:"start"`
	End       spend.Day `json:"end"`
	Kind      string    `json:"kind"`
	PerDay    float64   `json:"excess_usd_per_day"`
	Excess    []float64 `json:"excess_by_date"` // index 0 is Start
	Total     float64   `json:"excess_total_usd"`
	Before    float64   `json:"account_usd_per_day_before"`
	Archetype string    `json:"archetype"`
	Group     string    `json:"group,omitempty"` // the campaign over several accounts that it is part of
}

// The classes of an event.
const (
	Benign    = "benign"    // nobody should hear of it
	Tolerated = "tolerated" // one message about it is no fault
)

// Event is a change of cost that is no incident.
type Event struct {
	Account  string      `json:"account"`
	Services []string    `json:"services"` // none: any of the account
	Regions  []string    `json:"regions"`
	Start    spend.Day   `json:"start"`
	End      spend.Day   `json:"end"`
	Kind     string      `json:"kind"`
	Class    string      `json:"class"`
	Dates    []spend.Day `json:"dates,omitempty"` // of an event that comes again and again: only these days
}

// ReadLabels reads a labels.json.
func ReadLabels(path string) (Labels, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Labels{}, err
	}
	var l Labels
	if err := json.Unmarshal(text, &l); err != nil {
		return Labels{}, fmt.Errorf("%s is not a file of labels: %w", path, err)
	}
	return l, nil
}
