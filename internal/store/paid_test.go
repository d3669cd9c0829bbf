package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// BenchmarkTypicalDay reads what one of 5,000 accounts cost in 56 days, and
// what credits took off it: once for each account of a sweep.
func BenchmarkTypicalDay(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "rootwatch.db"))
	accounts, to := fleet(b, 5000), spend.DayOf(fixed)-2
	for day := to - 55; day <= to; day++ {
		sheet := spend.Sheet{From: day, To: day, ObservedAt: fixed}
		for _, a := range accounts {
			for service := range 4 {
				sheet.Charges = append(sheet.Charges, spend.Charge{
					Key: spend.Key{Account: a.ID, Service: fmt.Sprintf("Amazon Service Number %d", service)}, Day: day,
					Category: spend.Usage, Amount: decimal.New(int64(service+1)*1234567, -5), Currency: "USD",
				})
			}
		}
		if err := s.InTx(b.Context(), func(ctx context.Context, tx *sql.Tx) error { return s.SaveSheet(ctx, tx, acme, sheet) }); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		h, err := s.History(b.Context(), acme, accounts[4321].ID, to-55, to)
		if err != nil || len(h.Series) != 4 {
			b.Fatal(len(h.Series), err)
		}
		if _, err := s.Credits(b.Context(), acme, accounts[4321].ID, to-55, to); err != nil {
			b.Fatal(err)
		}
	}
}
