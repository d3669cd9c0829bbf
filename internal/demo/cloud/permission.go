package cloud

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Principal is who signed a request: the caller's own credentials where Role
// is "", else a session of that role.
type Principal struct {
	Account account.ID
	Role    string
}

// actionOf is the IAM action that allows an operation, "" where none is
// needed. Most operations are called as their action is.
func actionOf(service, operation string) string {
	if service == "sts" && operation == "GetCallerIdentity" {
		return "" // AWS answers it to whoever can sign, denied or not
	}
	if service == "budgets" {
		return "budgets:ViewBudget" // which allows all that describes
	}
	return service + ":" + operation
}

// SetPolicy gives the principals of one kind the policies that they live by,
// as JSON documents; without any they may do everything again. role is "" for the
// caller's own credentials, else the name of a role, in whatever account. A
// session of AssumeRoot lives by its task policy.
func (s *Server) SetPolicy(role string, documents ...string) error {
	var policies []policy
	for _, text := range documents {
		p, err := parsePolicy(text)
		if err != nil {
			return err
		}
		policies = append(policies, p)
	}
	s.state.Lock()
	defer s.state.Unlock()
	if s.policies == nil {
		s.policies = map[string][]policy{}
	}
	s.policies[role] = policies
	return nil
}

// Used lists the actions that each principal was asked the permission for,
// allowed or not, sorted.
func (s *Server) Used() map[Principal][]string {
	s.state.Lock()
	defer s.state.Unlock()
	used := map[Principal][]string{}
	for who, actions := range s.used {
		for action := range actions {
			used[who] = append(used[who], action)
		}
		slices.Sort(used[who])
	}
	return used
}

// permit notes the action and refuses what no policy allows. A missing
// permission to assume a role is worded like a missing role: AWS does not say
// which it is.
func (s *Server) permit(q *request) *apiError {
	action := actionOf(q.service, q.operation)
	if action == "" {
		return nil
	}
	resource := s.resourceOf(q)
	s.state.Lock()
	defer s.state.Unlock()
	s.noteAction(Principal{q.caller.id, q.caller.role}, action)
	if q.caller.task != "" {
		return s.permitRoot(q, action)
	}
	policies := s.policies[q.caller.role]
	if len(policies) == 0 {
		return nil
	}
	message := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s", q.caller.arn, action, resource)
	switch verdict := decide(policies, action, resource, q.form.Get("TaskPolicyArn.arn")); {
	case verdict == allowed:
		return nil
	case action == "sts:AssumeRole":
	case verdict == deniedByStatement:
		message += " with an explicit deny in an identity-based policy"
	default:
		message += " because no identity-based policy allows the " + action + " action"
	}
	return &apiError{Status: refusedStatus(q.service), Code: spelled(q.service, "AccessDenied"), Message: message}
}

func (s *Server) noteAction(who Principal, action string) {
	if s.used == nil {
		s.used = map[Principal]map[string]bool{}
	}
	if s.used[who] == nil {
		s.used[who] = map[string]bool{}
	}
	s.used[who][action] = true
}

// resourceOf is the ARN that a statement's Resource is held against, as AWS
// names it in its refusal.
func (s *Server) resourceOf(q *request) string {
	switch q.service {
	case "sts":
		if q.operation == "AssumeRoot" {
			return s.org.arn("iam", "root", q.subject)
		}
		return cmp.Or(q.form.Get("RoleArn"), "*")
	case "account":
		if q.subject != q.caller.id {
			management := s.org.Management().ID
			return s.org.arn("account", "account/"+s.org.ID+"/"+q.subject.String(), management)
		}
		return s.org.arn("account", "account", q.caller.id)
	case "ce":
		return strings.Replace(s.org.arn("ce", "/"+q.operation, q.caller.id), ":ce::", ":ce:us-east-1:", 1)
	case "ssm":
		name := nameIn(q, "Name")
		if strings.HasPrefix(name, "arn:") {
			return name
		}
		return s.regional(q, "ssm", "parameter/"+strings.TrimPrefix(name, "/"))
	case "secretsmanager":
		if id := nameIn(q, "SecretId"); strings.HasPrefix(id, "arn:") {
			return id
		}
		return s.regional(q, "secretsmanager", "secret:"+nameIn(q, "SecretId")+"-a1b2c3")
	}
	return "*"
}

// regional is the ARN of something that the region of the request holds.
func (s *Server) regional(q *request, service, rest string) string {
	return strings.Replace(s.org.arn(service, rest, q.caller.id), "::", ":"+cmp.Or(q.region, "us-east-1")+":", 1)
}

// nameIn is a text of a JSON request, "" where it has none.
func nameIn(q *request, field string) string {
	var in map[string]any
	if q.arguments(&in) != nil {
		return ""
	}
	text, _ := in[field].(string)
	return text
}

// wildcard matches text with * and ? as IAM does, across everything.
func wildcard(pattern, text string, fold bool) bool {
	expression := "^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$"
	if fold {
		expression = "(?i)" + expression
	}
	return regexp.MustCompile(expression).MatchString(text)
}

// malformed is what AWS answers a policy that is none.
func malformed(format string, args ...any) error {
	return fmt.Errorf("MalformedPolicyDocument (%d): "+format, append([]any{http.StatusBadRequest}, args...)...)
}
