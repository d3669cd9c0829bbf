package store

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// ledgerBlock is how many accounts are read together: a block of one would
// look for every day of every account by itself, and 14 months of 32 accounts
// with ten services take some two megabytes.
const ledgerBlock = 32

// Ledgers implements schedule.Costs.
func (m *memory[Tx]) Ledgers(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) iter.Seq2[spend.Ledger, error] {
	return func(yield func(spend.Ledger, error) bool) {
		l, err := m.ledgerReader(ctx, scope, from, to)
		var accounts []string
		switch {
		case err == nil && id.IsZero():
			accounts, err = accountsOf(ctx, m.read, scope)
		case err == nil:
			accounts = []string{id.String()}
		}
		if err != nil {
			yield(spend.Ledger{}, fmt.Errorf("read the bill from %s to %s: %w", from, to, err))
			return
		}
		for block := range slices.Chunk(accounts, ledgerBlock) {
			revisions, err := m.revisions(ctx, scope, block, from, to)
			if err != nil {
				yield(spend.Ledger{}, fmt.Errorf("read the bill from %s to %s: %w", from, to, err))
				return
			}
			for _, name := range block {
				if len(revisions[name]) == 0 {
					continue
				}
				ledger, err := l.ledger(name, revisions[name])
				if err != nil {
					err = fmt.Errorf("the stored bill of %s: %w", name, err)
				}
				if !yield(ledger, err) {
					return
				}
			}
		}
	}
}

// revisions are those of the accounts of a block, by account.
func (m *memory[Tx]) revisions(ctx context.Context, scope account.Scope, block []string, from, to spend.Day) (map[string][]revision, error) {
	of := make(map[string][]revision, len(block))
	err := each(ctx, m.read, func(r rows) error {
		v, err := scanRevision(r)
		of[v.account] = append(of[v.account], v)
		return err
	}, ofSome, scope.Partition, scope.Organization, int64(from), int64(to), block[0], block[len(block)-1])
	return of, err
}

// ledgerReader is what the ledgers of a scope have in common.
type ledgerReader struct {
	words    *words
	readings map[spend.Day][]int64 // the instants at which a day was read
	looks    []spend.Look          // without changes: what was read on which day
	at       map[spend.Day]int     // the place of a day in looks
}

func (m *memory[Tx]) ledgerReader(ctx context.Context, scope account.Scope, from, to spend.Day) (l ledgerReader, err error) {
	if to < from {
		return l, nil
	}
	all, err := readings(ctx, m.read, scope, from, to)
	if err == nil {
		l.words, err = wordsOf(ctx, m.read, scope)
	}
	l.readings = map[spend.Day][]int64{}
	read := map[spend.Day][]spend.Day{}
	for _, o := range all {
		l.readings[o.day] = append(l.readings[o.day], o.observed)
		on := spend.DayOf(instant(o.observed))
		if days := read[on]; len(days) == 0 || days[len(days)-1] != o.day {
			read[on] = append(days, o.day)
		}
	}
	l.at = make(map[spend.Day]int, len(read))
	for _, on := range slices.Sorted(maps.Keys(read)) {
		l.at[on] = len(l.looks)
		l.looks = append(l.looks, spend.Look{Observed: on, Read: read[on]})
	}
	return l, err
}

// known says that the day was read whole at that instant.
func (l ledgerReader) known(v revision) bool {
	_, found := slices.BinarySearch(l.readings[v.day], v.observed)
	return found
}

// ledger is made of one account's revisions, by day and instant.
func (l ledgerReader) ledger(name string, revisions []revision) (ledger spend.Ledger, err error) {
	if ledger.Account, err = parseID(name); err != nil {
		return ledger, err
	}
	ledger.Looks = slices.Clone(l.looks)
	revisions = slices.DeleteFunc(revisions, func(v revision) bool { return !l.known(v) })
	var before, spare []billed // they take turns, so that a ledger of thousands of bodies makes little garbage
	for i, v := range revisions {
		if i == 0 || revisions[i-1].day != v.day {
			before, spare = before[:0], spare[:0]
		}
		on := spend.DayOf(instant(v.observed))
		if i+1 < len(revisions) && revisions[i+1].day == v.day && spend.DayOf(instant(revisions[i+1].observed)) == on {
			continue // the day was read again before it was over: the newest counts
		}
		after, err := unpackBill(v.body, spare)
		if err != nil {
			return spend.Ledger{Account: ledger.Account}, fmt.Errorf("%s: %w", v.day, err)
		}
		after = slices.DeleteFunc(after, func(b billed) bool { return categories[b.category] != spend.Usage })
		if err := l.pay(&ledger, v.day, after); err != nil {
			return spend.Ledger{Account: ledger.Account}, err
		}
		look := &ledger.Looks[l.at[on]]
		if look.Changes, err = l.compare(look.Changes, v.day, before, after); err != nil {
			return spend.Ledger{Account: ledger.Account}, err
		}
		before, spare = after, before
	}
	return ledger, nil
}

// pay holds a day's currency against the ledger's: a rise of dollars over yuan
// would be none.
func (l ledgerReader) pay(ledger *spend.Ledger, day spend.Day, charges []billed) error {
	for _, b := range charges {
		currency, ok := l.words.word(b.currency)
		if !ok {
			return errBody
		}
		if ledger.Currency == "" {
			ledger.Currency = currency
		}
		if currency != ledger.Currency {
			return fmt.Errorf("it is in %s, and on %s in %s: they cannot be compared", ledger.Currency, day, currency)
		}
	}
	return nil
}

// compare adds what after has otherwise than before. Both are sorted, and in
// one currency, so that a service in a region stands in each once.
func (l ledgerReader) compare(changes []spend.Amount, day spend.Day, before, after []billed) ([]spend.Amount, error) {
	for len(before) > 0 || len(after) > 0 {
		var series billed
		var value float64
		order := 0
		switch {
		case len(before) == 0:
			order = 1
		case len(after) == 0:
			order = -1
		default:
			order = cmp.Or(cmp.Compare(before[0].service, after[0].service), cmp.Compare(before[0].region, after[0].region))
		}
		same := false
		switch {
		case order < 0: // named no more
			series, before = before[0], before[1:]
		case order > 0:
			series, value, after = after[0], after[0].amount.float(), after[1:]
		default:
			series, value = after[0], after[0].amount.float()
			same = value == before[0].amount.float()
			before, after = before[1:], after[1:]
		}
		if same {
			continue
		}
		service, known := l.words.word(series.service)
		region, also := l.words.word(series.region)
		if !known || !also {
			return changes, errBody
		}
		changes = append(changes, spend.Amount{Service: service, Region: region, Day: day, Value: value})
	}
	return changes, nil
}
