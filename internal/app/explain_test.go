package app

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"rootwatch/checks"
)

// What explains a check fits the width, but for links and code that is to be
// copied, and no line ends with a blank.
func TestExplainedChecksFit(t *testing.T) {
	for _, c := range checks.All() {
		var out bytes.Buffer
		if err := Checks(c.ID, "table", Terminal{Out: &out, Width: 100}); err != nil {
			t.Fatal(err)
		}
		code := c.Remediation.CLI + c.Remediation.Terraform
		for line := range strings.SplitSeq(out.String(), "\n") {
			if line != strings.TrimRight(line, " ") {
				t.Errorf("%s: it ends with a blank: %q", c.ID, line)
			}
			if words := strings.Fields(line); utf8.RuneCountInString(line) > 100 && len(words) > 1 && !strings.Contains(code, line) {
				t.Errorf("%s: %d columns: %s", c.ID, utf8.RuneCountInString(line), line)
			}
		}
	}
	for id, want := range map[string]string{"root-mf": "did you mean root-mfa?", "zzz": "rootwatch checks lists them"} {
		if err := Checks(id, "table", Terminal{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// Each line of a text is wrapped by itself, and none ends with a blank.
func TestWrap(t *testing.T) {
	got := Wrap("one two three four five six seven eight nine ten\nto take it back", 40)
	if want := "one two three four five six seven eight\nnine ten\nto take it back"; got != want {
		t.Errorf("%q", got)
	}
}
