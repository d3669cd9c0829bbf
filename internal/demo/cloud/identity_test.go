package cloud_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

func TestCallerIsWhoeverSigned(t *testing.T) {
	w := demo(t)
	for _, c := range []struct {
		name, account, arn string
		cfg                aws.Config
	}{
		{"long-term", "111122223333", "arn:aws:iam::111122223333:user/rootwatch", w.cfg},
		{"role", "444455556666", "arn:aws:sts::444455556666:assumed-role/RootwatchAudit/rootwatch", w.in(t, "444455556666")},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := sts.NewFromConfig(c.cfg).GetCallerIdentity(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if *out.Account != c.account || *out.Arn != c.arn || *out.UserId == "" {
				t.Errorf("got %s %s %s", *out.Account, *out.Arn, *out.UserId)
			}
		})
	}
}

func TestAssumeRoleIsRefused(t *testing.T) {
	w := demo(t)
	member := w.in(t, "444455556666")
	for _, c := range []struct {
		name, code string
		cfg        aws.Config
		change     func(*sts.AssumeRoleInput)
	}{
		{"wrong external id", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("another") }},
		{"no external id", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { in.ExternalId = nil }},
		{"wrong role", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::123456789012:role/Admin") }},
		{"other partition", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) {
			in.RoleArn = aws.String("arn:aws-cn:iam::123456789012:role/RootwatchAudit")
		}},
		{"no such account", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { *in = *assumeInput(w, "900000000009") }},
		{"no role", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { *in = *assumeInput(w, "100000000002") }},
		{"suspended", "AccessDenied", w.cfg, func(in *sts.AssumeRoleInput) { *in = *assumeInput(w, "100000000001") }},
		{"caller is not trusted", "AccessDenied", member, func(*sts.AssumeRoleInput) {}},
		{"session name", "ValidationError", w.cfg, func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("not a name") }},
		{"too long", "ValidationError", w.cfg, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(50_000) }},
		{"too long for a chain", "ValidationError", w.in(t, "111122223333"), func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(7200) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := assumeInput(w, "123456789012")
			c.change(in)
			_, err := sts.NewFromConfig(c.cfg).AssumeRole(t.Context(), in)
			_ = wantCode(t, err, c.code)
		})
	}
}

