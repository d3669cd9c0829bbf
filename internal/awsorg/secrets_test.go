package awsorg_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rootwatch/config/secret"
	"rootwatch/internal/awsorg"
	emulated "rootwatch/internal/demo/cloud"
)

// vault is the emulated cloud with some secrets, and a reader of them.
func vault(t *testing.T) (*emulated.Server, *awsorg.Secrets) {
	t.Helper()
	server := emulated.New(emulated.DemoOrganization(now), emulated.Options{})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	t.Setenv("AWS_ENDPOINT_URL", web.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE000000000")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", "/nonexistent")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
	server.PutParameter("eu-central-1", "/rootwatch/bot", emulated.Parameter{Value: "test-canary-1"})
	server.PutParameter("eu-central-1", "/rootwatch/locked", emulated.Parameter{Value: "test-canary", NoDecrypt: true})
	server.PutSecret("eu-central-1", "rootwatch/bot", emulated.Secret{Text: "test-canary-2"})
	server.PutSecret("eu-west-1", "rootwatch/far", emulated.Secret{Text: "test-canary-3"})
	server.PutSecret("eu-central-1", "binary", emulated.Secret{Binary: []byte("test-canary")})
	server.PutSecret("eu-central-1", "deleted", emulated.Secret{Text: "test-canary", Deleted: true})
	server.PutSecret("eu-central-1", "locked", emulated.Secret{Text: "test-canary", NoDecrypt: true})
	server.PutSecret("eu-central-1", "broken", emulated.Secret{Text: "test-canary", Broken: true})
	return server, awsorg.NewSecrets(awsorg.Options{MaxAttempts: 2, FirstBackoff: time.Nanosecond})
}

func fetch(t *testing.T, s *awsorg.Secrets, ref string) (string, error) {
	t.Helper()
	parsed, err := secret.Parse(ref)
	if err != nil {
		t.Fatal(err)
	}
	place, ok := parsed.Place()
	if !ok {
		t.Fatalf("%s is not kept in AWS", ref)
	}
	text, err := s.Fetch(t.Context(), place)
	if err != nil && (text != "" || strings.Contains(err.Error(), "canary")) {
		t.Errorf("%s gives %q with %v", ref, text, err)
	}
	return text, err
}

func TestSecretsAreRead(t *testing.T) {
	_, s := vault(t)
	for ref, want := range map[string]string{
		"ssm:/rootwatch/bot":   "test-canary-1",
		"ssm:/rootwatch/bot:1": "test-canary-1",
		"ssm:arn:aws:ssm:eu-central-1:111122223333:parameter/rootwatch/bot":                                  "test-canary-1",
		"secretsmanager:rootwatch/bot":                                                                       "test-canary-2",
		"secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:rootwatch/far-a1b2c3#bot_token": "test-canary-3", // the ARN's region, not the environment's
	} {
		if got, err := fetch(t, s, ref); err != nil || got != want {
			t.Errorf("%s = %q, %v", ref, got, err)
		}
	}
}

