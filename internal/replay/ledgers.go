package replay

import (
	"cmp"
	"iter"
	"runtime"
	"slices"
	"sync"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// told is what one account was told on a day.
type told struct {
	on   spend.Day
	id   account.ID
	said []spend.Utterance
}

// RunLedgers is Run for ledgers that are in memory, or come from a store one
// after the other: each is replayed by itself, as many at once as there are
// processors, and what was said is put in order at the end. The first error
// ends it.
func RunLedgers(ledgers iter.Seq2[spend.Ledger, error], o Options, tell func(on spend.Day, rows []spend.Notice) error) error {
	queue := make(chan spend.Ledger)
	var workers sync.WaitGroup
	var lock sync.Mutex
	var all []told
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for l := range queue {
				said := o.lives(l)
				lock.Lock()
				all = append(all, said...)
				if o.Lived != nil {
					o.Lived()
				}
				lock.Unlock()
			}
		})
	}
	var broken error
	for l, err := range ledgers {
		if broken = err; err != nil {
			break
		}
		queue <- l
	}
	close(queue)
	workers.Wait()
	if broken != nil {
		return broken
	}
	slices.SortFunc(all, func(a, b told) int { return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.id.String(), b.id.String())) })
	return tellByDay(all, tell)
}

// lives replays one ledger and keeps the days on which something was told.
func (o Options) lives(l spend.Ledger) []told {
	if o.Marginals {
		l = l.Marginal()
	}
	var all []told
	for w, said := range l.Replay(o.Settings) {
		said = slices.DeleteFunc(said, func(u spend.Utterance) bool { return u.Word != spend.First && u.Word != spend.Grew })
		if len(said) > 0 {
			all = append(all, told{w.Today(), l.Account, said})
		}
	}
	return all
}

func tellByDay(all []told, tell func(on spend.Day, rows []spend.Notice) error) error {
	for len(all) > 0 {
		on := all[0].on
		var said []spend.Utterance
		for len(all) > 0 && all[0].on == on {
			said, all = append(said, all[0].said...), all[1:]
		}
		spend.Campaigns(said)
		if err := tell(on, spend.Notices(on, said)); err != nil {
			return err
		}
	}
	return nil
}

// Explained is the judgement of one account on one day.
type Explained struct {
	Lines []string // as spend.Watch.Explain gives them
	Said  []spend.Utterance
	// Looked is false where nothing was read or changed on the day, and
	// nothing was judged.
	Looked bool
}

// Explain replays a ledger up to the look of a day.
func (o Options) Explain(l spend.Ledger, on spend.Day) Explained {
	if o.Marginals {
		l = l.Marginal()
	}
	for w, said := range l.Replay(o.Settings) {
		if w.Today() >= on {
			return Explained{Lines: w.Explain(), Said: said, Looked: w.Today() == on}
		}
	}
	return Explained{}
}

// Ledger is one account of the files, as far as its look of a day; without
// looks if it has no row until then.
func (f Files) Ledger(o Options, id account.ID, until spend.Day) (spend.Ledger, error) {
	l := spend.Ledger{Account: id, Currency: o.Currency}
	known := false
	err := f.days(o, func() { l.Looks, known = nil, false }, func(d *days) error {
		if d.look.observed > until {
			return nil // only the end of the files shows that they are sorted
		}
		look := spend.Look{Observed: d.look.observed, Read: d.look.read}
		if n := slices.Index(d.book.accounts, id); n >= 0 {
			look.Changes = slices.Clone(d.look.changes[n])
			known = true
		}
		l.Looks = append(l.Looks, look)
		return nil
	})
	if !known {
		l.Looks = nil
	}
	return l, err
}
