package cloud

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"rootwatch/checks/account"
)

// Options are how the emulator behaves. The zero value answers at once, by
// the machine's clock.
type Options struct {
	// Now is the clock of the emulated world: which day it is to Cost
	// Explorer, how old a credential report is.
	Now func() time.Time
	// Wall is the clock that sessions expire by and throttling counts with.
	// It is apart from Now because the SDK's cache of credentials looks at
	// the machine's clock, also when a demo moves Now to the next day.
	Wall func() time.Time
	// Date is what answers are dated by: clients tell by it that their own
	// clock is wrong, and try again what was refused. nil is the machine's clock.
	Date func() time.Time
	// Latency is waited before each answer.
	Latency time.Duration
	// PageSize is how many accounts ListAccounts gives at most: 20 by
	// default, which is AWS's maximum.
	PageSize int
	// CostPage is how many groups a page of Cost Explorer holds, 500 by
	// default; AWS does not say what its own size is.
	CostPage int
	// ThrottlePerSecond is how many requests an account may make to each
	// service in a second, and at once; 0 is no limit.
	ThrottlePerSecond int
}

// Server is the emulated cloud, an http.Handler. Its methods may be called
// from several goroutines.
type Server struct {
	options Options

	mu       sync.RWMutex // guards what follows
	org      *Organization
	accounts map[account.ID]*Account
	units    forest
	bills    periodCache

	state   sync.Mutex // guards what follows; taken inside mu, never around it
	reports map[account.ID]*report
	limits  map[limitKey]*rate.Limiter
	faults  []*activeFault
	faulted int // requests that met one
	dice    *rand.Rand
	issued  uint64 // sessions
	served  uint64 // requests
	calls   []Call
	counts  map[callKey]int
	used    map[Principal]map[string]bool // actions, see Used
	// policies are by role; see SetPolicy.
	policies map[string][]policy

	parameters shelf[Parameter]
	secrets    shelf[Secret]
}

// Call is one request that was understood and let in.
type Call struct {
	Service, Operation string     // "iam", "GetAccountSummary"
	Account            account.ID // whom it is about: the role's account, or the one that is asked about
	At                 time.Time  // by Options.Now
}

type callKey struct{ service, operation string }

type limitKey struct {
	caller  account.ID
	service string
}

// maxCalls is how many calls are remembered: hours of a demo.
const maxCalls = 50_000

// New emulates org, of which it keeps a copy: change it with Update. It
// panics where org has no account, which is a mistake in the program.
func New(org *Organization, o Options) *Server {
	if len(org.Accounts) == 0 {
		panic("cloud: an organization needs its management account")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.PageSize <= 0 || o.PageSize > maxAccountsPage {
		o.PageSize = maxAccountsPage
	}
	if o.CostPage <= 0 {
		o.CostPage = 500
	}
	s := &Server{
		options: o,
		reports: map[account.ID]*report{},
		limits:  map[limitKey]*rate.Limiter{},
		counts:  map[callKey]int{},
		dice:    rand.New(rand.NewPCG(1, 2)), // the same faults in every run
	}
	s.set(org.clone())
	return s
}

func (s *Server) set(org *Organization) {
	s.org = org
	s.units = org.forest()
	s.accounts = make(map[account.ID]*Account, len(org.Accounts))
	for _, a := range org.Accounts {
		s.accounts[a.ID] = a
	}
}

// Organization is a copy of the truth as it is now.
func (s *Server) Organization() *Organization {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.org.clone()
}

// Update changes the truth while no request reads it. A credential report
// that was written before keeps telling the old one for four hours, as AWS's does.
func (s *Server) Update(change func(*Organization)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.org)
	s.set(s.org)
	s.bills.forget()
}

// Calls lists the newest calls, oldest first; 50,000 at most.
func (s *Server) Calls() []Call {
	s.state.Lock()
	defer s.state.Unlock()
	return slices.Clone(s.calls)
}

