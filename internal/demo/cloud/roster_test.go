package cloud_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"rootwatch/internal/demo/cloud"
)

// withRoster adds what the roster and root sessions ask from outside.
func withRoster(cfg aws.Config, calls map[string]func(context.Context) error) map[string]func(context.Context) error {
	calls["iam:GetAccountAuthorizationDetails"] = func(ctx context.Context) error {
		_, err := iam.NewFromConfig(cfg).GetAccountAuthorizationDetails(ctx, nil)
		return err
	}
	calls["sts:AssumeRoot"] = func(ctx context.Context) error {
		_, err := sts.NewFromConfig(cfg).AssumeRoot(ctx, auditInput("123456789012"))
		return err
	}
	return calls
}

const auditTask = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"

func auditInput(target string) *sts.AssumeRootInput {
	return &sts.AssumeRootInput{TargetPrincipal: aws.String(target), TaskPolicyArn: &ststypes.PolicyDescriptorType{Arn: aws.String(auditTask)}, DurationSeconds: aws.Int32(900)}
}

// asRoot is a configuration with the credentials of a root session.
func (w world) asRoot(t *testing.T, target string) aws.Config {
	t.Helper()
	out, err := sts.NewFromConfig(w.cfg).AssumeRoot(t.Context(), auditInput(target))
	if err != nil {
		t.Fatal(err)
	}
	v := out.Credentials
	if got := v.Expiration.Sub(today); got != 15*time.Minute {
		t.Errorf("the session lasts %s", got)
	}
	cfg := w.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*v.AccessKeyId, *v.SecretAccessKey, *v.SessionToken)
	return cfg
}

// everybody are all pages of the details.
func everybody(t *testing.T, cfg aws.Config, size int32, kinds ...types.EntityType) (out iam.GetAccountAuthorizationDetailsOutput, pages int) {
	t.Helper()
	p := iam.NewGetAccountAuthorizationDetailsPaginator(iam.NewFromConfig(cfg), &iam.GetAccountAuthorizationDetailsInput{Filter: kinds, MaxItems: aws.Int32(size)})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if page.UserDetailList == nil || page.GroupDetailList == nil || page.RoleDetailList == nil || page.Policies == nil {
			t.Error("a page leaves a list out, which AWS's has empty")
		}
		pages++
		out.UserDetailList = append(out.UserDetailList, page.UserDetailList...)
		out.GroupDetailList = append(out.GroupDetailList, page.GroupDetailList...)
		out.RoleDetailList = append(out.RoleDetailList, page.RoleDetailList...)
		out.Policies = append(out.Policies, page.Policies...)
	}
	return out, pages
}

