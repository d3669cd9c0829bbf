package app

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// noEffect is a sentence where a word or an exception changes nothing as
// things stand, by the last stored report; "" where it may. It is kept all the
// same, for things may come to stand otherwise.
func (a *App) noEffect(ctx context.Context, check string, about subject, idle map[checks.Status]string) (string, error) {
	if about.ID.IsZero() {
		return "", nil // of all accounts, some will have it
	}
	if about.state != "" && about.state != account.Active {
		return fmt.Sprintf(" It changes nothing as things stand: AWS lists the account as %s, so the check is not judged there.", about.state.Words()), nil
	}
	report, err := a.Store.Latest(ctx, about.Scope, about.ID)
	if err != nil || report == nil {
		return "", err
	}
	for _, f := range report.Findings {
		if why, ok := idle[f.Status]; ok && f.CheckID == check {
			return fmt.Sprintf(" It changes nothing as things stand: %s on %s. %s", why, a.day(report.ObservedAt), bot.Clean(f.Summary)), nil
		}
	}
	return "", nil
}

// Which verdicts a person's word does not settle, and which hold no risk to accept.
var (
	unsettled = map[checks.Status]string{
		checks.Fail: "the check failed on what AWS told", checks.NotApplicable: "the check did not apply to the account",
	}
	riskless = map[checks.Status]string{
		checks.Pass: "the check passed, so there was no failure to accept,", checks.NotApplicable: "the check did not apply to the account",
	}
)

// standing is the exception that already says the same; false where none does.
func (a *App) standing(ctx context.Context, x checks.Exception) (checks.Exception, bool, error) {
	all, err := a.Store.Exceptions(ctx, x.Scope, x.AccountID)
	for _, e := range all {
		if e.CheckID == x.CheckID && e.AccountID == x.AccountID && e.Word.Until.Equal(x.Until) && active(e, x.At) {
			e.Word.ID = e.ID
			return e.Word, true, err
		}
	}
	return checks.Exception{}, false, err
}

func active(e schedule.Entered[checks.Exception], now time.Time) bool {
	return e.Trouble == nil && e.RevokedAt.IsZero() && e.Word.ActiveAt(now)
}

// revokedBefore says who took it back already; "" where nobody did.
func (a *App) revokedBefore(ctx context.Context, id string) (string, error) {
	for _, scope := range a.scopes() {
		words, err := a.Engine.Entered(ctx, scope)
		if err != nil {
			return "", err
		}
		var rows []entered
		for _, e := range words.Attestations {
			rows = append(rows, rowOf(e))
		}
		for _, e := range words.Exceptions {
			rows = append(rows, rowOf(e))
		}
		plans, err := a.Engine.Plans(ctx, scope, 0, spend.DayOf(a.now())+2*spend.PlanDaysAhead)
		if err != nil {
			return "", err
		}
		for _, e := range plans {
			rows = append(rows, rowOf(e))
		}
		for _, r := range rows {
			if r.ID == id && !r.RevokedAt.IsZero() {
				return fmt.Sprintf("%s is revoked already, by %s on %s", r.ID, bot.Clean(r.RevokedBy), a.day(r.RevokedAt)), nil
			}
		}
	}
	return "", nil
}

// stillAccepted names the exceptions that cover what a revoked one covered.
func (a *App) stillAccepted(ctx context.Context, id string) (string, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return "", err
	}
	said := ""
	for _, scope := range a.scopes() {
		words, err := a.Engine.Entered(ctx, scope)
		if err != nil {
			return "", err
		}
		for _, gone := range words.Exceptions {
			for _, e := range words.Exceptions {
				if gone.ID == id && e.CheckID == gone.CheckID && active(e, words.At) && (e.AccountID == gone.AccountID || e.AccountID.IsZero() || gone.AccountID.IsZero()) {
					said += fmt.Sprintf(" %s still accepts %s in %s until %s.", e.ID, e.CheckID, a.aboutText(rowOf(e), directory), a.day(e.Word.Until))
				}
			}
		}
	}
	return said, nil
}

// say writes sentences within the terminal's width.
func say(term Terminal, sentences string) error {
	_, err := fmt.Fprintln(term.Out, Wrap(sentences, term.Width))
	return err
}

// Wrap breaks each line at words so that it fits the width; 100 where there is
// no terminal.
func Wrap(lines string, width int) string {
	var rows []string
	for line := range strings.SplitSeq(lines, "\n") { // WrapSoft joins lines
		for row := range strings.SplitSeq(text.WrapSoft(line, max(cmp.Or(width, 100), 40)), "\n") {
			rows = append(rows, strings.TrimRight(row, " "))
		}
	}
	return strings.Join(rows, "\n")
}
