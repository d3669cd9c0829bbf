package cloud_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

const controlPolicies = types.PolicyTypeServiceControlPolicy

// withTree adds the operations on the tree of units and policies.
func withTree(cfg aws.Config, calls map[string]func(context.Context) error) map[string]func(context.Context) error {
	api := organizations.NewFromConfig(cfg)
	root, policy, target := aws.String(cloud.RootID), aws.String(cloud.FullAccess), aws.String("ou-demo-prod")
	for name, call := range map[string]func(context.Context) error{
		"ListRoots": func(ctx context.Context) error {
			_, err := api.ListRoots(ctx, nil)
			return err
		},
		"ListOrganizationalUnitsForParent": func(ctx context.Context) error {
			_, err := api.ListOrganizationalUnitsForParent(ctx, &organizations.ListOrganizationalUnitsForParentInput{ParentId: root})
			return err
		},
		"ListAccountsForParent": func(ctx context.Context) error {
			_, err := api.ListAccountsForParent(ctx, &organizations.ListAccountsForParentInput{ParentId: root})
			return err
		},
		"ListParents": func(ctx context.Context) error {
			_, err := api.ListParents(ctx, &organizations.ListParentsInput{ChildId: target})
			return err
		},
		"ListPolicies": func(ctx context.Context) error {
			_, err := api.ListPolicies(ctx, &organizations.ListPoliciesInput{Filter: controlPolicies})
			return err
		},
		"DescribePolicy": func(ctx context.Context) error {
			_, err := api.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: policy})
			return err
		},
		"ListTargetsForPolicy": func(ctx context.Context) error {
			_, err := api.ListTargetsForPolicy(ctx, &organizations.ListTargetsForPolicyInput{PolicyId: policy})
			return err
		},
		"ListPoliciesForTarget": func(ctx context.Context) error {
			_, err := api.ListPoliciesForTarget(ctx, &organizations.ListPoliciesForTargetInput{TargetId: target, Filter: controlPolicies})
			return err
		},
	} {
		calls["organizations:"+name] = call
	}
	return calls
}

func TestTree(t *testing.T) {
	w := demo(t)
	api := organizations.NewFromConfig(w.cfg)
	roots, err := api.ListRoots(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := roots.Roots[0]
	if len(roots.Roots) != 1 || *r.Id != "r-demo" || *r.Arn != "arn:aws:organizations::111122223333:root/o-rootwatchdemo/r-demo" ||
		len(r.PolicyTypes) != 1 || r.PolicyTypes[0].Type != controlPolicies || r.PolicyTypes[0].Status != types.PolicyTypeStatusEnabled {
		t.Errorf("got %+v", r)
	}
	units, err := api.ListOrganizationalUnitsForParent(t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: r.Id})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, u := range units.OrganizationalUnits {
		names = append(names, *u.Id+" "+*u.Name)
	}
	if got := strings.Join(names, ", "); got != "ou-demo-core Core, ou-demo-prod Production, ou-demo-staging Staging, ou-demo-data Data, ou-demo-sandbox Sandbox" {
		t.Errorf("got %s", got)
	}
	if path := *units.OrganizationalUnits[1].Path; path != "o-rootwatchdemo/r-demo/ou-demo-prod/" {
		t.Errorf("path %s", path)
	}
	below, err := api.ListOrganizationalUnitsForParent(t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: aws.String("ou-demo-prod")})
	if err != nil || len(below.OrganizationalUnits) != 0 || below.NextToken != nil {
		t.Errorf("got %+v, %v", below, err)
	}
	parents, err := api.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: aws.String("123456789012")})
	if err != nil || len(parents.Parents) != 1 || *parents.Parents[0].Id != "ou-demo-prod" || parents.Parents[0].Type != types.ParentTypeOrganizationalUnit {
		t.Errorf("got %+v, %v", parents, err)
	}
	parents, err = api.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: aws.String("ou-demo-prod")})
	if err != nil || *parents.Parents[0].Id != "r-demo" || parents.Parents[0].Type != types.ParentTypeRoot {
		t.Errorf("got %+v, %v", parents, err)
	}
}

