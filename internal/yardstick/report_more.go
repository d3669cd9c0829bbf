package yardstick

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (r Report) falses(b *strings.Builder) {
	count := func(sets []Measured) map[string]int {
		all := map[string]int{}
		for _, s := range sets {
			for name, n := range s.Results[ships].FalseBy {
				all[name] += n
			}
		}
		return all
	}
	outside, own := count(r.Outside), count(r.Own)
	names := maps.Clone(own)
	maps.Copy(names, outside)
	if len(names) == 0 {
		b.WriteString("\nNo message was false.\n")
		return
	}
	b.WriteString("\nFalse messages, by what led to them:\n\n| kind | outside | own |\n|---|---|---|\n")
	for _, name := range slices.SortedFunc(maps.Keys(names), func(x, y string) int {
		return cmp.Or(cmp.Compare(outside[y]+own[y], outside[x]+own[x]), cmp.Compare(x, y))
	}) {
		fmt.Fprintf(b, "| %s | %d | %d |\n", name, outside[name], own[name])
	}
}

func (r Report) rotations(b *strings.Builder) {
	if !slices.Contains(r.Settings, Thresholds) || len(r.Outside) < 2 {
		return
	}
	b.WriteString("\nOne left out: what is best on the others, of thresholds and floors multiplied by ")
	fmt.Fprintf(b, "%s each, is scored on the one.\n\n| left out | best on the others | their mean | score of the one | its noise | its score as it ships |\n|---|---|---|---|---|---|\n", strings.Trim(fmt.Sprint(Steps), "[]"))
	score, noise, as := 0.0, 0.0, 0.0
	all := Rotate(r.Outside)
	for _, q := range all {
		fmt.Fprintf(b, "| %s | %s | %.1f | %.1f | %.3f | %.1f |\n", q.Out, q.Chosen, q.Others, q.Third.Score, q.Third.Noise, q.Ships.Score)
		score, noise, as = score+q.Third.Score, noise+q.Third.Noise, as+q.Ships.Score
	}
	n := float64(len(all))
	fmt.Fprintf(b, "| **mean** | | | **%.1f** | **%.3f** | %.1f |\n", score/n, noise/n, as/n)
}

// Moves are the factors that each setting is moved by.
var Moves = []float64{0.7, 1.4}

// move is a tuning of one setting alone.
func move(setting string, by float64) Tuning {
	return Tuning{Factors: map[string]float64{setting: by}}
}

// MovesOf are the tunings of all settings by Moves, one at a time.
func MovesOf(settings []string) []Tuning {
	var all []Tuning
	for _, name := range settings {
		for _, by := range Moves {
			all = append(all, move(name, by))
		}
	}
	return all
}

func (r Report) moves(b *strings.Builder) {
	if len(r.Settings) == 0 {
		return
	}
	b.WriteString("\nEach setting moved alone; points of the mean score that it changes:\n\n| setting |")
	for _, by := range Moves {
		fmt.Fprintf(b, " outside x%g | own x%g |", by, by)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", 2*len(Moves)) + "\n")
	change := func(sets []Measured, t Tuning) string {
		// Of the own sets only some are measured with every tuning.
		sets = slices.DeleteFunc(slices.Clone(sets), func(s Measured) bool { _, ok := s.Results[t.String()]; return !ok })
		if len(sets) == 0 {
			return ""
		}
		return fmt.Sprintf("%+.1f", mean(sets, t.String(), points)-mean(sets, ships, points))
	}
	for _, name := range r.Settings {
		fmt.Fprintf(b, "| %s |", name)
		for _, by := range Moves {
			fmt.Fprintf(b, " %s | %s |", change(r.Outside, move(name, by)), change(r.Own, move(name, by)))
		}
		b.WriteString("\n")
	}
}

func (r Report) peeks(b *strings.Builder) {
	cuts, bad := 0, []string{}
	for _, s := range slices.Concat(r.Outside, r.Own) {
		for _, p := range s.Peeked {
			cuts++
			if n := len(p.OnlyFull) + len(p.OnlyCut); n > 0 {
				bad = append(bad, fmt.Sprintf("%s cut on %s: %d alerts differ", s.Name, p.Day, n))
			}
		}
	}
	fmt.Fprintf(b, "\nLooking ahead: %d of %d cut sets gave the same alerts as the whole ones up to their day.\n", cuts-len(bad), cuts)
	for _, s := range bad {
		fmt.Fprintf(b, "- %s\n", s)
	}
}
