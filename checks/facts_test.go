package checks_test

import (
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// now is when every case of these tests was observed.
var now = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// edit changes the facts of a healthy account into those of a case.
type edit func(*account.Facts)

func mustID(s string) account.ID {
	id, err := account.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// healthy is a member account with a password and MFA on root, no keys, no
// certificates, never used in the last month, with all contacts and a strict
// password policy, everything read.
func healthy(edits ...edit) account.Facts {
	f := account.Facts{
		Account: account.Account{
			Scope: account.Scope{Partition: "aws", Organization: "main"},
			ID:    mustID("111122223333"), Name: "payments", Email: "root+payments@example.com",
			State: account.Active, Role: account.Member,
		},
		ObservedAt: now,
		Summary: account.Known(account.Summary{
			account.SummaryMFAEnabled: 1, account.SummaryPasswordPresent: 1,
			account.SummaryAccessKeysPresent: 0, account.SummarySigningCertificates: 0,
		}),
		CredentialReport: account.Known(account.CredentialReport{
			GeneratedAt: now.Add(-2 * time.Hour),
			Root: account.RootRow{
				Password: account.Yes, MFA: account.Yes, PasswordLastUsed: at(now.Add(-90 * day)),
				Keys:         [2]account.AccessKey{emptySlot, emptySlot},
				Certificates: [2]account.Credential{emptySlot.Credential, emptySlot.Credential},
			},
		}),
		VirtualMFADevices:  account.Known([]account.VirtualMFADevice{}),
		SecurityContact:    account.Known(&account.AlternateContact{Name: "Security", Email: "security@example.com"}),
		BillingContact:     account.Known(&account.AlternateContact{Name: "Finance", Email: "finance@example.com"}),
		OperationsContact:  account.Known(&account.AlternateContact{Name: "Platform", Email: "platform@example.com"}),
		PasswordPolicy:     account.Known(&account.PasswordPolicy{MinimumLength: 14, Expire: true, MaxAgeDays: 90, Reuse: 24}),
		RootFeatures:       account.Known[*account.RootFeatures](nil),
		RootAudit:          account.Known[*account.RootAudit](nil),
		ContactInformation: account.Known(&account.ContactInformation{FullName: "Example Corp", CountryCode: "US", Phone: "+1 206 555 0100"}),
		Authorization: account.Known(account.Authorization{Users: []account.Principal{}, RoleCount: 3, Roles: []account.Principal{{
			Name: "AWSReservedSSO_AdministratorAccess_0123456789abcdef", ARN: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
			Trust: account.TrustSSO, Grants: []account.PolicyGrant{{Policy: "arn:aws:iam::aws:policy/AdministratorAccess", Grant: account.GrantAdmin}},
		}}}),
		Trails:        account.Known([]account.Trail{{Name: "organization", HomeRegion: "us-east-1", MultiRegion: true, Organization: true, Logging: account.Yes, Management: account.Yes, SignIns: account.Yes}}),
		RootEvents:    account.Known(account.RootEvents{Since: now.Add(-90 * day), SignInsSince: now.Add(-90 * day), Whole: true}),
		Detectors:     account.Known([]account.Detector{{ID: "d1", Region: "us-east-1", Enabled: account.Yes}}),
		EventRules:    account.Known([]account.EventRule{}),
		ConfigRules:   account.Known([]account.ConfigRule{}),
		Alarms:        account.Known([]account.Alarm{}),
		MetricFilters: account.Known([]account.MetricFilter{}),
		Budgets: account.Known([]account.Budget{{
			Name: "daily", Type: "COST", TimeUnit: "DAILY", Amount: "150", Unit: "USD", Actual: "90",
			Notifications: []account.BudgetNotification{{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: []account.Subscriber{
				{Type: "EMAIL", Address: "finops@example.com", Live: account.Yes}, {Type: "EMAIL", Address: "security@example.com", Live: account.Yes},
			}}},
		}}),
	}
	for _, e := range edits {
		e(&f)
	}
	return f
}

var (
	never     = account.Use{State: account.UseNever}
	emptySlot = account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
)

func at(t time.Time) account.Use { return account.Use{State: account.UseAt, At: t} }

func key(active account.Answer, used account.Use) account.AccessKey {
	return account.AccessKey{
		Credential: account.Credential{Active: active, RotatedAt: at(now.Add(-2000 * day))},
		LastUsed:   used, LastUsedRegion: "us-east-1", LastUsedService: "s3",
	}
}

func certificate(active account.Answer) account.Credential {
	return account.Credential{Active: active, RotatedAt: at(now.Add(-2000 * day))}
}

// set changes one key of the account summary; unset removes it.
func set(name string, n int32) edit {
	return func(f *account.Facts) {
		old, _ := f.Summary.Get()
		s := account.Summary{name: n}
		for k, v := range old {
			if k != name {
				s[k] = v
			}
		}
		f.Summary = account.Known(s)
	}
}

func unset(name string) edit {
	return func(f *account.Facts) {
		old, _ := f.Summary.Get()
		s := account.Summary{}
		for k, v := range old {
			if k != name {
				s[k] = v
			}
		}
		f.Summary = account.Known(s)
	}
}

func row(change func(*account.RootRow)) edit {
	return func(f *account.Facts) {
		r, _ := f.CredentialReport.Get()
		change(&r.Root)
		f.CredentialReport = account.Known(r)
	}
}

func slot(n int, k account.AccessKey) edit {
	return row(func(r *account.RootRow) { r.Keys[n-1] = k })
}

func reportAge(age time.Duration) edit {
	return func(f *account.Facts) {
		r, _ := f.CredentialReport.Get()
		r.GeneratedAt = now.Add(-age)
		f.CredentialReport = account.Known(r)
	}
}

func noSummary(cause account.Cause) edit {
	return func(f *account.Facts) {
		f.Summary = account.Missing[account.Summary](account.Gap{Call: "iam:GetAccountSummary", Cause: cause})
	}
}

func noReport(cause account.Cause) edit {
	return func(f *account.Facts) {
		f.CredentialReport = account.Missing[account.CredentialReport](account.Gap{Call: "iam:GetCredentialReport", Cause: cause})
	}
}

func role(r account.Role) edit { return func(f *account.Facts) { f.Role = r } }

// nothingRead makes every fact the same gap.
func nothingRead(cause account.Cause) edit {
	return func(f *account.Facts) { f.Blank(account.Gap{Cause: cause}) }
}

// both joins edits under one name in a table.
func both(edits ...edit) edit {
	return func(f *account.Facts) {
		for _, e := range edits {
			e(f)
		}
	}
}

// noCredentials is what is left after root's credentials were deleted.
var noCredentials = both(
	set(account.SummaryMFAEnabled, 0), set(account.SummaryPasswordPresent, 0),
	row(func(r *account.RootRow) { r.Password, r.MFA, r.PasswordLastUsed = account.No, account.No, never }),
)

// judged is one row of a check's table.
type judged struct {
	name     string
	edits    edit
	policy   checks.Policy
	status   checks.Status
	severity checks.Severity // "" for the check's own
	says     string          // part of the summary
	gap      string          // the permission that an Unknown names
	whole    []func(*checks.Organization)
}

func judgeTable(t *testing.T, checkID string, table []judged) {
	t.Helper()
	check, ok := checks.Find(checkID)
	if !ok {
		t.Fatalf("there is no check %q", checkID)
	}
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			facts := healthy()
			if tt.edits != nil {
				tt.edits(&facts)
			}
			got := find(t, checks.Run(checks.Case{Facts: facts, Organization: calm(tt.whole...), Policy: tt.policy}), checkID)
			if got.Status != tt.status {
				t.Errorf("status is %s (%s), want %s", got.Status, got.Summary, tt.status)
			}
			want := tt.severity
			if want == "" {
				want = check.Severity
			}
			if got.Severity != want {
				t.Errorf("severity is %s, want %s", got.Severity, want)
			}
			if !strings.Contains(got.Summary, tt.says) {
				t.Errorf("summary %q does not say %q", got.Summary, tt.says)
			}
			soundFinding(t, got)
			if tt.gap != "" && !names(got.Gaps, tt.gap) {
				t.Errorf("gaps %v do not name %s", got.Gaps, tt.gap)
			}
		})
	}
}

