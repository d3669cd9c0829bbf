package awsorg

import (
	"encoding/json"
	"slices"
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

// trustOf is who may assume a role. Of several kinds the one that is likeliest
// to let people in counts: it decides whether somebody can be an admin.
func trustOf(arn, document string) account.Trust {
	if strings.HasPrefix(rolePath(arn), identityCenter) {
		return account.TrustSSO
	}
	var policy struct{ Statement trustStatements }
	if err := json.Unmarshal([]byte(document), &policy); err != nil || len(policy.Statement) == 0 {
		return account.TrustUnknown
	}
	found := map[account.Trust]bool{}
	for _, s := range policy.Statement {
		if s.Effect != "Allow" {
			continue
		}
		if len(s.Principal) == 0 { // NotPrincipal, or nothing that IAM takes
			return account.TrustUnknown
		}
		for kind, who := range s.Principal {
			for _, trust := range s.trusts(kind, who) {
				found[trust] = true
			}
		}
	}
	for _, trust := range []account.Trust{account.TrustFederated, account.TrustUnknown, account.TrustOIDC, account.TrustAccounts, account.TrustWorkload, account.TrustService} {
		if found[trust] {
			return trust
		}
	}
	return account.TrustUnknown
}

// takersOf are the accounts that the document lets take the role, where it lets
// in nobody but accounts and their users and roles, each with an id.
func takersOf(document string) []string {
	var policy struct{ Statement trustStatements }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return nil
	}
	var takers []string
	for _, s := range policy.Statement {
		if s.Effect != "Allow" {
			continue
		}
		var principals oneOrMore
		if len(s.Principal) != 1 || json.Unmarshal(s.Principal["AWS"], &principals) != nil || len(principals) == 0 {
			return nil
		}
		for _, p := range principals {
			if parts := strings.SplitN(p, ":", 6); len(parts) == 6 && parts[2] == "iam" {
				p = parts[4]
			}
			if _, err := account.ParseID(p); err != nil {
				return nil
			}
			takers = append(takers, p)
		}
	}
	slices.Sort(takers)
	return slices.Compact(takers)
}

// trusts are whom one kind of principal of the statement lets in.
func (s trustStatement) trusts(kind string, who json.RawMessage) []account.Trust {
	switch kind {
	case "AWS", "CanonicalUser":
		return []account.Trust{account.TrustAccounts}
	case "Service":
		return []account.Trust{account.TrustService}
	case "Federated":
		var providers oneOrMore
		if json.Unmarshal(who, &providers) == nil && len(providers) > 0 {
			var all []account.Trust
			for _, p := range providers {
				all = append(all, s.federated(p))
			}
			return all
		}
	}
	return []account.Trust{account.TrustUnknown}
}

// trustStatements is one statement or a list of them, as IAM takes either.
type trustStatements []trustStatement

type trustStatement struct {
	Effect    string
	Principal trustPrincipal
	// Condition is by operator and key. What is written otherwise is nothing
	// that tells of machines.
	Condition map[string]map[string]oneOrMore
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
