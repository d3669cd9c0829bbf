package awsorg

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"golang.org/x/sync/errgroup"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

const (
	callRoots = "organizations:ListRoots"
	callUnits = "organizations:ListOrganizationalUnitsForParent"

	itemsPerPage = 20 // the most that any list of Organizations gives
	orgWorkers   = 4  // calls under way at once; paceOrg holds back how many in a second
)

// root is the top of an organization.
type root struct {
	id      string // "" for a caller in no organization
	enabled bool   // service control policies are
}

// readTree reads all service control policies and where they hang: calls
// grow with policies and units, never with accounts.
func (o *Org) readTree(ctx context.Context) (scp.Tree, *account.Gap) {
	top, gap := o.root(ctx)
	if gap != nil || !top.enabled {
		return scp.Tree{RootID: top.id}, gap
	}
	tree := scp.Tree{RootID: top.id, Enabled: true}
	gap = together(ctx, []func(context.Context) *account.Gap{
		func(ctx context.Context) (gap *account.Gap) {
			tree.Units, gap = o.units(ctx, top.id)
			return gap
		},
		func(ctx context.Context) (gap *account.Gap) {
			tree.Policies, tree.Attached, tree.Rest, gap = o.readPolicies(ctx)
			return gap
		},
	})
	if gap != nil {
		return scp.Tree{}, gap
	}
	for _, id := range append(slices.Collect(maps.Keys(tree.Units)), top.id) {
		if _, named := tree.Attached[id]; !named {
			tree.Attached[id] = slices.Clone(tree.Rest)
		}
	}
	return tree, nil
}

func (o *Org) root(ctx context.Context) (root, *account.Gap) {
	return o.rootOf.get(ctx, callRoots, o.now, keepWhole, o.askRoot)
}

func (o *Org) askRoot(ctx context.Context) (root, *account.Gap) {
	var alone bool
	roots, gap := pages(ctx, o, callRoots, func(ctx context.Context, token *string) ([]types.Root, *string, error) {
		out, err := o.organizations.ListRoots(ctx, &organizations.ListRootsInput{NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
		if alone = apiCode(err) == "AWSOrganizationsNotInUseException"; err != nil || alone {
			return []types.Root{}, nil, unless(alone, err)
		}
		return out.Roots, out.NextToken, nil
	})
	if gap != nil || alone {
		return root{}, gap
	}
	if len(roots) != 1 || aws.ToString(roots[0].Id) == "" || roots[0].PolicyTypes == nil {
		gap := unusable(callRoots, "it names %d roots, or not which policies are switched on", len(roots))
		return root{}, &gap
	}
	top := root{id: *roots[0].Id}
	for _, t := range roots[0].PolicyTypes {
		if t.Type != types.PolicyTypeServiceControlPolicy {
			continue
		}
		if t.Status != types.PolicyTypeStatusEnabled {
			return root{}, &account.Gap{Call: callRoots, Cause: account.NotReady,
				Sentence: "AWS is switching service control policies on or off just now: ask again in a few minutes"}
		}
		top.enabled = true
	}
	return top, nil
}

// units walks the tree of units once, a level at a time.
func (o *Org) units(ctx context.Context, rootID string) (map[string]scp.Unit, *account.Gap) {
	return o.unitsOf.get(ctx, callUnits, o.now, keepWhole, func(ctx context.Context) (map[string]scp.Unit, *account.Gap) {
		units := map[string]scp.Unit{}
		for level := []string{rootID}; len(level) > 0; {
			below, gap := o.unitsBelow(ctx, level)
			if gap != nil {
				return nil, gap
			}
			var next []string
			for i, parent := range level {
				for _, u := range below[i] {
					id := aws.ToString(u.Id)
					if _, twice := units[id]; twice || id == "" || id == rootID {
						gap := unusable(callUnits, "the unit %q is below %q and not for the first time, or has no id", clip(id, 80), parent)
						return nil, &gap
					}
					units[id] = scp.Unit{Name: aws.ToString(u.Name), Parent: parent}
					next = append(next, id)
				}
			}
			level = next
		}
		return units, nil
	})
}

func (o *Org) unitsBelow(ctx context.Context, parents []string) ([][]types.OrganizationalUnit, *account.Gap) {
	below := make([][]types.OrganizationalUnit, len(parents))
	var calls []func(context.Context) *account.Gap
	for i, parent := range parents {
		calls = append(calls, func(ctx context.Context) (gap *account.Gap) {
			below[i], gap = pages(ctx, o, callUnits, func(ctx context.Context, token *string) ([]types.OrganizationalUnit, *string, error) {
				out, err := o.organizations.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{
					ParentId: &parent, NextToken: token, MaxResults: aws.Int32(itemsPerPage)})
				if err != nil {
					return nil, nil, err
				}
				return out.OrganizationalUnits, out.NextToken, nil
			})
			return gap
		})
	}
	return below, together(ctx, calls)
}

// pages asks for every page of a list of Organizations: all of it, or a Gap.
// An empty page with a token is one like any other; one without a list is none.
func pages[T any](ctx context.Context, o *Org, call string, ask func(ctx context.Context, token *string) ([]T, *string, error)) ([]T, *account.Gap) {
	type page struct {
		items []T
		next  *string
	}
	var all []T
	var token *string
	for seen := map[string]bool{}; ; {
		if gap := o.paceOrg(ctx, call); gap != nil {
			return nil, gap
		}
		p, gap := within(ctx, listTimeout, call, func(ctx context.Context) (page, error) {
			items, next, err := ask(ctx, token)
			if err == nil && items == nil {
				return page{}, unusable(call, "it holds no list")
			}
			return page{items, next}, err
		})
		if gap != nil {
			return nil, gap
		}
		all = append(all, p.items...)
		next := aws.ToString(p.next)
		if next == "" {
			return all, nil
		}
		if seen[next] {
			gap := unusable(call, "its pages go round in a circle after %d items", len(all))
			return nil, &gap
		}
		seen[next] = true
		token = p.next
	}
}

// together makes calls that do not wait on one another, a few at a time. The
// first gap ends them.
func together(ctx context.Context, calls []func(context.Context) *account.Gap) *account.Gap {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(orgWorkers)
	for _, call := range calls {
		g.Go(func() error {
			if gap := call(ctx); gap != nil {
				return *gap
			}
			return nil
		})
	}
	var gap account.Gap
	if errors.As(g.Wait(), &gap) {
		return &gap
	}
	return nil
}

// unless is err where forgiven does not hold.
func unless(forgiven bool, err error) error {
	if forgiven {
		return nil
	}
	return err
}
