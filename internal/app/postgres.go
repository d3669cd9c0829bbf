package app

import (
	"context"

	"rootwatch/internal/store"
	"rootwatch/schedule"
)

// postgresRooms are those of a database that several processes share: all that
// serve work its jobs. A command works its own questions where none serves.
type postgresRooms struct{ *store.Postgres }

func (p postgresRooms) claim(ctx context.Context, serve bool) (bool, error) {
	if serve {
		return true, nil
	}
	serving, err := p.Serving(ctx)
	return !serving, err
}

func (p postgresRooms) engine(ctx context.Context, o schedule.Options) (Engine, error) {
	return schedule.OpenPostgres(ctx, p.Pool(), p.Postgres, o)
}
