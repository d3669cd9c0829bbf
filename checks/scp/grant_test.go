package scp

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rootwatch/checks/account"
)

// policyOf writes a policy of the statements, whose quotes are single.
func policyOf(statements ...string) string {
	return strings.ReplaceAll(`{'Version':'2012-10-17','Statement':[`+strings.Join(statements, ",")+`]}`, "'", `"`)
}

func TestGrantOf(t *testing.T) {
	allow := func(rest string) string { return `{'Effect':'Allow',` + rest + `}` }
	deny := func(rest string) string { return `{'Effect':'Deny',` + rest + `}` }
	const mfa = `,'Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'}}`
	var alphabet []string
	for _, r := range "abcdefghijklmnopqrstuvwxyz0123456789-" {
		alphabet = append(alphabet, fmt.Sprintf("'%c*'", r))
	}
	for _, c := range []struct {
		name, policy string
		want         account.Grant
	}{
		{"AdministratorAccess", policyOf(allow(`'Action':'*','Resource':'*'`)), account.GrantAdmin},
		{"one statement without an array", strings.ReplaceAll(`{'Statement':{'Effect':'Allow','Action':['*'],'Resource':['*']}}`, "'", `"`), account.GrantAdmin},
		{"*:*", policyOf(allow(`'Action':'*:*','Resource':'*'`)), account.GrantAdmin},
		{"stars spelled otherwise", policyOf(allow(`'Action':'?*:**','Resource':'**'`)), account.GrantAdmin},
		{"among others", policyOf(allow(`'Action':['s3:Get*','*'],'Resource':['arn:aws:s3:::x','*']`)), account.GrantAdmin},
		{"every action of every letter is not every action", policyOf(allow(`'Action':[` + strings.Join(alphabet, ",") + `],'Resource':'*'`)), account.GrantEscalation},
		{"all but IAM, beside IAM", policyOf(allow(`'NotAction':'iam:*','Resource':'*'`), allow(`'Action':'IAM:*','Resource':'*'`)), account.GrantAdmin},
		{"all but one action, beside it", policyOf(allow(`'NotAction':'iam:CreateUser','Resource':'*'`), allow(`'Action':'iam:createuser','Resource':'*'`)), account.GrantAdmin},
		{"all but IAM, beside half of it", policyOf(allow(`'NotAction':'iam:*','Resource':'*'`), allow(`'Action':'iam:C*','Resource':'*'`)), account.GrantNearAdmin},
		{"two that leave out different things", policyOf(allow(`'NotAction':'iam:*','Resource':'*'`), allow(`'NotAction':'s3:*','Resource':'*'`)), account.GrantAdmin},
		{"under a condition", policyOf(allow(`'Action':'*','Resource':'*'` + mfa)), account.GrantConditional},
		{"both", policyOf(allow(`'Action':'*','Resource':'*'`+mfa), allow(`'Action':'*','Resource':'*'`)), account.GrantAdmin},
		{"PowerUserAccess", policyOf(allow(`'NotAction':['iam:*','organizations:*','account:*'],'Resource':'*'`), allow(`'Action':['iam:CreateServiceLinkedRole','iam:ListRoles'],'Resource':'*'`)), account.GrantNearAdmin},
		{"near admin under a condition", policyOf(allow(`'NotAction':'iam:*','Resource':'*'` + mfa)), account.GrantNearAdmin},
		{"all but some resources", policyOf(allow(`'Action':'*','NotResource':'arn:aws:iam::*:role/x'`)), account.GrantNearAdmin},
		{"all but a resource outside IAM", policyOf(allow(`'Action':'*','NotResource':'arn:aws:s3:::x'`)), account.GrantEscalation},
		{"all but all resources", policyOf(allow(`'Action':'s3:*','NotResource':'*'`)), account.GrantOrdinary},
		{"all but all actions", policyOf(allow(`'NotAction':'*','Resource':'*'`)), account.GrantOrdinary},
		{"all actions on one resource", policyOf(allow(`'Action':'*','Resource':'arn:aws:s3:::x'`)), account.GrantOrdinary},
		{"IAMFullAccess", policyOf(allow(`'Action':['iam:*','organizations:DescribeAccount'],'Resource':'*'`)), account.GrantEscalation},
		{"iam:* spelled otherwise", policyOf(allow(`'Action':'i?m:?*','Resource':'*'`)), account.GrantEscalation},
		{"iam:* on all of IAM", policyOf(allow(`'Action':'iam:*','Resource':'arn:aws:iam::*:*'`)), account.GrantEscalation},
		{"iam:* on users alone", policyOf(allow(`'Action':'iam:*','Resource':'arn:aws:iam::*:user/*'`)), account.GrantOrdinary},
		{"iam:* under a condition", policyOf(allow(`'Action':'iam:*','Resource':'*'` + mfa)), account.GrantConditional},
		{"iam:Get*", policyOf(allow(`'Action':'iam:Get*','Resource':'*'`)), account.GrantOrdinary},
		{"deny of some is not credited", policyOf(allow(`'Action':'*','Resource':'*'`), deny(`'Action':'iam:*','Resource':'*'`)), account.GrantAdmin},
		{"deny under a condition is not credited", policyOf(allow(`'Action':'*','Resource':'*'`), deny(`'Action':'*','Resource':'*'`+mfa)), account.GrantAdmin},
		{"deny of all", policyOf(allow(`'Action':'*','Resource':'*'`), deny(`'Action':'*:*','Resource':'*'`)), account.GrantOrdinary},
		{"deny of all but something", policyOf(allow(`'Action':'*','Resource':'*'`), deny(`'NotAction':'s3:*','Resource':'*'`)), account.GrantAdmin},
		{"deny alone", policyOf(deny(`'Action':'s3:*','Resource':'*'`)), account.GrantOrdinary},
		{"nothing", "", account.GrantUndecodable},
		{"percent-encoded", "%7B%22Version%22", account.GrantUndecodable},
		{"a document of another kind", `{"a": 1}`, account.GrantUndecodable},
		{"an effect in small letters", policyOf(`{'Effect':'allow','Action':'*','Resource':'*'}`), account.GrantUndecodable},
	} {
		if got := GrantOf(c.policy); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The walk over all texts agrees with trying every short text.
func TestCoversAgreesWithTrying(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(letters string, most int) string {
		var b strings.Builder
		for range 1 + random.IntN(most) {
			b.WriteByte(letters[random.IntN(len(letters))])
		}
		return b.String()
	}
	var texts []string
	for frontier := []string{""}; len(frontier[0]) <= 5; {
		texts = append(texts, frontier...)
		var longer []string
		for _, s := range frontier {
			longer = append(longer, s+"a", s+"b", s+"c")
		}
		frontier = longer
	}
	covered := 0
	for range 4000 {
		universe := pick("ab*?", 3)
		var allowances []allowance
		for range 1 + random.IntN(3) {
			a := allowance{not: random.IntN(3) == 0}
			for range 1 + random.IntN(2) {
				a.patterns = append(a.patterns, pick("ab*?*", 3))
			}
			allowances = append(allowances, a)
		}
		want := true
		for _, s := range texts {
			in := false
			for _, a := range allowances {
				any := false
				for _, p := range a.patterns {
					any = any || glob(p, s)
				}
				in = in || any != a.not
			}
			want = want && (in || !glob(universe, s))
		}
		budget := maxCoverWork
		got, ok := covers(universe, allowances, &budget)
		if !ok || got != want {
			t.Fatalf("covers(%q, %+v) is %v %v, want %v", universe, allowances, got, ok, want)
		}
		if got {
			covered++
		}
	}
	if covered < 200 {
		t.Errorf("only %d of the random sets covered", covered)
	}
}

// A policy made to be hard ends all the same, and is not called ordinary.
func TestGrantOfHardPolicyEnds(t *testing.T) {
	var actions []string
	for i := range 400 {
		actions = append(actions, fmt.Sprintf("'*%s*'", strings.Repeat("a?", i%40+1)+strings.Repeat("b", i/40)))
	}
	actions = append(actions, "'*\u2021*'")
	got := GrantOf(policyOf(`{'Effect':'Allow','Action':[` + strings.Join(actions, ",") + `],'Resource':'*'}`))
	if got != account.GrantUndecodable {
		t.Errorf("it is %q", got)
	}
	stars := strings.Repeat("*", 10_000)
	if got := GrantOf(policyOf(`{'Effect':'Allow','Action':'` + stars + `q` + stars + `','Resource':'*'}`)); got != account.GrantOrdinary {
		t.Errorf("it is %q", got)
	}
}
