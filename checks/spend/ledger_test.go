package spend_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// shape is what a series costs on a day.
type shape = func(spend.Day) float64

// part is one series of a bill.
type part struct {
	service, region string
	cost            shape
}

const (
	ec2    = "Amazon Elastic Compute Cloud - Compute"
	s3     = "Amazon Simple Storage Service"
	rds    = "Amazon Relational Database Service"
	sqs    = "Amazon Simple Queue Service"
	lambda = "AWS Lambda"
	home   = "us-east-1"
	away   = "ap-southeast-1"
)

// bill is an account's cost and how it becomes known: each day the three days
// before it are read, and the first look reads all that came before it.
type bill struct {
	from, to spend.Day // usage days
	parts    []part
	// read reports whether the look reads the day; nil is as above.
	read func(day, look spend.Day) bool
	// shown is what the look sees of what the day will cost in the end; nil is all of it.
	shown func(day, look spend.Day, whole float64) float64
}

// of is a year of bill that ends on monday.
func of(parts ...part) bill { return bill{from: monday - 365, to: monday, parts: parts} }

// at is one series in the home region.
func at(service string, cost shape) part { return part{service, home, cost} }

// late shows three fifths of a day on the day after it, and nine tenths on the next.
func (b bill) late() bill {
	b.shown = func(day, look spend.Day, whole float64) float64 {
		return whole * []float64{0, 0.6, 0.9, 1}[min(look-day, 3)]
	}
	return b
}

// unread never reads the days.
func (b bill) unread(days ...spend.Day) bill {
	b.read = func(day, _ spend.Day) bool { return !slices.Contains(days, day) }
	return b
}

func (b bill) ledger() spend.Ledger {
	type cell struct {
		part int
		day  spend.Day
	}
	l := spend.Ledger{Account: key("").Account, Currency: "USD"}
	known := map[cell]float64{}
	for observed := b.from + 1; observed <= b.to+1; observed++ {
		look := spend.Look{Observed: observed}
		for d := max(b.from, observed-3); d < observed; d++ {
			if b.read != nil && !b.read(d, observed) {
				continue
			}
			look.Read = append(look.Read, d)
			for n, p := range b.parts {
				v := p.cost(d)
				if b.shown != nil {
					v = b.shown(d, observed, v)
				}
				if was, ok := known[cell{n, d}]; v != was && (ok || v != 0) {
					known[cell{n, d}] = v
					look.Changes = append(look.Changes, spend.Amount{Service: p.service, Region: p.region, Day: d, Value: v})
				}
			}
		}
		l.Looks = append(l.Looks, look)
	}
	return l
}

// noisy varies around level by share (a standard deviation), the same for the
// same seed whatever the order of days.
func noisy(level, share float64, seed uint64) shape {
	return func(d spend.Day) float64 {
		return level * math.Exp(share*rand.New(rand.NewPCG(seed, uint64(d))).NormFloat64())
	}
}

// steady is what most series are here: it varies by three percent.
func steady(level float64) shape { return noisy(level, 0.03, uint64(level*100)) }

// more adds by to a shape from one day to another.
func more(base shape, by float64, from, to spend.Day) shape {
	return func(d spend.Day) float64 {
		if d >= from && d <= to {
			return base(d) + by
		}
		return base(d)
	}
}

// ramp adds a day more each day, from a day on.
func ramp(base shape, more float64, from spend.Day) shape {
	return func(d spend.Day) float64 { return base(d) + more*float64(max(d-from+1, 0)) }
}

// when replaces what a shape costs on the days that on picks.
func when(base, other shape, on func(spend.Day) bool) shape {
	return func(d spend.Day) float64 {
		if on(d) {
			return other(d)
		}
		return base(d)
	}
}

func every(n int, off spend.Day) func(spend.Day) bool {
	return func(d spend.Day) bool { return (d-off)%spend.Day(n) == 0 }
}
func onDay(n int) func(spend.Day) bool         { return func(d spend.Day) bool { return d.Time().Day() == n } }
func lastOfMonth(d spend.Day) bool             { return (d + 1).Time().Day() == 1 }
func since(day spend.Day) func(spend.Day) bool { return func(d spend.Day) bool { return d >= day } }
func within(from, to spend.Day) func(spend.Day) bool {
	return func(d spend.Day) bool { return d >= from && d <= to }
}
func zero(spend.Day) float64 { return 0 }

// said is one utterance and the look that it was said on.
type said struct {
	on spend.Day
	spend.Utterance
}

// live replays a ledger, holds every utterance to what must always be true of
// it, and returns all but the quiet ones.
func live(t *testing.T, l spend.Ledger) []said {
	t.Helper()
	var all []said
	open, known := map[string]bool{}, map[string]bool{}
	firstRead := firstRead(l)
	for w, us := range l.Replay(spend.DefaultSettings()) {
		if !w.Judged() && len(us) > 0 {
			t.Fatalf("%s was not judged, and it says %+v", w.Today(), us)
		}
		for _, u := range us {
			name := nameOf(u.Incident)
			switch {
			case u.Word == spend.First && known[name]:
				t.Fatalf("%s: %s is told as new for the second time", w.Today(), name)
			case u.Word == spend.Still && known[name]: // it is back
			case u.Word != spend.First && !open[name]:
				t.Fatalf("%s: %s of %s, which is not open", w.Today(), u.Word, name)
			case u.Incident.Open != (u.Word != spend.Over):
				t.Fatalf("%s: %s, and open is %t", w.Today(), u.Word, u.Incident.Open)
			}
			open[name], known[name] = u.Incident.Open, true
			sound(t, w.Today(), u, firstRead)
			if u.Word != spend.Quiet {
				all = append(all, said{w.Today(), u})
			}
		}
	}
	return all
}

