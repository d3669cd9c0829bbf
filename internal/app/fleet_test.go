package app_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
)

// A failure that opens, is mended and opens again makes its account a repeat
// offender of the fleet, by the name that the directory has.
func TestFleetNamesRepeatOffenders(t *testing.T) {
	h := newPolicyHouse(t)
	var out bytes.Buffer
	term := app.Terminal{Out: &out, Err: &out, Width: 100}
	for _, contact := range []bool{true, false, true, false} {
		h.cloud.Update(func(o *cloud.Organization) {
			for _, a := range o.Accounts {
				if a.Name != "prod-payments" {
					continue
				}
				if delete(a.Contacts, cloud.SecurityContact); contact {
					a.Contacts[cloud.SecurityContact] = &cloud.Contact{Email: "security@example.com"}
				}
			}
		})
		if _, err := h.setup.Check(t.Context(), app.CheckRequest{Accounts: []string{"prod-payments"}, Format: "csv", FailOn: "low"}, term); err != nil {
			t.Fatal(err)
		}
	}
	fleet := func(format string) string {
		out.Reset()
		if err := h.setup.Fleet(t.Context(), format, term); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	var document struct {
		Repeats []struct {
			Account string `json:"account_id"`
			Name    string `json:"account_name"`
			Check   string `json:"check_id"`
			Times   int    `json:"times"`
		} `json:"repeat_offenders"`
	}
	if err := json.Unmarshal([]byte(fleet("json")), &document); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range document.Repeats {
		found = found || r.Check == "contact-security" && r.Times == 2 && r.Account == "123456789012" && r.Name == "prod-payments"
	}
	if text := fleet("table"); !found || !strings.Contains(text, "Again and again") || !strings.Contains(text, "failed 2 times") {
		t.Errorf("%+v\n%s", document.Repeats, text)
	}
}
