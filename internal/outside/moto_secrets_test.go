package outside

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"rootwatch/config/secret"
	"rootwatch/internal/awsorg"
)

// ids are what moto called the things that it was given.
type ids struct{ parameter, secret string }

// fill puts parameters and secrets into moto's AWS, as a person would.
func (m *moto) fill(t *testing.T) ids {
	t.Helper()
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &m.url, Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE000000000", "not-a-secret", "")}
	parameters, secrets := ssm.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg)
	for _, value := range []string{"test-canary-first", "test-canary-second"} {
		if _, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{
			Name: aws.String("/rootwatch/token"), Value: &value, Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true),
		}); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := parameters.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/rootwatch/token")})
	if err != nil {
		t.Fatal(err)
	}
	made, err := secrets.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("rootwatch/slack"), SecretString: aws.String(`{"bot_token": "test-canary-old"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: made.ARN, SecretString: aws.String(`{"bot_token": "test-canary-new"}`)}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []*secretsmanager.CreateSecretInput{
		{Name: aws.String("binary"), SecretBinary: []byte("test-canary")},
		{Name: aws.String("deleted"), SecretString: aws.String("test-canary")},
		{Name: aws.String("without a value yet")},
	} {
		in.Name = aws.String(strings.ReplaceAll(*in.Name, " ", "-"))
		if _, err := secrets.CreateSecret(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := secrets.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String("deleted"), RecoveryWindowInDays: aws.Int64(7)}); err != nil {
		t.Fatal(err)
	}
	return ids{*whole.Parameter.ARN, *made.ARN}
}

// What moto keeps is read by every form of reference, the newest version of
// it, and each refusal is told in the same words as our own emulator's.
func TestMotoSecrets(t *testing.T) {
	m := startMoto(t)
	known := m.fill(t)
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": m.url, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY": "not-a-secret", "AWS_REGION": "eu-central-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
	} {
		t.Setenv(name, value)
	}
	reader := awsorg.NewSecrets(awsorg.Options{MaxAttempts: 2})
	source := secret.Source{Fetch: func(p secret.Place) (string, error) { return reader.Fetch(t.Context(), p) }}
	for ref, want := range map[string]string{
		"ssm:/rootwatch/token":                          "test-canary-second",
		"ssm:/rootwatch/token:1":                        "test-canary-first",
		"ssm:" + known.parameter:                        "test-canary-second",
		"secretsmanager:rootwatch/slack#bot_token":      "test-canary-new",
		"secretsmanager:" + known.secret + "#bot_token": "test-canary-new",
	} {
		if v, err := secret.Resolve(ref, source); err != nil || v.Reveal() != want {
			t.Errorf("%s = %q, %v; want %q", ref, v.Reveal(), err, want)
		}
	}
	for ref, want := range map[string]string{
		"ssm:/rootwatch/none":                "there is no such parameter in eu-central-1",
		"ssm:/rootwatch/token:9":             "the parameter has no such version or label",
		"secretsmanager:none":                "there is no such secret in eu-central-1",
		"secretsmanager:without-a-value-yet": "or it has no value yet",
		"secretsmanager:deleted":             "it is marked for deletion",
		"secretsmanager:binary":              "it is binary",
		"secretsmanager:rootwatch/slack":     "is a JSON object: say which of its keys",
	} {
		v, err := secret.Resolve(ref, source)
		if err == nil || !v.Empty() || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s says %v, want %q", ref, err, want)
		}
	}
}
