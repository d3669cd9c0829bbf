package cloud

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"rootwatch/checks/account"
)

// request is one call that came in, before anything was decided.
type request struct {
	id                 string
	service, operation string
	caller             caller
	subject            account.ID // whom the call is about
	region             string     // of the signature
	token              string     // which page was asked for, "" for the first
	form               url.Values // of the query protocol
	body               []byte     // of the JSON protocols
	item               string     // whose id stands in the path
}

// caller is whose credentials signed the request.
type caller struct {
	id      account.ID
	arn     string
	userID  string
	session bool   // the credentials came from AssumeRole
	role    string // of the session, without its path; "" without one
	task    string // the task policy of a session of AssumeRoot; "" for all others
}

// action is the call as IAM policies write it.
func (q *request) action() string { return q.service + ":" + q.operation }

// arguments decodes the body of a JSON request.
func (q *request) arguments(into any) *apiError {
	if len(q.body) == 0 {
		return nil
	}
	decode := json.Unmarshal
	if protocols[q.service] == cborProtocol {
		decode = cbor.Unmarshal
	}
	if err := decode(q.body, into); err != nil {
		return &apiError{Status: http.StatusBadRequest, Code: "SerializationException", Message: "The request body could not be read: " + err.Error()}
	}
	return nil
}

const maxBody = 1 << 20

// read understands r as far as the wire goes: service, operation, caller.
// With a problem the request says at least in which protocol to answer.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (*request, *apiError) {
	q := &request{id: s.requestID(), service: serviceOf(r)}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return q, &apiError{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: "The request could not be read whole."}
	}
	q.body = body
	scope, ok := credentialScope(r.Header.Get("Authorization"))
	if !ok {
		return q, unsigned(q.service)
	}
	if scope.service == "monitoring" {
		scope.service = "cloudwatch" // as its actions are called
	}
	if operations[scope.service] == nil {
		return q, unknownOperation(scope.service, r.Header.Get("X-Amz-Target")+r.URL.Path)
	}
	if named := q.service; named != "" && named != scope.service {
		return q, &apiError{Status: http.StatusBadRequest, Code: "UnknownOperationException", Message: fmt.Sprintf("The request is signed for %s and addressed to %s.", scope.service, named)}
	}
	q.service, q.region = scope.service, scope.region
	if problem := q.findOperation(r); problem != nil {
		return q, problem
	}
	caller, problem := s.authenticate(q.service, scope.key, r.Header.Get("X-Amz-Security-Token"))
	if problem != nil {
		return q, problem
	}
	q.caller, q.subject = caller, caller.id
	return q, q.peek()
}

// serviceOf tells the service by the form of the request alone: "" for the
// query protocol, where only the signature says it.
func serviceOf(r *http.Request) string {
	target, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if service, ok := targets[target]; ok {
		return service
	}
	if _, ok := accountPaths[r.URL.Path]; ok {
		return "account"
	}
	switch {
	case strings.HasPrefix(r.URL.Path, cloudWatchPath):
		return "cloudwatch"
	case strings.HasPrefix(r.URL.Path, "/detector"):
		return "guardduty"
	}
	return ""
}

// cloudWatchPath is where RPC v2 has CloudWatch's operations.
const cloudWatchPath = "/service/GraniteServiceVersion20100801/operation/"

// restOperation is what the path asks for, and of what.
func restOperation(r *http.Request) (operation, item string) {
	if id, is := strings.CutPrefix(r.URL.Path, "/detector/"); is && r.Method == http.MethodGet {
		return "GetDetector", id
	}
	if r.URL.Path == "/detector" && r.Method == http.MethodGet {
		return "ListDetectors", ""
	}
	return accountPaths[r.URL.Path], ""
}

type scope struct{ key, region, service string }

// credentialScope reads the credential of a version 4 signature:
// KEY/20261122/us-east-1/iam/aws4_request. Nothing here checks the signature
// itself, for there is no secret.
func credentialScope(authorization string) (scope, bool) {
	fields, ok := strings.CutPrefix(authorization, "AWS4-HMAC-SHA256 ")
	if !ok {
		return scope{}, false
	}
	for field := range strings.SplitSeq(fields, ",") {
		credential, ok := strings.CutPrefix(strings.TrimSpace(field), "Credential=")
		if parts := strings.Split(credential, "/"); ok && len(parts) == 5 && parts[0] != "" && parts[4] == "aws4_request" {
			return scope{parts[0], parts[2], parts[3]}, true
		}
	}
	return scope{}, false
}

