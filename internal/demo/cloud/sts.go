package cloud

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type callerIdentity struct {
	Arn     string
	UserID  string `xml:"UserId"`
	Account string
}

func (s *Server) getCallerIdentity(q *request) (any, *apiError) {
	return callerIdentity{q.caller.arn, q.caller.userID, q.caller.id.String()}, nil
}

// The patterns and limits of the STS API reference.
var (
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalID  = regexp.MustCompile(`^[\w+=,.@:/-]{2,}$`)
)

const (
	maxExternalID = 1224
	minSession    = 900 * time.Second
	maxSession    = 12 * time.Hour
	chainedLimit  = time.Hour // for credentials that came from a role themselves
)

type assumedRole struct {
	Credentials struct {
		AccessKeyID                               string `xml:"AccessKeyId"`
		SecretAccessKey, SessionToken, Expiration string
	}
	AssumedRoleUser struct {
		AssumedRoleID string `xml:"AssumedRoleId"`
		Arn           string
	}
	PackedPolicySize int
}

// assumeRole lets only the caller's own account in, as the trust of the audit
// role does. AWS says the same of a wrong external id, a missing role and a
// missing permission, so the emulator does too.
func (s *Server) assumeRole(q *request) (any, *apiError) {
	arn, name := q.form.Get("RoleArn"), q.form.Get("RoleSessionName")
	duration, problem := q.assumeRoleInput()
	if problem != nil {
		return nil, problem
	}
	target := s.accounts[q.subject]
	switch {
	case q.caller.id != s.org.caller(),
		target == nil || !target.active() || target.NoRole,
		!s.org.hasRole(arn, q.subject),
		s.org.ExternalID != "" && q.form.Get("ExternalId") != s.org.ExternalID:
		return nil, &apiError{
			Status: http.StatusForbidden, Code: "AccessDenied",
			Message: fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s", q.caller.arn, arn),
		}
	}
	expires := s.options.Wall().Add(duration).UTC().Truncate(time.Second)
	key := s.sessionKey(target)
	role := arn[strings.LastIndex(arn, "/")+1:] // a session's ARN leaves the role's path out
	var out assumedRole
	out.Credentials.AccessKeyID = key
	out.Credentials.SecretAccessKey = "emulated-secret-of-" + key
	out.Credentials.SessionToken = session{Key: key, Role: role, Name: name, Expires: expires}.String()
	out.Credentials.Expiration = expires.Format(time.RFC3339)
	out.AssumedRoleUser.Arn = s.org.arn("sts", "assumed-role/"+role+"/"+name, target.ID)
	out.AssumedRoleUser.AssumedRoleID = "AROA" + target.ID.String() + "DEMO:" + name
	return out, nil
}

func (q *request) assumeRoleInput() (time.Duration, *apiError) {
	duration := chainedLimit
	if text := q.form.Get("DurationSeconds"); text != "" {
		seconds, err := strconv.Atoi(text)
		duration = time.Duration(seconds) * time.Second
		if err != nil || duration < minSession || duration > maxSession {
			return 0, invalid("ValidationError", "Value '%s' at 'durationSeconds' failed to satisfy constraint: 900 to 43200", text)
		}
	}
	if q.caller.session && duration > chainedLimit {
		return 0, invalid("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	if name := q.form.Get("RoleSessionName"); !sessionName.MatchString(name) {
		return 0, invalid("ValidationError", "Value '%s' at 'roleSessionName' failed to satisfy constraint: 2 to 64 characters of [\\w+=,.@-]", name)
	}
	if id := q.form.Get("ExternalId"); q.form.Has("ExternalId") && (len(id) > maxExternalID || !externalID.MatchString(id)) {
		return 0, invalid("ValidationError", "Value '%s' at 'externalId' failed to satisfy constraint: 2 to 1224 characters of [\\w+=,.@:/-]", id)
	}
	return duration, nil
}

// sessionKey is 20 characters, as AWS's are; the account can be read from it.
func (s *Server) sessionKey(a *Account) string {
	s.state.Lock()
	defer s.state.Unlock()
	s.issued++
	count := strings.ToUpper(strconv.FormatUint(s.issued%(36*36*36*36), 36))
	return sessionPrefix + a.ID.String() + strings.Repeat("0", 4-len(count)) + count
}
