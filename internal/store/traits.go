package store

import (
	"context"
	"fmt"
	"time"
)

// Trait implements slack.Traits.
func (m *memory[Tx]) Trait(ctx context.Context, team, name string) (time.Time, error) {
	at, _, err := first(ctx, m.read, column[int64],
		`SELECT learned_at FROM workspace_trait WHERE team = ?1 AND trait = ?2`, team, name)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the trait %s of workspace %s: %w", name, team, err)
	}
	return instant(at), nil
}

// SetTrait implements slack.Traits. It begins its own transaction and must not
// be called inside InTx.
func (m *memory[Tx]) SetTrait(ctx context.Context, team, name string, at time.Time) error {
	err := m.inOwn(ctx, func(ctx context.Context, c conn) error {
		if at.IsZero() {
			_, err := c.exec(ctx, `DELETE FROM workspace_trait WHERE team = ?1 AND trait = ?2`, team, name)
			return err
		}
		_, err := c.exec(ctx, `INSERT INTO workspace_trait (team, trait, learned_at) VALUES (?1, ?2, ?3)
			ON CONFLICT (team, trait) DO UPDATE SET learned_at = excluded.learned_at`, team, name, micros(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("remember the trait %s of workspace %s: %w", name, team, err)
	}
	return nil
}
