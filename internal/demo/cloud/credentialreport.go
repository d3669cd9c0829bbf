package cloud

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"
)

// report is an account's credential report: being written while content is nil.
type report struct {
	polls     int // that found it not ready
	content   []byte
	generated time.Time
}

// reportLife is how long AWS serves a report before it writes another.
const reportLife = 4 * time.Hour

type reportState struct {
	State       string
	Description string `xml:",omitempty"`
}

// generateCredentialReport begins a report where there is none younger than
// four hours, and says how far it is.
func (s *Server) generateCredentialReport(q *request) (any, *apiError) {
	s.state.Lock()
	defer s.state.Unlock()
	a, now := s.accounts[q.caller.id], s.options.Now()
	r := s.reports[a.ID]
	begun := r == nil || r.content != nil && now.Sub(r.generated) >= reportLife
	if begun {
		r = &report{}
		s.reports[a.ID] = r
	}
	if s.poll(a, r) {
		return reportState{State: "COMPLETE"}, nil
	}
	if begun {
		return reportState{State: "STARTED", Description: "No report exists. Starting a new report generation task"}, nil
	}
	return reportState{State: "INPROGRESS"}, nil
}

type reportContent struct {
	Content       string // base64
	ReportFormat  string
	GeneratedTime string
}

func (s *Server) getCredentialReport(q *request) (any, *apiError) {
	s.state.Lock()
	defer s.state.Unlock()
	a, now := s.accounts[q.caller.id], s.options.Now()
	r := s.reports[a.ID]
	switch {
	case r == nil:
		return nil, &apiError{Status: http.StatusGone, Code: "ReportNotPresent", Message: "No report exists for this account. Generate one first."}
	case !s.poll(a, r):
		return nil, &apiError{Status: http.StatusNotFound, Code: "ReportInProgress", Message: "The report is still being generated."}
	case now.Sub(r.generated) >= reportLife:
		return nil, &apiError{Status: http.StatusGone, Code: "ReportExpired", Message: "The report is older than four hours. Generate a new one."}
	}
	return reportContent{Content: base64.StdEncoding.EncodeToString(r.content), ReportFormat: "text/csv", GeneratedTime: stamp(r.generated)}, nil
}

// poll counts one look at r, writes it when enough have looked, and says
// whether it is there.
func (s *Server) poll(a *Account, r *report) bool {
	if r.content != nil {
		return true
	}
	if r.polls < a.ReportPolls {
		r.polls++
		return false
	}
	r.content, r.generated = s.writeReport(a), s.options.Now().UTC().Truncate(time.Second)
	return true
}

// reportColumns as of a report of September 2026.
var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// The sentinels of the report.
const (
	none          = "N/A"            // no such credential, or a key that was never used
	noInformation = "no_information" // a password that was never used
	notSupported  = "not_supported"
)

// writeReport is the CSV: LF between lines and none at the end.
func (s *Server) writeReport(a *Account) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{reportColumns, s.rootLine(a)}
	for _, u := range a.Users {
		lines = append(lines, s.userLine(a, u))
	}
	if err := w.WriteAll(lines); err != nil { // a buffer never fails
		panic(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (s *Server) rootLine(a *Account) []string {
	root := a.Root
	line := []string{"<root_account>", s.org.arn("iam", "root", a.ID), dated(root.Created, none)}
	switch {
	case root.OldReport:
		line = append(line, notSupported, dated(root.PasswordLastUsed, noInformation), notSupported, notSupported)
	case root.Password:
		line = append(line, "true", dated(root.PasswordLastUsed, noInformation), dated(root.PasswordChanged, none), notSupported)
	default:
		line = append(line, "false", dated(root.PasswordLastUsed, none), none, notSupported)
	}
	line = append(line, strconv.FormatBool(len(root.MFA) > 0))
	return credentials(line, root.Keys, root.Certificates)
}

func (s *Server) userLine(a *Account, u User) []string {
	line := []string{u.Name, s.org.arn("iam", "user/"+u.Name, a.ID), dated(u.Created, none)}
	if u.Password {
		line = append(line, "true", dated(u.PasswordLastUsed, noInformation), dated(u.PasswordChanged, none), none)
	} else {
		line = append(line, "false", none, none, none)
	}
	line = append(line, strconv.FormatBool(len(u.MFA) > 0))
	return credentials(line, u.Keys, u.Certificates)
}

// credentials adds two slots of keys and two of certificates.
func credentials(line []string, keys []Key, certificates []Certificate) []string {
	for i := range 2 {
		if i >= len(keys) {
			line = append(line, "false", none, none, none, none)
			continue
		}
		k := keys[i]
		line = append(line, strconv.FormatBool(k.Active), dated(k.Rotated, none), dated(k.LastUsed, none), word(k.Region), word(k.Service))
	}
	for i := range 2 {
		if i >= len(certificates) {
			line = append(line, "false", none)
			continue
		}
		line = append(line, strconv.FormatBool(certificates[i].Active), dated(certificates[i].Rotated, none))
	}
	return line
}

func dated(t time.Time, otherwise string) string {
	if t.IsZero() {
		return otherwise
	}
	return stamp(t)
}

func word(s string) string {
	if s == "" {
		return none
	}
	return s
}
