package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// Lease is how long a claim keeps others off a delivery: longer than who made
// it may still speak, which is 10 s.
const Lease = 15 * time.Second

// Plan implements schedule.Outbox. Revisions begin with 1, whatever m says. A
// message that is byte for byte the newest one is no new revision. A new
// revision makes a sent or failed row planned; one that is being sent, or
// whose outcome is unknown, is settled first. PlannedAt stays that of the
// first plan (the store's clock where m has none).
func (m *memory[Tx]) Plan(ctx context.Context, tx Tx, scope account.Scope, out bot.Outgoing, parentKey string) (int64, error) {
	text, err := bot.Marshal(out.Message)
	if err != nil {
		return 0, fmt.Errorf("plan %s: %w", out.Key, err)
	}
	responseURL, address, err := splitAddress(&out.Address)
	if err != nil {
		return 0, fmt.Errorf("plan %s: %w", out.Key, err)
	}
	thread, err := body(out.Thread)
	if err != nil {
		return 0, fmt.Errorf("plan %s: %w", out.Key, err)
	}
	plannedAt := out.PlannedAt
	if plannedAt.IsZero() {
		plannedAt = m.now()
	}
	id, _, err := first(ctx, m.over(tx), column[int64], `INSERT INTO delivery (partition, organization, key, response_url, address,
			parent_key, thread, planned_at, state, revision, sent_revision, claimed_by, claimed_at, claimed_revision,
			ref, problem, sent_at, kind, body)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'planned', 1, 0, 0, 0, 0, '{}', '', 0, ?9, ?10)
		ON CONFLICT (partition, organization, key) DO UPDATE SET
			revision = delivery.revision + 1,
			state    = CASE WHEN delivery.state IN ('sent', 'failed') THEN 'planned' ELSE delivery.state END,
			problem  = CASE WHEN delivery.state IN ('sent', 'failed') THEN '' ELSE delivery.problem END,
			kind     = excluded.kind,
			body     = excluded.body
		WHERE delivery.body <> excluded.body
		RETURNING id`, scope.Partition, scope.Organization, out.Key, responseURL, address,
		parentKey, thread, micros(plannedAt), bot.Kind(out.Message), string(text))
	if err == nil && id == 0 { // the same message again
		id, _, err = first(ctx, m.over(tx), column[int64],
			`SELECT id FROM delivery WHERE partition = ?1 AND organization = ?2 AND key = ?3`,
			scope.Partition, scope.Organization, out.Key)
	}
	if err != nil {
		return 0, fmt.Errorf("plan %s: %w", out.Key, err)
	}
	return id, nil
}

// claim is a delivery with who is at it.
type claim struct {
	schedule.Delivery
	by int64
	at time.Time
}

// Claim implements schedule.Outbox. by is any number but 0. A failed row can be claimed too: a person
// may have mended what refused it. A claim from the future is none, so that a
// clock that is put back does not hold a message for as long. It begins its
// own transaction and must not be called inside InTx.
func (m *memory[Tx]) Claim(ctx context.Context, id, by int64, now time.Time) (d schedule.Delivery, claimed bool, err error) {
	err = m.inOwn(ctx, func(ctx context.Context, c conn) error {
		was, found, err := first(ctx, c, scanClaim, `SELECT `+deliveryColumns+` FROM delivery WHERE id = ?1`+m.rowLock, id)
		if err != nil {
			return err
		}
		if !found {
			return missing("delivery", fmt.Sprint(id))
		}
		d = was.Delivery
		held := was.by != 0 && was.by != by && now.Sub(was.at).Abs() < Lease
		if held || d.SentRevision >= d.Revision {
			return nil
		}
		_, err = c.exec(ctx, `UPDATE delivery SET state = ?2, claimed_by = ?3, claimed_at = ?4, claimed_revision = revision
			WHERE id = ?1`, id, string(schedule.Sending), by, micros(now))
		claimed = err == nil
		return err
	})
	if err != nil {
		return schedule.Delivery{}, false, fmt.Errorf("claim delivery %d: %w", id, err)
	}
	return d, claimed, nil
}

