package spend

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"github.com/shopspring/decimal"
)

// why is one sentence with the numbers: what was seen, what is usual, and what
// makes the difference more than chance.
func (w *Watch) why(r rise, s Spike) string {
	cost := fmt.Sprintf("%s on %s", w.money(s.Actual), shortDay(s.Day))
	if s.Provisional {
		cost = "About " + cost // what is still missing of the day is added, as it was of earlier ones
	}
	v := windows[r.window]
	if v.days > 1 {
		cost = fmt.Sprintf("%s a day over the %d days to %s", w.money(s.Actual), v.days, shortDay(s.Day))
		if s.Provisional {
			cost = "About " + cost
		}
	}
	switch s.Reason {
	case FirstRegion:
		return fmt.Sprintf("%s is spend in %s, where this account never had any before %s; it counts from %s a day.",
			cost, s.Region, shortDay(r.line.first), w.float(r.floor))
	case FirstSpend:
		return fmt.Sprintf("%s is spend on a service that this account first used here on %s; it counts from %s a day.",
			cost, shortDay(r.line.first), w.float(r.floor))
	}
	usual := fmt.Sprintf("the usual %s", w.money(s.Expected))
	if s.Baseline.Weekday {
		usual += " of a " + s.Day.Weekday().String()
	}
	above := w.money(s.Excess)
	if expected := s.Expected.InexactFloat64(); expected > noSpend {
		above += fmt.Sprintf(" (%.0f %%)", 100*r.over/expected)
	}
	known := fmt.Sprintf("the most it rose before is %s", w.float(max(r.most, 0)))
	if r.most < noSpend {
		known = "it never rose before"
	}
	return fmt.Sprintf("%s is %s above %s; %s, its usual variation %.0f %%, and a rise counts from %s a day.",
		cost, above, usual, known, 100*r.spread, w.float(r.floor))
}

func (w *Watch) whyOver(s *story) string {
	day := w.today - 2
	cost := fmt.Sprintf("%s on %s", w.float(w.byKey[s.Key].cost.at(day)), shortDay(day))
	if s.NewUsual {
		return cost + " is no rise any more: what has lasted this long is the new usual."
	}
	return cost + " is back to usual."
}

func shortDay(d Day) string { return d.Time().Format("2 Jan") }

func (w *Watch) money(v decimal.Decimal) string { return money(w.currency, v.InexactFloat64()) }
func (w *Watch) float(v float64) string         { return money(w.currency, v) }

// Explain says what every series of the account showed on the newest look: one
// line for each that costs enough to be asked about, with the window that came
// nearest to a word and what kept it from one.
func (w *Watch) Explain() []string {
	if !w.Judged() {
		return []string{"Nothing could be judged: the newest days were not read, or fewer than two weeks before them were."}
	}
	daily := w.usualDay()
	lines := []string{fmt.Sprintf("The account usually costs %s a day.", w.float(daily))}
	for _, l := range w.sortedLines() {
		if l.first == 0 || w.today-l.last > idle {
			continue
		}
		var nearest rise
		reason := ""
		for n := range windows {
			r, no := w.riseIn(l, n, daily)
			if no == "too small" || reason == "" && nearest.line != nil {
				continue
			}
			if nearest.line == nil || no == "" || r.over > nearest.over {
				nearest, reason = r, no
			}
		}
		if nearest.line == nil {
			continue
		}
		lines = append(lines, w.explained(nearest, reason))
	}
	return lines
}

func (w *Watch) explained(r rise, no string) string {
	v := windows[r.window]
	name := driver(r).Name
	if !r.ok {
		return fmt.Sprintf("%s: %s.", name, no)
	}
	if r.over <= 0 {
		return fmt.Sprintf("%s: no more than the usual %s a day.", name, w.float(r.usual()))
	}
	over := "on one day"
	if v.days > 1 {
		over = fmt.Sprintf("a day over %d days", v.days)
	}
	text := fmt.Sprintf("%s: %s above the usual %s %s (counts from %s", name, w.float(r.over), w.float(r.usual()), over, w.float(r.floor))
	if r.spread > 0 {
		text += fmt.Sprintf("; %.1f times its usual variation of %.0f %%, most before %s", r.lift/r.spread, 100*r.spread, w.float(r.most))
	}
	if no == "" {
		return text + "): A RISE."
	}
	return text + "): " + no + "."
}

// dollars is an amount in cents' precision, whatever the currency.
func dollars(v float64) decimal.Decimal { return decimal.NewFromFloat(v).Round(2) }

func money(currency string, v float64) string {
	amount := humanize.FormatFloat("#,###.##", v)
	if currency == "USD" || currency == "" {
		return "$" + amount
	}
	return amount + " " + currency
}
