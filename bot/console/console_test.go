package console_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/console"
	"rootwatch/checks"
	"rootwatch/schedule"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestDraw(t *testing.T) {
	for _, s := range bottest.Samples() {
		t.Run(s.Name, func(t *testing.T) { isGolden(t, s.Name, console.Draw(s.Message, console.Style{})) })
	}
	for _, s := range bottest.Homes() {
		t.Run(s.Name, func(t *testing.T) { isGolden(t, s.Name, console.DrawHome(s.Home, console.Style{})) })
	}
}

func isGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update if this is meant):\n%s", path, diff)
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]+m")

// Colour adds nothing but colour, and every line ends without one.
func TestColor(t *testing.T) {
	for _, s := range bottest.Samples() {
		colored := console.Draw(s.Message, console.Style{Color: true})
		if diff := cmp.Diff(console.Draw(s.Message, console.Style{}), sgr.ReplaceAllString(colored, "")); diff != "" {
			t.Errorf("%s: colour moved the text:\n%s", s.Name, diff)
		}
		for line := range strings.Lines(colored) {
			if codes := sgr.FindAllString(line, -1); len(codes) > 0 && codes[len(codes)-1] != "\x1b[0m" {
				t.Errorf("%s: colour runs over the end of %q", s.Name, line)
			}
		}
	}
	if colored := console.Draw(bottest.RootAnswer(), console.Style{Color: true}); !strings.Contains(colored, "\x1b[1;31m") {
		t.Error("a critical failure has no colour")
	}
}

// Every message fits the width and steers no terminal, whatever strangers wrote.
func TestHostileDataFits(t *testing.T) {
	for _, s := range bottest.Samples() {
		fits(t, s, 0, console.DefaultWidth)
		fits(t, s, 60, 60)
	}
	for _, hostile := range bottest.Hostile() {
		for _, s := range bottest.Spoiled(hostile) {
			fits(t, s, 60, 60)
		}
		drawnFits(t, "home", console.DrawHome(bottest.SpoiledHome(hostile), console.Style{Width: 60}), 60)
	}
}

func fits(t *testing.T, s bottest.Sample, width, limit int) {
	t.Helper()
	drawnFits(t, s.Name, console.Draw(s.Message, console.Style{Width: width}), limit)
}

