package outside

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rootwatch/internal/demo/workspace"
)

type signed struct {
	Secret    string `json:"secret"`
	Body      string `json:"body"`
	Timestamp string `json:"timestamp"`
	Signature string `json:"signature"`
	Now       int64  `json:"now"`
	want      bool
}

// Bolt accepts what our workspace signs, and refuses what our handler's tests call forged and late.
func TestBoltAcceptsOurSigner(t *testing.T) {
	nodeModules(t)
	sign := func(secret string, at int64, body string) signed {
		return signed{Secret: secret, Body: body, Timestamp: fmt.Sprint(at), Signature: workspace.Sign(secret, at, []byte(body)), Now: at + 1, want: true}
	}
	const secret, at = "outside-judge-not-a-real-secret", int64(1795322814)
	cases := []signed{
		sign(secret, at, "command=%2Frootcheck&text=111122223333"),
		sign(secret, at, "text=%E2%80%9Cprod%E2%80%9D+%3C%21channel%3E&x="),
		sign(secret, at, ""),
	}
	forged := sign("another-secret-not-real", at, "command=%2Frootcheck")
	forged.Secret, forged.want = secret, false
	changed := sign(secret, at, "command=%2Frootcheck")
	changed.Body, changed.want = "command=%2Fspend", false
	late := sign(secret, at, "command=%2Frootcheck")
	late.Now, late.want = at+301, false
	cases = append(cases, forged, changed, late)

	input, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "signatures.cjs")
	cmd.Dir, cmd.Stdin, cmd.Stderr = "node", bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []bool
	if err := json.Unmarshal(output, &verdicts); err != nil || len(verdicts) != len(cases) {
		t.Fatalf("bolt answered %s: %v", output, err)
	}
	for i, c := range cases {
		if verdicts[i] != c.want {
			t.Errorf("request %d (%s): bolt says %t, want %t", i, c.Body, verdicts[i], c.want)
		}
	}
}

// Every message we draw has the shape that Slack's published types ask for.
// They do not know data_visualization yet (3.2.0); the workspace's own checker and
// slack-go's Validate judge that block.
func TestSlackTypesAcceptEveryMessage(t *testing.T) {
	modules, err := filepath.Abs(nodeModules(t))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../bot/slack/testdata/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d drawn messages: %v", len(files), err)
	}
	var ts strings.Builder
	ts.WriteString("import type { KnownBlock } from '@slack/types';\n")
	blocks, charts := 0, 0
	for i, file := range files {
		known, unknown := knownBlocks(t, file)
		blocks, charts = blocks+len(known), charts+unknown
		literal, err := json.MarshalIndent(known, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&ts, "// %s\nexport const message%d: KnownBlock[] = %s;\n", filepath.Base(file), i, literal)
	}
	ts.WriteString("// @ts-expect-error the judge is awake: a header needs plain_text\nexport const wrong: KnownBlock = { type: 'header', text: { type: 'mrkdwn', text: 'x' } };\n")
	dir := t.TempDir()
	source := filepath.Join(dir, "messages.ts")
	if err := os.WriteFile(source, []byte(ts.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "--moduleResolution", "nodenext", source)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("Slack's types refuse a message: %v\n%s", err, output)
	}
	if blocks < 50 || charts == 0 {
		t.Fatalf("only %d blocks and %d charts were looked at", blocks, charts)
	}
}

func knownBlocks(t *testing.T, file string) (known []json.RawMessage, charts int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var message struct {
		Blocks []json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal(raw, &message); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for _, block := range message.Blocks {
		var head struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(block, &head); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if head.Type == "data_visualization" {
			charts++
			continue
		}
		known = append(known, block)
	}
	return known, charts
}
