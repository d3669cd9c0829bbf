package account

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// CredentialReport is what IAM's credential report says of the root user.
// AWS writes it anew at most every four hours, so GeneratedAt is shown with it.
type CredentialReport struct {
	GeneratedAt time.Time `json:"generated_at"`
	Root        RootRow   `json:"root"`
	// Users are the rows of the IAM users, in the report's order.
	Users []UserRow `json:"users,omitempty"`
}

// UserRow is the report's row of one IAM user. A column that is absent or
// unreadable is unknown.
type UserRow struct {
	Name             string       `json:"name"` // a stranger's text
	ARN              string       `json:"arn"`
	Password         Answer       `json:"password"` // a console password is enabled
	PasswordLastUsed Use          `json:"password_last_used"`
	MFA              Answer       `json:"mfa"`
	Keys             [2]AccessKey `json:"keys"`
}

// RootRow is the report's <root_account> row. A column that is absent, or
// holds not_supported or something unreadable, is Unknown.
type RootRow struct {
	Password         Answer        `json:"password"` // password_enabled
	PasswordLastUsed Use           `json:"password_last_used"`
	PasswordChanged  Use           `json:"password_last_changed"` // unknown where AWS says not_supported, as its guide has it
	MFA              Answer        `json:"mfa"`                   // mfa_active
	Keys             [2]AccessKey  `json:"keys"`
	Certificates     [2]Credential `json:"certificates"`
}

// AccessKey is one of the two access key slots.
type AccessKey struct {
	Credential
	LastUsed        Use    `json:"last_used"`
	LastUsedRegion  string `json:"last_used_region,omitempty"`
	LastUsedService string `json:"last_used_service,omitempty"`
}

// Credential is a slot for a key or a certificate.
type Credential struct {
	Active    Answer `json:"active"`
	RotatedAt Use    `json:"rotated_at"` // when it was made or last rotated
}

// Presence is what a slot holds.
func (c Credential) Presence() Presence {
	switch {
	case c.Active == Yes:
		return PresentActive
	case c.Active == No && c.RotatedAt.State == UseAt:
		return PresentInactive
	case c.Active == No && c.RotatedAt.State == UseNever:
		return Absent
	}
	return PresenceUnknown
}

// Presence is what a slot holds.
type Presence int

// The presences. An inactive key keeps its date in the report; an empty slot
// has none.
const (
	PresenceUnknown Presence = iota
	Absent
	PresentInactive
	PresentActive
)

// Answer is yes, no or unknown; the zero value is unknown.
type Answer string

// The answers.
const (
	AnswerUnknown Answer = ""
	Yes           Answer = "yes"
	No            Answer = "no"
)

// And is yes where both are, no where one is.
func (a Answer) And(b Answer) Answer {
	switch {
	case a == No || b == No:
		return No
	case a == Yes && b == Yes:
		return Yes
	}
	return AnswerUnknown
}

// Or is yes where one is, no where both are.
func (a Answer) Or(b Answer) Answer {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == No && b == No:
		return No
	}
	return AnswerUnknown
}

// Not turns yes and no round; what is unknown stays so.
func (a Answer) Not() Answer {
	switch a {
	case Yes:
		return No
	case No:
		return Yes
	}
	return AnswerUnknown
}

// UseState tells the sentinels of a date column apart.
type UseState string

// The states; the zero value is unknown. Never holds for N/A (no such
// credential, or never used) and no_information (not since October 2014,
// when AWS began to record it).
const (
	UseUnknown UseState = ""
	UseNever   UseState = "never"
	UseAt      UseState = "at"
)

