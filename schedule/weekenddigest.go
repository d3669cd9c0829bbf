package schedule

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// watchTrouble is what a digest says of the weekend watch: of a reading since
// the last digest that knows nothing, or not of all accounts; "" where there is nothing to say.
// That billing alerts are off, or that a permission is missing, is told once a week.
func (e *Engine[D, Tx]) watchTrouble(ctx context.Context, scope account.Scope, since time.Time) (string, error) {
	org, err := e.organization(scope)
	if _, on := e.specs[weekendSchedule]; err != nil || !on || org.Estimates == nil || org.Costs == nil {
		return "", err
	}
	s, err := e.watchState(ctx, scope)
	if err != nil || !s.At.After(since) {
		return "", err
	}
	when := s.At.In(e.o.Zone).Format("2 Jan 15:04")
	trouble := strings.TrimSuffix(s.Trouble, ".")
	switch {
	case s.Off && sameWeek(since, e.o.Now().In(e.o.Zone)):
		return "", nil
	case s.Off:
		return "The weekend watch sees nothing: " + trouble + ".", nil
	case trouble != "":
		return fmt.Sprintf("The weekend watch of %s knows nothing: %s.", when, trouble), nil
	case s.Unknown > 0:
		return fmt.Sprintf("The weekend watch of %s knows nothing of %d of %s: of one, %s.", when, s.Unknown, bot.Count(s.Accounts, "account", "accounts"), s.Why), nil
	}
	return "", nil
}

// sameWeek is false where a was never.
func sameWeek(a, b time.Time) bool {
	ay, aw := a.In(b.Location()).ISOWeek()
	by, bw := b.ISOWeek()
	return !a.IsZero() && ay == by && aw == bw
}
