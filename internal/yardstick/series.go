package yardstick

import (
	"math"
	"math/rand/v2"
	"time"

	"rootwatch/checks/spend"
)

// series is one service of one account in one region, day by day.
type series struct {
	service, region string
	base            float64 // dollars of a usual weekday
	growth          float64 // of the logarithm in a year
	rhythm          rhythm
	weekend         float64
	holiday         float64
	sigma           float64
	memory          float64 // of yesterday's deviation that is there today
	freedom         float64 // degrees of Student's t that the deviations have
	moving          float64 // probability of a level shift on a day
	monthEnd        float64 // multiple on the last two days of a month
	quarterEnd      float64 // and of a quarter
	awake           float64 // probability of a sparse series to have cost on a day
	backup          time.Weekday
	grain           float64 // the smallest amount that is billed; all are multiples of it
	from            spend.Day

	deviation, level float64 // logarithms, as of the day before
	// rng is the series' own, so that another one beside it changes nothing here.
	rng *rand.Rand
}

// next is the usual cost of day, which follows the one that was asked for before.
func (s *series) next(day, first spend.Day) float64 {
	if s.base == 0 {
		return 0
	}
	rng := s.rng
	s.deviation = s.memory*s.deviation + math.Sqrt(1-s.memory*s.memory)*s.sigma*student(rng, s.freedom)
	// Twice the usual cost on a calm series' worst day is noise; five times as much is something to hear of.
	most := min(5*s.sigma, max(0.7, 2.5*s.sigma))
	s.deviation = min(max(s.deviation, -most), most)
	// A level shift that nobody labels must be none that a person would want to hear of.
	if s.level *= 0.997; rng.Float64() < s.moving {
		s.level += rng.NormFloat64() * min(0.12, 1.5*s.sigma)
	}
	lump, asleep := gamma(rng, 1/max(s.sigma*s.sigma, 0.01)), rng.Float64() >= s.awake
	if day < s.from {
		return 0
	}
	v := s.base * math.Exp(s.growth*float64(day-first)/daysPerYear+s.deviation+s.level)
	switch s.rhythm {
	case lumpy:
		v = s.base * math.Exp(s.growth*float64(day-first)/daysPerYear+s.level) * lump
	case sparse:
		if asleep {
			return 0
		}
	case weekly:
		if day.Weekday() != s.backup {
			v *= 0.25
		} else {
			v *= 4
		}
	}
	return grained(v*s.shape(day), s.grain)
}

// shape is what the calendar makes of a day.
func (s *series) shape(day spend.Day) float64 {
	f := 1.0
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		f = s.weekend
	} else if holiday(day) {
		f = s.holiday
	}
	if left := daysLeft(day); left < 2 {
		f *= s.monthEnd
		if m := day.Time().Month(); m%3 == 0 {
			f *= s.quarterEnd
		}
	}
	return f
}

// daysLeft is how many days of the month are to come.
func daysLeft(day spend.Day) int {
	t := day.Time()
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() - t.Day()
}

// holiday reports the days on which offices of many countries are closed.
func holiday(day spend.Day) bool {
	t := day.Time()
	switch m, d := t.Month(), t.Day(); m {
	case time.January:
		return d == 1
	case time.May:
		return d == 1
	case time.July:
		return d == 4
	case time.November:
		return day == blackFriday(t.Year())-1
	case time.December:
		return d >= 24
	}
	return false
}

// blackFriday is the day after the fourth Thursday of November.
func blackFriday(year int) spend.Day {
	first := spend.DayOf(time.Date(year, time.November, 1, 0, 0, 0, 0, time.UTC))
	return first + spend.Day((int(time.Thursday)-int(first.Weekday())+7)%7) + 3*7 + 1
}

func grained(v, grain float64) float64 {
	if grain > 0 {
		v = math.Ceil(v/grain) * grain
	}
	return v
}

// student draws from Student's t, scaled to a standard deviation of 1, with
// a whole number of degrees above 2.
func student(rng *rand.Rand, degrees float64) float64 {
	sum := 0.0
	for range int(degrees) {
		z := rng.NormFloat64()
		sum += z * z
	}
	return rng.NormFloat64() / math.Sqrt(sum/degrees) * math.Sqrt((degrees-2)/degrees)
}

// gamma draws from a gamma distribution with mean 1 (Marsaglia and Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	d := max(shape, 1) - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return v * d / max(shape, 1)
		}
	}
}

// between draws log-uniform.
func between(rng *rand.Rand, low, high float64) float64 {
	return math.Exp(math.Log(low) + rng.Float64()*math.Log(high/low))
}

// days draws a whole number from low to high.
func days(rng *rand.Rand, low, high int) spend.Day { return spend.Day(low + rng.IntN(high-low+1)) }
