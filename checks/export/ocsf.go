package export

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"rootwatch/checks"
)

// ocsfVersion is the schema that OCSF writes: the first without the attributes
// that later versions call deprecated in a compliance object.
const ocsfVersion = "1.5.0"

// The uids of a Compliance Finding in OCSF: class 2003 of category 2.
const (
	ocsfCategory = 2
	ocsfClass    = 2003
)

// OCSF writes a JSON array of OCSF Compliance Findings (class 2003, schema
// 1.5.0, profile cloud), one to a line, holding one report at a
// time. version is Rootwatch's own. After an error the array is not closed.
func OCSF(w io.Writer, reports Reports, version string) (Totals, error) {
	return array(w, reports, "OCSF", func(r checks.Report, f checks.Finding) (any, bool) { return ocsfOf(r, f, version), true })
}

// array streams what convert makes of each finding as one JSON array.
func array(w io.Writer, reports Reports, name string, convert func(checks.Report, checks.Finding) (any, bool)) (Totals, error) {
	var totals Totals
	out := bufio.NewWriter(w)
	separator := "[\n"
	for r, err := range reports {
		if err != nil {
			return totals, flushed(out, fmt.Errorf("%s export: %w", name, err))
		}
		totals.Add(r)
		for _, f := range findingsOf(r) {
			item, wanted := convert(r, f)
			if !wanted {
				continue
			}
			text, err := json.Marshal(item)
			if err != nil {
				return totals, flushed(out, fmt.Errorf("%s export: account %s: %w", name, r.AccountID, err))
			}
			_, _ = out.WriteString(separator + escaped(string(text))) // bufio keeps the first error for flushed
			separator = ",\n"
		}
	}
	if separator == "[\n" {
		_, _ = out.WriteString("[")
	}
	_, _ = out.WriteString("\n]\n")
	return totals, flushed(out, nil)
}

// findingsOf is never empty: an account on which nothing was judged has one
// finding that says so, in every format.
func findingsOf(r checks.Report) []checks.Finding {
	if len(r.Findings) > 0 {
		return r.Findings
	}
	return []checks.Finding{{CheckID: "rootwatch", Title: "The account was judged", Severity: checks.High, Summary: "No check was run on this account."}}
}

type (
	ocsfFinding struct {
		ActivityID   int            `json:"activity_id"`
		ActivityName string         `json:"activity_name"`
		CategoryName string         `json:"category_name"`
		CategoryUID  int            `json:"category_uid"`
		ClassName    string         `json:"class_name"`
		ClassUID     int            `json:"class_uid"`
		TypeName     string         `json:"type_name"`
		TypeUID      int            `json:"type_uid"`
		Time         int64          `json:"time"`
		Message      string         `json:"message"`
		Severity     string         `json:"severity"`
		SeverityID   int            `json:"severity_id"`
		Status       string         `json:"status"`
		StatusID     int            `json:"status_id"`
		StatusCode   string         `json:"status_code"`
		StatusDetail string         `json:"status_detail,omitempty"`
		Metadata     ocsfMetadata   `json:"metadata"`
		Cloud        ocsfCloud      `json:"cloud"`
		Compliance   ocsfCompliance `json:"compliance"`
		FindingInfo  ocsfInfo       `json:"finding_info"`
		Resources    []ocsfResource `json:"resources"`
		Remediation  *ocsfRemedy    `json:"remediation,omitempty"`
		Evidences    []ocsfEvidence `json:"evidences,omitempty"`
	}
	ocsfMetadata struct {
		Version   string      `json:"version"`
		Profiles  []string    `json:"profiles"`
		Product   ocsfProduct `json:"product"`
		EventCode string      `json:"event_code"`
	}
	ocsfProduct struct {
		Name    string `json:"name"`
		Vendor  string `json:"vendor_name"`
		Version string `json:"version,omitempty"`
	}
	ocsfCloud struct {
		Provider string      `json:"provider"`
		Account  ocsfAccount `json:"account"`
		Org      ocsfNamed   `json:"org"`
		Region   string      `json:"region"`
	}
	ocsfAccount struct {
		Name   string `json:"name"`
		Type   string `json:"type"`
		TypeID int    `json:"type_id"`
		UID    string `json:"uid"`
	}
	ocsfNamed struct {
		Name string `json:"name"`
	}
	ocsfCompliance struct {
		Control      string      `json:"control"`
		Requirements []string    `json:"requirements,omitempty"`
		Standards    []string    `json:"standards,omitempty"`
		Status       string      `json:"status"`
		StatusID     int         `json:"status_id"`
		Details      []string    `json:"status_details,omitempty"`
		Checks       []ocsfCheck `json:"checks"`
	}
	ocsfCheck struct {
		UID        string `json:"uid"`
		Name       string `json:"name"`
		Desc       string `json:"desc,omitempty"`
		Severity   string `json:"severity"`
		SeverityID int    `json:"severity_id"`
		Status     string `json:"status"`
		StatusID   int    `json:"status_id"`
	}
	ocsfInfo struct {
		UID       string   `json:"uid"`
		Title     string   `json:"title"`
		Desc      string   `json:"desc"`
		FirstSeen int64    `json:"first_seen_time,omitempty"`
		LastSeen  int64    `json:"last_seen_time"`
		Types     []string `json:"types"`
	}
	ocsfResource struct {
		Partition string `json:"cloud_partition"`
		Region    string `json:"region"`
		Type      string `json:"type"`
		UID       string `json:"uid"`
		Name      string `json:"name,omitempty"`
	}
	ocsfRemedy struct {
		Desc       string   `json:"desc"`
		References []string `json:"references,omitempty"`
	}
	ocsfEvidence struct {
		Name string          `json:"name"`
		Data checks.Evidence `json:"data"`
	}
)