func (q *request) findOperation(r *http.Request) *apiError {
	switch protocols[q.service] {
	case queryProtocol:
		form, err := url.ParseQuery(string(q.body))
		if err != nil {
			return &apiError{Status: http.StatusBadRequest, Code: "MalformedQueryString", Message: "The query string could not be read."}
		}
		if r.Method == http.MethodGet {
			form = r.URL.Query()
		}
		q.form, q.operation = form, form.Get("Action")
	case jsonProtocol:
		_, q.operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	case restProtocol:
		q.operation, q.item = restOperation(r)
		q.form = r.URL.Query()
		if q.operation == "" {
			return unknownOperation(q.service, r.URL.Path)
		}
	case cborProtocol:
		q.operation, _ = strings.CutPrefix(r.URL.Path, cloudWatchPath)
	}
	if operations[q.service][q.operation] == nil {
		return unknownOperation(q.service, q.operation)
	}
	return nil
}

// peek reads what faults and the list of calls need to know.
func (q *request) peek() *apiError {
	if protocols[q.service] == queryProtocol {
		q.token = q.form.Get("Marker")
		if parts := strings.Split(q.form.Get("RoleArn"), ":"); q.operation == "AssumeRole" && len(parts) == 6 {
			q.subjectFrom(parts[4])
		}
		if q.operation == "AssumeRoot" {
			q.subjectFrom(targetOf(q.form.Get("TargetPrincipal")))
		}
		return nil
	}
	var in struct {
		AccountID                string `json:"AccountId"`
		NextToken, NextPageToken string
	}
	if problem := q.arguments(&in); problem != nil {
		return problem
	}
	q.token = in.NextToken + in.NextPageToken + q.form.Get("nextToken")
	if in.AccountID != "" {
		q.subjectFrom(in.AccountID)
	}
	return nil
}

func (q *request) subjectFrom(text string) {
	if id, err := account.ParseID(text); err == nil {
		q.subject = id
	}
}

// session is what a session token holds: the emulator remembers none, so that
// it can be started anew under a client that goes on.
type session struct {
	Key, Role, Name string
	Task            string `json:",omitempty"` // of AssumeRoot
	Expires         time.Time
}

func (t session) String() string {
	b, err := json.Marshal(t)
	if err != nil { // strings and a time always marshal
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func parseSession(token string) (session, error) {
	var t session
	b, err := base64.StdEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	return t, err
}

const sessionPrefix = "ASIA"

// authenticate finds the account behind an access key: the one written in it
// for a session that this emulator issued, else the caller's own.
func (s *Server) authenticate(service, key, token string) (caller, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !strings.HasPrefix(key, sessionPrefix) {
		if s.org.CallerKey != "" && key != s.org.CallerKey {
			return caller{}, badToken(service)
		}
		id := s.org.caller()
		if s.accounts[id] == nil {
			return caller{}, badToken(service)
		}
		return caller{id: id, arn: s.org.arn("iam", "user/rootwatch", id), userID: "AIDA" + id.String() + "DEMO"}, nil
	}
	t, err := parseSession(token)
	id, idErr := account.ParseID(strings.TrimPrefix(key, sessionPrefix)[:min(12, len(key)-len(sessionPrefix))])
	if errors.Join(err, idErr) != nil || t.Key != key || s.accounts[id] == nil {
		return caller{}, badToken(service)
	}
	if !s.options.Wall().Before(t.Expires) {
		return caller{}, expiredToken(service)
	}
	if t.Task != "" {
		return s.rootCaller(id, t.Task), nil
	}
	return caller{
		id:      id,
		arn:     s.org.arn("sts", "assumed-role/"+t.Role+"/"+t.Name, id),
		userID:  "AROA" + id.String() + "DEMO:" + t.Name,
		session: true,
		role:    t.Role,
	}, nil
}
