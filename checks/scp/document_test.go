package scp

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := Parse(strings.ReplaceAll(`{'Version':'2012-10-17','Id':'x','Statement':{'Sid':'One','Effect':'Deny','NotAction':'s3:*',
		'NotResource':['arn:aws:s3:::a','arn:aws:s3:::b'],
		'Condition':{'Bool':{'aws:MultiFactorAuthPresent':false},'NumericLessThan':{'s3:max-keys':[10,'20']}}}}`, "'", `"`))
	want := Document{Version: "2012-10-17", Statements: []Statement{{Number: 1, Sid: "One", Deny: true, Actions: []string{"s3:*"}, NotAction: true,
		Resources: []string{"arn:aws:s3:::a", "arn:aws:s3:::b"}, NotResource: true,
		Conditions: []Condition{{"Bool", "aws:MultiFactorAuthPresent", []string{"false"}}, {"NumericLessThan", "s3:max-keys", []string{"10", "20"}}}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Each fault names the statement and the element.
func TestParseFaults(t *testing.T) {
	const ok = `'Effect':'Deny','Action':'*','Resource':'*'`
	for _, c := range []struct{ policy, want string }{
		{"", "the policy is empty"},
		{"{\n  'Version': }", "line 2, column 14"},
		{"\xff", "not UTF-8"},
		{"[]", "the policy is an array, and must be an object"},
		{strings.Repeat(" ", maxDocument+1), "bytes"},
		{`{'Statement':[]}`, "the policy: Statement is empty"},
		{`{'Version':'2012-10-17'}`, "the policy has no Statement"},
		{`{'Version':'2012-10-18','Statement':{` + ok + `}}`, "Version is \"2012-10-18\"; there are"},
		{`{'Version':20121017,'Statement':{` + ok + `}}`, "Version is a number, and must be a string"},
		{`{'statement':{` + ok + `}}`, "unknown element \"statement\""},
		{`{'Statement':{` + ok + `},'Statement':{` + ok + `}}`, "the policy has \"Statement\" twice"},
		{`{'Statement':[{` + ok + `},7]}`, "statement 2 is a number, and must be an object"},
		{`{'Statement':[{` + ok + `},{'Sid':'Two'}]}`, "statement 2 (\"Two\"): Action is missing, and so is NotAction"},
		{`{'Statement':{'Effect':'Deny','Action':'*'}}`, "statement 1: Resource is missing, and so is NotResource"},
		{`{'Statement':{'Action':'*','Resource':'*'}}`, "statement 1: Effect is missing"},
		{`{'Statement':{` + ok + `,'Effect':'Allow'}}`, "statement 1 has \"Effect\" twice"},
		{`{'Statement':{` + ok + `,'NotAction':'*'}}`, "statement 1: Action stands beside NotAction"},
		{`{'Statement':{` + ok + `,'Sid':{}}}`, "statement 1: Sid is an object"},
		{`{'Statement':{` + ok + `,'Ressource':'*'}}`, "statement 1: Ressource is not an element of a statement"},
		{`{'Statement':{'Effect':'deny','Action':'*','Resource':'*'}}`, "Effect is \"deny\"; it is Allow or Deny"},
		{`{'Statement':{'Effect':'Deny','Action':[],'Resource':'*'}}`, "Action is empty"},
		{`{'Statement':{'Effect':'Deny','Action':['a:b',{}],'Resource':'*'}}`, "Action [2] is an object, and must be a string"},
		{`{'Statement':{` + ok + `,'Condition':[]}}`, "Condition is an array, and must be an object"},
		{`{'Statement':{` + ok + `,'Condition':{'Bool':true}}}`, "Condition \"Bool\" is a boolean, and must be an object"},
		{`{'Statement':{` + ok + `,'Condition':{'Bool':{'a:b':null}}}}`, "Condition \"Bool\" \"a:b\" is null, and must be a string, a number or a boolean"},
		{`{'Statement':{` + ok + `,'Condition':{'Bool':{'a:b':'x','A:B':'y'}}}}`, "twice, written differently"},
		{`{'Statement':{` + ok + `,'Principal':{'AWS':'*','AWS':'x'}}}`, "statement 1: Principal has \"AWS\" twice"},
		{`{'Statement':{` + ok + `,'Principal':` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`, "nests deeper"},
	} {
		_, err := Parse(strings.ReplaceAll(c.policy, "'", `"`))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", c.policy[:min(len(c.policy), 100)], err, c.want)
		}
	}
}
