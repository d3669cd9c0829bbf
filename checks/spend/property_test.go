package spend_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"rootwatch/checks/spend"
)

// randomBill is an account with noise, weekends, fees, leaks, one-offs, late
// starts, refunds, garbage, late data and days that are not read.
func randomBill(r *rand.Rand, length int) bill {
	b := bill{from: monday - spend.Day(length), to: monday}
	for n := range 2 + r.IntN(4) {
		level, weekends, noise := math.Exp(r.Float64()*8), 0.2+0.8*r.Float64(), r.Float64()*0.3
		leakFrom := b.from + spend.Day(r.IntN(length))
		leakTo, leak := leakFrom+spend.Day(r.IntN(60)), level*r.Float64()*8
		feeOn, fee := 1+r.IntN(31), level*float64(r.IntN(3))
		starts := b.from + spend.Day(r.IntN(2)*r.IntN(length))
		seed := r.Uint64()
		b.parts = append(b.parts, part{[]string{ec2, s3, rds}[n%3], []string{home, away}[n/3], func(d spend.Day) float64 {
			dice := rand.New(rand.NewPCG(seed, uint64(d)))
			v := level * math.Exp(noise*dice.NormFloat64())
			if weekend(d) {
				v *= weekends
			}
			if d.Time().Day() == feeOn {
				v += fee
			}
			if d >= leakFrom && d <= leakTo {
				v += leak
			}
			switch dice.IntN(250) {
			case 0:
				v *= 20
			case 1:
				v = -v
			case 2:
				v = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308}[dice.IntN(5)]
			}
			if d < starts {
				v = 0
			}
			return v
		}})
	}
	first, seed := 0.4+0.6*r.Float64(), r.Uint64()
	b.shown = func(d, look spend.Day, whole float64) float64 {
		if look-d == 1 {
			return whole * first
		}
		return whole
	}
	b.read = func(d, _ spend.Day) bool { return rand.New(rand.NewPCG(seed, uint64(d))).IntN(50) != 0 }
	return b
}

// spoken is all that a replay says, word by word.
func spoken(l spend.Ledger, s spend.Settings) []string {
	var all []string
	for w, us := range l.Replay(s) {
		for _, u := range us {
			all = append(all, fmt.Sprintf("%s %s %+v", w.Today(), u.Word, u.Incident))
		}
	}
	return all
}

// Through random bills: live holds each utterance and their order to what must
// be true, and what is said up to a day does not depend on what comes later.
func TestWatchIsCausalAndSound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	count := map[spend.Word]int{}
	for range 40 {
		l := randomBill(r, 60+r.IntN(200)).ledger()
		for _, s := range live(t, l) {
			count[s.Word]++
		}
		whole := spoken(l, spend.DefaultSettings())
		cut := l
		cut.Looks = l.Looks[:len(l.Looks)-1-r.IntN(40)]
		past := spoken(cut, spend.DefaultSettings())
		if len(past) > len(whole) || !slices.Equal(past, whole[:len(past)]) {
			t.Fatalf("later looks change what was said before %s", cut.Looks[len(cut.Looks)-1].Observed)
		}
		if len(past) < len(whole) && whole[len(past)][:10] <= cut.Looks[len(cut.Looks)-1].Observed.String() {
			t.Fatalf("later looks add to what was said before: %s", whole[len(past)])
		}
	}
	for _, w := range []spend.Word{spend.First, spend.Over, spend.Same} {
		if count[w] < 25 {
			t.Errorf("%s was said %d times: it proves nothing", w, count[w])
		}
	}
}

// Nothing depends on the order in which the rows of a look come, which decides
// in which order series are seen first.
func TestWatchIsDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 14))
	said := 0
	for range 20 {
		l := randomBill(r, 60+r.IntN(150)).ledger()
		want := spoken(l, spend.DefaultSettings())
		said += len(want)
		if got := spoken(shuffled(l, r), spend.DefaultSettings()); !slices.Equal(got, want) {
			t.Fatalf("another order of rows says other words:\n%s\n%s", firstOf(got, want), firstOf(want, got))
		}
	}
	if said < 100 {
		t.Errorf("%d utterances prove nothing", said)
	}
}

