package storetest

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func paid[Tx any](s *suite[Tx]) {
	save := func(scope account.Scope, name, answer string, at time.Time) {
		s.tx(func(ctx context.Context, tx Tx) error { return s.m.SavePaid(ctx, tx, scope, name, []byte(answer), at) })
	}
	read := func(scope account.Scope, name string) (string, time.Time, bool) {
		answer, at, found, err := s.m.Paid(s.Context(), scope, name)
		if err != nil {
			s.Fatal(err)
		}
		return string(answer), at, found
	}
	if _, _, found := read(acme, "anomalies"); found {
		s.Error("an answer was there before anybody saved one")
	}
	save(acme, "anomalies", `{"n":1}`, Now())
	save(other, "anomalies", `{"n":2}`, Now())
	save(acme, "others", `{"n":3}`, Now())
	answer, at, found := read(acme, "anomalies")
	if answer != `{"n":1}` || !at.Equal(Now()) || !found {
		s.Errorf("got %s of %s, %t", answer, at, found)
	}
	save(acme, "anomalies", `{"n":4}`, Now().Add(-time.Hour))
	if answer, _, _ := read(acme, "anomalies"); answer != `{"n":1}` {
		s.Errorf("an older answer took a newer one's place: %s", answer)
	}
	save(acme, "anomalies", `{"n":5}`, Now().Add(time.Hour))
	if answer, _, _ := read(acme, "anomalies"); answer != `{"n":5}` {
		s.Errorf("the newest answer is %s", answer)
	}
}

func credits[Tx any](s *suite[Tx]) {
	s.sheet(acme, bill("2026-11-17", "2026-11-20",
		charge("111122223333", "Amazon S3", "2026-11-18", "100"),
		categorized(charge("111122223333", "Amazon S3", "2026-11-18", "-0.1"), spend.Credit),
		categorized(charge("111122223333", "Amazon EC2", "2026-11-18", "-0.2"), spend.Credit),
		categorized(charge("444455556666", "Amazon S3", "2026-11-19", "-7"), spend.Credit),
		categorized(charge("111122223333", "Tax", "2026-11-20", "19"), spend.Tax),
		categorized(charge("111122223333", "Amazon S3", "2026-11-20", "-3"), spend.Refund),
	))
	of := func(id account.ID, from string) map[spend.Day]string {
		days, err := s.m.Credits(s.Context(), acme, id, day(from), day("2026-11-20"))
		texts := map[spend.Day]string{}
		for d, amount := range get[map[spend.Day]decimal.Decimal](s, days, err) {
			texts[d] = amount.String()
		}
		return texts
	}
	same(s, "of one account", of(accountID("111122223333"), "2026-11-17"), map[spend.Day]string{day("2026-11-18"): "0.3"})
	same(s, "of all", of(nobody, "2026-11-17"), map[spend.Day]string{day("2026-11-18"): "0.3", day("2026-11-19"): "7"})
	same(s, "from a day on", of(accountID("111122223333"), "2026-11-19"), map[spend.Day]string{})
}
