package app

import (
	"context"
	"fmt"

	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// sqliteRooms are those of one file: one process at a time works its jobs.
type sqliteRooms struct{ *store.SQLite }

func (s sqliteRooms) claim(ctx context.Context, serve bool) (bool, error) {
	locked, err := s.Lock(ctx)
	switch {
	case err != nil:
		return false, err
	case locked:
		return true, s.ResetRunning(ctx)
	case serve:
		return false, fmt.Errorf("the store %s is in use by another process (a second `rootwatch serve`?): one process works a SQLite store at a time", s.Path())
	}
	return false, nil
}

func (s sqliteRooms) engine(ctx context.Context, o schedule.Options) (Engine, error) {
	return schedule.OpenSQLite(ctx, s.DB(), s.SQLite, o)
}
