package schedule_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
)

// replicas counts the processes that have beaten.
func (w *world) replicas() int {
	w.Helper()
	return w.count(`SELECT COUNT(*) FROM replica`)
}

// A process says that it lives for as long as it does, and when it has ended.
func TestHeartbeat(t *testing.T) {
	w := newWorld(t, onPostgres)
	if n := w.replicas(); n != 0 {
		t.Fatalf("%d processes beat before the first starts", n)
	}
	_, stop := w.beside(w.options)
	w.start()
	w.eventually("two processes beat", func() bool { return w.replicas() == 2 })
	w.exec(`UPDATE replica SET beaten_at = beaten_at - interval '1 hour'`)
	w.eventually("they beat again", func() bool {
		return w.count(`SELECT COUNT(*) FROM replica WHERE beaten_at > clock_timestamp() - interval '1 minute'`) == 2
	})
	stop()
	if n := w.replicas(); n != 1 {
		t.Errorf("%d processes beat after one has ended", n)
	}
	w.stop()
	if n := w.replicas(); n != 0 {
		t.Errorf("%d processes beat after all have ended", n)
	}
}

// A process that cannot reach the database is not ready, until it can.
func TestDatabaseIsAway(t *testing.T) {
	w := clockwork(t, onPostgres)
	c, ok := w.options.Counters.(*counters)
	if !ok {
		t.Fatal("no counters")
	}
	is := func(want string) func() bool {
		return func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return strings.Contains(c.ready["database"], want)
		}
	}
	w.start()
	w.up()
	w.hooks.mute.Store(true)
	w.eventually("it is not ready", is("the network is cut"))
	w.hooks.mute.Store(false)
	w.eventually("it is ready again", func() bool { return !is("the network is cut")() })
}

// The jobs of a process that no longer beats are worked by another one; what
// it does when it is back is dropped, and harms nobody.
func TestSleeperWakes(t *testing.T) {
	w := newWorld(t, onPostgres)
	release := w.cloud.blocks()
	w.start()
	runID := w.ask(rootcheck("k", id("111122223333")))[0]
	<-w.cloud.reading
	first := w.hooks
	first.mute.Store(true)
	w.hooks = &hooks{} // of the other process
	_, stop := w.beside(w.options)
	w.eventually("the other one took the job over", func() bool {
		return w.count(`SELECT COUNT(*) FROM river_job WHERE kind = 'check_account' AND state = 'running' AND attempted_by[1] <> attempted_by[cardinality(attempted_by)]`) == 1
	})
	first.mute.Store(false)
	w.eventually("both live", func() bool {
		return w.count(`SELECT COUNT(*) FROM replica WHERE beaten_at > clock_timestamp() - interval '1 second'`) == 2
	})
	release() // both go on
	run := w.concluded(runID)
	w.settled()
	stop()
	w.stop()
	if run.Failure != "" || run.Done != 1 {
		t.Errorf("run %+v", run)
	}
	if n := w.worked("conclude"); n != 1 {
		t.Errorf("the run was concluded %d times", n)
	}
	if n := w.count(`SELECT COUNT(*) FROM river_job WHERE state <> 'completed' OR cardinality(errors) > 0`); n != 0 {
		t.Errorf("the one that woke up wrote to the job\n%s", w.jobs())
	}
}

