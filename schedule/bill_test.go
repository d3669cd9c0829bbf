package schedule_test

import (
	"context"
	"sync"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// costs is what an account's service costs on a day.
type costs func(d spend.Day) float64

// bill is an organization's bill in memory.
type bill struct {
	clock *clock

	mu     sync.Mutex
	lines  map[spend.Key]costs
	credit map[spend.Day]float64
	extra  []spend.Charge // on their days, in any currency
	faults []error        // one for each question, nil answers it
	asked  []spend.Sheet
	pages  int // requests that a question takes, 1 where 0
	hold   chan struct{}
}

// line sets what a service of an account costs.
func (b *bill) line(id account.ID, service string, amount costs) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lines == nil {
		b.lines = map[spend.Key]costs{}
	}
	b.lines[spend.Key{Account: id, Service: service}] = amount
}

// fails lets the next questions fail, nil ones not.
func (b *bill) fails(errs ...error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, errs...)
}

// Costs counts its pages like awsorg does: spent's refusal becomes a Gap.
func (b *bill) Costs(ctx context.Context, from, to spend.Day, _ []spend.Sheet, spent func(int) error) (spend.Sheet, error) {
	b.mu.Lock()
	hold := b.hold
	b.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return spend.Sheet{}, account.Gap{Call: "ce:GetCostAndUsage", Cause: account.TimedOut}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	sheet := spend.Sheet{From: from, To: to, ObservedAt: b.clock.now(), Estimated: map[spend.Day]bool{}}
	for range max(b.pages, 1) {
		if err := spent(1); err != nil {
			return spend.Sheet{}, account.Gap{Call: "ce:GetCostAndUsage", Cause: account.OverBudget, Sentence: err.Error()}
		}
		sheet.Requests++
	}
	b.asked = append(b.asked, sheet)
	if len(b.faults) > 0 {
		err := b.faults[0]
		if b.faults = b.faults[1:]; err != nil {
			return spend.Sheet{}, err
		}
	}
	for d := from; d <= to; d++ {
		for key, amount := range b.lines {
			if v := amount(d); v != 0 {
				sheet.Charges = append(sheet.Charges, spend.Charge{Key: key, Day: d, Category: spend.Usage, Amount: decimal.NewFromFloat(v), Currency: "USD"})
			}
		}
		for _, c := range b.extra {
			if c.Day == d {
				sheet.Charges = append(sheet.Charges, c)
			}
		}
		if v := b.credit[d]; v != 0 {
			sheet.Charges = append(sheet.Charges, spend.Charge{Key: spend.Key{Account: id("111122223333")}, Day: d, Category: spend.Credit, Amount: decimal.NewFromFloat(v), Currency: "USD"})
		}
	}
	return sheet, nil
}

// periods lists what was asked for since the last call, as "from..to".
func (b *bill) periods() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, s := range b.asked {
		all = append(all, s.From.String()+".."+s.To.String())
	}
	b.asked = nil
	return all
}

// steady costs the same every day.
func steady(amount float64) costs { return func(spend.Day) float64 { return amount } }

// rising costs more from a day on.
func rising(usual float64, since spend.Day, raised float64) costs {
	return func(d spend.Day) float64 {
		if d >= since {
			return raised
		}
		return usual
	}
}
