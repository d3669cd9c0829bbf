package awsorg

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"rootwatch/checks/account"
)

const (
	callAssumeRoot   = "sts:AssumeRoot"
	callRootDevices  = "iam:ListMFADevices"
	callRootKeys     = "iam:ListAccessKeys"
	callRootCerts    = "iam:ListSigningCertificates"
	callRootPassword = "iam:GetLoginProfile"
	callRootUser     = "iam:GetUser"
	rootSession      = 900 // seconds: what AWS gives at most
)

// rootTask is the ARN of the one task policy that is asked for. It lets a
// session look at root's credentials and at nothing else.
func rootTask(partition string) string {
	return "arn:" + partition + ":iam::aws:policy/root-task/IAMAuditRootUserCredentials"
}

// rootAudit looks at a member's root user from the organization's side, where
// the operator switched that on. It needs no role in the member.
func (o *Org) rootAudit(ctx context.Context, a account.Account, self identity) account.Fact[*account.RootAudit] {
	if !o.opts.RootAudit {
		return account.Known[*account.RootAudit](nil)
	}
	if a.Role == account.RoleUnknown {
		org, gap := o.organization(ctx)
		if gap != nil {
			return account.Missing[*account.RootAudit](*gap)
		}
		a = o.complete(a, self, org)
	}
	if a.Role != account.Member { // AWS opens no such session in the management account, nor without an organization
		return account.Known[*account.RootAudit](nil)
	}
	client, gap := o.asRoot(ctx, a.ID, self.partition)
	if gap != nil {
		return account.Missing[*account.RootAudit](*gap)
	}
	seen, gap := lookAtRoot(ctx, client, a)
	if gap == nil {
		return account.Known(seen)
	}
	switch {
	case gap.Cause == account.BadCredentials:
		o.rootSessions.drop(a.ID)
	case InSCP(*gap):
		gap.Sentence = fmt.Sprintf("a service control policy denies root sessions in account %s, and with them the central audit of its root user: exempt them there, by the condition key aws:AssumedRoot", a.ID)
	}
	return account.Missing[*account.RootAudit](*gap)
}

// asRoot opens the session, or takes the one that is open still.
func (o *Org) asRoot(ctx context.Context, id account.ID, partition string) (*iam.Client, *account.Gap) {
	cache := o.rootSessions.of(id, func() *aws.CredentialsCache {
		return aws.NewCredentialsCache(rootCredentials{o.sideSTS, id, partition}, func(c *aws.CredentialsCacheOptions) { c.ExpiryWindow = expiryWindow })
	})
	v, gap := within(ctx, callTimeout, callAssumeRoot, cache.Retrieve)
	if gap != nil {
		if gap.Cause == account.Denied && gap.Call == callAssumeRoot && !InSCP(*gap) {
			gap.Sentence = fmt.Sprintf("AWS opens no root session in account %s: switch on root credentials management for the organization, and allow %s with the audit's task policy (`rootwatch policy --for management` prints it)", id, callAssumeRoot)
		}
		return nil, gap
	}
	cfg := o.base.Copy()
	cfg.Credentials = credentials.StaticCredentialsProvider{Value: v}
	return iam.NewFromConfig(cfg), nil
}

// rootCredentials are those of an AssumeRoot session.
type rootCredentials struct {
	client    *sts.Client
	id        account.ID
	partition string
}

// Retrieve implements aws.CredentialsProvider.
func (c rootCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	out, err := c.client.AssumeRoot(ctx, &sts.AssumeRootInput{
		TargetPrincipal: aws.String(c.id.String()), DurationSeconds: aws.Int32(rootSession),
		TaskPolicyArn: &ststypes.PolicyDescriptorType{Arn: aws.String(rootTask(c.partition))},
	})
	if err != nil {
		return aws.Credentials{}, err
	}
	v := out.Credentials
	if v == nil || v.AccessKeyId == nil || v.SecretAccessKey == nil || v.SessionToken == nil || v.Expiration == nil {
		return aws.Credentials{}, unusable(callAssumeRoot, "it holds no credentials")
	}
	return aws.Credentials{AccessKeyID: *v.AccessKeyId, SecretAccessKey: *v.SecretAccessKey, SessionToken: *v.SessionToken,
		CanExpire: true, Expires: v.Expiration.UTC(), Source: "AssumeRoot"}, nil
}

// lookAtRoot makes the session's calls side by side. All of them answer, or
// nothing is known: half a list of credentials is none.
func lookAtRoot(ctx context.Context, client *iam.Client, a account.Account) (*account.RootAudit, *account.Gap) {
	var seen account.RootAudit
	var calls sync.WaitGroup
	gaps := make([]*account.Gap, 5)
	calls.Go(func() { seen.AssumedRootARN, gaps[0] = rootItself(ctx, client, a) })
	calls.Go(func() { seen.MFADevices, gaps[1] = rootDevices(ctx, client, a.ID) })
	calls.Go(func() { seen.AccessKeys, seen.ActiveKeys, gaps[2] = rootKeys(ctx, client) })
	calls.Go(func() { seen.Certificates, gaps[3] = rootCertificates(ctx, client) })
	calls.Go(func() { seen.Password, gaps[4] = rootPassword(ctx, client) })
	calls.Wait()
	for _, gap := range gaps {
		if gap != nil {
			return nil, gap
		}
	}
	return &seen, nil
}

