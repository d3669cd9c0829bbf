// Package bench measures a sweep of an emulated organization against the least
// time and the least number of calls that it can take. Its tests hold what
// does not depend on the machine; `make bench` measures the rest and writes
// docs/benchmarks.md.
package bench

import (
	"context"
	"math"
	"sync"
	"time"

	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// Bound is the least that a sweep can take: facts about AWS, the machine and
// the collector's own concurrency, whichever is slowest.
type Bound struct {
	Accounts    int
	Concurrency int
	Latency     time.Duration // of every call
	Chain       int           // calls of one account that wait for each other
	Calls       int           // of one account
	CallsPerSec float64       // that this machine can make at all; 0 leaves it out
	Page        int           // accounts that one ListAccounts gives
}

// Account is the least time of one account's reading.
func (b Bound) Account() time.Duration { return time.Duration(b.Chain) * b.Latency }

// Parts are the four that a sweep can be bound by: reading the list page by
// page, the machine's calls a second, and the pool of accounts at once.
func (b Bound) Parts() (listing, machine, pool time.Duration) {
	listing = time.Duration(math.Ceil(float64(b.Accounts)/float64(b.Page))) * b.Latency
	if b.CallsPerSec > 0 {
		machine = time.Duration(float64(b.Accounts*b.Calls) / b.CallsPerSec * float64(time.Second))
	}
	pool = time.Duration(float64(b.Accounts) / float64(b.Concurrency) * float64(b.Account()))
	return listing, machine, pool
}

// Sweep is the least time of all accounts: the last page's accounts are read
// after it came, so one account's time comes on top.
func (b Bound) Sweep() time.Duration {
	listing, machine, pool := b.Parts()
	return b.Account() + max(listing, machine, pool)
}

// Sweep reads every account as soon as the list names it, so many at a time,
// and hands the facts to seen, from several goroutines.
func Sweep(ctx context.Context, c schedule.Collector, concurrency int, seen func(account.Facts)) error {
	listed := make(chan account.Account)
	var readers sync.WaitGroup
	for range concurrency {
		readers.Go(func() {
			for a := range listed {
				seen(c.Facts(ctx, a))
			}
		})
	}
	var failed error
	for a, err := range c.Accounts(ctx) {
		if failed = err; err != nil {
			break
		}
		listed <- a
	}
	close(listed)
	readers.Wait()
	return failed
}
