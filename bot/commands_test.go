package bot_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rootwatch/bot"
)

var update = flag.Bool("update", false, "write the generated pages and golden files anew")

// docs/commands.md is drawn from HelpLines, so that it cannot go stale:
// `go test ./bot -run CommandsPage -update` writes it.
func TestCommandsPage(t *testing.T) {
	path := filepath.Join("..", "docs", "commands.md")
	page := commandsPage()
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) != page {
		t.Errorf("%s is not what the help says; run this test with -update", path)
	}
}

func commandsPage() string {
	var b strings.Builder
	b.WriteString(`# Slash commands

This page is written by a test from the same lines that the help in Slack shows.

ACCOUNT is an account's id, with or without dashes, its whole name, or an alias that the configuration gives it.
Capitals do not matter, and neither do bold or code marks, smart quotes, unusual dashes and blanks, or links that
Slack makes of a name. A name with blanks or commas in it stands in quotes.

A name that nobody has is answered with the nearest one and is never acted on. A name that several accounts
have is answered with their ids. An id that is not listed yet is looked for.
`)
	for _, command := range []string{bot.RootCheck, bot.Spend} {
		b.WriteString("\n## " + command + "\n\n| You type | It does |\n|---|---|\n")
		for _, line := range bot.HelpLines(command) {
			b.WriteString("| `" + line.Usage + "` | " + strings.ReplaceAll(line.Does, "|", `\|`) + " |\n")
		}
	}
	b.WriteString(buttonsPage)
	return b.String()
}

const buttonsPage = `
## Buttons

A button does nothing that the same person could not type. Pressing twice is harmless.

| Button | It does |
|---|---|
| Check again | Reads the account again. The answer takes the place of one that you alone see, and stands beside one that others see too. |
| Show to channel | Posts the newest report of the account, as it stands, for everyone in the channel. |
| How to fix | Opens a window with what fails or is unknown, and for each the steps, the place in the console, the command and where to read on. |
| Acknowledge | Says in the alert, by name and without a mention, that you look after the spike. |
| Why it fired | Opens a window with the limits that were crossed, the usual, what drove it and the figures of each day. |
| Yes, ask ..., Check ..., Bill of ... | Asks the command that it names. |

A button of an older version says what to type instead.

## The home tab

Rootwatch's own page in Slack (Apps > Rootwatch > Home) shows how each organization stands, what needs a person, open
spikes, what cannot be read, and what the bot itself could not do. It is drawn when you open it and asks AWS nothing.
"Check accounts..." opens a form to type accounts into; a mistake is said below the input, in the same words as for the
command. Answers to what is asked here come as direct messages.
`
