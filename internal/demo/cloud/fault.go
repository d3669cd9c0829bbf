package cloud

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// Fault makes matching requests fail. Of several that match, the one that
// was added first is used.
type Fault struct {
	Service   string // "sts", "iam", "organizations", "account", "cloudwatch" or another by its IAM prefix; "" is any
	Operation string // "" is any
	Account   string // whom the request is about: twelve digits, "" is any
	Times     int    // how often; 0 is for ever, until ClearFaults
	Percent   int    // of the matching requests; 0 is all
	Kind      FaultKind
	Field     string // that FaultOmit leaves out

	// Status, Code and Message replace what Kind says by itself.
	Status        int
	Code, Message string
	Delay         time.Duration // before the fault
}

// FaultKind is what goes wrong.
type FaultKind string

// The kinds. FaultEmptyPage, FaultRepeatToken and FaultSecondPage match only
// operations that give pages; the last only where a further page is asked for.
const (
	FaultThrottle    FaultKind = "throttle"     // the service's own words for too many requests
	FaultDeny        FaultKind = "deny"         // AccessDenied
	FaultServerError FaultKind = "server_error" // 500
	FaultHang        FaultKind = "hang"         // no answer until the client leaves; with Delay the connection breaks then
	FaultReset       FaultKind = "reset"        // the connection is reset
	FaultTruncate    FaultKind = "truncate"     // half of the right answer
	FaultHTML        FaultKind = "html"         // a proxy's page instead of AWS's answer; 502
	FaultEmptyPage   FaultKind = "empty_page"   // nothing on it, and a token that goes on
	FaultRepeatToken FaultKind = "repeat_token" // the next page is this page again
	FaultSecondPage  FaultKind = "second_page"  // a further page fails with 500
	FaultSlow        FaultKind = "slow"         // the right answer after Delay
	FaultLostDay     FaultKind = "lost_day"     // the newest day of a page of the bill is not on it
	FaultCurrencies  FaultKind = "currencies"   // one amount of the bill is in another currency
	FaultOmit        FaultKind = "omit"         // the right answer without the members, elements or entries called Field
)

var faultKinds = []FaultKind{
	FaultThrottle, FaultDeny, FaultServerError, FaultHang, FaultReset, FaultTruncate, FaultHTML,
	FaultEmptyPage, FaultRepeatToken, FaultSecondPage, FaultSlow, FaultLostDay, FaultCurrencies, FaultOmit,
}

// paged is a result that is one page of several.
type paged interface {
	empty()  // nothing on it; the next page is what this one should have been
	repeat() // the next page is this one
}

// pagedOperations give a paged result.
var pagedOperations = []string{"ListAccounts", "ListRoots", "ListOrganizationalUnitsForParent", "ListAccountsForParent",
	"ListParents", "ListPolicies", "ListTargetsForPolicy", "ListPoliciesForTarget", "ListVirtualMFADevices", "GetAccountAuthorizationDetails", "ListAccountAliases", "GetCostAndUsage", "DescribeBudgets",
	"LookupEvents", "ListDetectors", "ListRules", "ListTargetsByRule", "DescribeConfigRules", "DescribeMetricFilters", "DescribeAlarms", "ListMetrics", "GetMetricData"}

type activeFault struct {
	Fault
	left int // of Times
}

// AddFault adds a fault. It panics where the fault could never happen, which
// is a mistake in the program: an unknown kind, service or operation, or
// nothing that could be left out.
func (s *Server) AddFault(f Fault) {
	if !slices.Contains(faultKinds, f.Kind) || (f.Kind == FaultOmit) != (f.Field != "") {
		panic(fmt.Sprintf("cloud: there is no fault %q of %q", f.Kind, f.Field))
	}
	if !knownOperation(f.Service, f.Operation) {
		panic(fmt.Sprintf("cloud: there is no operation %q of %q", f.Operation, f.Service))
	}
	s.state.Lock()
	defer s.state.Unlock()
	s.faults = append(s.faults, &activeFault{Fault: f, left: f.Times})
}

