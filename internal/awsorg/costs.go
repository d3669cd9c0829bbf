package awsorg

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

const callCosts = "ce:GetCostAndUsage"

// apart are the record types that are no usage: what would hide or mimic a
// rise in it, and what is bought and not used.
var apart = map[string]spend.Category{
	"Credit": spend.Credit, "Refund": spend.Refund, "Tax": spend.Tax,
	"Support fee": spend.Fee, "Recurring reservation fee": spend.Fee, "Upfront reservation fee": spend.Fee,
	"SavingsPlanRecurringFee": spend.Fee, "SavingsPlanUpfrontFee": spend.Fee,
}

// question is one grouping of a sheet by account and one thing more.
type question struct {
	from, to spend.Day
	filter   *types.Expression
	second   types.Dimension
	// take keeps one group, whose second key is key.
	take func(day spend.Day, id account.ID, key string, amount decimal.Decimal) error
}

func only(key types.Dimension, values ...string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: key, Values: values}}
}

func notUsage() *types.Expression {
	return only(types.DimensionRecordType, slices.Sorted(maps.Keys(apart))...)
}

// byRegion asks for what each account used in each region.
func byRegion(from, to spend.Day, into map[place]decimal.Decimal) question {
	return question{from, to, &types.Expression{Not: notUsage()}, types.DimensionRegion,
		func(day spend.Day, id account.ID, region string, amount decimal.Decimal) error {
			at := place{day, region, id}
			into[at] = into[at].Add(amount)
			return nil
		}}
}

// byService asks for what each account used of each service in one region.
func (b *bill) byService(region string, r run) question {
	filter := &types.Expression{And: []types.Expression{{Not: notUsage()}, *only(types.DimensionRegion, region)}}
	return question{r.from, r.to, filter, types.DimensionService, func(day spend.Day, id account.ID, service string, amount decimal.Decimal) error {
		b.use(place{day, region, id}, service, amount)
		return nil
	}}
}

// byRecordType asks for what is no usage.
func (b *bill) byRecordType() question {
	return question{b.from, b.to, notUsage(), types.DimensionRecordType, func(day spend.Day, id account.ID, record string, amount decimal.Decimal) error {
		category, ok := apart[record]
		if !ok {
			return fmt.Errorf("a group of %s is of %q, which was not asked for", day, clip(record, 40))
		}
		service := ""
		if category == spend.Fee {
			service = record
		}
		key := line{place: place{day: day, id: id}, service: service, category: category}
		b.amounts[key] = b.amounts[key].Add(amount)
		return nil
	}}
}

// request asks for from..to, both included; AWS's End is not.
func (q question) request() *costexplorer.GetCostAndUsageInput {
	return &costexplorer.GetCostAndUsageInput{
		TimePeriod:  &types.DateInterval{Start: aws.String(q.from.String()), End: aws.String((q.to + 1).String())},
		Granularity: types.GranularityDaily,
		Metrics:     []string{metric},
		Filter:      q.filter,
		GroupBy: []types.GroupDefinition{
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String(string(types.DimensionLinkedAccount))},
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String(string(q.second))},
		},
	}
}

// Costs implements schedule.CostSource: the unblended cost of from..to, both
// included, of every account the caller may see. It never asks for today or a
// later day. Cost Explorer groups by two keys, so it asks for accounts by
// region, and then region by region for accounts by service, but only for what
// known does not have already. spent is told of each attempt before it is
// sent, retries too: AWS does not bill those that fail, so the count errs upwards.
func (o *Org) Costs(ctx context.Context, from, to spend.Day, known []spend.Sheet, spent func(requests int) error) (spend.Sheet, error) {
	now := o.now()
	if from > to || to >= spend.DayOf(now) {
		return spend.Sheet{}, account.Gap{Call: callCosts, Cause: account.NotCollected,
			Sentence: fmt.Sprintf("the bill of %s to %s was not asked for: its last day must be over (UTC) and not before its first", from, to)}
	}
	b := newBill(from, to, known)
	if gap := o.ask(ctx, byRegion(from, to, b.totals), b, spent); gap != nil {
		return spend.Sheet{}, *gap
	}
	for region, r := range b.unknown() {
		if gap := o.ask(ctx, b.byService(region, r), b, spent); gap != nil {
			return spend.Sheet{}, *gap
		}
	}
	if gap := o.explain(ctx, b, spent); gap != nil {
		return spend.Sheet{}, *gap
	}
	if gap := o.ask(ctx, b.byRecordType(), b, spent); gap != nil {
		return spend.Sheet{}, *gap
	}
	return b.sheet(now), nil
}

// explain holds the services against the regions. Where they differ, either
// the bill changed between the two questions, and the sheet is none, or it did
// not, and AWS names no service for the rest.
func (o *Org) explain(ctx context.Context, b *bill, spent func(int) error) *account.Gap {
	rest := b.rest()
	if len(rest) == 0 {
		return nil
	}
	from, to := b.to, b.from
	for at := range rest {
		from, to = min(from, at.day), max(to, at.day)
	}
	again := map[place]decimal.Decimal{}
	if gap := o.ask(ctx, byRegion(from, to, again), b, spent); gap != nil {
		return gap
	}
	for at, amount := range rest {
		if !again[at].Equal(b.totals[at]) {
			return &account.Gap{Call: callCosts, Cause: account.Unavailable, Sentence: changedMeanwhile}
		}
		b.use(at, spend.Rest, amount)
	}
	return nil
}

const changedMeanwhile = "the bill changed while its pages were read: it is asked again later"

// ask adds all pages of q to b.
func (o *Org) ask(ctx context.Context, q question, b *bill, spent func(int) error) *account.Gap {
	in := q.request()
	tokens := map[string]bool{}
	named := map[spend.Day]bool{}
	for {
		out, gap := within(ctx, costTimeout, callCosts, func(ctx context.Context) (*costexplorer.GetCostAndUsageOutput, error) {
			out, err := o.costs.GetCostAndUsage(ctx, in, countAttempts(spent))
			return out, costProblem(err)
		})
		if gap != nil {
			return gap
		}
		b.requests++
		if err := b.add(q, out.ResultsByTime, named); err != nil {
			gap := unusable(callCosts, "%v", err)
			return &gap
		}
		token := aws.ToString(out.NextPageToken)
		if token == "" {
			break
		}
		if tokens[token] {
			gap := unusable(callCosts, "its pages go round in a circle")
			return &gap
		}
		tokens[token] = true
		in.NextPageToken = out.NextPageToken // all else stays, or AWS answers RequestChangedException
	}
	return allNamed(q, named)
}

// allNamed refuses a bill with a day that no page named. AWS names days
// without cost too, so such a day is missing data.
func allNamed(q question, named map[spend.Day]bool) *account.Gap {
	for day := q.from; day <= q.to; day++ {
		if !named[day] {
			gap := unusable(callCosts, "%s is missing from it", day)
			return &gap
		}
	}
	return nil
}
