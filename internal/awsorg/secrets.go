package awsorg

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"rootwatch/checks/account"
	"rootwatch/config/secret"
)

const (
	callParameter = "ssm:GetParameter"
	callSecret    = "secretsmanager:GetSecretValue"
	callDecrypt   = "kms:Decrypt"
)

// Secrets reads what the configuration keeps in AWS, with the credentials that
// the process runs on. It is safe for concurrent use; make one with NewSecrets.
type Secrets struct {
	opts Options

	mu     sync.Mutex
	base   aws.Config
	loaded bool
}

// NewSecrets makes the reader. Nothing is asked, and no credentials are
// needed, before the first Fetch. Of o it takes how to connect: the profile,
// the region of names that say none, retries and the HTTP client.
func NewSecrets(o Options) *Secrets { return &Secrets{opts: o.withDefaults()} }

// Fetch reads the secret that AWS keeps at place, as text. Its errors are
// sentences for a person and never repeat the secret.
func (s *Secrets) Fetch(ctx context.Context, place secret.Place) (string, error) {
	cfg, err := s.config(ctx, place.Region)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", place, err)
	}
	call, ask := callParameter, parameterValue
	if place.Service == secret.SecretsManager {
		call, ask = callSecret, secretValue
	}
	text, gap := within(ctx, callTimeout, call, func(ctx context.Context) (string, error) {
		text, err := ask(ctx, cfg, place.Name)
		return text, refused(call, cfg.Region, err)
	})
	if gap != nil {
		if gap.Cause == account.Throttled {
			gap.Sentence = "AWS throttles " + call + ": try again in a minute"
		}
		return "", fmt.Errorf("%s cannot be read: %s", place, gap.Sentence)
	}
	return text, nil
}

// config is loaded once it worked: a start without credentials is tried again.
func (s *Secrets) config(ctx context.Context, region string) (aws.Config, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.loaded {
		base, err := loadConfig(ctx, s.opts)
		if err != nil {
			return aws.Config{}, err
		}
		s.base, s.loaded = base, true
	}
	cfg := s.base.Copy()
	if region != "" {
		cfg.Region = region
	}
	return cfg, nil
}

func parameterValue(ctx context.Context, cfg aws.Config, name string) (string, error) {
	out, err := ssm.NewFromConfig(cfg).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	if out.Parameter == nil || out.Parameter.Value == nil {
		return "", unusable(callParameter, "there is no value in it")
	}
	return *out.Parameter.Value, nil
}

func secretValue(ctx context.Context, cfg aws.Config, name string) (string, error) {
	out, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	switch {
	case err != nil:
		return "", err
	case out.SecretString != nil:
		return *out.SecretString, nil
	case out.SecretBinary != nil:
		return "", account.Gap{Call: callSecret, Cause: account.Undecodable, Sentence: "it is binary: store it as text (--secret-string)"}
	}
	return "", unusable(callSecret, "there is no value in it")
}

// refused words what only these two services answer; anything else goes on to
// classify as it is.
func refused(call, region string, err error) error {
	if err == nil {
		return nil
	}
	gap := account.Gap{Call: call, Cause: causeOf(err), Detail: detail(err)}
	const elsewhere = "; AWS_REGION, or an ARN instead of the name, says another region"
	switch code := apiCode(err); {
	case code == "ParameterNotFound":
		gap.Sentence = "there is no such parameter in " + region + elsewhere
	case code == "ParameterVersionNotFound":
		gap.Sentence = "the parameter has no such version or label"
	case code == "ResourceNotFoundException":
		gap.Sentence = "there is no such secret in " + region + ", or it has no value yet" + elsewhere
	case code == "InvalidRequestException" && strings.Contains(err.Error(), "delet"): // AWS words it in two ways
		gap.Sentence = "it is marked for deletion: aws secretsmanager restore-secret brings it back"
	case code == "DecryptionFailure", code == "InvalidKeyId":
		gap.Sentence = "AWS cannot decrypt it: look whether its KMS key is disabled or marked for deletion"
	case gap.Cause == account.Denied:
		gap.Sentence = deniedSecret(call, err)
	case gap.Cause == account.Undecodable && code != "":
		gap.Sentence = fmt.Sprintf("AWS refuses %s with %s", call, gap.Detail)
	default:
		return err
	}
	return gap
}

// deniedSecret names the action that is missing: the service's own, or that of the key.
func deniedSecret(call string, err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "KMS"), strings.Contains(text, "kms:"), strings.Contains(text, "ciphertext refers"):
		return "its KMS key refuses " + callDecrypt + ": allow it to the role that Rootwatch runs as, in the role's policy and in the key's"
	case strings.Contains(text, "service control policy"):
		return "a service control policy denies " + call + ": exempt the role that Rootwatch runs as"
	case strings.Contains(text, "resource-based policy"):
		return "its own resource policy denies " + call + " to the role that Rootwatch runs as"
	}
	return "AWS denies " + call + ": allow it on this one to the role that Rootwatch runs as"
}
