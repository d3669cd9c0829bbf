package scp

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"rootwatch/checks/account"
)

const fullAccess = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

var prod = func() account.ID {
	id, err := account.ParseID("111122223333")
	if err != nil {
		panic(err)
	}
	return id
}()

// treeOf is root r-1, unit ou-1 in it and the account in that, each with
// FullAWSAccess and what is given for it.
func treeOf(hang map[string][]string) Tree {
	t := Tree{RootID: "r-1", Enabled: true, Units: map[string]Unit{"ou-1": {"Prod", "r-1"}}, Parents: map[string]string{prod.String(): "ou-1"},
		Policies: map[string]Policy{"p-full": {ID: "p-full", Name: "FullAWSAccess", AWSManaged: true, Content: fullAccess}}, Attached: map[string][]string{}}
	for _, target := range []string{"r-1", "ou-1", prod.String()} {
		t.Attached[target] = []string{"p-full"}
		for i, content := range hang[target] {
			t = t.With(Policy{ID: fmt.Sprintf("p-%s-%d", target, i), Name: "Named", Content: content}, target)
		}
	}
	return t
}

func rootOf(t *testing.T, tree Tree) RootAnswer {
	t.Helper()
	chain, err := tree.Chain(prod, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Root(chain, prod, "aws")
}

// effects are the distinct effects of a principal's decisions.
func effects(a RootAnswer, p Principal) string {
	var all []string
	for _, d := range a.Of(p) {
		if !slices.Contains(all, string(d.Effect)) {
			all = append(all, string(d.Effect))
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// S4's own policy: MFA for root, by a pattern on the principal.
const s4 = `{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'},'StringLike':{'aws:PrincipalArn':['arn:aws:iam::*:root']}}}`

func TestRoot(t *testing.T) {
	const rootOnly = `'StringLike':{'aws:PrincipalArn':'arn:aws:iam::*:root'}`
	deny := func(conditions string) string {
		return policyOf(`{'Sid':'DenyRoot','Effect':'Deny','Action':'*','Resource':'*','Condition':{` + conditions + `}}`)
	}
	for _, c := range []struct {
		name, policy                    string
		withMFA, withoutMFA, key, audit string
	}{
		{"nothing but FullAWSAccess", "", "allowed", "allowed", "allowed", "allowed"},
		{"S4's policy, and its trap", policyOf(s4), "allowed", "denied", "denied", "denied"},
		{"Bool misses keys, and AWS does not tell for AssumeRoot", deny(rootOnly + `,'Bool':{'aws:MultiFactorAuthPresent':'false'}`), "allowed", "denied", "allowed", "undecided"},
		{"root denied", deny(rootOnly), "denied", "denied", "denied", "denied"},
		{"root denied, the audit spared", deny(`'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:root'},'Null':{'aws:AssumedRoot':'true'}`), "denied", "denied", "denied", "allowed"},
		{"the audit spared by name", deny(rootOnly + `,'BoolIfExists':{'aws:AssumedRoot':'false'}`), "denied", "denied", "denied", "allowed"},
		{"StringEquals has no wildcards", deny(`'StringEquals':{'aws:PrincipalArn':'arn:aws:iam::*:root'}`), "allowed", "allowed", "allowed", "allowed"},
		{"this account by name", deny(`'StringEquals':{'aws:PrincipalArn':'arn:aws:iam::111122223333:root'}`), "denied", "denied", "denied", "denied"},
		{"another account by name", deny(`'StringEquals':{'aws:PrincipalArn':'arn:aws:iam::444455556666:root'}`), "allowed", "allowed", "allowed", "allowed"},
		{"by variable", deny(`'ArnEquals':{'aws:PrincipalArn':'arn:aws:iam::${aws:PrincipalAccount}:root'}`), "denied", "denied", "denied", "denied"},
		{"by type", deny(`'StringEquals':{'AWS:principaltype':'Account'}`), "denied", "denied", "denied", "denied"},
		{"an address range", deny(rootOnly + `,'NotIpAddress':{'aws:SourceIp':['192.0.2.0/24','2001:db8::/32']}`), "conditional", "conditional", "conditional", "conditional"},
		{"a range as wide as the internet", deny(rootOnly + `,'NotIpAddress':{'aws:SourceIp':['0.0.0.0/1','128.0.0.0/1']}`), "undecided", "undecided", "undecided", "undecided"},
		{"a list of bad addresses holds nobody", deny(rootOnly + `,'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}`), "undecided", "undecided", "undecided", "undecided"},
		{"a perimeter", deny(rootOnly + `,'NotIpAddressIfExists':{'aws:SourceIp':'192.0.2.0/24'},'StringNotEqualsIfExists':{'aws:SourceVpc':'vpc-1'},'BoolIfExists':{'aws:ViaAWSService':'false'}`), "conditional", "conditional", "conditional", "conditional"},
		{"fresh MFA, and for want of the key", deny(rootOnly + `,'NumericGreaterThanIfExists':{'aws:MultiFactorAuthAge':3600}`), "conditional", "denied", "denied", "denied"},
		{"MFA by its age", deny(rootOnly + `,'Null':{'aws:MultiFactorAuthAge':'true'}`), "allowed", "denied", "denied", "denied"},
		{"a region", policyOf(`{'Effect':'Deny','NotAction':['support:*','sts:*'],'Resource':'*','Condition':{'StringNotEquals':{'aws:RequestedRegion':['us-east-1','eu-central-1']}}}`), "allowed undecided", "allowed undecided", "allowed undecided", "allowed"},
		{"a region by variable", policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringLike':{'aws:PrincipalArn':'arn:*:root','aws:PrincipalType':'Accoun${aws:RequestedRegion}'}}}`), "allowed undecided", "allowed undecided", "allowed undecided", "allowed"},
		{"users are not root", deny(`'StringLike':{'aws:PrincipalArn':'arn:aws:iam::*:user/*'}`), "allowed", "allowed", "allowed", "allowed"},
		{"whoever has no name", deny(`'Null':{'aws:username':'true'}`), "denied", "denied", "denied", "denied"},
		{"all but a tag, which root cannot have", deny(`'StringNotEquals':{'aws:PrincipalTag/Team':'platform'}`), "denied", "denied", "denied", "denied"},
		{"all but roles", deny(`'ArnNotLike':{'aws:PrincipalArn':'arn:aws:iam::*:role/*'}`), "denied", "denied", "denied", "denied"},
		{"without TLS", deny(`'Bool':{'aws:SecureTransport':'false'}`), "allowed", "allowed", "allowed", "allowed"},
		{"an operator that AWS does not have", deny(`'StringResembles':{'aws:PrincipalArn':'x'}`), "undecided", "undecided", "undecided", "undecided"},
		{"a document that is none", `{"Statement": 7}`, "undecided", "undecided", "undecided", "undecided"},
		{"a document that was not read", "\x00", "undecided", "undecided", "undecided", "undecided"},
		{"all but what needs no root", policyOf(`{'Effect':'Deny','NotAction':['*'],'Resource':'*'}`), "allowed", "allowed", "allowed", "allowed"},
		{"another's bucket", policyOf(`{'Effect':'Deny','Action':'*','Resource':'arn:aws:dynamodb:us-east-1:444455556666:table/x'}`), "allowed undecided", "allowed undecided", "allowed undecided", "allowed"},
	} {
		hang := map[string][]string{}
		if c.policy != "" {
			hang["ou-1"] = []string{c.policy}
		}
		answer := rootOf(t, treeOf(hang))
		for p, want := range map[Principal]string{ConsoleWithMFA: c.withMFA, ConsoleWithoutMFA: c.withoutMFA, AccessKey: c.key, AssumedRoot: c.audit} {
			if got := effects(answer, p); got != want {
				t.Errorf("%s: %s is %s, want %s: %+v", c.name, p, got, want, answer.Of(p)[0])
			}
		}
	}
}

func TestRootNamesWhatDecides(t *testing.T) {
	d := rootOf(t, treeOf(map[string][]string{"ou-1": {policyOf(`{'Effect':'Deny','Action':'iam:*','Resource':'*'}`, s4)}})).Of(AccessKey)[0]
	want := Decision{AccessKey, "iam:CreateAccessKey", Denied, "p-ou-1-0", "Named", "#1", "ou-1", "Prod", nil, "statement #1 of policy p-ou-1-0 (Named) at Prod (ou-1) denies it"}
	if fmt.Sprintf("%+v", d) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v", d, want)
	}
	d = rootOf(t, treeOf(map[string][]string{"r-1": {policyOf(`{'Sid':'Net','Effect':'Deny','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}`)}})).Of(AccessKey)[0]
	if d.Effect != Conditional || !slices.Equal(d.Keys, []string{"aws:SourceIp"}) || d.Statement != "Net" || d.TargetID != "r-1" {
		t.Errorf("%+v", d)
	}
	d = rootOf(t, treeOf(map[string][]string{"r-1": {`{}`}})).Of(AccessKey)[0]
	if d.Effect != Undecided || d.PolicyID != "p-r-1-0" || !strings.Contains(d.Why, "has no Statement") {
		t.Errorf("%+v", d)
	}
}

// Where a level has no policy that allows, it denies, and is named.
func TestRootWithoutAllow(t *testing.T) {
	tree := treeOf(nil)
	tree.Attached["ou-1"] = []string{"p-some"}
	tree.Policies["p-some"] = Policy{ID: "p-some", Content: policyOf(`{'Effect':'Allow','Action':['s3:*','iam:*Key*'],'Resource':'*'}`)}
	answer := rootOf(t, tree)
	for _, d := range answer.Of(AccessKey) {
		allowed := strings.HasPrefix(d.Action, "s3:") || strings.Contains(d.Action, "Key") && strings.HasPrefix(d.Action, "iam:")
		if (d.Effect == Allowed) != allowed || !allowed && (d.Effect != Denied || d.TargetID != "ou-1" || d.PolicyID != "" || !strings.Contains(d.Why, "no policy at Prod (ou-1) allows it")) {
			t.Errorf("%+v", d)
		}
	}
	tree.Policies["p-some"] = Policy{ID: "p-some", Content: policyOf(`{'Effect':'Allow','Action':'*','Resource':'*','Condition':{'IpAddress':{'aws:SourceIp':'192.0.2.0/24'}}}`)}
	for _, d := range rootOf(t, tree).Decisions {
		if d.Effect != Conditional || d.TargetID != "ou-1" || !slices.Equal(d.Keys, []string{"aws:SourceIp"}) {
			t.Errorf("%+v", d)
		}
	}
}

func TestRootWithoutPolicies(t *testing.T) {
	for _, d := range Root(nil, prod, "aws").Decisions {
		if d.Effect != Undecided {
			t.Errorf("a chain that nobody read: %+v", d)
		}
	}
	tree := treeOf(map[string][]string{"r-1": {policyOf(s4)}})
	tree.Enabled = false
	for _, d := range rootOf(t, tree).Decisions {
		if d.Effect != Allowed || !strings.Contains(d.Why, "not enabled") {
			t.Errorf("policies that are not enabled: %+v", d)
		}
	}
	management := Management(prod)
	if !management.Exempt || len(management.Decisions) != len(Root(nil, prod, "aws").Decisions) {
		t.Errorf("%+v", management)
	}
}

func TestChain(t *testing.T) {
	whole := treeOf(nil)
	ids := func(chain []Target) (all []string) {
		for _, target := range chain {
			all = append(all, target.ID)
		}
		return all
	}
	chain, err := whole.Chain(prod, nil)
	if want := []string{"r-1", "ou-1", prod.String()}; err != nil || !slices.Equal(ids(chain), want) || chain[1].Name != "Prod" {
		t.Errorf("%+v %v", chain, err)
	}
	byPath := treeOf(nil)
	byPath.Parents, byPath.Units = nil, nil
	if chain, err = byPath.Chain(prod, []string{"r-1", "ou-1"}); err != nil || len(chain) != 3 {
		t.Errorf("by the account's own path: %+v %v", chain, err)
	}
	for name, c := range map[string]struct {
		spoil func(*Tree)
		want  string
	}{
		"no root":       {func(t *Tree) { t.RootID = "" }, "root is not known"},
		"no parent":     {func(t *Tree) { t.Parents = nil }, "where account 111122223333 hangs"},
		"unknown unit":  {func(t *Tree) { t.Units = nil }, "what unit ou-1"},
		"circle":        {func(t *Tree) { t.Units = map[string]Unit{"ou-1": {Parent: "ou-2"}, "ou-2": {Parent: "ou-1"}} }, "circle"},
		"no attachment": {func(t *Tree) { delete(t.Attached, "ou-1") }, "which policies hang on ou-1"},
	} {
		tree := treeOf(nil)
		c.spoil(&tree)
		if _, err := tree.Chain(prod, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheListFitsItsBits(t *testing.T) {
	if len(listed) > 64 {
		t.Errorf("%d actions, and a statement keeps 64 bits", len(listed))
	}
}

func BenchmarkRoot(b *testing.B) {
	var policies []string
	for i := range 10 {
		var statements []string
		for j := range 20 {
			statements = append(statements, fmt.Sprintf(`{'Sid':'S%d','Effect':'Deny','Action':['ec2:Run%d*','s3:Delete*','iam:*Key*','kms:*'],'Resource':'arn:aws:s3:::x%d*','Condition':{'StringLike':{'aws:PrincipalArn':['arn:aws:iam::*:role/%d','arn:aws:iam::*:user/*']},'NotIpAddress':{'aws:SourceIp':['192.0.2.0/24','198.51.100.0/24']}}}`, j, i, j, i))
		}
		policies = append(policies, policyOf(statements...))
	}
	tree := treeOf(map[string][]string{"r-1": policies[:4], "ou-1": policies[4:8], prod.String(): policies[8:]})
	for b.Loop() {
		chain, err := tree.Chain(prod, nil)
		if err != nil {
			b.Fatal(err)
		}
		Root(chain, prod, "aws")
	}
}

// What hangs on every account that no policy names is told once.
func TestChainOfAnAccountThatNothingNames(t *testing.T) {
	tree := treeOf(map[string][]string{"ou-1": {policyOf(s4)}})
	delete(tree.Attached, prod.String())
	tree.Rest = []string{"p-full"}
	if got := effects(rootOf(t, tree), AccessKey); got != "denied" {
		t.Errorf("a key is %s", got)
	}
	tree = tree.With(Policy{ID: "p-more", Content: policyOf(s4)}, prod.String())
	if on := tree.On(prod.String()); !slices.Equal(on, []string{"p-full", "p-more"}) {
		t.Errorf("on the account hang %v", on)
	}
	delete(tree.Attached, "ou-1") // made since: what hangs on it was not read
	if _, err := tree.Chain(prod, nil); err == nil || len(tree.On("ou-1")) != 0 {
		t.Error("a unit that was not read has a chain")
	}
}
