package awsorg

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"rootwatch/checks/account"
)

const (
	callListAccounts = "organizations:ListAccounts"
	accountsPerPage  = 20 // the most that ListAccounts gives
)

// Accounts implements schedule.Collector. The management account and a
// delegated administrator get the whole organization, suspended and closed
// accounts included; any other caller gets its own account alone.
func (o *Org) Accounts(ctx context.Context) iter.Seq2[account.Account, error] {
	return func(yield func(account.Account, error) bool) {
		fail := func(gap *account.Gap) { yield(account.Account{}, *gap) }
		self, gap := o.identity(ctx)
		if gap != nil {
			fail(gap)
			return
		}
		org, unknown := o.organization(ctx)
		if unknown != nil && unknown.Cause != account.Denied {
			fail(unknown)
			return
		}
		if org.standalone {
			yield(o.selfAccount(self, org), nil)
			return
		}
		if gap := o.list(ctx, self, org, unknown, yield); gap != nil {
			fail(gap)
		}
	}
}

// list yields the organization, or the caller's own account where it may not
// list. unknown is why org is not known, if it is not.
func (o *Org) list(ctx context.Context, self identity, org organization, unknown *account.Gap, yield func(account.Account, error) bool) *account.Gap {
	page, gap := o.page(ctx, nil)
	switch {
	case gap == nil && page.standalone:
		yield(o.selfAccount(self, organization{standalone: true}), nil)
		return nil
	case gap == nil:
		return o.walk(ctx, page, self, org, yield)
	case gap.Cause != account.Denied || o.mayList(self, org):
		return gap
	}
	o.log.Info("only the caller's own account is read: it may not list the organization", "account", self.id, "detail", gap.Detail)
	if yield(o.selfAccount(self, org), nil) && o.opts.RoleName != "" {
		// A role for other accounts is configured, so there should be some: an
		// unknown organization's one account must not pass for all of them.
		return unknown
	}
	return nil
}

// mayList reports whether the caller should be able to list the organization,
// so that a denial is a fault and not the sign of a plain member.
func (o *Org) mayList(self identity, org organization) bool {
	return o.opts.ManagementRoleARN != "" || self.id == org.managementID
}

// page is one answer of ListAccounts.
type page struct {
	accounts   []types.Account
	next       *string
	standalone bool // the caller is in no organization
}

func (o *Org) page(ctx context.Context, token *string) (page, *account.Gap) {
	if gap := o.paceOrg(ctx, callListAccounts); gap != nil {
		return page{}, gap
	}
	return within(ctx, listTimeout, callListAccounts, func(ctx context.Context) (page, error) {
		out, err := o.organizations.ListAccounts(ctx, &organizations.ListAccountsInput{NextToken: token, MaxResults: aws.Int32(accountsPerPage)})
		if apiCode(err) == "AWSOrganizationsNotInUseException" {
			return page{standalone: true}, nil
		}
		if err != nil {
			return page{}, err
		}
		if out.Accounts == nil {
			return page{}, unusable(callListAccounts, "it holds no list")
		}
		return page{accounts: out.Accounts, next: out.NextToken}, nil
	})
}

// walk yields the accounts of p and of all pages after it. A Gap says that
// what was yielded is not the whole list.
func (o *Org) walk(ctx context.Context, p page, self identity, org organization, yield func(account.Account, error) bool) *account.Gap {
	listed := map[account.ID]bool{}
	tokens := map[string]bool{}
	var placed *places // asked for once, where the list does not tell where an account hangs
	for {
		for _, listedAccount := range p.accounts {
			a, gap := o.listed(listedAccount, self, org)
			if gap != nil {
				return gap
			}
			if listed[a.ID] {
				continue
			}
			listed[a.ID] = true
			if len(a.Path) == 0 {
				if placed == nil {
					placed = o.allPlaces(ctx)
				}
				a.Path = placed.path(a.ID)
			}
			o.members.add(a.ID)
			if !yield(a, nil) {
				return nil
			}
		}
		token := aws.ToString(p.next)
		if token == "" {
			break
		}
		if tokens[token] {
			gap := unusable(callListAccounts, "its pages go round in a circle after %d accounts", len(listed))
			return &gap
		}
		tokens[token] = true
		var gap *account.Gap
		if p, gap = o.page(ctx, p.next); gap != nil {
			return gap
		}
	}
	// Every organization lists its management account, so a list without it
	// was cut short: an empty answer must not pass for an empty organization.
	if len(listed) == 0 || (!org.managementID.IsZero() && !listed[org.managementID]) {
		gap := unusable(callListAccounts, "the management account is not among the %d it lists", len(listed))
		return &gap
	}
	return nil
}

// listed reads State first; Status, which AWS retired in September 2026, only
// where there is no State. Where there is neither, the account is read to see.
func (o *Org) listed(l types.Account, self identity, org organization) (account.Account, *account.Gap) {
	id, err := account.ParseID(aws.ToString(l.Id))
	if err != nil {
		gap := unusable(callListAccounts, "%v", err)
		return account.Account{}, &gap
	}
	state := account.State(l.State)
	if state == "" {
		state = account.State(l.Status)
	}
	if org.managementID.IsZero() {
		org.managementID = listOwner(aws.ToString(l.Arn))
	}
	a := account.Account{
		ID: id, Name: aws.ToString(l.Name), Email: aws.ToString(l.Email), State: state,
		Path: pathIn(l.Paths, id), JoinedAt: aws.ToTime(l.JoinedTimestamp),
	}
	return o.complete(a, self, org), nil
}

// listOwner is the management account as the ARN of each listed account tells
// it: arn:aws:organizations::MANAGEMENT:account/ORGANIZATION/ID. So the roles
// are known where DescribeOrganization is denied. Zero for another ARN.
func listOwner(arn string) account.ID {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[2] != "organizations" || !strings.HasPrefix(parts[5], "account/") {
		return account.ID{}
	}
	id, err := account.ParseID(parts[4])
	if err != nil {
		return account.ID{}
	}
	return id
}
