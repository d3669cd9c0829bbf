package scp

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, c := range []struct{ policy, want string }{
		{policyOf(s4), ""},
		{fullAccess, ""},
		{policyOf(`{'Effect':'Deny','NotAction':['iam:*Key','s*:Get*'],'Resource':'arn:aws:s3:::*','Condition':{'NumericLessThan':{'aws:MultiFactorAuthAge':10},'DateGreaterThan':{'aws:CurrentTime':'2025-06-01T00:00:00Z'},'IpAddress':{'aws:SourceIp':'192.0.2.0/24'},'Null':{'aws:AssumedRoot':true},'BinaryEquals':{'a:b':'YQ=='},'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::${aws:PrincipalAccount}:root'}}}`), ""},
		{`{`, "line 1, column 1"},
		{policyOf(`{'Sid':'A','Effect':'Deny','Action':'*','Resource':'*'}`, `{'Sid':'A','Effect':'Deny','Action':'*','Resource':'*'}`), `statement 2 ("A"): Sid stands in an earlier statement too`},
		{policyOf(`{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}`), "statement 1: Principal cannot be in a service control policy"},
		{policyOf(`{'Effect':'Deny','Action':'s3','Resource':'*'}`), `statement 1: Action has "s3"; an action is service:Name, or *`},
		{policyOf(`{'Effect':'Deny','NotAction':':x','Resource':'*'}`), `NotAction has ":x"`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'bucket'}`), `Resource has "bucket"; a resource is an ARN, or *`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringMatches':{'aws:username':'x'}}}`), `Condition has "StringMatches", which is no operator`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'NullIfExists':{'aws:username':'true'}}}`), "which is no operator"},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'StringLike':{'username':'x'}}}`), `"username"; a key is service:name`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'Bool':{'aws:ViaAWSService':'no'}}}`), `has "no", which is not what the operator compares`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'NotIpAddress':{'aws:SourceIp':['192.0.2.0/24','192.0.2.0/33']}}}`), `has "192.0.2.0/33"`},
		{policyOf(`{'Effect':'Deny','Action':'*','Resource':'*','Condition':{'ArnLike':{'aws:PrincipalArn':'*'}}}`), `has "*"`},
	} {
		err := Validate(c.policy)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.policy, err, c.want)
		}
	}
}
