package awsorg_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
	"rootwatch/internal/awsorg"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	denyRoot = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:root"}}}]}`
)

func summary(id string, managed bool) map[string]any {
	return map[string]any{"Id": id, "Name": "name of " + id, "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": managed}
}

func one(field string, items ...any) string {
	return quoted(map[string]any{field: append([]any{}, items...)})
}

func ids(all ...string) (items []any) {
	for _, id := range all {
		items = append(items, map[string]any{"Id": id, "Name": "name of " + id})
	}
	return items
}

// answerTree hangs member and other in one unit, to which a policy is attached
// that denies root everything.
func (c *cloud) answerTree() {
	c.answer["organizations:ListRoots"] = fixed(200, one("Roots", map[string]any{"Id": "r-fake",
		"PolicyTypes": []any{map[string]any{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}}}))
	c.answer["organizations:ListOrganizationalUnitsForParent"] = func(in call) reply {
		if in.text("ParentId") == "r-fake" {
			return reply{body: one("OrganizationalUnits", ids("ou-fake-prod")...)}
		}
		return reply{body: one("OrganizationalUnits")}
	}
	c.answer["organizations:ListAccountsForParent"] = func(in call) reply {
		if in.text("ParentId") == "r-fake" {
			return reply{body: one("Accounts", ids(payer)...)}
		}
		return reply{body: one("Accounts", ids(member, other)...)}
	}
	c.answer["organizations:ListParents"] = fixed(200, one("Parents", map[string]any{"Id": "ou-fake-prod", "Type": "ORGANIZATIONAL_UNIT"}))
	c.answer["organizations:ListPolicies"] = fixed(200, one("Policies", summary("p-FullAWSAccess", true), summary("p-denyroot", false)))
	c.answer["organizations:DescribePolicy"] = func(in call) reply {
		content := map[bool]string{true: allowAll, false: denyRoot}[in.text("PolicyId") == "p-FullAWSAccess"]
		return reply{body: quoted(map[string]any{"Policy": map[string]any{"Content": content, "PolicySummary": summary(in.text("PolicyId"), false)}})}
	}
	c.answer["organizations:ListTargetsForPolicy"] = fixed(200, one("Targets", map[string]any{"TargetId": "ou-fake-prod", "Type": "ORGANIZATIONAL_UNIT"}))
	c.answer["organizations:ListPoliciesForTarget"] = fixed(200, one("Policies", summary("p-FullAWSAccess", true), summary("p-denyroot", false)))
}

// organizationCalls are how often each operation of Organizations was asked.
func (c *cloud) organizationCalls() map[string]int {
	made := map[string]int{}
	for _, in := range c.madeOf("organizations:") {
		made[strings.TrimPrefix(in.action, "organizations:")]++
	}
	return made
}

func (c *cloud) madeOf(prefix string) []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.calls), func(in call) bool { return !strings.HasPrefix(in.action, prefix) })
}

func everyAccount(t *testing.T, org *awsorg.Org) (all []account.Account, err error) {
	t.Helper()
	for a, err := range org.Accounts(t.Context()) {
		if err != nil {
			return all, err
		}
		all = append(all, a)
	}
	return all, nil
}

func policies(t *testing.T, o checks.Organization) scp.Tree {
	t.Helper()
	tree, known := o.Policies.Get()
	if !known {
		t.Fatalf("the policies are not known: %+v", o.Policies.Gap())
	}
	return tree
}

func TestOrganization(t *testing.T) {
	c := newCloud(t, payer)
	org := open(t, options())
	whole := org.Organization(t.Context())
	if whole.ID != "o-fake" || whole.ManagementID.String() != payer || whole.AllFeatures != account.Yes || whole.Partition != "aws" || !whole.ObservedAt.Equal(now) {
		t.Errorf("got %+v", whole)
	}
	want := scp.Tree{
		RootID: "r-fake", Enabled: true,
		Units: map[string]scp.Unit{"ou-fake-prod": {Name: "name of ou-fake-prod", Parent: "r-fake"}},
		Policies: map[string]scp.Policy{
			"p-FullAWSAccess": {ID: "p-FullAWSAccess", Name: "name of p-FullAWSAccess", AWSManaged: true, Content: allowAll},
			"p-denyroot":      {ID: "p-denyroot", Name: "name of p-denyroot", Content: denyRoot},
		},
		Attached: map[string][]string{"r-fake": {"p-FullAWSAccess"}, "ou-fake-prod": {"p-FullAWSAccess", "p-denyroot"}},
		Rest:     []string{"p-FullAWSAccess"},
	}
	if diff := cmp.Diff(want, policies(t, whole)); diff != "" {
		t.Error(diff)
	}
	for range 20 { // as each account of a sweep does
		org.Organization(t.Context())
	}
	calls := map[string]int{"DescribeOrganization": 1, "ListRoots": 1, "ListOrganizationalUnitsForParent": 2, "ListPolicies": 1, "DescribePolicy": 2, "ListTargetsForPolicy": 1, "ListPoliciesForTarget": 1}
	if diff := cmp.Diff(calls, c.organizationCalls()); diff != "" {
		t.Errorf("calls, want (-) and got (+): %s", diff)
	}
}

