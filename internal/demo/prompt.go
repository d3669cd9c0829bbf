package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rootwatch/internal/demo/workspace"
)

const help = `Type what you would type in Slack, or move the emulated world:
  /rootcheck 123456789012      check an account (also by name: /rootcheck prod-payments)
  /rootcheck all               check all 40
  /spend                       the bill; /spend prod-payments for one account
  next day, next friday        the clock moves on: sweep, bill, digest of each day
  throttle                     AWS refuses every third call while all is checked; the bot asks again
  lose                         Slack takes a message and does not say so
  kill                         kill -9 the bot and start it again
  press Acknowledge            the button of that name on the newest message that has it
  truth                        what is really true of each account
  help, quit
`

// prompt reads lines until there are no more, and shows all that Slack shows.
func (st *Stage) prompt(ctx context.Context) error {
	st.say("An emulated AWS organization of 40 accounts, an emulated Slack workspace, and the real bot between them.\n" + help)
	if err := st.firstLook(ctx); ctx.Err() != nil {
		return nil // told to end
	} else if err != nil {
		return err
	}
	lines := linesOf(st.o.In)
	st.say("\n" + st.browserLine() + "> ")
	for {
		select {
		case <-ctx.Done():
			return nil
		case p := <-st.seen:
			st.showPost(p)
		case line, more := <-lines:
			if !more {
				return nil
			}
			if err := st.obey(ctx, strings.TrimSpace(line)); errors.Is(err, errQuit) {
				return nil
			} else if err != nil {
				st.say(err.Error() + "\n")
			}
			st.say("> ")
		}
	}
}

// firstLook shows what comes until the bot has looked at accounts and bill for
// the first time, which ends with an alert; before it, names are not known.
func (st *Stage) firstLook(ctx context.Context) error {
	late := time.After(journeyWithin)
	for alerted := false; !alerted; {
		select {
		case p := <-st.seen:
			alerted = st.showMessage(p) && p.Channel == AlertChannel
		case <-ctx.Done():
			return ctx.Err()
		case <-late:
			return fmt.Errorf("the first look did not arrive within %s", journeyWithin)
		}
	}
	st.showSeen()
	return nil
}

// linesOf reads lines until there are no more.
func linesOf(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	return lines
}

var errQuit = errors.New("quit")

func (st *Stage) obey(ctx context.Context, line string) error {
	switch word := strings.Join(strings.Fields(strings.ToLower(line)), " "); {
	case word == "":
		return nil
	case strings.HasPrefix(word, "/"):
		command, text, _ := strings.Cut(line, " ")
		_, err := st.ask(ctx, command, text)
		st.skipEphemeral()
		return err
	case strings.HasPrefix(word, "press "):
		return st.press(ctx, strings.TrimSpace(line[len("press "):]))
	case word == "next":
		return st.hand(ctx, handDay)
	case slices.Contains([]string{handDay, handFriday, handThrottle, handLose, handKill}, word):
		return st.hand(ctx, word)
	case word == "truth":
		st.say(st.org.Truth())
		return nil
	case word == "help", word == "?":
		st.say(help + st.browserLine())
		return nil
	case word == "quit", word == "exit":
		return errQuit
	}
	st.say("I do not know that word.\n" + help)
	return nil
}

// browserLine repeats where the page is: messages push the first line of the
// demo out of sight.
func (st *Stage) browserLine() string { return "Open in a browser: " + st.page + "\n" }

// press presses what the newest message that has it calls so.
func (st *Stage) press(ctx context.Context, words string) error {
	words = strings.Trim(words, "[]")
	m, action, found := st.Workspace.FindButton(person, words)
	if !found {
		st.say("There is no button [" + words + "] on any message.\n")
		return nil
	}
	if _, err := st.Workspace.Press(ctx, person, m.Channel, m.TS, action); err != nil {
		return err
	}
	st.say("Pressed on “" + headline(m.Text) + "”. What it changes is shown here; a modal opens in the browser.\n")
	return nil
}

// showSeen shows what has come so far.
func (st *Stage) showSeen() {
	for {
		select {
		case p := <-st.seen:
			st.showMessage(p)
		default:
			return
		}
	}
}

// skipEphemeral drops what ask has already shown; channel posts stay to be seen.
func (st *Stage) skipEphemeral() {
	var rest []workspace.Post
	for {
		select {
		case p := <-st.seen:
			if p.Method != "command" && p.Method != "response_url" {
				rest = append(rest, p)
			}
			continue
		default:
		}
		break
	}
	for _, p := range rest {
		st.accepted(p)
	}
}

// showPost shows what came while the prompt was waiting.
func (st *Stage) showPost(p workspace.Post) {
	if st.showMessage(p) {
		st.say("> ")
	}
}

// showMessage shows the message that a write made or changed.
func (st *Stage) showMessage(p workspace.Post) bool {
	if p.Method == "command" {
		return false
	}
	for _, m := range st.Workspace.Messages(p.Channel) {
		if m.TS == p.TS {
			st.say("\n")
			st.show(m)
			return true
		}
	}
	return false
}
