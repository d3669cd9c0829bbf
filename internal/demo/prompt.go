package demo

import (
	"bufio"
	"context"
	"errors"
	"strings"

	"rootwatch/internal/demo/workspace"
)

const help = `Type what you would type in Slack, or move the emulated world:
  /rootcheck 123456789012      check an account (also by name: /rootcheck prod-payments)
  /rootcheck all               check all 40
  /spend                       the bill; /spend prod-payments for one account
  next day                     the clock moves on a day: sweep, bill, digest
  kill                         kill -9 the bot and start it again
  truth                        what is really true of each account
  help, quit
`

// prompt reads lines until there are no more, and shows all that Slack shows.
func (st *Stage) prompt(ctx context.Context) error {
	st.say("An emulated AWS organization of 40 accounts, an emulated Slack workspace, and the real bot between them.\n" + help)
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(st.o.In); in.Scan(); {
			lines <- in.Text()
		}
	}()
	st.say("> ")
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

var errQuit = errors.New("quit")

func (st *Stage) obey(ctx context.Context, line string) error {
	switch word := strings.ToLower(line); {
	case word == "":
		return nil
	case strings.HasPrefix(word, "/"):
		command, text, _ := strings.Cut(line, " ")
		_, err := st.ask(ctx, command, text)
		st.skipEphemeral()
		return err
	case word == "next day", word == "next":
		if err := st.NextDay(ctx); err != nil {
			return err
		}
		st.say("It is " + st.Now().UTC().Format("Monday 2 January 2006, 15:04 MST") + ".\n")
		return nil
	case word == "kill":
		st.Kill()
		st.say("Killed. Starting again.\n")
		return st.Start(ctx)
	case word == "truth":
		st.say(st.org.Truth())
		return nil
	case word == "help", word == "?":
		st.say(help)
		return nil
	case word == "quit", word == "exit":
		return errQuit
	}
	st.say("I do not know that word.\n" + help)
	return nil
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

// showPost shows the message that a write made or changed.
func (st *Stage) showPost(p workspace.Post) {
	if p.Method == "command" {
		return
	}
	for _, m := range st.Workspace.Messages(p.Channel) {
		if m.TS == p.TS {
			st.say("\n")
			st.show(m)
			st.say("> ")
			return
		}
	}
}
