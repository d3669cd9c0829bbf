package storetest

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func money(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// charge is a charge of id's service, by default of usage in dollars.
func charge(id, service, on, amount string) spend.Charge {
	return spend.Charge{Key: spend.Key{Account: accountID(id), Service: service}, Day: day(on),
		Category: spend.Usage, Amount: money(amount), Currency: "USD"}
}

func categorized(c spend.Charge, category spend.Category) spend.Charge {
	c.Category = category
	return c
}

func (s *suite[Tx]) sheet(scope account.Scope, sheet spend.Sheet) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.SaveSheet(ctx, tx, scope, sheet) })
}

// bill is a sheet of acme's, as seen at Now.
func bill(from, to string, charges ...spend.Charge) spend.Sheet {
	return spend.Sheet{From: day(from), To: day(to), ObservedAt: Now(), Charges: charges}
}

func (s *suite[Tx]) history(scope account.Scope, id account.ID, from, to spend.Day) spend.History {
	s.Helper()
	h, err := s.m.History(s.Context(), scope, id, from, to)
	return get(s, h, err)
}

func collected(days ...string) map[spend.Day]bool {
	m := map[spend.Day]bool{}
	for _, d := range days {
		m[day(d)] = true
	}
	return m
}

func series(id, service, region, from string, amounts ...float64) spend.Series {
	return spend.Series{Key: spend.Key{Account: accountID(id), Service: service, Region: region}, From: day(from), Amounts: amounts}
}

func history[Tx any](s *suite[Tx]) {
	inRegion := charge("111122223333", "Amazon S3", "2026-11-19", "0.1")
	inRegion.Region = "eu-west-1"
	s.sheet(acme, bill("2026-11-18", "2026-11-20",
		charge("444455556666", "AmazonCloudWatch", "2026-11-18", "-2.5"),
		charge("111122223333", "Amazon S3", "2026-11-18", "0.1"),
		categorized(charge("111122223333", "Amazon S3", "2026-11-18", "0.2"), "Something new"), // is usage, of the same key and day
		charge("111122223333", "Amazon S3", "2026-11-20", "1234567890.123456789"),
		inRegion,
		categorized(charge("111122223333", "Amazon S3", "2026-11-20", "-50"), spend.Credit),
		categorized(charge("111122223333", "Tax", "2026-11-20", "19"), spend.Tax),
	))
	s.sheet(other, bill("2026-11-19", "2026-11-20", charge("111122223333", "Amazon S3", "2026-11-19", "7")))

	all := s.history(acme, nobody, day("2026-11-17"), day("2026-11-20")) // a service is one series, in whichever regions
	same(s, "history", all, spend.History{
		ObservedAt: Now(), Currency: "USD", Collected: collected("2026-11-18", "2026-11-19", "2026-11-20"),
		Series: []spend.Series{
			series("111122223333", "Amazon S3", "", "2026-11-17", 0, 0.3, 0.1, 1234567890.123456789),
			series("444455556666", "AmazonCloudWatch", "", "2026-11-17", 0, -2.5, 0, 0),
		},
	})
	one := s.history(acme, accountID("444455556666"), day("2026-11-17"), day("2026-11-20"))
	all.Series = all.Series[1:]
	same(s, "of one account", one, all)
	none := s.history(acme, accountID("222222222222"), day("2026-11-18"), day("2026-11-18"))
	same(s, "of an account without cost", none, spend.History{ObservedAt: Now(), Collected: collected("2026-11-18")})
	same(s, "of no days", s.history(acme, nobody, day("2026-11-20"), day("2026-11-19")), spend.History{})
	same(s, "in another partition", s.history(gov, nobody, day("2026-11-18"), day("2026-11-20")), spend.History{})
}

func historyMissing[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-16", "2026-11-16", charge("111122223333", "Amazon S3", "2026-11-16", "1")))
	s.sheet(acme, bill("2026-11-18", "2026-11-19", charge("111122223333", "Amazon S3", "2026-11-18", "3")))
	h := s.history(acme, nobody, day("2026-11-16"), day("2026-11-20"))
	same(s, "days", h.Collected, collected("2026-11-16", "2026-11-18", "2026-11-19"))
	same(s, "series", h.Series, []spend.Series{series("111122223333", "Amazon S3", "", "2026-11-16", 1, 0, 3, 0, 0)})
}

// A day that was read while it was provisional, and not since, is half a day.
func historyHalf[Tx any](s *suite[Tx]) {
	early := bill("2026-11-10", "2026-11-12", charge("111122223333", "Amazon EC2", "2026-11-12", "40"))
	early.ObservedAt = day("2026-11-13").Time().Add(7 * time.Hour)
	s.sheet(acme, early)
	h := s.history(acme, account.ID{}, day("2026-11-10"), day("2026-11-20"))
	same(s, "days as they were seen then", h.Collected, collected("2026-11-10", "2026-11-11", "2026-11-12"))
	s.sheet(acme, bill("2026-11-18", "2026-11-20", charge("111122223333", "Amazon EC2", "2026-11-18", "100")))
	h = s.history(acme, account.ID{}, day("2026-11-10"), day("2026-11-20"))
	same(s, "days after an outage", h.Collected, collected("2026-11-10", "2026-11-11", "2026-11-18", "2026-11-19", "2026-11-20"))
}