// Every account hangs in exactly one place, and its path names it.
func TestAccountsForEachParent(t *testing.T) {
	w := start(t, cloud.DemoOrganization(today), cloud.Options{PageSize: 3})
	api := organizations.NewFromConfig(w.cfg)
	seen := map[string]string{}
	for _, parent := range []string{"r-demo", "ou-demo-core", "ou-demo-prod", "ou-demo-staging", "ou-demo-data", "ou-demo-sandbox"} {
		p := organizations.NewListAccountsForParentPaginator(api, &organizations.ListAccountsForParentInput{ParentId: &parent})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page.Accounts {
				if seen[*a.Id] != "" {
					t.Errorf("%s hangs in %s and %s", *a.Id, seen[*a.Id], parent)
				}
				if seen[*a.Id] = parent; !strings.Contains(a.Paths[0], "/"+parent+"/"+*a.Id) {
					t.Errorf("%s in %s has the path %s", *a.Id, parent, a.Paths[0])
				}
			}
		}
	}
	if len(seen) != 40 || seen["111122223333"] != "r-demo" {
		t.Errorf("%d accounts, the management account in %s", len(seen), seen["111122223333"])
	}
}

func policiesOn(t *testing.T, cfg aws.Config, target string) string {
	t.Helper()
	out, err := organizations.NewFromConfig(cfg).ListPoliciesForTarget(t.Context(), &organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: controlPolicies})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range out.Policies {
		ids = append(ids, *p.Id)
	}
	return strings.Join(ids, " ")
}

func TestPoliciesAndTheirTargets(t *testing.T) {
	w := demo(t)
	api := organizations.NewFromConfig(w.cfg)
	list, err := api.ListPolicies(t.Context(), &organizations.ListPoliciesInput{Filter: controlPolicies})
	if err != nil || len(list.Policies) != 6 {
		t.Fatalf("got %+v, %v", list, err)
	}
	for _, p := range list.Policies {
		own := *p.Id == "p-FullAWSAccess"
		if p.AwsManaged != own || p.Type != controlPolicies || strings.Contains(*p.Arn, "::aws:policy/") != own {
			t.Errorf("got %+v", p)
		}
		out, err := api.DescribePolicy(t.Context(), &organizations.DescribePolicyInput{PolicyId: p.Id})
		if err != nil || !strings.HasPrefix(*out.Policy.Content, "{") || *out.Policy.PolicySummary.Name != *p.Name {
			t.Errorf("%s: got %+v, %v", *p.Id, out, err)
		}
	}
	for policy, want := range map[string]int{"p-FullAWSAccess": 46, "p-demodenyroot": 1, "p-demodraft": 0} {
		n := 0
		p := organizations.NewListTargetsForPolicyPaginator(api, &organizations.ListTargetsForPolicyInput{PolicyId: &policy})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			n += len(page.Targets)
		}
		if n != want {
			t.Errorf("%s hangs on %d targets, want %d", policy, n, want)
		}
	}
	w.Update(func(o *cloud.Organization) { o.NoFullAccess = []string{"ou-demo-data", "123456789012"} })
	for target, want := range map[string]string{
		"r-demo": "p-FullAWSAccess", "ou-demo-prod": "p-FullAWSAccess p-demodenyroot", "ou-demo-data": "p-demoroottasks", "123456789012": "", "444455556666": "p-FullAWSAccess",
	} {
		if got := policiesOn(t, w.cfg, target); got != want {
			t.Errorf("on %s hang %q, want %q", target, got, want)
		}
	}
}

