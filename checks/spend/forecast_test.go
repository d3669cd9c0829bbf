package spend

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
)

// billOf is a history of one series, all of it collected.
func billOf(from Day, amounts []float64) History {
	h := History{Currency: "USD", Collected: map[Day]bool{}, Series: []Series{{From: from, Amounts: amounts}}}
	for i := range amounts {
		h.Collected[from+Day(i)] = true
	}
	h.ObservedAt = (from + Day(len(amounts)) + 5).Time()
	return h
}

// months of the kinds that bills are of. Each kind is a day's cost; what is
// random is drawn from r, in the order of the days.
var forecastKinds = map[string]func(r *rand.Rand, first Day) func(Day) float64{
	"steady": func(r *rand.Rand, _ Day) func(Day) float64 {
		level := 10 + 1000*r.Float64()
		return func(Day) float64 { return level * math.Exp(0.05*r.NormFloat64()) }
	},
	"weekends": func(r *rand.Rand, _ Day) func(Day) float64 {
		quiet := 0.2 + 0.6*r.Float64()
		return func(d Day) float64 {
			v := 400 * math.Exp(0.08*r.NormFloat64())
			if w := d.Weekday(); w == 0 || w == 6 {
				v *= quiet
			}
			return v
		}
	},
	"noise": func(r *rand.Rand, _ Day) func(Day) float64 {
		return func(Day) float64 { return 50 * math.Exp(0.6*r.NormFloat64()) }
	},
	"growth": func(r *rand.Rand, first Day) func(Day) float64 {
		rate := 0.002 + 0.006*r.Float64()
		return func(d Day) float64 { return 200 * math.Exp(rate*float64(d-first)+0.06*r.NormFloat64()) }
	},
	"decline": func(r *rand.Rand, first Day) func(Day) float64 {
		return func(d Day) float64 { return 900 * math.Exp(-0.004*float64(d-first)+0.06*r.NormFloat64()) }
	},
	"fees": func(r *rand.Rand, _ Day) func(Day) float64 {
		fee := 500 + 3000*r.Float64()
		return func(d Day) float64 {
			v := 300 * math.Exp(0.07*r.NormFloat64())
			if d.Time().Day() == 1 {
				v += fee
			}
			return v
		}
	},
	"month_end": func(r *rand.Rand, _ Day) func(Day) float64 {
		batch := 400 + 1500*r.Float64()
		return func(d Day) float64 {
			v := 250 * math.Exp(0.07*r.NormFloat64())
			if dayOfMonthOf(d) == -1 {
				v += batch * math.Exp(0.1*r.NormFloat64())
			}
			return v
		}
	},
	"batches": func(r *rand.Rand, _ Day) func(Day) float64 {
		every := Day(3 + r.IntN(9))
		return func(d Day) float64 {
			v := 20 * math.Exp(0.1*r.NormFloat64())
			if d%every == 0 {
				v += 300 * math.Exp(0.2*r.NormFloat64())
			}
			return v
		}
	},
	"wander": func(r *rand.Rand, _ Day) func(Day) float64 {
		log := math.Log(500)
		return func(Day) float64 {
			log += 0.03 * r.NormFloat64()
			return math.Exp(log + 0.05*r.NormFloat64())
		}
	},
	"steps": func(r *rand.Rand, _ Day) func(Day) float64 {
		level := 300.0
		return func(Day) float64 {
			if r.IntN(40) == 0 {
				level = 100 + 500*r.Float64()
			}
			return level * math.Exp(0.05*r.NormFloat64())
		}
	},
}

// covered is how many of n simulated months end within their forecast's
// range, and how far the forecasts were from the end in the middle.
func covered(kind string, seeds, history int) (part, off float64) {
	n, hits := 0, 0
	var errs []float64
	for seed := range seeds {
		for i, asked := range []int{5, 12, 20, 26} {
			r := rand.New(rand.NewPCG(uint64(seed), uint64(i)))
			first := monthStart(mustDay("2025-01-01") + Day(37*seed))
			through := first + Day(asked) - 1
			end := monthStart(first+31) - 1
			from := through - Day(history) + 1
			cost := forecastKinds[kind](r, from)
			var amounts []float64
			actual := 0.0
			for d := from; d <= end; d++ {
				v := cost(d)
				if d <= through {
					amounts = append(amounts, v)
				}
				if d >= first {
					actual += v
				}
			}
			f := ForecastMonth(billOf(from, amounts), through)
			n++
			if f.Low.InexactFloat64() <= actual && actual <= f.High.InexactFloat64() {
				hits++
			}
			errs = append(errs, math.Abs(f.Total.InexactFloat64()-actual)/actual)
		}
	}
	return float64(hits) / float64(n), median(errs)
}

func mustDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// The doc comment of ForecastMonth has the figures of 60 seeds; here fewer are
// enough to see a range that is too narrow, or so wide that it says nothing.
func TestForecastCoverage(t *testing.T) {
	sum := 0.0
	for kind := range forecastKinds {
		part, off := covered(kind, 6, ForecastLookBack)
		if sum += part; part < 0.5 || off > 0.15 {
			t.Errorf("%s: %.0f %% of the months end within the range, off by %.1f %% in the middle", kind, 100*part, 100*off)
		}
	}
	if mean := sum / float64(len(forecastKinds)); mean < 0.75 || mean > 0.92 {
		t.Errorf("%.1f %% of all months end within the range, which is meant to be %d %%", 100*mean, ForecastLevel)
	}
}

// flatBill costs 100 a day but where extra says more, up to through.
func flatBill(from, through Day, extra func(Day) float64) History {
	var amounts []float64
	for d := from; d <= through; d++ {
		v := 100.0
		if extra != nil {
			v += extra(d)
		}
		amounts = append(amounts, v)
	}
	return billOf(from, amounts)
}

func TestForecastMonth(t *testing.T) {
	through := mustDay("2026-11-20")
	lost := flatBill(through-99, through, nil)
	for d := mustDay("2026-11-03"); d <= mustDay("2026-11-07"); d++ {
		delete(lost.Collected, d)
		lost.Series[0].Amounts[d-lost.Series[0].From] = 0
	}
	garbage := flatBill(through-99, through, nil)
	garbage.Series[0].Amounts[95] = math.NaN()
	lastDay := func(d Day) float64 {
		if dayOfMonthOf(d) == -1 {
			return 1000
		}
		return 0
	}
	first := func(d Day) float64 {
		if d.Time().Day() == 1 {
			return 700
		}
		return 0
	}
	for name, tt := range map[string]struct {
		h       History
		through Day
		want    float64
	}{
		"the same every day":                {flatBill(through-99, through, nil), through, 3000},
		"a batch on the last day":           {flatBill(through-99, through, lastDay), through, 4000},
		"a batch, one month end known":      {flatBill(through-40, through, lastDay), through, 4000},
		"a fee on the 1st":                  {flatBill(through-99, through, first), through, 3700},
		"days that are missing count":       {lost, through, 3000},
		"garbage is missing":                {garbage, through, 3000},
		"a purchase that came once":         {flatBill(through-99, through, func(d Day) float64 { return map[Day]float64{through - 3: 5000}[d] }), through, 8000},
		"the month is over":                 {flatBill(through-99, mustDay("2026-11-30"), nil), mustDay("2026-11-30"), 3000},
		"what is after the day is not seen": {flatBill(through-99, through+9, func(d Day) float64 { return 1e6 * float64(max(0, d-through)) }), through, 3000},
		"a refund every day":                {flatBill(through-99, through, func(Day) float64 { return -200 }), through, -3000},
	} {
		f := ForecastMonth(tt.h, tt.through)
		total, low, high := f.Total.InexactFloat64(), f.Low.InexactFloat64(), f.High.InexactFloat64()
		if !f.Known() || math.Abs(total-tt.want) > 0.02*math.Abs(tt.want) || low > total || high < total || f.Month != mustDay("2026-11-01") {
			t.Errorf("%s: %+v, not %v", name, f, tt.want)
		}
		if name == "the month is over" && (low != total || high != total) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// With little history there is no forecast, and it says why; an account that
// was opened lately is judged by its own days.
func TestForecastNeedsHistory(t *testing.T) {
	through := mustDay("2026-11-20")
	for name, tt := range map[string]struct {
		h    History
		want string
	}{
		"13 days":          {flatBill(through-12, through, nil), "A forecast needs 14 days of cost; 13 are known."},
		"nothing":          {History{}, "A forecast needs 14 days of cost; 0 are known."},
		"nothing for days": {flatBill(through-99, through, func(d Day) float64 { return map[bool]float64{true: -100}[d < through-9] }), "A forecast needs 14 days of cost; 10 are known."},
	} {
		if f := ForecastMonth(tt.h, through); f.Why != tt.want || f.Known() || !f.Total.IsZero() {
			t.Errorf("%s: %+v", name, f)
		}
	}
	f := ForecastMonth(flatBill(through-13, through, nil), through)
	if !f.Known() || f.High.LessThan(f.Total.Mul(decimal.RequireFromString("1.09"))) {
		t.Errorf("14 days have a range of %s to %s", f.Low, f.High)
	}
}