// firstOf is the first of a that is not in b at its place.
func firstOf(a, b []string) string {
	for n := range a {
		if n >= len(b) || a[n] != b[n] {
			return a[n]
		}
	}
	return ""
}

// A steady bill with noise of a tenth says nothing for a year, as it is and
// with weekends.
func TestWatchIsQuietOnNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		var parts []part
		for _, service := range []string{ec2, s3, rds}[:1+n%3] {
			base := noisy(math.Exp(1+8*r.Float64()), 0.1, r.Uint64())
			if n%2 == 1 {
				days := base
				base = func(d spend.Day) float64 {
					if weekend(d) {
						return 0.4 * days(d)
					}
					return days(d)
				}
			}
			parts = append(parts, at(service, base))
		}
		b := of(parts...)
		b.from -= 60
		if n%4 > 1 {
			b = b.late()
		}
		if all := live(t, b.ledger()); len(all) > 0 {
			t.Errorf("bill %d says%s", n, listed(all))
		}
	}
}

// Sums are those of the series, look by look, and tell of what one series did.
func TestMarginalAddsUp(t *testing.T) {
	type cell struct{ service, region string }
	r := rand.New(rand.NewPCG(5, 6))
	for range 10 {
		l := randomBill(r, 60).ledger()
		for n := range l.Looks { // garbage has a test of its own
			l.Looks[n].Changes = slices.DeleteFunc(slices.Clone(l.Looks[n].Changes), func(a spend.Amount) bool { return !(math.Abs(a.Value) < 1e9) })
		}
		m := l.Marginal()
		if m.Account != l.Account || m.Currency != l.Currency || len(m.Looks) != len(l.Looks) {
			t.Fatal("it is another ledger")
		}
		series, sums := map[spend.Day]map[cell]float64{}, map[spend.Day]map[cell]float64{}
		apply := func(to map[spend.Day]map[cell]float64, look spend.Look) {
			for _, c := range look.Changes {
				if to[c.Day] == nil {
					to[c.Day] = map[cell]float64{}
				}
				to[c.Day][cell{c.Service, c.Region}] = c.Value
			}
		}
		for n := range l.Looks {
			apply(series, l.Looks[n])
			apply(sums, m.Looks[n])
			if m.Looks[n].Observed != l.Looks[n].Observed || !slices.Equal(m.Looks[n].Read, l.Looks[n].Read) {
				t.Fatal("it is read on other days")
			}
			for day, of := range series {
				want := map[cell]float64{}
				for c, v := range of {
					want[cell{c.service, ""}] += v
					want[cell{"", c.region}] += v
				}
				for c, v := range want {
					if got := sums[day][c]; math.Abs(got-v) > 1e-6*(1+math.Abs(v)) {
						t.Fatalf("%s: %v of %+v is %v, want %v", l.Looks[n].Observed, day, c, got, v)
					}
				}
			}
		}
	}
	told(t, live(t, of(at(ec2, more(steady(100), 300, onset, onset+3)), part{ec2, away, steady(40)}, at(s3, steady(50))).ledger().Marginal()))
}

