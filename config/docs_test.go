package config

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const page = "../docs/configuration.md"

// TestDocs holds docs/configuration.md equal to what the example and the shape
// say; go test ./config -update writes it.
func TestDocs(t *testing.T) {
	got := docs(t)
	if *Update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is stale; go test ./config -update writes it (-page +now)\n%s", page, diff)
	}
}

func docs(t *testing.T) string {
	t.Helper()
	notes := exampleNotes()
	var b strings.Builder
	fmt.Fprintf(&b, pageBefore, example)
	for _, path := range leaves(reflect.TypeFor[document](), "") {
		if notes[general(path)] == "" {
			t.Errorf("%s has no comment in the example", path)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", path, variable(path), notes[general(path)])
	}
	var names []string
	for _, name := range reserved {
		names = append(names, "`"+name+"`")
	}
	fmt.Fprintf(&b, pageAfter, strings.Join(names, ", "))
	return b.String()
}

const pageBefore = `<!-- Written by go test ./config -update from config/example.yaml; edit that. -->

# Configuration

Rootwatch reads one file, ` + "`rootwatch.yaml`" + `, and the environment over it. ` + "`rootwatch config example`" + `
prints the file below, ` + "`rootwatch config check`" + ` tells all that is wrong with yours. Without a file,
` + "`rootwatch check`" + ` works on your own AWS credentials and a temporary store.

## The file

` + "```yaml\n%s```" + `

## Every key and its variable

Every key can be set by the environment instead: ` + "`ROOTWATCH_`" + `, then the path in capitals with ` + "`_`" + ` between its
parts. A list counts from 0; the next number after its last adds an element. The environment wins over the
file. An empty variable counts as not set.

| Key | Variable | Note |
|---|---|---|
`

const pageAfter = `
A variable that begins with ` + "`ROOTWATCH_`" + ` and a section, or is a letter or two from a key, but is no key, is a fault.
Others are left alone. %s are taken for other things.

## The store

A SQLite file (` + "`store.path`" + `) for one process, or Postgres (` + "`store.url`" + `) for several. [store.md](store.md) says what
each needs.

## Secrets

` + "`store.url`, `bot_token`, `signing_secret`, `app_token` and `external_id`" + ` hold a reference, never the secret:

| Reference | The secret is |
|---|---|
| ` + "`env:NAME`" + ` | an environment variable |
| ` + "`file:/path`" + ` | the content of a file, without the line break at its end |
| ` + "`ssm:/path/name`" + ` | a parameter of AWS Systems Manager's Parameter Store |
| ` + "`secretsmanager:name#key`" + ` | a secret of AWS Secrets Manager; ` + "`#key`" + ` takes one value of a JSON object |

A secret that stands in the file itself is refused. The variable of such a key (` + "`ROOTWATCH_SLACK_BOT_TOKEN`" + `) may
hold a reference or the secret itself. Secrets are printed as ` + "`[redacted]`" + ` everywhere. [secrets.md](secrets.md)
says what AWS must allow and what happens when a secret is rotated.

Slack's secrets and channels are needed by ` + "`serve`" + ` alone: without them every other command works. It needs the bot
token, and the signing secret (HTTP) or the app-level token (Socket Mode). A way that you write must work: its
reference has to resolve. One that you leave out is taken from ` + "`SLACK_SIGNING_SECRET`" + ` or ` + "`SLACK_APP_TOKEN`" + ` where that
variable is set; ` + "`signing_secret: \"\"`" + ` or ` + "`app_token: \"\"`" + ` switches it off. ` + "`config check`" + ` looks at the form of
references to AWS and asks nobody; ` + "`config check --serve`" + ` reads the secrets.

## In an editor

` + "`rootwatch config schema`" + ` prints the JSON Schema of the file ([rootwatch.schema.json](rootwatch.schema.json)). With it an editor
completes keys, shows these notes and marks mistakes. Save it beside your file and write this as its first line:

` + "```yaml" + `
# yaml-language-server: $schema=rootwatch.schema.json
` + "```" + `

` + "`config check`" + ` knows more than the schema: time zones, secrets, and values that do not go together.

## What is wrong with a file

All faults are told at once, each with its line and key:

` + "```text" + `
rootwatch.yaml:7: organizations[0].rol_name: is no known key; did you mean role_name?
rootwatch.yaml:9: organizations[0].concurrency: must be from 1 to 512, and is 0
environment: ROOTWATCH_TIME_ZONE: "Mars" is not in the IANA time zone database; write a name such as Europe/Berlin
` + "```" + `

The file is one YAML document of at most 1 MiB, in UTF-8. Aliases, merge keys and tags are refused; text that
looks like a number or a date, such as an account id, needs quotes.
`
