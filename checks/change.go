package checks

import (
	"time"

	"rootwatch/checks/account"
)

// ChangeKind is what became of a finding between two reports.
type ChangeKind string

// The kinds. Standing findings are no change and are not listed.
const (
	Opened   ChangeKind = "opened"    // it fails, and did not
	Resolved ChangeKind = "resolved"  // it failed, and passes or no longer applies
	WentDark ChangeKind = "went_dark" // it was known, and no longer is
	// WentStale: it was good, and waits for a person again: what was said of it
	// has ended, or was revoked.
	WentStale ChangeKind = "went_stale"
	CameBack  ChangeKind = "came_back" // it was unknown, and is known and good
	Worse     ChangeKind = "worse"     // it still fails, at a higher severity
	// Accepted: it still fails, and an exception lies over it from now on.
	Accepted ChangeKind = "accepted"
	// ExceptionEnded: it still fails, and is open again because its exception
	// ended, was revoked, or cannot be read any more.
	ExceptionEnded ChangeKind = "exception_ended"
	// AdminAdded and AdminRemoved are of the admin roster, told under
	// admin-by-group: no failure opens or ends by them alone.
	AdminAdded   ChangeKind = "admin_added"
	AdminRemoved ChangeKind = "admin_removed"
)

// Change is one finding that is not what it was.
type Change struct {
	account.Scope
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name"`
	CheckID     string     `json:"check_id"`
	Kind        ChangeKind `json:"kind"`
	Severity    Severity   `json:"severity"`
	// Short is what the failure is called, or was until now, where its check
	// has another name for it.
	Short   string    `json:"short,omitempty"`
	Summary string    `json:"summary"`
	At      time.Time `json:"at"`
	// Exception is the accepted risk that lies over the failure; for
	// ExceptionEnded, that lay over it.
	Exception *Exception `json:"exception,omitempty"`
}

// News reports whether somebody must be told of a failure: one that opened
// under an exception is nobody's news. One that got worse is, for what was
// accepted was less.
func (c Change) News() bool {
	switch c.Kind {
	case Opened:
		return c.Exception == nil
	case Worse, ExceptionEnded:
		return true
	}
	return false
}

// Compare holds next against previous, the account's report before it (nil
// for the first), carries first-seen times and reopen counts over into next,
// and lists the changes. The first report opens its failures.
// A failure that goes dark and comes back failing is not opened again.
func Compare(previous *Report, next *Report) []Change {
	before := map[string]Finding{}
	if previous != nil {
		for _, f := range previous.Findings {
			before[f.CheckID] = f
		}
	}
	var changes []Change
	for i := range next.Findings {
		f := &next.Findings[i]
		old, had := before[f.CheckID]
		kind := f.carry(old, had, next.ObservedAt)
		exception := f.carryException(old, &kind)
		if kind == "" {
			continue
		}
		changes = append(changes, Change{
			Scope: next.Scope, AccountID: next.AccountID, AccountName: next.AccountName, CheckID: f.CheckID,
			Kind: kind, Severity: f.Severity, Short: f.failureShort(old), Summary: f.Summary, At: next.ObservedAt,
			Exception: exception,
		})
	}
	return append(changes, compareRosters(previous, next)...)
}

// carry takes over what old remembers and says what changed, "" for nothing.
func (f *Finding) carry(old Finding, had bool, at time.Time) ChangeKind {
	f.TimesReopened, f.EverFailed, f.LastSeen = old.TimesReopened, old.EverFailed, old.LastSeen
	if f.Status == Fail {
		f.LastSeen = at
	}
	if !f.Status.observed() {
		return f.carryDark(old, had, at)
	}
	f.LastKnown, f.LastKnownSince, f.LastKnownSeverity = f.Status, at, f.Severity
	if old.LastKnown == f.Status {
		f.LastKnownSince = old.LastKnownSince
	}
	f.FirstSeen = f.LastKnownSince
	switch {
	case f.Status == Fail && old.LastKnown != Fail:
		if f.EverFailed {
			f.TimesReopened++
		}
		f.EverFailed = true
		return Opened
	case f.Status == Fail && f.Severity.Rank() < old.lastKnownSeverity().Rank():
		return Worse
	case f.Status != Fail && old.LastKnown == Fail:
		return Resolved
	case f.Status != Fail && had && !old.Status.observed() && !old.Waiting():
		return CameBack
	}
	return ""
}

// carryDark keeps what was last known of a finding that tells nothing now.
func (f *Finding) carryDark(old Finding, had bool, at time.Time) ChangeKind {
	f.LastKnown, f.LastKnownSince, f.LastKnownSeverity = old.LastKnown, old.LastKnownSince, old.lastKnownSeverity()
	f.Short = old.Short
	if had && !old.Status.observed() {
		f.FirstSeen = old.FirstSeen
		return ""
	}
	f.FirstSeen = at
	switch {
	case had && f.Waiting(): // time alone brings it back: no one need look
		return ""
	case had && f.Status == Manual && old.Status == Pass:
		return WentStale
	case had:
		return WentDark
	}
	return ""
}

// carryException says what changed of the exception over a failure that stands,
// and which one the change is about. In the dark the old one is kept: it did
// not end because the account could not be read.
func (f *Finding) carryException(old Finding, kind *ChangeKind) *Exception {
	switch {
	case !f.Status.observed():
		f.Exception = old.Exception
		return nil
	case f.Status != Fail, *kind != "":
		return f.Exception
	case f.Exception != nil && old.Exception == nil:
		*kind = Accepted
	case f.Exception == nil && old.Exception != nil:
		*kind = ExceptionEnded
		return old.Exception
	}
	return f.Exception
}

// failureShort is what the failure is called, or was until now.
func (f Finding) failureShort(old Finding) string {
	if f.Status == Fail {
		return f.Short
	}
	return old.Short
}

// observed is false for what no observation decided: Unknown, and Manual,
// which waits for a person. A failure does not end by turning into either.
func (s Status) observed() bool { return s == Pass || s == Fail || s == NotApplicable }

// lastKnownSeverity is also right for findings stored without the field.
func (f Finding) lastKnownSeverity() Severity {
	if f.LastKnownSeverity == "" && f.Status.observed() {
		return f.Severity
	}
	return f.LastKnownSeverity
}
