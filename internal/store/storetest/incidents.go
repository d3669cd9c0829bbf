package storetest

import (
	"context"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func countRequests[Tx any](s *suite[Tx]) {
	count := func(scope account.Scope, on string, n int) [2]int {
		s.Helper()
		today, month, err := s.m.CountRequests(s.Context(), scope, day(on), n)
		return get(s, [2]int{today, month}, err)
	}
	same(s, "nothing yet", count(acme, "2026-11-20", 0), [2]int{0, 0})
	same(s, "the first", count(acme, "2026-11-20", 3), [2]int{3, 3})
	same(s, "more of the day", count(acme, "2026-11-20", 2), [2]int{5, 5})
	same(s, "the month's last day", count(acme, "2026-11-30", 1), [2]int{1, 6})
	same(s, "the month's first day", count(acme, "2026-11-01", 1), [2]int{1, 7})
	same(s, "the next month", count(acme, "2026-12-01", 4), [2]int{4, 4})
	same(s, "the month before", count(acme, "2026-10-31", 4), [2]int{4, 4})
	same(s, "another organization", count(other, "2026-11-20", 1), [2]int{1, 1})
	same(s, "reading adds nothing", count(acme, "2026-11-20", 0), [2]int{5, 7})
	if _, _, err := s.m.CountRequests(s.Context(), acme, day("2026-11-20"), -1); err == nil {
		s.Error("requests were taken back")
	}
	s.together(8, func(int) (bool, error) {
		_, _, err := s.m.CountRequests(s.Context(), acme, day("2026-11-21"), 1)
		return true, err
	})
	same(s, "none is lost when they come at once", count(acme, "2026-11-21", 0), [2]int{8, 15})
}

func (s *suite[Tx]) incident(scope account.Scope, i spend.Incident) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.SaveIncident(ctx, tx, scope, i) })
}

// incidents are those that are open, or ended on since or later.
func (s *suite[Tx]) incidents(scope account.Scope, since string) []spend.Incident {
	s.Helper()
	all, err := s.m.Incidents(s.Context(), scope, day(since))
	return get(s, all, err)
}

func incidents[Tx any](s *suite[Tx]) {
	spike := func(service, since string) spend.Incident {
		return spend.Incident{
			Spike: spend.Spike{
				Key:         spend.Key{Account: accountID("111122223333"), Service: service, Region: "eu-west-1"},
				AccountName: "prod", Day: day("2026-11-20"), Since: day(since), Actual: money("300.25"), Expected: money("100"),
				Excess: money("200.25"), Currency: "USD", Baseline: spend.Baseline{Expected: 100, Spread: 2.5, Days: 56, Weekday: true},
				Reason: spend.AboveUsual, Why: "It is much.", Drivers: []spend.Driver{{Name: "BoxUsage", Excess: money("200")}},
				Provisional: true, Recent: []spend.Point{{Day: day("2026-11-20"), Amount: money("300.25")}},
			},
			Peak: money("300.25"), Extra: money("200.25"), ToldDay: day("2026-11-20"), ToldPeak: money("300.25"), Open: true,
		}
	}
	later, first := spike("Amazon S3", "2026-11-20"), spike("AWS Lambda", "2026-11-19")
	s.incident(acme, later)
	s.incident(acme, first)
	s.incident(other, first)
	same(s, "by first day", s.incidents(acme, "2026-11-30"), []spend.Incident{first, later})

	later.Peak, later.Day = money("400"), day("2026-11-21")
	s.incident(acme, later)
	same(s, "the same rise a day later", s.incidents(acme, "2026-11-30"), []spend.Incident{first, later})

	first.Open, first.EndedOn = false, day("2026-11-21")
	s.incident(acme, first)
	same(s, "one is over", s.incidents(acme, "2026-11-22"), []spend.Incident{later})
	same(s, "from the day it ended on", s.incidents(acme, "2026-11-21"), []spend.Incident{first, later})
	again := spike("AWS Lambda", "2026-11-22")
	s.incident(acme, again)
	same(s, "a new rise of the same key", s.incidents(acme, "2026-11-22"), []spend.Incident{later, again})
	first.Open, first.EndedOn = true, 0
	s.incident(acme, first)
	same(s, "one came back", s.incidents(acme, "2026-11-22"), []spend.Incident{first, later, again})
	same(s, "another organization", len(s.incidents(other, "2026-11-22")), 1)
	for _, want := range []spend.Incident{first, later, again} {
		s.tx(func(ctx context.Context, tx Tx) error {
			got, found, err := s.m.IncidentTx(ctx, tx, acme, want.Key, want.Since)
			same(s, "inside a transaction", got, want)
			same(s, "it is there", found, true)
			return err
		})
	}
	s.tx(func(ctx context.Context, tx Tx) error {
		_, found, err := s.m.IncidentTx(ctx, tx, acme, first.Key, first.Since+1)
		same(s, "one of another day", found, false)
		return err
	})
}

func trouble[Tx any](s *suite[Tx]) {
	set := func(sentence string, at time.Time) {
		s.tx(func(ctx context.Context, tx Tx) error { return s.m.SetCostTrouble(ctx, tx, acme, sentence, at) })
	}
	is := read(s, s.m.CostTrouble)
	same(s, "never ran", is(acme), "")
	set("Cost Explorer is not enabled.", Now())
	same(s, "trouble", is(acme), "Cost Explorer is not enabled.")
	same(s, "another organization", is(other), "")
	set("", Now().Add(-time.Minute))
	same(s, "an older run is not heard", is(acme), "Cost Explorer is not enabled.")
	set("", Now().Add(time.Minute))
	same(s, "over", is(acme), "")
}
