package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
)

// migrations are numbered, only go forward, and are never edited once they
// were released. Each dialect has its own files under the same numbers.
//
//go:embed migrations
var migrations embed.FS

// versionTable holds the numbers of the migrations that were applied.
const versionTable = "rootwatch_migration"

// migrationsOf are the files of a dialect and the highest number among them.
func migrationsOf(dialect string) (fs.FS, int64, error) {
	files, err := fs.Sub(migrations, "migrations/"+dialect)
	if err != nil {
		return nil, 0, err
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, 0, err
	}
	var newest int64
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return nil, 0, fmt.Errorf("migration %s: %w", name, err)
		}
		newest = max(newest, number)
	}
	return files, newest, nil
}

// migrate brings the schema up to date. Several processes may do so at once:
// who finds that another was faster goes on from there.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, files fs.FS, log *slog.Logger) error {
	provider, err := goose.NewProvider(dialect, db, files, goose.WithTableName(versionTable),
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	for {
		before, target, err := provider.GetVersions(ctx)
		if err != nil {
			return err
		}
		if before >= target {
			return nil
		}
		if _, failed := provider.Up(ctx); failed != nil {
			if now, err := provider.GetDBVersion(ctx); err == nil && now > before {
				continue
			}
			return failed
		}
		log.InfoContext(ctx, "the store's schema was brought up to date", "from", before, "to", target)
	}
}
