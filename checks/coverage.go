package checks

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Coverage is how much of an account could be read.
type Coverage struct {
	State CoverageState `json:"state"`
	// Why is what keeps the account from being read whole, in one word:
	// not_onboarded, suspended, denied; "" where all of it was read. Of several
	// the one that a person has to mend first.
	Why  string        `json:"why,omitempty"`
	Gaps []account.Gap `json:"gaps,omitempty"`
}

// CoverageState is read, partly_read or not_readable.
type CoverageState string

// The coverage states. The zero value is not readable.
const (
	Read        CoverageState = "read"
	PartlyRead  CoverageState = "partly_read"
	NotReadable CoverageState = "not_readable"
)

// coverage counts what was asked of the account, and of its organization
// about it: the policies over a member are a part of what is known of it.
func coverage(c Case) Coverage {
	gaps := c.Facts.Gaps()
	if policies := c.Organization.Policies.Gap(); c.Facts.Role == account.Member {
		if _, read := c.Organization.Policies.Get(); !read && policies.Cause != account.NotCollected {
			gaps = append(gaps, named(policies, callPolicies))
		}
	}
	state := PartlyRead
	switch {
	case c.Facts.Dark():
		state = NotReadable
	case len(gaps) == 0:
		state = Read
	}
	return Coverage{State: state, Why: obstacle(state, c.Facts.State, gaps), Gaps: gaps}
}

// Obstacle is why the account was not read whole; see Coverage.Why, which
// reports of older versions do not have.
func (r Report) Obstacle() string {
	if r.Coverage.Why != "" {
		return r.Coverage.Why
	}
	return obstacle(r.Coverage.State, r.State, r.Coverage.Gaps)
}

func obstacle(state CoverageState, of account.State, gaps []account.Gap) string {
	switch {
	case state == Read:
		return ""
	case of != "" && of != account.Active:
		return strings.ToLower(string(of))
	}
	for _, cause := range []account.Cause{account.BadCredentials, account.NotOnboarded, account.Denied, account.NotEnabled, account.OverBudget} {
		if slices.ContainsFunc(gaps, func(g account.Gap) bool { return g.Cause == cause }) {
			return string(cause)
		}
	}
	if len(gaps) > 0 && gaps[0].Cause != "" {
		return string(gaps[0].Cause)
	}
	return string(account.NotCollected)
}
