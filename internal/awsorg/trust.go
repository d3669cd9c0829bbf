package awsorg

import (
	"encoding/json"
	"strings"

	"rootwatch/checks/account"
)

// identityCenter is the path of the roles that IAM Identity Center makes; IAM
// lets nobody else make one there.
const identityCenter = "/aws-reserved/sso.amazonaws.com/"

// rolePath is the path of the role in its ARN, with a slash at both ends.
func rolePath(arn string) string {
	_, rest, found := strings.Cut(arn, ":role/")
	if !found {
		return ""
	}
	rest = "/" + rest
	return rest[:strings.LastIndex(rest, "/")+1]
}

// trustOf is who may assume a role. Of several kinds the one that lets people
// in from outside counts first: it decides whether somebody can be an admin.
func trustOf(arn, document string) account.Trust {
	if strings.HasPrefix(rolePath(arn), identityCenter) {
		return account.TrustSSO
	}
	var policy struct{ Statement trustStatements }
	if err := json.Unmarshal([]byte(document), &policy); err != nil || len(policy.Statement) == 0 {
		return account.TrustUnknown
	}
	kinds := map[string]bool{}
	for _, s := range policy.Statement {
		if s.Effect != "Allow" {
			continue
		}
		if len(s.Principal) == 0 { // NotPrincipal, or nothing that IAM takes
			return account.TrustUnknown
		}
		for kind := range s.Principal {
			kinds[kind] = true
		}
	}
	switch {
	case kinds["Federated"]:
		return account.TrustFederated
	case kinds["AWS"], kinds["CanonicalUser"]:
		return account.TrustAccounts
	case kinds["Service"]:
		return account.TrustService
	}
	return account.TrustUnknown
}

// trustStatements is one statement or a list of them, as IAM takes either.
type trustStatements []trustStatement

type trustStatement struct {
	Effect    string
	Principal trustPrincipal
}

// UnmarshalJSON reads either form.
func (s *trustStatements) UnmarshalJSON(b []byte) error {
	if strings.HasPrefix(strings.TrimSpace(string(b)), "{") {
		*s = trustStatements{{}}
		return json.Unmarshal(b, &(*s)[0])
	}
	return json.Unmarshal(b, (*[]trustStatement)(s))
}

// trustPrincipal is by kind; "*" is every AWS account.
type trustPrincipal map[string]json.RawMessage

// UnmarshalJSON reads either form.
func (p *trustPrincipal) UnmarshalJSON(b []byte) error {
	if string(b) == `"*"` {
		*p = trustPrincipal{"AWS": b}
		return nil
	}
	return json.Unmarshal(b, (*map[string]json.RawMessage)(p))
}
