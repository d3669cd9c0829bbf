package account

import (
	"encoding/json"
	"fmt"
	"reflect"
)

// Cause says why a fact is missing.
type Cause string

// The causes. Denied, NotOnboarded and NotInOrganization need a person;
// Throttled, TimedOut, Unavailable and NotReady pass by themselves.
const (
	NotCollected   Cause = "not_collected" // nobody asked yet; the zero Fact's cause
	Denied         Cause = "denied"        // AWS answered AccessDenied
	NotOnboarded   Cause = "not_onboarded" // the role could not be assumed
	NotActive      Cause = "not_active"    // the account is suspended, closing or closed
	NotEnabled     Cause = "not_enabled"   // a service must be switched on first (Cost Explorer, trusted access)
	NotReady       Cause = "not_ready"     // a credential report that is still being written
	Throttled      Cause = "throttled"
	TimedOut       Cause = "timed_out"
	Unavailable    Cause = "unavailable"     // AWS answered 5xx, or nothing
	Undecodable    Cause = "undecodable"     // an answer that is not what the API promises; never read as denied
	OverBudget     Cause = "over_budget"     // our own cap on paid requests was reached
	NotYet         Cause = "not_yet"         // nothing is wrong: what was read so far does not reach far enough
	BadCredentials Cause = "bad_credentials" // our own credentials are missing, expired or refused
)

// Passing reports whether asking again soon can mend the cause.
func (c Cause) Passing() bool {
	switch c {
	case Throttled, TimedOut, Unavailable, NotReady:
		return true
	}
	return false
}

// Gap is a fact that could not be read: which call, which permission would
// have allowed it, and why it failed. It is also the error that AWS adapters
// return, so that nothing above them reads an SDK error code.
type Gap struct {
	Call       string `json:"call"`                 // as IAM writes it: iam:GetAccountSummary
	Permission string `json:"permission,omitempty"` // the IAM action that allows Call, where it differs
	Cause      Cause  `json:"cause"`
	Sentence   string `json:"sentence,omitempty"` // for a person: what happened and what to do, without ids of the request
	Detail     string `json:"detail,omitempty"`   // for the operator's log: AWS's own words
}

// Error is the gap as one line.
func (g Gap) Error() string {
	if g.Sentence != "" {
		return g.Sentence
	}
	if g.Call == "" {
		return "was not collected"
	}
	return fmt.Sprintf("%s: %s", g.Call, g.Cause)
}

// Action is the IAM action whose lack the gap shows.
func (g Gap) Action() string {
	if g.Permission != "" {
		return g.Permission
	}
	return g.Call
}

// Fact is a value read from AWS, or the Gap in its place. Its zero value is
// a gap with cause NotCollected.
type Fact[T any] struct {
	read  T
	known bool
	gap   Gap
}

// Known is a fact that was read.
func Known[T any](v T) Fact[T] { return Fact[T]{read: v, known: true} }

// Missing is a fact that could not be read.
func Missing[T any](g Gap) Fact[T] {
	if g.Cause == "" {
		g.Cause = NotCollected
	}
	return Fact[T]{gap: g}
}

// Get is the value and true, or the zero value and false for a gap.
func (f Fact[T]) Get() (T, bool) { return f.read, f.known }

// Gap is why the fact is missing; its zero value where the fact is known.
func (f Fact[T]) Gap() Gap {
	if !f.known && f.gap.Cause == "" {
		return Gap{Cause: NotCollected}
	}
	return f.gap
}

func (f *Fact[T]) present() bool { return f.known }

func (f *Fact[T]) lose(g Gap) { *f = Missing[T](g) }

func (f *Fact[T]) value() any { return *f }

// asked is false for a known nil pointer.
func (f *Fact[T]) asked() bool {
	v := reflect.ValueOf(f.read)
	return !f.known || v.Kind() != reflect.Pointer || !v.IsNil()
}

type factJSON[T any] struct {
	Value *T   `json:"value,omitempty"`
	Gap   *Gap `json:"gap,omitempty"`
}

// MarshalJSON writes {"value": ...} or {"gap": ...}.
func (f Fact[T]) MarshalJSON() ([]byte, error) {
	if f.known {
		return json.Marshal(struct {
			Value T `json:"value"`
		}{f.read})
	}
	g := f.Gap()
	return json.Marshal(factJSON[T]{Gap: &g})
}

// UnmarshalJSON reads what MarshalJSON wrote. A null value is a known one
// (no contact set); neither key is a gap.
func (f *Fact[T]) UnmarshalJSON(b []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	if v, ok := raw["value"]; ok {
		var value T
		if err := json.Unmarshal(v, &value); err != nil {
			return err
		}
		*f = Known(value)
		return nil
	}
	var g Gap
	if v, ok := raw["gap"]; ok {
		if err := json.Unmarshal(v, &g); err != nil {
			return err
		}
	}
	*f = Missing[T](g)
	return nil
}
