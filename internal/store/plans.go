package store

import (
	"context"
	"fmt"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// plans is the table of announced spending.
const plans = "spend_plan"

// SavePlan implements schedule.Announcements.
func (m *memory[Tx]) SavePlan(ctx context.Context, tx Tx, p spend.Plan) error {
	text, err := body(p)
	if err == nil {
		_, err = m.over(tx).exec(ctx, `INSERT INTO `+plans+` (partition, organization, account, id, from_day, to_day, at, body, revoked_at, revoked_by)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, '')`,
			p.Partition, p.Organization, p.AccountID.String(), p.ID, int64(p.From), int64(p.To), micros(p.At), text)
	}
	if err != nil {
		return fmt.Errorf("save the plan %s: %w", p.ID, err)
	}
	return nil
}

// Plans implements schedule.Announcements.
func (m *memory[Tx]) Plans(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) ([]schedule.Entered[spend.Plan], error) {
	query := `SELECT account, id, from_day, to_day, at, body, revoked_at, revoked_by FROM ` + plans + `
		WHERE partition = ?1 AND organization = ?2 AND from_day <= ?4 AND to_day >= ?3`
	args := []any{scope.Partition, scope.Organization, int64(from), int64(to)}
	if !id.IsZero() {
		query += ` AND account IN (?5, '')`
		args = append(args, id.String())
	}
	all, err := list(ctx, m.read, func(r rows) (schedule.Entered[spend.Plan], error) { return scanPlan(r, scope) }, query+` ORDER BY at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the plans: %w", err)
	}
	return all, nil
}

// scanPlan reads a row. One whose body cannot be read, or is of something else
// than its row, is there with its trouble and silences nothing.
func scanPlan(r rows, scope account.Scope) (schedule.Entered[spend.Plan], error) {
	e := schedule.Entered[spend.Plan]{Scope: scope}
	var accountText, text string
	var from, to, at, revokedAt int64
	if err := r.Scan(&accountText, &e.ID, &from, &to, &at, &text, &revokedAt, &e.RevokedBy); err != nil {
		return e, err
	}
	e.At, e.RevokedAt = instant(at), instant(revokedAt)
	id, err := parseID(accountText)
	e.AccountID = id
	if err == nil {
		err = unbody(text, plans+" "+e.ID, &e.Word)
	}
	p := e.Word
	row := entry{scope, e.AccountID, e.ID, "", e.At}
	if err == nil && (!(entry{p.Scope, p.AccountID, p.ID, "", p.At}).same(row) || int64(p.From) != from || int64(p.To) != to) {
		err = fmt.Errorf("the stored plan %s is of something else than its row", e.ID)
	}
	if err != nil {
		e.Word, e.Trouble = spend.Plan{}, err
	}
	return e, nil
}
