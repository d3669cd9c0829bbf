package bot

import (
	"strings"

	"rootwatch/checks"
)

// mostSigns is how many signs a message names to either side: the heaviest.
// `rootwatch history` and the account's report have the rest.
const mostSigns = 4

// Assessed is an assessment in words for a message, unescaped.
type Assessed struct {
	Label    string   // "Looks like compromise"
	For      []string // sentences that speak for compromise, the heaviest first
	Against  []string // and for growth
	Unread   []string
	Next     []checks.NextStep
	Alarming bool // it looks like compromise
}

// Assessed is what to say of where the spike points, and false where nobody
// looked or the incident is over: then it is history.
func (m SpikeAlert) Assessed() (Assessed, bool) {
	a := m.Assessment
	if !a.Known() || m.Over() {
		return Assessed{}, false
	}
	said := Assessed{Label: a.Label(), Alarming: a.Leaning == checks.LikeCompromise}
	for _, s := range a.Signs {
		side := &said.For
		if s.Weight < 0 {
			side = &said.Against
		}
		if len(*side) < mostSigns {
			*side = append(*side, signText(s.Sentence))
		}
	}
	for _, s := range a.Unread[:min(len(a.Unread), mostSigns)] {
		said.Unread = append(said.Unread, signText(s))
	}
	for _, step := range a.Next[:min(len(a.Next), 2*mostSigns)] {
		step.Text = signText(step.Text)
		said.Next = append(said.Next, step)
	}
	return said, true
}

// signText keeps a sentence short: it holds names of users and services.
func signText(s string) string { return Clip(Clean(s), 2*namedRunes) }

// lean is the assessment's part of a Sentence, "" where it tells nothing.
func (m SpikeAlert) lean() string {
	said, ok := m.Assessed()
	var why []string
	switch {
	case !ok:
		return ""
	case m.Assessment.Leaning == checks.LikeCompromise:
		why = said.For
	case m.Assessment.Leaning == checks.LikeGrowth:
		why = said.Against
	}
	if len(why) == 0 {
		return ""
	}
	return said.Label + ": " + strings.Join(why[:min(len(why), 2)], " ")
}
