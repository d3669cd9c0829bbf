package checks

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
)

// hearers are those who hear of a budget by the time its amount is reached.
type hearers struct {
	people map[string]bool
	live   int           // topics that reach somebody
	dead   []string      // why others do not
	open   []account.Gap // what was not read of them
	inTime bool          // there is such an alert
}

// heard is who hears by the alerts that are in time, by the answers that count.
func (v budgetView) heard(counts ...account.Answer) hearers {
	h := hearers{people: map[string]bool{}}
	for _, n := range v.Notifications {
		if !slices.Contains(counts, timely(n, v.Budget)) {
			continue
		}
		h.inTime = true
		if n.Gap != nil {
			h.open = append(h.open, named(*n.Gap, callBudgets))
		}
		for _, s := range n.Subscribers {
			switch {
			case s.Type == "EMAIL":
				h.people[strings.ToLower(s.Address)] = true
			case s.Live == account.Yes:
				h.live++
			case s.Live == account.No:
				h.dead = append(h.dead, s.Why)
			default:
				h.open = append(h.open, account.Gap{Call: callTopics, Cause: account.NotCollected, Sentence: upperFirst(orWord(s.Why, "a topic could not be read")) + "."})
			}
		}
	}
	return h
}

// enough says who they are where they are enough, else "".
func (h hearers) enough() string {
	switch {
	case len(h.people) >= enoughPeople:
		return counted(len(h.people), "address", "addresses")
	case h.live > 0:
		return "a live topic"
	}
	return ""
}

// timely is whether it speaks at the latest when actual cost has reached the
// amount. At a fixed sum that depends on the amount: where the running period's
// was not told, all that are planned must answer alike.
func timely(n account.BudgetNotification, b account.Budget) account.Answer {
	if n.Type != "ACTUAL" || !strings.HasPrefix(n.Operator, "GREATER_THAN") {
		return account.No
	}
	if !n.Absolute {
		return isAnswer(n.Threshold <= 100)
	}
	limits := b.Planned
	if b.Amount != "" {
		limits = []string{b.Amount}
	}
	var all account.Answer
	for i, text := range limits {
		limit, err := decimal.NewFromString(text)
		if err != nil {
			return account.AnswerUnknown
		}
		one := isAnswer(decimal.NewFromFloat(n.Threshold).LessThanOrEqual(limit))
		if i > 0 && one != all {
			return account.AnswerUnknown
		}
		all = one
	}
	return all
}
