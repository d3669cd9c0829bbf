// Package doctor says what is wrong with an installation, and what to do. It
// judges what probes have found: no clock, no network, no file.
package doctor

import (
	"slices"
	"strings"

	"rootwatch/checks/account"
)

// Status is what becomes of one question.
type Status string

// The statuses.
const (
	OK       Status = "ok"
	Warning  Status = "warning"   // it works, and something is not as it should be
	Problem  Status = "problem"   // something that is wanted does not work
	NotKnown Status = "not_known" // it could not be found out
)

// The areas, in the order in which they are told.
const (
	Configuration = "configuration"
	Credentials   = "credentials"
	Region        = "region"
	Clock         = "clock"
	Organization  = "organization"
	Accounts      = "accounts"
	Permissions   = "permissions"
	Costs         = "costs"
	Store         = "store"
	Slack         = "slack"
	Scopes        = "scopes"
	Channels      = "channels"
	Schedules     = "schedules"
)

var areas = []string{
	Configuration, Credentials, Region, Clock, Organization, Accounts, Permissions, Costs, Store, Slack, Scopes, Channels, Schedules,
}

// Line is one thing that was looked at.
type Line struct {
	Area         string   `json:"area"`
	Organization string   `json:"organization,omitempty"` // the configuration's name of it
	Subject      string   `json:"subject,omitempty"`      // an action, a channel, a key of the configuration
	Accounts     []string `json:"accounts,omitempty"`     // ids of those it is about
	Status       Status   `json:"status"`
	Found        string   `json:"found"`
	Do           string   `json:"do,omitempty"` // what to do; "" only for OK
}

// Worst is the status of all lines together: a problem, else what is not
// known, else a warning.
func Worst(lines []Line) Status {
	for _, s := range []Status{Problem, NotKnown, Warning} {
		if slices.ContainsFunc(lines, func(l Line) bool { return l.Status == s }) {
			return s
		}
	}
	return OK
}

// Sorted puts the lines of each area together, in the order of the areas.
func Sorted(lines []Line) []Line {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b Line) int { return slices.Index(areas, a.Area) - slices.Index(areas, b.Area) })
	return lines
}

// halves parts a sentence of the adapters, "what is wrong: what to do". A
// colon within an action's name is none of it.
func halves(sentence string) (found, do string) {
	found, do, _ = strings.Cut(sentence, ": ")
	return upperFirst(strings.TrimSpace(found)), upperFirst(strings.TrimSpace(do))
}

// told parts a gap's sentence. What is amiss with an answer is nothing to do,
// and a doctor has no log: AWS's own words stand in the line.
func told(gap account.Gap) (found, do string) {
	found, do = halves(gap.Error())
	switch {
	case gap.Cause == account.Undecodable && strings.HasSuffix(found, " cannot be used"):
		return upperFirst(gap.Error()), "Look for a proxy between Rootwatch and AWS, and at AWS_ENDPOINT_URL."
	case do == "", do == "See the log":
		if gap.Detail != "" {
			found += ": " + gap.Detail
		}
		return found, "Ask again in a few minutes; if it stays so, AWS's words in this line say more."
	}
	return found, do
}

func upperFirst(s string) string {
	if s == "" || strings.Contains(strings.SplitN(s, " ", 2)[0], ":") || strings.HasPrefix(s, "rootwatch ") {
		return s // an action's name or a command stays as it is
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
