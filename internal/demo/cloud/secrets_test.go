package cloud_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"rootwatch/internal/demo/cloud"
)

const (
	parameterARN = "arn:aws:ssm:eu-west-1:111122223333:parameter/rootwatch/bot"
	secretARN    = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rootwatch/bot"
)

func TestGetParameter(t *testing.T) {
	w := demo(t)
	w.PutParameter("eu-west-1", "/rootwatch/bot", cloud.Parameter{Value: "test-first"})
	w.PutParameter("eu-west-1", "/rootwatch/bot", cloud.Parameter{Value: "test-second"})
	w.PutParameter("eu-west-1", "plain", cloud.Parameter{Value: "test-plain", Plain: true})
	w.PutParameter("eu-west-1", "/locked", cloud.Parameter{Value: "test-locked", NoDecrypt: true})
	client := ssm.NewFromConfig(w.cfg)
	tests := []struct {
		name, want, code string
		encrypted        bool
	}{
		{name: "/rootwatch/bot", want: "test-second"},
		{name: "/rootwatch/bot:1", want: "test-first"},
		{name: parameterARN, want: "test-second"},
		{name: "plain", want: "test-plain"},
		{name: "/rootwatch/bot", encrypted: true},
		{name: "/rootwatch/bot:3", code: "ParameterVersionNotFound"},
		{name: "/rootwatch/none", code: "ParameterNotFound"},
		{name: "arn:aws:ssm:eu-west-1:444455556666:parameter/rootwatch/bot", code: "ParameterNotFound"},
		{name: "/locked", code: "AccessDeniedException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := client.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &tt.name, WithDecryption: aws.Bool(!tt.encrypted)})
			if tt.code != "" {
				wantCode(t, err, tt.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := *out.Parameter.Value; !tt.encrypted && got != tt.want || tt.encrypted && got == "test-second" {
				t.Errorf("value %q", got)
			}
			if tt.name == parameterARN && *out.Parameter.ARN != parameterARN {
				t.Errorf("ARN %s", *out.Parameter.ARN)
			}
		})
	}
	elsewhere := w.cfg.Copy()
	elsewhere.Region = "us-east-1"
	_, err := ssm.NewFromConfig(elsewhere).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/rootwatch/bot")})
	wantCode(t, err, "ParameterNotFound")
}

func TestGetSecretValue(t *testing.T) {
	w := demo(t)
	w.PutSecret("eu-west-1", "rootwatch/bot", cloud.Secret{Text: "test-first"})
	w.PutSecret("eu-west-1", "rootwatch/bot", cloud.Secret{Text: "test-second"})
	w.PutSecret("eu-west-1", "binary", cloud.Secret{Binary: []byte{0, 1, 2}})
	w.PutSecret("eu-west-1", "deleted", cloud.Secret{Text: "test", Deleted: true})
	w.PutSecret("eu-west-1", "locked", cloud.Secret{Text: "test", NoDecrypt: true})
	w.PutSecret("eu-west-1", "broken", cloud.Secret{Text: "test", Broken: true})
	client := secretsmanager.NewFromConfig(w.cfg)
	tests := []struct{ id, stage, want, code string }{
		{id: "rootwatch/bot", want: "test-second"},
		{id: "rootwatch/bot", stage: "AWSCURRENT", want: "test-second"},
		{id: "rootwatch/bot", stage: "AWSPREVIOUS", want: "test-first"},
		{id: "rootwatch/bot", stage: "AWSPENDING", code: "ResourceNotFoundException"},
		{id: secretARN, want: "test-second"},
		{id: secretARN + "-a1b2c3", want: "test-second"},
		{id: "binary"},
		{id: "binary", stage: "AWSPREVIOUS", code: "ResourceNotFoundException"},
		{id: "none", code: "ResourceNotFoundException"},
		{id: "arn:aws:secretsmanager:us-east-1:111122223333:secret:rootwatch/bot", code: "ResourceNotFoundException"},
		{id: "deleted", code: "InvalidRequestException"},
		{id: "locked", code: "AccessDeniedException"},
		{id: "broken", code: "DecryptionFailure"},
	}
	for _, tt := range tests {
		t.Run(tt.id+tt.stage, func(t *testing.T) {
			in := &secretsmanager.GetSecretValueInput{SecretId: &tt.id}
			if tt.stage != "" {
				in.VersionStage = &tt.stage
			}
			out, err := client.GetSecretValue(t.Context(), in)
			if tt.code != "" {
				wantCode(t, err, tt.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.want != "" && *out.SecretString != tt.want || tt.want == "" && (out.SecretString != nil || len(out.SecretBinary) != 3) {
				t.Errorf("%+v", out)
			}
		})
	}
}
