package account_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
)

const header = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active," +
	"access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service," +
	"access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service," +
	"cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"

const (
	rootStart = "<root_account>,arn:aws:iam::111122223333:root,2019-01-01T00:00:00Z,"
	rootLive  = rootStart + "true,2026-09-11T13:15:19Z,2020-02-02T02:02:02Z,not_supported,true," +
		"true,2021-06-01T06:00:00+00:00,2026-11-18T05:00:00Z,us-east-1,s3,false,2018-01-01T00:00:00Z,N/A,N/A,N/A,false,N/A,true,2017-03-01T00:00:00Z"
	rootRemoved = rootStart + "false,N/A,N/A,N/A,false,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
	rootOld     = rootStart + "not_supported,no_information,not_supported,not_supported,TRUE,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,N/A,N/A,N/A,FALSE,N/A,FALSE,N/A"
	alice       = "alice,arn:aws:iam::111122223333:user/alice,2020-01-01T00:00:00Z,true,no_information,N/A,N/A,false,true,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
)

var (
	generated = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	never     = account.Use{State: account.UseNever}
	empty     = account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
)

func testID(t testing.TB) account.ID {
	t.Helper()
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func used(t testing.TB, s string) account.Use {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return account.Use{State: account.UseAt, At: at.UTC()}
}

func report(lines ...string) string { return strings.Join(append([]string{header}, lines...), "\n") }

func TestParseCredentialReportShapesOfRoot(t *testing.T) {
	noCerts := [2]account.Credential{empty.Credential, empty.Credential}
	for _, tt := range []struct {
		name    string
		content string
		want    account.RootRow
	}{
		{"live, not the first row", report(alice, rootLive), account.RootRow{
			Password: account.Yes, PasswordLastUsed: used(t, "2026-09-11T13:15:19Z"), MFA: account.Yes,
			Keys: [2]account.AccessKey{
				{Credential: account.Credential{Active: account.Yes, RotatedAt: used(t, "2021-06-01T06:00:00Z")}, LastUsed: used(t, "2026-11-18T05:00:00Z"), LastUsedRegion: "us-east-1", LastUsedService: "s3"},
				{Credential: account.Credential{Active: account.No, RotatedAt: used(t, "2018-01-01T00:00:00Z")}, LastUsed: never},
			},
			Certificates: [2]account.Credential{empty.Credential, {Active: account.Yes, RotatedAt: used(t, "2017-03-01T00:00:00Z")}},
		}},
		{"credentials removed", report(rootRemoved), account.RootRow{Password: account.No, PasswordLastUsed: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"the older shape, in capitals", report(rootOld), account.RootRow{PasswordLastUsed: never, MFA: account.Yes, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a byte order mark, CRLF, a new column", "\xef\xbb\xbf" + strings.ReplaceAll(header+",additional_credentials_info\n"+rootRemoved+",\"{\"\"a\"\":1}\"\n", "\n", "\r\n"),
			account.RootRow{Password: account.No, PasswordLastUsed: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"columns in another order and few", "arn, MFA_Active ,user\narn:aws:iam::111122223333:root,true,<root_account>", account.RootRow{MFA: account.Yes}},
		{"a row that is cut short", header + "\n" + rootStart + "true", account.RootRow{Password: account.Yes}},
		{"words that are neither yes nor no", report(strings.Replace(rootRemoved, "false,N/A", "maybe,soon", 1)), account.RootRow{MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a date before there was IAM", report(strings.Replace(rootRemoved, "false,N/A", "false,0001-01-01T00:00:00Z", 1)),
			account.RootRow{Password: account.No, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a date that UTC moves past what JSON can hold", report(strings.Replace(rootRemoved, "false,N/A", "false,9999-12-31T23:59:59-01:00", 1)),
			account.RootRow{Password: account.No, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := account.ParseCredentialReport([]byte(tt.content), testID(t), generated)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Root, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got.Root, tt.want)
			}
			if !got.GeneratedAt.Equal(generated) {
				t.Errorf("generated at %s", got.GeneratedAt)
			}
		})
	}
}

func TestParseCredentialReportOfOtherPartitions(t *testing.T) {
	content := report(strings.Replace(rootRemoved, "arn:aws:", "arn:aws-us-gov:", 1))
	if _, err := account.ParseCredentialReport([]byte(content), testID(t), generated); err != nil {
		t.Error(err)
	}
}

func TestParseCredentialReportRefuses(t *testing.T) {
	for name, content := range map[string]string{
		"nothing":                     "",
		"an error page":               "<html><body>Service Unavailable</body></html>",
		"no root row":                 report(alice),
		"two root rows":               report(rootLive, rootRemoved),
		"root of another account":     report(strings.Replace(rootLive, "111122223333", "444455556666", 1)),
		"a user who calls himself so": report(strings.Replace(rootLive, ":root", ":user/root", 1)),
		"an id inside another":        report(strings.Replace(rootLive, "111122223333", "1111222233334", 1)),
		"no partition":                report(strings.Replace(rootLive, "arn:aws:", "arn::", 1)),
		"a column twice":              strings.Replace(report(rootLive), "mfa_active", "password_enabled", 1),
		"no column for the ARN":       strings.Replace(report(rootLive), ",arn,", ",ARNs,", 1),
		"no column for the user":      strings.Replace(report(rootLive), "user,arn", "users,arn", 1),
		"quotes that do not close":    report(rootLive, `"alice`),
		"a header that cannot be":     "user,\"arn\nx",
	} {
		if got, err := account.ParseCredentialReport([]byte(content), testID(t), generated); !errors.Is(err, account.ErrReport) || !reflect.DeepEqual(got, account.CredentialReport{}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	if _, err := account.ParseCredentialReport(make([]byte, 64<<20+1), testID(t), generated); !errors.Is(err, account.ErrReport) {
		t.Errorf("too long a report: %v", err)
	}
	noID := report(strings.Replace(rootLive, "111122223333", "", 1))
	if _, err := account.ParseCredentialReport([]byte(noID), account.ID{}, generated); !errors.Is(err, account.ErrReport) {
		t.Errorf("a report of no account: %v", err)
	}
}

func TestPresence(t *testing.T) {
	at := account.Use{State: account.UseAt, At: generated}
	for _, tt := range []struct {
		slot account.Credential
		want account.Presence
	}{
		{account.Credential{Active: account.Yes, RotatedAt: at}, account.PresentActive},
		{account.Credential{Active: account.Yes}, account.PresentActive},
		{account.Credential{Active: account.No, RotatedAt: at}, account.PresentInactive},
		{account.Credential{Active: account.No, RotatedAt: never}, account.Absent},
		{account.Credential{Active: account.No}, account.PresenceUnknown},
		{account.Credential{RotatedAt: at}, account.PresenceUnknown},
		{account.Credential{RotatedAt: never}, account.PresenceUnknown},
		{account.Credential{}, account.PresenceUnknown},
	} {
		if got := tt.slot.Presence(); got != tt.want {
			t.Errorf("%+v is %d, want %d", tt.slot, got, tt.want)
		}
	}
}

// FuzzParseCredentialReport: whatever AWS or a proxy sends is either refused
// with ErrReport or is of this account's root, and survives JSON. No column
// that a report does not have becomes an answer.
func FuzzParseCredentialReport(f *testing.F) {
	for _, content := range []string{
		report(rootLive), report(alice, rootRemoved), report(rootOld), header, "", "user,arn\n<root_account>,arn:aws:iam::111122223333:root",
		"\xef\xbb\xbf" + report(rootLive), report(rootLive, rootLive), report(strings.Replace(rootLive, "us-east-1", "\xff\xfe", 1)),
		report(strings.Replace(rootRemoved, "false,N/A", "false,9999-12-31T23:59:59-01:00", 1)),
	} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := account.ParseCredentialReport(content, testID(t), generated)
		if err != nil {
			if !errors.Is(err, account.ErrReport) || !reflect.DeepEqual(got, account.CredentialReport{}) {
				t.Fatalf("refused with %v and %+v", err, got)
			}
			return
		}
		if !strings.Contains(string(content), ":111122223333:root") {
			t.Fatalf("accepted without this account's root: %q", content)
		}
		lower := strings.ToLower(string(content))
		if !strings.Contains(lower, "mfa_active") && got.Root.MFA != account.AnswerUnknown {
			t.Fatalf("MFA is %q without a column", got.Root.MFA)
		}
		if !strings.Contains(lower, "true") && (got.Root.Password == account.Yes || got.Root.MFA == account.Yes || got.Root.Keys[0].Active == account.Yes) {
			t.Fatalf("yes out of nothing: %+v", got.Root)
		}
		b, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("cannot be stored: %v", err)
		}
		var back account.CredentialReport
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, got) {
			t.Fatalf("comes back changed (%v): %+v", err, back)
		}
	})
}