func drawnFits(t *testing.T, name, drawn string, limit int) {
	t.Helper()
	for line := range strings.Lines(drawn) {
		line = strings.TrimSuffix(line, "\n")
		if got := text.StringWidth(line); got > limit {
			t.Fatalf("%s: %d columns of %d: %q", name, got, limit, line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Fatalf("%s: not clean: %q", name, line)
		}
	}
}

// What is unknown is said on every drawing of it, and apart from what passes.
func TestUnknownIsSaid(t *testing.T) {
	for _, s := range bottest.Samples() {
		drawn := console.Draw(s.Message, console.Style{Width: 400})
		var dark bool
		switch m := s.Message.(type) {
		case bot.RootAnswer:
			dark = m.Report.Count(checks.Unknown) > 0
		case bot.FleetAnswer:
			dark = m.Fleet.Coverage.Read < m.Fleet.Coverage.Accounts
		case bot.Digest:
			dark = m.Coverage.Read < m.Coverage.Accounts
		}
		if said := strings.Contains(drawn, "not a pass"); said != dark {
			t.Errorf("%s: says that something is no pass: %v, want %v\n%s", s.Name, said, dark, drawn)
		}
	}
}

// A failure of a check comes with the check's own name for it and its first step.
func TestFailuresSayWhatToDo(t *testing.T) {
	for _, c := range checks.All() {
		m := bottest.RootAnswer()
		m.Report.Findings = []checks.Finding{{CheckID: c.ID, Title: c.Title, Status: checks.Fail, Severity: c.Severity, Summary: "It is so."}}
		drawn := strings.Join(strings.Fields(console.Draw(m, console.Style{Width: 1000})), " ")
		for _, must := range []string{c.Short, "It is so.", "Fix: " + bot.Clip(c.Remediation.Steps[0], 300), "rootwatch checks " + c.ID} {
			if !strings.Contains(drawn, must) {
				t.Errorf("%s lacks %q:\n%s", c.ID, must, drawn)
			}
		}
	}
}

// posts keeps each Write apart, as a person sees them come.
type posts struct{ texts []string }

func (p *posts) Write(b []byte) (int, error) {
	p.texts = append(p.texts, string(b))
	return len(b), nil
}

func TestMouthConformance(t *testing.T) {
	bottest.MouthConformance(t, func(*testing.T) (schedule.Mouth, func() []string) {
		var seen posts
		return console.NewMouth(&seen, console.Style{}), func() []string { return seen.texts }
	})
}

func outgoing(key, what string) bot.Outgoing {
	return bot.Outgoing{Key: key, Message: bot.Trouble{What: what}}
}

func TestMouthMarksEdits(t *testing.T) {
	var out bytes.Buffer
	mouth := console.NewMouth(&out, console.Style{})
	ref, err := mouth.Post(t.Context(), outgoing("a", "First."))
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"Second.", "Second."} {
		if err := mouth.Update(t.Context(), ref, outgoing("a", what)); err != nil {
			t.Fatal(err)
		}
	}
	reply := outgoing("b", "Third.")
	reply.Thread = ref
	if _, err := mouth.Post(t.Context(), reply); err != nil {
		t.Fatal(err)
	}
	want := "--- message 1\nFirst.\n\n--- message 1, edited\nSecond.\n\n--- reply to message 1\nThird.\n\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

// Messages from several goroutines stand beside each other, never inside.
func TestMouthSpeaksOneAtATime(t *testing.T) {
	var seen posts
	mouth := console.NewMouth(&seen, console.Style{})
	var speakers sync.WaitGroup
	for i := range 20 {
		speakers.Go(func() {
			if _, err := mouth.Post(t.Context(), outgoing(fmt.Sprint(i), "Word.")); err != nil {
				t.Error(err)
			}
		})
	}
	speakers.Wait()
	for i, text := range seen.texts {
		if want := fmt.Sprintf("--- message %d\nWord.\n\n", i+1); text != want {
			t.Errorf("%q, want %q", text, want)
		}
	}
	if len(seen.texts) != 20 {
		t.Errorf("%d messages", len(seen.texts))
	}
}

func TestMouthFaults(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		name string
		do   func() error
		want bot.FaultKind
	}{
		{"an edit of what was never said", func() error {
			return console.NewMouth(io.Discard, console.Style{}).Update(t.Context(), bot.Ref{Channel: "terminal", TS: "1"}, outgoing("a", "x"))
		}, bot.Gone},
		{"a closed terminal", func() error {
			_, err := console.NewMouth(broken(0), console.Style{}).Post(t.Context(), outgoing("a", "x"))
			return err
		}, bot.Unreachable},
		{"a terminal that closes midway", func() error {
			_, err := console.NewMouth(broken(3), console.Style{}).Post(t.Context(), outgoing("a", "x"))
			return err
		}, bot.Ambiguous},
		{"a stop", func() error {
			_, err := console.NewMouth(io.Discard, console.Style{}).Post(stopped, outgoing("a", "x"))
			return err
		}, bot.Unreachable},
	} {
		var fault *bot.Fault
		if err := c.do(); !errors.As(err, &fault) || fault.Kind != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

func TestMouthForgetsWhatFailed(t *testing.T) {
	mouth := console.NewMouth(broken(3), console.Style{})
	out := outgoing("a", "x")
	if _, err := mouth.Post(t.Context(), out); err == nil {
		t.Fatal("the post did not fail")
	}
	if ref, found, err := mouth.Find(t.Context(), out); found || err != nil {
		t.Errorf("found %v, %v", ref, err)
	}
}

// broken takes n bytes and then fails.
type broken int

func (b broken) Write([]byte) (int, error) { return int(b), io.ErrClosedPipe }