// Many accounts that ask at once share one reading.
func TestOrganizationIsReadOnceForAll(t *testing.T) {
	c := newCloud(t, payer)
	org := open(t, options())
	done := make(chan checks.Organization)
	for range 50 {
		go func() { done <- org.Organization(t.Context()) }()
	}
	for range 50 {
		policies(t, <-done)
	}
	if n := len(c.made("organizations:ListPolicies")); n != 1 {
		t.Errorf("policies were listed %d times", n)
	}
}

// An answer is kept for ten minutes, what could not be read for one.
func TestOrganizationIsReadAgain(t *testing.T) {
	c := newCloud(t, payer)
	var passed atomic.Int64 // nanoseconds: a reading that was given up may still look at the clock
	o := options()
	o.Now = func() time.Time { return now.Add(time.Duration(passed.Load())) }
	org := open(t, o)
	ask := func(after time.Duration, want int) {
		t.Helper()
		passed.Add(int64(after))
		org.Organization(t.Context())
		if n := len(c.made("organizations:ListPolicies")); n != want {
			t.Errorf("policies were listed %d times, want %d", n, want)
		}
	}
	c.on("organizations:ListPolicies", inTurn(reply{400, jsonError("AccessDeniedException", "no")}, reply{200, one("Policies", summary("p-FullAWSAccess", true))}))
	ask(0, 1)
	ask(30*time.Second, 1)
	ask(31*time.Second, 2)
	ask(9*time.Minute, 2)
	ask(2*time.Minute, 3)
}

func TestOrganizationWithoutPolicies(t *testing.T) {
	feature := func(set string) func(call) reply {
		return fixed(200, quoted(map[string]any{"Organization": map[string]any{"Id": "o-fake", "FeatureSet": set, "MasterAccountId": payer}}))
	}
	off := one("Roots", map[string]any{"Id": "r-fake", "PolicyTypes": []any{map[string]any{"Type": "TAG_POLICY", "Status": "ENABLED"}}})
	for name, tt := range map[string]struct {
		action   string
		answer   func(call) reply
		features account.Answer
		want     scp.Tree
	}{
		"the type is not enabled":      {"organizations:ListRoots", fixed(200, off), account.Yes, scp.Tree{RootID: "r-fake"}},
		"consolidated billing alone":   {"organizations:DescribeOrganization", feature("CONSOLIDATED_BILLING"), account.No, scp.Tree{}},
		"in no organization":           {"organizations:DescribeOrganization", fixed(400, jsonError("AWSOrganizationsNotInUseException", "")), account.AnswerUnknown, scp.Tree{}},
		"it left while it was read":    {"organizations:ListRoots", fixed(400, jsonError("AWSOrganizationsNotInUseException", "")), account.Yes, scp.Tree{}},
		"a feature set of a later day": {"organizations:DescribeOrganization", feature("SOME"), account.AnswerUnknown, scp.Tree{}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on(tt.action, tt.answer)
			whole := open(t, options()).Organization(t.Context())
			if whole.AllFeatures != tt.features {
				t.Errorf("all features: %v", whole.AllFeatures)
			}
			tree := policies(t, whole)
			if name == "a feature set of a later day" {
				if !tree.Enabled {
					t.Error("the policies were not read")
				}
				return
			}
			if diff := cmp.Diff(tt.want, tree); diff != "" {
				t.Error(diff)
			}
			if n := len(c.made("organizations:ListPolicies")); n != 0 {
				t.Errorf("policies were listed %d times, and none can be", n)
			}
		})
	}
}

