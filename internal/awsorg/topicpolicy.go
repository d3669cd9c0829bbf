package awsorg

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// publisher is the service that would speak to a topic.
type publisher struct {
	service string     // budgets.amazonaws.com
	account account.ID // on whose behalf
	source  string     // ARN of the budget, the alarm, the rule or the subscription; "" where it is not known
	byRole  bool       // it speaks as a role of the account, not in its own name
}

// The services that speak of money, or of root, as a topic's policy names them.
const (
	publishBudgets   = "budgets.amazonaws.com"
	publishAnomalies = "costalerts.amazonaws.com"
	publishAlarms    = "cloudwatch.amazonaws.com"
	publishEvents    = "events.amazonaws.com"
)

// several is a text or a list of texts, as policies take either.
type several []string

// UnmarshalJSON reads either form.
func (s *several) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		*s = several{""}
		return json.Unmarshal(b, &(*s)[0])
	}
	return json.Unmarshal(b, (*[]string)(s))
}

type topicStatement struct {
	Effect                  string
	Principal, NotPrincipal json.RawMessage
	Action, NotAction       several
	Resource, NotResource   several
	Condition               map[string]map[string]json.RawMessage
}

// mayPublish is whether the topic's policy lets the service publish. A deny
// anywhere wins; what cannot be decided leaves it unknown.
func mayPublish(policy, topic string, p publisher) account.Answer {
	var document struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(policy), &document) != nil {
		return account.AnswerUnknown
	}
	var statements []topicStatement
	if bytes.HasPrefix(bytes.TrimSpace(document.Statement), []byte("{")) {
		statements = make([]topicStatement, 1)
		if json.Unmarshal(document.Statement, &statements[0]) != nil {
			return account.AnswerUnknown
		}
	} else if json.Unmarshal(document.Statement, &statements) != nil {
		return account.AnswerUnknown
	}
	allowed, denied := account.No, account.No
	for _, s := range statements {
		switch matches := s.matches(topic, p); s.Effect {
		case "Allow":
			allowed = allowed.Or(matches)
		case "Deny":
			denied = denied.Or(matches)
		default:
			return account.AnswerUnknown
		}
	}
	switch {
	case denied == account.Yes, allowed == account.No:
		return account.No
	case denied == account.No && allowed == account.Yes:
		return account.Yes
	}
	return account.AnswerUnknown
}

func isSo(so bool) account.Answer {
	if so {
		return account.Yes
	}
	return account.No
}

func (s topicStatement) matches(topic string, p publisher) account.Answer {
	action := isSo(anyMatches(s.Action, "sns:publish", true))
	if len(s.NotAction) > 0 {
		action = isSo(!anyMatches(s.NotAction, "sns:publish", true))
	}
	resource := account.Yes // a topic's policy is about the topic where it names nothing
	switch {
	case len(s.Resource) > 0:
		resource = isSo(anyMatches(s.Resource, topic, false))
	case len(s.NotResource) > 0:
		resource = isSo(!anyMatches(s.NotResource, topic, false))
	}
	return s.names(p).And(action).And(resource).And(s.conditions(p))
}

// names is whether the statement is about the service. A star is about everybody.
func (s topicStatement) names(p publisher) account.Answer {
	if len(s.NotPrincipal) > 0 {
		return account.AnswerUnknown // it is not said anywhere how it treats services
	}
	var star string
	if json.Unmarshal(s.Principal, &star) == nil {
		return isSo(star == "*")
	}
	var named map[string]several
	if json.Unmarshal(s.Principal, &named) != nil {
		return account.AnswerUnknown
	}
	for kind, values := range named {
		for _, value := range values {
			if value == "*" && (kind == "AWS" || kind == "Service") || kind == "Service" && value == p.service {
				return account.Yes
			}
		}
	}
	return account.No
}

func (s topicStatement) conditions(p publisher) account.Answer {
	all := account.Yes
	for operator, keys := range s.Condition {
		for key, raw := range keys {
			var values several
			if json.Unmarshal(raw, &values) != nil {
				var flag bool // Bool takes one without quotation marks
				if json.Unmarshal(raw, &flag) != nil {
					return account.AnswerUnknown
				}
				values = several{string(bytes.TrimSpace(raw))}
			}
			all = all.And(p.condition(operator, strings.ToLower(key), values))
		}
	}
	return all
}

// condition is one operator on one key of what AWS sends along when the
// service publishes. SourceOwner, in the policy that SNS gives each topic, is
// the alarm's own account; the cost services send none, and AWS's guides ask
// for a statement of their own.
func (p publisher) condition(operator, key string, values []string) account.Answer {
	have := ""
	switch key {
	case "aws:sourceaccount":
		have = p.account.String()
	case "aws:sourcearn":
		have = p.source
	case "aws:securetransport", "aws:principalisawsservice":
		have = "true"
	case "aws:principalservicename":
		have = p.service
	case "aws:sourceowner":
		if p.service != publishAlarms {
			return absent(operator)
		}
		have = p.account.String()
	}
	if have == "" || slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, "${") }) {
		return account.AnswerUnknown
	}
	is := compare(operator, values, have)
	if is == account.Yes && p.service == publishEvents && strings.HasPrefix(key, "aws:source") {
		return account.AnswerUnknown // whether EventBridge sends these to a topic, AWS's guides do not say alike
	}
	return is
}

// compare holds what AWS sends against a condition's values.
func compare(operator string, values []string, have string) account.Answer {
	switch strings.TrimSuffix(operator, "IfExists") {
	case "StringEquals":
		return isSo(slices.Contains(values, have))
	case "StringNotEquals":
		return isSo(!slices.Contains(values, have))
	case "StringEqualsIgnoreCase", "Bool":
		return isSo(slices.Contains(lower(values), strings.ToLower(have)))
	case "StringLike", "ArnLike", "ArnEquals": // ArnEquals takes wildcards too
		return isSo(anyMatches(values, have, false))
	case "StringNotLike", "ArnNotLike", "ArnNotEquals":
		return isSo(!anyMatches(values, have, false))
	}
	return account.AnswerUnknown
}

// absent is what an operator says of a key that is not sent. Those that negate
// are left open: that AWS sends none is its guides' word, which forbids nothing.
func absent(operator string) account.Answer {
	switch {
	case strings.HasSuffix(operator, "IfExists"):
		return account.Yes
	case strings.Contains(operator, "Not"), operator == "Null", strings.Contains(operator, ":"):
		return account.AnswerUnknown
	}
	return account.No
}

func lower(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(v)
	}
	return out
}

// anyMatches holds text against patterns with * and ?, which match across
// everything, as IAM's do.
func anyMatches(patterns []string, text string, fold bool) bool {
	for _, p := range patterns {
		expression := "^(?s:" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(p)) + ")$"
		if fold {
			expression = "(?i)" + expression
		}
		if re, err := regexp.Compile(expression); err == nil && re.MatchString(text) {
			return true
		}
	}
	return false
}
