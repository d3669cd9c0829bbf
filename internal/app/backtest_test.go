package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/app"
	"rootwatch/internal/store"
)

// A past of 60 days in which one service of one account rises on the 51st.
const pastDays = 60

func pastAmount(day int) int {
	if day >= 50 {
		return 400
	}
	return 40 + day%2
}

func pastDay(newest spend.Day, day int) spend.Day { return newest - pastDays + 1 + spend.Day(day) }

// newestPast is the last of them.
var newestPast = spend.DayOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))

func costsCSV() string {
	var b strings.Builder
	b.WriteString("date,account,service,region,amount\n")
	for day := range pastDays {
		fmt.Fprintf(&b, "%s,111122223333,\"=Sneaky, \"\"S3\"\"\",eu-west-1,%d\n", pastDay(newestPast, day), pastAmount(day))
		fmt.Fprintf(&b, "%s,444455556666,AWS Key Management Service,,3\n", pastDay(newestPast, day))
	}
	return b.String()
}

// bench is a directory with such a past, and no configuration.
type bench struct {
	*testing.T
	dir   string
	setup app.Setup
}

func atBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, dir: t.TempDir()}
	b.setup.ConfigPath = filepath.Join(b.dir, "rootwatch.yaml")
	b.file("costs.csv", costsCSV())
	return b
}

