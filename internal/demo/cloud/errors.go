package cloud

import (
	"fmt"
	"net/http"
)

// apiError is a refusal as AWS words it.
type apiError struct {
	Status        int
	Code, Message string
	More          map[string]any // further members of a JSON error
}

type protocol int

const (
	queryProtocol protocol = iota // form in, XML out
	jsonProtocol                  // JSON 1.1, the operation in X-Amz-Target
	restProtocol                  // JSON, the operation in the path
	cborProtocol                  // RPC v2: CBOR, the operation in the path
)

// protocols is by the service's name in the signature; one that is unknown is
// answered in XML.
var protocols = map[string]protocol{
	"sns": queryProtocol, "budgets": jsonProtocol,
	"cloudtrail": jsonProtocol, "events": jsonProtocol, "config": jsonProtocol, "logs": jsonProtocol,
	"guardduty": restProtocol, "cloudwatch": cborProtocol,
	"sts": queryProtocol, "iam": queryProtocol,
	"organizations": jsonProtocol, "ce": jsonProtocol, "ssm": jsonProtocol, "secretsmanager": jsonProtocol,
	"account": restProtocol,
}

// targets maps the first half of X-Amz-Target to the service.
var targets = map[string]string{
	"AWSBudgetServiceGateway":   "budgets",
	"CloudTrail_20131101":       "cloudtrail",
	"AWSEvents":                 "events",
	"StarlingDoveService":       "config",
	"Logs_20140328":             "logs",
	"AWSOrganizationsV20161128": "organizations",
	"AWSInsightsIndexService":   "ce",
	"AmazonSSM":                 "ssm",
	"secretsmanager":            "secretsmanager",
}

var accountPaths = map[string]string{
	"/getAlternateContact":   "GetAlternateContact",
	"/getContactInformation": "GetContactInformation",
}

type operation func(*Server, *request) (any, *apiError)

// operations are all that the emulator can do.
var operations = map[string]map[string]operation{
	"sts": {
		"GetCallerIdentity": (*Server).getCallerIdentity,
		"AssumeRole":        (*Server).assumeRole,
		"AssumeRoot":        (*Server).assumeRoot,
	},
	"iam": {
		"GetAccountSummary":         (*Server).getAccountSummary,
		"GenerateCredentialReport":  (*Server).generateCredentialReport,
		"GetCredentialReport":       (*Server).getCredentialReport,
		"ListVirtualMFADevices":     (*Server).listVirtualMFADevices,
		"ListAccountAliases":        (*Server).listAccountAliases,
		"GetAccountPasswordPolicy":  (*Server).getAccountPasswordPolicy,
		"ListOrganizationsFeatures": (*Server).listOrganizationsFeatures,

		"GetAccountAuthorizationDetails": (*Server).getAccountAuthorizationDetails,
		// In a root session alone:
		"GetUser":                 (*Server).getUser,
		"GetLoginProfile":         (*Server).getLoginProfile,
		"ListAccessKeys":          (*Server).listAccessKeys,
		"ListMFADevices":          (*Server).listMFADevices,
		"ListSigningCertificates": (*Server).listSigningCertificates,
	},
	"organizations": {
		"DescribeOrganization": (*Server).describeOrganization,
		"ListAccounts":         (*Server).listAccounts,
		"ListRoots":            (*Server).listRoots, "ListParents": (*Server).listParents,
		"ListOrganizationalUnitsForParent": (*Server).listUnitsForParent, "ListAccountsForParent": (*Server).listAccountsForParent,
		"ListPolicies": (*Server).listPolicies, "DescribePolicy": (*Server).describePolicy,
		"ListTargetsForPolicy": (*Server).listTargetsForPolicy, "ListPoliciesForTarget": (*Server).listPoliciesForTarget,
	},
	"account": {
		"GetAlternateContact":   (*Server).getAlternateContact,
		"GetContactInformation": (*Server).getContactInformation,
	},
	"budgets": {
		"DescribeBudgets":                    (*Server).describeBudgets,
		"DescribeNotificationsForBudget":     (*Server).describeNotificationsForBudget,
		"DescribeSubscribersForNotification": (*Server).describeSubscribersForNotification,
	},
	"sns": {"GetTopicAttributes": (*Server).getTopicAttributes},
	"cloudtrail": {
		"DescribeTrails": (*Server).describeTrails,
		"GetTrailStatus": (*Server).getTrailStatus, "GetEventSelectors": (*Server).getEventSelectors,
		"LookupEvents": (*Server).lookupEvents,
	},
	"guardduty":  {"ListDetectors": (*Server).listDetectors, "GetDetector": (*Server).getDetector},
	"events":     {"ListRules": (*Server).listRules, "ListTargetsByRule": (*Server).listTargetsByRule},
	"config":     {"DescribeConfigRules": (*Server).describeConfigRules},
	"logs":       {"DescribeMetricFilters": (*Server).describeMetricFilters},
	"cloudwatch": {"DescribeAlarms": (*Server).describeAlarms, "ListMetrics": (*Server).listMetrics, "GetMetricData": (*Server).getMetricData},
	"ce": {
		"GetCostAndUsage":         (*Server).getCostAndUsage,
		"GetAnomalySubscriptions": (*Server).getAnomalySubscriptions,
		"GetAnomalyMonitors":      (*Server).getAnomalyMonitors,
	},
	"ssm":            {"GetParameter": (*Server).getParameter},
	"secretsmanager": {"GetSecretValue": (*Server).getSecretValue},
}

