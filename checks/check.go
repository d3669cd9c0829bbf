// Package checks judges the posture of an account: each check is a value that
// explains itself and one pure function from a Case to a Verdict.
package checks

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"rootwatch/checks/account"
)

// Status is the outcome of one check on one account.
type Status string

// The statuses. Unknown is what a Verdict says where it says nothing, so a
// check that forgets a case can never pass it.
const (
	Unknown       Status = "unknown"        // something it needs could not be read
	Pass          Status = "pass"           // the good condition was observed
	Fail          Status = "fail"           // it was observed not to hold
	NotApplicable Status = "not_applicable" // the question does not arise
	Manual        Status = "manual"         // no API tells; a person must attest
)

// Severity is how bad a failure is, in Security Hub's words.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists them, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// Rank is 0 for critical, rising as the severity falls; an unknown word ranks last.
func (s Severity) Rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return i
	}
	return len(Severities())
}

// AtLeast reports whether s is as bad as floor, or worse.
func (s Severity) AtLeast(floor Severity) bool { return s.Rank() <= floor.Rank() }

// Check is one question about an account. Its fields are its documentation:
// the generated page and `rootwatch checks ID` print them.
type Check struct {
	ID          string      `json:"id"`
	Title       string      `json:"title"` // the good condition, as a sentence without a full stop
	Short       string      `json:"short"` // what a failure is called in a table: "Root has no MFA"
	Good        string      `json:"good"`  // what a pass is called in a list: "MFA is on or not needed"
	Severity    Severity    `json:"severity"`
	Why         string      `json:"why"`
	Reads       []string    `json:"reads"` // IAM actions whose answers it judges
	Remediation Remediation `json:"remediation"`
	References  []Reference `json:"references"`
	// AttestDays is how many days a person's word on it counts at most; 0
	// where it takes none.
	AttestDays int `json:"attest_days,omitempty"`

	// Judge is pure: no clock, no I/O, no error.
	Judge func(Case) Verdict `json:"-"`
}

// AccountPlaceholder stands for the account at hand in a Remediation's
// commands. AWS takes it for no account: a command that is copied with it fails
// and deletes nothing in a stranger's.
const AccountPlaceholder = "ACCOUNT_ID"

// Remediation is how to mend a failure.
type Remediation struct {
	Steps     []string `json:"steps"`
	Console   string   `json:"console"` // path in the AWS console
	URL       string   `json:"url"`     // deep link to the place
	CLI       string   `json:"cli"`     // with AccountPlaceholder where the account's id belongs
	Terraform string   `json:"terraform"`
}

// Reference is the same question in somebody else's catalogue.
type Reference struct {
	Catalogue string `json:"catalogue"` // "CIS AWS Foundations", "Security Hub", "Prowler", "AWS"
	ID        string `json:"id"`
	URL       string `json:"url,omitempty"`
}

// Policy is the operator's settings.
type Policy struct {
	// RootUsageWindow is how long root must not have been used: 7 days by
	// default (the window of the 2021 Netskope study), 24 hours at least.
	RootUsageWindow time.Duration
	// RootHardwareMFA is where a virtual device of root fails; "" is everywhere.
	RootHardwareMFA HardwareMFA
	// AdminUsersMin and AdminUsersMax bound the IAM users who are admins: 2 to
	// 3 by default (Evident.io's article on root API keys); 0 is the default.
	AdminUsersMin, AdminUsersMax int
	// CompanyDomains are the domains that root addresses may lie in, in lower
	// case; empty where the operator named none.
	CompanyDomains []string
	// PersonalAddresses are addresses and local parts of people, in lower
	// case, that no root user may have.
	PersonalAddresses []string
	// RecoveryQuestions asks for an attestation of the legacy security
	// questions, which AWS no longer offers.
	RecoveryQuestions bool
}

// HardwareMFA is where root must have an MFA device that is not virtual.
type HardwareMFA string

// The places. In management alone, a virtual device in a member account passes.
const (
	HardwareEverywhere   HardwareMFA = "everywhere"
	HardwareInManagement HardwareMFA = "management"
)

// DefaultPolicy is what holds where the operator says nothing.
func DefaultPolicy() Policy {
	return Policy{RootUsageWindow: 7 * 24 * time.Hour, RootHardwareMFA: HardwareEverywhere, AdminUsersMin: 2, AdminUsersMax: 3}
}

// Verdict is what Judge says. Its zero value is Unknown.
type Verdict struct {
	Status   Status
	Severity Severity // where it differs from the check's own
	Short    string   // what this failure is called, where it differs from the check's own
	Summary  string   // one sentence with the fact that decided
	Evidence []Evidence
	Gaps     []account.Gap // what an Unknown would have needed
}

// Evidence is one thing that was observed, named as AWS names it.
type Evidence struct {
	Name   string `json:"name"`   // AccountMFAEnabled
	Value  string `json:"value"`  // 0
	Source string `json:"source"` // iam:GetAccountSummary
}

// Finding is a check's verdict on an account, with its memory.
type Finding struct {
	CheckID  string   `json:"check_id"`
	Title    string   `json:"title"`
	Status   Status   `json:"status"`
	Severity Severity `json:"severity"`
	// Short is what the failure is called where its check has another name
	// for it; in the dark, what the last known one was called.
	Short         string        `json:"short,omitempty"`
	Summary       string        `json:"summary"`
	Evidence      []Evidence    `json:"evidence"`
	Gaps          []account.Gap `json:"gaps,omitempty"`
	FirstSeen     time.Time     `json:"first_seen,omitzero"` // since when it stands so, as far as we remember
	LastSeen      time.Time     `json:"last_seen,omitzero"`  // when it was last observed failing
	TimesReopened int           `json:"times_reopened,omitempty"`

	// What it was when it was last readable, so that a failure which goes
	// dark and comes back is the same failure.
	LastKnown      Status    `json:"last_known,omitempty"`
	LastKnownSince time.Time `json:"last_known_since,omitzero"`
	// LastKnownSeverity is how bad it was then: one that comes back from the
	// dark at a higher severity is worse, not the same.
	LastKnownSeverity Severity `json:"last_known_severity,omitempty"`
	EverFailed        bool     `json:"ever_failed,omitempty"`

	// Exception is the accepted risk that lay over the failure when it was
	// judged; in the dark, over the last known one. It may have ended since:
	// ask Accepted or Open.
	Exception *Exception `json:"exception,omitempty"`
}

// registry is filled by each check's own file; adding a check touches no list.
var registry = map[string]Check{}

// register is called from the file of each check.
func register(c Check) Check {
	if _, twice := registry[c.ID]; twice || c.ID == "" || c.Short == "" || c.Good == "" || c.Judge == nil {
		panic(fmt.Sprintf("checks: %q is registered twice or incomplete", c.ID))
	}
	registry[c.ID] = c
	return c
}

// All lists the checks, worst severity first, then by ID.
func All() []Check { return slices.Clone(inOrder()) }

// inOrder is the list once every check is registered: no check is sorted for
// each account.
var inOrder = sync.OnceValue(func() []Check {
	all := make([]Check, 0, len(registry))
	for _, c := range registry {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(a.ID, b.ID))
	})
	return all
})

// Find is the check with this ID.
func Find(id string) (Check, bool) {
	c, ok := registry[id]
	return c, ok
}
