package outside

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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

	"rootwatch/checks"
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
	// accounts whose contacts have a telephone number that cannot be
	badPhone map[string]bool
	recorded string // the file of the requests that moto took
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
	recorded := filepath.Join(t.TempDir(), "requests")
	cmd.Env = append(os.Environ(), "MOTO_ENABLE_RECORDING=1", "MOTO_RECORDER_FILEPATH="+recorded)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	m := &moto{url: "http://" + address, program: program, contact: map[string]map[string]string{}, strict: map[string]bool{}, badPhone: map[string]bool{}, recorded: recorded}
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

// config is the management account's.
func (m *moto) config() aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: &m.url, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000000", "not-a-secret", "")}
}

func (m *moto) populate(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	config := m.config()
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
// or an operations contact; one member has the root address in both. The
// telephone number with the operations contact's is not one that can be.
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
		second, phone := accounttypes.AlternateContactTypeBilling, "+12065550100"
		if n%2 == 1 {
			second, phone = accounttypes.AlternateContactTypeOperations, "+15555550100"
			m.badPhone[id] = true
		}
		m.contact[id] = map[string]string{}
		for _, kind := range []accounttypes.AlternateContactType{accounttypes.AlternateContactTypeSecurity, second} {
			_, err := account.NewFromConfig(in(config, id)).PutAlternateContact(ctx, &account.PutAlternateContactInput{
				AlternateContactType: kind, EmailAddress: &email,
				Name: aws.String("Team"), Title: aws.String("Team"), PhoneNumber: &phone,
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
		Coverage  struct {
			Gaps []struct {
				Call  string `json:"call"`
				Cause string `json:"cause"`
			} `json:"gaps"`
		} `json:"coverage"`
		Findings []struct {
			CheckID string `json:"check_id"`
			Status  string `json:"status"`
			Summary string `json:"summary"`
		} `json:"findings"`
	} `json:"reports"`
}

// Against moto every account is there with one finding for each check, each
// says what was planted or what moto did not answer, and no gap is untold.
func TestMotoOrganization(t *testing.T) {
	m := startMoto(t)
	m.plant(t)
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
		want := m.want(r.AccountID)
		if len(want) != len(checks.All()) {
			t.Fatalf("%d checks are expected, of %d", len(want), len(checks.All()))
		}
		got := map[string]bool{}
		for _, f := range r.Findings {
			if got[f.CheckID] {
				t.Errorf("%s has two findings of %s", r.AccountID, f.CheckID)
			}
			got[f.CheckID] = true
			w, known := want[f.CheckID]
			if !known || f.Status != w.status || slices.ContainsFunc(w.says, func(words string) bool { return !strings.Contains(f.Summary, words) }) {
				t.Errorf("%s (member %d) %s is %s, %q; want %v", r.AccountID, slices.Index(m.ids, r.AccountID)-1, f.CheckID, f.Status, f.Summary, w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has findings of %v", r.AccountID, got)
		}
		gaps := map[string]string{}
		for _, g := range r.Coverage.Gaps {
			gaps[g.Call] = g.Cause
		}
		if want := m.gaps(r.AccountID); !maps.Equal(gaps, want) || len(r.Coverage.Gaps) != len(want) {
			t.Errorf("%s has gaps %v, want %v", r.AccountID, r.Coverage.Gaps, want)
		}
	}
	for _, id := range m.ids {
		if !seen[id] {
			t.Errorf("account %s is missing", id)
		}
	}
}

// Cost Explorer's pages, scripted, are summed whole, and every request that
// moto took is counted: for the newest days and for the history the regions,
// two pages of the services of one and what is no usage, and three tries at
// the anomaly subscriptions, which moto does not have. AWS takes money for each.
func TestMotoCostExplorer(t *testing.T) {
	m := startMoto(t)
	today := time.Now().UTC().Truncate(24 * time.Hour)
	var results []any
	for _, days := range []struct{ oldest, newest int }{{5, 1}, {30, 6}} {
		page := func(second, amount, next string) {
			var all []any
			for back := days.oldest; back >= days.newest; back-- {
				day := today.AddDate(0, 0, -back)
				groups := []any{}
				if second != "" {
					groups = append(groups, map[string]any{"Keys": []string{m.ids[1], second}, "Metrics": map[string]any{"UnblendedCost": map[string]string{"Amount": amount, "Unit": "USD"}}})
				}
				all = append(all, map[string]any{
					"TimePeriod": map[string]string{"Start": day.Format(time.DateOnly), "End": day.AddDate(0, 0, 1).Format(time.DateOnly)},
					"Estimated":  true, "Groups": groups,
				})
			}
			p := map[string]any{"ResultsByTime": all}
			if next != "" {
				p["NextPageToken"] = next
			}
			results = append(results, p)
		}
		page("us-east-1", "107.75", "")
		page("AmazonEC2", "100.25", "two")
		page("AmazonS3", "7.5", "")
		page("", "", "")
	}
	script := map[string]any{"results": results}
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
	if got := doc.Spend[0].Money; got.Total != "107.75" || got.Trouble != "" || got.RequestsToday != 11 || status != 0 {
		t.Errorf("%+v, exit status %d", got, status)
	}
	if got, want := m.costRequests(t), map[string]int{"GetCostAndUsage": 8, "GetAnomalySubscriptions": 3}; !maps.Equal(got, want) {
		t.Errorf("moto took %v, want %v", got, want)
	}
}

// costRequests is how often each operation of Cost Explorer was asked for.
func (m *moto) costRequests(t *testing.T) map[string]int {
	t.Helper()
	recorded, err := os.ReadFile(m.recorded)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for line := range bytes.Lines(recorded) {
		var request struct {
			Headers map[string]string `json:"headers"`
		}
		if err := json.Unmarshal(line, &request); err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		if operation, is := strings.CutPrefix(request.Headers["X-Amz-Target"], "AWSInsightsIndexService."); is {
			asked[operation]++
		}
	}
	return asked
}
