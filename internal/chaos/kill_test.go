package chaos

import (
	"context"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
	"rootwatch/internal/store"
)

// kills is how often each test kills the bot: enough to meet a fault here,
// twenty times in CI.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("ROOTWATCH_CHAOS_KILLS"))
	if err != nil {
		return 4
	}
	return n
}

// program is built once for all tests of the package, and removed after them.
var program struct {
	sync.Once
	dir, path string
	err       error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if program.dir != "" {
		_ = os.RemoveAll(program.dir)
	}
	os.Exit(status)
}

func build(t *testing.T) {
	t.Helper()
	program.Do(func() {
		if program.dir, program.err = os.MkdirTemp("", "rootwatch-chaos-"); program.err == nil {
			program.path, program.err = Build(program.dir)
		}
	})
	if program.err != nil {
		t.Fatal(program.err)
	}
}

func open(t *testing.T) *demo.Stage {
	t.Helper()
	build(t)
	stage, err := demo.Open(t.Context(), demo.Options{
		Binary: program.path, AWSListen: "127.0.0.1:0", SlackListen: "127.0.0.1:0", In: strings.NewReader(""), Out: io.Discard, Err: io.Discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return stage
}

// await waits for what must come, and names it where it does not.
func await(t *testing.T, stage *demo.Stage, what string, want func([]workspace.Message) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if _, err := stage.Workspace.Wait(ctx, want); err != nil {
		for _, p := range stage.Workspace.Posts() {
			t.Logf("%s %s %s %s", p.At.Format(time.TimeOnly), p.Method, p.Key, p.TS)
		}
		t.Fatalf("%s did not come: %v\n%s", what, err, stage.Log())
	}
}

func key(m workspace.Message) string {
	if m.Metadata == nil {
		return ""
	}
	key, _ := m.Metadata.EventPayload["dedupe_key"].(string)
	return key
}

// digestOf says whether the digest of the stage's day stands in the channel.
func digestOf(day string) func([]workspace.Message) bool {
	return func(all []workspace.Message) bool {
		for _, m := range all {
			if strings.HasPrefix(key(m), "digest:"+day) {
				return true
			}
		}
		return false
	}
}

// oneOfEach fails where two messages have the same name.
func oneOfEach(t *testing.T, stage *demo.Stage) {
	t.Helper()
	seen := map[string]string{}
	for _, channel := range []string{demo.DigestChannel, demo.AlertChannel} {
		for _, m := range stage.Workspace.Messages(channel) {
			if k := key(m); k != "" {
				if other, twice := seen[k]; twice {
					t.Errorf("%s was said twice: %s and %s", k, other, m.TS)
				}
				seen[k] = m.TS
			}
		}
	}
}

// TestKillInSweep kills the bot at random moments of the morning's sweep, bill
// and digest. After the restart every account has its report and the day has
// one digest.
func TestKillInSweep(t *testing.T) {
	stage := open(t)
	// Slow answers stretch the sweep, so that kills fall into it.
	stage.Cloud.AddFault(cloud.Fault{Service: "iam", Kind: cloud.FaultSlow, Delay: 30 * time.Millisecond})
	random := rand.New(rand.NewPCG(2026, uint64(kills(t))))
	for n := range kills(t) {
		if err := stage.Stop(); err != nil {
			t.Fatal(err)
		}
		stage.Advance(24 * time.Hour)
		if err := stage.Spawn(); err != nil {
			t.Fatal(err)
		}
		moment := time.Duration(random.Int64N(int64(1500 * time.Millisecond)))
		<-time.After(moment) // the random moment is the test
		stage.Kill()
		t.Logf("kill %d after %s", n+1, moment)
		if err := stage.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, stage, "the digest after kill "+strconv.Itoa(n+1), digestOf(stage.Now().UTC().Format(time.DateOnly)))
		oneOfEach(t, stage)
	}
	if err := stage.Stop(); err != nil {
		t.Fatal(err)
	}
	everyAccountHasItsReport(t, stage)
}

func everyAccountHasItsReport(t *testing.T, stage *demo.Stage) {
	t.Helper()
	memory, err := store.OpenSQLite(t.Context(), store.Options{Path: stage.Database(), Now: stage.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	directory, err := memory.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(directory) != len(stage.Cloud.Organization().Accounts) {
		t.Errorf("%d accounts are known, the organization has %d", len(directory), len(stage.Cloud.Organization().Accounts))
	}
	today := stage.Now().UTC().Format(time.DateOnly)
	for _, a := range directory {
		report, err := memory.Latest(t.Context(), a.Scope, a.ID)
		switch {
		case err != nil:
			t.Fatal(err)
		case report == nil:
			t.Errorf("account %s has no report", a.ID)
		case len(report.Findings) != len(checks.All()):
			t.Errorf("account %s has %d findings", a.ID, len(report.Findings))
		case report.ObservedAt.UTC().Format(time.DateOnly) != today:
			t.Errorf("account %s was last seen %s, not today (%s)", a.ID, report.ObservedAt, today)
		}
	}
	left, err := memory.Undelivered(t.Context())
	if err != nil || len(left) != 0 {
		t.Errorf("messages are left: %v %v", left, err)
	}
	open, err := memory.OpenRuns(t.Context(), directory[0].Scope)
	if err != nil || len(open) != 0 {
		t.Errorf("runs are open: %v %v", open, err)
	}
}

// TestKillInDelivery kills the bot after Slack took a message and before it
// answered, so that the bot cannot know. After the restart it stands there once.
func TestKillInDelivery(t *testing.T) {
	stage := open(t)
	for n := range kills(t) {
		if err := stage.Stop(); err != nil {
			t.Fatal(err)
		}
		stage.Advance(24 * time.Hour)
		killed := make(chan string, 1)
		var once sync.Once
		stage.Workspace.OnAccept(func(p workspace.Post) {
			if p.Method == "chat.postMessage" && p.Key != "" {
				once.Do(func() {
					stage.Kill() // before anybody hears of it and starts the next one
					killed <- p.Key
				})
			}
		})
		if err := stage.Spawn(); err != nil {
			t.Fatal(err)
		}
		var name string
		select {
		case name = <-killed:
		case <-time.After(60 * time.Second):
			t.Fatalf("nothing was posted on day %d\n%s", n+1, stage.Log())
		}
		stage.Workspace.OnAccept(nil)
		if err := stage.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, stage, "the second word on "+name, func(all []workspace.Message) bool {
			for _, m := range all {
				if key(m) == name && m.Edited > 0 {
					return true
				}
			}
			return false
		})
		await(t, stage, "the digest", digestOf(stage.Now().UTC().Format(time.DateOnly)))
		oneOfEach(t, stage)
	}
	if err := stage.Stop(); err != nil {
		t.Fatal(err)
	}
	everyAccountHasItsReport(t, stage)
}
