package export

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Ledgers is what a FOCUS file tells of the past.
type Ledgers struct {
	From, To spend.Day      // the first and the last day with any charge
	Missing  []spend.Day    // between them: days without a single line of any account
	Accounts []spend.Ledger // by account; the ledgers of all accounts read the same days
	Names    map[account.ID]string
}

// LedgersFromFOCUS reads FOCUS files, which are parts of one bill without
// overlap, into one ledger for each account, as if
// every day had been read whole on the day after: an export keeps no record of
// how a day looked before it was settled. Usage and purchases are in it, for a large purchase
// is news; credits, refunds, adjustments and tax are not. A day that has no line at all, of any
// account, is missing and is not read as a day without cost.
//
// It holds one float64 for each account, service, region and day, and adds the
// lines of a day in it: a ledger feeds statistics, and a million lines lose
// less than a millionth of a cent of a dollar.
func LedgersFromFOCUS(files ...io.Reader) (Ledgers, error) {
	s := focusSums{series: map[spend.Key]*focusSeries{}, seen: map[spend.Day]bool{}, names: map[account.ID]string{}}
	for n, file := range files {
		if err := ReadFOCUS(file, s.add); err != nil {
			if len(files) > 1 {
				err = fmt.Errorf("file %d: %w", n+1, err)
			}
			return Ledgers{}, err
		}
	}
	if len(s.seen) == 0 {
		return Ledgers{}, errors.New("the FOCUS file has no charges")
	}
	return s.ledgers(), nil
}

// mostSpan is how many days a file may reach over: more than the 38 months
// that AWS keeps, and a bound on what one wrong year can cost in memory.
const mostSpan = 4000

// focusSeries is one series, dense from its first day on.
type focusSeries struct {
	from    spend.Day
	amounts []float64
}

func (s *focusSeries) add(day spend.Day, amount float64) {
	switch {
	case len(s.amounts) == 0:
		s.from = day
	case day < s.from: // lines may come in any order
		s.amounts = append(make([]float64, s.from-day, int(s.from-day)+len(s.amounts)), s.amounts...)
		s.from = day
	}
	for int(day-s.from) >= len(s.amounts) {
		s.amounts = append(s.amounts, 0)
	}
	s.amounts[day-s.from] += amount
}

type focusSums struct {
	series   map[spend.Key]*focusSeries
	seen     map[spend.Day]bool
	names    map[account.ID]string
	currency string
	from, to spend.Day
}

func (s *focusSums) add(r FOCUSRow) error {
	if len(s.seen) == 0 {
		s.from, s.to = r.Day, r.Day
	}
	s.from, s.to = min(s.from, r.Day), max(s.to, r.Day)
	if s.to-s.from > mostSpan {
		return fmt.Errorf("line %d, column %s: %s lies more than %d days from other lines", r.Line, colStart, r.Day, mostSpan)
	}
	if s.currency != "" && r.Currency != s.currency {
		return fmt.Errorf("line %d, column %s: %s beside %s of another file, and sums of two currencies are none", r.Line, colCurrency, r.Currency, s.currency)
	}
	s.seen[r.Day], s.currency = true, r.Currency
	if r.AccountName != "" || s.names[r.Account] == "" {
		s.names[r.Account] = r.AccountName
	}
	if r.Category != spend.Usage && r.Category != spend.Fee {
		return nil
	}
	series, ok := s.series[r.Key]
	if !ok {
		series = &focusSeries{}
		s.series[r.Key] = series
	}
	series.add(r.Day, r.Amount.InexactFloat64())
	return nil
}

// ledgers gives every account the same looks, one a day. A series is told of
// from its first cost on and where it changes to or from nothing, as Look wants it.
func (s *focusSums) ledgers() Ledgers {
	l := Ledgers{From: s.from, To: s.to, Names: s.names}
	for day := s.from; day <= s.to; day++ {
		if !s.seen[day] {
			l.Missing = append(l.Missing, day)
		}
	}
	keys := slices.SortedFunc(maps.Keys(s.series), func(a, b spend.Key) int {
		return cmp.Or(cmp.Compare(a.Account.String(), b.Account.String()), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
	})
	ids := slices.SortedFunc(maps.Keys(s.names), func(a, b account.ID) int { return cmp.Compare(a.String(), b.String()) })
	at := map[account.ID]int{}
	for i, id := range ids {
		at[id] = i
		l.Accounts = append(l.Accounts, s.ledger(id))
	}
	for _, key := range keys {
		s.fill(&l.Accounts[at[key.Account]], key)
	}
	return l
}

// ledger is an account's looks, still without figures.
func (s *focusSums) ledger(id account.ID) spend.Ledger {
	l := spend.Ledger{Account: id, Currency: s.currency, Looks: make([]spend.Look, 0, len(s.seen))}
	for day := s.from; day <= s.to; day++ {
		if s.seen[day] {
			l.Looks = append(l.Looks, spend.Look{Observed: day + 1, Read: []spend.Day{day}})
		}
	}
	return l
}

func (s *focusSums) fill(l *spend.Ledger, key spend.Key) {
	series := s.series[key]
	for i := range l.Looks {
		day := l.Looks[i].Read[0]
		at := int(day - series.from)
		if at < 0 || at >= len(series.amounts) || series.amounts[at] == 0 {
			continue // of a day that is first read, what is not named is 0
		}
		l.Looks[i].Changes = append(l.Looks[i].Changes, spend.Amount{Service: key.Service, Region: key.Region, Day: day, Value: series.amounts[at]})
	}
	delete(s.series, key) // the ledger has it now
}
