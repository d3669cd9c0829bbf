package awsorg_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

const (
	payer  = "111122223333"
	member = "444455556666"
	other  = "222222222222"
	ownKey = "AKIAFAKEFAKEFAKEFAKE"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// call is one request as it came over the wire.
type call struct {
	ctx     context.Context
	action  string // as IAM writes it
	account string // whose credentials signed it
	region  string // the signature's
	form    url.Values
	body    map[string]any
}

// text is a JSON field of the body, "" where it is absent.
func (c call) text(field string) string {
	s, _ := c.body[field].(string)
	return s
}

type reply struct {
	status int
	body   string
}

// cloud is a small AWS: one answer for each action, which tests replace.
type cloud struct {
	mu     sync.Mutex
	own    string // the account of ownKey
	answer map[string]func(call) reply
	calls  []call
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var raw []byte
	if r.Body != nil { // a GET that came by wire
		raw, _ = io.ReadAll(r.Body)
	}
	in := call{ctx: r.Context(), account: c.own}
	switch target := r.Header.Get("X-Amz-Target"); {
	case strings.HasPrefix(target, "AWSOrganizations"):
		in.action = "organizations:" + target[strings.LastIndex(target, ".")+1:]
	case strings.HasPrefix(target, "AWSInsightsIndexService"):
		in.action = "ce:" + target[strings.LastIndex(target, ".")+1:]
	case strings.HasPrefix(target, "AWSBudgetServiceGateway"):
		in.action = "budgets:" + target[strings.LastIndex(target, ".")+1:]
	case r.URL.Path == "/getAlternateContact":
		in.action = "account:GetAlternateContact"
	case r.URL.Path == "/getContactInformation":
		in.action = "account:GetContactInformation"
	case watchAction(r) != "":
		in.action, in.body = watchAction(r), fromCBOR(raw)
	default:
		in.form, _ = url.ParseQuery(string(raw))
		in.action = map[string]string{"2011-06-15": "sts:", "2010-05-08": "iam:", "2010-03-31": "sns:"}[in.form.Get("Version")] + in.form.Get("Action")
	}
	if in.form == nil {
		_ = json.Unmarshal(raw, &in.body)
	}
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if scope := strings.Split(credential, "/"); len(scope) > 2 {
		in.region = scope[2]
		if key, assumed := strings.CutPrefix(scope[0], "ASIA"); assumed {
			in.account = key
		}
	}
	c.mu.Lock()
	c.calls = append(c.calls, in)
	answer := c.answer[in.action]
	c.mu.Unlock()
	out := reply{400, queryError("InvalidAction", "no such action "+in.action)}
	if answer != nil {
		out = answer(in)
	}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	w.Header().Set("X-Amzn-Requestid", "req-1")
	if strings.HasPrefix(in.action, "cloudwatch:") && !strings.HasPrefix(out.body, "<") {
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	w.WriteHeader(out.status)
	_, _ = io.WriteString(w, out.body)
}

// on replaces the answer to an action.
func (c *cloud) on(action string, answer func(call) reply) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer[action] = answer
}

// made lists the calls of an action so far.
func (c *cloud) made(action string) []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.calls), func(in call) bool { return in.action != action })
}

func fixed(status int, body string) func(call) reply {
	return func(call) reply { return reply{status, body} }
}

// inTurn gives one answer after the other, the last one for ever.
func inTurn(replies ...reply) func(call) reply {
	var mu sync.Mutex
	return func(call) reply {
		mu.Lock()
		defer mu.Unlock()
		out := replies[0]
		if len(replies) > 1 {
			replies = replies[1:]
		}
		return out
	}
}

func queryError(code, message string) string {
	return fmt.Sprintf(`<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>req-1</RequestId></ErrorResponse>`, code, message)
}

func jsonError(code, message string) string {
	return fmt.Sprintf(`{"__type":%q,"message":%q}`, code, message)
}

// result wraps an action's result as the query protocol does.
func result(action, inner string) string {
	return fmt.Sprintf(`<%sResponse><%sResult>%s</%sResult></%sResponse>`, action, action, inner, action, action)
}

