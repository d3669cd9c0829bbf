package store

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// TakeRequest implements schedule.Requests.
func (m *memory[Tx]) TakeRequest(ctx context.Context, tx Tx, key string, at time.Time) (bool, error) {
	n, err := m.over(tx).exec(ctx, `INSERT INTO request (key, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, key, micros(at))
	if err != nil {
		return false, fmt.Errorf("remember a request: %w", err)
	}
	return n == 1, nil
}

// TakeSlot implements schedule.Slots.
func (m *memory[Tx]) TakeSlot(ctx context.Context, tx Tx, s schedule.Slot) (bool, error) {
	n, err := m.over(tx).exec(ctx, `INSERT INTO slot (partition, organization, schedule, local, missed, at)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
		s.Partition, s.Organization, s.Schedule, s.Local, flag(s.Missed), micros(s.At))
	if err != nil {
		return false, fmt.Errorf("take the slot %s of %s: %w", s.Local, s.Schedule, err)
	}
	return n == 1, nil
}

const slotColumns = `partition, organization, schedule, local, missed, at`

func scanSlot(r rows) (schedule.Slot, error) {
	var s schedule.Slot
	var missed, at int64
	err := r.Scan(&s.Partition, &s.Organization, &s.Schedule, &s.Local, &missed, &at)
	s.Missed, s.At = missed != 0, instant(at)
	return s, err
}

// LastSlot implements schedule.Slots: the newest by the wall clock, missed
// ones too.
func (m *memory[Tx]) LastSlot(ctx context.Context, scope account.Scope, name string) (schedule.Slot, bool, error) {
	s, found, err := first(ctx, m.read, scanSlot, `SELECT `+slotColumns+` FROM slot
		WHERE partition = ?1 AND organization = ?2 AND schedule = ?3 ORDER BY local DESC LIMIT 1`,
		scope.Partition, scope.Organization, name)
	if err != nil {
		return s, false, fmt.Errorf("read the last slot of %s: %w", name, err)
	}
	return s, found, nil
}

// MissedSlots implements schedule.Slots: oldest first.
func (m *memory[Tx]) MissedSlots(ctx context.Context, scope account.Scope, since time.Time) ([]schedule.Slot, error) {
	missed, err := list(ctx, m.read, scanSlot, `SELECT `+slotColumns+` FROM slot
		WHERE partition = ?1 AND organization = ?2 AND missed = 1 AND at > ?3 ORDER BY local, schedule`,
		scope.Partition, scope.Organization, micros(since))
	if err != nil {
		return nil, fmt.Errorf("read the missed slots: %w", err)
	}
	return missed, nil
}
