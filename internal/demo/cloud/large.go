package cloud

import (
	"fmt"
	"time"
)

// LargeOrganization is n accounts with nothing to find and no bill, the
// management account first: for measuring, and for tests of what grows with
// the number of accounts. n is 1 to 99,999,999.
func LargeOrganization(today time.Time, n int) *Organization {
	today = today.UTC().Truncate(day)
	org := DemoOrganization(today)
	org.RootFeatures = []string{CentralCredentials, CentralSessions}
	org.Accounts = org.Accounts[:1]
	org.Accounts[0].Costs = nil
	units := []string{"prod", "core", "data", "staging", "sandbox"}
	for i := 1; i < n; i++ {
		row := demoAccount{id: fmt.Sprintf("2%011d", i), name: fmt.Sprintf("team-%d", i), unit: units[i%len(units)]}
		org.Accounts = append(org.Accounts, cleanAccount(row, i%1000, today))
	}
	demoWatch(org, today)
	return org
}
