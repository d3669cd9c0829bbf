package doctor

import (
	"rootwatch/bot"
	"rootwatch/checks/account"
)

// metricsCall is the call that tells whether AWS sends estimated charges.
const metricsCall = "cloudwatch:ListMetrics"

// Estimated is what is known of AWS's estimated charges, which the weekend
// watch reads.
type Estimated struct {
	Off      bool         // by the configuration
	Gap      *account.Gap // why they cannot be read
	Accounts int          // whose charges are sent; 0 of an account in no organization
}

// judge never says more than a warning: the bill itself is watched without them.
func (e Estimated) judge() Line {
	l := Line{Area: Costs, Subject: metricsCall, Status: OK}
	switch {
	case e.Off:
		l.Found = "the configuration has no estimated charges read on weekends (weekend.enabled, cost.enabled)"
	case e.Gap != nil && e.Gap.Cause.Passing():
		return unsure(Costs, e.Gap.Call, *e.Gap)
	case e.Gap != nil:
		l.Status, l.Subject = Warning, e.Gap.Action()
		l.Found, l.Do = told(*e.Gap)
		l.Found += "; without it there are no early signs on weekends"
	case e.Accounts == 0:
		l.Found = "AWS sends its estimated charges to CloudWatch"
	default:
		l.Found = "AWS sends its estimated charges of " + bot.Count(e.Accounts, "account", "accounts") + " to CloudWatch"
	}
	return l
}
