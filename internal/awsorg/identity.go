package awsorg

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"rootwatch/checks/account"
)

const (
	callIdentity     = "sts:GetCallerIdentity"
	callOrganization = "organizations:DescribeOrganization"
	// An account may join an organization while we run.
	keepIdentity = time.Hour
)

// identity is whose credentials we run with.
type identity struct {
	id        account.ID
	partition string // from the ARN: aws, aws-us-gov, aws-cn
}

func (o *Org) identity(ctx context.Context) (identity, *account.Gap) {
	return o.identityOf.get(ctx, callIdentity, o.now, keepIdentity, func(ctx context.Context) (identity, *account.Gap) {
		return within(ctx, callTimeout, callIdentity, o.askIdentity)
	})
}

func (o *Org) askIdentity(ctx context.Context) (identity, error) {
	out, err := o.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return identity{}, err
	}
	return o.readIdentity(aws.ToString(out.Account), aws.ToString(out.Arn))
}

// readIdentity refuses credentials of another partition than the configured one.
func (o *Org) readIdentity(accountID, whole string) (identity, error) {
	id, err := account.ParseID(accountID)
	if err != nil {
		return identity{}, unusable(callIdentity, "%v", err)
	}
	arn := strings.SplitN(whole, ":", 6)
	if len(arn) != 6 || arn[0] != "arn" || arn[1] == "" {
		return identity{}, unusable(callIdentity, "%q is not an ARN", clip(whole, 60))
	}
	if want := o.opts.Scope.Partition; want != "" && want != arn[1] {
		return identity{}, account.Gap{Call: callIdentity, Cause: account.BadCredentials, Sentence: fmt.Sprintf(
			"Rootwatch's credentials belong to partition %s, the configuration says %s: use others, or correct the configuration", clip(arn[1], 20), want)}
	}
	return identity{id, arn[1]}, nil
}

// organization is what DescribeOrganization tells any of its accounts.
type organization struct {
	standalone      bool // the caller is in none
	id              string
	allFeatures     account.Answer
	managementID    account.ID
	managementEmail string
}

// organization may be denied: the caller's place is unknown then.
func (o *Org) organization(ctx context.Context) (organization, *account.Gap) {
	return o.orgOf.get(ctx, callOrganization, o.now, keepIdentity, func(ctx context.Context) (organization, *account.Gap) {
		if gap := o.paceOrg(ctx, callOrganization); gap != nil {
			return organization{}, gap
		}
		return within(ctx, listTimeout, callOrganization, o.askOrganization)
	})
}

func (o *Org) askOrganization(ctx context.Context) (organization, error) {
	out, err := o.organizations.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if apiCode(err) == "AWSOrganizationsNotInUseException" {
		return organization{standalone: true}, nil
	}
	if err != nil {
		return organization{}, err
	}
	if out.Organization == nil {
		return organization{}, unusable(callOrganization, "it names no organization")
	}
	id, err := account.ParseID(aws.ToString(out.Organization.MasterAccountId))
	if err != nil {
		return organization{}, unusable(callOrganization, "its management account: %v", err)
	}
	return organization{
		id: aws.ToString(out.Organization.Id), allFeatures: features(out.Organization.FeatureSet),
		managementID: id, managementEmail: aws.ToString(out.Organization.MasterAccountEmail),
	}, nil
}

// features is whether an organization has all of them; a word that AWS adds
// later says neither.
func features(set types.OrganizationFeatureSet) account.Answer {
	switch set {
	case types.OrganizationFeatureSetAll:
		return account.Yes
	case types.OrganizationFeatureSetConsolidatedBilling:
		return account.No
	}
	return account.AnswerUnknown
}

// paceOrg waits for the call's turn at AWS Organizations, which counts each
// operation by itself.
func (o *Org) paceOrg(ctx context.Context, call string) *account.Gap {
	if o.orgRates.of(call).Wait(ctx) == nil {
		return nil
	}
	// Without an error of its own the context has too little time left to wait.
	gap := classify(call, cmp.Or(ctx.Err(), context.DeadlineExceeded), nil)
	return &gap
}

// sideOf is the account whose credentials the organization is asked with.
func (o *Org) sideOf(self identity) account.ID {
	if !o.sideID.IsZero() {
		return o.sideID
	}
	return self.id
}

// Self implements schedule.Collector: the caller's own account, with its
// Role where DescribeOrganization may be called. Its error is an account.Gap.
func (o *Org) Self(ctx context.Context) (account.Account, error) {
	self, gap := o.identity(ctx)
	if gap != nil {
		return account.Account{}, *gap
	}
	org, gap := o.organization(ctx)
	if gap != nil {
		o.log.Warn("the caller's place in its organization is unknown", "cause", gap.Cause, "detail", gap.Detail)
	}
	return o.selfAccount(self, org), nil
}

// selfAccount is Active: an account that is not does not answer.
func (o *Org) selfAccount(self identity, org organization) account.Account {
	return o.complete(account.Account{ID: self.id, State: account.Active}, self, org)
}

// complete adds to a what is known beyond AWS's list: scope, role, and the
// operator's own name and email.
func (o *Org) complete(a account.Account, self identity, org organization) account.Account {
	a.Scope = o.opts.Scope
	a.Partition = self.partition
	switch {
	case a.Role != account.RoleUnknown:
	case org.standalone && a.ID == self.id:
		a.Role = account.Standalone
	case !org.managementID.IsZero() && a.ID == org.managementID:
		a.Role = account.Management
	case !org.managementID.IsZero():
		a.Role = account.Member
	}
	if a.Email == "" && a.Role == account.Management && a.ID == org.managementID {
		a.Email = org.managementEmail
	}
	own := o.opts.Accounts[a.ID]
	if own.Name != "" {
		a.Name = own.Name
	}
	if own.Email != "" {
		a.Email = own.Email
	}
	return a
}
