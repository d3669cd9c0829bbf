package schedule

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// Attest takes a person's word on what no API tells. It counts from the next
// check of the account.
func (e *Engine[D, Tx]) Attest(ctx context.Context, a checks.Attestation) (checks.Attestation, error) {
	a.ID, a.At = wordID("a"), e.o.Now().In(e.o.Zone)
	a.By, a.Note, a.Evidence = strings.TrimSpace(a.By), strings.TrimSpace(a.Note), strings.TrimSpace(a.Evidence)
	if err := a.Fault(); err != nil {
		return a, err
	}
	return a, e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error { return e.memory.SaveAttestation(ctx, tx, a) })
}

// Except takes an accepted risk. It lies over the failure from the next check
// of the account.
func (e *Engine[D, Tx]) Except(ctx context.Context, x checks.Exception) (checks.Exception, error) {
	x.ID, x.At = wordID("e"), e.o.Now().In(e.o.Zone)
	x.By, x.Approver, x.Reason = strings.TrimSpace(x.By), strings.TrimSpace(x.Approver), strings.TrimSpace(x.Reason)
	if err := x.Fault(); err != nil {
		return x, err
	}
	return x, e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error { return e.memory.SaveException(ctx, tx, x) })
}

// Revoke takes an attestation or an exception back, in whichever organization
// it is, and is false where none of that id stands.
func (e *Engine[D, Tx]) Revoke(ctx context.Context, id, by string) (revoked bool, err error) {
	err = e.memory.InTx(ctx, func(ctx context.Context, tx Tx) error {
		revoked = false
		for _, org := range e.o.Organizations {
			if revoked, err = e.memory.Revoke(ctx, tx, org.Scope, id, strings.TrimSpace(by), e.o.Now()); revoked || err != nil {
				return err
			}
		}
		return nil
	})
	return revoked, err
}

// wordID is short enough to be typed, and says which kind it is of. It has no
// letter that looks like a digit, for rand.Text is base32.
func wordID(kind string) string { return kind + "-" + strings.ToLower(rand.Text()[:10]) }

// words are the attestations that stand for an account.
func (e *Engine[D, Tx]) words(ctx context.Context, scope account.Scope, id account.ID) ([]checks.Attestation, error) {
	all, err := e.memory.Attestations(ctx, scope, id)
	return standing(e, all), err
}

// except lays the accepted risks over the report's failures, as of its
// instant. What cannot be read accepts nothing.
func (e *Engine[D, Tx]) except(ctx context.Context, r *checks.Report) error {
	all, err := e.memory.Exceptions(ctx, r.Scope, r.AccountID)
	if err != nil {
		return err
	}
	exceptions := standing(e, all)
	for _, x := range exceptions {
		if err := x.Fault(); err != nil {
			e.tellOnce(x.ID, "a stored exception accepts nothing", err)
		}
	}
	r.Except(exceptions)
	return nil
}

// standing are the words that can be read and were not revoked.
func standing[D driver[Tx], Tx, T any](e *Engine[D, Tx], all []Entered[T]) []T {
	var words []T
	for _, w := range all {
		switch {
		case !w.RevokedAt.IsZero():
		case w.Trouble != nil:
			e.tellOnce(w.ID, "what was entered cannot be read, so it counts for nothing", w.Trouble)
		default:
			words = append(words, w.Word)
		}
	}
	return words
}

// tellOnce logs a fault of a stored word: every account of every sweep meets it.
func (e *Engine[D, Tx]) tellOnce(id, what string, err error) {
	if _, told := e.told.LoadOrStore(id, true); !told {
		e.o.Log.Error(what, "id", id, "error", err, "next", fmt.Sprintf("revoke it with `rootwatch revoke %s` and enter it again", id))
	}
}

// Entered lists all that people said in a scope, oldest first.
func (e *Engine[D, Tx]) Entered(ctx context.Context, scope account.Scope) (WordsOf, error) {
	w := WordsOf{Scope: scope, At: e.o.Now()}
	var err error
	if w.Attestations, err = e.memory.Attestations(ctx, scope, account.ID{}); err != nil {
		return w, err
	}
	w.Exceptions, err = e.memory.Exceptions(ctx, scope, account.ID{})
	return w, err
}

// WordsOf is all that people said in an organization.
type WordsOf struct {
	account.Scope
	At           time.Time // when it was asked
	Attestations []Entered[checks.Attestation]
	Exceptions   []Entered[checks.Exception]
}