func (b *bench) file(name, text string) string {
	b.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// runs runs a backtest and returns its status, both streams, and its error.
func (b *bench) runs(r app.BacktestRequest) (status int, out, said string) {
	b.Helper()
	var o, e bytes.Buffer
	status, err := b.setup.Backtest(b.Context(), r, app.Terminal{Out: &o, Err: &e, Width: 120})
	if err != nil {
		return status, o.String(), e.String() + "error: " + err.Error()
	}
	return status, o.String(), e.String()
}

func TestBacktestOfCSV(t *testing.T) {
	b := atBench(t)
	costs, out := filepath.Join(b.dir, "costs.csv"), filepath.Join(b.dir, "alerts.csv")
	status, _, said := b.runs(app.BacktestRequest{Costs: costs, Out: out})
	if status != app.Fine || !strings.Contains(said, "1 message about 1 account") {
		t.Fatalf("%d %s", status, said)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 || strings.Join(rows[0], ",") != "alert_date,account,service,region,amount,expected,reason" {
		t.Fatalf("%v %v", rows, err)
	}
	row := rows[1]
	if on := pastDay(newestPast, 51).String(); row[0] < on || row[1] != "111122223333" || row[2] != `'=Sneaky, "S3"` || row[3] != "eu-west-1" || row[4] != "400.00" || !strings.Contains(row[6], "above the usual") {
		t.Errorf("%q", row)
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, ".rootwatch*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	_, table, _ := b.runs(app.BacktestRequest{Costs: "-", In: strings.NewReader(costsCSV())})
	if !strings.Contains(table, "above usual") || !strings.Contains(table, "1 message about 1 account") {
		t.Error(table)
	}
	var d struct {
		Version int
		Alerts  []map[string]any
		Totals  map[string]any
	}
	_, document, _ := b.runs(app.BacktestRequest{Costs: costs, Format: "json", Marginals: true})
	if err := json.Unmarshal([]byte(document), &d); err != nil || d.Version != 1 || len(d.Alerts) < 1 || d.Totals["messages"] != 1.0 {
		t.Errorf("%v: %s", err, document)
	}
	for name, r := range map[string]app.BacktestRequest{
		"before": {Costs: costs, To: pastDay(newestPast, 40).String()},
		"after":  {Costs: costs, From: newestPast.String()},
		"larger": {Costs: costs, MinExcess: "1000", MinLasting: "1000"},
	} {
		if _, table, _ := b.runs(r); table != "Nobody would have been notified.\n" {
			t.Errorf("%s: %s", name, table)
		}
	}
	_, judged, _ := b.runs(app.BacktestRequest{Costs: costs, Explain: [2]string{row[0], "111122223333"}})
	if !strings.Contains(judged, "A RISE") || !strings.Contains(judged, "Said (first)") {
		t.Error(judged)
	}
	_, judged, _ = b.runs(app.BacktestRequest{Costs: costs, Explain: [2]string{row[0], "444455556666"}})
	if !strings.Contains(judged, "usually costs $3") || !strings.HasSuffix(judged, "Nothing was said.\n") {
		t.Error(judged)
	}
}

// What was there is only replaced by what is whole.
func TestBacktestLeavesNothingHalfWritten(t *testing.T) {
	b := atBench(t)
	out := b.file("alerts.csv", "before\n")
	bad := b.file("bad.csv", costsCSV()+"2026-03-02,1,S3,x,1\n")
	status, _, said := b.runs(app.BacktestRequest{Costs: bad, Out: out})
	if status == app.Fine || !strings.Contains(said, bad+": line 122, column account") {
		t.Errorf("%d %s", status, said)
	}
	if text, err := os.ReadFile(out); err != nil || string(text) != "before\n" {
		t.Errorf("%q %v", text, err)
	}
	if _, _, said := b.runs(app.BacktestRequest{Costs: filepath.Join(b.dir, "costs.csv"), Out: filepath.Join(b.dir, "none", "a.csv")}); !strings.Contains(said, "is not there") {
		t.Error(said)
	}
}

func TestBacktestRefusals(t *testing.T) {
	b := atBench(t)
	costs := filepath.Join(b.dir, "costs.csv")
	for want, r := range map[string]app.BacktestRequest{
		"two kinds of history":    {Costs: costs, Focus: []string{costs}},
		"give that too":           {Asof: costs},
		"--asof must be a file":   {Costs: costs, Asof: "-"},
		"is for the store":        {Costs: costs, Organization: "acme"},
		"--from:":                 {Costs: costs, From: "May"},
		"which is after":          {Costs: costs, From: "2026-02-02", To: "2026-02-01"},
		"--min-excess is":         {Costs: costs, MinExcess: "-1"},
		"--explain: not":          {Costs: costs, Explain: [2]string{"2026-02-02", "prod"}},
		"leave --out out":         {Costs: costs, Explain: [2]string{"2026-02-02", "111122223333"}, Out: "x.csv"},
		"has nothing of":          {Costs: costs, Explain: [2]string{"2026-02-02", "123456789012"}},
		"so nothing was judged":   {Costs: costs, Explain: [2]string{"2026-06-02", "111122223333"}},
		"there is no file":        {Costs: filepath.Join(b.dir, "none.csv")},
		"nothing is stored":       {},
		"lacks the columns":       {Focus: []string{costs}},
		"has no column observed_": {Costs: costs, Asof: costs},
	} {
		if status, _, said := b.runs(r); status == app.Fine || !strings.Contains(said, want) {
			t.Errorf("%s: %d %s", want, status, said)
		}
	}
}

func TestBacktestOfFOCUS(t *testing.T) {
	b := atBench(t)
	const head = "SubAccountId,ChargePeriodStart,ChargePeriodEnd,BillingCurrency,RegionId,BilledCost,ServiceName,ChargeCategory,BillingAccountId,SubAccountName\n"
	var parts [2]strings.Builder
	parts[0].WriteString(head)
	parts[1].WriteString(head)
	for day := range pastDays {
		d := pastDay(newestPast, day)
		fmt.Fprintf(&parts[day*2/pastDays], "111122223333,%s,%s,EUR,eu-west-1,%d,Amazon EC2,Usage,444455556666,prod\n", d, d+1, pastAmount(day))
	}
	r := app.BacktestRequest{Focus: []string{b.file("1.csv", parts[0].String()), b.file("2.csv", parts[1].String())}}
	status, table, said := b.runs(r)
	if status != app.Fine || !strings.Contains(table, "1 message about 1 account") || !strings.Contains(table, "EUR") || !strings.Contains(said, newestPast.String()+", the newest day, may be half a day") {
		t.Errorf("%d %s%s", status, said, table)
	}
	r.Focus[1] = b.file("3.csv", strings.ReplaceAll(parts[1].String(), "EUR", "USD"))
	if _, _, said := b.runs(r); !strings.Contains(said, "two currencies") {
		t.Error(said)
	}
}

// The bot's own store, whose first reading is a whole history at once.
func TestBacktestOfTheStore(t *testing.T) {
	d := atDesk(t)
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: d.path})
	if err != nil {
		t.Fatal(err)
	}
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	scope, newest := account.Scope{Partition: "aws", Organization: "acme"}, spend.DayOf(time.Now())-2
	sheet := spend.Sheet{From: pastDay(newest, 0), To: newest, ObservedAt: time.Now().UTC()}
	for day := range pastDays {
		sheet.Charges = append(sheet.Charges, spend.Charge{
			Key: spend.Key{Account: id, Service: "Amazon EC2", Region: "eu-west-1"}, Day: pastDay(newest, day), Category: spend.Usage,
			Amount: decimal.NewFromInt(int64(pastAmount(day))), Currency: "USD",
		})
	}
	err = s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return s.SaveSheet(ctx, tx, scope, sheet) })
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, setup: d.setup}
	for _, name := range []string{"", "acme"} {
		if status, table, said := b.runs(app.BacktestRequest{Organization: name}); status != app.Fine || !strings.Contains(table, "1 message about 1 account") {
			t.Errorf("%d %s%s", status, said, table)
		}
	}
	if _, _, said := b.runs(app.BacktestRequest{Organization: "other"}); !strings.Contains(said, "--organization must be one of acme") {
		t.Error(said)
	}
	if _, judged, said := b.runs(app.BacktestRequest{Explain: [2]string{pastDay(newest, 30).String(), "111122223333"}}); !strings.Contains(judged, "Nothing was said") {
		t.Error(judged, said)
	}
}