// soundFinding holds what every finding owes its reader.
func soundFinding(t *testing.T, f checks.Finding) {
	t.Helper()
	if !strings.HasSuffix(f.Summary, ".") || strings.Contains(f.Summary, "..") || strings.Contains(f.Summary, "  ") {
		t.Errorf("%s: summary %q is no sentence", f.CheckID, f.Summary)
	}
	if f.Status == checks.Unknown && len(f.Gaps) == 0 {
		t.Errorf("%s is unknown (%s) and names no gap", f.CheckID, f.Summary)
	}
	if f.Status != checks.Unknown && len(f.Gaps) != 0 {
		t.Errorf("%s is %s and yet names gaps %v", f.CheckID, f.Status, f.Gaps)
	}
	for _, g := range f.Gaps {
		if g.Call == "" || g.Action() == "" || g.Cause == "" {
			t.Errorf("%s: gap %+v does not say which permission and why", f.CheckID, g)
		}
	}
	for _, e := range f.Evidence {
		if e.Name == "" || e.Value == "" || e.Source == "" {
			t.Errorf("%s: evidence %+v is incomplete", f.CheckID, e)
		}
	}
}

func names(gaps []account.Gap, action string) bool {
	for _, g := range gaps {
		if g.Action() == action {
			return true
		}
	}
	return false
}

func find(t *testing.T, r checks.Report, checkID string) checks.Finding {
	t.Helper()
	var found []checks.Finding
	for _, f := range r.Findings {
		if f.CheckID == checkID {
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d findings of %s, want exactly one", len(found), checkID)
	}
	return found[0]
}

// value is what the finding shows under an evidence name, "" for nothing.
func value(f checks.Finding, name string) string {
	for _, e := range f.Evidence {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}
