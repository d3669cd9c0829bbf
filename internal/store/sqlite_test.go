package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"rootwatch/internal/store"
	"rootwatch/internal/store/storetest"
	"rootwatch/schedule"
)

func TestSQLiteConforms(t *testing.T) {
	storetest.Conformance(t, func(t *testing.T) schedule.Memory[*sql.Tx] {
		return open(t, filepath.Join(t.TempDir(), "rootwatch.db"))
	})
}

// open opens a store and closes it when the test ends.
func open(t testing.TB, path string) *store.SQLite {
	t.Helper()
	s, err := store.OpenSQLite(t.Context(), store.Options{Path: path, Now: storetest.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
