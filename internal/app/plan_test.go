package app_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"rootwatch/internal/app"
)

func (d *desk) plans(edit func(*app.PlanRequest)) string {
	d.Helper()
	r := app.PlanRequest{Account: "123456789012", To: time.Now().UTC().AddDate(0, 0, 10).Format(time.DateOnly), PerDay: "$1,250.50", Service: "ec2", Reason: "load test of the new shop", By: "Ana Silva"}
	if edit != nil {
		edit(&r)
	}
	return d.says(func(t app.Terminal) error { return d.setup.Plan(d.Context(), r, t) })
}

// One plan from its announcement to its end, on the command line.
func TestPlanIsAnnouncedListedAndRevoked(t *testing.T) {
	d := atDesk(t)
	said := d.plans(nil)
	for _, want := range []string{"1,251 a day", "123456789012) in EC2", "Ana Silva"} {
		if !strings.Contains(strings.Join(strings.Fields(said), " "), want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	id := regexp.MustCompile(`p-[a-z2-7]{10}`).FindString(said)
	if id == "" {
		t.Fatalf("no id in %s", said)
	}
	list := func(format string) string {
		return d.says(func(t app.Terminal) error { return d.setup.Plans(d.Context(), format, t) })
	}
	if table := list("table"); !strings.Contains(table, id) || !strings.Contains(table, "running") || !strings.Contains(table, "load test of the new shop") {
		t.Error(table)
	}
	var document struct {
		Version int
		Plans   []map[string]any
	}
	if err := json.Unmarshal([]byte(list("json")), &document); err != nil || document.Version != 1 || len(document.Plans) != 1 {
		t.Fatal(err, document)
	}
	if p := document.Plans[0]; p["service"] != "Amazon Elastic Compute Cloud - Compute" || p["per_day"] != "1250.5" || p["state"] != "running" {
		t.Errorf("%v", p)
	}
	revoke := func() string {
		return d.says(func(t app.Terminal) error { return d.setup.Revoke(d.Context(), id, "Cem Arslan", t) })
	}
	if said := revoke(); !strings.Contains(strings.Join(strings.Fields(said), " "), "from the next reading of the bill on") {
		t.Error(said)
	}
	if said := revoke(); !strings.Contains(said, "revoked already, by Cem Arslan") {
		t.Error(said)
	}
	if table := list("table"); !strings.Contains(table, "revoked") {
		t.Error(table)
	}
}

func TestPlanRefusals(t *testing.T) {
	d := atDesk(t)
	day := func(n int) string { return time.Now().UTC().AddDate(0, 0, n).Format(time.DateOnly) }
	for want, edit := range map[string]func(*app.PlanRequest){
		"reason of 8 characters": func(r *app.PlanRequest) { r.Reason = "sale" },
		"within 92 days":         func(r *app.PlanRequest) { r.To = day(94) },
		"before it":              func(r *app.PlanRequest) { r.From, r.To = day(3), day(2) },
		"--to:":                  func(r *app.PlanRequest) { r.To = "tomorrow" },
		"--from:":                func(r *app.PlanRequest) { r.From = "yesterday" },
		"--per-day":              func(r *app.PlanRequest) { r.PerDay = "lots" },
		"is none":                func(r *app.PlanRequest) { r.PerDay = "0" },
		"write a name":           func(r *app.PlanRequest) { r.By = "ana@example.com" },
		"who announces":          func(r *app.PlanRequest) { r.By = " " },
		"not both":               func(r *app.PlanRequest) { r.All = true },
		"name the account":       func(r *app.PlanRequest) { r.Account = "" },
	} {
		if said := d.plans(edit); !strings.HasPrefix(said, "error: ") || !strings.Contains(said, want) {
			t.Errorf("want %q, got %s", want, said)
		}
	}
	if said := d.plans(func(r *app.PlanRequest) { r.Account, r.All, r.Service = "", true, "Shiny New Service" }); !strings.Contains(said, "all accounts of acme") || !strings.Contains(said, "No stored bill names") {
		t.Error(said)
	}
}
