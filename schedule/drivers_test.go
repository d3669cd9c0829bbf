package schedule

import (
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// The engine is one for every driver of River: that it builds over Postgres,
// too, keeps SQLite's ways out of it.
var _ = open[*riverpgxv5.Driver, pgx.Tx]
