package cloud

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Parameter is one of Systems Manager's Parameter Store.
type Parameter struct {
	Value     string
	Plain     bool // a String, which needs no key; else a SecureString
	NoDecrypt bool // its key refuses whoever asks
}

// versions are what was kept under one name, the newest last.
type versions[T any] struct {
	of []T
	at []time.Time
}

type shelfKey struct{ region, name string }

// shelf is what the caller's own account keeps, by region and name. The zero
// value is empty. It has a lock of its own, as truth and state have theirs.
type shelf[T any] struct {
	mu  sync.Mutex
	all map[shelfKey]versions[T]
}

func (s *shelf[T]) put(key shelfKey, version T, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[shelfKey]versions[T]{}
	}
	kept := s.all[key]
	s.all[key] = versions[T]{append(kept.of, version), append(kept.at, at)}
}

func (s *shelf[T]) taken(key shelfKey) versions[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[key]
}

// PutParameter makes a parameter of the caller's own account, or a new version of it.
func (s *Server) PutParameter(region, name string, p Parameter) {
	s.parameters.put(shelfKey{region, name}, p, s.options.Now())
}

type parameterOut struct {
	ARN, DataType, Name, Type, Value string
	LastModifiedDate                 float64
	Version                          int
	Selector                         string `json:",omitempty"`
}

func (s *Server) getParameter(q *request) (any, *apiError) {
	var in struct {
		Name           string
		WithDecryption bool
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	name, selector, _ := strings.Cut(s.ownName(q, in.Name, "ssm", "parameter"), ":")
	kept := s.parameters.taken(shelfKey{q.region, name})
	if len(kept.of) == 0 {
		return nil, invalid("ParameterNotFound", "")
	}
	version := len(kept.of)
	if selector != "" {
		n, err := strconv.Atoi(selector)
		if err != nil || n < 1 || n > version { // labels are none of the emulator's
			return nil, invalid("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", selector, name)
		}
		version = n
	}
	p := kept.of[version-1]
	out := parameterOut{
		ARN: s.regional(q, "ssm", "parameter/"+strings.TrimPrefix(name, "/")), DataType: "text", Name: name, Type: "String", Value: p.Value,
		LastModifiedDate: float64(kept.at[version-1].Unix()), Version: version,
	}
	if selector != "" {
		out.Selector = ":" + selector
	}
	if !p.Plain {
		out.Type = "SecureString"
		switch {
		case !in.WithDecryption:
			out.Value = base64.StdEncoding.EncodeToString([]byte("encrypted:" + q.id))
		case p.NoDecrypt:
			return nil, &apiError{Status: http.StatusBadRequest, Code: "AccessDeniedException",
				Message: "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: " + q.id + "; Proxy: null)"}
		}
	}
	return map[string]any{"Parameter": out}, nil
}

// ownName is the name behind an ARN of the caller's own account and region,
// "" behind that of another one, and a bare name as it is.
func (s *Server) ownName(q *request, text, service, kind string) string {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return text
	}
	own := []string{"arn", cmp.Or(s.org.Partition, "aws"), service, q.region, q.caller.id.String()}
	if fmt.Sprint(own) != fmt.Sprint(parts[:5]) {
		return ""
	}
	name, ok := strings.CutPrefix(parts[5], kind)
	if !ok {
		return ""
	}
	return name
}
