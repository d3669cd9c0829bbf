package spend_test

import (
	"math"
	"testing"

	"rootwatch/checks/spend"
)

func TestUsual(t *testing.T) {
	for _, tt := range []struct {
		name         string
		h            spend.History
		total, usual float64
	}{
		{"all series together", over(90, flat(100), but(flat(20), map[int]float64{0: 55})), 155, 120},
		{"the same weekday", over(90, weekly(300, 20)), 300, 300},
		{"a garbled amount is left out", over(90, flat(100), flat(math.NaN())), 100, 100},
		{"the day was not read", without(over(90, flat(100)), 0), 0, 0},
		{"little history", over(8, flat(100)), 100, 100},
		{"hardly any history", over(7, flat(100)), 100, 0},
		{"nothing", spend.History{}, 0, 0},
		{"days that were not read do not count", without(over(90, but(flat(100), each(between(1, 40), 0))), between(1, 40)...), 100, 100},
	} {
		total, usual := spend.Usual(tt.h, monday)
		if total != tt.total || usual != tt.usual {
			t.Errorf("%s: total %v, usual %v, want %v and %v", tt.name, total, usual, tt.total, tt.usual)
		}
	}
}

func TestLargestRise(t *testing.T) {
	h := over(90, but(flat(100), map[int]float64{0: 110}), but(flat(10), map[int]float64{0: 25}), but(flat(900), map[int]float64{0: 700}))
	key, by, ok := spend.LargestRise(h, monday)
	if !ok || key.Service != "Amazon S3" || by != 15 {
		t.Errorf("%s by %v, %t; want S3 by 15", key.Service, by, ok)
	}
	tied := over(90, but(flat(10), map[int]float64{0: 25}), but(flat(10), map[int]float64{0: 25}))
	tied.Series[0], tied.Series[1] = tied.Series[1], tied.Series[0]
	if key, _, _ := spend.LargestRise(tied, monday); key.Service != "Amazon EC2" {
		t.Errorf("of two equal ones it takes %s", key.Service)
	}
	for name, h := range map[string]spend.History{
		"nothing rises": over(90, flat(100)), "not read": without(h, 0), "no history": over(3, flat(100)), "garbage": over(90, but(flat(1), map[int]float64{0: math.NaN()})), "empty": {},
	} {
		if key, by, ok := spend.LargestRise(h, monday); ok || by != 0 || key != (spend.Key{}) {
			t.Errorf("%s: %s by %v, %t", name, key.Service, by, ok)
		}
	}
}