// rootItself makes sure of whose root answers.
func rootItself(ctx context.Context, client *iam.Client, a account.Account) (string, *account.Gap) {
	return within(ctx, callTimeout, callRootUser, func(ctx context.Context) (string, error) {
		out, err := client.GetUser(ctx, &iam.GetUserInput{})
		if err != nil {
			return "", err
		}
		if out.User == nil || !a.OwnsRoot(aws.ToString(out.User.Arn)) {
			return "", unusable(callRootUser, "it does not name root of account %s", a.ID)
		}
		return *out.User.Arn, nil
	})
}

func rootDevices(ctx context.Context, client *iam.Client, id account.ID) ([]account.RootDevice, *account.Gap) {
	devices := []account.RootDevice{}
	gap := allPages(ctx, callRootDevices, func(ctx context.Context, marker *string) (bool, *string, error) {
		out, err := client.ListMFADevices(ctx, &iam.ListMFADevicesInput{Marker: marker})
		if err != nil {
			return false, nil, err
		}
		if out.MFADevices == nil {
			return false, nil, unusable(callRootDevices, "it holds no list")
		}
		for _, d := range out.MFADevices {
			serial := aws.ToString(d.SerialNumber)
			if serial == "" {
				return false, nil, unusable(callRootDevices, "a device has no serial number")
			}
			devices = append(devices, account.RootDevice{SerialNumber: serial, Kind: deviceKind(serial, id)})
		}
		return out.IsTruncated, out.Marker, nil
	})
	return devices, gap
}

// deviceKind is told by the whole form of the serial number; "" where it is
// none of the three.
func deviceKind(serial string, id account.ID) account.DeviceKind {
	if !strings.HasPrefix(serial, "arn:") {
		return account.DeviceTOTP
	}
	parts := strings.SplitN(serial, ":", 6)
	if len(parts) != 6 || parts[2] != "iam" || parts[3] != "" || parts[4] != id.String() {
		return ""
	}
	switch kind, name, _ := strings.Cut(parts[5], "/"); {
	case name == "":
	case kind == "mfa":
		return account.DeviceVirtual
	case kind == "u2f":
		return account.DeviceFIDO
	}
	return ""
}

func rootKeys(ctx context.Context, client *iam.Client) (total, active int, gap *account.Gap) {
	gap = allPages(ctx, callRootKeys, func(ctx context.Context, marker *string) (bool, *string, error) {
		out, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{Marker: marker})
		if err != nil {
			return false, nil, err
		}
		if out.AccessKeyMetadata == nil {
			return false, nil, unusable(callRootKeys, "it holds no list")
		}
		total += len(out.AccessKeyMetadata)
		for _, k := range out.AccessKeyMetadata {
			if k.Status != types.StatusTypeInactive {
				active++
			}
		}
		return out.IsTruncated, out.Marker, nil
	})
	return total, active, gap
}

func rootCertificates(ctx context.Context, client *iam.Client) (total int, gap *account.Gap) {
	gap = allPages(ctx, callRootCerts, func(ctx context.Context, marker *string) (bool, *string, error) {
		out, err := client.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{Marker: marker})
		if err != nil {
			return false, nil, err
		}
		if out.Certificates == nil {
			return false, nil, unusable(callRootCerts, "it holds no list")
		}
		total += len(out.Certificates)
		return out.IsTruncated, out.Marker, nil
	})
	return total, gap
}

// rootPassword is no where AWS has no login profile of root. Where it has one,
// it leaves the user's name out.
func rootPassword(ctx context.Context, client *iam.Client) (account.Answer, *account.Gap) {
	return within(ctx, callTimeout, callRootPassword, func(ctx context.Context) (account.Answer, error) {
		out, err := client.GetLoginProfile(ctx, &iam.GetLoginProfileInput{})
		if code := apiCode(err); code == "NoSuchEntity" || code == "NoSuchEntityException" {
			return account.No, nil
		}
		if err != nil {
			return account.AnswerUnknown, err
		}
		if out.LoginProfile == nil {
			return account.AnswerUnknown, unusable(callRootPassword, "it holds no login profile")
		}
		return account.Yes, nil
	})
}

// allPages asks for page after page until there is no further one; a page's
// items are added by ask itself, once, since it returns an error before it adds any.
func allPages(ctx context.Context, call string, ask func(context.Context, *string) (truncated bool, next *string, err error)) *account.Gap {
	type page struct {
		truncated bool
		next      *string
	}
	seen := map[string]bool{}
	var marker *string
	for {
		p, gap := within(ctx, callTimeout, call, func(ctx context.Context) (page, error) {
			truncated, next, err := ask(ctx, marker)
			if err == nil && truncated && (aws.ToString(next) == "" || seen[*next]) {
				err = unusable(call, "its pages do not lead on")
			}
			return page{truncated, next}, err
		})
		if gap != nil || !p.truncated {
			return gap
		}
		marker = p.next
		seen[*marker] = true
	}
}
