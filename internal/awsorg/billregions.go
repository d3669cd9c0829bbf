package awsorg

import (
	"iter"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// cent is what an account's day in a region may differ by without being asked
// about: a request costs as much.
var cent = decimal.New(1, -2)

// pageWorth is how many groups that are known already may be asked for again
// before it is cheaper to leave them out with a second question. AWS names no
// size of a page; this is a cautious guess at one.
const pageWorth = 500

// known is the usage of days that were read before.
type known struct {
	days    map[spend.Day]bool
	totals  map[place]decimal.Decimal
	charges map[corner][]spend.Charge
	// currency of all of it; "" for none. What came in another one is not taken over.
	currency string
}

func knownOf(from, to spend.Day, sheets []spend.Sheet) known {
	k := known{map[spend.Day]bool{}, map[place]decimal.Decimal{}, map[corner][]spend.Charge{}, ""}
	for _, sheet := range sheets {
		if sheet.From < from || sheet.To > to {
			continue // it is of other days
		}
		for day := sheet.From; day <= sheet.To; day++ {
			k.days[day] = true
		}
		for _, c := range sheet.Charges {
			if c.Category != spend.Usage {
				continue
			}
			at := place{c.Day, c.Region, c.Account}
			k.totals[at] = k.totals[at].Add(c.Amount)
			k.charges[at.corner()] = append(k.charges[at.corner()], c)
			k.currency = c.Currency
		}
	}
	return k
}

// run is some days after each other, both included.
type run struct{ from, to spend.Day }

// unknown fills in what needs no question, and gives the rest: which days of
// which region are to be asked for by service. Nothing needs one where no
// account's total is another than the one that is known, or comes to a cent.
func (b *bill) unknown() iter.Seq2[string, run] {
	if b.known.currency != b.currency {
		b.known = knownOf(b.from, b.to, nil)
	}
	changed, loud := map[corner]bool{}, map[corner]bool{}
	for at, amount := range b.totals {
		// A region without a name could be asked for by none.
		loud[at.corner()] = loud[at.corner()] || at.region != "" && amount.Abs().GreaterThanOrEqual(cent)
	}
	compare := func(at place, is, was decimal.Decimal) {
		c := at.corner()
		// Cents are not asked about, and so are taken as they are.
		changed[c] = changed[c] || !b.known.days[at.day] || far(is, was) || !loud[c] && !is.Equal(was)
	}
	for at, amount := range b.totals {
		compare(at, amount, b.known.totals[at])
	}
	for at, amount := range b.known.totals {
		compare(at, b.totals[at], amount)
	}
	days := map[string][]spend.Day{}
	for c, is := range changed {
		if is && loud[c] {
			days[c.region] = append(days[c.region], c.day)
		}
	}
	return func(yield func(string, run) bool) {
		for _, region := range slices.Sorted(maps.Keys(days)) {
			for _, r := range b.runs(region, days[region]) {
				for day := r.from; day <= r.to; day++ {
					b.asked[corner{day, region}] = true
				}
				if !yield(region, r) {
					return
				}
			}
		}
		b.fill(changed)
	}
}

func far(x, y decimal.Decimal) bool { return x.Sub(y).Abs().GreaterThan(cent) }

// runs joins days that are apart by fewer known groups than a page holds.
func (b *bill) runs(region string, days []spend.Day) []run {
	slices.Sort(days)
	runs := []run{{days[0], days[0]}}
	for _, day := range days[1:] {
		last := &runs[len(runs)-1]
		between := 0
		for d := last.to + 1; d < day; d++ {
			between += len(b.known.charges[corner{d, region}])
		}
		if between > pageWorth {
			runs = append(runs, run{day, day})
			continue
		}
		last.to = day
	}
	return runs
}

// fill takes over what is known, and puts cents to no service.
func (b *bill) fill(changed map[corner]bool) {
	for c, is := range changed {
		if b.asked[c] || is {
			continue
		}
		for _, charge := range b.known.charges[c] {
			b.use(place{c.day, c.region, charge.Account}, charge.Service, charge.Amount)
		}
	}
	for at, amount := range b.totals {
		if c := at.corner(); !b.asked[c] && changed[c] {
			b.use(at, spend.Rest, amount)
		}
	}
}

// rest is by how much the services differ from their region, where that is
// more than a cent.
func (b *bill) rest() map[place]decimal.Decimal {
	rest := map[place]decimal.Decimal{}
	for at, amount := range b.totals {
		if b.asked[at.corner()] && far(amount, b.sums[at]) {
			rest[at] = amount.Sub(b.sums[at])
		}
	}
	for at, amount := range b.sums {
		if _, there := b.totals[at]; !there && b.asked[at.corner()] && far(amount, decimal.Zero) {
			rest[at] = amount.Neg()
		}
	}
	return rest
}
