package cloud_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

func TestPasswordPolicyOnTheWire(t *testing.T) {
	w := start(t, one(t, func(*cloud.Account) {}), cloud.Options{})
	client := iam.NewFromConfig(w.cfg)
	_, err := client.GetAccountPasswordPolicy(t.Context(), nil)
	_ = wantCode(t, err, "NoSuchEntity")
	for _, c := range []struct {
		policy     cloud.PasswordPolicy
		age, reuse *int32
	}{
		{cloud.PasswordPolicy{MinimumLength: 14, MaxAge: 90, Reuse: 24}, aws.Int32(90), aws.Int32(24)},
		{cloud.PasswordPolicy{MinimumLength: 6}, nil, nil},
	} {
		w.Update(func(o *cloud.Organization) { o.Management().Policy = &c.policy })
		out, err := client.GetAccountPasswordPolicy(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		p := out.PasswordPolicy
		if *p.MinimumPasswordLength != int32(c.policy.MinimumLength) || p.ExpirePasswords != (c.age != nil) || cmp.Diff(c.age, p.MaxPasswordAge) != "" || cmp.Diff(c.reuse, p.PasswordReusePrevention) != "" {
			t.Errorf("%+v is answered as %+v", c.policy, p)
		}
	}
}

func TestOrganizationsFeaturesOnTheWire(t *testing.T) {
	both := []types.FeatureType{types.FeatureTypeRootCredentialsManagement, types.FeatureTypeRootSessions}
	for _, c := range []struct {
		name   string
		change func(*cloud.Organization)
		want   []types.FeatureType
		code   string
	}{
		{"as the demo has it", func(*cloud.Organization) {}, both[:1], ""},
		{"both", func(o *cloud.Organization) {
			o.RootFeatures = []string{cloud.CentralCredentials, cloud.CentralSessions}
		}, both, ""},
		{"neither", func(o *cloud.Organization) { o.RootFeatures = nil }, nil, ""},
		{"trusted access off", func(o *cloud.Organization) { o.NoIAMAccess = true }, nil, "ServiceAccessNotEnabledException"},
		{"only bills", func(o *cloud.Organization) { o.BillingOnly = true }, nil, "OrganizationNotInAllFeaturesModeException"},
		{"in none", func(o *cloud.Organization) { o.Standalone = true }, nil, "OrganizationNotFoundException"},
		{"a member asks", func(o *cloud.Organization) { o.CallerAccount = o.Accounts[2].ID }, nil, "AccountNotManagementOrDelegatedAdministratorException"},
		{"the delegated administrator asks", func(o *cloud.Organization) {
			o.CallerAccount, o.IAMAdmin = o.Accounts[2].ID, o.Accounts[2].ID
		}, both[:1], ""},
		{"a member that was one", func(o *cloud.Organization) { o.CallerAccount, o.IAMAdmin = o.Accounts[2].ID, account.ID{} }, nil, "AccountNotManagementOrDelegatedAdministratorException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := demo(t)
			w.Update(c.change)
			out, err := iam.NewFromConfig(w.cfg).ListOrganizationsFeatures(t.Context(), nil)
			if c.code != "" {
				_ = wantCode(t, err, c.code)
				return
			}
			if err != nil || *out.OrganizationId != "o-rootwatchdemo" || !slices.Equal(c.want, out.EnabledFeatures) {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
}
