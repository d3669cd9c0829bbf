package outside

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rootwatch/internal/chaos"
)

const (
	members  = 25
	roleName = "RootwatchAudit"
)

// moto is moto's server with an organization of 26 accounts in it.
type moto struct {
	url     string
	program string
	ids     []string                     // of all accounts, the management account first
	contact map[string]map[string]string // e-mail by account and kind
	strict  map[string]bool              // accounts with a strict password policy
}

func startMoto(t *testing.T) *moto {
	t.Helper()
	server := judge(t, "moto", "moto_server")
	program, err := chaos.Build(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command(server, "-H", "127.0.0.1", "-p", port)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	m := &moto{url: "http://" + address, program: program, contact: map[string]map[string]string{}, strict: map[string]bool{}}
	for tries := 0; ; tries++ {
		response, err := http.Get(m.url + "/moto-api/data.json")
		if err == nil {
			_ = response.Body.Close()
			break
		}
		if tries == 200 {
			t.Fatalf("moto did not start: %v\n%s", err, output.String())
		}
		<-time.After(100 * time.Millisecond)
	}
	m.populate(t)
	return m
}

func (m *moto) populate(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	config := aws.Config{Region: "us-east-1", BaseEndpoint: &m.url, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000000", "not-a-secret", "")}
	orgs := organizations.NewFromConfig(config)
	created, err := orgs.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: "ALL"})
	if err != nil {
		t.Fatal(err)
	}
	m.ids = []string{aws.ToString(created.Organization.MasterAccountId)}
	for n := range members {
		status, err := orgs.CreateAccount(ctx, &organizations.CreateAccountInput{
			AccountName: aws.String(fmt.Sprintf("member-%02d", n)), Email: aws.String(fmt.Sprintf("root+%02d@example.com", n)),
		})
		if err != nil {
			t.Fatal(err)
		}
		m.ids = append(m.ids, aws.ToString(status.CreateAccountStatus.AccountId))
	}
	m.contacts(t, ctx, config)
	m.passwordPolicies(t, ctx, config)
}

// in is the configuration of the audit role in a member.
func in(config aws.Config, id string) aws.Config {
	member := config.Copy()
	member.Credentials = stscreds.NewAssumeRoleProvider(sts.NewFromConfig(config), "arn:aws:iam::"+id+":role/"+roleName)
	return member
}

// contacts gives every third member a security contact and, in turn, a billing
// or an operations contact; one member has the root address in both.
func (m *moto) contacts(t *testing.T, ctx context.Context, config aws.Config) {
	t.Helper()
	for n, id := range m.ids[1:] {
		email := "team@example.com"
		if n == 3 {
			email = "ROOT+03@example.com"
		}
		if n%3 != 0 {
			continue
		}
		second := accounttypes.AlternateContactTypeBilling
		if n%2 == 1 {
			second = accounttypes.AlternateContactTypeOperations
		}
		m.contact[id] = map[string]string{}
		for _, kind := range []accounttypes.AlternateContactType{accounttypes.AlternateContactTypeSecurity, second} {
			_, err := account.NewFromConfig(in(config, id)).PutAlternateContact(ctx, &account.PutAlternateContactInput{
				AlternateContactType: kind, EmailAddress: &email,
				Name: aws.String("Team"), Title: aws.String("Team"), PhoneNumber: aws.String("+15555550100"),
			})
			if err != nil {
				t.Fatal(err)
			}
			m.contact[id][strings.ToLower(string(kind))] = email
		}
	}
}

// passwordPolicies gives every fourth member a strict policy, and the member
// after it one that never lets a password expire; the others have none.
func (m *moto) passwordPolicies(t *testing.T, ctx context.Context, config aws.Config) {
	t.Helper()
	for n, id := range m.ids[1:] {
		policy := &iam.UpdateAccountPasswordPolicyInput{MinimumPasswordLength: aws.Int32(14), PasswordReusePrevention: aws.Int32(24)}
		switch n % 4 {
		case 0:
			policy.MaxPasswordAge = aws.Int32(90)
			m.strict[id] = true
		case 1:
		default:
			continue
		}
		if _, err := iam.NewFromConfig(in(config, id)).UpdateAccountPasswordPolicy(ctx, policy); err != nil {
			t.Fatal(err)
		}
	}
}

// rootwatch runs the program against moto and returns what it printed and its exit status.
func (m *moto) rootwatch(t *testing.T, args ...string) ([]byte, int) {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "rootwatch.yaml")
	text := "version: 1\nstore: { path: " + filepath.Join(dir, "rootwatch.db") + " }\norganizations:\n  - name: moto\n    role_name: " + roleName + "\n    cost: { history_days: 30 }\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(m.program, append([]string{"--config", config}, args...)...)
	cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+m.url, "AWS_ACCESS_KEY_ID=AKIAEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY=not-a-secret",
		"AWS_REGION=us-east-1", "ROOTWATCH_DNS_RESOLVER=none", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+filepath.Join(dir, "none"), "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "none"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if stderr.Len() > 0 {
		t.Logf("stderr: %s", stderr.String())
	}
	return output, cmd.ProcessState.ExitCode()
}

