package cloud_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// one is an organization of its management account alone.
func one(t *testing.T, change func(*cloud.Account)) *cloud.Organization {
	t.Helper()
	a := &cloud.Account{ID: id(t, "111122223333"), Name: "only", Email: "aws@example.com"}
	change(a)
	return &cloud.Organization{ID: "o-exampleorg", RoleName: "Audit", Accounts: []*cloud.Account{a}}
}

func TestAccountSummary(t *testing.T) {
	virtual := cloud.Device{Virtual: true, Serial: "arn:aws:iam::111122223333:mfa/a"}
	for _, c := range []struct {
		name   string
		change func(*cloud.Account)
		want   map[string]int32
		absent string
	}{
		{"nothing", func(*cloud.Account) {}, map[string]int32{"AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountAccessKeysPresent": 0, "AccountSigningCertificatesPresent": 0, "Users": 0}, ""},
		{"everything", func(a *cloud.Account) {
			a.Root = cloud.Root{Password: true, MFA: []cloud.Device{{Serial: "GAHT1"}}, Keys: []cloud.Key{{}}, Certificates: []cloud.Certificate{{}}}
			a.Users = []cloud.User{{Name: "u", MFA: []cloud.Device{virtual}}}
			a.LooseMFA = []string{"arn:aws:iam::111122223333:mfa/loose"}
		}, map[string]int32{"AccountMFAEnabled": 1, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 1, "AccountSigningCertificatesPresent": 1, "Users": 1, "MFADevices": 3, "MFADevicesInUse": 2}, ""},
		{"a key left out", func(a *cloud.Account) { a.Root.OmitSummaryKeys = []string{"AccountPasswordPresent"} }, map[string]int32{"AccountMFAEnabled": 0}, "AccountPasswordPresent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t, one(t, c.change), cloud.Options{})
			out, err := iam.NewFromConfig(w.cfg).GetAccountSummary(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for key, want := range c.want {
				if got, ok := out.SummaryMap[key]; !ok || got != want {
					t.Errorf("%s is %d (%t), want %d", key, got, ok, want)
				}
			}
			if _, ok := out.SummaryMap[c.absent]; ok {
				t.Errorf("%s is there", c.absent)
			}
		})
	}
}

func TestVirtualMFADevicesByPages(t *testing.T) {
	enabled := time.Date(2024, time.May, 6, 7, 8, 9, 0, time.UTC)
	w := start(t, one(t, func(a *cloud.Account) {
		a.Root = cloud.Root{Created: enabled, MFA: []cloud.Device{
			{Virtual: true, Serial: "arn:aws:iam::111122223333:mfa/root-account-mfa-device", EnabledAt: enabled}, {Serial: "GAHT1"},
		}}
		for i := range 5 {
			serial := fmt.Sprintf("arn:aws:iam::111122223333:mfa/u%d", i)
			a.Users = append(a.Users, cloud.User{Name: fmt.Sprintf("u%d", i), Created: enabled, MFA: []cloud.Device{{Virtual: true, Serial: serial}}})
		}
		a.LooseMFA = []string{"arn:aws:iam::111122223333:mfa/loose"}
	}), cloud.Options{})
	client := iam.NewFromConfig(w.cfg)
	for _, c := range []struct {
		status types.AssignmentStatusType
		want   int
		pages  int
	}{{types.AssignmentStatusTypeAssigned, 6, 3}, {types.AssignmentStatusTypeUnassigned, 1, 1}, {types.AssignmentStatusTypeAny, 7, 4}, {"", 7, 4}} {
		pages := iam.NewListVirtualMFADevicesPaginator(client, &iam.ListVirtualMFADevicesInput{AssignmentStatus: c.status, MaxItems: aws.Int32(2)})
		var all []types.VirtualMFADevice
		n := 0
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page.VirtualMFADevices...)
			n++
		}
		if len(all) != c.want || n != c.pages {
			t.Errorf("%q: %d devices on %d pages, want %d on %d", c.status, len(all), n, c.want, c.pages)
		}
		for _, d := range all {
			if strings.HasSuffix(*d.SerialNumber, "root-account-mfa-device") &&
				(*d.User.Arn != "arn:aws:iam::111122223333:root" || d.User.UserName != nil || !d.EnableDate.Equal(enabled)) {
				t.Errorf("root's device: %+v of %+v", d, d.User)
			}
			if strings.HasSuffix(*d.SerialNumber, "loose") && d.User != nil {
				t.Errorf("the loose device has user %+v", d.User)
			}
		}
	}
	_, err := client.ListVirtualMFADevices(t.Context(), &iam.ListVirtualMFADevicesInput{Marker: aws.String("nonsense")})
	_ = wantCode(t, err, "ValidationError")
}

func TestAliases(t *testing.T) {
	w := start(t, one(t, func(*cloud.Account) {}), cloud.Options{})
	client := iam.NewFromConfig(w.cfg)
	if out, err := client.ListAccountAliases(t.Context(), nil); err != nil || len(out.AccountAliases) != 0 {
		t.Errorf("without one: %v, %v", out, err)
	}
	w.Update(func(o *cloud.Organization) { o.Management().Alias = "example" })
	if out, err := client.ListAccountAliases(t.Context(), nil); err != nil || !cmp.Equal(out.AccountAliases, []string{"example"}) {
		t.Errorf("with one: %v, %v", out, err)
	}
}

