package bot

import (
	"github.com/dustin/go-humanize/english"

	"rootwatch/checks/account"
)

// Subject is what Pending calls the command: "prod-payments", "all accounts",
// "prod-payments, data-lake and sandbox", "12 accounts".
func Subject(cmd Command, accounts []account.Account) string {
	switch c := cmd.(type) {
	case CheckAccounts:
		if !c.All {
			return targetsText(c.Targets, accounts)
		}
	case ShowSpend:
		if !c.Target.ID.IsZero() {
			return targetsText([]Target{c.Target}, accounts)
		}
	case ShowReport:
		return targetsText([]Target{c.Target}, accounts)
	case Acknowledge:
		return "the spike"
	case ShowHelp:
		return c.Command
	}
	return "all accounts"
}

func targetsText(targets []Target, accounts []account.Account) string {
	if len(targets) == 0 || len(targets) > 3 {
		return Count(len(targets), "account", "accounts")
	}
	var labels []string
	for _, t := range targets {
		label := t.ID.String()
		for _, a := range accounts {
			if targetOf(a) == t {
				label = Label(a.Name, a.ID)
			}
		}
		labels = append(labels, label)
	}
	return english.WordSeries(labels, "and")
}
