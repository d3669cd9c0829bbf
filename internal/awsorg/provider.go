package awsorg

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// machineProviders are OIDC providers of machines alone: each gives its tokens
// to the runs of a build or a program, none of them to a person. A name stands
// for what is below it too. Sources: AWS, "Create an OpenID Connect identity
// provider in IAM" (GitHub, GitLab, HCP Terraform among its shared providers),
// Amazon EKS User Guide ("IAM roles for service accounts"), and each one's own
// page on AWS.
var machineProviders = []string{
	"token.actions.githubusercontent.com", "gitlab.com", "api.bitbucket.org", "oidc.circleci.com", "agent.buildkite.com", "vstoken.dev.azure.com",
	"app.terraform.io", "app.eu.terraform.io", "api.pulumi.com/oidc", "container.googleapis.com", "oidc.op1.openshiftapps.com",
}

// machineHosts are those that have a name for each region or customer.
var machineHosts = regexp.MustCompile(`^(oidc\.eks\.[a-z0-9-]+\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws)|oidc-eks\.[a-z0-9-]+\.api\.aws|([a-z0-9-]+\.)?oic\.prod-aks\.azure\.com|[a-z0-9-]+\.app\.spacelift\.io)(/|$)`)

// appLogins are whom IAM knows without a provider of one's own: the users of
// an app (AWS, AWS JSON policy elements: Principal, "OIDC federated principals").
// Google is one of them and stands apart: a company's people sign in there too.
var appLogins = []string{"cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com"}

const googleLogin = "accounts.google.com"

// machineSubjects begin the subject of a machine's token, whatever the
// provider's host is: a project of a self-managed GitLab, a repository of
// GitHub Enterprise Server, a service account of Kubernetes, a workspace of
// Terraform Enterprise. The colon behind them keeps a person's name out.
var machineSubjects = regexp.MustCompile(`^(project_path|repo|system:serviceaccount|organization):`)

// federated is whom an identity provider lets in. A statement may also ask for
// a subject that only machines have.
func (s trustStatement) federated(principal string) account.Trust {
	if slices.Contains(appLogins, principal) || strings.HasPrefix(principal, "cognito-identity.") && strings.Contains(principal, ".amazonaws.") {
		return account.TrustWorkload
	}
	if principal == googleLogin {
		return account.TrustOIDC
	}
	_, resource, _ := strings.Cut(principal, ":iam::")
	_, resource, _ = strings.Cut(resource, ":")
	if strings.HasPrefix(resource, "saml-provider/") {
		return account.TrustFederated
	}
	host, is := strings.CutPrefix(resource, "oidc-provider/")
	host = strings.ToLower(host)
	switch {
	case !is:
		return account.TrustUnknown
	case machineHosts.MatchString(host), s.asksForMachine(host),
		slices.ContainsFunc(machineProviders, func(p string) bool { return host == p || strings.HasPrefix(host, p+"/") }):
		return account.TrustWorkload
	}
	return account.TrustOIDC
}

// asksForMachine reports whether the statement takes no subject of the
// provider's but a machine's. An operator with IfExists or a set of its own
// would leave a way around it.
func (s trustStatement) asksForMachine(host string) bool {
	for operator, keys := range s.Condition {
		switch strings.ToLower(operator) {
		case "stringequals", "stringlike", "stringequalsignorecase":
		default:
			continue
		}
		for key, subjects := range keys {
			other := func(subject string) bool { return !machineSubjects.MatchString(subject) }
			if strings.ToLower(key) == host+":sub" && len(subjects) > 0 && !slices.ContainsFunc(subjects, other) {
				return true
			}
		}
	}
	return false
}

// oneOrMore is a text or a list of texts, as IAM takes either. Anything else
// is none.
type oneOrMore []string

// UnmarshalJSON reads either form.
func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	var many []string
	if json.Unmarshal(b, &many) != nil {
		many = nil
	}
	*o = many
	return nil
}
