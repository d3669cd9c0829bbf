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
	return b.String()
}
