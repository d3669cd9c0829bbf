// Package bottest holds what every mouth must do, and messages to do it with.
package bottest

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rootwatch/bot"
	"rootwatch/schedule"
)

// Channel is where the suite speaks; an emulated workspace must have it.
const Channel = "C0SECURITY"

// MouthConformance holds a mouth to its port. open makes a fresh one, and a
// function that lists the texts a person sees in Channel, oldest first and as
// they are now: one entry for each message, whole, in any form of drawing.
func MouthConformance(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	t.Helper()
	t.Run("every message can be said and is seen", func(t *testing.T) { saysEverything(t, open) })
	t.Run("an edit shows the newest revision", func(t *testing.T) { edits(t, open) })
	t.Run("a reply goes below its message", func(t *testing.T) { replies(t, open) })
	t.Run("what was said is found or said to be unknown", func(t *testing.T) { finds(t, open) })
	t.Run("a stranger's text cannot steer", func(t *testing.T) { resists(t, open) })
}

func outgoing(key string, m bot.Message) bot.Outgoing {
	return bot.Outgoing{Key: key, Revision: 1, Address: bot.Address{Channel: Channel}, Message: m, PlannedAt: Now}
}

func note(text string) bot.Message { return bot.Trouble{What: text} }

// post fails the test where the mouth does, and where its error is no Fault.
func post(t *testing.T, mouth schedule.Mouth, out bot.Outgoing) bot.Ref {
	t.Helper()
	ref, err := mouth.Post(t.Context(), out)
	check(t, out.Key, err)
	return ref
}

func check(t *testing.T, key string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if fault := (*bot.Fault)(nil); !errors.As(err, &fault) {
		t.Fatalf("%s: the error is no *bot.Fault: %v", key, err)
	}
	t.Fatalf("%s: %v", key, err)
}

func saysEverything(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	for _, s := range Samples() {
		t.Run(s.Name, func(t *testing.T) {
			mouth, seen := open(t)
			post(t, mouth, outgoing("everything:"+s.Name, s.Message))
			if texts := seen(); len(texts) != 1 || strings.TrimSpace(texts[0]) == "" {
				t.Fatalf("one message must be seen, with text: %q", texts)
			}
		})
	}
}

func edits(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	mouth, seen := open(t)
	out := outgoing("edit:1", note("the first words"))
	ref := post(t, mouth, out)
	out.Revision, out.Message = 2, note("the second words")
	for range 2 { // doing it again is harmless
		check(t, out.Key, mouth.Update(t.Context(), ref, out))
	}
	if all := strings.Join(seen(), "\n"); !strings.Contains(all, "the second words") {
		t.Fatalf("the edit is not to be seen: %q", all)
	}
}

func replies(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	mouth, seen := open(t)
	parent := post(t, mouth, outgoing("thread:parent", note("the parent")))
	out := outgoing("thread:reply", note("the reply"))
	out.Thread = parent
	post(t, mouth, out)
	all := strings.Join(seen(), "\n")
	if first, second := strings.Index(all, "the parent"), strings.Index(all, "the reply"); first < 0 || second < first {
		t.Fatalf("the reply must come after its parent: %q", all)
	}
	if ref, found, err := mouth.Find(t.Context(), out); err != nil || (found && ref == parent) {
		t.Fatalf("Find(reply) = %v, %v, %v: never the parent", ref, found, err)
	}
}

func finds(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	mouth, _ := open(t)
	never := outgoing("find:never-said", note("never said"))
	if ref, found, err := mouth.Find(t.Context(), never); err != nil || found {
		t.Fatalf("Find(never said) = %v, %v, %v", ref, found, err)
	}
	out := outgoing("find:said", note("said"))
	ref := post(t, mouth, out)
	post(t, mouth, outgoing("find:said:and-more", note("another")))
	got, found, err := mouth.Find(t.Context(), out)
	check(t, out.Key, err)
	if found && got != ref {
		t.Fatalf("Find = %v, Post gave %v", got, ref)
	}
}

func resists(t *testing.T, open func(t *testing.T) (schedule.Mouth, func() []string)) {
	mouth, seen := open(t)
	for _, hostile := range Hostile() {
		for _, s := range Spoiled(hostile[:min(len(hostile), 500)]) { // a limits test has them whole
			post(t, mouth, outgoing("hostile:"+s.Name, s.Message))
		}
	}
	for _, text := range seen() {
		if !utf8.ValidString(text) {
			t.Fatalf("not UTF-8: %.200q", text)
		}
		if i := strings.IndexFunc(text, steers); i >= 0 {
			t.Fatalf("%U is seen in %.200q", []rune(text[i:])[0], text)
		}
	}
}

// steers reports a character that moves a cursor, rings a bell or turns writing around.
func steers(r rune) bool {
	return (unicode.IsControl(r) && r != '\n' && r != '\t') || unicode.Is(unicode.Bidi_Control, r)
}
