package awsorg

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"rootwatch/checks/account"
)

// watchReader reads who watches the root user of an account, in the home
// region of its partition, whatever region the client has: root's sign-ins
// and the calls of global services are recorded there, and so is the bill.
type watchReader struct {
	account account.Account
	region  string
	cfg     aws.Config
	topics  *topics
	// forMembers is that what is read in the account counts for its members too.
	forMembers bool
}

func newWatchReader(r reader, a account.Account) watchReader {
	w := watchReader{account: a, region: defaultRegion(a.Partition), cfg: r.cfg.Copy(), topics: r.topics}
	w.cfg.Region = w.region
	return w
}

func (o *Org) readWatch(ctx context.Context, calls *sync.WaitGroup, r reader, facts *account.Facts) {
	w, observed := newWatchReader(r, facts.Account), facts.ObservedAt
	calls.Go(func() { facts.Trails = w.trails(ctx, cloudtrail.NewFromConfig(w.cfg)) })
	calls.Go(func() { facts.RootEvents = w.rootEvents(ctx, cloudtrail.NewFromConfig(w.cfg), observed) })
	calls.Go(func() { facts.Detectors = w.detectors(ctx, guardduty.NewFromConfig(w.cfg)) })
	calls.Go(func() { facts.EventRules = w.eventRules(ctx, eventbridge.NewFromConfig(w.cfg)) })
	calls.Go(func() { facts.ConfigRules = w.configRules(ctx, configservice.NewFromConfig(w.cfg)) })
	calls.Go(func() {
		facts.MetricFilters, facts.Alarms = w.alarms(ctx, cloudwatchlogs.NewFromConfig(w.cfg), cloudwatch.NewFromConfig(w.cfg))
	})
}

// onePage is one answer of a list.
type onePage[T any] struct {
	items []T
	next  *string
}

// everyPage reads a list whole, or not at all: what is missing from it would
// look like nothing. It refuses an answer without a list, and tokens that
// lead back.
func everyPage[T any](ctx context.Context, call string, ask func(ctx context.Context, token *string) ([]T, *string, error)) ([]T, *account.Gap) {
	all := []T{}
	gap := walkPages(ctx, call, ask, func(items []T) bool {
		all = append(all, items...)
		return true
	})
	return all, gap
}

// walkPages gives one page after the other to take, until it has enough.
func walkPages[T any](ctx context.Context, call string, ask func(ctx context.Context, token *string) ([]T, *string, error), take func([]T) bool) *account.Gap {
	seen := map[string]bool{}
	var token *string
	for {
		page, gap := within(ctx, callTimeout, call, func(ctx context.Context) (onePage[T], error) {
			items, next, err := ask(ctx, token)
			switch {
			case err != nil:
				return onePage[T]{}, err
			case items == nil:
				return onePage[T]{}, unusable(call, "it holds no list")
			case seen[aws.ToString(next)]:
				return onePage[T]{}, unusable(call, "its pages go round in a circle")
			}
			return onePage[T]{items, next}, nil
		})
		if gap != nil {
			return gap
		}
		if !take(page.items) || aws.ToString(page.next) == "" {
			return nil
		}
		token = page.next
		seen[*token] = true
	}
}

// sideBySide does one thing for each of a list's elements.
func sideBySide[T any](list []T, do func(*T)) {
	var calls sync.WaitGroup
	for i := range list {
		calls.Go(func() { do(&list[i]) })
	}
	calls.Wait()
}
