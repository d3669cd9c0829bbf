package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/app"
	"rootwatch/internal/demo/cloud"
)

// A word about the root address is kept with a hash of it, never with the
// address, and is stale once the address is another one.
func TestWordOnAnAddressThatChanges(t *testing.T) {
	h := newPolicyHouse(t)
	var out bytes.Buffer
	says := func(f func(app.Terminal) error) string {
		out.Reset()
		if err := f(app.Terminal{Out: &out, Err: &out, Width: 100}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	address := func(to string) (was string) {
		h.cloud.Update(func(o *cloud.Organization) {
			for _, a := range o.Accounts {
				if a.Name == "prod-payments" {
					was, a.Email = a.Email, to
				}
			}
		})
		return was
	}
	finding := func() (status, summary string) {
		var document struct {
			Reports []struct {
				Findings []struct {
					CheckID string `json:"check_id"`
					Status  string
					Summary string
				}
			}
		}
		text := says(func(term app.Terminal) error {
			_, err := h.setup.Check(t.Context(), app.CheckRequest{Accounts: []string{"123456789012"}, Format: "json", FailOn: "low"}, term)
			return err
		})
		if err := json.Unmarshal([]byte(text), &document); err != nil {
			t.Fatal(err)
		}
		for _, f := range document.Reports[0].Findings {
			if f.CheckID == "root-email-list" {
				return f.Status, f.Summary
			}
		}
		t.Fatal("there is no finding")
		return "", ""
	}
	listed := func() string {
		return says(func(term app.Terminal) error { return h.setup.Attestations(t.Context(), "json", term) })
	}
	address("aws-payments-list@example.com")
	until := time.Now().AddDate(0, 2, 0).Format(time.DateOnly)
	attest := func(r app.AttestRequest) string {
		r.Check, r.By, r.Until = "root-email-list", "Ana Silva", until
		return says(func(term app.Terminal) error { return h.setup.Attest(t.Context(), r, term) })
	}
	// Nothing was listed before: AWS is asked.
	if said := attest(app.AttestRequest{Account: "123456789012"}); strings.Contains(said, "is not kept") {
		t.Error(said)
	}
	if status, summary := finding(); status != "pass" {
		t.Errorf("%s: %s", status, summary)
	}
	if text := listed(); !strings.Contains(text, `"subject": "address"`) || !strings.Contains(text, `"state": "fresh"`) || strings.Contains(text, "hmac") {
		t.Error(text)
	}
	address("another-list@example.com")
	says(func(term app.Terminal) error { // which lists the accounts anew
		_, err := h.setup.Check(t.Context(), app.CheckRequest{All: true, Format: "csv", FailOn: "low"}, term)
		return err
	})
	if status, summary := finding(); status != "manual" || !strings.Contains(summary, "went stale when the root address became another one") {
		t.Errorf("%s: %s", status, summary)
	}
	if text := listed(); !strings.Contains(text, `"state": "stale"`) || !strings.Contains(text, "the root address became another one") {
		t.Error(text)
	}
	if said := attest(app.AttestRequest{All: true}); !strings.Contains(said, "a change of it will not be seen") || !strings.Contains(listed(), `"subject": "unknown"`) {
		t.Error(said, listed())
	}
	db, err := sql.Open("sqlite", filepath.Join(h.dir, "rootwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), `SELECT body FROM attestation`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil || strings.Contains(body, "payments-list") {
			t.Error(err, fmt.Sprintf("the address is kept: %s", body))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