// Whatever goes wrong, the policies are a gap that says so: never a part of them.
func TestOrganizationUnread(t *testing.T) {
	denied, broken := fixed(400, jsonError("AccessDeniedException", "no")), fixed(500, jsonError("ServiceException", ""))
	for name, tt := range map[string]struct {
		action string
		answer func(call) reply
		cause  account.Cause
		says   string
	}{
		"roots denied":              {"organizations:ListRoots", denied, account.Denied, "organizations:ListRoots"},
		"units denied":              {"organizations:ListOrganizationalUnitsForParent", denied, account.Denied, "ListOrganizationalUnitsForParent"},
		"policies denied":           {"organizations:ListPolicies", denied, account.Denied, "ListPolicies"},
		"one policy denied":         {"organizations:DescribePolicy", denied, account.Denied, "DescribePolicy"},
		"targets broken":            {"organizations:ListTargetsForPolicy", broken, account.Unavailable, "ListTargetsForPolicy"},
		"a target's policies":       {"organizations:ListPoliciesForTarget", fixed(400, jsonError("TooManyRequestsException", "")), account.Throttled, "ListPoliciesForTarget"},
		"two roots":                 {"organizations:ListRoots", fixed(200, one("Roots", ids("r-1", "r-2")...)), account.Undecodable, "names 2 roots"},
		"no root":                   {"organizations:ListRoots", fixed(200, one("Roots")), account.Undecodable, "names 0 roots"},
		"a type that is changing":   {"organizations:ListRoots", fixed(200, one("Roots", map[string]any{"Id": "r-fake", "PolicyTypes": []any{map[string]any{"Type": "SERVICE_CONTROL_POLICY", "Status": "PENDING_ENABLE"}}})), account.NotReady, "switching"},
		"a unit below itself":       {"organizations:ListOrganizationalUnitsForParent", fixed(200, one("OrganizationalUnits", ids("ou-fake-prod")...)), account.Undecodable, "not for the first time"},
		"a policy without content":  {"organizations:DescribePolicy", fixed(200, `{"Policy":{}}`), account.Undecodable, "no content"},
		"pages in a circle":         {"organizations:ListPolicies", fixed(200, `{"Policies":[],"NextToken":"again"}`), account.Undecodable, "circle"},
		"not AWS":                   {"organizations:ListPolicies", fixed(200, "<html>"), account.Undecodable, "check proxies"},
		"the organization, broken":  {"organizations:DescribeOrganization", broken, account.Unavailable, "DescribeOrganization"},
		"our own credentials":       {"sts:GetCallerIdentity", fixed(403, queryError("ExpiredToken", "")), account.BadCredentials, "expired"},
		"the second page of units":  {"organizations:ListOrganizationalUnitsForParent", inTurn(reply{200, `{"OrganizationalUnits":[{"Id":"ou-1"}],"NextToken":"2"}`}, reply{400, jsonError("AccessDeniedException", "")}), account.Denied, "Units"},
		"a policy of two pages cut": {"organizations:ListTargetsForPolicy", inTurn(reply{200, `{"Targets":[],"NextToken":"2"}`}, reply{400, jsonError("AccessDeniedException", "")}), account.Denied, "Targets"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on(tt.action, tt.answer)
			o := options()
			o.MaxAttempts = 2
			gap := open(t, o).Organization(t.Context()).Policies.Gap()
			if gap.Cause != tt.cause || !strings.Contains(gap.Sentence, tt.says) || gap.Call == "" {
				t.Errorf("got %+v", gap)
			}
		})
	}
}

// A plain member may not ask, and is told who may.
func TestOrganizationForAPlainMember(t *testing.T) {
	c := newCloud(t, member)
	c.on("organizations:ListRoots", fixed(400, jsonError("AccessDeniedException", "no")))
	whole := open(t, options()).Organization(t.Context())
	if gap := whole.Policies.Gap(); gap.Cause != account.Denied || !strings.Contains(gap.Sentence, "delegated administrators") {
		t.Errorf("got %+v", gap)
	}
	if whole.AllFeatures != account.Yes { // which any member may ask
		t.Errorf("all features: %v", whole.AllFeatures)
	}
}

// A denial of DescribeOrganization alone does not hide the policies.
func TestOrganizationThatMayNotBeDescribed(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:DescribeOrganization", fixed(400, jsonError("AccessDeniedException", "no")))
	whole := open(t, options()).Organization(t.Context())
	if tree := policies(t, whole); !tree.Enabled || whole.AllFeatures != account.AnswerUnknown {
		t.Errorf("got %+v", whole)
	}
}