type document struct {
	Version int `json:"version"`
	Reports []struct {
		AccountID string `json:"account_id"`
		Findings  []struct {
			CheckID string `json:"check_id"`
			Status  string `json:"status"`
			Summary string `json:"summary"`
		} `json:"findings"`
	} `json:"reports"`
}

// Against moto every account is there with one finding for each check, and
// nothing passes that moto did not answer.
func TestMotoOrganization(t *testing.T) {
	m := startMoto(t)
	output, status := m.rootwatch(t, "check", "--all", "--format", "json")
	var doc document
	if err := json.Unmarshal(output, &doc); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if status != 1 {
		t.Errorf("exit status %d, want 1: the management account's root has no MFA", status)
	}
	if len(doc.Reports) != 1+members {
		t.Fatalf("%d reports, want %d", len(doc.Reports), 1+members)
	}
	seen := map[string]bool{}
	for _, r := range doc.Reports {
		if seen[r.AccountID] {
			t.Errorf("account %s is there twice", r.AccountID)
		}
		seen[r.AccountID] = true
		got := map[string]string{}
		for _, f := range r.Findings {
			if _, twice := got[f.CheckID]; twice {
				t.Errorf("%s has two findings of %s", r.AccountID, f.CheckID)
			}
			got[f.CheckID] = f.Status
		}
		for check, want := range m.want(r.AccountID) {
			if got[check] != want {
				t.Errorf("%s %s is %q, want %q", r.AccountID, check, got[check], want)
			}
		}
		if len(got) != len(m.want(r.AccountID)) {
			t.Errorf("%s has findings %v", r.AccountID, got)
		}
	}
	for _, id := range m.ids {
		if !seen[id] {
			t.Errorf("account %s is missing", id)
		}
	}
}

// want is the verdict that moto's answers allow. It says nothing of root's
// password, so a member without MFA is unknown and the management account,
// whose root always has one, fails. Its credential report has no row for root,
// so nobody tells whether a disabled key or certificate is left.
// It does not know what an organization has switched on for root users.
func (m *moto) want(id string) map[string]string {
	want := map[string]string{
		"root-mfa": "unknown", "root-hardware-mfa": "unknown", "root-central-management": "unknown", "root-usage": "unknown",
		"root-access-keys": "unknown", "root-signing-certificates": "unknown", "password-policy": "fail",
	}
	if id == m.ids[0] {
		want["root-mfa"], want["root-hardware-mfa"] = "fail", "fail"
	}
	if m.strict[id] {
		want["password-policy"] = "pass"
	}
	for _, kind := range []string{"security", "billing", "operations"} {
		want["contact-"+kind] = "fail"
		if email := m.contact[id][kind]; email != "" && !strings.HasPrefix(email, "ROOT") {
			want["contact-"+kind] = "pass"
		}
	}
	return want
}

// Cost Explorer's pages, scripted, are summed whole.
func TestMotoCostExplorer(t *testing.T) {
	m := startMoto(t)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	page := func(service, amount, next string) map[string]any {
		var days []any
		for back := 30; back > 0; back-- {
			day := today.AddDate(0, 0, -back)
			days = append(days, map[string]any{
				"TimePeriod": map[string]string{"Start": day.Format(time.DateOnly), "End": day.AddDate(0, 0, 1).Format(time.DateOnly)},
				"Estimated":  true,
				"Groups":     []any{map[string]any{"Keys": []string{m.ids[1], service}, "Metrics": map[string]any{"UnblendedCost": map[string]string{"Amount": amount, "Unit": "USD"}}}},
			})
		}
		p := map[string]any{"ResultsByTime": days}
		if next != "" {
			p["NextPageToken"] = next
		}
		return p
	}
	script := map[string]any{"results": []any{page("AmazonEC2", "100.25", "two"), page("AmazonS3", "7.5", ""), map[string]any{"ResultsByTime": emptyDays(today)}}}
	body, err := json.Marshal(script)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(m.url+"/moto-api/static/ce/cost-and-usage-results", "application/json", bytes.NewReader(body))
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%v %v", err, response)
	}
	_ = response.Body.Close()
	output, status := m.rootwatch(t, "spend", "--refresh", "--format", "json")
	var doc struct {
		Spend []struct {
			Money struct {
				Total         string `json:"total"`
				Trouble       string `json:"trouble"`
				RequestsToday int    `json:"requests_today"`
			} `json:"money"`
		} `json:"spend"`
	}
	if err := json.Unmarshal(output, &doc); err != nil || len(doc.Spend) != 1 {
		t.Fatalf("%v\n%s", err, output)
	}
	if got := doc.Spend[0].Money; got.Total != "107.75" || got.Trouble != "" || got.RequestsToday != 3 || status != 0 {
		t.Errorf("%+v, exit status %d", got, status)
	}
}

func emptyDays(today time.Time) []any {
	var days []any
	for back := 30; back > 0; back-- {
		day := today.AddDate(0, 0, -back)
		days = append(days, map[string]any{
			"TimePeriod": map[string]string{"Start": day.Format(time.DateOnly), "End": day.AddDate(0, 0, 1).Format(time.DateOnly)}, "Estimated": true, "Groups": []any{},
		})
	}
	return days
}
