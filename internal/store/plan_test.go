package store_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"rootwatch/checks/account"
	"rootwatch/internal/store"
	"rootwatch/internal/store/pgtest"
)

// The bill of an account is found by a key, on tables of which the engine has
// no statistics as well: there Postgres read every charge that the
// organization ever had.
func TestBillOfAnAccountIsFoundByAKey(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	query := store.AccountsQuery
	for mark, value := range map[string]string{"?1": "'aws'", "?2": "'acme'", "?3": "20020", "?4": "20050", "?5": "'" + id.String() + "'", "?6": "'" + id.String() + "'"} {
		query = strings.ReplaceAll(query, mark, value)
	}
	t.Run("SQLite", func(t *testing.T) {
		s := open(t, filepath.Join(t.TempDir(), "rootwatch.db"))
		rows, err := s.DB().QueryContext(t.Context(), `EXPLAIN QUERY PLAN `+query) //nolint:rowserrcheck // planned does
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		planned(t, rows, func() (step string, err error) {
			var node, parent, unused sql.NullInt64
			return step, rows.Scan(&node, &parent, &unused, &step)
		}, "SEARCH c USING PRIMARY KEY (partition=? AND organization=? AND day=? AND account>? AND account<?)")
	})
	t.Run("Postgres", func(t *testing.T) {
		s := openPostgres(t, pgtest.URL(t))
		inPostgres(t, s, `INSERT INTO bill_day SELECT 'aws', 'acme', d, 0, 0 FROM generate_series(20000, 20059) d`)
		inPostgres(t, s, `INSERT INTO bill_account_day SELECT 'aws', 'acme', d, lpad(a::text, 12, '0'), n, '\x01'
			FROM generate_series(20000, 20059) d, generate_series(1, 100) a, generate_series(1, 5) n`)
		rows, err := s.Pool().Query(t.Context(), `EXPLAIN (COSTS OFF) `+query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		planned(t, rows, func() (step string, err error) { return step, rows.Scan(&step) }, "bill_account_day_pkey")
	})
}

// planned holds a plan to one way to the charges.
func planned(t *testing.T, rows interface {
	Next() bool
	Err() error
}, scan func() (string, error), way string) {
	t.Helper()
	var plan []string
	for rows.Next() {
		step, err := scan()
		if err != nil {
			t.Fatal(err)
		}
		plan = append(plan, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(plan, "\n")
	if !strings.Contains(all, way) || strings.Contains(all, "SCAN c") || strings.Contains(all, "Seq Scan") {
		t.Errorf("the plan is\n%s", all)
	}
}