func TestAuthorizationDetails(t *testing.T) {
	w := demo(t)
	all, pages := everybody(t, w.in(t, "100000000027"), 2) // dev-bob: two users, two groups, three roles, a policy
	if pages != 4 || len(all.UserDetailList) != 2 || len(all.GroupDetailList) != 2 || len(all.RoleDetailList) != 3 || len(all.Policies) != 1 {
		t.Fatalf("%d pages: %d users, %d groups, %d roles, %d policies", pages, len(all.UserDetailList), len(all.GroupDetailList), len(all.RoleDetailList), len(all.Policies))
	}
	operator, policy := all.UserDetailList[1], all.Policies[0]
	if *operator.UserName != "operator" || *operator.Arn != "arn:aws:iam::100000000027:user/operator" || !slices.Equal(operator.GroupList, []string{"operators"}) {
		t.Errorf("%+v", operator)
	}
	if *policy.Arn != "arn:aws:iam::100000000027:policy/operators" || *policy.DefaultVersionId != "v2" || len(policy.PolicyVersionList) != 2 || !policy.PolicyVersionList[0].IsDefaultVersion {
		t.Errorf("%+v", policy)
	}
	document := *policy.PolicyVersionList[0].Document
	if plain, err := url.PathUnescape(document); err != nil || strings.ContainsAny(document, `{"+`) || !strings.Contains(plain, "aws:MultiFactorAuthPresent") {
		t.Errorf("the document is %q", document)
	}
	sso := all.RoleDetailList[0]
	if *sso.Path != "/aws-reserved/sso.amazonaws.com/" || !strings.HasSuffix(*sso.Arn, ":role/aws-reserved/sso.amazonaws.com/"+*sso.RoleName) || *sso.AttachedManagedPolicies[0].PolicyArn != cloud.AdministratorAccess {
		t.Errorf("%+v", sso)
	}
	groups, _ := everybody(t, w.in(t, "100000000027"), 100, types.EntityTypeGroup)
	if len(groups.GroupDetailList) != 2 || len(groups.UserDetailList)+len(groups.RoleDetailList)+len(groups.Policies) != 0 {
		t.Error("the filter does not filter")
	}
	bounded, _ := everybody(t, w.in(t, "100000000015"), 100, types.EntityTypeUser)
	if b := bounded.UserDetailList[1].PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != cloud.ReadOnlyAccess {
		t.Errorf("the boundary is %+v", b)
	}
	inline, _ := everybody(t, w.in(t, "100000000025"), 100, types.EntityTypeUser)
	if p := inline.UserDetailList[1].UserPolicyList; len(p) != 1 || *p[0].PolicyName != "everything" {
		t.Errorf("the inline policies are %+v", p)
	}
}

func TestRootSession(t *testing.T) {
	w := demo(t)
	w.Update(func(o *cloud.Organization) {
		r := &o.Account(id(t, "444455556666")).Root
		r.Keys = []cloud.Key{{Active: true, Rotated: r.Created}, {Rotated: r.Created}}
		r.Certificates = []cloud.Certificate{{Rotated: r.Created}}
		r.MFA = append(r.MFA, cloud.Device{Virtual: true, Serial: "arn:aws:iam::444455556666:mfa/x", EnabledAt: r.Created})
	})
	cfg := w.asRoot(t, "arn:aws:iam::444455556666:root")
	root := iam.NewFromConfig(cfg)
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if err != nil || *who.Arn != "arn:aws:iam::444455556666:root" || *who.Account != "444455556666" {
		t.Errorf("%+v %v", who, err)
	}
	user, err := root.GetUser(t.Context(), &iam.GetUserInput{})
	if err != nil || *user.User.Arn != *who.Arn || user.User.UserName != nil || user.User.Path != nil {
		t.Errorf("%+v %v", user, err)
	}
	devices, err := root.ListMFADevices(t.Context(), &iam.ListMFADevicesInput{})
	if err != nil || len(devices.MFADevices) != 2 || *devices.MFADevices[1].SerialNumber != "arn:aws:iam::444455556666:mfa/x" {
		t.Errorf("%+v %v", devices, err)
	}
	keys, err := root.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{})
	if err != nil || len(keys.AccessKeyMetadata) != 2 || keys.AccessKeyMetadata[0].Status != types.StatusTypeActive || keys.AccessKeyMetadata[1].Status != types.StatusTypeInactive {
		t.Errorf("%+v %v", keys, err)
	}
	certificates, err := root.ListSigningCertificates(t.Context(), &iam.ListSigningCertificatesInput{})
	if err != nil || len(certificates.Certificates) != 1 {
		t.Errorf("%+v %v", certificates, err)
	}
	profile, err := root.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{})
	if err != nil || profile.LoginProfile == nil || profile.LoginProfile.UserName != nil {
		t.Errorf("%+v %v", profile, err)
	}
	summary, err := root.GetAccountSummary(t.Context(), nil)
	if err != nil || summary.SummaryMap["AccountMFAEnabled"] != 1 {
		t.Errorf("%+v %v", summary, err)
	}
	if used := w.Used()[cloud.Principal{Account: id(t, "444455556666"), Role: cloud.RootSession}]; len(used) != 6 {
		t.Errorf("the session used %v", used)
	}
}