func historyRestated[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-18", "2026-11-19",
		charge("111122223333", "Amazon S3", "2026-11-18", "1"),
		charge("111122223333", "Amazon S3", "2026-11-19", "1"),
		charge("111122223333", "AWS Lambda", "2026-11-19", "1")))
	restated := bill("2026-11-19", "2026-11-20",
		charge("111122223333", "Amazon S3", "2026-11-19", "2"),
		charge("111122223333", "Amazon S3", "2026-11-20", "3"))
	restated.ObservedAt = Now().Add(time.Hour)
	s.sheet(acme, restated)
	s.sheet(acme, restated) // again is harmless
	h := s.history(acme, nobody, day("2026-11-18"), day("2026-11-20"))
	same(s, "observed at", h.ObservedAt, restated.ObservedAt)
	same(s, "series", h.Series, []spend.Series{series("111122223333", "Amazon S3", "", "2026-11-18", 1, 2, 3)})
	same(s, "a charge that was taken back leaves no series",
		s.history(acme, nobody, day("2026-11-19"), day("2026-11-19")).Series,
		[]spend.Series{series("111122223333", "Amazon S3", "", "2026-11-19", 2)})
}

func historyOlderSheet[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-19", "2026-11-19", charge("111122223333", "Amazon S3", "2026-11-19", "5")))
	late := bill("2026-11-18", "2026-11-19",
		charge("111122223333", "Amazon S3", "2026-11-18", "1"),
		charge("111122223333", "Amazon S3", "2026-11-19", "1"))
	late.ObservedAt = Now().Add(-time.Hour)
	s.sheet(acme, late)
	h := s.history(acme, nobody, day("2026-11-18"), day("2026-11-19"))
	same(s, "series", h.Series, []spend.Series{series("111122223333", "Amazon S3", "", "2026-11-18", 1, 5)})
	same(s, "observed at", h.ObservedAt, Now())
}

func badSheet[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-18", "2026-11-18", charge("111122223333", "Amazon S3", "2026-11-18", "1")))
	for name, bad := range map[string]spend.Sheet{
		"a charge of another day": bill("2026-11-18", "2026-11-19",
			charge("111122223333", "Amazon S3", "2026-11-18", "9"), charge("111122223333", "Amazon S3", "2026-11-20", "9")),
		"days that run backwards": bill("2026-11-19", "2026-11-18"),
		"a day that is not over":  {From: spend.DayOf(Now()), To: spend.DayOf(Now()), ObservedAt: Now()},
	} {
		err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error { return s.m.SaveSheet(ctx, tx, acme, bad) })
		if err == nil {
			s.Errorf("%s was saved", name)
		}
	}
	h := s.history(acme, nobody, day("2026-11-18"), day("2026-11-20"))
	same(s, "days", h.Collected, collected("2026-11-18"))
	same(s, "series", h.Series, []spend.Series{series("111122223333", "Amazon S3", "", "2026-11-18", 1, 0, 0)})
}

func twoCurrencies[Tx any](s *suite[Tx]) {
	yuan := charge("111122223333", "Amazon S3", "2026-11-19", "1")
	yuan.Currency = "CNY"
	free := charge("111122223333", "AWS Lambda", "2026-11-18", "0")
	free.Currency = ""
	s.sheet(acme, bill("2026-11-18", "2026-11-19", charge("111122223333", "Amazon S3", "2026-11-18", "1"), yuan, free))
	same(s, "a charge of nothing is in any currency", s.history(acme, nobody, day("2026-11-18"), day("2026-11-18")).Currency, "USD")
	if h, err := s.m.History(s.Context(), acme, nobody, day("2026-11-18"), day("2026-11-19")); err == nil {
		s.Errorf("dollars and yuan were put together: %+v", h)
	}
}

func adjustments[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-18", "2026-11-20",
		charge("111122223333", "Amazon S3", "2026-11-18", "100"),
		categorized(charge("111122223333", "Amazon S3", "2026-11-18", "-0.1"), spend.Credit),
		categorized(charge("444455556666", "Amazon S3", "2026-11-19", "-0.2"), spend.Credit),
		categorized(charge("444455556666", "Tax", "2026-11-20", "19"), spend.Tax),
		categorized(charge("444455556666", "Amazon S3", "2026-11-20", "-3"), spend.Refund),
		categorized(charge("444455556666", "Support fee", "2026-11-19", "29"), spend.Fee),
	))
	sum := func(id account.ID, category spend.Category, amount string) spend.Charge {
		return spend.Charge{Key: spend.Key{Account: id}, Day: day("2026-11-20"), Category: category, Amount: money(amount), Currency: "USD"}
	}
	of := func(id account.ID, from string) []spend.Charge {
		s.Helper()
		sums, err := s.m.Adjustments(s.Context(), acme, id, day(from), day("2026-11-20"))
		return get(s, sums, err)
	}
	same(s, "all", of(nobody, "2026-11-18"), []spend.Charge{
		sum(nobody, spend.Credit, "-0.3"), sum(nobody, spend.Fee, "29"), sum(nobody, spend.Refund, "-3"), sum(nobody, spend.Tax, "19"),
	})
	same(s, "from a day on", of(nobody, "2026-11-20"), []spend.Charge{sum(nobody, spend.Refund, "-3"), sum(nobody, spend.Tax, "19")})
	id := accountID("111122223333")
	same(s, "of one account", of(id, "2026-11-18"), []spend.Charge{sum(id, spend.Credit, "-0.1")})
}
