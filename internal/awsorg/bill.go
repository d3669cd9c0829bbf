package awsorg

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const metric = "UnblendedCost"

// bill gathers pages until they are a sheet.
type bill struct {
	from, to  spend.Day
	requests  int
	currency  string
	estimated map[spend.Day]bool
	amounts   map[line]decimal.Decimal
	totals    map[place]decimal.Decimal // of usage, before services are known
	sums      map[place]decimal.Decimal // of those of amounts that are usage
	asked     map[corner]bool           // what services were asked for
	known     known
}

// place is one account's day in one region.
type place struct {
	day    spend.Day
	region string
	id     account.ID
}

func (p place) corner() corner { return corner{p.day, p.region} }

// corner is all accounts' day in one region.
type corner struct {
	day    spend.Day
	region string
}

// line names one sum: AWS may give the same group on two pages.
type line struct {
	place
	service  string
	category spend.Category
}

func newBill(from, to spend.Day, sheets []spend.Sheet) *bill {
	return &bill{from: from, to: to, estimated: map[spend.Day]bool{}, amounts: map[line]decimal.Decimal{},
		totals: map[place]decimal.Decimal{}, sums: map[place]decimal.Decimal{}, asked: map[corner]bool{}, known: knownOf(from, to, sheets)}
}

// use adds usage of a service.
func (b *bill) use(at place, service string, amount decimal.Decimal) {
	key := line{place: at, service: service, category: spend.Usage}
	b.amounts[key] = b.amounts[key].Add(amount)
	b.sums[at] = b.sums[at].Add(amount)
}

// add takes one page's days and notes in named which they were. A day may go
// on over several pages.
func (b *bill) add(q question, days []types.ResultByTime, named map[spend.Day]bool) error {
	for _, result := range days {
		day, err := q.day(result.TimePeriod)
		if err != nil {
			return err
		}
		named[day] = true
		if result.Estimated {
			b.estimated[day] = true
		}
		if len(result.Groups) == 0 {
			// A total in the place of groups could be put to no account.
			if _, there := result.Total[metric]; there {
				if amount, _, err := money(result.Total); err != nil || !amount.IsZero() {
					return fmt.Errorf("%s is not grouped by account", day)
				}
			}
		}
		for _, group := range result.Groups {
			if err := b.group(q, day, group); err != nil {
				return err
			}
		}
	}
	return nil
}

func (q question) day(period *types.DateInterval) (spend.Day, error) {
	if period == nil {
		return 0, fmt.Errorf("a result has no period")
	}
	day, err := spend.ParseDay(aws.ToString(period.Start))
	if err != nil {
		return 0, err
	}
	if end, err := spend.ParseDay(aws.ToString(period.End)); err != nil || end != day+1 {
		return 0, fmt.Errorf("a result covers %s to %s, not one day", day, clip(aws.ToString(period.End), 30))
	}
	if day < q.from || day > q.to {
		return 0, fmt.Errorf("%s was not asked for", day)
	}
	return day, nil
}

func (b *bill) group(q question, day spend.Day, group types.Group) error {
	if len(group.Keys) != 2 {
		return fmt.Errorf("a group of %s has %d keys, not account and %s", day, len(group.Keys), q.second)
	}
	id, err := account.ParseID(group.Keys[0])
	if err != nil {
		return fmt.Errorf("a group of %s: %w", day, err)
	}
	amount, currency, err := money(group.Metrics)
	if err != nil {
		return fmt.Errorf("a group of %s: %w", day, err)
	}
	if b.currency == "" {
		b.currency = currency
	}
	if currency != b.currency {
		return fmt.Errorf("it mixes %s and %s", clip(b.currency, 10), clip(currency, 10))
	}
	return q.take(day, id, group.Keys[1], amount)
}

// money reads the metric's amount and currency. The length and exponent are
// bounded: a few bytes of exponent would make a sum of gigabytes.
func money(metrics map[string]types.MetricValue) (decimal.Decimal, string, error) {
	value, ok := metrics[metric]
	if !ok || aws.ToString(value.Unit) == "" {
		return decimal.Decimal{}, "", fmt.Errorf("it has no %s with a currency", metric)
	}
	text := aws.ToString(value.Amount)
	if len(text) <= 64 {
		amount, err := decimal.NewFromString(text)
		if err == nil && amount.Exponent() >= -64 && amount.Exponent() <= 16 {
			return amount, *value.Unit, nil
		}
	}
	return decimal.Decimal{}, "", fmt.Errorf("%q is not an amount", clip(text, 40))
}

// sheet is the whole bill, by day, account, category, service and region.
func (b *bill) sheet(observed time.Time) spend.Sheet {
	sheet := spend.Sheet{From: b.from, To: b.to, ObservedAt: observed, Estimated: b.estimated, Requests: b.requests,
		Charges: make([]spend.Charge, 0, len(b.amounts))}
	for l, amount := range b.amounts {
		sheet.Charges = append(sheet.Charges, spend.Charge{Key: spend.Key{Account: l.id, Service: l.service, Region: l.region},
			Day: l.day, Category: l.category, Amount: amount, Currency: b.currency})
	}
	slices.SortFunc(sheet.Charges, func(x, y spend.Charge) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.Account.String(), y.Account.String()),
			cmp.Compare(x.Category, y.Category), cmp.Compare(x.Service, y.Service), cmp.Compare(x.Region, y.Region))
	})
	return sheet
}
