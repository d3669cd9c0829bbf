package awsorg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"rootwatch/checks/account"
)

// AWS's error codes by cause, in the spellings of the query and the JSON protocols.
var (
	deniedCodes = []string{
		"AccessDenied", "AccessDeniedException", "AccessDeniedForDependencyException",
		"UnauthorizedOperation", "UnauthorizedException", "NotAuthorized", "AuthorizationError", "AuthorizationErrorException",
	}
	throttleCodes = []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "BandwidthLimitExceeded",
		"SlowDown", "PriorRequestNotComplete",
	}
	credentialCodes = []string{
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
		"InvalidAccessKeyId", "InvalidToken", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
		"AuthFailure", "NotSignedUp",
	}
	// Their texts repeat the signed request with its session token.
	signatureCodes = []string{
		"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException",
		"RequestTimeTooSkewed",
	}
)

// regionDisabled is STS's word for a region that is switched off for the account.
const regionDisabled = "RegionDisabledException"

// credentialError is a failure to come by the caller's own credentials.
type credentialError struct{ err error }

func (e *credentialError) Error() string        { return e.err.Error() }
func (e *credentialError) Unwrap() error        { return e.err }
func (e *credentialError) RetryableError() bool { return false } // the chain has its own retries

// managementRoleError is a failure to assume Options.ManagementRoleARN.
type managementRoleError struct {
	arn string
	err error
}

func (e *managementRoleError) Error() string        { return e.err.Error() }
func (e *managementRoleError) Unwrap() error        { return e.err }
func (e *managementRoleError) RetryableError() bool { return false } // STS was retried below

// within makes one call under a deadline of its own.
func within[T any](ctx context.Context, limit time.Duration, call string, ask func(context.Context) (T, error)) (T, *account.Gap) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tried := new(attempts)
	v, err := ask(context.WithValue(ctx, attemptsKey{}, tried))
	if err == nil {
		noteAnswer(ctx, call, nil)
		return v, nil
	}
	gap := classify(call, err, tried.newest())
	noteAnswer(ctx, call, &gap)
	var none T
	return none, &gap
}

// unusable is a Gap for an answer that decodes, but is not what the API promises.
func unusable(call, format string, args ...any) account.Gap {
	return account.Gap{Call: call, Cause: account.Undecodable,
		Sentence: fmt.Sprintf("AWS's answer to %s cannot be used: %s", call, fmt.Sprintf(format, args...))}
}

// apiCode is AWS's error code, "" where err has none that AWS sent.
func apiCode(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() == "UnknownError" {
		return "" // UnknownError is the SDK's word for a body without a code
	}
	return api.ErrorCode()
}

// httpStatus is 0 where there was no answer.
func httpStatus(err error) int {
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.HTTPStatusCode()
	}
	return 0
}

// classify is the one place that reads SDK errors. last is why the newest
// attempt failed, nil where it is not known.
func classify(call string, err, last error) account.Gap {
	var gap account.Gap
	if errors.As(err, &gap) {
		return gap
	}
	gap = account.Gap{Call: call, Detail: detail(err)}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		gap.Cause = account.TimedOut
		if last != nil {
			if cause := causeOf(last); cause == account.Throttled || cause == account.Unavailable {
				gap.Cause, gap.Detail, err = cause, detail(last), last
			}
		}
		gap.Sentence = sentence(call, gap.Cause, err)
		return gap
	}
	gap.Cause = causeOf(err)
	var own *credentialError
	var role *managementRoleError
	switch {
	case errors.As(err, &own) && gap.Cause != account.Throttled:
		gap.Cause = account.BadCredentials
	case errors.As(err, &role):
		gap.Call = "sts:AssumeRole"
		if gap.Cause == account.Denied {
			gap.Sentence = fmt.Sprintf("the management role %s could not be assumed: it is missing, its trust policy or external id does not fit, or Rootwatch may not call sts:AssumeRole", role.arn)
			return gap
		}
	}
	gap.Sentence = sentence(gap.Call, gap.Cause, err)
	return gap
}

