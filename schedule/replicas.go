package schedule

import (
	"context"
	"time"
)

// Replicas is what a store has besides that several processes work at once.
type Replicas interface {
	// Beat says that the process with this id lives, and whether it is `serve`.
	// It returns the database's time.
	Beat(ctx context.Context, id string, serves bool) (time.Time, error)
	// Leave says that it has ended.
	Leave(ctx context.Context, id string) error
	// Reap makes the jobs available again that are run by processes which have
	// not beaten for so long, and returns how many.
	Reap(ctx context.Context, silent time.Duration) (int, error)
	// Alone runs f while no other process runs an f under the same name.
	Alone(ctx context.Context, what string, f func(context.Context) error) error
}

// SharedMemory is the store of several processes.
type SharedMemory[Tx any] interface {
	Memory[Tx]
	Replicas
}

// SilentAfter is when a process that does not beat is given up: its jobs run
// again within this, one beat of another process and one poll, 18 s. It may
// only have slept, so nothing relies on its death (see fence.go and deliver.go).
const SilentAfter = 12 * time.Second

const (
	beatEvery  = 5 * time.Second
	beatWithin = 4 * time.Second
	// mostSkew is how far a process's clock may be from the database's without
	// a word in the log.
	mostSkew = 2 * time.Second
)

// beat says once that this process lives, and how far its clock is off.
func (e *Engine[D, Tx]) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	before := time.Now()
	at, err := e.replicas.Beat(ctx, e.client.ID(), e.o.Part == Everything)
	if err != nil {
		return err
	}
	middle := before.Add(time.Since(before) / 2)
	skew := at.Sub(middle)
	if e.skew.Swap(int64(skew)); skew.Abs() > mostSkew {
		e.o.Log.Warn("this machine's clock differs from the database's; slots are taken by this one", "ahead", -skew)
	}
	return nil
}

// joinReplicas says that this process lives before it works its first job, and
// goes on saying so until beating ends; then left is closed.
func (e *Engine[D, Tx]) joinReplicas(ctx, beating context.Context, left chan<- struct{}) error {
	if e.replicas == nil {
		close(left)
		return nil
	}
	if err := e.beat(ctx); err != nil {
		close(left)
		return err
	}
	e.reap(ctx)
	go func() {
		defer close(left)
		e.keepBeating(beating)
	}()
	return nil
}

// keepBeating beats and takes over the jobs of the dead until ctx ends, and
// then says that this process has gone.
func (e *Engine[D, Tx]) keepBeating(ctx context.Context) {
	tick := time.NewTicker(e.pace.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			gone, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
			defer cancel()
			if err := e.replicas.Leave(gone, e.client.ID()); err != nil {
				e.o.Log.Warn("the other processes do not know that this one has ended; they find out", "error", err)
			}
			return
		case <-tick.C:
		}
		err := e.beat(ctx)
		if ctx.Err() != nil {
			continue // it ends
		}
		if e.o.Counters.SetReady("database", err); err == nil {
			e.reap(ctx)
		}
	}
}

// reap takes over the jobs of the dead.
func (e *Engine[D, Tx]) reap(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	n, err := e.replicas.Reap(ctx, e.pace.silent)
	switch {
	case err != nil:
		e.o.Log.Warn("the jobs of dead processes could not be taken over; it is tried again", "error", err)
	case n > 0:
		e.o.Log.Warn("jobs of a process that does not answer are taken over", "jobs", n)
	}
}

// sharedNow is the time by which processes lease things from each other: the
// database's, for their own clocks may differ.
func (e *Engine[D, Tx]) sharedNow() time.Time {
	return e.o.Now().Add(time.Duration(e.skew.Load()))
}
