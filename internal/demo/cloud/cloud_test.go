package cloud_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

// today is a Sunday, and no first of a month is near.
var today = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

func frozen() time.Time { return today }

func id(t *testing.T, digits string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(digits)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// world is an emulator over HTTP and the management account's config for it.
type world struct {
	*cloud.Server
	url string
	cfg aws.Config
}

func start(t *testing.T, org *cloud.Organization, o cloud.Options) world {
	t.Helper()
	if o.Now == nil {
		o.Now = frozen
	}
	if o.Wall == nil {
		o.Wall = frozen
	}
	server := cloud.New(org, o)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	return world{Server: server, url: web.URL, cfg: aws.Config{
		Region:       "eu-west-1",
		BaseEndpoint: &web.URL,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "not-a-secret", ""),
	}}
}

func demo(t *testing.T) world {
	t.Helper()
	return start(t, cloud.DemoOrganization(today), cloud.Options{})
}

func assumeInput(w world, digits string) *sts.AssumeRoleInput {
	org := w.Organization()
	return &sts.AssumeRoleInput{
		RoleArn:         aws.String("arn:aws:iam::" + digits + ":role/" + org.RoleName),
		RoleSessionName: aws.String("rootwatch"),
		ExternalId:      aws.String(org.ExternalID),
	}
}

// in is the config of the audit role in an account.
func (w world) in(t *testing.T, digits string) aws.Config {
	t.Helper()
	return w.assume(t, assumeInput(w, digits))
}

func (w world) assume(t *testing.T, in *sts.AssumeRoleInput) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(w.cfg).AssumeRole(t.Context(), in)
	if err != nil {
		t.Fatalf("assuming %s: %v", *in.RoleArn, err)
	}
	cfg := w.cfg.Copy()
	c := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	return cfg
}

// wantCode fails unless err is AWS's error with this code.
func wantCode(t *testing.T, err error, code string) smithy.APIError {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want AWS's error %s", err, code)
	}
	if api.ErrorCode() != code {
		t.Fatalf("got code %s (%v), want %s", api.ErrorCode(), err, code)
	}
	return api
}

// everyOperation calls each operation once with cfg.
func everyOperation(cfg aws.Config, w world) map[string]func(context.Context) error {
	role := assumeInput(w, "123456789012")
	w.PutParameter(cfg.Region, "/rootwatch/token", cloud.Parameter{Value: "test-canary"})
	w.PutSecret(cfg.Region, "rootwatch/token", cloud.Secret{Text: "test-canary"})
	return withBudgets(cfg, w, withRoster(cfg, withWatch(cfg, w, withTree(cfg, map[string]func(context.Context) error{
		"sts:GetCallerIdentity": func(ctx context.Context) error {
			_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
			return err
		},
		"sts:AssumeRole": func(ctx context.Context) error {
			_, err := sts.NewFromConfig(cfg).AssumeRole(ctx, role)
			return err
		},
		"iam:GetAccountSummary": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GetAccountSummary(ctx, nil)
			return err
		},
		"iam:GenerateCredentialReport": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GenerateCredentialReport(ctx, nil)
			return err
		},
		"iam:GetCredentialReport": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GetCredentialReport(ctx, nil)
			return err
		},
		"iam:ListVirtualMFADevices": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).ListVirtualMFADevices(ctx, nil)
			return err
		},
		"iam:ListAccountAliases": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).ListAccountAliases(ctx, nil)
			return err
		},
		"iam:GetAccountPasswordPolicy": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GetAccountPasswordPolicy(ctx, nil)
			return err
		},
		"iam:ListOrganizationsFeatures": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).ListOrganizationsFeatures(ctx, nil)
			return err
		},
		"organizations:DescribeOrganization": func(ctx context.Context) error {
			_, err := organizations.NewFromConfig(cfg).DescribeOrganization(ctx, nil)
			return err
		},
		"organizations:ListAccounts": func(ctx context.Context) error {
			_, err := organizations.NewFromConfig(cfg).ListAccounts(ctx, nil)
			return err
		},
		"account:GetAlternateContact": func(ctx context.Context) error {
			_, err := accountapi.NewFromConfig(cfg).GetAlternateContact(ctx, &accountapi.GetAlternateContactInput{AlternateContactType: "SECURITY"})
			return err
		},
		"account:GetContactInformation": func(ctx context.Context) error {
			_, err := accountapi.NewFromConfig(cfg).GetContactInformation(ctx, nil)
			return err
		},
		"ce:GetCostAndUsage": func(ctx context.Context) error {
			in := costInput(-1, 0)
			in.Filter = only("LINKED_ACCOUNT", "123456789012")
			_, err := costexplorer.NewFromConfig(cfg).GetCostAndUsage(ctx, in)
			return err
		},
		"ssm:GetParameter": func(ctx context.Context) error {
			_, err := ssm.NewFromConfig(cfg).GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/rootwatch/token")})
			return err
		},
		"secretsmanager:GetSecretValue": func(ctx context.Context) error {
			_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("rootwatch/token")})
			return err
		},
	}))))
}
