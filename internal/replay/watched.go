package replay

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// watched is one account and what judges it.
type watched struct {
	id      account.ID
	watch   *spend.Watch
	margins *spend.Margins // nil where series are judged as they are
	said    []spend.Utterance
}

// see takes in one look and keeps what was said.
func (w *watched) see(l spend.Look) {
	slices.SortFunc(l.Changes, func(a, b spend.Amount) int { // whatever the order of the file
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Region, b.Region))
	})
	if w.margins != nil {
		l = w.margins.Of(l)
	}
	w.watch.See(l)
	w.said = w.watch.Say()
}

// runner lives through the looks with a Watch for each account.
type runner struct {
	options Options
	told    func(spend.Day, []spend.Notice) error
	all     []*watched // as the book counts them
	sorted  []*watched // by id
	past    []spend.Look
}

// keptLooks is for how many looks it is remembered what was read: an account
// that appears later has seen them all, and a Watch remembers no more than 15
// months. The first look is kept too, from which on anything is known.
const keptLooks = 480

func (r *runner) look(d *days) error {
	l := d.look
	for _, id := range d.book.accounts[len(r.all):] {
		r.add(id, d.keep)
	}
	r.each(func(n int, w *watched) {
		w.said = nil
		if len(l.read) > 0 || len(l.changes[n]) > 0 {
			w.see(spend.Look{Observed: l.observed, Read: l.read, Changes: l.changes[n]})
		}
	})
	if len(l.read) > 0 {
		if len(r.past) > keptLooks {
			r.past = slices.Delete(r.past, 1, 2)
		}
		r.past = append(r.past, spend.Look{Observed: l.observed, Read: l.read})
	}
	if r.options.Looked != nil {
		r.options.Looked(l.observed)
	}
	return r.tell(l.observed)
}

// add begins to watch an account of which nothing was seen so far.
func (r *runner) add(id account.ID, keep spend.Day) {
	w := &watched{id: id, watch: spend.NewWatch(id, r.options.Currency, r.options.Settings)}
	if r.options.Marginals {
		w.margins = spend.NewMargins(keep)
	}
	for _, l := range r.past {
		w.see(l)
	}
	r.all = append(r.all, w)
	at, _ := slices.BinarySearchFunc(r.sorted, w, func(a, b *watched) int { return cmp.Compare(a.id.String(), b.id.String()) })
	r.sorted = slices.Insert(r.sorted, at, w)
}

// each calls f for all accounts, as many at once as there are processors, and
// waits for the last: a day is over for all before the next begins.
func (r *runner) each(f func(n int, w *watched)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(r.all)) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(r.all); n = int(next.Add(1)) - 1 {
				f(n, r.all[n])
			}
		})
	}
	workers.Wait()
}

// tell gives the day's rows. A campaign is known from all accounts together.
func (r *runner) tell(on spend.Day) error {
	var all []spend.Utterance
	for _, w := range r.sorted {
		all = append(all, w.said...)
	}
	spend.Campaigns(all)
	rows := spend.Notices(on, all)
	if len(rows) == 0 {
		return nil
	}
	return r.told(on, rows)
}
