package checks_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rootwatch/checks"
)

var update = flag.Bool("update", false, "write the generated pages of docs/checks")

const docsDir = "../docs/checks"

// TestDocs holds docs/checks against the Check values, which are their own
// documentation. `go test ./checks -run TestDocs -update` writes the pages.
func TestDocs(t *testing.T) {
	want := map[string][]byte{"README.md": indexPage()}
	for _, c := range checks.All() {
		want[c.ID+".md"] = checkPage(c)
	}
	if *update {
		if err := os.MkdirAll(docsDir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, page := range want {
			if err := os.WriteFile(filepath.Join(docsDir, name), page, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, page := range want {
		got, err := os.ReadFile(filepath.Join(docsDir, name))
		if err != nil || !bytes.Equal(got, page) {
			t.Errorf("docs/checks/%s is stale (%v): go test ./checks -run TestDocs -update", name, err)
		}
	}
	files, err := os.ReadDir(docsDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := want[f.Name()]; !ok {
			t.Errorf("docs/checks/%s belongs to no check: delete it", f.Name())
		}
	}
}

// Some of these commands delete credentials: none names an account that may be
// somebody's.
func TestRemediationNamesNoAccount(t *testing.T) {
	id := regexp.MustCompile(`\d{12}`)
	for _, c := range checks.All() {
		if found := id.FindString(c.Remediation.CLI + c.Remediation.Terraform + c.Remediation.URL); found != "" {
			t.Errorf("%s: %s would be taken for the account; write %s", c.ID, found, checks.AccountPlaceholder)
		}
	}
}

func indexPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Checks\n\nGenerated from the checks themselves; `rootwatch checks` prints the same.\n\n")
	b.WriteString("| check | good condition | severity of a failure |\n|---|---|---|\n")
	for _, c := range checks.All() {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", c.ID, c.ID, c.Title, c.Severity)
	}
	return b.Bytes()
}

func checkPage(c checks.Check) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n**%s**\n\n", c.ID, c.Title)
	fmt.Fprintf(&b, "Severity: %s. In a table a failure is called \"%s\", in a list a pass \"%s\".\n\n", c.Severity, c.Short, c.Good)
	fmt.Fprintf(&b, "## Why\n\n%s\n\n", c.Why)
	fmt.Fprintf(&b, "## What it reads\n\n")
	for _, action := range c.Reads {
		fmt.Fprintf(&b, "- `%s`\n", action)
	}
	b.WriteString("\nWhat could not be read makes the finding unknown, never a pass.\n\n## How to mend it\n\n")
	for i, step := range c.Remediation.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	fmt.Fprintf(&b, "\nConsole: [%s](%s)\n\n", c.Remediation.Console, c.Remediation.URL)
	fmt.Fprintf(&b, "Command line:\n\n```sh\n%s\n```\n\n", strings.TrimSpace(c.Remediation.CLI))
	fmt.Fprintf(&b, "Terraform:\n\n```hcl\n%s\n```\n\n## Elsewhere\n\n", strings.TrimSpace(c.Remediation.Terraform))
	for _, r := range c.References {
		if r.URL == "" {
			fmt.Fprintf(&b, "- %s: %s\n", r.Catalogue, r.ID)
			continue
		}
		fmt.Fprintf(&b, "- %s: [%s](%s)\n", r.Catalogue, r.ID, r.URL)
	}
	return b.Bytes()
}
