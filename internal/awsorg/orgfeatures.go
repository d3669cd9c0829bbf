package awsorg

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
)

const (
	callFeatures = "iam:ListOrganizationsFeatures"
	// Long enough for the repeated readings of one account whose credential
	// report is being written; whoever switches a feature on and asks again sees it.
	keepFeatures = time.Minute
)

// place finds out where the caller's own account stands, and then what its
// organization has switched on.
func (o *Org) place(ctx context.Context, a account.Account, self identity) (account.Account, account.Fact[*account.RootFeatures]) {
	org, gap := o.organization(ctx)
	if gap != nil {
		return o.complete(a, self, organization{}), account.Missing[*account.RootFeatures](*gap)
	}
	a = o.complete(a, self, org)
	return a, o.rootFeatures(ctx, a.Role)
}

// rootFeatures asks for the management account alone: once for an
// organization, not once for each of 5,000 members, whom AWS would refuse.
func (o *Org) rootFeatures(ctx context.Context, role account.Role) account.Fact[*account.RootFeatures] {
	switch role {
	case account.Member, account.Standalone:
		return account.Known[*account.RootFeatures](nil)
	case account.RoleUnknown:
		return account.Missing[*account.RootFeatures](account.Gap{Call: callOrganization, Cause: account.NotCollected,
			Sentence: "whether this is the management account is not known: allow organizations:DescribeOrganization"})
	}
	return fact(o.featuresOf.get(ctx, callFeatures, o.now, keepFeatures, func(ctx context.Context) (*account.RootFeatures, *account.Gap) {
		return within(ctx, callTimeout, callFeatures, o.askFeatures)
	}))
}

func (o *Org) askFeatures(ctx context.Context) (*account.RootFeatures, error) {
	out, err := o.sideIAM.ListOrganizationsFeatures(ctx, &iam.ListOrganizationsFeaturesInput{})
	switch apiCode(err) {
	case "ServiceAccessNotEnabledException": // nobody ever switched on either
		return &account.RootFeatures{}, nil
	case "OrganizationNotInAllFeaturesModeException":
		return &account.RootFeatures{NotAllFeatures: true}, nil
	case "OrganizationNotFoundException": // it was left since it was listed
		return nil, nil
	case "AccountNotManagementOrDelegatedAdministratorException":
		return nil, account.Gap{Call: callFeatures, Cause: account.Denied, Detail: detail(err),
			Sentence: "AWS tells the organization's root features to the management account and the delegated administrator for IAM alone: give Rootwatch a management role"}
	}
	if err != nil {
		return nil, err
	}
	if aws.ToString(out.OrganizationId) == "" {
		return nil, unusable(callFeatures, "it names no organization")
	}
	return &account.RootFeatures{
		CredentialsManagement: slices.Contains(out.EnabledFeatures, types.FeatureTypeRootCredentialsManagement),
		Sessions:              slices.Contains(out.EnabledFeatures, types.FeatureTypeRootSessions),
	}, nil
}
