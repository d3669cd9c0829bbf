package storetest

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

func attestation(id string, of account.ID, at time.Time) checks.Attestation {
	return checks.Attestation{
		Scope: acme, ID: id, AccountID: of, CheckID: "root-password-custody", By: "Ana Silva",
		At: at, Until: at.Add(time.Hour), Evidence: "https://wiki.example.com/custody", Note: "Both safes opened.",
	}
}

func exception(id string, of account.ID, at time.Time) checks.Exception {
	return checks.Exception{
		Scope: acme, ID: id, AccountID: of, CheckID: "root-access-keys", Reason: "An old appliance needs it.",
		Approver: "Ben Ode", By: "Ana Silva", At: at, Until: at.Add(time.Hour),
	}
}

func (s *suite[Tx]) attest(a checks.Attestation) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.SaveAttestation(ctx, tx, a) })
}

func (s *suite[Tx]) except(e checks.Exception) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error { return s.m.SaveException(ctx, tx, e) })
}

func (s *suite[Tx]) revoke(scope account.Scope, id string, at time.Time) bool {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) (bool, error) {
		return s.m.Revoke(ctx, tx, scope, id, "Cem Arslan", at)
	})
}

func (s *suite[Tx]) attestations(scope account.Scope, id account.ID) []schedule.Entered[checks.Attestation] {
	s.Helper()
	all, err := s.m.Attestations(s.Context(), scope, id)
	return get(s, all, err)
}

func (s *suite[Tx]) exceptions(scope account.Scope, id account.ID) []schedule.Entered[checks.Exception] {
	s.Helper()
	all, err := s.m.Exceptions(s.Context(), scope, id)
	return get(s, all, err)
}

func ids[T any](all []schedule.Entered[T]) string {
	var names []string
	for _, e := range all {
		names = append(names, e.ID)
	}
	return strings.Join(names, " ")
}

func wordsRoundTrip[Tx any](s *suite[Tx]) {
	id := accountID("111122223333")
	at := Now().Add(123456 * time.Microsecond)
	a, e := attestation("a1", id, at), exception("e1", nobody, at)
	s.attest(a)
	s.except(e)
	same(s, "attestation", s.attestations(acme, id), []schedule.Entered[checks.Attestation]{
		{Scope: acme, ID: "a1", AccountID: id, CheckID: a.CheckID, At: at, Word: a}})
	same(s, "exception", s.exceptions(acme, id), []schedule.Entered[checks.Exception]{
		{Scope: acme, ID: "e1", CheckID: e.CheckID, At: at, Word: e}})
	for _, scope := range []account.Scope{other, gov} {
		same(s, "elsewhere", ids(s.attestations(scope, nobody))+ids(s.exceptions(scope, nobody)), "")
	}
	zone := time.FixedZone("", 3600)
	far := attestation("a2", id, at.In(zone).Add(time.Second))
	far.Until = time.Date(2027, time.January, 31, 23, 59, 59, 0, zone)
	s.attest(far)
	same(s, "the day as it was entered", s.attestations(acme, id)[1].Word.Until.Format("2006-01-02 15:04"), "2027-01-31 23:59")
}

func wordsTwice[Tx any](s *suite[Tx]) {
	s.attest(attestation("x1", nobody, Now()))
	err := s.m.InTx(s.Context(), func(ctx context.Context, tx Tx) error {
		return s.m.SaveAttestation(ctx, tx, attestation("x1", accountID("111122223333"), Now()))
	})
	if err == nil {
		s.Error("an id was given twice")
	}
}

