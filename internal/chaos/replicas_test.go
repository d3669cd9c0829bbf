package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// chaosFor is how long the replicas are tormented: here as long as it takes to
// meet each fault, in CI ROOTWATCH_CHAOS_MINUTES.
func chaosFor() time.Duration {
	minutes, err := strconv.ParseFloat(os.Getenv("ROOTWATCH_CHAOS_MINUTES"), 64)
	if err != nil {
		return 40 * time.Second
	}
	return time.Duration(minutes * float64(time.Minute))
}

// chaosSeed is what a run's moments come from; ROOTWATCH_CHAOS_SEED repeats one.
func chaosSeed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("ROOTWATCH_CHAOS_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64()
}

// dice are random numbers for several hands.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (d *dice) between(from, to time.Duration) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return from + time.Duration(d.r.Int64N(int64(to-from)))
}

func (d *dice) pick(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.IntN(n)
}

// Two processes on one database, one of them killed and one paused at random
// moments, while slots come and people ask: every slot is taken once, every
// message is said and none twice, every command that was taken is answered,
// and nothing old takes the place of anything new.
func TestReplicas(t *testing.T) {
	seed := chaosSeed()
	t.Logf("ROOTWATCH_CHAOS_SEED=%d for %s", seed, chaosFor())
	d := &dice{r: rand.New(rand.NewPCG(seed, seed))}
	f := newFleet(t, 2)
	audit(f)
	ctx, cancel := context.WithTimeout(t.Context(), chaosFor())
	defer cancel()
	longest := min(40*time.Second, chaosFor()/2)
	var group sync.WaitGroup
	var kills, pauses, taken atomic.Int64
	group.Go(func() {
		for wait(ctx, d.between(3*time.Second, 15*time.Second)) {
			r := f.replicas[d.pick(2)]
			r.mu.Lock()
			r.kill()
			kills.Add(1)
			wait(ctx, d.between(0, 3*time.Second))
			r.spawn()
			r.mu.Unlock()
		}
	})
	group.Go(func() {
		for wait(ctx, d.between(2*time.Second, 12*time.Second)) {
			r := f.replicas[d.pick(2)]
			r.mu.Lock()
			r.pause()
			r.mu.Unlock()
			pauses.Add(1)
			asleep := d.between(5*time.Second, longest)
			if d.pick(2) == 0 { // around the times at which others give it up, and at which it may no longer speak
				asleep = d.between(6*time.Second, 13*time.Second)
			}
			wait(ctx, asleep) // it may be killed meanwhile
			r.mu.Lock()
			r.resume()
			r.mu.Unlock()
		}
	})
	group.Go(func() {
		questions := [][2]string{{"/rootcheck", "123456789012"}, {"/spend", "all 7d"}, {"/rootcheck", "555566667777 210987654321"}, {"/rootcheck", "all"}, {"/spend", "123456789012"}}
		for wait(ctx, d.between(500*time.Millisecond, 3*time.Second)) {
			q := questions[d.pick(len(questions))]
			if f.ask(ctx, f.replicas[d.pick(2)], q[0], q[1]) {
				taken.Add(1)
			}
		}
	})
	notes := map[string]string{} // what each was planned to say last
	group.Go(func() {
		for n := 0; wait(ctx, d.between(100*time.Millisecond, 700*time.Millisecond)); n++ {
			about := n
			if n > 0 && d.pick(3) == 0 {
				about = max(0, n-1-d.pick(8)) // an edit of one that may not be said yet
			}
			what := fmt.Sprintf("note %d, as of %d.", about, n)
			if f.plan(ctx, about, what) {
				notes[noteKey(about)] = what
			}
		}
	})
	group.Wait()
	until := f.now()
	for _, r := range f.replicas {
		r.resume()
	}
	t.Logf("%d kills, %d pauses, %d commands acknowledged", kills.Load(), pauses.Load(), taken.Load())
	settle(f, until)
	for _, r := range f.replicas {
		if status := r.stop(); status != 0 {
			t.Errorf("replica %d ends with %d", r.n, status)
		}
	}
	judge(f, until, int(taken.Load()))
	newest(f, notes)
	if t.Failed() {
		t.Logf("ROOTWATCH_CHAOS_SEED=%d\n%s", seed, f.log())
	}
}

// wait is false when the time is over.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// ask sends a slash command to one replica, and is true where it was taken.
func (f *fleet) ask(ctx context.Context, r *replica, command, text string) bool {
	f.workspace.SetCommandURL("http://" + r.address + "/slack/commands")
	ack, err := f.workspace.Command(ctx, fleetPerson, fleetAlerts, command, text)
	return err == nil && ack.Status == http.StatusOK && !strings.Contains(string(ack.Body), "busy")
}

func noteKey(n int) string { return fmt.Sprintf("note:%d", n) }

// plan has one of the replicas say a message, as the engine does: the message
// and its job are planned together. It is false where it was not.
func (f *fleet) plan(ctx context.Context, n int, what string) bool {
	scope := account.Scope{Partition: "aws", Organization: fleetOrganization}
	out := bot.Outgoing{Key: noteKey(n), Address: bot.Address{Channel: fleetNotes[n%3]}, Message: bot.Trouble{What: what}, PlannedAt: f.now()}
	return nil == f.store.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		id, err := f.store.Plan(ctx, tx, scope, out, "")
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO river_job (kind, queue, args, max_attempts) VALUES ('deliver', 'delivery', jsonb_build_object('delivery_id', $1::bigint), 10000)`, id)
		return err
	})
}

// A command beside replicas that serve asks them; where none lives, it works
// its question itself.
func TestCheckBesideReplicas(t *testing.T) {
	f := newFleet(t, 1)
	check := func(when string) {
		t.Helper()
		cmd := f.replicas[0].command("check", "prod-payments")
		output, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(output), "Root has an access key") {
			t.Errorf("%s: %v\n%s", when, err, output)
		}
	}
	workers := func() int {
		var n int
		if err := f.store.Pool().QueryRow(t.Context(), `SELECT count(DISTINCT attempted_by[cardinality(attempted_by)]) FROM river_job WHERE kind = 'check_account'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	check("beside serve")
	if n := workers(); n != 1 {
		t.Errorf("%d processes checked accounts, want serve alone", n)
	}
	f.replicas[0].kill()
	check("with a dead one") // which counts for alive, at first
	if n := workers(); n != 2 {
		t.Errorf("%d processes checked accounts, want the command too", n)
	}
	check("alone")
	lost := f.replicas[0].command("serve")
	lost.Env = append(lost.Env, "TEST_STORE_URL=postgres://rootwatch:correct-horse@127.0.0.1:1/rootwatch")
	output, err := lost.CombinedOutput()
	if lost.ProcessState.ExitCode() != 4 || !strings.Contains(string(output), "nothing listens at the Postgres server 127.0.0.1:1") || strings.Contains(string(output), "correct-horse") {
		t.Errorf("without a server: %v\n%s", err, output)
	}
}
