package awsorg

import (
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// judgedPolicy is what a document gives.
type judgedPolicy struct {
	grant  account.Grant
	rights scp.Rights // of the climbing actions
}

// defaultVersion judges the one version that is in force.
func (f *roster) defaultVersion(p types.ManagedPolicyDetail) judgedPolicy {
	var document *string
	inForce := 0
	for _, v := range p.PolicyVersionList {
		if v.IsDefaultVersion {
			document = v.Document
			inForce++
		}
	}
	if inForce != 1 {
		return undecodable
	}
	return f.judge(document)
}

func (f *roster) judge(document *string) judgedPolicy {
	text := decoded(document)
	judged, done := f.judged[text]
	if !done {
		judged = judgedPolicy{scp.GrantOf(text), scp.RightsOf(text, climbing...)}
		f.judged[text] = judged
	}
	return judged
}

// undecodable is a policy of which nothing is known; it may deny anything.
var undecodable = judgedPolicy{account.GrantUndecodable, scp.RightsOf("")}

// decoded is a policy as JSON: AWS percent-encodes it, other implementations
// may not. A + stays one.
func decoded(document *string) string {
	text := aws.ToString(document)
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return text // which is no policy
	}
	return plain
}

// awsManaged are AWS's own policies that give more than ordinary rights, or
// take all away; the answer leaves their documents out. What they say of the
// climbing actions is this.
var awsManaged = map[string]judgedPolicy{
	"AdministratorAccess": {account.GrantAdmin, scp.RightsOf(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, climbing...)},
	"PowerUserAccess":     {account.GrantNearAdmin, scp.RightsOf(`{"Statement":{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}}`, climbing...)},
	"IAMFullAccess":       {account.GrantEscalation, scp.RightsOf(`{"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}}`, climbing...)},
	"AWSDenyAll":          {account.GrantOrdinary, scp.RightsOf(`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`, climbing...)},
}

// managed judges a managed policy by its whole ARN: a customer's may be called
// AdministratorAccess too. One that is attached and was not told of is never ordinary.
func (f *roster) managed(arn string) judgedPolicy {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] == "iam" && parts[3] == "" && parts[4] == "aws" {
		if name, ok := strings.CutPrefix(parts[5], "policy/"); ok && name != "" {
			return awsManaged[name]
		}
	}
	judged, told := f.policies[arn]
	if !told {
		return undecodable
	}
	return judged
}