func quoted(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func id(t *testing.T, s string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// newCloud is an organization of three accounts that answers everything, and
// makes it the AWS of this test. own is the caller's account.
func newCloud(t *testing.T, own string) *cloud {
	t.Helper()
	c := emptyCloud(own)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	setenv(t, server.URL)
	return c
}

func setenv(t *testing.T, endpoint string) {
	t.Helper()
	for key, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1",
		"AWS_ACCESS_KEY_ID": ownKey, "AWS_SECRET_ACCESS_KEY": "fake", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CA_BUNDLE": "",
		"AWS_CONFIG_FILE": "/nonexistent/config", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
	} {
		t.Setenv(key, value)
	}
}

func emptyCloud(own string) *cloud {
	c := &cloud{own: own, answer: map[string]func(call) reply{}}
	c.answer["sts:GetCallerIdentity"] = fixed(200, result("GetCallerIdentity",
		"<Arn>arn:aws:sts::"+own+":assumed-role/Rootwatch/bot</Arn><UserId>AROAFAKE:bot</UserId><Account>"+own+"</Account>"))
	c.answer["sts:AssumeRole"] = func(in call) reply {
		target := strings.Split(in.form.Get("RoleArn"), ":")[4]
		return reply{body: result("AssumeRole", `<Credentials><AccessKeyId>ASIA`+target+`</AccessKeyId><SecretAccessKey>fake</SecretAccessKey>`+
			`<SessionToken>fake</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`)}
	}
	c.answer["organizations:DescribeOrganization"] = fixed(200, quoted(map[string]any{"Organization": map[string]any{
		"Id": "o-fake", "FeatureSet": "ALL", "MasterAccountId": payer, "MasterAccountEmail": "root@example.com"}}))
	c.answerTree()
	c.answer["organizations:ListAccounts"] = fixed(200, accounts("", listed(payer, "ACTIVE"), listed(member, "ACTIVE"), listed(other, "SUSPENDED")))
	c.answer["iam:GetAccountSummary"] = fixed(200, result("GetAccountSummary", `<SummaryMap><entry><key>AccountMFAEnabled</key><value>1</value></entry></SummaryMap>`))
	c.answer["iam:ListVirtualMFADevices"] = func(in call) reply {
		return reply{body: result("ListVirtualMFADevices", "<VirtualMFADevices>"+device(in.account, "root")+"</VirtualMFADevices><IsTruncated>false</IsTruncated>")}
	}
	c.answer["iam:GetCredentialReport"] = func(in call) reply { return report(in.account, now.Add(-time.Hour)) }
	c.answer["iam:GenerateCredentialReport"] = fixed(200, result("GenerateCredentialReport", "<State>COMPLETE</State>"))
	c.answer["iam:GetAccountPasswordPolicy"] = fixed(200, result("GetAccountPasswordPolicy", "<PasswordPolicy><MinimumPasswordLength>14</MinimumPasswordLength>"+
		"<ExpirePasswords>true</ExpirePasswords><MaxPasswordAge>90</MaxPasswordAge><PasswordReusePrevention>24</PasswordReusePrevention></PasswordPolicy>"))
	c.answer["iam:GetAccountAuthorizationDetails"] = fixed(200, details("<UserDetailList/><GroupDetailList/><RoleDetailList/><Policies/>"))
	c.answer["iam:ListOrganizationsFeatures"] = fixed(200, result("ListOrganizationsFeatures", "<OrganizationId>o-fake</OrganizationId>"+
		"<EnabledFeatures><member>RootCredentialsManagement</member></EnabledFeatures>"))
	c.answer["account:GetAlternateContact"] = fixed(200, contact("security@example.com"))
	c.answer["budgets:DescribeBudgets"] = fixed(200, `{"Budgets":[]}`)
	c.answer["account:GetContactInformation"] = fixed(200, information("US", "+1 206 555 0100"))
	watchAnswers(c)
	return c
}

func listed(id, state string) map[string]any {
	return map[string]any{"Id": id, "Name": "name of " + id, "Email": id + "@example.com", "State": state}
}

func accounts(next string, list ...map[string]any) string {
	out := map[string]any{"Accounts": append([]map[string]any{}, list...)}
	if next != "" {
		out["NextToken"] = next
	}
	return quoted(out)
}

func device(id, user string) string {
	return `<member><SerialNumber>arn:aws:iam::` + id + `:mfa/` + user + `-phone</SerialNumber><EnableDate>2026-01-02T03:04:05Z</EnableDate>` +
		`<User><Arn>arn:aws:iam::` + id + `:` + user + `</Arn></User></member>`
}

// details are one page of GetAccountAuthorizationDetails.
func details(lists string) string { return result("GetAccountAuthorizationDetails", lists) }

func contact(email string) string {
	return quoted(map[string]any{"AlternateContact": map[string]any{"Name": "Security team", "Title": "CISO", "EmailAddress": email, "PhoneNumber": "+1 555 0100"}})
}

func information(country, phone string) string {
	return quoted(map[string]any{"ContactInformation": map[string]any{
		"FullName": "Example Corp", "CompanyName": "Example Corp", "AddressLine1": "1 Example Street", "City": "Seattle", "PostalCode": "98101",
		"CountryCode": country, "PhoneNumber": phone}})
}

func options() awsorg.Options {
	return awsorg.Options{
		Scope: account.Scope{Partition: "aws", Organization: "example"}, RoleName: "RootwatchAudit", ExternalID: "fake-external-id",
		FirstBackoff: time.Millisecond, OrganizationsPerSecond: 1000, Now: func() time.Time { return now },
	}
}

func open(t *testing.T, o awsorg.Options) *awsorg.Org {
	t.Helper()
	org, err := awsorg.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return org
}