// An empty page that has a token is not the last (a page of 0 is what AWS
// gives where it filtered all of it).
func TestEmptyPageWithATokenGoesOn(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:ListPolicies", func(in call) reply {
		if in.text("NextToken") == "" {
			return reply{body: `{"Policies":[],"NextToken":"2"}`}
		}
		return reply{body: one("Policies", summary("p-FullAWSAccess", true), summary("p-denyroot", false))}
	})
	if tree := policies(t, open(t, options()).Organization(t.Context())); len(tree.Policies) != 2 {
		t.Errorf("got %+v", tree.Policies)
	}
	c.on("organizations:ListAccounts", func(in call) reply {
		if in.text("NextToken") == "" {
			return reply{body: accounts("2")}
		}
		return reply{body: accounts("", listed(payer, "ACTIVE"), listed(member, "ACTIVE"))}
	})
	if all, err := everyAccount(t, open(t, options())); len(all) != 2 || err != nil {
		t.Errorf("got %v, %v", all, err)
	}
}

// What was deleted between two calls is no fault.
func TestPolicyAndTargetThatAreGone(t *testing.T) {
	c := newCloud(t, payer)
	c.on("organizations:ListPolicies", fixed(200, one("Policies", summary("p-FullAWSAccess", true), summary("p-denyroot", false), summary("p-gone", false))))
	full := c.answer["organizations:DescribePolicy"]
	c.on("organizations:DescribePolicy", func(in call) reply {
		if in.text("PolicyId") == "p-gone" {
			return reply{400, jsonError("PolicyNotFoundException", "")}
		}
		return full(in)
	})
	c.on("organizations:ListPoliciesForTarget", fixed(400, jsonError("TargetNotFoundException", "")))
	tree := policies(t, open(t, options()).Organization(t.Context()))
	if len(tree.Policies) != 2 || !slices.Equal(tree.On("ou-fake-prod"), []string{"p-FullAWSAccess"}) {
		t.Errorf("got %+v", tree)
	}
}

// Where many targets have policies of their own, or AWS has more than one
// policy of its own, nothing is concluded from AWS's rule: all is listed.
func TestAttachmentsThatAreListed(t *testing.T) {
	targets := func(many int) func(call) reply {
		return func(in call) reply {
			var items []any
			for n := range many {
				items = append(items, map[string]any{"TargetId": fmt.Sprintf("ou-fake-%d", n)})
			}
			if in.text("PolicyId") == "p-FullAWSAccess" {
				items = append(items[:1:1], map[string]any{"TargetId": "r-fake"}, map[string]any{"TargetId": "ou-fake-prod"}, map[string]any{"TargetId": member})
			}
			return reply{body: one("Targets", items...)}
		}
	}
	for name, tt := range map[string]struct {
		policies string
		targets  int
	}{
		"many targets":        {one("Policies", summary("p-FullAWSAccess", true), summary("p-denyroot", false)), 50},
		"two policies of AWS": {one("Policies", summary("p-FullAWSAccess", true), summary("p-Another", true)), 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("organizations:ListPolicies", fixed(200, tt.policies))
			c.on("organizations:ListTargetsForPolicy", targets(tt.targets))
			tree := policies(t, open(t, options()).Organization(t.Context()))
			if !slices.Contains(tree.On(member), "p-FullAWSAccess") || len(tree.On(other)) != 0 || len(c.made("organizations:ListPoliciesForTarget")) != 0 {
				t.Errorf("got %+v", tree)
			}
		})
	}
}

func TestPathOfAListedAccount(t *testing.T) {
	for name, tt := range map[string]struct {
		paths []string
		want  string
	}{
		"as AWS writes it":   {[]string{"o-fake/r-fake/ou-fake-a/ou-fake-b/" + member + "/"}, "r-fake ou-fake-a ou-fake-b"},
		"below the root":     {[]string{"o-fake/r-fake/" + member + "/"}, "r-fake"},
		"without the ends":   {[]string{"/r-fake/ou-fake-a"}, "r-fake ou-fake-a"},
		"two paths":          {[]string{"o-fake/r-fake/" + member, "o-fake/r-fake/ou-fake-a/" + member}, "r-fake ou-fake-prod"},
		"no root":            {[]string{"o-fake/ou-fake-a/" + member + "/"}, "r-fake ou-fake-prod"},
		"another thing":      {[]string{"o-fake/r-fake/x-1/" + member + "/"}, "r-fake ou-fake-prod"},
		"another account":    {[]string{"o-fake/r-fake/ou-fake-a/" + other + "/"}, "r-fake ou-fake-prod"},
		"none, so it walked": {nil, "r-fake ou-fake-prod"},
		"an empty one":       {[]string{""}, "r-fake ou-fake-prod"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, payer)
			entry := listed(member, "ACTIVE")
			entry["Paths"], entry["JoinedTimestamp"] = tt.paths, now.Add(-time.Hour).Unix()
			c.on("organizations:ListAccounts", fixed(200, accounts("", listed(payer, "ACTIVE"), entry)))
			all, err := everyAccount(t, open(t, options()))
			if err != nil || len(all) != 2 {
				t.Fatal(all, err)
			}
			if got := strings.Join(all[1].Path, " "); got != tt.want {
				t.Errorf("path %q, want %q", got, tt.want)
			}
			if !all[1].JoinedAt.Equal(now.Add(-time.Hour)) {
				t.Errorf("joined %v", all[1].JoinedAt)
			}
		})
	}
}

