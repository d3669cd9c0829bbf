package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// SpendWatch is what the daily comparison of the bill last said of an account.
// It is known only where the newest whole day was read and compared.
type SpendWatch struct {
	Day       spend.Day        `json:"day"`  // the newest whole day
	Days      int              `json:"days"` // of the account's bill that were read up to it
	Currency  string           `json:"currency,omitempty"`
	Incidents []spend.Incident `json:"incidents,omitempty"` // open, or ended a short while ago
}

// WeekendWatch is what the newest reading of the estimated charges said.
type WeekendWatch struct {
	At    time.Time        `json:"at"`
	Signs []spend.Incident `json:"signs,omitempty"` // early ones of the account, not confirmed yet
}

// callEstimated reads AWS's estimated charges.
const callEstimated = "cloudwatch:GetMetricData"

// judgeIncidents fails where an incident of the kind is there, and passes
// where the newest whole day was compared and none is.
func judgeIncidents(c Case, question, good string, kind func(spend.Incident) bool, severity func(spend.Incident) Severity) Verdict {
	if v, done := notActive(c.Facts, callCosts); done {
		return v
	}
	w, known := c.Spend.Get()
	if !known {
		return unknown(question, nil, []account.Gap{named(c.Spend.Gap(), callCosts)})
	}
	evidence := []Evidence{{Name: "Newest whole day", Value: fmt.Sprintf("%s, with %s of history", w.Day, days(w.Days)), Source: callCosts}}
	var found []spend.Incident
	for _, i := range w.Incidents {
		if i.Account == c.Facts.ID && i.Sure != spend.Early && !i.Withdrawn && kind(i) {
			found = append(found, i)
			evidence = append(evidence, incidentEvidence(i))
		}
	}
	if len(found) == 0 {
		return Verdict{Status: Pass, Summary: good + fmt.Sprintf(" as of %s.", w.Day), Evidence: evidence}
	}
	slices.SortStableFunc(found, func(a, b spend.Incident) int { return b.Excess.Cmp(a.Excess) })
	v := Verdict{Status: Fail, Severity: severity(found[0]), Summary: incidentText(found[0]), Evidence: clipped(evidence)}
	if more := len(found) - 1; more > 0 {
		v.Summary += fmt.Sprintf(" %s more beside it.", counted(more, "is", "are"))
	}
	return v
}

// isFirst reports whether the incident is first spend of any kind, in a service
// or in a region: the reasons of both begin alike.
func isFirst(i spend.Incident) bool { return strings.HasPrefix(string(i.Reason), "first_") }

func incidentEvidence(i spend.Incident) Evidence {
	return Evidence{Name: strings.TrimSpace(serviceText(i.Service) + " " + i.Region), Source: callCosts,
		Value: fmt.Sprintf("%s on %s, usual %s, since %s", sum(i.Actual, i.Currency), i.Day, sum(i.Expected, i.Currency), i.Since)}
}

func incidentText(i spend.Incident) string {
	where := serviceText(i.Service)
	if i.Region != "" {
		where += " in " + i.Region
	}
	return fmt.Sprintf("%s cost %s on %s where %s is usual, since %s.", where, sum(i.Actual, i.Currency), i.Day, sum(i.Expected, i.Currency), i.Since)
}

// largeSpike is from how much a day above the usual, in the currency of the
// bill, a spike is high: 100 a day are the 3,000 a month that somebody asks
// about. Below it is medium.
var largeSpike = decimal.NewFromInt(100)

func bySize(i spend.Incident) Severity {
	if i.Excess.GreaterThanOrEqual(largeSpike) {
		return High
	}
	return Medium
}