// Twice the amounts with twice the floors are the same words: nothing but the
// floors knows what a dollar is worth. Amounts are far above the dollar that
// keeps cents from looking like multiples.
func TestWatchHasNoCurrency(t *testing.T) {
	scaled := func(l spend.Ledger, by float64) spend.Ledger {
		out := l
		out.Looks = slices.Clone(l.Looks)
		for n := range out.Looks {
			out.Looks[n].Changes = slices.Clone(out.Looks[n].Changes)
			for c := range out.Looks[n].Changes {
				out.Looks[n].Changes[c].Value *= by
			}
		}
		return out
	}
	words := func(l spend.Ledger, s spend.Settings) []string {
		var all []string
		for w, us := range l.Replay(s) {
			for _, u := range us {
				if u.Word == spend.First || u.Word == spend.Over {
					all = append(all, fmt.Sprintf("%s %s %s since %s", w.Today(), u.Word, u.Incident.Service, u.Incident.Since))
				}
			}
		}
		return all
	}
	s := spend.DefaultSettings()
	s.Tuning.Floors = 1000
	s.MinFirstSpend, s.MinExcess = s.MinFirstSpend.Mul(dollars(1)), s.MinExcess.Mul(dollars(1))
	double := s
	double.Tuning.Floors = 2000
	base := map[string]bill{
		"spikes": of(at(ec2, more(more(steady(100), 300, onset, onset+2), 400, onset-90, onset-90)), at(rds, steady(60))),
		"step":   of(at(ec2, more(steady(100), 100, onset, monday)), at(rds, steady(60))),
		"new":    of(at(ec2, steady(100)), at(rds, when(zero, steady(80), since(onset)))),
		"leak":   of(at(s3, ramp(steady(60), 5, onset)), at(rds, steady(60))),
		"weekly": of(at(ec2, more(when(steady(300), steady(20), weekend), 600, onset, onset+1))),
	}
	for name, b := range base {
		one, two := words(scaled(b.ledger(), 1000), s), words(scaled(b.ledger(), 2000), double)
		if len(one) < 2 || !slices.Equal(one, two) {
			t.Errorf("%s: %q, in a currency of half the value %q", name, one, two)
		}
	}
}

// What a Watch remembers is 15 months: what came before changes nothing.
func TestWatchLooksNoFurtherBack(t *testing.T) {
	parts := []part{at(ec2, more(when(noisy(200, 0.05, 1), noisy(60, 0.05, 2), weekend), 700, onset, onset+3)), at(rds, noisy(90, 0.05, 3))}
	short := bill{from: monday + 1 - spend.LedgerDays, to: monday, parts: parts}
	long := bill{from: monday - 700, to: monday, parts: parts}
	one, two := news(live(t, short.ledger())), news(live(t, long.ledger()))
	if len(one) != 1 || len(two) != 1 || one[0].on != two[0].on || !near(one[0].Incident.Excess, two[0].Incident.Excess.InexactFloat64()) {
		t.Errorf("15 months say:%s\ntwo years say:%s", listed(one), listed(two))
	}
}

// A Watch of one ledger leaves the ledger as it is, and may be replayed again.
func TestReplayChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	l := of(randomBill(r, 100).parts...).ledger()
	for n := range l.Looks { // NaN is not equal to itself
		l.Looks[n].Changes = slices.DeleteFunc(l.Looks[n].Changes, func(a spend.Amount) bool { return math.IsNaN(a.Value) })
	}
	before := l
	before.Looks = slices.Clone(l.Looks)
	for n := range before.Looks {
		before.Looks[n].Read, before.Looks[n].Changes = slices.Clone(l.Looks[n].Read), slices.Clone(l.Looks[n].Changes)
	}
	one := spoken(l, spend.DefaultSettings())
	l.Marginal()
	if two := spoken(l, spend.DefaultSettings()); !slices.Equal(one, two) || !reflect.DeepEqual(l, before) {
		t.Error("a second replay differs, or the first one changed the ledger")
	}
	for w := range l.Replay(spend.DefaultSettings()) { // and it may be left in the middle
		if w.Today() > onset {
			break
		}
	}
}

// A year of 20 series takes milliseconds: that is what lets an organization of
// thousands of accounts be judged anew each morning.
func BenchmarkReplay(b *testing.B) {
	var parts []part
	for n := range 20 {
		parts = append(parts, part{fmt.Sprintf("service %d", n%10), []string{home, away}[n/10], noisy(50+float64(n), 0.1, uint64(n))})
	}
	l := of(parts...).ledger()
	start := time.Now()
	for b.Loop() {
		for range l.Replay(spend.DefaultSettings()) {
		}
	}
	b.ReportMetric(float64(20*365*b.N)/time.Since(start).Seconds(), "series-days/s")
}