// Where AWS tells no paths the organization is walked once; where that is
// refused the accounts are still listed.
func TestWalkForPaths(t *testing.T) {
	c := newCloud(t, payer)
	org := open(t, options())
	for range 2 {
		all, err := everyAccount(t, org)
		if err != nil || len(all) != 3 || !slices.Equal(all[0].Path, []string{"r-fake"}) || !slices.Equal(all[2].Path, []string{"r-fake", "ou-fake-prod"}) {
			t.Errorf("got %+v, %v", all, err)
		}
	}
	if n := len(c.made("organizations:ListAccountsForParent")); n != 2 {
		t.Errorf("%d calls, want one for the root and one for its unit", n)
	}
	if n := len(c.made("organizations:ListParents")); n != 0 {
		t.Errorf("%d accounts were asked about alone", n)
	}
	c = newCloud(t, payer)
	c.on("organizations:ListAccountsForParent", fixed(400, jsonError("AccessDeniedException", "")))
	all, err := everyAccount(t, open(t, options()))
	if err != nil || len(all) != 3 || all[2].Path != nil {
		t.Errorf("got %+v, %v", all, err)
	}
	if n := len(c.made("organizations:ListAccountsForParent")); n > 2 {
		t.Errorf("the refusal was asked for %d times", n)
	}
}

// An account that comes out of the store has no path: it alone is asked about.
func TestPositionOfOneAccount(t *testing.T) {
	c := newCloud(t, payer)
	facts := open(t, options()).Facts(t.Context(), memberAccount(t))
	if !slices.Equal(facts.Path, []string{"r-fake", "ou-fake-prod"}) {
		t.Errorf("path %v", facts.Path)
	}
	if n := len(c.made("organizations:ListParents")); n != 1 || len(c.made("organizations:ListAccountsForParent")) != 0 {
		t.Errorf("asked about %d accounts", n)
	}
	listedAlready := memberAccount(t)
	listedAlready.Path = []string{"r-fake"}
	org := open(t, options())
	if facts := org.Facts(t.Context(), listedAlready); !slices.Equal(facts.Path, listedAlready.Path) || len(c.made("organizations:ListParents")) != 1 {
		t.Errorf("path %v", facts.Path)
	}
	for name, answer := range map[string]func(call) reply{
		"denied":         fixed(400, jsonError("AccessDeniedException", "")),
		"two parents":    fixed(200, one("Parents", ids("r-fake", "ou-fake-prod")...)),
		"a strange unit": fixed(200, one("Parents", ids("ou-fake-other")...)),
	} {
		c.on("organizations:ListParents", answer)
		if facts := open(t, options()).Facts(t.Context(), memberAccount(t)); facts.Path != nil {
			t.Errorf("%s: path %v", name, facts.Path)
		}
	}
}

// An organization that is read for longer than the one who asks can wait goes
// on being read for the next.
func TestOrganizationOutlivesWhoAsks(t *testing.T) {
	c := newCloud(t, payer)
	entered, release := make(chan struct{}), make(chan struct{})
	answer := c.answer["organizations:ListPolicies"]
	c.on("organizations:ListPolicies", func(in call) reply {
		close(entered)
		<-release
		return answer(in)
	})
	org := open(t, options())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan checks.Organization)
	go func() { done <- org.Organization(ctx) }()
	<-entered
	cancel()
	if gap := (<-done).Policies.Gap(); gap.Cause != account.TimedOut {
		t.Errorf("got %+v", gap)
	}
	close(release)
	policies(t, org.Organization(t.Context()))
	if n := len(c.made("organizations:ListPolicies")); n != 1 {
		t.Errorf("policies were listed %d times", n)
	}
}
