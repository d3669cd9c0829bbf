package cloud

import (
	"cmp"
	"slices"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// bill computes the answer to one query as it looks on the day today.
type bill struct {
	query    *costQuery
	hash     string // of the query and its caller
	cache    *periodCache
	today    spend.Day
	currency string
	accounts []*Account
}

type costPage struct {
	ResultsByTime            []timedResult
	GroupDefinitions         []grouping         `json:",omitempty"`
	DimensionValueAttributes []valueDescription `json:",omitempty"`
	NextPageToken            string             `json:",omitempty"`
	start                    string
}

type timedResult struct {
	TimePeriod interval
	Total      map[string]metric
	Groups     []group
	Estimated  bool
}

type group struct {
	Keys    []string
	Metrics map[string]metric
}

type metric struct{ Amount, Unit string }

type valueDescription struct {
	Value      string
	Attributes map[string]string
}

func (p *costPage) empty() {
	p.ResultsByTime, p.DimensionValueAttributes, p.NextPageToken = []timedResult{}, nil, p.start
}

func (p *costPage) repeat() { p.NextPageToken = p.start }

// lose takes the newest period off the page, as if there had been none.
func (p *costPage) lose() { p.ResultsByTime = p.ResultsByTime[:max(0, len(p.ResultsByTime)-1)] }

// mix has the first amount in another currency than the rest.
func (p *costPage) mix() {
	at := slices.IndexFunc(p.ResultsByTime, func(r timedResult) bool { return len(r.Groups) > 0 })
	if at < 0 {
		return
	}
	first := p.ResultsByTime[at].Groups[0]
	for name, m := range first.Metrics {
		first.Metrics[name] = metric{m.Amount, "EUR"}
	}
}

// page fills one page from start on: only the periods that stand on it are
// computed.
func (b *bill) page(periods []period, start place, size int) *costPage {
	out := &costPage{ResultsByTime: []timedResult{}, GroupDefinitions: b.query.GroupBy, start: start.token()}
	here, room := start, size
	for here.Period < len(periods) {
		p := periods[here.Period]
		groups, total := b.cache.of(b.key(p), func() ([]groupAmount, Money) { return b.groups(p) })
		groups = groups[min(here.Group, len(groups)):]
		rest := max(len(groups)-room, 0)
		if room == 0 && len(groups) > 0 {
			break
		}
		result := b.result(p, groups[:len(groups)-rest], total)
		out.ResultsByTime = append(out.ResultsByTime, result)
		room -= len(result.Groups)
		if rest > 0 {
			here.Group += len(result.Groups)
			break
		}
		here.Period, here.Group = here.Period+1, 0
	}
	if here.Period < len(periods) {
		out.NextPageToken = here.token()
	}
	out.DimensionValueAttributes = b.describe(out.ResultsByTime)
	return out
}

// groupAmount is one group of a period before it is written.
type groupAmount struct {
	keys   [2]string
	amount Money
}

// groups sums the period by the query's keys, in their order; a sum of
// nothing has no group.
func (b *bill) groups(p period) (groups []groupAmount, total Money) {
	sums := map[[2]string]Money{}
	for _, a := range b.accounts {
		for i := range a.Costs {
			c := &a.Costs[i]
			if !b.query.Filter.matches(c, a.ID) {
				continue
			}
			if amount := b.amount(c, a.ID, p); amount != 0 {
				total += amount
				sums[b.keys(c, a.ID)] += amount
			}
		}
	}
	if len(b.query.GroupBy) == 0 {
		return nil, total
	}
	for keys, amount := range sums {
		groups = append(groups, groupAmount{keys, amount})
	}
	slices.SortFunc(groups, func(x, y groupAmount) int {
		return cmp.Or(cmp.Compare(x.keys[0], y.keys[0]), cmp.Compare(x.keys[1], y.keys[1]))
	})
	return groups, total
}

func (b *bill) amount(c *Cost, id account.ID, p period) Money {
	var sum Money
	for day := p.from; day < p.until; day++ {
		sum += c.seen(day, b.today, c.On(day, id))
	}
	return sum
}

func (b *bill) keys(c *Cost, id account.ID) (keys [2]string) {
	for i, g := range b.query.GroupBy {
		keys[i] = c.value(g.Key, id)
	}
	return keys
}

// result writes one period. Where there are groups the total is left to the
// client, as Cost Explorer leaves it.
func (b *bill) result(p period, groups []groupAmount, total Money) timedResult {
	y, m, _ := b.today.Time().Date()
	fy, fm, _ := p.from.Time().Date()
	r := timedResult{
		TimePeriod: interval{p.from.String(), p.until.String()},
		Total:      map[string]metric{},
		Groups:     []group{},
		Estimated:  y == fy && m == fm,
	}
	if len(groups) == 0 {
		r.Total = b.metrics(total)
	}
	for _, g := range groups {
		r.Groups = append(r.Groups, group{Keys: slices.Clone(g.keys[:len(b.query.GroupBy)]), Metrics: b.metrics(g.amount)})
	}
	return r
}

func (b *bill) metrics(amount Money) map[string]metric {
	out := map[string]metric{}
	for _, name := range b.query.Metrics {
		unit := b.currency
		if name == "UsageQuantity" || name == "NormalizedUsageAmount" {
			unit = "N/A" // as Cost Explorer says of units it has mixed
		}
		out[name] = metric{amount.String(), unit}
	}
	return out
}

// describe names the accounts that stand on the page.
func (b *bill) describe(results []timedResult) []valueDescription {
	at := slices.IndexFunc(b.query.GroupBy, func(g grouping) bool { return g.Key == byAccount })
	if at < 0 {
		return nil
	}
	on := map[string]bool{}
	for _, r := range results {
		for _, g := range r.Groups {
			on[g.Keys[at]] = true
		}
	}
	var out []valueDescription
	for _, a := range b.accounts {
		if on[a.ID.String()] {
			out = append(out, valueDescription{a.ID.String(), map[string]string{"description": a.Name}})
		}
	}
	return out
}