// A delegated administrator reads the organization, a plain member does not.
func TestWhoMayReadTheTree(t *testing.T) {
	w := demo(t)
	id := id(t, "444455556666")
	cfg := w.in(t, "444455556666")
	for name, call := range withTree(cfg, map[string]func(context.Context) error{}) {
		wantCode(t, call(t.Context()), "AccessDeniedException")
		w.Update(func(o *cloud.Organization) { o.Delegates = []account.ID{id} })
		if err := call(t.Context()); err != nil {
			t.Errorf("%s by a delegated administrator: %v", name, err)
		}
		w.Update(func(o *cloud.Organization) { o.Delegates, o.IAMAdmin = nil, id })
		if err := call(t.Context()); err != nil {
			t.Errorf("%s by the delegated administrator for IAM: %v", name, err)
		}
		w.Update(func(o *cloud.Organization) { o.IAMAdmin = account.ID{} })
	}
	w.Update(func(o *cloud.Organization) { o.Standalone = true })
	for _, call := range withTree(w.cfg, map[string]func(context.Context) error{}) {
		wantCode(t, call(t.Context()), "AWSOrganizationsNotInUseException")
	}
}

func TestTreeRefusals(t *testing.T) {
	w := demo(t)
	api := organizations.NewFromConfig(w.cfg)
	nobody := aws.String("ou-demo-nobody")
	_, err := api.ListOrganizationalUnitsForParent(t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: nobody})
	wantCode(t, err, "ParentNotFoundException")
	_, err = api.ListAccountsForParent(t.Context(), &organizations.ListAccountsForParentInput{ParentId: nobody})
	wantCode(t, err, "ParentNotFoundException")
	_, err = api.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: nobody})
	wantCode(t, err, "ChildNotFoundException")
	_, err = api.DescribePolicy(t.Context(), &organizations.DescribePolicyInput{PolicyId: nobody})
	wantCode(t, err, "PolicyNotFoundException")
	_, err = api.ListTargetsForPolicy(t.Context(), &organizations.ListTargetsForPolicyInput{PolicyId: nobody})
	wantCode(t, err, "PolicyNotFoundException")
	_, err = api.ListPoliciesForTarget(t.Context(), &organizations.ListPoliciesForTargetInput{TargetId: nobody, Filter: controlPolicies})
	wantCode(t, err, "TargetNotFoundException")
	_, err = api.ListPolicies(t.Context(), &organizations.ListPoliciesInput{Filter: types.PolicyTypeTagPolicy})
	wantCode(t, err, "InvalidInputException")
	_, err = api.ListRoots(t.Context(), &organizations.ListRootsInput{MaxResults: aws.Int32(21)})
	wantCode(t, err, "InvalidInputException")
	w.Update(func(o *cloud.Organization) { o.PoliciesOff = true })
	_, err = api.ListPoliciesForTarget(t.Context(), &organizations.ListPoliciesForTargetInput{TargetId: aws.String("r-demo"), Filter: controlPolicies})
	wantCode(t, err, "PolicyTypeNotEnabledException")
	roots, err := api.ListRoots(t.Context(), nil)
	if err != nil || len(roots.Roots[0].PolicyTypes) != 0 {
		t.Errorf("got %+v, %v", roots, err)
	}
}

func TestListWithoutPaths(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.NoPaths = true
	all, _ := list(t, start(t, org, cloud.Options{}).cfg, nil)
	if slices.ContainsFunc(all, func(a types.Account) bool { return len(a.Paths) > 0 }) {
		t.Error("a path is told")
	}
}

// Units that an account names alone, several levels deep, are there too.
func TestUnitsThatOnlyAccountsName(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.Accounts[1].OUs = []string{"ou-demo-prod", "ou-demo-payments", "ou-demo-cards"}
	w := start(t, org, cloud.Options{})
	out, err := organizations.NewFromConfig(w.cfg).ListOrganizationalUnitsForParent(t.Context(), &organizations.ListOrganizationalUnitsForParentInput{ParentId: aws.String("ou-demo-payments")})
	if err != nil || len(out.OrganizationalUnits) != 1 || *out.OrganizationalUnits[0].Name != "cards" ||
		*out.OrganizationalUnits[0].Path != "o-rootwatchdemo/r-demo/ou-demo-prod/ou-demo-payments/ou-demo-cards/" {
		t.Errorf("got %+v, %v", out, err)
	}
}