// Use is a date column of the report.
type Use struct {
	State UseState  `json:"state,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// ErrReport is what every refusal of ParseCredentialReport wraps.
var ErrReport = errors.New("not an IAM credential report")

const (
	rootUser       = "<root_account>"
	maxReportBytes = 64 << 20 // 5,000 users take about 2 MB
)

// ParseCredentialReport reads the CSV by header name, ignores columns it does
// not know, takes the one row that is root's by user and by ARN, and every other
// row as an IAM user's. A row that is of neither, or of a user who was there
// already, refuses the whole: what was mixed up once may be wrong anywhere.
// generatedAt is GetCredentialReport's GeneratedTime.
func ParseCredentialReport(content []byte, id ID, generatedAt time.Time) (CredentialReport, error) {
	if len(content) > maxReportBytes {
		return CredentialReport{}, fmt.Errorf("%w: %d bytes are more than any report has", ErrReport, len(content))
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return CredentialReport{}, fmt.Errorf("%w: no header line: %v", ErrReport, err)
	}
	columns := make(map[string]int, len(header))
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := columns[name]; twice {
			return CredentialReport{}, fmt.Errorf("%w: column %q stands twice", ErrReport, clip(name))
		}
		columns[name] = i
	}
	for _, need := range []string{"user", "arn"} {
		if _, ok := columns[need]; !ok {
			return CredentialReport{}, fmt.Errorf("%w: there is no column %q", ErrReport, need)
		}
	}
	report := CredentialReport{GeneratedAt: generatedAt}
	found, seen := false, map[string]bool{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return CredentialReport{}, fmt.Errorf("%w: %v", ErrReport, err)
		}
		row := row{columns, record}
		if row.text("user") != rootUser {
			user, err := row.user(id)
			if err != nil {
				return CredentialReport{}, err
			}
			// IAM keeps names apart without regard to case, whatever their paths.
			folded := strings.ToLower(user.Name)
			if seen[folded] {
				return CredentialReport{}, fmt.Errorf("%w: it has two rows of the user %q", ErrReport, clip(user.Name))
			}
			seen[folded] = true
			report.Users = append(report.Users, user)
			continue
		}
		if arn := row.text("arn"); !isRootARN(arn, id) {
			return CredentialReport{}, fmt.Errorf("%w: its root row is of %q, not of account %s", ErrReport, clip(arn), id)
		}
		if found {
			return CredentialReport{}, fmt.Errorf("%w: it has two root rows", ErrReport)
		}
		found = true
		report.Root = row.root()
	}
	if !found {
		return CredentialReport{}, fmt.Errorf("%w: it has no row for the root user", ErrReport)
	}
	return report, nil
}

// isRootARN holds arn against arn:PARTITION:iam::ID:root, part by part.
func isRootARN(arn string, id ID) bool {
	parts := strings.Split(arn, ":")
	return !id.IsZero() && len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] == "iam" && parts[3] == "" && parts[4] == id.String() && parts[5] == "root"
}

// isUserARN holds arn against arn:PARTITION:iam::ID:user/PATH/NAME, part by part.
func isUserARN(arn string, id ID, name string) bool {
	parts := strings.SplitN(arn, ":", 6) // a path may hold further colons
	if id.IsZero() || len(parts) != 6 || parts[0] != "arn" || parts[1] == "" || parts[2] != "iam" || parts[3] != "" || parts[4] != id.String() {
		return false
	}
	path, isUser := strings.CutPrefix(parts[5], "user/")
	return isUser && utf8.ValidString(arn) && name != "" && path[strings.LastIndex(path, "/")+1:] == name
}

type row struct {
	columns map[string]int
	record  []string
}

// text is "" for a column that is absent or that the row is too short for.
func (r row) text(column string) string {
	i, ok := r.columns[column]
	if !ok || i >= len(r.record) {
		return ""
	}
	return strings.TrimSpace(r.record[i])
}

func (r row) answer(column string) Answer {
	switch strings.ToLower(r.text(column)) {
	case "true":
		return Yes
	case "false":
		return No
	}
	return AnswerUnknown
}

func (r row) use(column string) Use {
	text := r.text(column)
	switch strings.ToLower(text) {
	case "n/a", "no_information":
		return Use{State: UseNever}
	}
	at, err := time.Parse(time.RFC3339, text)
	at = at.UTC()
	// AWS did not exist before 2006, and JSON has no year past 9999.
	if err != nil || at.Year() < 2006 || at.Year() > 9999 {
		return Use{}
	}
	return Use{State: UseAt, At: at}
}

// word is a region or service name, "" for the sentinels.
func (r row) word(column string) string {
	switch text := r.text(column); strings.ToLower(text) {
	case "n/a", "no_information", "not_supported":
		return ""
	default:
		return strings.ToValidUTF8(text, "\uFFFD")
	}
}

func (r row) root() RootRow {
	root := RootRow{
		Password:         r.answer("password_enabled"),
		PasswordLastUsed: r.use("password_last_used"),
		PasswordChanged:  r.use("password_last_changed"),
		MFA:              r.answer("mfa_active"),
		Keys:             r.keys(),
	}
	for i := range root.Certificates {
		cert := prefix("cert", i)
		root.Certificates[i] = Credential{Active: r.answer(cert + "_active"), RotatedAt: r.use(cert + "_last_rotated")}
	}
	return root
}

func (r row) user(id ID) (UserRow, error) {
	name, arn := r.text("user"), r.text("arn")
	if !isUserARN(arn, id, name) {
		return UserRow{}, fmt.Errorf("%w: the row of %q is of %q, which is no user of account %s", ErrReport, clip(name), clip(arn), id)
	}
	return UserRow{
		Name: name, ARN: arn,
		Password:         r.answer("password_enabled"),
		PasswordLastUsed: r.use("password_last_used"),
		MFA:              r.answer("mfa_active"),
		Keys:             r.keys(),
	}, nil
}

func (r row) keys() (keys [2]AccessKey) {
	for i := range keys {
		key := prefix("access_key", i)
		keys[i] = AccessKey{
			Credential:      Credential{Active: r.answer(key + "_active"), RotatedAt: r.use(key + "_last_rotated")},
			LastUsed:        r.use(key + "_last_used_date"),
			LastUsedRegion:  r.word(key + "_last_used_region"),
			LastUsedService: r.word(key + "_last_used_service"),
		}
	}
	return keys
}

// prefix is how columns of the first or second credential of a kind begin.
func prefix(kind string, index int) string { return fmt.Sprintf("%s_%d", kind, index+1) }