// causeOf reads the code first and the status second: a denial is believed
// only where AWS sent the code for one.
func causeOf(err error) account.Cause {
	code, status := apiCode(err), httpStatus(err)
	var network net.Error
	switch {
	case slices.Contains(throttleCodes, code), status == 429:
		return account.Throttled
	case status >= 500:
		return account.Unavailable
	case slices.Contains(deniedCodes, code):
		return account.Denied
	case code == regionDisabled:
		return account.NotEnabled
	case slices.Contains(credentialCodes, code), slices.Contains(signatureCodes, code):
		return account.BadCredentials
	case code == "RequestTimeout", code == "RequestTimeoutException":
		return account.TimedOut
	case status != 0, code != "":
		return account.Undecodable
	case errors.As(err, &network) && network.Timeout():
		return account.TimedOut
	}
	var undecodable *smithy.DeserializationError
	if errors.As(err, &undecodable) {
		return account.Undecodable
	}
	return account.Unavailable
}

func sentence(call string, cause account.Cause, err error) string {
	switch cause {
	case account.Denied:
		if strings.Contains(err.Error(), "service control policy") {
			return fmt.Sprintf("a service control policy denies %s: exempt Rootwatch's role from it", call)
		}
		return fmt.Sprintf("AWS denied %s: allow it in the policy of the role that reads the account", call)
	case account.Throttled:
		return fmt.Sprintf("AWS throttled %s: it is asked again later", call)
	case account.TimedOut:
		if errors.Is(err, context.Canceled) {
			return call + " was stopped before AWS had answered: ask again"
		}
		return call + " was not answered in time: ask again in a few minutes"
	case account.Unavailable:
		if httpStatus(err) == 0 {
			return fmt.Sprintf("AWS could not be reached for %s: check the network, proxy, AWS_CA_BUNDLE and AWS_ENDPOINT_URL", call)
		}
		return fmt.Sprintf("AWS failed to answer %s: ask again in a few minutes", call)
	case account.BadCredentials:
		return credentialSentence(err)
	case account.NotEnabled:
		return "AWS STS is switched off in the configured region: name another one under region, or switch it on under Account, AWS Regions"
	}
	if code := apiCode(err); code != "" {
		return fmt.Sprintf("AWS refused %s with %s, which Rootwatch does not expect: see the log", call, clip(code, 60))
	}
	return fmt.Sprintf("the answer to %s is not one AWS gives: check proxies and AWS_ENDPOINT_URL", call)
}

func credentialSentence(err error) string {
	const next = "sign in again (aws sso login), or renew the profile, keys or role Rootwatch runs with"
	switch code := apiCode(err); {
	case slices.Contains(signatureCodes, code) && clockIsOff(err):
		return "AWS refused Rootwatch's signature because of its time: set this machine's clock"
	case slices.Contains(signatureCodes, code):
		return "AWS refused Rootwatch's signature: its secret access key does not fit its key id"
	case strings.HasPrefix(code, "ExpiredToken"), code == "RequestExpired":
		return "Rootwatch's own AWS credentials have expired: " + next
	case code != "":
		return "AWS does not accept Rootwatch's own credentials: " + next
	}
	return "Rootwatch has no AWS credentials: " + next
}

func clockIsOff(err error) bool {
	text := err.Error()
	return apiCode(err) == "RequestTimeTooSkewed" || strings.Contains(text, "Signature expired") || strings.Contains(text, "Signature not yet current")
}

// detail is AWS's own words for the operator's log, on one line.
func detail(err error) string {
	var text string
	var api smithy.APIError
	switch code := apiCode(err); {
	case slices.Contains(signatureCodes, code):
		text = code
	case code != "" && errors.As(err, &api):
		text = code + ": " + api.ErrorMessage()
	default:
		text = err.Error()
	}
	text = clip(text, 400)
	if status := httpStatus(err); status != 0 {
		text += fmt.Sprintf(" (HTTP %d", status)
		var response *awshttp.ResponseError
		if errors.As(err, &response) && response.ServiceRequestID() != "" {
			text += ", request " + clip(response.ServiceRequestID(), 80)
		}
		text += ")"
	}
	return text
}

// clip makes a stranger's text one line of at most n characters.
func clip(s string, n int) string {
	r := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
	if len(r) > n {
		return string(r[:n]) + "..."
	}
	return string(r)
}