func TestSecretsThatCannotBeRead(t *testing.T) {
	server, s := vault(t)
	tests := []struct {
		name, ref, want string
		fault           *emulated.Fault
	}{
		{name: "no parameter", ref: "ssm:/rootwatch/none", want: "ssm:/rootwatch/none cannot be read: there is no such parameter in eu-central-1; AWS_REGION, or an ARN instead of the name, says another region"},
		{name: "no version", ref: "ssm:/rootwatch/bot:7", want: "ssm:/rootwatch/bot:7 cannot be read: the parameter has no such version or label"},
		{name: "no secret", ref: "secretsmanager:none", want: "secretsmanager:none cannot be read: there is no such secret in eu-central-1, or it has no value yet; AWS_REGION, or an ARN instead of the name, says another region"},
		{name: "deleted", ref: "secretsmanager:deleted", want: "secretsmanager:deleted cannot be read: it is marked for deletion: aws secretsmanager restore-secret brings it back"},
		{name: "binary", ref: "secretsmanager:binary", want: "secretsmanager:binary cannot be read: it is binary: store it as text (--secret-string)"},
		{name: "key of a parameter", ref: "ssm:/rootwatch/locked", want: "ssm:/rootwatch/locked cannot be read: its KMS key refuses kms:Decrypt: allow it to the role that Rootwatch runs as, in the role's policy and in the key's"},
		{name: "key of a secret", ref: "secretsmanager:locked", want: "secretsmanager:locked cannot be read: its KMS key refuses kms:Decrypt: allow it to the role that Rootwatch runs as, in the role's policy and in the key's"},
		{name: "a key that is off", ref: "secretsmanager:broken", want: "secretsmanager:broken cannot be read: AWS cannot decrypt it: look whether its KMS key is disabled or marked for deletion"},
		{name: "denied parameter", ref: "ssm:/rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultDeny}, want: "ssm:/rootwatch/bot cannot be read: AWS denies ssm:GetParameter: allow it on this one to the role that Rootwatch runs as"},
		{name: "denied secret", ref: "secretsmanager:rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultDeny}, want: "secretsmanager:rootwatch/bot cannot be read: AWS denies secretsmanager:GetSecretValue: allow it on this one to the role that Rootwatch runs as"},
		{name: "denied by the organization", ref: "secretsmanager:rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultDeny, Message: "User: x is not authorized to perform: secretsmanager:GetSecretValue with an explicit deny in a service control policy"},
			want: "secretsmanager:rootwatch/bot cannot be read: a service control policy denies secretsmanager:GetSecretValue: exempt the role that Rootwatch runs as"},
		{name: "denied by itself", ref: "secretsmanager:rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultDeny, Message: "User: x is not authorized to perform: secretsmanager:GetSecretValue with an explicit deny in a resource-based policy"},
			want: "secretsmanager:rootwatch/bot cannot be read: its own resource policy denies secretsmanager:GetSecretValue to the role that Rootwatch runs as"},
		{name: "throttled", ref: "ssm:/rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultThrottle}, want: "ssm:/rootwatch/bot cannot be read: AWS throttles ssm:GetParameter: try again in a minute"},
		{name: "broken", ref: "ssm:/rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultServerError}, want: "ssm:/rootwatch/bot cannot be read: AWS failed to answer ssm:GetParameter: ask again in a few minutes"},
		{name: "a proxy", ref: "ssm:/rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultHTML, Status: 403}, want: "ssm:/rootwatch/bot cannot be read: the answer to ssm:GetParameter is not one AWS gives: check proxies and AWS_ENDPOINT_URL"},
		{name: "expired credentials", ref: "ssm:/rootwatch/bot", fault: &emulated.Fault{Kind: emulated.FaultDeny, Code: "ExpiredTokenException"}, want: "ssm:/rootwatch/bot cannot be read: Rootwatch's own AWS credentials have expired: sign in again (aws sso login), or renew the profile, keys or role Rootwatch runs with"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server.ClearFaults()
			if tt.fault != nil {
				server.AddFault(*tt.fault)
			}
			if _, err := fetch(t, s, tt.ref); err == nil || err.Error() != tt.want {
				t.Errorf("says %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestSecretsWithoutCredentials(t *testing.T) {
	_, s := vault(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	if _, err := fetch(t, s, "ssm:/rootwatch/bot"); err == nil || !strings.Contains(err.Error(), "ssm:/rootwatch/bot cannot be read: Rootwatch has no AWS credentials: sign in again") {
		t.Errorf("says %v", err)
	}
	t.Setenv("AWS_PROFILE", "nobody")
	if _, err := fetch(t, awsorg.NewSecrets(awsorg.Options{}), "ssm:/rootwatch/bot"); err == nil || !strings.Contains(err.Error(), `there is no AWS profile "nobody"`) {
		t.Errorf("says %v", err)
	}
}

func TestSecretsStopInTime(t *testing.T) {
	server, s := vault(t)
	server.AddFault(emulated.Fault{Kind: emulated.FaultHang})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Fetch(ctx, secret.Place{Service: secret.SSM, Name: "/rootwatch/bot"})
	if err == nil || !strings.Contains(err.Error(), "was stopped before AWS had answered") {
		t.Errorf("says %v", err)
	}
}
