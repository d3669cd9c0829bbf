package spend_test

import (
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// monday is the last day of every history here: 2026-11-16.
var monday = mustDay("2026-11-16")

func mustDay(s string) spend.Day {
	d, err := spend.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func key(service string) spend.Key {
	id, err := account.ParseID("111122223333")
	if err != nil {
		panic(err)
	}
	return spend.Key{Account: id, Service: service}
}

// flat costs the same every day.
func flat(v float64) func(spend.Day) float64 { return func(spend.Day) float64 { return v } }

// but changes single days, counted back from monday: 0 is monday itself.
func but(base func(spend.Day) float64, changes map[int]float64) func(spend.Day) float64 {
	return func(d spend.Day) float64 {
		if v, ok := changes[int(monday-d)]; ok {
			return v
		}
		return base(d)
	}
}

// weekly costs one amount from Monday to Friday and another at the weekend.
func weekly(work, weekend float64) func(spend.Day) float64 {
	return func(d spend.Day) float64 {
		if w := d.Weekday(); w == time.Saturday || w == time.Sunday {
			return weekend
		}
		return work
	}
}

// over is days of history that end on monday, all collected, seen two days
// later, so that nothing is provisional.
func over(days int, amounts ...func(spend.Day) float64) spend.History {
	h := spend.History{ObservedAt: (monday + 2).Time().Add(6 * time.Hour), Currency: "USD", Collected: map[spend.Day]bool{}}
	from := monday - spend.Day(days) + 1
	for d := from; d <= monday; d++ {
		h.Collected[d] = true
	}
	for n, amount := range amounts {
		s := spend.Series{Key: key([]string{"Amazon EC2", "Amazon S3", "AWS Lambda"}[n]), From: from}
		for d := from; d <= monday; d++ {
			s.Amounts = append(s.Amounts, amount(d))
		}
		h.Series = append(h.Series, s)
	}
	return h
}

// without takes days out of the collected ones, counted back from monday.
func without(h spend.History, back ...int) spend.History {
	for _, b := range back {
		delete(h.Collected, monday-spend.Day(b))
	}
	return h
}

func between(from, to int) []int {
	var days []int
	for d := from; d <= to; d++ {
		days = append(days, d)
	}
	return days
}

func each(days []int, v float64) map[int]float64 {
	m := map[int]float64{}
	for _, d := range days {
		m[d] = v
	}
	return m
}