// spelled gives the code as the service's protocol spells it: the query
// services write AccessDenied where the others write AccessDeniedException.
func spelled(service, code string) string {
	if service == "sns" && code == "AccessDenied" {
		return "AuthorizationError" // SNS has its own word
	}
	if protocols[service] == queryProtocol {
		return code
	}
	return code + "Exception"
}

// refusedStatus is 403 but in JSON 1.1, which answers every client's mistake with 400.
func refusedStatus(service string) int {
	if protocols[service] == jsonProtocol {
		return http.StatusBadRequest
	}
	return http.StatusForbidden
}

// denied is what AWS says to somebody without the permission.
func (q *request) denied(action, because string) *apiError {
	message := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: *", q.caller.arn, action)
	if because != "" {
		message += " " + because
	}
	return &apiError{Status: refusedStatus(q.service), Code: spelled(q.service, "AccessDenied"), Message: message}
}

func unsigned(service string) *apiError {
	return &apiError{Status: http.StatusForbidden, Code: spelled(service, "MissingAuthenticationToken"), Message: "Request is missing Authentication Token"}
}

func badToken(service string) *apiError {
	code := "InvalidClientTokenId"
	if protocols[service] != queryProtocol {
		code = "UnrecognizedClientException" // the same, by its name in the JSON services
	}
	return &apiError{Status: refusedStatus(service), Code: code, Message: "The security token included in the request is invalid."}
}

func expiredToken(service string) *apiError {
	return &apiError{Status: refusedStatus(service), Code: spelled(service, "ExpiredToken"), Message: "The security token included in the request is expired"}
}

// throttled is each service's own word for too many requests.
func throttled(service string) *apiError {
	switch service {
	case "organizations":
		return &apiError{Status: http.StatusBadRequest, Code: "TooManyRequestsException", Message: "AWS Organizations can't complete your request because another request is already in progress. Try again later.", More: map[string]any{"Type": "Client"}}
	case "account", "guardduty":
		return &apiError{Status: http.StatusTooManyRequests, Code: "TooManyRequestsException", Message: "Rate exceeded"}
	case "ce":
		return &apiError{Status: http.StatusBadRequest, Code: "LimitExceededException", Message: "Rate exceeded"}
	case "ssm", "secretsmanager", "cloudtrail", "events", "config", "logs", "budgets":
		return &apiError{Status: http.StatusBadRequest, Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	return &apiError{Status: http.StatusBadRequest, Code: "Throttling", Message: "Rate exceeded"}
}

// broken is each service's own word for its own fault.
func broken(service string) *apiError {
	code := map[string]string{
		"iam": "ServiceFailure", "organizations": "ServiceException", "account": "InternalServerException",
		"ssm": "InternalServerError", "secretsmanager": "InternalServiceError",
		"budgets": "InternalErrorException", "sns": "InternalError",
		"guardduty": "InternalServerErrorException", "events": "InternalException", "logs": "ServiceUnavailableException", "cloudwatch": "InternalServiceFault",
	}[service]
	if code == "" {
		code = "InternalFailure"
	}
	return &apiError{Status: http.StatusInternalServerError, Code: code, Message: "An internal error has occurred"}
}

// unknownOperation is the emulator's own answer: it names what it cannot do.
func unknownOperation(service, operation string) *apiError {
	return &apiError{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: fmt.Sprintf("This emulator does not know %s:%s.", service, operation)}
}

func invalid(code, format string, args ...any) *apiError {
	return &apiError{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}
