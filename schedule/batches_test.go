package schedule

import (
	"context"
	"errors"
	"iter"
	"testing"

	"rootwatch/checks/account"
)

// counted lists n accounts and then fails, or ends where err is nil.
func counted(n int, err error, ended chan<- struct{}) func(context.Context) iter.Seq2[account.Account, error] {
	return func(context.Context) iter.Seq2[account.Account, error] {
		return func(yield func(account.Account, error) bool) {
			defer close(ended)
			for range n {
				if !yield(account.Account{Name: "listed"}, nil) {
					return
				}
			}
			if err != nil {
				yield(account.Account{}, err)
			}
		}
	}
}

func TestBatches(t *testing.T) {
	gone := errors.New("the list is gone")
	for name, c := range map[string]struct {
		listed int
		err    error
	}{
		"nobody": {}, "one": {listed: 1}, "a page": {listed: listPage}, "many": {listed: 12*listBatch + 7}, "an error at once": {err: gone}, "an error after some": {listed: 45, err: gone},
	} {
		ended, got, last := make(chan struct{}), 0, error(nil)
		for batch, err := range batches(t.Context(), counted(c.listed, c.err, ended)) {
			if last = err; err == nil && (len(batch) == 0 || len(batch) > listBatch) {
				t.Errorf("%s: a batch of %d", name, len(batch))
			}
			got += len(batch)
		}
		<-ended
		if got != c.listed || !errors.Is(last, c.err) {
			t.Errorf("%s: %d accounts and %v, want %d and %v", name, got, last, c.listed, c.err)
		}
	}
}

// Whoever stops early ends the reading, too; so does a context that ends, and
// then the list does not count as read.
func TestBatchesEnd(t *testing.T) {
	ended := make(chan struct{})
	for range batches(t.Context(), counted(50*listAhead, nil, ended)) {
		break
	}
	<-ended

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended, last := make(chan struct{}), error(nil)
	for _, err := range batches(ctx, counted(50*listAhead, nil, ended)) {
		cancel()
		last = err
	}
	<-ended
	if !errors.Is(last, context.Canceled) {
		t.Errorf("a list that was cut off ended with %v", last)
	}
}