func TestReportLife(t *testing.T) {
	now := today
	w := start(t, one(t, func(a *cloud.Account) { a.ReportPolls = 3 }), cloud.Options{Now: func() time.Time { return now }})
	client := iam.NewFromConfig(w.cfg)
	generate := func(want types.ReportStateType) {
		t.Helper()
		out, err := client.GenerateCredentialReport(t.Context(), nil)
		if err != nil || out.State != want {
			t.Fatalf("got %v, %v; want %s", out, err, want)
		}
	}
	get := func(code string) *iam.GetCredentialReportOutput {
		t.Helper()
		out, err := client.GetCredentialReport(t.Context(), nil)
		if code != "" {
			_ = wantCode(t, err, code)
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	get("ReportNotPresent")
	generate(types.ReportStateTypeStarted)
	generate(types.ReportStateTypeInprogress)
	get("ReportInProgress")
	generate(types.ReportStateTypeComplete)
	first := get("")
	if !first.GeneratedTime.Equal(now) || first.ReportFormat != "text/csv" {
		t.Errorf("generated %v as %v", first.GeneratedTime, first.ReportFormat)
	}

	// Within four hours the old content stands, whatever became true since.
	w.Update(func(o *cloud.Organization) {
		o.Management().Root.Password, o.Management().ReportPolls = true, 0
	})
	now = now.Add(4*time.Hour - time.Second)
	generate(types.ReportStateTypeComplete)
	if again := get(""); !bytes.Equal(again.Content, first.Content) {
		t.Error("the report was written anew within four hours")
	}
	now = now.Add(time.Second)
	get("ReportExpired")
	generate(types.ReportStateTypeComplete)
	if fresh := get(""); bytes.Equal(fresh.Content, first.Content) || !fresh.GeneratedTime.Equal(now) {
		t.Errorf("after four hours: generated %v", fresh.GeneratedTime)
	}
}

// reportOf generates and gets an account's report.
func reportOf(t *testing.T, client *iam.Client) []byte {
	t.Helper()
	for range 10 {
		state, err := client.GenerateCredentialReport(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if state.State == types.ReportStateTypeComplete {
			out, err := client.GetCredentialReport(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return out.Content
		}
	}
	t.Fatal("the report was never ready")
	return nil
}

func TestReportParses(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	made, used := at("2019-03-02T08:30:00Z"), at("2026-11-18T13:00:00Z")
	never := account.Use{State: account.UseNever}
	empty := account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
	slot := account.Credential{Active: account.No, RotatedAt: never}
	use := func(t time.Time) account.Use { return account.Use{State: account.UseAt, At: t} }
	for _, c := range []struct {
		name string
		root cloud.Root
		want account.RootRow
	}{
		{"no credentials", cloud.Root{}, account.RootRow{
			Password: account.No, PasswordLastUsed: never, PasswordChanged: never, MFA: account.No,
			Keys: [2]account.AccessKey{empty, empty}, Certificates: [2]account.Credential{slot, slot},
		}},
		{"all", cloud.Root{
			Password: true, PasswordLastUsed: used, PasswordChanged: made, MFA: []cloud.Device{{}},
			Keys:         []cloud.Key{{Active: true, Rotated: made, LastUsed: used, Region: "us-east-1", Service: "s3"}, {Rotated: made}},
			Certificates: []cloud.Certificate{{Active: true, Rotated: made}, {Rotated: made}},
		}, account.RootRow{
			Password: account.Yes, PasswordLastUsed: use(used), PasswordChanged: use(made), MFA: account.Yes,
			Keys: [2]account.AccessKey{
				{Credential: account.Credential{Active: account.Yes, RotatedAt: use(made)}, LastUsed: use(used), LastUsedRegion: "us-east-1", LastUsedService: "s3"},
				{Credential: account.Credential{Active: account.No, RotatedAt: use(made)}, LastUsed: never},
			},
			Certificates: [2]account.Credential{{Active: account.Yes, RotatedAt: use(made)}, {Active: account.No, RotatedAt: use(made)}},
		}},
		{"password never used", cloud.Root{Password: true}, account.RootRow{
			Password: account.Yes, PasswordLastUsed: never, PasswordChanged: never, MFA: account.No,
			Keys: [2]account.AccessKey{empty, empty}, Certificates: [2]account.Credential{slot, slot},
		}},
		{"old shape", cloud.Root{OldReport: true, Password: true, PasswordLastUsed: used}, account.RootRow{
			Password: account.AnswerUnknown, PasswordLastUsed: use(used), MFA: account.No,
			Keys: [2]account.AccessKey{empty, empty}, Certificates: [2]account.Credential{slot, slot},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t, one(t, func(a *cloud.Account) {
				a.Root = c.root
				a.Users = []cloud.User{{Name: `comma, "quote"`, Password: true}}
			}), cloud.Options{})
			content := reportOf(t, iam.NewFromConfig(w.cfg))
			got, err := account.ParseCredentialReport(content, id(t, "111122223333"), today)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Root); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReportIsWrittenAsAWSWritesIt(t *testing.T) {
	w := demo(t)
	content := reportOf(t, iam.NewFromConfig(w.in(t, "100000000008")))
	if bytes.HasSuffix(content, []byte("\n")) || bytes.Contains(content, []byte("\r")) {
		t.Error("the report ends with a newline, or has carriage returns")
	}
	lines, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var users []string
	for _, line := range lines {
		if len(line) != 22 {
			t.Errorf("%d columns: %v", len(line), line)
		}
		users = append(users, line[0])
	}
	if want := []string{"user", "<root_account>", "deploy", "chroot-admin"}; !cmp.Equal(users, want) {
		t.Errorf("rows %v, want %v", users, want)
	}
	if root := lines[1]; root[1] != "arn:aws:iam::100000000008:root" || root[6] != "not_supported" {
		t.Errorf("root row %v", root)
	}
}
