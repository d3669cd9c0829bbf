package schedule_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) says(line string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Contains(j.text.String(), line)
}

// At info the log tells an operator what the clock does, a line for each step,
// and no line for what is between us and whoever asks.
func TestLogTellsWhatTheClockDoes(t *testing.T) {
	var log journal
	w := newWorld(t, withClock, withCost, func(w *world) { w.options.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	w.start()
	for _, line := range []string{
		`msg="a slot is taken" schedule=sweep`, `msg="all accounts are being checked"`,
		`msg="all accounts are checked"`, `msg="the bill is read"`, `dollars=0.`,
	} {
		w.eventually(line, func() bool { return log.says(line) })
	}
	w.say("digest:x", "Good morning.")
	w.eventually("a digest", func() bool {
		return log.says(`msg="a message stands" key=digest:x channel=` + digestChannel + ` edited=false`)
	})
	w.say("reply:x", "An answer.")
	w.eventually("an answer", func() bool { return len(w.mouth.of("reply:x")) > 0 })
	if log.says("reply:x") {
		t.Error("an answer is logged")
	}
}
