package workspace

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// FaultKind is a way in which a call goes wrong.
type FaultKind string

// The kinds. "Applied" says whether the write takes place all the same.
const (
	FaultRateLimit   FaultKind = "rate_limit"     // 429 with Retry-After; not applied
	FaultError       FaultKind = "error"          // ok:false with Code; not applied
	FaultServerError FaultKind = "server_error"   // 5xx and HTML; not applied
	FaultServerLate  FaultKind = "server_late"    // 5xx and HTML, but applied
	FaultLostAnswer  FaultKind = "lost_answer"    // applied, then the connection is cut
	FaultTruncated   FaultKind = "truncated_json" // applied, then half of the answer
	FaultHang        FaultKind = "hang"           // no answer until the client leaves or Delay is over, then cut; not applied
	FaultDelay       FaultKind = "delay"          // slow, else right
)

// Fault makes calls go wrong.
type Fault struct {
	// Method is the Web API method, "response_url", or "upload_url"; "" is any
	// of them.
	Method  string
	Times   int     // how many calls it hits; 0 is all until ClearFaults
	Percent float64 // of the calls it looks at; 0 is all of them
	Kind    FaultKind
	// RetryAfter of a rate limit, in whole seconds, rounded up, at least one;
	// negative leaves the header out.
	RetryAfter time.Duration
	Code       string // Slack's error word, or the status of a server error (503)
	// Delay passes before the answer, or before the connection is cut.
	Delay time.Duration
}

// AddFault puts a fault behind those that are there; a call meets the first that hits.
func (s *Server) AddFault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault is the fault that hits this call; its Kind is "" when there is none.
func (s *Server) takeFault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Method != "" && f.Method != method {
			continue
		}
		if f.Percent > 0 && s.draws.Float64()*100 >= f.Percent {
			continue
		}
		hit := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.Delete(s.faults, i, i+1)
			}
		}
		return hit
	}
	return Fault{}
}

// before answers in place of the method, and says whether it did.
func (f Fault) before(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case FaultHang:
		f.wait(r)
		panic(http.ErrAbortHandler)
	case FaultRateLimit:
		f.wait(r)
		tooMany(f.RetryAfter).write(w)
	case FaultError:
		f.wait(r)
		fail(f.Code).write(w)
	case FaultServerError:
		f.wait(r)
		f.serverError(w)
	default:
		return false
	}
	return true
}

// after answers, rightly or not, a call that has had its effect.
func (f Fault) after(w http.ResponseWriter, r *http.Request, a answer) {
	if f.Delay > 0 {
		f.wait(r)
	}
	switch f.Kind {
	case FaultLostAnswer:
		panic(http.ErrAbortHandler)
	case FaultServerLate:
		f.serverError(w)
	case FaultTruncated:
		body, err := json.Marshal(a.body)
		if err != nil {
			panic(err) // answers are made of strings and maps
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body[:len(body)/2]) // a client that left misses nothing
	default:
		a.write(w)
	}
}

func (f Fault) serverError(w http.ResponseWriter) {
	status, err := strconv.Atoi(f.Code)
	if err != nil || status < 500 || status > 599 {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<!DOCTYPE html><html><body>Server Error</body></html>"))
}

// wait lasts for Delay; a hang without one lasts until the client leaves.
func (f Fault) wait(r *http.Request) {
	if f.Delay <= 0 && f.Kind != FaultHang {
		return
	}
	var over <-chan time.Time
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
	case <-r.Context().Done():
	}
}
