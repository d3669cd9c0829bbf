package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

// The words for the hands at the prompt are their ids.
const (
	handDay      = "next day"
	handFriday   = "next friday"
	handThrottle = "throttle"
	handLose     = "lose"
	handKill     = "kill"
)

// hands are what moves the stage, for the page and for the prompt.
func (st *Stage) hands() []page.Control {
	hands := []page.Control{
		{ID: handDay, Label: "Next day", Group: "The day", Do: st.handDay,
			Will: "The clock moves on a day and the bot starts anew: it sweeps the accounts, reads the bill and posts the digest."},
		{ID: handFriday, Label: "Next Friday", Group: "The day", Do: st.handFriday,
			Will: "Day after day until it is Friday, each with its own digest."},
		{ID: handThrottle, Label: "Throttle AWS", Group: "Faults", Do: st.handThrottle,
			Will: "AWS refuses every third call of IAM with “Rate exceeded” while the bot checks all accounts. The bot asks again a little later: it takes longer, and nothing is lost. What it still could not read it would call unknown, never a pass."},
		{ID: handLose, Label: "Lose Slack's answer", Group: "Faults", Do: st.handLose,
			Will: "On the next day Slack takes the first message and the line breaks before it says so. The bot must neither lose the message nor post it twice."},
		{ID: handKill, Label: "Kill the bot", Group: "Faults", Do: st.handKill,
			Will: "kill -9 in the middle of whatever it does, and a new start. Ask /rootcheck all just before, and the answer still comes."},
	}
	for i, h := range hands {
		hands[i].Do = func(ctx context.Context, tell page.Tell) error {
			if !st.turn.TryLock() {
				return errors.New("the stage is still busy with the last thing; wait until it is done")
			}
			defer st.turn.Unlock()
			return h.Do(ctx, tell)
		}
	}
	return hands
}

// hand does what the prompt names, and says on the terminal what happened.
func (st *Stage) hand(ctx context.Context, id string) error {
	defer st.skipEphemeral() // shown already
	all := st.hands()
	i := slices.IndexFunc(all, func(c page.Control) bool { return c.ID == id })
	return all[i].Do(ctx, func(kind page.Kind, text string) {
		st.say(text + "\n")
		if st.note != nil {
			st.note(kind, text)
		}
	})
}

func (st *Stage) day() string { return st.Now().UTC().Format("Monday 2 January 2006, 15:04 MST") }

func (st *Stage) handDay(ctx context.Context, tell page.Tell) error {
	if _, err := st.nextMorning(ctx); err != nil { // the digest is the morning's last word
		return err
	}
	tell(page.Good, "It is "+st.day()+". The accounts were swept, the bill was read, the digest is posted.")
	return nil
}

func (st *Stage) handFriday(ctx context.Context, tell page.Tell) error {
	for {
		if err := st.handDay(ctx, tell); err != nil {
			return err
		}
		if st.Now().UTC().Weekday() == time.Friday {
			return nil
		}
	}
}

// handThrottle refuses a third of IAM's calls during one question.
func (st *Stage) handThrottle(ctx context.Context, tell page.Tell) error {
	st.Cloud.AddFault(cloud.Fault{Service: "iam", Percent: 33, Kind: cloud.FaultThrottle})
	defer st.Cloud.ClearFaults()
	tell(page.Plain, "AWS throttles IAM. "+"alice asks /rootcheck all in #cloud-alerts.")
	before, refused, start := st.Cloud.CallCount("iam", ""), st.Cloud.Faulted(), time.Now()
	if _, err := st.ask(ctx, "/rootcheck", "all"); err != nil {
		return err
	}
	reports, err := st.reports(ctx)
	if err != nil {
		return err
	}
	unread := 0
	for _, r := range reports {
		if slices.ContainsFunc(r.Coverage.Gaps, func(g account.Gap) bool { return g.Cause == account.Throttled }) {
			unread++
		}
	}
	text := fmt.Sprintf("AWS refused %d of the bot's %d calls of IAM, and the bot made them again. ", st.Cloud.Faulted()-refused, st.Cloud.CallCount("iam", "")-before)
	if unread == 0 {
		text += fmt.Sprintf("The answer came after %.1f s, and nothing in it is missing because of that.", time.Since(start).Seconds())
	} else {
		text += fmt.Sprintf("%d of %d accounts were not read whole: what is missing is called unknown.", unread, len(reports))
	}
	tell(page.Good, text+" AWS answers as before now.")
	return nil
}

// handLose has Slack take the next message without saying so.
func (st *Stage) handLose(ctx context.Context, tell page.Tell) error {
	said := len(st.Workspace.Posts())
	st.Workspace.AddFault(workspace.Fault{Method: "chat.postMessage", Times: 1, Kind: workspace.FaultLostAnswer})
	defer st.Workspace.ClearFaults()
	tell(page.Plain, "The next message will reach Slack, and its answer will not reach the bot.")
	if err := st.handDay(ctx, tell); err != nil {
		return err
	}
	posts := st.Workspace.Posts()[said:]
	i := slices.IndexFunc(posts, func(p workspace.Post) bool { return p.Method == "chat.postMessage" && p.Key != "" })
	if i < 0 {
		return errors.New("the bot posted nothing, so no answer was lost")
	}
	lost := posts[i]
	m, err := st.await(ctx, "the second word on "+lost.Key, func(m workspace.Message) bool { return keyOf(m) == lost.Key && m.Edited > 0 })
	if err != nil {
		return err
	}
	for _, other := range st.Workspace.Messages(m.Channel) {
		if keyOf(other) == lost.Key && other.TS != m.TS {
			return fmt.Errorf("the message %s was posted twice", lost.Key)
		}
	}
	tell(page.Good, fmt.Sprintf("Slack took the message “%s” and the line broke. The bot looked for it by its name, found it and edited it: it stands there once.", headline(m.Text)))
	return nil
}

// headline is the first words of a text.
func headline(text string) string {
	if line, _, _ := strings.Cut(text, "\n"); len([]rune(line)) <= 60 {
		return line
	}
	return strings.TrimSpace(string([]rune(text)[:60])) + "…"
}

func (st *Stage) handKill(ctx context.Context, tell page.Tell) error {
	st.Kill()
	tell(page.Bad, "Killed. The bot got kill -9 and starts again.")
	start := time.Now()
	if err := st.Start(ctx); err != nil {
		return err
	}
	tell(page.Good, fmt.Sprintf("It is back after %.1f s: what was under way goes on, nothing is lost and nothing is said twice.", time.Since(start).Seconds()))
	return nil
}