// ocsfOf draws one finding. What is unknown is "Warning", OCSF's word for a
// check that did not yield a result for lack of information: never "Pass".
func ocsfOf(r checks.Report, f checks.Finding, version string) ocsfFinding {
	status := statusOf(f)
	severity, severityID := ocsfSeverity(status, severityOf(f))
	checkSeverity, checkSeverityID := ocsfSeverity(checks.Fail, severityOf(f))
	compliance, complianceID := ocsfCompliant(status)
	activity, activityID := ocsfActivity(r, f)
	progress, progressID := ocsfProgress(r, f)
	o := ocsfFinding{
		ActivityID: activityID, ActivityName: activity, CategoryName: "Findings", CategoryUID: ocsfCategory,
		ClassName: "Compliance Finding", ClassUID: ocsfClass,
		TypeName: "Compliance Finding: " + activity, TypeUID: ocsfClass*100 + activityID,
		Time: millis(r.ObservedAt), Message: clean(f.Summary),
		Severity: severity, SeverityID: severityID, Status: progress, StatusID: progressID, StatusCode: string(status),
		StatusDetail: acceptance(r, f),
		Metadata: ocsfMetadata{Version: ocsfVersion, Profiles: []string{"cloud"}, EventCode: f.CheckID,
			Product: ocsfProduct{Name: "Rootwatch", Vendor: "Rootwatch", Version: version}},
		Cloud: ocsfCloud{Provider: "AWS", Region: homeRegion(r.Partition), Org: ocsfNamed{r.Organization},
			Account: ocsfAccount{Name: clean(r.AccountName), Type: "AWS Account", TypeID: 10, UID: r.AccountID.String()}},
		FindingInfo: ocsfInfo{UID: uid(r, f), Title: clean(f.Title), Desc: clean(f.Summary),
			FirstSeen: millis(f.FirstSeen), LastSeen: millis(r.ObservedAt),
			Types: []string{"Root posture"}},
		Resources: []ocsfResource{{Partition: partition(r), Region: homeRegion(r.Partition), Type: "AwsAccount", UID: r.AccountID.String(), Name: clean(r.AccountName)}},
		Compliance: ocsfCompliance{Control: f.CheckID, Status: compliance, StatusID: complianceID,
			Checks: []ocsfCheck{{UID: f.CheckID, Name: clean(f.Title), Severity: checkSeverity, SeverityID: checkSeverityID, Status: compliance, StatusID: complianceID}}},
	}
	for _, g := range f.Gaps {
		o.Compliance.Details = append(o.Compliance.Details, gapText(g))
	}
	for _, e := range f.Evidence {
		o.Evidences = append(o.Evidences, ocsfEvidence{Name: e.Name, Data: e})
	}
	if c, ok := checks.Find(f.CheckID); ok {
		o.describe(c)
	}
	return o
}

// describe adds what the check says of itself.
func (o *ocsfFinding) describe(c checks.Check) {
	o.Compliance.Checks[0].Desc = c.Why
	o.Remediation = &ocsfRemedy{Desc: strings.Join(c.Remediation.Steps, "\n"), References: []string{c.Remediation.URL}}
	for _, ref := range c.References {
		o.Compliance.Requirements = append(o.Compliance.Requirements, ref.Catalogue+" "+ref.ID)
		if ref.Catalogue == "CIS AWS Foundations" && len(o.Compliance.Standards) == 0 {
			o.Compliance.Standards = []string{ref.Catalogue}
		}
		if ref.URL != "" {
			o.Remediation.References = append(o.Remediation.References, ref.URL)
		}
	}
}

// ocsfSeverity is informational but for a failure and for what nobody could see.
func ocsfSeverity(status checks.Status, severity checks.Severity) (string, int) {
	if status == checks.Pass || status == checks.NotApplicable {
		return "Informational", 1
	}
	switch severity {
	case checks.Critical:
		return "Critical", 5
	case checks.High:
		return "High", 4
	case checks.Medium:
		return "Medium", 3
	}
	return "Low", 2
}

func ocsfCompliant(status checks.Status) (string, int) {
	switch status {
	case checks.Pass:
		return "Pass", 1
	case checks.Fail:
		return "Fail", 3
	case checks.NotApplicable:
		return "Not Applicable", 99
	}
	return "Warning", 2
}

func ocsfActivity(r checks.Report, f checks.Finding) (string, int) {
	switch {
	case statusOf(f) == checks.Pass && f.EverFailed, statusOf(f) == checks.NotApplicable && f.EverFailed:
		return "Close", 3
	case f.FirstSeen.IsZero(), f.FirstSeen.Equal(r.ObservedAt):
		return "Create", 1
	}
	return "Update", 2
}

// ocsfProgress: a pass is resolved, an accepted failure suppressed.
func ocsfProgress(r checks.Report, f checks.Finding) (string, int) {
	switch {
	case statusOf(f) == checks.Pass, statusOf(f) == checks.NotApplicable:
		return "Resolved", 4
	case accepted(r, f):
		return "Suppressed", 3
	}
	return "New", 1
}

// uid names a finding for good: the same check of the same account has the
// same one in every export.
func uid(r checks.Report, f checks.Finding) string {
	return strings.Join([]string{"rootwatch", partition(r), r.Organization, r.AccountID.String(), f.CheckID}, "/")
}

func partition(r checks.Report) string { return cmp.Or(r.Partition, "aws") }

// homeRegion is where a partition keeps its global services.
func homeRegion(partition string) string {
	switch partition {
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-cn":
		return "cn-north-1"
	}
	return "us-east-1"
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
