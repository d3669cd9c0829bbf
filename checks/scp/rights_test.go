package scp

import (
	"testing"

	"rootwatch/checks/account"
)

func TestRights(t *testing.T) {
	const action, ann = "iam:PutUserPolicy", "arn:aws:iam::111122223333:user/ann"
	known := Context{}.With("aws:username", Is("ann"))
	const allow, deny, condition = `{'Effect':'Allow',`, `{'Effect':'Deny',`, `,'Condition':{'StringEquals':{'aws:username':`
	for _, c := range []struct {
		name, policy   string
		context        Context
		allows, denies account.Answer
	}{
		{"everything", policyOf(allow + `'Action':'*','Resource':'*'}`), known, account.Yes, account.No},
		{"another action", policyOf(allow + `'Action':'iam:PutRolePolicy','Resource':'*'}`), known, account.No, account.No},
		{"all but the action", policyOf(allow + `'NotAction':'IAM:putuserpolicy','Resource':'*'}`), known, account.No, account.No},
		{"another resource", policyOf(allow + `'Action':'*','Resource':'arn:aws:iam::*:user/bob'}`), known, account.No, account.No},
		{"all but another resource", policyOf(allow + `'Action':'*','NotResource':'arn:aws:iam::*:user/bob'}`), known, account.Yes, account.No},
		{"the own name", policyOf(allow + `'Action':'*','Resource':'arn:aws:iam::*:user/${aws:username}'}`), known, account.Yes, account.No},
		{"a name that is not known", policyOf(allow + `'Action':'*','Resource':'arn:aws:iam::*:user/${aws:username}'}`), Context{}, account.AnswerUnknown, account.No},
		{"a condition that holds", policyOf(allow + `'Action':'*','Resource':'*'` + condition + `'ann'}}}`), known, account.Yes, account.No},
		{"a condition that does not", policyOf(allow + `'Action':'*','Resource':'*'` + condition + `'bob'}}}`), known, account.No, account.No},
		{"a condition that is not known", policyOf(allow + `'Action':'*','Resource':'*'` + condition + `'ann'}}}`), Context{}, account.AnswerUnknown, account.No},
		{"a deny", policyOf(allow+`'Action':'*','Resource':'*'}`, deny+`'Action':'iam:*','Resource':'*'}`), known, account.Yes, account.Yes},
		{"a deny that is not known", policyOf(deny + `'Action':'iam:*','Resource':'*'` + condition + `'ann'}}}`), Context{}, account.No, account.AnswerUnknown},
		{"a document that is none", "%7B", known, account.No, account.AnswerUnknown},
	} {
		r := RightsOf(c.policy, action)
		if allows, denies := r.Allow(action, ann, c.context), r.Deny(action, ann, c.context); allows != c.allows || denies != c.denies {
			t.Errorf("%s: allows %q, denies %q, want %q and %q", c.name, allows, denies, c.allows, c.denies)
		}
	}
	if got := (Rights{}).Allow(action, ann, known); got != account.No {
		t.Errorf("no policy allows: %q", got)
	}
}