// CallCount is how many calls there were; "" matches every service or operation.
func (s *Server) CallCount(service, operation string) int {
	s.state.Lock()
	defer s.state.Unlock()
	n := 0
	for key, count := range s.counts {
		if (service == "" || service == key.service) && (operation == "" || operation == key.operation) {
			n += count
		}
	}
	return n
}

// CallCounts is how many calls there were of each operation, by
// "service:Operation".
func (s *Server) CallCounts() map[string]int {
	s.state.Lock()
	defer s.state.Unlock()
	counts := map[string]int{}
	for key, n := range s.counts {
		counts[key.service+":"+key.operation] += n
	}
	return counts
}

// ServeHTTP answers one AWS request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.options.Date != nil {
		w.Header().Set("Date", s.options.Date().UTC().Format(http.TimeFormat))
	}
	q, problem := s.read(w, r)
	if problem == nil {
		s.note(q)
		problem = s.throttle(q)
	}
	if !wait(r.Context(), s.options.Latency) {
		return
	}
	var fault *Fault
	if problem == nil {
		fault = s.fault(q)
	}
	if fault != nil {
		if done := fault.before(w, r, q); done {
			return
		}
		problem = fault.refusal(q)
	}
	var result any
	if problem == nil {
		result, problem = s.answer(q)
	}
	if problem == nil && fault != nil {
		fault.twist(result)
	}
	reply := encode(q, result, problem)
	if fault != nil && fault.Kind == FaultOmit && problem == nil {
		reply = fault.omitting(q, reply)
	}
	if len(reply.body) > swift && !wait(r.Context(), breath) {
		return
	}
	if fault != nil && fault.Kind == FaultTruncate {
		reply.truncated(w)
		return
	}
	reply.write(w)
}

// The SDK closes the body of its request as soon as an answer begins. Where
// its transport has not noticed yet that it sent all of it, which on one
// machine is common, the connection breaks in the middle of a long answer. So
// a long answer waits for the length of a very short cable.
const (
	swift  = 4 << 10 // bytes that arrive at once
	breath = time.Millisecond
)

// answer computes the result under the lock, so that no answer is half of one
// truth and half of another.
func (s *Server) answer(q *request) (any, *apiError) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	operation := operations[q.service][q.operation]
	if s.accounts[q.caller.id] == nil { // an Update took it away after the request came in
		return nil, badToken(q.service)
	}
	if problem := s.permit(q); problem != nil {
		return nil, problem
	}
	if action := cmp.Or(actionOf(q.service, q.operation), q.action()); slices.Contains(s.accounts[q.caller.id].Denied, action) {
		return nil, q.denied(action, "with an explicit deny in an identity-based policy")
	}
	return operation(s, q)
}

func (s *Server) note(q *request) {
	s.state.Lock()
	defer s.state.Unlock()
	if len(s.calls) == maxCalls {
		s.calls = slices.Delete(s.calls, 0, maxCalls/2)
	}
	s.calls = append(s.calls, Call{q.service, q.operation, q.subject, s.options.Now()})
	s.counts[callKey{q.service, q.operation}]++
}

func (s *Server) throttle(q *request) *apiError {
	if s.options.ThrottlePerSecond <= 0 {
		return nil
	}
	s.state.Lock()
	defer s.state.Unlock()
	key := limitKey{q.caller.id, q.service}
	limit := s.limits[key]
	if limit == nil {
		limit = rate.NewLimiter(rate.Limit(s.options.ThrottlePerSecond), s.options.ThrottlePerSecond)
		s.limits[key] = limit
	}
	if limit.AllowN(s.options.Wall(), 1) {
		return nil
	}
	return throttled(q.service)
}

// requestID looks like AWS's, and names the request by its number.
func (s *Server) requestID() string {
	s.state.Lock()
	defer s.state.Unlock()
	s.served++
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", s.served)
}

// wait is false where the client left before d had passed.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
