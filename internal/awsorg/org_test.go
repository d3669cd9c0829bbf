package awsorg_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

func TestOpenAsksNothing(t *testing.T) {
	c := newCloud(t, payer)
	open(t, options())
	if len(c.calls) != 0 {
		t.Errorf("AWS was asked for %s", c.calls[0].action)
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name string
		o    awsorg.Options
		env  string
		says string
	}{
		{"an ARN for a name", awsorg.Options{RoleName: "arn:aws:iam::111122223333:role/x"}, "", "give the name alone"},
		{"a role with a space", awsorg.Options{RoleName: "Root watch"}, "", "role name"},
		{"a short external id", awsorg.Options{ExternalID: "x"}, "", "external id"},
		{"an external id with a space", awsorg.Options{ExternalID: "x y"}, "", "external id"},
		{"a management role without an account", awsorg.Options{ManagementRoleARN: "RootwatchAudit"}, "", "not the ARN of a role"},
		{"an unknown profile", awsorg.Options{Profile: "nobody"}, "", `no AWS profile "nobody"`},
		{"a CA bundle beside one's own client", awsorg.Options{HTTPClient: http.DefaultClient}, "bundle", "AWS_CA_BUNDLE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			setenv(t, "http://127.0.0.1:1")
			if tt.env != "" {
				path := filepath.Join(t.TempDir(), "ca.pem")
				if err := os.WriteFile(path, []byte("none"), 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv("AWS_CA_BUNDLE", path)
			}
			if _, err := awsorg.Open(t.Context(), tt.o); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestRegion(t *testing.T) {
	tests := []struct{ option, env, partition, want string }{
		{"eu-west-1", "eu-central-1", "aws", "eu-west-1"},
		{"", "eu-central-1", "aws", "eu-central-1"},
		{"", "", "", "us-east-1"},
		{"", "", "aws-us-gov", "us-gov-west-1"},
		{"", "", "aws-cn", "cn-north-1"},
	}
	for _, tt := range tests {
		c := newCloud(t, payer)
		t.Setenv("AWS_REGION", tt.env)
		t.Setenv("AWS_DEFAULT_REGION", "")
		o := options()
		o.Region, o.Scope.Partition = tt.option, tt.partition
		_, _ = open(t, o).Self(t.Context()) // refused where the fake is of another partition
		if got := c.made("sts:GetCallerIdentity")[0].region; got != tt.want {
			t.Errorf("%+v: asked in %s", tt, got)
		}
	}
}

// Each service goes to its own endpoint where one is named, STS inside the
// role's credentials included.
func TestEndpointForEachService(t *testing.T) {
	c := emptyCloud(payer)
	c.on("ce:GetCostAndUsage", nothing)
	setenv(t, "http://127.0.0.1:1")
	for _, service := range []string{"STS", "IAM", "ORGANIZATIONS", "ACCOUNT", "COST_EXPLORER", "BUDGETS",
		"CLOUDTRAIL", "GUARDDUTY", "EVENTBRIDGE", "CONFIG_SERVICE", "CLOUDWATCH", "CLOUDWATCH_LOGS"} {
		server := httptest.NewServer(c)
		t.Cleanup(server.Close)
		t.Setenv("AWS_ENDPOINT_URL_"+service, server.URL)
	}
	o := options()
	o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/RootwatchAudit"
	org := open(t, o)
	if f := org.Facts(t.Context(), memberAccount(t)); len(f.Gaps()) != 0 {
		t.Error(f.Gaps())
	}
	if got, gap := list(t, org); len(got) != 3 {
		t.Error(got, gap)
	}
	from, to := days(t)
	if _, err := org.Costs(t.Context(), from, to, nil, free); err != nil {
		t.Error(err)
	}
}

func TestCABundleWithOurOwnClient(t *testing.T) {
	c := emptyCloud(payer)
	server := httptest.NewUnstartedServer(c)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshakes
	server.StartTLS()
	t.Cleanup(server.Close)
	setenv(t, server.URL)
	if _, err := open(t, options()).Self(t.Context()); err == nil {
		t.Error("an unknown authority was trusted")
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pemOf(server), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", path)
	if _, err := open(t, options()).Self(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadsNameEveryCall(t *testing.T) {
	c := withBudgets(t, payer, budgetOf(nil))
	c.on("budgets:DescribeSubscribersForNotification", func(in call) reply {
		return subscribersOf("SNS", "arn:aws:sns:us-east-1:"+in.account+":spend")(in)
	})
	c.on("sns:GetTopicAttributes", topicOf("1", "", "budgets.amazonaws.com"))
	organizations, own := sampleTrail(), sampleTrail()
	organizations["HasCustomEventSelectors"], own["HasCustomEventSelectors"] = true, true
	own["TrailARN"] = "arn:aws:cloudtrail:us-east-1:" + member + ":trail/own"
	c.on("cloudtrail:DescribeTrails", fixed(200, quoted(object{"trailList": []any{organizations, own}})))
	c.on("cloudtrail:GetEventSelectors", fixed(200, `{"EventSelectors":[{}]}`))
	c.on("ce:GetAnomalySubscriptions", fixed(200, `{"AnomalySubscriptions":[{"MonitorArnList":["m1"]}]}`))
	c.on("ce:GetAnomalyMonitors", fixed(200, `{"AnomalyMonitors":[]}`))
	c.on("ce:GetCostAndUsage", nothing)
	c.on("iam:GetCredentialReport", inTurn(reply{410, queryError("ReportNotPresent", "")}, report(member, now)))
	open(t, options()).Facts(t.Context(), memberAccount(t)) // before anything was listed
	org := open(t, options())
	list(t, org)
	org.Facts(t.Context(), memberAccount(t))
	org.Organization(t.Context())
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "")))
	org.Facts(t.Context(), account.Account{ID: id(t, other), Role: account.Member})
	others := len(c.calls)
	org.Facts(t.Context(), account.Account{ID: id(t, payer), Role: account.Management})
	// Of its own account the caller needs the audit role's actions too, which
	// is no other need; what only the management account is asked stays.
	c.calls = slices.Concat(c.calls[:others], c.made("iam:ListOrganizationsFeatures"))
	from, to := days(t)
	if _, err := org.Costs(t.Context(), from, to, nil, free); err != nil {
		t.Fatal(err)
	}
	org.AnomalySubscriptions(t.Context(), free)
	askEstimated(t, org)
	used, declared := map[string]bool{}, map[string]bool{}
	for _, in := range c.calls {
		if in.action == "sts:GetCallerIdentity" {
			continue // needs no permission
		}
		where := account.Management
		if in.account != payer {
			where = account.Member
		}
		if strings.HasPrefix(in.action, "budgets:") {
			in.action = "budgets:ViewBudget" // which allows all that describes
		}
		used[fmt.Sprint(in.action, " ", where)] = true
	}
	for _, r := range awsorg.Reads() {
		key := fmt.Sprint(r.Action, " ", r.Where)
		if declared[key] || r.Why == "" {
			t.Errorf("%s stands twice or without a reason", key)
		}
		if !r.RootAudit() { // which is off here
			declared[key] = true
		}
	}
	if diff := cmp.Diff(declared, used); diff != "" {
		t.Errorf("declared (-) and used (+): %s", diff)
	}
}

// The sessions of a sweep do not pile up, and the one used last stays.
func TestSessionsAreBounded(t *testing.T) {
	c := newCloud(t, payer)
	for _, action := range []string{"iam:GetAccountSummary", "iam:ListVirtualMFADevices", "iam:GetCredentialReport", "account:GetAlternateContact"} {
		c.on(action, fixed(403, ""))
	}
	org := open(t, options())
	visit := func(n int) {
		org.Facts(t.Context(), account.Account{ID: id(t, fmt.Sprintf("%012d", 100000000000+n)), Role: account.Member})
	}
	for n := range 513 {
		visit(n)
	}
	visit(512)
	visit(0)
	if n := len(c.made("sts:AssumeRole")); n != 514 {
		t.Errorf("roles were assumed %d times: want 513, and once more for the session that gave way", n)
	}
}

func pemOf(server *httptest.Server) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
}