func knownOperation(service, operation string) bool {
	for name, all := range operations {
		if (service == "" || service == name) && (operation == "" || all[operation] != nil) {
			return true
		}
	}
	return false
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.state.Lock()
	defer s.state.Unlock()
	s.faults = nil
}

// Faulted is how many requests met a fault so far.
func (s *Server) Faulted() int {
	s.state.Lock()
	defer s.state.Unlock()
	return s.faulted
}

// fault takes the fault that q meets, nil for none.
func (s *Server) fault(q *request) *Fault {
	s.state.Lock()
	defer s.state.Unlock()
	for _, f := range s.faults {
		if !f.matches(q) || f.Times > 0 && f.left == 0 {
			continue
		}
		if f.Percent > 0 && s.dice.IntN(100) >= f.Percent {
			continue
		}
		f.left--
		s.faulted++
		taken := f.Fault
		return &taken
	}
	return nil
}

func (f *Fault) matches(q *request) bool {
	switch {
	case f.Service != "" && f.Service != q.service,
		f.Operation != "" && f.Operation != q.operation,
		f.Account != "" && f.Account != q.subject.String():
		return false
	}
	switch f.Kind {
	case FaultLostDay, FaultCurrencies:
		return q.operation == "GetCostAndUsage"
	case FaultEmptyPage, FaultRepeatToken:
		return slices.Contains(pagedOperations, q.operation)
	case FaultSecondPage:
		return slices.Contains(pagedOperations, q.operation) && q.token != ""
	}
	return true
}

// before does what happens instead of an AWS answer; done means that there
// will be none.
func (f *Fault) before(w http.ResponseWriter, r *http.Request, q *request) (done bool) {
	if f.Kind == FaultHang && f.Delay == 0 {
		<-r.Context().Done()
		return true
	}
	if !wait(r.Context(), f.Delay) {
		return true
	}
	switch f.Kind {
	case FaultHang, FaultReset:
		reset(w)
	case FaultHTML:
		status := f.Status
		if status == 0 {
			status = http.StatusBadGateway
		}
		page := reply{
			status: status,
			header: http.Header{"Content-Type": {"text/html; charset=utf-8"}, "X-Amzn-Requestid": {q.id}},
			body:   []byte("<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><p>The proxy could not reach the server.<br></body></html>\n"),
		}
		page.write(w)
	default:
		return false
	}
	return true
}

// reset breaks the connection so that the client sees a reset where the
// protocol has one, and never returns where it has to panic.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // HTTP/2: its stream is reset instead
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a plain close is all that is lost
	}
	_ = conn.Close()
}

// refusal is the error that the fault answers with, nil where it has none.
func (f *Fault) refusal(q *request) *apiError {
	var e *apiError
	switch f.Kind {
	case FaultThrottle:
		e = throttled(q.service)
	case FaultDeny:
		e = q.denied(q.action(), "because no identity-based policy allows the "+q.action()+" action")
	case FaultServerError, FaultSecondPage:
		e = broken(q.service)
	default:
		return nil
	}
	if f.Status != 0 {
		e.Status = f.Status
	}
	if f.Code != "" {
		e.Code, e.More = f.Code, nil
	}
	if f.Message != "" {
		e.Message = f.Message
	}
	return e
}

// twist changes a result that is otherwise right.
func (f *Fault) twist(result any) {
	page, ok := result.(paged)
	if !ok {
		return
	}
	switch f.Kind {
	case FaultEmptyPage:
		page.empty()
	case FaultRepeatToken:
		page.repeat()
	}
	bill, ok := result.(*costPage)
	if !ok {
		return
	}
	switch f.Kind {
	case FaultLostDay:
		bill.lose()
	case FaultCurrencies:
		bill.mix()
	}
}
