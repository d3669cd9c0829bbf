package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"rootwatch/checks"
)

// Version is the version of Document. docs/json.md says when it rises.
const Version = 1

// Document is what JSON writes. Coverage stands behind the reports, because
// it is known when the last of them has been written.
type Document struct {
	Version     int             `json:"version"`
	GeneratedAt time.Time       `json:"generated_at"`
	Reports     []checks.Report `json:"reports"`
	Coverage    Coverage        `json:"coverage"`
}

// JSON writes a Document, one report to a line, holding one report at a time.
// After an error of the stream or of w the document is not closed, so that a
// part of it can never be taken for the whole.
func JSON(w io.Writer, reports Reports, now time.Time) (Totals, error) {
	var totals Totals
	out := bufio.NewWriter(w)
	at, err := json.Marshal(now.UTC())
	if err != nil {
		return totals, fmt.Errorf("JSON export: %w", err)
	}
	fmt.Fprintf(out, "{\"version\": %d,\n\"generated_at\": %s,\n\"reports\": [", Version, at)
	separator := "\n"
	for r, err := range reports {
		if err == nil {
			err = writeReport(out, separator, r)
		}
		if err != nil {
			return totals, flushed(out, fmt.Errorf("JSON export: %w", err))
		}
		totals.Add(r)
		separator = ",\n"
	}
	coverage, err := json.Marshal(totals.Coverage)
	if err != nil {
		return totals, flushed(out, fmt.Errorf("JSON export: %w", err))
	}
	fmt.Fprintf(out, "\n],\n\"coverage\": %s}\n", coverage)
	return totals, flushed(out, nil)
}

// writeReport writes a copy in which lists are never null and every word is
// one of those that docs/json.md lists.
func writeReport(out *bufio.Writer, separator string, r checks.Report) error {
	r.Findings = append([]checks.Finding{}, r.Findings...)
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Status = statusOf(*f)
		if f.Evidence == nil {
			f.Evidence = []checks.Evidence{}
		}
	}
	r.Coverage.State = coverageOf(r)
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("account %s: %w", r.AccountID, err)
	}
	if _, err := out.WriteString(separator); err != nil {
		return err
	}
	_, err = out.WriteString(escaped(string(text)))
	return err
}

// escaped writes what a terminal could obey (C1 controls, direction marks) as
// JSON escapes; encoding/json does so below U+0020 only. Such characters stand
// in JSON strings alone.
func escaped(text string) string {
	if !strings.ContainsFunc(text, obeyed) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !obeyed(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}

func obeyed(r rune) bool { return !unicode.IsGraphic(r) }

// flushed ends the writing: bufio keeps the first error of the writer, so it
// is asked once.
func flushed(out *bufio.Writer, cause error) error {
	if err := out.Flush(); err != nil && cause == nil {
		return fmt.Errorf("export: %w", err)
	}
	return cause
}
