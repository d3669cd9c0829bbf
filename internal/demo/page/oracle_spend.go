package page

import (
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

func init() {
	oracle["spend-spike"] = planted("a rise stands", func(known bool, c cloud.Cost, whole spend.Day) bool { return known && stands(c, whole) })
	oracle["spend-new"] = planted("something new is paid for", func(known bool, c cloud.Cost, whole spend.Day) bool { return !known && stands(c, whole) })
	oracle["spend-one-off"] = planted("something large was bought", func(_ bool, c cloud.Cost, whole spend.Day) bool {
		return c.Until == c.From+1 && c.Until <= whole && c.Amount >= 1000*cloud.Dollar
	})
	oracle["spend-weekend"] = planted("a sign is open", func(known bool, c cloud.Cost, whole spend.Day) bool {
		return c.From > whole && c.Until == 0 // younger than what Cost Explorer shows whole
	})
}

// stands reports whether a planted rise is on the newest whole day, and is not
// so old that it is the usual.
func stands(c cloud.Cost, whole spend.Day) bool {
	return c.From <= whole && c.From > whole-28 && (c.Until == 0 || c.Until > whole)
}

// planted fails an account with a planted rise of the kind; known is whether
// the account paid for the service before.
func planted(words string, kind func(known bool, c cloud.Cost, whole spend.Day) bool) teller {
	return func(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
		whole := spend.DayOf(at) - spend.SettledAfter
		for _, c := range a.Costs {
			known := slices.ContainsFunc(a.Costs, func(o cloud.Cost) bool { return o.Service == c.Service && o.From < c.From })
			if c.From != 0 && kind(known, c, whole) {
				return checks.Fail, words
			}
		}
		return checks.Pass, "nothing planted"
	}
}
