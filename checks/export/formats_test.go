package export_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
)

// formats are all exports of reports, by their names on the command line.
var formats = map[string]func(io.Writer, export.Reports) (export.Totals, error){
	"json": func(w io.Writer, r export.Reports) (export.Totals, error) { return export.JSON(w, r, now) },
	"csv":  export.CSV,
	"ocsf": func(w io.Writer, r export.Reports) (export.Totals, error) { return export.OCSF(w, r, "v1.2.3") },
	"asff": func(w io.Writer, r export.Reports) (export.Totals, error) { return export.ASFF(w, r, "v1.2.3") },
	"html": func(w io.Writer, r export.Reports) (export.Totals, error) {
		return export.HTML(w, r, export.HTMLOptions{Now: now, Version: "v1.2.3"})
	},
	"junit": export.JUnit,
	"table": func(w io.Writer, r export.Reports) (export.Totals, error) {
		return export.Table(w, r, export.TableOptions{})
	},
}

func written(t testing.TB, format string, reports []checks.Report) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := formats[format](&b, stream(reports)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever the format, the same was counted, and a stream that breaks is an
// error and never a whole document.
func TestEveryFormatCountsAlikeAndBreaksAloud(t *testing.T) {
	want, err := export.CSV(io.Discard, stream(fleet(t)))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the store went away")
	for name, write := range formats {
		got, err := write(io.Discard, stream(fleet(t)))
		if err != nil || got.String() != want.String() {
			t.Errorf("%s: %v, %s, want %s", name, err, got, want)
		}
		var part bytes.Buffer
		if _, err := write(&part, breaking(t, broken)); !errors.Is(err, broken) {
			t.Errorf("%s: the break is %v", name, err)
		}
		whole := false
		switch name {
		case "json", "ocsf", "asff":
			whole = json.Valid(part.Bytes())
		case "junit":
			whole = xml.Unmarshal(part.Bytes(), new(struct{ XMLName xml.Name })) == nil
		}
		if whole {
			t.Errorf("%s: the half that was written passes for the whole:\n%s", name, part.String())
		}
		if _, err := write(failing{}, stream(fleet(t))); err == nil {
			t.Errorf("%s: a full disk is no error", name)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// schema of OCSF's own: testdata/ocsf/derive.py says how it was had.
func ocsfSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("testdata/ocsf/compliance_finding-1.5.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestOCSFIsAsItsSchemaHasIt(t *testing.T) {
	schema := ocsfSchema(t)
	text := written(t, "ocsf", hostile(t))
	golden(t, "fleet.ocsf.json", written(t, "ocsf", fleet(t)))
	items, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	list, ok := items.([]any)
	if !ok || len(list) < 12 {
		t.Fatalf("%d findings", len(list))
	}
	for i, item := range list {
		if err := schema.Validate(item); err != nil {
			t.Errorf("finding %d: %v", i, err)
		}
	}
	// The schema is no rubber stamp.
	bad := list[0].(map[string]any)
	bad["severity_id"] = json.Number("7")
	if schema.Validate(bad) == nil {
		t.Error("the schema takes a severity that OCSF does not have")
	}
	bad["severity_id"], bad["color"] = json.Number("5"), "red"
	if schema.Validate(bad) == nil {
		t.Error("the schema takes an attribute that OCSF does not have")
	}
}

// hostile is the fleet and an account whose every text is a stranger's.
func hostile(t testing.TB) []checks.Report {
	nasty := "<script>alert(1)</script>&\"'\x1b[31m\u202e\x00 " + strings.Repeat("長", 3000)
	f := finding("root-mfa", checks.Fail, checks.Critical, nasty)
	f.Title, f.Short = nasty, nasty
	for range 80 {
		f.Evidence = append(f.Evidence, checks.Evidence{Name: nasty[:40] + string(rune('a'+len(f.Evidence)%26)), Value: nasty, Source: "iam:GetAccountSummary"})
	}
	f.Gaps = []account.Gap{{Call: "iam:GetAccountSummary", Cause: account.Denied, Sentence: nasty, Detail: nasty}}
	r := report(t, "222222222222", nasty, checks.PartlyRead, f, finding("root-usage", checks.NotApplicable, checks.High, ""))
	r.Partition = "aws-us-gov"
	return append(fleet(t), r)
}

func TestASFFKeepsItsLimits(t *testing.T) {
	golden(t, "fleet.asff.json", written(t, "asff", fleet(t)))
	var findings []struct {
		ID, ProductArn, Title, Description, Region, RecordState string
		ProductFields                                           map[string]string
		Compliance                                              struct{ Status string }
		Remediation                                             *struct{ Recommendation struct{ Text string } }
	}
	text := written(t, "asff", hostile(t))
	if err := json.Unmarshal([]byte(text), &findings); err != nil {
		t.Fatal(err)
	}
	status := map[string]bool{}
	for _, f := range findings {
		status[f.Compliance.Status] = true
		if n := len([]rune(f.Title)); n == 0 || n > 256 {
			t.Errorf("a title of %d characters", n)
		}
		if n := len([]rune(f.Description)); n == 0 || n > 1024 {
			t.Errorf("a description of %d characters", n)
		}
		if f.Remediation != nil && len([]rune(f.Remediation.Recommendation.Text)) > 512 {
			t.Error("a recommendation is too long")
		}
		if len(f.ProductFields) > 50 {
			t.Errorf("%d product fields", len(f.ProductFields))
		}
		for k, v := range f.ProductFields {
			if k == "" || v == "" || len([]rune(k)) > 128 || len([]rune(v)) > 2048 {
				t.Errorf("product field %q=%q", k, v)
			}
		}
	}
	for _, want := range []string{"PASSED", "FAILED", "WARNING", "NOT_AVAILABLE"} {
		if !status[want] {
			t.Errorf("no finding is %s", want)
		}
	}
	if strings.Contains(text, "\x1b") || strings.Contains(text, "\u202e") {
		t.Error("a terminal could obey the file")
	}
	if !strings.Contains(text, "arn:aws-us-gov:securityhub:us-gov-west-1:222222222222:product/222222222222/default") {
		t.Error("GovCloud's finding is not in GovCloud")
	}
}

func TestJUnitTellsUnknownFromPass(t *testing.T) {
	text := written(t, "junit", fleet(t))
	golden(t, "fleet.junit.xml", text)
	var suites struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Skipped  int    `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(written(t, "junit", hostile(t))), &suites); err != nil {
		t.Fatal(err)
	}
	tests, failures, unknown := 0, 0, 0
	for _, s := range suites.Suites {
		tests, failures, unknown = tests+s.Tests, failures+s.Failures, unknown+s.Errors
	}
	if len(suites.Suites) != 6 || failures != 3 || unknown != 5 {
		t.Errorf("%d suites, %d tests, %d failures, %d errors", len(suites.Suites), tests, failures, unknown)
	}
}

// The page needs nothing from anywhere, runs nothing, and says what a
// stranger wrote without obeying it.
func TestHTMLIsAlone(t *testing.T) {
	text := written(t, "html", hostile(t))
	for _, never := range []string{"<script", "http://", "src=", "<link", "@import", "\x1b", "\u202e", "onload="} {
		if strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/", ""), never) {
			t.Errorf("the page holds %q", never)
		}
	}
	for _, want := range []string{"prod-payments", "&lt;script&gt;", "Unknown: this is not a pass", "No check was run on this account", "<svg"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestHTMLOfNothing(t *testing.T) {
	if text := written(t, "html", nil); strings.Contains(text, "<svg") || !strings.Contains(text, "0 accounts") {
		t.Error("an organization without accounts has a chart, or no count")
	}
}
