package awsorg

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

const (
	callParents  = "organizations:ListParents"
	callChildren = "organizations:ListAccountsForParent"
)

// places is where accounts hang.
type places struct {
	rootID string
	units  map[string]scp.Unit
	parent map[account.ID]string
}

// path is the account's way from the root down, empty where it is not known.
func (p *places) path(id account.ID) []string {
	at, known := p.parent[id]
	if !known {
		return nil
	}
	var path []string
	for at != p.rootID {
		u, known := p.units[at]
		if !known || len(path) > len(p.units) {
			return nil
		}
		path = append(path, at)
		at = u.Parent
	}
	slices.Reverse(path)
	return append([]string{p.rootID}, path...)
}

// pathIn reads what ListAccounts calls a path,
// o-ORGANIZATION/r-ROOT/ou-UNIT/.../ACCOUNT/. What it does not know, and more
// than one path, is no path.
func pathIn(paths []string, id account.ID) []string {
	if len(paths) != 1 {
		return nil
	}
	parts := slices.DeleteFunc(strings.Split(paths[0], "/"), func(part string) bool { return part == "" })
	if len(parts) > 0 && strings.HasPrefix(parts[0], "o-") {
		parts = parts[1:]
	}
	if n := len(parts); n > 0 && parts[n-1] == id.String() {
		parts = parts[:n-1]
	}
	for i, part := range parts {
		if want := map[bool]string{true: "r-", false: "ou-"}[i == 0]; !strings.HasPrefix(part, want) {
			return nil
		}
	}
	return parts
}

// allPlaces walks the organization once, where ListAccounts tells no paths: a
// call for each unit and page, never one for each account. It is empty where
// that is refused; the accounts' policies are unknown then.
func (o *Org) allPlaces(ctx context.Context) *places {
	p, gap := o.placesOf.get(ctx, callChildren, o.now, keepWhole, o.askPlaces)
	if gap != nil {
		o.log.Info("where accounts hang in the organization is not known", "cause", gap.Cause, "detail", gap.Detail)
		return &places{}
	}
	return &p
}

func (o *Org) askPlaces(ctx context.Context) (places, *account.Gap) {
	p, gap := o.placesWithout(ctx)
	if gap != nil {
		return places{}, gap
	}
	parents := []string{p.rootID}
	for id := range p.units {
		parents = append(parents, id)
	}
	below := make([][]types.Account, len(parents))
	var calls []func(context.Context) *account.Gap
	for i, parent := range parents {
		calls = append(calls, func(ctx context.Context) (gap *account.Gap) {
			below[i], gap = pages(ctx, o, callChildren, func(ctx context.Context, token *string) ([]types.Account, *string, error) {
				out, err := o.organizations.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{
					ParentId: &parent, NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
				if err != nil {
					return nil, nil, err
				}
				return out.Accounts, out.NextToken, nil
			})
			return gap
		})
	}
	if gap := together(ctx, calls); gap != nil {
		return places{}, gap
	}
	for i, parent := range parents {
		for _, child := range below[i] {
			id, err := account.ParseID(aws.ToString(child.Id))
			if err != nil {
				gap := unusable(callChildren, "%v", err)
				return places{}, &gap
			}
			p.parent[id] = parent
		}
	}
	return p, nil
}

// placesWithout are the units, with no account on them yet.
func (o *Org) placesWithout(ctx context.Context) (places, *account.Gap) {
	top, gap := o.root(ctx)
	if gap != nil || top.id == "" {
		return places{}, gap
	}
	units, gap := o.units(ctx, top.id)
	return places{rootID: top.id, units: units, parent: map[account.ID]string{}}, gap
}

// position finds out where one account hangs that came without a path, as
// from the store. Empty where AWS does not tell, or where no policy can be.
func (o *Org) position(ctx context.Context, id account.ID) []string {
	if p, kept := o.placesOf.kept(o.now()); kept {
		if path := p.path(id); path != nil {
			return path
		}
	}
	whole := o.Organization(ctx)
	if tree, known := whole.Policies.Get(); !known || !tree.Enabled {
		return nil
	}
	p, gap := o.placesWithout(ctx)
	if gap != nil {
		return nil
	}
	parent, gap := o.parentOf(ctx, id)
	if gap != nil || parent == "" {
		return nil
	}
	p.parent[id] = parent
	return p.path(id)
}

// parentOf is what one account hangs on; "" where it is in no organization, or
// not in this one.
func (o *Org) parentOf(ctx context.Context, id account.ID) (string, *account.Gap) {
	var elsewhere bool
	parents, gap := pages(ctx, o, callParents, func(ctx context.Context, token *string) ([]types.Parent, *string, error) {
		out, err := o.organizations.ListParents(ctx, &organizations.ListParentsInput{
			ChildId: aws.String(id.String()), NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
		if elsewhere = apiCode(err) == "ChildNotFoundException"; err != nil || elsewhere {
			return []types.Parent{}, nil, unless(elsewhere, err)
		}
		return out.Parents, out.NextToken, nil
	})
	switch {
	case gap != nil || elsewhere:
		return "", gap
	case len(parents) != 1 || aws.ToString(parents[0].Id) == "":
		gap := unusable(callParents, "it names %d parents of one account", len(parents))
		return "", &gap
	}
	return *parents[0].Id, nil
}

// Account is one account as its place in the organization tells it: scope,
// role and path, and neither name, address nor state. It costs one call where a
// list would cost one for each 20 accounts. false is that it is not in the
// organization; an error is an account.Gap.
func (o *Org) Account(ctx context.Context, id account.ID) (a account.Account, found bool, err error) {
	self, gap := o.identity(ctx)
	if gap != nil {
		return a, false, *gap
	}
	org, gap := o.organization(ctx)
	if gap != nil { // without it no role is known, and a policy would seem to reach the management account
		return a, false, *gap
	}
	a = o.complete(account.Account{ID: id}, self, org)
	if org.standalone {
		return a, id == self.id, nil
	}
	parent, gap := o.parentOf(ctx, id)
	if gap != nil || parent == "" {
		return a, false, errorOf(gap)
	}
	p, gap := o.placesWithout(ctx)
	if gap != nil {
		return a, false, *gap
	}
	p.parent[id] = parent
	a.Path = p.path(id)
	return a, true, nil
}

// errorOf is a nil error for no gap, which a nil *Gap would not be.
func errorOf(gap *account.Gap) error {
	if gap == nil {
		return nil
	}
	return *gap
}
