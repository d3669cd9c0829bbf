package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"

	"rootwatch/checks"
)

var csvHeader = []string{
	"account_id", "account_name", "organization", "partition", "observed_at", "coverage",
	"check_id", "status", "severity", "summary", "first_seen", "evidence",
}

// CSV writes one row for each finding under a header, holding one report at a
// time. An account without findings has one row with status unknown, so that
// none is missing. Cells that a spreadsheet would take for a formula begin
// with an apostrophe.
func CSV(w io.Writer, reports Reports) (Totals, error) {
	var totals Totals
	out := csv.NewWriter(w)
	if err := out.Write(csvHeader); err != nil {
		return totals, fmt.Errorf("CSV export: %w", err)
	}
	for r, err := range reports {
		if err == nil {
			err = writeRows(out, r)
		}
		if err != nil {
			out.Flush()
			return totals, fmt.Errorf("CSV export: %w", err)
		}
		totals.Add(r)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return totals, fmt.Errorf("CSV export: %w", err)
	}
	return totals, nil
}

func writeRows(out *csv.Writer, r checks.Report) error {
	findings := r.Findings
	if len(findings) == 0 {
		findings = []checks.Finding{{Summary: "No check was run on this account."}}
	}
	for _, f := range findings {
		row := []string{
			r.AccountID.String(), r.AccountName, r.Organization, r.Partition, moment(r.ObservedAt), string(coverageOf(r)),
			f.CheckID, string(statusOf(f)), string(f.Severity), f.Summary, moment(f.FirstSeen), evidence(f),
		}
		for i := range row {
			row[i] = neutral(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// evidence is "AccountMFAEnabled=0 (iam:GetAccountSummary); ...", and for what
// is unknown the reason.
func evidence(f checks.Finding) string {
	var parts []string
	for _, e := range f.Evidence {
		part := e.Name + "=" + e.Value
		if e.Source != "" {
			part += " (" + e.Source + ")"
		}
		parts = append(parts, part)
	}
	for _, g := range f.Gaps {
		parts = append(parts, "missing "+gapText(g))
	}
	return strings.Join(parts, "; ")
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Neutral is a stranger's text as a cell of a CSV file: one line that no
// spreadsheet runs.
func Neutral(s string) string { return neutral(s) }

// formulaStarts are the first characters of what spreadsheets run, their
// full-width forms with them.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// neutral is one line of text that no spreadsheet runs.
func neutral(s string) string {
	cell := clean(s)
	if strings.IndexAny(s, formulaStarts) == 0 || strings.IndexAny(cell, formulaStarts) == 0 {
		return "'" + cell
	}
	return cell
}
