package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks"
)

// FleetTable writes how many accounts fail each check, the most frequent
// first, beside what was measured elsewhere.
func FleetTable(w io.Writer, f *checks.Fleet, o TableOptions) error {
	f.Worst()
	s := newSheet(o)
	var failing, good [][]string
	for _, r := range f.Rows {
		if r.Failing == 0 {
			good = append(good, []string{r.CheckID, fleetRest(r)})
			continue
		}
		failing = append(failing, []string{string(r.Severity), r.CheckID, fleetCount(r)})
	}
	s.section(red, fmt.Sprintf("Failing, of %s", plural(f.Accounts)), failing)
	s.section(green, "Failing nowhere", good)
	s.section(yellow, "Again and again, in four months", fleetRepeats(f))
	s.section(bold, "Coverage", [][]string{{fmt.Sprintf("%d read, %d partly read, %d not readable", f.Read, f.PartlyRead, f.NotReadable)}})
	if _, err := io.WriteString(w, s.b.String()); err != nil {
		return fmt.Errorf("fleet: %w", err)
	}
	return nil
}

// fleetRepeatsShown is how many repeat offenders a table has: a screenful; the
// JSON has more.
const fleetRepeatsShown = 10

// fleetRepeats are the repeat offenders, each in a row.
func fleetRepeats(f *checks.Fleet) [][]string {
	var rows [][]string
	for _, o := range f.Repeats[:min(len(f.Repeats), fleetRepeatsShown)] {
		text := fmt.Sprintf("failed %d times, last on %s", o.Times, o.Last.UTC().Format(time.DateOnly))
		if o.CheckID == "root-repeat-use" {
			text = fmt.Sprintf("root used in %d weeks, last on %s", o.Times, o.Last.UTC().Format(time.DateOnly))
		}
		rows = append(rows, []string{label(checks.Report{AccountID: o.AccountID, AccountName: o.AccountName}), o.CheckID, text})
	}
	if more := len(f.Repeats) + f.MoreRepeats - len(rows); more > 0 {
		rows = append(rows, []string{fmt.Sprintf("and %d more", more), "", ""})
	}
	return rows
}

// fleetCount is "4 accounts, 10.0 % (Netskope 2021: 4.3 %)" and the rest.
func fleetCount(r checks.FleetRow) string {
	text := plural(r.Failing)
	if r.Percent != nil {
		text += ", " + percentText(r.Percent) + " of " + strconv.Itoa(r.Judged()) + " judged"
	}
	if b := r.Benchmark; b != nil {
		text += fmt.Sprintf("\n%s %d measured %.1f %% of %d accounts: %s", b.Source, b.Year, b.Percent, b.Accounts, b.Question)
	}
	if r.Accepted > 0 {
		text += fmt.Sprintf("\n%d of them accepted", r.Accepted)
	}
	if rest := fleetOpen(r); rest != "" {
		text += "\n" + rest
	}
	return text
}

// fleetRest is what is known of a check that fails nowhere.
func fleetRest(r checks.FleetRow) string {
	text := fmt.Sprintf("%d pass", r.Passing)
	if r.NotApplicable > 0 {
		text += fmt.Sprintf(", %d not applicable", r.NotApplicable)
	}
	if rest := fleetOpen(r); rest != "" {
		text += ", " + rest
	}
	if b := r.Benchmark; b != nil {
		text += fmt.Sprintf(" (%s %d: %.1f %%)", b.Source, b.Year, b.Percent)
	}
	return text
}

// fleetOpen is what nobody can tell yet.
func fleetOpen(r checks.FleetRow) string {
	var parts []string
	if r.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", r.Unknown))
	}
	if r.Manual > 0 {
		parts = append(parts, fmt.Sprintf("%d wait for a person", r.Manual))
	}
	return strings.Join(parts, ", ")
}

// FleetJSON writes the fleet as a document.
func FleetJSON(w io.Writer, f *checks.Fleet, now time.Time) error {
	f.Worst()
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Version     int       `json:"version"`
		GeneratedAt time.Time `json:"generated_at"`
		*checks.Fleet
	}{Version, now.UTC(), f})
}

// FleetCSV writes one row for each check.
func FleetCSV(w io.Writer, f *checks.Fleet) error {
	f.Worst()
	out := csv.NewWriter(w)
	rows := [][]string{{"check_id", "severity", "failing", "accepted", "passing", "unknown", "manual", "not_applicable", "percent", "benchmark_percent", "benchmark_source"}}
	for _, r := range f.Rows {
		percent, benchmark, source := "", "", ""
		if r.Percent != nil {
			percent = strconv.FormatFloat(*r.Percent, 'f', 1, 64)
		}
		if b := r.Benchmark; b != nil {
			benchmark, source = strconv.FormatFloat(b.Percent, 'f', 1, 64), fmt.Sprintf("%s %d", b.Source, b.Year)
		}
		rows = append(rows, []string{r.CheckID, string(r.Severity), strconv.Itoa(r.Failing), strconv.Itoa(r.Accepted), strconv.Itoa(r.Passing),
			strconv.Itoa(r.Unknown), strconv.Itoa(r.Manual), strconv.Itoa(r.NotApplicable), percent, benchmark, source})
	}
	return out.WriteAll(rows)
}
