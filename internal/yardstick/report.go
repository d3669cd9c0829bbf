package yardstick

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Report is the measured sets of one detector as Markdown tables. Own are in
// order of name; sets that differ in the seed alone share the part of their
// name before "-".
type Report struct {
	Outside, Own []Measured
	Settings     []string
}

const (
	ships     = "as it ships"
	marginals = "marginals"
)

// String is the whole report.
func (r Report) String() string {
	var b strings.Builder
	r.scores(&b)
	r.kinds(&b)
	r.falses(&b)
	r.rotations(&b)
	r.moves(&b)
	r.peeks(&b)
	return b.String()
}

func (r Report) scores(b *strings.Builder) {
	b.WriteString("| set | score | R | noise | found | false | duplicates | days until told (median, 90 %) | score with `--marginals` |\n|---|---|---|---|---|---|---|---|---|\n")
	row := func(name string, sets []Measured) {
		if len(sets) == 0 {
			return
		}
		found, all, wrong, twice := 0, 0, 0, 0
		var delays []int
		for _, s := range sets {
			q := s.Results[ships]
			found, all, wrong, twice = found+q.Found, all+q.Incidents, wrong+q.False, twice+q.Duplicates
			delays = append(delays, q.Delays...)
		}
		score := mean(sets, ships, points)
		said := fmt.Sprintf("%.1f", score)
		if low, high := ends(sets); len(sets) > 1 {
			said += fmt.Sprintf(" (%.1f to %.1f)", low, high)
		}
		slices.Sort(delays)
		fmt.Fprintf(b, "| %s | %s | %.3f | %.3f | %d of %d | %d | %d | %s | %.1f |\n", name, said,
			mean(sets, ships, func(q Result) float64 { return q.R }), mean(sets, ships, func(q Result) float64 { return q.Noise }), found, all, wrong, twice, waited(delays), mean(sets, marginals, points))
	}
	for _, s := range r.Outside {
		row(s.Name, []Measured{s})
	}
	row("**outside, mean**", r.Outside)
	for _, name := range r.names() {
		row(name, slices.DeleteFunc(slices.Clone(r.Own), func(s Measured) bool { return family(s.Name) != name }))
	}
	row("**own, mean**", r.Own)
}

func waited(sorted []int) string {
	if len(sorted) == 0 {
		return "never"
	}
	return fmt.Sprintf("%d, %d", quantile(sorted, 0.5), quantile(sorted, 0.9))
}

func (r Report) names() []string {
	var all []string
	for _, s := range r.Own {
		if name := family(s.Name); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func family(name string) string {
	name, _, _ = strings.Cut(name, "-")
	return name
}

func points(q Result) float64 { return q.Score }

// mean of a figure; not a number, said as NaN, where nothing was measured.
func mean(sets []Measured, tuning string, of func(Result) float64) float64 {
	sum := 0.0
	for _, s := range sets {
		q, ok := s.Results[tuning]
		if !ok {
			return math.NaN()
		}
		sum += of(q)
	}
	return sum / float64(len(sets))
}

func ends(sets []Measured) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, s := range sets {
		v := s.Results[ships].Score
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

func (r Report) kinds(b *strings.Builder) {
	sum := func(sets []Measured, tuning string) map[string]Kind {
		all := map[string]Kind{}
		for _, s := range sets {
			for name, k := range s.Results[tuning].Kinds {
				was := all[name]
				was.Credit = (was.Credit*float64(was.All) + k.Credit*float64(k.All)) / float64(was.All+k.All)
				was.Found, was.All = was.Found+k.Found, was.All+k.All
				all[name] = was
			}
		}
		return all
	}
	outside, own := sum(r.Outside, ships), sum(r.Own, ships)
	outsideMarginals, ownMarginals := sum(r.Outside, marginals), sum(r.Own, marginals)
	names := maps.Clone(own)
	maps.Copy(names, outside)
	b.WriteString("\nFound of all, and the mean credit (1: named on the first day):\n\n| kind | outside | with `--marginals` | own | with `--marginals` |\n|---|---|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", name, outside[name], outsideMarginals[name], own[name], ownMarginals[name])
	}
}

// String is found of all, and the credit; nothing where there is none of the kind.
func (k Kind) String() string {
	if k.All == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d, %.2f", k.Found, k.All, k.Credit)
}
