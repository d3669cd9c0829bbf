package export

import (
	"cmp"
	"io"
	"strings"
	"time"

	"rootwatch/checks"
)

// Limits of the AWS Security Finding Format, in characters.
const (
	asffTitle       = 256
	asffDescription = 1024
	asffRemediation = 512
	asffField       = 2048
	maxProductField = 50
)

// ASFF writes a JSON array of findings in the AWS Security Finding Format
// (schema 2018-10-08), one to a line, as BatchImportFindings takes them, up to
// a hundred at once. Each belongs to the default product of its own account in
// the partition's home region.
func ASFF(w io.Writer, reports Reports, version string) (Totals, error) {
	return array(w, reports, "ASFF", func(r checks.Report, f checks.Finding) (any, bool) { return asffOf(r, f, version), true })
}

type (
	asffFinding struct {
		SchemaVersion   string
		ID              string `json:"Id"`
		ProductArn      string
		ProductName     string
		CompanyName     string
		Region          string
		GeneratorID     string `json:"GeneratorId"`
		AwsAccountID    string `json:"AwsAccountId"`
		Types           []string
		FirstObservedAt string `json:",omitempty"`
		LastObservedAt  string
		CreatedAt       string
		UpdatedAt       string
		Severity        asffSeverity
		Title           string
		Description     string
		Remediation     *asffRemedy `json:",omitempty"`
		ProductFields   map[string]string
		Resources       []asffResource
		Compliance      asffCompliance
		Workflow        asffWorkflow
		RecordState     string
	}
	asffSeverity       struct{ Label, Original string }
	asffRemedy         struct{ Recommendation asffRecommendation }
	asffRecommendation struct {
		Text string
		URL  string `json:"Url"`
	}
	asffResource struct {
		Type      string
		ID        string `json:"Id"`
		Partition string
		Region    string
	}
	asffCompliance struct {
		Status              string
		RelatedRequirements []string  `json:",omitempty"`
		StatusReasons       []asffWhy `json:",omitempty"`
		SecurityControlID   string    `json:"SecurityControlId,omitempty"`
	}
	asffWhy      struct{ ReasonCode, Description string }
	asffWorkflow struct{ Status string }
)

func asffOf(r checks.Report, f checks.Finding, version string) asffFinding {
	region := homeRegion(r.Partition)
	account := r.AccountID.String()
	first, last := asffTime(f.FirstSeen), asffTime(r.ObservedAt)
	a := asffFinding{
		SchemaVersion: "2018-10-08", ID: uid(r, f), Region: region, AwsAccountID: account,
		ProductArn:  "arn:" + partition(r) + ":securityhub:" + region + ":" + account + ":product/" + account + "/default",
		ProductName: "Rootwatch", CompanyName: "Rootwatch", GeneratorID: "rootwatch/" + f.CheckID,
		Types:           []string{"Software and Configuration Checks/AWS Security Best Practices"},
		FirstObservedAt: first, LastObservedAt: last, CreatedAt: cmp.Or(first, last), UpdatedAt: last,
		Severity: asffSeverity{Label: asffLabel(f), Original: string(severityOf(f))},
		Title:    clip(clean(cmp.Or(f.Title, f.CheckID)), asffTitle), Description: clip(cmp.Or(clean(f.Summary), "Nothing is known."), asffDescription),
		ProductFields: asffFields(r, f, version),
		Resources:     []asffResource{{Type: "AwsAccount", ID: "AWS::::Account:" + account, Partition: partition(r), Region: region}},
		Compliance:    asffCompliance{Status: asffStatus(f)},
		Workflow:      asffWorkflow{asffProgress(r, f)}, RecordState: "ACTIVE",
	}
	if statusOf(f) == checks.NotApplicable {
		a.RecordState = "ARCHIVED" // as Security Hub does with AWS Config's NOT_APPLICABLE
	}
	if a.Compliance.Status != "PASSED" && a.Compliance.Status != "FAILED" {
		a.Compliance.StatusReasons = []asffWhy{{strings.ToUpper(string(statusOf(f))), a.Description}}
	}
	if c, ok := checks.Find(f.CheckID); ok {
		a.Remediation = &asffRemedy{asffRecommendation{clip(strings.Join(c.Remediation.Steps, " "), asffRemediation), c.Remediation.URL}}
		for _, ref := range c.References {
			if ref.Catalogue == "CIS AWS Foundations" {
				a.Compliance.RelatedRequirements = append(a.Compliance.RelatedRequirements, ref.Catalogue+" "+ref.ID)
			}
		}
	}
	return a
}

// asffFields are the evidence, as many as ASFF takes.
func asffFields(r checks.Report, f checks.Finding, version string) map[string]string {
	fields := map[string]string{"rootwatch/organization": r.Organization, "rootwatch/status": string(statusOf(f)), "rootwatch/coverage": string(coverageOf(r))}
	if version != "" {
		fields["rootwatch/version"] = version
	}
	if note := acceptance(r, f); note != "" {
		fields["rootwatch/exception"] = clip(note, asffField)
	}
	for _, e := range f.Evidence {
		key := clip("evidence/"+clean(e.Name), 128)
		if value := clip(clean(e.Value), asffField); value != "" && len(fields) < maxProductField {
			fields[key] = value
		}
	}
	return fields
}

// asffStatus: WARNING is Security Hub's word for "could not be determined".
func asffStatus(f checks.Finding) string {
	switch statusOf(f) {
	case checks.Pass:
		return "PASSED"
	case checks.Fail:
		return "FAILED"
	case checks.NotApplicable:
		return "NOT_AVAILABLE"
	}
	return "WARNING"
}

func asffLabel(f checks.Finding) string {
	if status := statusOf(f); status == checks.Pass || status == checks.NotApplicable {
		return "INFORMATIONAL"
	}
	return strings.ToUpper(string(severityOf(f)))
}

func asffProgress(r checks.Report, f checks.Finding) string {
	switch {
	case statusOf(f) == checks.Pass, statusOf(f) == checks.NotApplicable:
		return "RESOLVED"
	case accepted(r, f):
		return "SUPPRESSED"
	}
	return "NEW"
}

func asffTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
