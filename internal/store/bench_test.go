package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/store/storetest"
	"rootwatch/schedule"
)

var fixed = storetest.Now()

// fleet is n accounts of acme.
func fleet(b *testing.B, n int) []account.Account {
	b.Helper()
	var all []account.Account
	for i := range n {
		id, err := account.ParseID(fmt.Sprintf("1%011d", i))
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, account.Account{Scope: acme, ID: id, Name: fmt.Sprintf("account-%d", i), State: account.Active})
	}
	return all
}

// BenchmarkSaveSheet restates a day of 5,000 accounts with ten services each.
func BenchmarkSaveSheet(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "rootwatch.db"))
	day := spend.DayOf(fixed) - 1
	sheet := spend.Sheet{From: day, To: day, ObservedAt: fixed}
	for _, a := range fleet(b, 5000) {
		for service := range 10 {
			sheet.Charges = append(sheet.Charges, spend.Charge{
				Key: spend.Key{Account: a.ID, Service: fmt.Sprintf("Amazon Service Number %d", service)}, Day: day,
				Category: spend.Usage, Amount: decimal.New(int64(service)*1234567, -5), Currency: "USD",
			})
		}
	}
	b.ReportMetric(float64(len(sheet.Charges)), "charges")
	for b.Loop() {
		sheet.ObservedAt = sheet.ObservedAt.Add(time.Second)
		for i := range sheet.Charges { // every account is another
			sheet.Charges[i].Amount = sheet.Charges[i].Amount.Add(decimal.New(1, -5))
		}
		err := s.InTx(b.Context(), func(ctx context.Context, tx *sql.Tx) error { return s.SaveSheet(ctx, tx, acme, sheet) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLedgers reads 400 days of 200 accounts with ten services, each day
// in two revisions, and says how many bytes on the disk that is for each
// account and day.
func BenchmarkLedgers(b *testing.B) {
	path := filepath.Join(b.TempDir(), "rootwatch.db")
	s := open(b, path)
	accounts, to := fleet(b, 200), spend.DayOf(fixed)-1
	for day := to - 399; day <= to; day++ {
		for later := range 2 {
			sheet := spend.Sheet{From: day, To: day, ObservedAt: (day + 1 + spend.Day(later)).Time().Add(6 * time.Hour)}
			for i, a := range accounts {
				for service := range 10 {
					sheet.Charges = append(sheet.Charges, spend.Charge{
						Key: spend.Key{Account: a.ID, Service: fmt.Sprintf("Amazon Service Number %d", service), Region: "eu-west-1"}, Day: day,
						Category: spend.Usage, Amount: decimal.New(int64(service+1)*(12345678901+int64(i)*int64(day)+int64(later)), -10), Currency: "USD",
					})
				}
			}
			if err := s.InTx(b.Context(), func(ctx context.Context, tx *sql.Tx) error { return s.SaveSheet(ctx, tx, acme, sheet) }); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for l, err := range s.Ledgers(b.Context(), acme, account.ID{}, to-399, to) {
			if err != nil || len(l.Looks) != 401 {
				b.Fatal(len(l.Looks), err)
			}
			n++
		}
		if n != len(accounts) {
			b.Fatalf("%d ledgers", n)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N*len(accounts))*1e3, "ms/account")
	if _, err := s.DB().ExecContext(b.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err == nil {
		if info, err := os.Stat(path); err == nil {
			b.ReportMetric(float64(info.Size())/float64(len(accounts)*400), "B/account-day")
		}
	}
}

// BenchmarkLatestAll reads 5,000 reports of about 5 kB.
func BenchmarkLatestAll(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "rootwatch.db"))
	accounts := fleet(b, 5000)
	err := s.InTx(b.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if err := s.CreateRun(ctx, tx, schedule.Run{ID: "r", Scope: acme, All: true, CreatedAt: fixed}); err != nil {
			return err
		}
		if _, err := s.AddAccounts(ctx, tx, "r", accounts); err != nil {
			return err
		}
		for _, a := range accounts {
			if _, err := s.SaveReport(ctx, tx, large(a), nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range s.LatestAll(b.Context(), acme) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != len(accounts) {
			b.Fatalf("%d reports, want %d", n, len(accounts))
		}
	}
}

// large is a report with ten findings.
func large(a account.Account) checks.Report {
	r := checks.Report{Scope: acme, AccountID: a.ID, AccountName: a.Name, State: a.State, ObservedAt: fixed}
	for i := range 10 {
		f := checks.Finding{CheckID: fmt.Sprintf("check-%d", i), Title: "Root has what it should have, and nothing beside it",
			Status: checks.Pass, Severity: checks.High, Summary: "The summary of the account says so, and the credential report agrees.",
			FirstSeen: fixed, LastKnown: checks.Pass, LastKnownSince: fixed.Add(-time.Hour)}
		for j := range 2 {
			f.Evidence = append(f.Evidence, checks.Evidence{Name: fmt.Sprintf("AccountMFAEnabled%d", j), Value: "1", Source: "iam:GetAccountSummary"})
		}
		r.Findings = append(r.Findings, f)
	}
	return r
}
