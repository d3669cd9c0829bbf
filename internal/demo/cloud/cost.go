package cloud

import (
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Money is an amount in ten-thousandths of a millionth (1e-10) of the
// currency, as finely as Cost Explorer's decimal strings go. Whole numbers
// give the same history on every machine.
type Money int64

// Dollar is one unit of the currency.
const Dollar Money = 1e10

// Dollars is the amount nearest to v.
func Dollars(v float64) Money { return Money(math.Round(v * float64(Dollar))) }

// String is a plain decimal number without needless zeros.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	digits := strconv.FormatInt(int64(m), 10)
	if len(digits) <= 10 {
		digits = strings.Repeat("0", 11-len(digits)) + digits
	}
	whole, part := digits[:len(digits)-10], strings.TrimRight(digits[len(digits)-10:], "0")
	if part != "" {
		whole += "." + part
	}
	return sign + whole
}

// The record types that the emulator knows, as Cost Explorer writes them.
const (
	RecordUsage   = "Usage"
	RecordTax     = "Tax"
	RecordCredit  = "Credit"
	RecordRefund  = "Refund"
	RecordSupport = "Support fee"
	RecordUpfront = "Upfront reservation fee"
	RecordPlanFee = "SavingsPlanRecurringFee"
)

// NoRegion is how Cost Explorer names the region of what has none.
const NoRegion = "NoRegion"

// Rhythm is on which days a cost arises.
type Rhythm int

// The rhythms.
const (
	Daily        Rhythm = iota
	FirstOfMonth        // fees and tax
	TwelfthOfMonth
	LastWorkday // of the month
	Fortnightly // every second Wednesday
	NowAndThen  // some five workdays in a month, without a pattern
)

// Cost is one kind of cost in one account. What it comes to on a day depends
// on that day alone, so that history stays as it was when the clock moves on.
type Cost struct {
	Service string
	Region  string // "" is shown as global
	Record  string // "" is RecordUsage

	Amount  Money // on a weekday at growthEpoch; negative for credits and refunds
	Rhythm  Rhythm
	Weekend int // percent of Amount on Saturdays and Sundays; 0 is 100
	Growth  int // millionths a day
	Noise   int // plus or minus so many thousandths

	From, Until spend.Day // Until is the first day without it; zero for open ends
	Hour        int       // of the day From, UTC, at which it begins
	Creep       spend.Day // so many days it takes to grow to Amount; zero has it at once
	// Out is an outage: from its first day on, and again from its second.
	Out [2]spend.Day
	// Harmless is a change that nobody is to be told of.
	Harmless bool

	// Shown is the day from which on Cost Explorer shows it, of days that may be
	// long over: a bill that is restated. Zero shows it as soon as any cost.
	Shown spend.Day
}

// growthEpoch is when Amount was true; growth is held between a half and
// twice of it, so that far days stay plausible.
var growthEpoch = spend.DayOf(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))

const million = 1_000_000

// On is the cost of a whole day in account id.
func (c Cost) On(day spend.Day, id account.ID) Money {
	if day < c.From || c.Until != 0 && day >= c.Until || c.Out[0] <= day && day < c.Out[1] || !c.falls(day, id) {
		return 0
	}
	factor := min(max(million+Money(c.Growth)*Money(day-growthEpoch), million/2), 2*million)
	if w := day.Weekday(); c.Weekend != 0 && (w == time.Saturday || w == time.Sunday) {
		factor = factor * Money(c.Weekend) / 100
	}
	if c.Creep > 0 {
		factor = factor * Money(min(day-c.From+1, c.Creep)) / Money(c.Creep)
	}
	if day == c.From {
		factor = factor * Money(24-c.Hour) / 24
	}
	var dust Money // below a millionth of a dollar: AWS's amounts have such tails
	if c.Noise != 0 {
		span, dice := uint64(2*c.Noise)*1000+1, c.dice(day, id)
		factor += factor * (Money(dice%span) - Money(c.Noise)*1000) / million
		dust = Money(dice >> 32 % 10_000)
	}
	// In two steps: the product of both leaves 64 bits at some $460.
	return c.Amount/million*factor + c.Amount%million*factor/million + dust
}

func (c Cost) falls(day spend.Day, id account.ID) bool {
	date := day.Time()
	switch c.Rhythm {
	case FirstOfMonth:
		return date.Day() == 1
	case TwelfthOfMonth:
		return date.Day() == 12
	case LastWorkday:
		return workday(day) && nextWorkday(day+1).Time().Month() != date.Month()
	case Fortnightly:
		return day.Weekday() == time.Wednesday && (day/7)%2 == 0
	case NowAndThen:
		return workday(day) && c.dice(day, id)>>20%9 < 2
	}
	return true
}

func workday(day spend.Day) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// nextWorkday is day, or the Monday after it.
func nextWorkday(day spend.Day) spend.Day {
	for !workday(day) {
		day++
	}
	return day
}

// dice is a number that looks random and is the same for the same day, cost
// and account everywhere and always.
func (c Cost) dice(day spend.Day, id account.ID) uint64 {
	h := fnv.New64a()
	for _, part := range []string{id.String(), c.Service, c.Region, c.record()} {
		_, _ = h.Write([]byte(part)) // a hash never fails
		_, _ = h.Write([]byte{0})
	}
	// The finalizer of splitmix64 spreads neighbouring days.
	x := h.Sum64() + uint64(day)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (c Cost) record() string {
	if c.Record == "" {
		return RecordUsage
	}
	return c.Record
}

func (c Cost) region() string {
	if c.Region == "" {
		return "global"
	}
	return c.Region
}

// seen is the part of a day's cost that Cost Explorer shows on the day today:
// nothing of today, a part of yesterday, all of what is older.
func (c Cost) seen(day, today spend.Day, whole Money) Money {
	switch {
	case day >= today, today < c.Shown:
		return 0
	case today-day < spend.SettledAfter:
		return whole / 100 * partOfYesterday
	}
	return whole
}

// partOfYesterday is percent.
const partOfYesterday = 60