// MarkSent implements schedule.Outbox, and lets the claim go.
func (m *memory[Tx]) MarkSent(ctx context.Context, tx Tx, id int64, revision int, ref bot.Ref, at time.Time) error {
	text, err := body(ref)
	if err != nil {
		return err
	}
	n, err := m.over(tx).exec(ctx, `UPDATE delivery SET ref = ?3, sent_at = ?4, problem = '', claimed_by = 0, claimed_at = 0,
			sent_revision = CASE WHEN sent_revision > ?2 THEN sent_revision ELSE ?2 END,
			state = CASE WHEN revision > ?2 AND revision > sent_revision THEN 'planned' ELSE 'sent' END
		WHERE id = ?1`, id, revision, text, micros(at))
	if err != nil {
		return fmt.Errorf("mark delivery %d as sent: %w", id, err)
	}
	if n == 0 {
		return missing("delivery", fmt.Sprint(id))
	}
	return nil
}

// MarkState implements schedule.Outbox, and lets the claim go. A row fails
// only in the revision that was tried: where a newer one came meanwhile, it is
// planned and keeps the problem. Sent is for MarkSent alone.
func (m *memory[Tx]) MarkState(ctx context.Context, tx Tx, id int64, state schedule.DeliveryState, problem string) error {
	if state == schedule.Sent {
		return errors.New("only MarkSent says that a delivery was sent")
	}
	n, err := m.over(tx).exec(ctx, `UPDATE delivery SET problem = ?3, claimed_by = 0, claimed_at = 0,
			state = CASE WHEN ?2 = 'failed' AND claimed_by <> 0 AND revision > claimed_revision THEN 'planned' ELSE ?2 END
		WHERE id = ?1`, id, string(state), problem)
	if err != nil {
		return fmt.Errorf("mark delivery %d as %s: %w", id, state, err)
	}
	if n == 0 {
		return missing("delivery", fmt.Sprint(id))
	}
	return nil
}

// Delivery implements schedule.Outbox.
func (m *memory[Tx]) Delivery(ctx context.Context, scope account.Scope, key string) (schedule.Delivery, bool, error) {
	d, found, err := first(ctx, m.read, scanClaim, `SELECT `+deliveryColumns+` FROM delivery
		WHERE partition = ?1 AND organization = ?2 AND key = ?3`, scope.Partition, scope.Organization, key)
	if err != nil {
		return schedule.Delivery{}, false, fmt.Errorf("read the delivery %s: %w", key, err)
	}
	return d.Delivery, found, nil
}

// Undelivered implements schedule.Outbox.
func (m *memory[Tx]) Undelivered(ctx context.Context) (map[schedule.DeliveryState]int, error) {
	counts := map[schedule.DeliveryState]int{}
	err := each(ctx, m.read, func(r rows) error {
		var state string
		var n int
		err := r.Scan(&state, &n)
		counts[schedule.DeliveryState(state)] = n
		return err
	}, `SELECT state, COUNT(*) FROM delivery WHERE state <> 'sent' GROUP BY state`)
	if err != nil {
		return nil, fmt.Errorf("count the undelivered messages: %w", err)
	}
	return counts, nil
}

const deliveryColumns = `id, partition, organization, key, response_url, address, parent_key, thread, planned_at,
	state, revision, sent_revision, claimed_by, claimed_at, ref, problem, sent_at, body`

func scanClaim(r rows) (claim, error) {
	var c claim
	d := &c.Delivery
	var responseURL, address, thread, state, ref, text string
	var plannedAt, claimedAt, sentAt int64
	err := r.Scan(&d.ID, &d.Partition, &d.Organization, &d.Key, &responseURL, &address, &d.ParentKey, &thread, &plannedAt,
		&state, &d.Revision, &d.SentRevision, &c.by, &claimedAt, &ref, &d.Problem, &sentAt, &text)
	if err != nil {
		return c, err
	}
	d.State, d.PlannedAt, d.SentAt, c.at = schedule.DeliveryState(state), instant(plannedAt), instant(sentAt), instant(claimedAt)
	to, err := joinAddress(responseURL, address)
	if err != nil {
		return c, err
	}
	if to != nil {
		d.Address = *to
	}
	if err := unbody(thread, "thread of "+d.Key, &d.Thread); err != nil {
		return c, err
	}
	if err := unbody(ref, "reference of "+d.Key, &d.Ref); err != nil {
		return c, err
	}
	d.Message, err = bot.Unmarshal([]byte(text))
	return c, err
}