// firstRead is the look on which each day counts as first read: the one on the
// day after it, for what nobody looked at in time.
func firstRead(l spend.Ledger) map[spend.Day]spend.Day {
	first := map[spend.Day]spend.Day{}
	before := spend.Day(0)
	for _, look := range l.Looks {
		for _, d := range look.Read {
			if _, known := first[d]; !known {
				first[d] = look.Observed
				if before <= d || look.Observed-d > 10 {
					first[d] = d + 1
				}
			}
		}
		before = look.Observed
	}
	return first
}

// nameOf names an incident.
func nameOf(i spend.Incident) string {
	return strings.Join([]string{i.Account.String(), i.Service, i.Region, i.Since.String()}, " ")
}

// sound holds what must be true of every utterance.
func sound(t *testing.T, on spend.Day, u spend.Utterance, firstRead map[spend.Day]spend.Day) {
	t.Helper()
	i := u.Incident
	var wrong []string
	hold := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, what)
		}
	}
	hold(i.Excess.Equal(i.Actual.Sub(i.Expected)), "the excess is not the difference")
	hold(!i.Extra.IsNegative() && !i.Peak.IsNegative(), "a negative extra or peak")
	hold(i.Since <= i.Day && i.Day < on, "its days are in no order")
	hold(len(i.Recent) <= 20, "more points than a chart holds")
	for n, p := range i.Recent {
		at, read := firstRead[p.Day]
		hold(p.Day < on && read && at <= on && (n == 0 || i.Recent[n-1].Day < p.Day), "its chart shows "+p.Day.String())
	}
	hold(i.Why != "" && !strings.Contains(i.Why, "NaN") && !strings.Contains(i.Why, "Inf"), "why: "+i.Why)
	hold(i.Currency != "" && i.Account != account.ID{}, "no currency or no account")
	hold(!math.IsNaN(i.Share) && i.Share >= 0, "its share")
	hold(i.Baseline.Expected >= 0 && i.Baseline.Spread >= 0, "its baseline") // false for NaN, too
	hold(i.Sure == spend.Certain || i.Sure == spend.Likely, "how sure it is")
	hold(slices.IsSortedFunc(i.Drivers, func(a, b spend.Driver) int { return b.Excess.Cmp(a.Excess) }) || u.Word != spend.First, "the order of its drivers")
	for _, d := range i.Drivers {
		hold(d.Name != "" && (d.Service != i.Service || d.Region != i.Region), "it is a driver of itself")
	}
	hold(u.Word != spend.First || i.Excess.IsPositive(), "a rise that is none")
	hold(i.Open == (i.EndedOn == 0), "an end")
	hold(i.EndedOn == 0 || i.EndedOn > i.Since && i.EndedOn < on, "its end is on "+i.EndedOn.String())
	if len(wrong) > 0 {
		t.Fatalf("%s: %s is unsound: %s\n%+v", on, u.Word, strings.Join(wrong, "; "), i)
	}
}

// words are those of all, in order.
func words(all []said, which ...spend.Word) []said {
	var out []said
	for _, s := range all {
		if slices.Contains(which, s.Word) {
			out = append(out, s)
		}
	}
	return out
}

// news is what reached a person as such.
func news(all []said) []said { return words(all, spend.First, spend.Grew) }

// told is the one incident that was told of, once.
func told(t *testing.T, all []said) said {
	t.Helper()
	got := news(all)
	if len(got) != 1 || got[0].Word != spend.First {
		t.Fatalf("told %d times, want once:%s", len(got), listed(all))
	}
	return got[0]
}

func listed(all []said) string {
	var b strings.Builder
	for _, s := range all {
		if s.Word != spend.Same {
			b.WriteString("\n" + s.on.String() + " " + string(s.Word) + " " + s.Incident.Service + " in " + s.Incident.Region + " since " + s.Incident.Since.String() + ": " + s.Incident.Why)
		}
	}
	return b.String()
}

// near reports whether an amount is want but for the noise of a shape.
func near(v decimal.Decimal, want float64) bool {
	return math.Abs(v.InexactFloat64()-want) <= 0.15*math.Abs(want)
}

// shuffled is l with the changes of every look in another order.
func shuffled(l spend.Ledger, r *rand.Rand) spend.Ledger {
	out := l
	out.Looks = slices.Clone(l.Looks)
	for n := range out.Looks {
		c := slices.Clone(out.Looks[n].Changes)
		slices.SortStableFunc(c, func(a, b spend.Amount) int { return cmp.Compare(a.Service, b.Service) })
		r.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
		out.Looks[n].Changes = c
	}
	return out
}

func weekend(d spend.Day) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// growth is the factor of a month's growth, one at monday a year ago.
func growth(month float64, d spend.Day) float64 {
	return math.Pow(1+month, float64(d-(monday-365))/30.4)
}

func dollars(n int64) decimal.Decimal { return decimal.NewFromInt(n) }
