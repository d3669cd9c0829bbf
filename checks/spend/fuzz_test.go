package spend_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"rootwatch/checks/spend"
)

// FuzzReplay lives through ledgers that no bill makes: looks out of order and
// twice, days of the future and of no calendar, amounts that are none. It must
// neither panic nor say a number that is none.
func FuzzReplay(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{4, 120, 100, 4, 5, 250, 4, 60, 100})                                                     // a spike of five days
	f.Add([]byte{4, 60, 40, 0, 9, 0, 1, 12, 0, 2, 3, 200, 3, 1, 0, 4, 60, 90, 5, 1, 30, 4, 40, 90})       // garbage and holes
	f.Add([]byte{4, 90, 10, 3, 2, 0, 3, 3, 0, 3, 4, 0, 3, 5, 0, 3, 6, 0, 3, 7, 0, 4, 90, 200, 0, 255, 0}) // all kinds of garbage
	f.Add([]byte{0, 200, 0, 1, 255, 0, 2, 9, 9, 4, 200, 3, 4, 200, 255, 6, 8, 2, 4, 30, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 120 {
			return // longer ones only take longer
		}
		l := ledgerOf(b)
		for _, l := range []spend.Ledger{l, l.Marginal()} {
			for w, us := range l.Replay(spend.DefaultSettings()) {
				if len(us) > 0 && !w.Judged() {
					t.Fatalf("%s was not judged, and it says %+v", w.Today(), us)
				}
				for _, u := range us {
					i := u.Incident
					text := fmt.Sprintf("%+v", u)
					if strings.Contains(text, "NaN") || strings.Contains(text, "Inf") || !i.Excess.Equal(i.Actual.Sub(i.Expected)) || i.Extra.IsNegative() || i.Day >= w.Today() || len(i.Recent) > 20 {
						t.Fatalf("%s: %s", w.Today(), text)
					}
				}
				if w.Today()%16 == 0 {
					if text := strings.Join(w.Explain(), "\n"); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
						t.Fatalf("%s: %s", w.Today(), text)
					}
				}
			}
		}
	})
}

// ledgerOf makes a ledger of any bytes: three make a step.
func ledgerOf(b []byte) spend.Ledger {
	l := spend.Ledger{Account: key("").Account, Currency: "USD"}
	today := monday - 500
	look := spend.Look{Observed: today}
	next := func(by spend.Day) {
		l.Looks = append(l.Looks, look)
		today += by
		look = spend.Look{Observed: today}
	}
	amount := func(day spend.Day, pick byte, v float64) {
		look.Changes = append(look.Changes, spend.Amount{Service: []string{ec2, s3, ""}[pick%3], Region: []string{home, away, "global", ""}[pick/3%4], Day: day, Value: v})
	}
	noDays := []spend.Day{math.MinInt32, math.MaxInt32, 0, -1, 1, monday + 300, today - 5000, math.MaxInt32 - 1}
	noMoney := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e308, -1e308, 1e12, math.SmallestNonzeroFloat64, -0.01}
	for ; len(b) >= 3; b = b[3:] {
		n, v := b[1], b[2]
		switch b[0] % 7 {
		case 0: // looks that are not made, or one that is made twice
			next(spend.Day(n) - 2)
		case 1: // days that are read late
			for d := range spend.Day(n) {
				look.Read = append(look.Read, today-d)
			}
		case 2: // one amount, up to 40 days in the future
			amount(today+40-spend.Day(n), v, float64(v)*float64(n))
		case 3: // garbage
			look.Read = append(look.Read, noDays[n%8])
			amount(noDays[n%8], v, float64(v))
			amount(today-1, v, noMoney[n%8])
			if n >= 128 {
				look.Observed = noDays[n%8]
				next(0)
			}
		case 4: // days as they should be
			for d := range spend.Day(n) {
				next(1)
				look.Read = append(look.Read, today-3, today-2, today-1)
				amount(today-1, v, float64(v)+float64(d%3))
			}
		case 5: // days that are restated
			for d := range spend.Day(n % 32) {
				amount(today-d, v, float64(v)*100)
			}
		case 6: // a reading without a change
			next(1)
			look.Read = append(look.Read, today-1)
		}
	}
	next(1)
	return l
}
