package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"rootwatch/internal/demo/workspace"
)

// journeyWithin bounds each wait of the tour.
const journeyWithin = 45 * time.Second

// tour walks the four journeys and fails with the first that does not arrive.
func (st *Stage) tour(ctx context.Context) error {
	for _, j := range []struct {
		title string
		walk  func(context.Context) error
	}{
		{"1 of 4: somebody asks /rootcheck 111122223333", st.tourCommand},
		{"2 of 4: the next morning's digest", st.tourDigest},
		{"3 of 4: a bill that jumps", st.tourSpike},
		{"4 of 4: the bot is killed while Slack takes a digest, and starts again", st.tourRecovery},
	} {
		st.say("\n=== " + j.title + "\n")
		if err := j.walk(ctx); err != nil {
			return fmt.Errorf("journey %s: %w", j.title, err)
		}
	}
	st.say("\nAll four journeys arrived.\n")
	return nil
}

// await waits until one message satisfies want, and returns it.
func (st *Stage) await(ctx context.Context, what string, want func(workspace.Message) bool) (workspace.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, journeyWithin)
	defer cancel()
	var found workspace.Message
	_, err := st.Workspace.Wait(ctx, func(all []workspace.Message) bool {
		for _, m := range all {
			if want(m) {
				found = m
				return true
			}
		}
		return false
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return found, fmt.Errorf("%s did not arrive within %s", what, journeyWithin)
	}
	return found, err
}

func (st *Stage) tourCommand(ctx context.Context) error {
	m, err := st.ask(ctx, "/rootcheck", "111122223333")
	if err != nil {
		return err
	}
	if !strings.Contains(workspace.Text(m), "111122223333") {
		return errors.New("the answer is about another account")
	}
	return nil
}

// ask gives a slash command and waits for its answer, showing both.
func (st *Stage) ask(ctx context.Context, command, text string) (workspace.Message, error) {
	ack, err := st.Workspace.Command(ctx, person, AlertChannel, command, text)
	if err != nil {
		return workspace.Message{}, err
	}
	if ack.Message == nil {
		return workspace.Message{}, fmt.Errorf("the bot answered %s %s with status %d and no message", command, text, ack.Status)
	}
	st.show(*ack.Message)
	if !pending(*ack.Message) {
		return *ack.Message, nil
	}
	m, err := st.await(ctx, "the answer", func(m workspace.Message) bool { return m.TS == ack.Message.TS && m.Edited > 0 && !pending(m) })
	if err == nil {
		st.show(m)
	}
	return m, err
}

// pending tells the note that work has begun from its answer.
func pending(m workspace.Message) bool { return strings.HasPrefix(m.Text, "Checking ") }

// keyOf is the name that the bot gave a message, in its metadata.
func keyOf(m workspace.Message) string {
	if m.Metadata == nil {
		return ""
	}
	key, _ := m.Metadata.EventPayload["dedupe_key"].(string)
	return key
}

func (st *Stage) tourDigest(ctx context.Context) error {
	m, err := st.nextMorning(ctx)
	if err == nil {
		st.show(m)
	}
	return err
}

// nextMorning moves a day on and waits for its digest.
func (st *Stage) nextMorning(ctx context.Context) (workspace.Message, error) {
	if err := st.NextDay(ctx); err != nil {
		return workspace.Message{}, err
	}
	name := "digest:" + st.Now().UTC().Format(time.DateOnly)
	return st.await(ctx, "the digest", func(m workspace.Message) bool { return strings.HasPrefix(keyOf(m), name) })
}

func (st *Stage) tourSpike(ctx context.Context) error {
	// On a weekend an early sign may come first, and go on in another message.
	isSpike := func(m workspace.Message) bool {
		return m.Channel == AlertChannel && m.ThreadTS == "" && strings.HasPrefix(keyOf(m), "spike:123456789012:") && !strings.HasPrefix(m.Text, "Early sign")
	}
	m, err := st.await(ctx, "the spike alert", isSpike)
	if err != nil {
		return err
	}
	st.show(m)
	st.say("\nThree days later it is over, and the same message says so:\n")
	for range 3 {
		if _, err := st.nextMorning(ctx); err != nil {
			return err
		}
	}
	m, err = st.await(ctx, "the end of the spike", func(m workspace.Message) bool { return isSpike(m) && strings.HasPrefix(m.Text, "Resolved") })
	if err == nil {
		st.show(m)
	}
	return err
}

// tourRecovery kills the bot between Slack's taking a digest and its answer,
// which leaves the bot not knowing whether it arrived.
func (st *Stage) tourRecovery(ctx context.Context) error {
	st.Advance(24 * time.Hour)
	if err := st.Stop(); err != nil {
		return err
	}
	killed := make(chan string, 1)
	var once sync.Once
	st.Workspace.OnAccept(func(p workspace.Post) {
		if p.Method == "chat.postMessage" && strings.HasPrefix(p.Key, "digest:") {
			once.Do(func() { st.Kill(); killed <- p.Key })
		}
		st.accepted(p)
	})
	if err := st.Spawn(); err != nil {
		return err
	}
	var key string
	select {
	case key = <-killed:
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(journeyWithin):
		return errors.New("no digest was posted")
	}
	st.say("The bot was killed before Slack's answer reached it. It starts again, looks for the message, and edits it instead of posting it twice.\n")
	if err := st.Start(ctx); err != nil {
		return err
	}
	m, err := st.await(ctx, "the reconciled digest", func(m workspace.Message) bool { return keyOf(m) == key && m.Edited > 0 })
	if err != nil {
		return err
	}
	for _, other := range st.Workspace.Messages(DigestChannel) {
		if keyOf(other) == key && other.TS != m.TS {
			return fmt.Errorf("the digest %s was posted twice", key)
		}
	}
	st.show(m)
	return nil
}
