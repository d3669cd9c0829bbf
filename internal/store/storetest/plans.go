package storetest

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

func plan(id string, of account.ID, from, to string) spend.Plan {
	return spend.Plan{
		Scope: acme, ID: id, AccountID: of, Service: "Amazon EC2", Region: "eu-west-1", From: day(from), To: day(to),
		PerDay: decimal.RequireFromString("120.5"), Currency: "USD", Reason: "load test of the new shop", By: "Ana Silva", At: Now(),
	}
}

func (s *suite[Tx]) announce(p spend.Plan) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.SavePlan(ctx, tx, p) })
}

func (s *suite[Tx]) plans(scope account.Scope, id account.ID, from, to string) []schedule.Entered[spend.Plan] {
	s.Helper()
	all, err := s.m.Plans(s.Context(), scope, id, day(from), day(to))
	return get(s, all, err)
}

func plansRoundTrip[Tx any](s *suite[Tx]) {
	id := accountID("111122223333")
	p := plan("p1", id, "2026-11-23", "2026-11-30")
	p.At = Now().Add(123456 * time.Microsecond)
	s.announce(p)
	same(s, "plan", s.plans(acme, id, "2026-11-01", "2026-12-31"), []schedule.Entered[spend.Plan]{{Scope: acme, ID: "p1", AccountID: id, At: p.At, Word: p}})
	for _, scope := range []account.Scope{other, gov} {
		same(s, "elsewhere", ids(s.plans(scope, nobody, "2026-11-01", "2026-12-31")), "")
	}
	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		return s.m.SavePlan(ctx, tx, plan("p1", nobody, "2026-11-23", "2026-11-30"))
	})
	if err == nil {
		s.Error("an id was given twice")
	}
}

func plansByAccountAndDay[Tx any](s *suite[Tx]) {
	one, two := accountID("111122223333"), accountID("444455556666")
	s.announce(plan("p1", one, "2026-11-01", "2026-11-10"))
	s.announce(plan("p2", two, "2026-11-05", "2026-11-05"))
	s.announce(plan("p3", nobody, "2026-11-10", "2026-11-20"))
	for _, tt := range []struct {
		id             account.ID
		from, to, want string
	}{
		{one, "2026-10-01", "2026-12-31", "p1 p3"},
		{two, "2026-10-01", "2026-12-31", "p2 p3"},
		{nobody, "2026-10-01", "2026-12-31", "p1 p2 p3"},
		{nobody, "2026-11-10", "2026-11-10", "p1 p3"},
		{nobody, "2026-11-06", "2026-11-06", "p1"},
		{nobody, "2026-10-01", "2026-10-31", ""},
		{nobody, "2026-11-21", "2026-12-31", ""},
	} {
		same(s, tt.from+" to "+tt.to, ids(s.plans(acme, tt.id, tt.from, tt.to)), tt.want)
	}
}

func plansRevoked[Tx any](s *suite[Tx]) {
	s.announce(plan("p1", nobody, "2026-11-23", "2026-11-30"))
	same(s, "of another organization", s.revoke(other, "p1", Now()), false)
	same(s, "it is revoked", s.revoke(acme, "p1", Now().Add(time.Minute)), true)
	same(s, "again", s.revoke(acme, "p1", Now().Add(time.Hour)), false)
	e := s.plans(acme, nobody, "2026-11-23", "2026-11-23")[0]
	same(s, "when", e.RevokedAt, Now().Add(time.Minute))
	same(s, "by whom", e.RevokedBy, "Cem Arslan")
	same(s, "it is kept", e.Word.Reason, "load test of the new shop")
}

// plansGarbled: a row that cannot be read, or whose body is of something else
// than the row says, is there with its trouble and silences nothing.
func plansGarbled[Tx any](s *suite[Tx]) {
	id := accountID("111122223333")
	spoils := map[string]string{
		"cut":      `substr(body, 1, 40)`,
		"empty":    `''`,
		"object":   `'{}'`,
		"longer":   `replace(body, '2026-11-30', '2027-11-30')`,
		"stranger": `replace(body, '111122223333', '444455556666')`,
	}
	for name, spoil := range spoils {
		s.announce(plan("p-"+name, id, "2026-11-23", "2026-11-30"))
		s.tx(func(ctx context.Context, tx Tx) error {
			return execute(ctx, tx, `UPDATE spend_plan SET body = `+spoil+` WHERE id = 'p-`+name+`'`)
		})
	}
	all := s.plans(acme, id, "2026-11-23", "2026-11-23")
	same(s, "plans", len(all), len(spoils))
	for _, e := range all {
		if e.Trouble == nil || e.Word.ID != "" || e.AccountID != id {
			s.Errorf("%s: trouble %v, word %+v", e.ID, e.Trouble, e.Word)
		}
	}
}
