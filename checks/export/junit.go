package export

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/jstemmer/go-junit-report/v2/junit"

	"rootwatch/checks"
)

// JUnit writes the reports as JUnit XML, for CI: an account is a test suite, a
// check a test case. What fails is a failure, what is unknown an error (never
// a success), what does not apply, waits for a person or is accepted is
// skipped. It holds one report at a time.
func JUnit(w io.Writer, reports Reports) (Totals, error) {
	var totals Totals
	if _, err := io.WriteString(w, xml.Header+"<testsuites name=\"rootwatch\">\n"); err != nil {
		return totals, fmt.Errorf("JUnit export: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	for r, err := range reports {
		if err != nil {
			return totals, fmt.Errorf("JUnit export: %w", err)
		}
		totals.Add(r)
		if err := e.EncodeElement(suite(r, totals.Accounts-1), xml.StartElement{Name: xml.Name{Local: "testsuite"}}); err != nil {
			return totals, fmt.Errorf("JUnit export: account %s: %w", r.AccountID, err)
		}
	}
	if _, err := io.WriteString(w, "\n</testsuites>\n"); err != nil {
		return totals, fmt.Errorf("JUnit export: %w", err)
	}
	return totals, nil
}

func suite(r checks.Report, index int) junit.Testsuite {
	s := junit.Testsuite{Name: label(r), ID: index, Timestamp: moment(r.ObservedAt), Time: "0.000"}
	s.AddProperty("account_id", r.AccountID.String())
	s.AddProperty("organization", clean(r.Organization))
	s.AddProperty("coverage", string(coverageOf(r)))
	for _, f := range findingsOf(r) {
		s.AddTestcase(testcase(r, f))
	}
	return s
}

func testcase(r checks.Report, f checks.Finding) junit.Testcase {
	c := junit.Testcase{Name: f.CheckID, Classname: "rootwatch." + r.AccountID.String(), Time: "0.000"}
	said := &junit.Result{Message: clean(f.Summary), Type: string(severityOf(f)), Data: data(f)}
	switch status := statusOf(f); {
	case accepted(r, f):
		c.Skipped = &junit.Result{Message: acceptance(r, f)}
	case status == checks.Fail:
		c.Failure = said
	case status == checks.Manual, status == checks.NotApplicable, f.Waiting():
		c.Skipped = &junit.Result{Message: clean(f.Summary)}
	case status != checks.Pass:
		c.Error = said
	}
	return c
}

// data is the evidence and what to do, as lines.
func data(f checks.Finding) string {
	lines := []string{clean(evidence(f))}
	if c, ok := checks.Find(f.CheckID); ok {
		lines = append(lines, c.Remediation.Steps...)
	}
	return strings.Join(lines, "\n")
}
