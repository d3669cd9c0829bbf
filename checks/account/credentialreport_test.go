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
			Password: account.Yes, PasswordLastUsed: used(t, "2026-09-11T13:15:19Z"), PasswordChanged: used(t, "2020-02-02T02:02:02Z"), MFA: account.Yes,
			Keys: [2]account.AccessKey{
				{Credential: account.Credential{Active: account.Yes, RotatedAt: used(t, "2021-06-01T06:00:00Z")}, LastUsed: used(t, "2026-11-18T05:00:00Z"), LastUsedRegion: "us-east-1", LastUsedService: "s3"},
				{Credential: account.Credential{Active: account.No, RotatedAt: used(t, "2018-01-01T00:00:00Z")}, LastUsed: never},
			},
			Certificates: [2]account.Credential{empty.Credential, {Active: account.Yes, RotatedAt: used(t, "2017-03-01T00:00:00Z")}},
		}},
		{"credentials removed", report(rootRemoved), account.RootRow{Password: account.No, PasswordLastUsed: never, PasswordChanged: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"the older shape, in capitals", report(rootOld), account.RootRow{PasswordLastUsed: never, MFA: account.Yes, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a byte order mark, CRLF, a new column", "\xef\xbb\xbf" + strings.ReplaceAll(header+",additional_credentials_info\n"+rootRemoved+",\"{\"\"a\"\":1}\"\n", "\n", "\r\n"),
			account.RootRow{Password: account.No, PasswordLastUsed: never, PasswordChanged: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"columns in another order and few", "arn, MFA_Active ,user\narn:aws:iam::111122223333:root,true,<root_account>", account.RootRow{MFA: account.Yes}},
		{"a row that is cut short", header + "\n" + rootStart + "true", account.RootRow{Password: account.Yes}},
		{"words that are neither yes nor no", report(strings.Replace(rootRemoved, "false,N/A", "maybe,soon", 1)), account.RootRow{PasswordChanged: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a date before there was IAM", report(strings.Replace(rootRemoved, "false,N/A", "false,0001-01-01T00:00:00Z", 1)),
			account.RootRow{Password: account.No, PasswordChanged: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
		{"a date that UTC moves past what JSON can hold", report(strings.Replace(rootRemoved, "false,N/A", "false,9999-12-31T23:59:59-01:00", 1)),
			account.RootRow{Password: account.No, PasswordChanged: never, MFA: account.No, Keys: [2]account.AccessKey{empty, empty}, Certificates: noCerts}},
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

// Each user's row is read as it is, and root's is none of them.
func TestParseCredentialReportOfUsers(t *testing.T) {
	const (
		deploy = "deploy,arn:aws:iam::111122223333:user/ci/deploy,2020-01-01T00:00:00Z,false,N/A,N/A,N/A,true," +
			"true,2026-01-02T00:00:00Z,2026-11-21T00:00:00Z,eu-west-1,sts,false,2020-02-02T00:00:00Z,N/A,N/A,N/A,false,N/A,false,N/A"
		odd = "chroot-admin,arn:aws:iam::111122223333:user/chroot-admin,2020-01-01T00:00:00Z,not_supported,soon,N/A,N/A,maybe"
	)
	got, err := account.ParseCredentialReport([]byte(report(alice, rootLive, deploy, odd)), testID(t), generated)
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) account.Use { return used(t, s) }
	want := []account.UserRow{
		{Name: "alice", ARN: "arn:aws:iam::111122223333:user/alice", Password: account.Yes, PasswordLastUsed: never, MFA: account.No,
			Keys: [2]account.AccessKey{{Credential: account.Credential{Active: account.Yes, RotatedAt: never}, LastUsed: never}, empty}},
		{Name: "deploy", ARN: "arn:aws:iam::111122223333:user/ci/deploy", Password: account.No, PasswordLastUsed: never, MFA: account.Yes, Keys: [2]account.AccessKey{
			{Credential: account.Credential{Active: account.Yes, RotatedAt: at("2026-01-02T00:00:00Z")}, LastUsed: at("2026-11-21T00:00:00Z"), LastUsedRegion: "eu-west-1", LastUsedService: "sts"},
			{Credential: account.Credential{Active: account.No, RotatedAt: at("2020-02-02T00:00:00Z")}, LastUsed: never},
		}},
		{Name: "chroot-admin", ARN: "arn:aws:iam::111122223333:user/chroot-admin"}, // words that are no answers, a row that is cut short
	}
	if !reflect.DeepEqual(got.Users, want) {
		t.Errorf("got  %+v\nwant %+v", got.Users, want)
	}
	few, err := account.ParseCredentialReport([]byte("user,arn\n<root_account>,arn:aws:iam::111122223333:root\nalice,arn:aws:iam::111122223333:user/alice"), testID(t), generated)
	if err != nil || !reflect.DeepEqual(few.Users, []account.UserRow{{Name: "alice", ARN: "arn:aws:iam::111122223333:user/alice"}}) {
		t.Errorf("without its columns a user is %+v, %v", few.Users, err)
	}
}

func TestParseCredentialReportRefusesUsers(t *testing.T) {
	for name, row := range map[string]string{
		"a user twice":                 alice + "\n" + alice,
		"a user twice, in capitals":    alice + "\n" + strings.ReplaceAll(alice, "alice", "Alice"),
		"a user twice, on other paths": alice + "\n" + strings.Replace(alice, "user/alice", "user/team/alice", 1),
		"a user of another account":    strings.Replace(alice, "111122223333", "444455556666", 1),
		"a user without an ARN":        "alice",
		"an ARN of somebody else":      strings.Replace(alice, "user/alice", "user/bob", 1),
		"a name inside another":        strings.Replace(alice, "user/alice", "user/malice", 1),
		"a role":                       strings.Replace(alice, "user/alice", "role/alice", 1),
		"root by its ARN alone":        strings.Replace(alice, "user/alice", "root", 1),
		"a user without a name":        strings.Replace(strings.Replace(alice, "alice", "", 1), "user/alice", "user/", 1),
	} {
		if got, err := account.ParseCredentialReport([]byte(report(rootLive, row)), testID(t), generated); !errors.Is(err, account.ErrReport) || !reflect.DeepEqual(got, account.CredentialReport{}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
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
		report(rootLive, alice, strings.ReplaceAll(alice, "alice", "bob")), report(rootLive, alice, alice), report(rootLive, strings.Replace(alice, "user/alice", "user/a:root/alice", 1)),
		report(rootLive, strings.ReplaceAll(alice, "alice", "\xff")), "user,arn\n<root_account>,arn:aws:iam::111122223333:root\nbob,arn:aws:iam::111122223333:user/bob",
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
		names := map[string]bool{}
		for _, u := range got.Users {
			if names[strings.ToLower(u.Name)] || u.Name == "" || u.Name == "<root_account>" || !strings.HasPrefix(u.ARN, "arn:") || !strings.Contains(u.ARN, ":iam::111122223333:user/") {
				t.Fatalf("accepted the user %+v of %+v", u, got.Users)
			}
			names[strings.ToLower(u.Name)] = true
			if u.MFA != account.AnswerUnknown && !strings.Contains(lower, "mfa_active") || !strings.Contains(lower, "true") && (u.Password == account.Yes || u.MFA == account.Yes || u.Keys[0].Active == account.Yes) {
				t.Fatalf("an answer out of nothing: %+v", u)
			}
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

// What is unknown decides nothing, and is decided by nothing but what suffices alone.
func TestAnswersJoin(t *testing.T) {
	const yes, no, untold = account.Yes, account.No, account.AnswerUnknown
	for _, tt := range []struct{ a, b, and, or account.Answer }{
		{yes, yes, yes, yes}, {yes, no, no, yes}, {no, no, no, no},
		{yes, untold, untold, yes}, {no, untold, no, untold}, {untold, untold, untold, untold},
	} {
		if tt.a.And(tt.b) != tt.and || tt.b.And(tt.a) != tt.and || tt.a.Or(tt.b) != tt.or || tt.b.Or(tt.a) != tt.or {
			t.Errorf("%q, %q: and %q, or %q", tt.a, tt.b, tt.a.And(tt.b), tt.a.Or(tt.b))
		}
	}
}
