package spend_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"rootwatch/checks/spend"
)

// randomHistory is a bill with noise, weekends, fees, leaks, one-offs, holes,
// refunds and garbage.
func randomHistory(r *rand.Rand) spend.History {
	shapes := make([]func(spend.Day) float64, 3)
	for i := range shapes {
		level, weekend, noise := math.Exp(r.Float64()*8), r.Float64(), r.Float64()*0.5
		leakFrom, leakTo, leak := monday-spend.Day(r.IntN(100)), monday-spend.Day(r.IntN(100)), level*r.Float64()*5
		feeOn, fee := 1+r.IntN(31), level*float64(r.IntN(3))
		starts := monday - spend.Day(r.IntN(400))
		seed := r.Uint64()
		shapes[i] = func(d spend.Day) float64 {
			dice := rand.New(rand.NewPCG(seed, uint64(d)))
			v := level * math.Exp(noise*dice.NormFloat64())
			if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
				v *= weekend
			}
			if d.Time().Day() == feeOn {
				v += fee
			}
			if d >= leakFrom && d <= leakTo {
				v += leak
			}
			switch dice.IntN(150) {
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
		}
	}
	h := over(30+r.IntN(150), shapes...)
	for d := range h.Collected {
		if r.IntN(30) == 0 {
			delete(h.Collected, d)
		}
	}
	return h
}

// cut is h as it stood before day+1: nothing later is in it.
func cut(h spend.History, day spend.Day) spend.History {
	out := h
	out.Collected = map[spend.Day]bool{}
	for d := range h.Collected {
		if d <= day {
			out.Collected[d] = true
		}
	}
	out.Series = nil
	for _, s := range h.Series {
		s.Amounts = s.Amounts[:max(0, min(len(s.Amounts), int(day-s.From)+1))]
		out.Series = append(out.Series, s)
	}
	return out
}

func TestJudgeIsCausalAndSound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	fired := 0
	for range 400 {
		h := randomHistory(r)
		day := monday - spend.Day(r.IntN(20))
		s := spend.DefaultSettings()
		spikes := spend.Judge(h, day, s)
		if again := spend.Judge(h, day, s); !reflect.DeepEqual(spikes, again) {
			t.Fatalf("twice the same day differs:\n%+v\n%+v", spikes, again)
		}
		if past := spend.Judge(cut(h, day), day, s); !reflect.DeepEqual(spikes, past) {
			t.Fatalf("later days change %s:\n%+v\n%+v", day, spikes, past)
		}
		if ok, _ := spend.Judgeable(h, day, s); !ok && len(spikes) > 0 {
			t.Fatalf("a day that is not judgeable has spikes: %+v", spikes)
		}
		for _, spike := range spikes {
			fired++
			if !h.Collected[day] || !h.Collected[spike.Since] || spike.Since > day || spike.Day != day {
				t.Fatalf("a spike where nothing was read: %+v", spike)
			}
			if !spike.Excess.Equal(spike.Actual.Sub(spike.Expected)) || spike.Actual.InexactFloat64() < 5 || spike.Why == "" ||
				len(spike.Recent) == 0 || len(spike.Recent) > 20 || spike.Baseline.Spread < 0 || math.IsNaN(spike.Baseline.Spread) {
				t.Fatalf("an unsound spike: %+v", spike)
			}
			for _, p := range spike.Recent {
				if p.Day > day || !h.Collected[p.Day] {
					t.Fatalf("the chart shows %s", p.Day)
				}
			}
		}
	}
	if fired < 100 {
		t.Errorf("only %d spikes were drawn: it proves nothing", fired)
	}
}

// More history than LookBack changes nothing.
func TestJudgeLooksNoFurtherBack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 100 {
		h := randomHistory(r)
		short := h
		short.Collected = map[spend.Day]bool{}
		for d := range h.Collected {
			if d >= monday-spend.LookBack {
				short.Collected[d] = true
			}
		}
		if long, short := spend.Judge(h, monday, spend.DefaultSettings()), spend.Judge(short, monday, spend.DefaultSettings()); !reflect.DeepEqual(long, short) {
			t.Fatalf("older days change the verdict:\n%+v\n%+v", long, short)
		}
	}
}

// Through random bills, judged day by day as they grow: every incident begins
// with First, ends at most once between two beginnings, and no word is said of
// a day that was not read. say itself holds that twice says nothing new.
func TestSpeakIsIdempotentAndOrdered(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 3))
	words := map[spend.Word]int{}
	for range 40 {
		h := randomHistory(r)
		var m memory
		open := map[spend.Key]bool{}
		for day := monday - 40; day <= monday; day++ {
			seen := cut(h, day)
			seen.ObservedAt = (day + spend.Day(1+r.IntN(2))).Time()
			for _, u := range spend.Speak(m.known(day), spend.Judge(seen, day, spend.DefaultSettings()), seen, day) {
				k := u.Incident.Key
				words[u.Word]++
				if !h.Collected[day] {
					t.Fatalf("%s of %s, which was not read", u.Word, day)
				}
				switch {
				case u.Word == spend.First && open[k], u.Word == spend.Over && !open[k], u.Word == spend.Grew && !open[k] && u.Incident.Since == day:
					t.Fatalf("%s on %s while open is %t", u.Word, day, open[k])
				case u.Word == spend.Over && spend.Provisional(day, seen.ObservedAt):
					t.Fatalf("over on %s, which may still rise", day)
				case u.Incident.Extra.IsNegative() || !u.Incident.Peak.IsPositive():
					t.Fatalf("unsound figures: %+v", u.Incident)
				}
				open[k] = u.Incident.Open
			}
			m.say(t, seen, day)
		}
	}
	for _, w := range []spend.Word{spend.First, spend.Grew, spend.Still, spend.Over, spend.Same} {
		if words[w] < 5 {
			t.Errorf("%s was said %d times: it proves nothing", w, words[w])
		}
	}
}

// A steady bill with noise says nothing, for months on end.
func TestJudgeIsQuietOnNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alerts := 0
	for range 8 {
		seed, level := r.Uint64(), 20+r.Float64()*2000
		h := over(365, func(d spend.Day) float64 {
			return level * math.Exp(0.1*rand.New(rand.NewPCG(seed, uint64(d))).NormFloat64())
		})
		for day := monday - 240; day <= monday; day++ {
			alerts += len(spend.Judge(h, day, spend.DefaultSettings()))
		}
	}
	if alerts > 0 {
		t.Errorf("%d alerts on noise of a tenth", alerts)
	}
}