func wordsByAccount[Tx any](s *suite[Tx]) {
	one, two := accountID("111122223333"), accountID("444455556666")
	for n, id := range []account.ID{two, nobody, one} { // the newest first
		at := Now().Add(-time.Duration(n) * time.Minute)
		s.attest(attestation("a"+string(rune('0'+n)), id, at))
		s.except(exception("e"+string(rune('0'+n)), id, at))
	}
	same(s, "attestations of one", ids(s.attestations(acme, one)), "a2 a1")
	same(s, "attestations of two", ids(s.attestations(acme, two)), "a1 a0")
	same(s, "all attestations", ids(s.attestations(acme, nobody)), "a2 a1 a0")
	same(s, "exceptions of one", ids(s.exceptions(acme, one)), "e2 e1")
	same(s, "all exceptions", ids(s.exceptions(acme, nobody)), "e2 e1 e0")
}

func wordsRevoked[Tx any](s *suite[Tx]) {
	s.attest(attestation("a1", nobody, Now()))
	s.except(exception("e1", nobody, Now()))
	same(s, "of another organization", s.revoke(other, "e1", Now()), false)
	same(s, "nobody's", s.revoke(acme, "e2", Now()), false)
	same(s, "exception", s.revoke(acme, "e1", Now().Add(time.Minute)), true)
	same(s, "attestation", s.revoke(acme, "a1", Now().Add(time.Minute)), true)
	same(s, "again", s.revoke(acme, "e1", Now().Add(time.Hour)), false)
	e, a := s.exceptions(acme, nobody)[0], s.attestations(acme, nobody)[0]
	same(s, "when", e.RevokedAt, Now().Add(time.Minute))
	same(s, "when", a.RevokedAt, Now().Add(time.Minute))
	same(s, "by whom", e.RevokedBy+a.RevokedBy, "Cem ArslanCem Arslan")
	same(s, "it is kept", e.Word.Reason, "An old appliance needs it.")
}

// wordsGarbled: a row that cannot be read, or whose body is of something else
// than the row says, is there with its trouble and says nothing.
func wordsGarbled[Tx any](s *suite[Tx]) {
	id := accountID("111122223333")
	good := exception("e0", id, Now())
	s.except(good)
	for name, spoil := range map[string]string{
		"cut":      `substr(body, 1, 40)`,
		"text":     `'x'`,
		"empty":    `''`,
		"null":     `'null'`,
		"object":   `'{}'`,
		"another":  `replace(body, 'root-access-keys', 'root-mfa')`,
		"stranger": `replace(body, '111122223333', '444455556666')`,
		"number":   `replace(body, '"111122223333"', '7')`,
	} {
		s.except(exception("e-"+name, id, Now()))
		a := attestation("a-"+name, id, Now())
		a.CheckID = "root-access-keys"
		s.attest(a)
		for _, table := range []string{"exception", "attestation"} {
			s.tx(func(ctx context.Context, tx Tx) error {
				return execute(ctx, tx, `UPDATE `+table+` SET body = `+spoil+` WHERE id LIKE '%-`+name+`'`)
			})
		}
	}
	for _, e := range s.exceptions(acme, id) {
		if e.ID == "e0" {
			same(s, "the one beside them", e.Word, good)
			continue
		}
		if e.Trouble == nil || e.Word != (checks.Exception{}) || e.CheckID != "root-access-keys" || e.AccountID != id {
			s.Errorf("%s: trouble %v, word %+v", e.ID, e.Trouble, e.Word)
		}
	}
	same(s, "exceptions", len(s.exceptions(acme, nobody)), 9)
	for _, a := range s.attestations(acme, id) {
		if a.Trouble == nil || a.Word != (checks.Attestation{}) || !strings.Contains(a.Trouble.Error(), a.ID) {
			s.Errorf("%s: trouble %v, word %+v", a.ID, a.Trouble, a.Word)
		}
	}
}

// execute is a statement beside the store, in SQL that both dialects read.
func execute(ctx context.Context, tx any, query string) error {
	switch t := tx.(type) {
	case *sql.Tx:
		_, err := t.ExecContext(ctx, query)
		return err
	case pgx.Tx:
		_, err := t.Exec(ctx, query)
		return err
	}
	panic("storetest knows no such transaction")
}