func TestSessionTellsItsAccountAndExpires(t *testing.T) {
	now := today
	w := start(t, cloud.DemoOrganization(today), cloud.Options{Wall: func() time.Time { return now }})
	in := assumeInput(w, "444455556666")
	in.DurationSeconds = aws.Int32(900)
	out, err := sts.NewFromConfig(w.cfg).AssumeRole(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	c := out.Credentials
	if key := *c.AccessKeyId; len(key) != 20 || !strings.HasPrefix(key, "ASIA444455556666") {
		t.Errorf("key %q does not tell its account", key)
	}
	if !c.Expiration.Equal(now.Add(15 * time.Minute)) {
		t.Errorf("expires %v", c.Expiration)
	}
	cfg := w.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	client := sts.NewFromConfig(cfg)
	now = now.Add(15*time.Minute - time.Second)
	if _, err := client.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	now = now.Add(time.Second)
	_, err = client.GetCallerIdentity(t.Context(), nil)
	_ = wantCode(t, err, "ExpiredToken")
}

// A client goes on with its sessions when the emulator is started anew.
func TestSessionOutlivesTheServer(t *testing.T) {
	first, second := demo(t), demo(t)
	cfg := first.in(t, "444455556666")
	cfg.BaseEndpoint = &second.url
	out, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *out.Account != "444455556666" {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestUnknownCredentials(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.CallerKey = "AKIAKNOWN"
	w := start(t, org, cloud.Options{})
	known := w.cfg.Copy()
	known.Credentials = credentials.NewStaticCredentialsProvider("AKIAKNOWN", "not-a-secret", "")
	w.cfg = known
	session, err := w.in(t, "444455556666").Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, key, token string }{
		{"other key", "AKIAOTHER", ""},
		{"made-up session", "ASIA4444555566660001", "x"},
		{"no token", session.AccessKeyID, ""},
		{"another's token", "ASIA1234567890120001", session.SessionToken},
		{"short", "ASIA12", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := known.Copy()
			cfg.Credentials = credentials.NewStaticCredentialsProvider(c.key, "not-a-secret", c.token)
			for name, call := range everyOperation(cfg, w) {
				want := "UnrecognizedClientException"
				if strings.HasPrefix(name, "iam:") || strings.HasPrefix(name, "sts:") || strings.HasPrefix(name, "sns:") {
					want = "InvalidClientTokenId"
				}
				_ = wantCode(t, call(t.Context()), want)
			}
		})
	}
}

func TestEveryOperationAnswersAndIsCounted(t *testing.T) {
	w := demo(t)
	calls := everyOperation(w.cfg, w)
	if err := calls["iam:GenerateCredentialReport"](t.Context()); err != nil {
		t.Fatal(err)
	}
	delete(calls, "iam:GenerateCredentialReport")
	for name, call := range calls {
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		service, operation, _ := strings.Cut(name, ":")
		if n := w.CallCount(service, operation); n != 1 {
			t.Errorf("%s was counted %d times", name, n)
		}
	}
	if all := w.Calls(); len(all) != len(calls)+1 || w.CallCount("", "") != len(all) || w.CallCount("iam", "") != 8 {
		t.Errorf("calls: %v", all)
	}
	for _, call := range w.Calls() {
		want := "111122223333"
		if strings.HasPrefix(call.Operation, "AssumeRo") {
			want = "123456789012"
		}
		if call.Account.String() != want || !call.At.Equal(today) {
			t.Errorf("recorded %+v", call)
		}
	}
}

// The action that an account denies is refused in every service, by its own
// spelling, and nothing else is.
func TestDeniedActions(t *testing.T) {
	org := cloud.DemoOrganization(today)
	w := start(t, org, cloud.Options{})
	for name, call := range everyOperation(w.cfg, w) {
		if name == "iam:GetCredentialReport" {
			continue // needs a report; its denial is in TestDemoFaultsAreThere
		}
		name := permissionFor(name)
		w.Update(func(o *cloud.Organization) { o.Management().Denied = []string{name} })
		want := "AccessDeniedException"
		switch {
		case strings.HasPrefix(name, "iam:"), strings.HasPrefix(name, "sts:"):
			want = "AccessDenied"
		case strings.HasPrefix(name, "sns:"):
			want = "AuthorizationError"
		}
		api := wantCode(t, call(t.Context()), want)
		if !strings.Contains(api.ErrorMessage(), "is not authorized to perform: "+name) {
			t.Errorf("%s: message %q does not name the action", name, api.ErrorMessage())
		}
		w.Update(func(o *cloud.Organization) { o.Management().Denied = []string{"iam:ListUsers"} })
		if err := call(t.Context()); err != nil {
			t.Errorf("%s with another action denied: %v", name, err)
		}
	}
}

func TestOneIsNotAMember(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.CallerAccount = id(t, "444455556666")
	w := start(t, org, cloud.Options{})
	out, err := sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *out.Account != "444455556666" {
		t.Fatalf("caller: %v, %v", out, err)
	}
	w.Update(func(o *cloud.Organization) { o.CallerAccount = account.ID{} })
	if out, err = sts.NewFromConfig(w.cfg).GetCallerIdentity(t.Context(), nil); err != nil || *out.Account != "111122223333" {
		t.Errorf("caller after the change: %v, %v", out, err)
	}
}

func TestUnknownOperationIsNamed(t *testing.T) {
	w := demo(t)
	_, err := iam.NewFromConfig(w.cfg).ListUsers(t.Context(), nil)
	api := wantCode(t, err, "NotImplemented")
	if !strings.Contains(api.ErrorMessage(), "iam:ListUsers") {
		t.Errorf("message %q", api.ErrorMessage())
	}
}

// raw sends what no SDK would.
func raw(t *testing.T, w world, path, body string, header map[string]string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("X-Amzn-Errortype") + string(b)
}

func signed(service string) string {
	return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

func TestWhatNoSDKSends(t *testing.T) {
	w := demo(t)
	target := "AWSOrganizationsV20161128.ListAccounts"
	for _, c := range []struct {
		name, path, body string
		header           map[string]string
		status           int
		says             string
	}{
		{"unsigned query", "/", "Action=GetAccountSummary", nil, 403, "<Code>MissingAuthenticationToken</Code>"},
		{"unsigned JSON", "/", "{}", map[string]string{"X-Amz-Target": target}, 403, `"__type":"MissingAuthenticationTokenException"`},
		{"unsigned REST", "/getContactInformation", "{}", nil, 403, `MissingAuthenticationTokenException{"message":`},
		{"half a signature", "/", "", map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/iam"}, 403, "MissingAuthenticationToken"},
		{"signed for another service", "/", "{}", map[string]string{"X-Amz-Target": target, "Authorization": signed("iam")}, 400, "UnknownOperationException"},
		{"service that is not emulated", "/", "", map[string]string{"Authorization": signed("budgets")}, 501, "budgets"},
		{"unknown path", "/putContactInformation", "{}", map[string]string{"Authorization": signed("account")}, 501, "/putContactInformation"},
		{"body that is no JSON", "/", "{", map[string]string{"X-Amz-Target": target, "Authorization": signed("organizations")}, 400, "SerializationException"},
		{"too much", "/", strings.Repeat("a", 1<<20+1), map[string]string{"Authorization": signed("iam")}, 413, "RequestEntityTooLarge"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := raw(t, w, c.path, c.body, c.header)
			if status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("got %d %s, want %d with %s", status, body, c.status, c.says)
			}
		})
	}
	if n := w.CallCount("", ""); n != 0 {
		t.Errorf("%d refused requests were counted as calls", n)
	}
}

func TestJSONErrorIsAWSs(t *testing.T) {
	w := demo(t)
	_, body := raw(t, w, "/", `{"MaxResults":99}`, map[string]string{"X-Amz-Target": "AWSOrganizationsV20161128.ListAccounts", "Authorization": signed("organizations")})
	var got map[string]string
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got["__type"] != "InvalidInputException" || got["Message"] == "" || got["Reason"] != "MAX_VALUE_EXCEEDED" {
		t.Errorf("got %v", got)
	}
}