// What a lost attempt found out is older than what is known.
func TestFence(t *testing.T) {
	for name, lose := range map[string]string{
		"another attempt runs":   `UPDATE river_job SET attempt = attempt + 1, attempted_at = CURRENT_TIMESTAMP WHERE kind = 'check_account'`,
		"another process has it": `UPDATE river_job SET attempted_by = NULL WHERE kind = 'check_account'`,
		"it waits":               `UPDATE river_job SET state = 'scheduled', scheduled_at = '2099-01-01 00:00:00' WHERE kind = 'check_account'`,
		"it is done":             `UPDATE river_job SET state = 'completed', finalized_at = CURRENT_TIMESTAMP WHERE kind = 'check_account'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			release := w.cloud.blocks()
			w.start()
			runID := w.ask(rootcheck("k", id("111122223333")))[0]
			<-w.cloud.reading
			w.eventually("only the reading is left", func() bool { return w.unfinished("%") == 1 })
			w.exec(lose)
			before := w.jobs()
			release()
			w.stop() // which waits for the job
			if report := w.latest(id("111122223333")); report != nil {
				t.Errorf("a lost attempt saved the report of %s", report.ObservedAt)
			}
			if run := w.run(runID); run.Done != 0 || !run.ConcludedAt.IsZero() {
				t.Errorf("a lost attempt went on with the run: %+v", run)
			}
			if after := w.jobs(); after != before {
				t.Errorf("a lost attempt wrote to the job\n%swas\n%s", after, before)
			}
		})
	}
}

// A lost attempt that fails for the last time gives nothing up.
func TestFenceOfTheLastAttempt(t *testing.T) {
	w := newWorld(t)
	w.cloud.set(id("111122223333"), func(*account.Facts) { panic("broken") })
	w.start()
	runID := w.ask(rootcheck("k", id("111122223333")))[0]
	w.eventually("it fails", func() bool { return w.waiting("check_account") == 1 })
	release := w.cloud.blocks()
	w.exec(`UPDATE river_job SET attempt = max_attempts - 1 WHERE kind = 'check_account'`)
	w.hurryOnly("check_account")
	<-w.cloud.reading
	w.exec(`UPDATE river_job SET attempt = attempt + 1 WHERE kind = 'check_account'`)
	release()
	w.stop()
	if run := w.run(runID); !run.ConcludedAt.IsZero() || w.latest(id("111122223333")) != nil {
		t.Errorf("run %+v", run)
	}
	if n := w.count(`SELECT COUNT(*) FROM river_job WHERE state = 'running'`); n != 1 {
		t.Errorf("a lost attempt wrote to the job\n%s", w.jobs())
	}
}

// A message that another process may be saying is left to it until its time is
// over, also where both work the same job.
func TestClaimOfALostAttempt(t *testing.T) {
	w := newWorld(t, onPostgres)
	w.say("k", "hello")
	w.exec(`UPDATE delivery SET state = 'sending', claimed_by = (SELECT id FROM river_job), claimed_revision = 1, claimed_at = ?`, w.clock.now().UnixMicro())
	w.start()
	w.eventually("it is left to the other one", func() bool { return w.snoozes("deliver") > 0 })
	if n := len(w.mouth.of("k")); n != 0 {
		t.Fatalf("said beside another\n%s", w.mouth)
	}
	w.clock.advance(16 * time.Second)
	w.said("k")
}

// Two engines share the work, and the slots.
func TestTwoEngines(t *testing.T) {
	w := clockwork(t, onPostgres, func(w *world) { w.options.Concurrency = 1 })
	w.cloud.holds(30)
	_, stop := w.beside(w.options)
	w.start()
	w.eventually("both are up and done", func() bool { return len(w.taken()) == 3 && w.unfinished("%") == 0 })
	stop()
	if n := w.count(`SELECT COUNT(DISTINCT attempted_by[1]) FROM river_job WHERE kind = 'check_account'`); n != 2 {
		t.Errorf("%d processes checked accounts", n)
	}
	if w.worked("sweep") != 1 || w.worked("check_account") != 30 {
		t.Errorf("took %v\n%s", w.taken(), w.jobs())
	}
}

// Several processes make River's tables at once.
func TestEnginesOpenAtOnce(t *testing.T) {
	w := newWorld(t, onPostgres)
	opened := make(chan error, 4)
	for range cap(opened) {
		go func() {
			m, _, err := w.attach(false, w.options)
			if err == nil {
				err = m.Close()
			}
			opened <- err
		}()
	}
	for range cap(opened) {
		if err := <-opened; err != nil {
			t.Error(err)
		}
	}
}
