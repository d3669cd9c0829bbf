package page

import (
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

// settling are the words of days on which the bill does not show yet, or may
// still show, what is true: either verdict is right on them.
const settling = "it begins or ends, and the bill may not show it"

func init() {
	oracle["spend-spike"] = planted("a rise stands", func(a *cloud.Account, c cloud.Cost) []span { return rising(c, !isNew(a, c)) })
	oracle["spend-new"] = planted("something new is paid for", func(a *cloud.Account, c cloud.Cost) []span { return rising(c, isNew(a, c)) })
	oracle["spend-one-off"] = planted("something large was bought", func(_ *cloud.Account, c cloud.Cost) []span {
		if c.Until != c.From+1 || c.Amount < 1000*cloud.Dollar {
			return nil
		}
		asked := c.Until + spend.RelapseDays // for so long somebody is asked to look
		return []span{{c.From, asked + 5, true}, {c.From + 5, asked, false}}
	})
	oracle["spend-weekend"] = planted("a sign is open", func(_ *cloud.Account, c cloud.Cost) []span {
		return []span{{c.From, c.From + 6, true}} // it is confirmed by the bill some days later
	})
}

// span is days in which something may be told, or must be.
type span struct {
	from, until spend.Day // until excluded
	either      bool
}

// rising is how a rise is told: its first whole day is read two days later,
// and it is over when two whole days were usual again.
func rising(c cloud.Cost, told bool) []span {
	if !told {
		return nil
	}
	until, known := c.Until, c.From+4+c.Creep
	if until == 0 { // what lasts is usual after four weeks
		until = c.From + 28
	}
	return []span{{c.From + 1, until + 6, true}, {known, until + 3, false}}
}

// isNew reports whether the account never paid for the service, or for
// anything in the region.
func isNew(a *cloud.Account, c cloud.Cost) bool {
	before := func(same func(o cloud.Cost) bool) bool {
		return slices.ContainsFunc(a.Costs, func(o cloud.Cost) bool { return o.From < c.From && same(o) })
	}
	return !before(func(o cloud.Cost) bool { return o.Service == c.Service }) || !before(func(o cloud.Cost) bool { return o.Region == c.Region })
}

// planted fails an account with a planted rise that is of the kind, and is of
// two minds while it begins or ends.
func planted(words string, kind func(a *cloud.Account, c cloud.Cost) []span) teller {
	return func(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
		today, maybe := spend.DayOf(at), false
		for _, c := range a.Costs {
			if c.From == 0 || c.Harmless {
				continue
			}
			for _, s := range kind(a, c) {
				within := today >= s.from && today < s.until
				if within && !s.either {
					return checks.Fail, words
				}
				maybe = maybe || within
			}
		}
		if maybe {
			return checks.Pass, settling
		}
		return checks.Pass, "nothing planted"
	}
}
