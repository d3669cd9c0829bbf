package checks_test

import (
	"regexp"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"rootwatch/checks"
)

// A number in a remediation is typed as it stands there: contact-phone must
// not fail who copied it.
func TestExampleNumbersAreValid(t *testing.T) {
	number := regexp.MustCompile(`\+[0-9][0-9 ()-]{6,}[0-9]`)
	seen := 0
	for _, c := range checks.All() {
		for _, text := range append([]string{c.Remediation.CLI, c.Remediation.Terraform, c.Remediation.Console}, c.Remediation.Steps...) {
			for _, n := range number.FindAllString(text, -1) {
				seen++
				if parsed, err := phonenumbers.Parse(n, "ZZ"); err != nil || !phonenumbers.IsValidNumber(parsed) {
					t.Errorf("%s: %s is no valid number: %v", c.ID, n, err)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no number was found")
	}
}