// The task policy is a ceiling: everything else that root could do is denied.
func TestRootSessionIsForItsTaskAlone(t *testing.T) {
	w := demo(t)
	cfg := w.asRoot(t, "444455556666")
	for action, call := range everyOperation(cfg, w) {
		if action == "iam:GetAccountSummary" || action == "sts:GetCallerIdentity" {
			continue
		}
		if err := call(t.Context()); err == nil || !strings.Contains(err.Error(), "with an explicit deny in a session policy") {
			t.Errorf("%s: %v", action, err)
		}
	}
	iamOf := iam.NewFromConfig(w.asRoot(t, "222222222222"))
	_, err := iamOf.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{}) // shared-network has no root credentials
	wantCode(t, err, "NoSuchEntity")
	sandbox := iam.NewFromConfig(w.asRoot(t, "210987654321")) // whose policy asks root for MFA, of a session too
	_, err = sandbox.ListMFADevices(t.Context(), &iam.ListMFADevicesInput{})
	if said := wantCode(t, err, "AccessDenied").ErrorMessage(); !strings.HasSuffix(said, "with an explicit deny in a service control policy") {
		t.Error(said)
	}
}

func TestAssumeRootIsRefused(t *testing.T) {
	w := demo(t)
	for _, c := range []struct {
		name, code string
		cfg        aws.Config
		change     func(*sts.AssumeRootInput)
		org        func(*cloud.Organization)
	}{
		{name: "the management account", code: "AccessDenied", change: func(in *sts.AssumeRootInput) { in.TargetPrincipal = aws.String("111122223333") }},
		{name: "no such account", code: "AccessDenied", change: func(in *sts.AssumeRootInput) { in.TargetPrincipal = aws.String("900000000009") }},
		{name: "suspended", code: "AccessDenied", change: func(in *sts.AssumeRootInput) { in.TargetPrincipal = aws.String("100000000001") }},
		{name: "a member asks", code: "AccessDenied", cfg: w.in(t, "123456789012")},
		{name: "too long", code: "ValidationError", change: func(in *sts.AssumeRootInput) { in.DurationSeconds = aws.Int32(901) }},
		{name: "another task", code: "ValidationError", change: func(in *sts.AssumeRootInput) {
			in.TaskPolicyArn.Arn = aws.String("arn:aws:iam::aws:policy/AdministratorAccess")
		}},
		{name: "the feature is off", code: "AccessDenied", org: func(o *cloud.Organization) { o.RootFeatures = []string{cloud.CentralSessions} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := w
			if c.org != nil {
				org := cloud.DemoOrganization(today)
				c.org(org)
				w = start(t, org, cloud.Options{})
			}
			cfg := w.cfg
			if c.cfg.Credentials != nil {
				cfg = c.cfg
			}
			in := auditInput("444455556666")
			if c.change != nil {
				c.change(in)
			}
			_, err := sts.NewFromConfig(cfg).AssumeRoot(t.Context(), in)
			wantCode(t, err, c.code)
		})
	}
	_, err := sts.NewFromConfig(w.asRoot(t, "444455556666")).AssumeRoot(t.Context(), auditInput("123456789012"))
	wantCode(t, err, "AccessDenied")
}

// A policy can hold AssumeRoot to one task, and to the root users of members.
func TestPolicyOfAssumeRoot(t *testing.T) {
	w := demo(t)
	allow := func(resource, task string) error {
		if err := w.SetPolicy("", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"`+resource+
			`","Condition":{"StringEquals":{"sts:TaskPolicyArn":"`+task+`"}}}]}`); err != nil {
			t.Fatal(err)
		}
		_, err := sts.NewFromConfig(w.cfg).AssumeRoot(t.Context(), auditInput("444455556666"))
		return err
	}
	if err := allow("arn:aws:iam::*:root", auditTask); err != nil {
		t.Error(err)
	}
	wantCode(t, allow("arn:aws:iam::*:root", "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"), "AccessDenied")
	wantCode(t, allow("arn:aws:iam::123456789012:root", auditTask), "AccessDenied")
}
