package awsorg

import (
	"context"
	"sync"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

const (
	// A sweep of 5,000 accounts takes less, so the organization is read once
	// for it; whoever attaches a policy sees it in the next sweep.
	keepWhole = 10 * time.Minute
	// What could not be read is asked again sooner, for somebody may be mending
	// it, and yet not once for each of 5,000 accounts.
	keepWholeGap = time.Minute
	// 2,000 units, the most that AWS allows, at 3 a second.
	wholeTimeout = 15 * time.Minute
)

// Organization implements schedule.Collector. It is asked for each account and
// read once for all of them.
func (o *Org) Organization(ctx context.Context) checks.Organization {
	whole, gap := o.wholeOf.getFor(ctx, callRoots, o.now, keepFor, func(ctx context.Context) (checks.Organization, *account.Gap) {
		ctx, cancel := context.WithTimeout(ctx, wholeTimeout)
		defer cancel()
		return o.readWhole(ctx), nil
	})
	if gap != nil { // the one who asks had no time left
		return withoutAnswers(checks.Organization{Scope: o.opts.Scope, ObservedAt: o.now()}, *gap)
	}
	return whole
}

func keepFor(whole checks.Organization) time.Duration {
	if _, known := whole.Policies.Get(); !known {
		return keepWholeGap
	}
	return keepWhole
}

// withoutAnswers puts gap in the place of everything that the organization tells.
func withoutAnswers(whole checks.Organization, gap account.Gap) checks.Organization {
	whole.Policies = account.Missing[scp.Tree](gap)
	losePayer(&whole, gap)
	return whole
}

func (o *Org) readWhole(ctx context.Context) checks.Organization {
	whole := checks.Organization{Scope: o.opts.Scope, ObservedAt: o.now()}
	self, gap := o.identity(ctx)
	if gap != nil {
		return withoutAnswers(whole, *gap)
	}
	whole.Partition = self.partition
	org, gap := o.organization(ctx)
	if gap != nil && gap.Cause != account.Denied { // a denial of this alone says nothing of the rest
		return withoutAnswers(whole, *gap)
	}
	whole.ID, whole.ManagementID, whole.AllFeatures = org.id, org.managementID, org.allFeatures
	var calls sync.WaitGroup
	calls.Go(func() { whole.Policies = o.policies(ctx, self, org) })
	o.readPayer(ctx, &calls, self, org, &whole)
	calls.Wait()
	return whole
}

// policies is an empty tree where no service control policy can be: for an
// account in no organization, and for one that only consolidates bills.
func (o *Org) policies(ctx context.Context, self identity, org organization) account.Fact[scp.Tree] {
	if org.standalone || org.allFeatures == account.No {
		return account.Known(scp.Tree{})
	}
	tree, gap := o.readTree(ctx)
	if gap != nil && gap.Cause == account.Denied && !o.mayList(self, org) {
		gap.Sentence = "AWS tells service control policies to the management account and to delegated administrators alone: give Rootwatch a management role that may call " + gap.Action()
	}
	return fact(tree, gap)
}
