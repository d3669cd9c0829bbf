package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// lived is what is read of an account on a day: most of it is as it was the
// day before. It has thirty users, and what AWS dates anew each time is new.
func lived(a account.Account, day int) checks.Case {
	at := fixed.Add(time.Duration(day) * 24 * time.Hour)
	never := account.Use{State: account.UseNever}
	slot := account.AccessKey{Credential: account.Credential{Active: account.No, RotatedAt: never}, LastUsed: never}
	report := account.CredentialReport{GeneratedAt: at.Add(-time.Hour), Root: account.RootRow{
		Password: account.Yes, MFA: account.Yes, PasswordLastUsed: account.Use{State: account.UseAt, At: fixed.Add(-9000 * time.Hour)}, Keys: [2]account.AccessKey{slot, slot}}}
	var who account.Authorization
	for i := range 30 {
		name := fmt.Sprintf("user-%d-of-%s", i, a.ID)
		arn := "arn:aws:iam::" + a.ID.String() + ":user/" + name
		used := account.Use{State: account.UseAt, At: at.Add(-time.Duration(i) * time.Hour)}
		report.Users = append(report.Users, account.UserRow{Name: name, ARN: arn, Password: account.Yes, PasswordLastUsed: used, MFA: account.Yes, Keys: [2]account.AccessKey{slot, slot}})
		who.Users = append(who.Users, account.Principal{Name: name, ARN: arn, Grants: []account.PolicyGrant{{Policy: "arn:aws:iam::aws:policy/AdministratorAccess", Group: "admins", Grant: account.GrantAdmin}}})
	}
	return checks.Case{Policy: checks.DefaultPolicy(), Facts: account.Facts{
		Account: a, ObservedAt: at,
		Summary:          account.Known(account.Summary{account.SummaryMFAEnabled: 1, account.SummaryPasswordPresent: 1, account.SummaryAccessKeysPresent: 0, account.SummarySigningCertificates: 0}),
		CredentialReport: account.Known(report), Authorization: account.Known(who),
		RootEvents:     account.Known(account.RootEvents{Since: at.Add(-90 * 24 * time.Hour), SignInsSince: at.Add(-90 * 24 * time.Hour), Whole: true, Events: []account.RootEvent{}}),
		PasswordPolicy: account.Known[*account.PasswordPolicy](nil), SecurityContact: account.Known[*account.AlternateContact](nil),
	}}
}

// keep saves one day of one account, with what it rests on or without.
func keep(b *testing.B, s interface {
	InTx(context.Context, func(context.Context, *sql.Tx) error) error
	LatestTx(context.Context, *sql.Tx, account.Scope, account.ID) (*checks.Report, error)
	SaveReport(context.Context, *sql.Tx, checks.Report, []checks.Change) (bool, error)
	SaveObservation(context.Context, *sql.Tx, checks.Report, []checks.Answer) error
	SaveRootHistory(context.Context, *sql.Tx, account.Scope, account.ID, checks.History, checks.History) error
}, c checks.Case, whole bool) {
	b.Helper()
	report := checks.Run(c)
	answers, err := c.Answers()
	if err != nil {
		b.Fatal(err)
	}
	err = s.InTx(b.Context(), func(ctx context.Context, tx *sql.Tx) error {
		previous, err := s.LatestTx(ctx, tx, report.Scope, report.AccountID)
		if err != nil {
			return err
		}
		if _, err := s.SaveReport(ctx, tx, report, checks.Compare(previous, &report)); err != nil || !whole {
			return err
		}
		if err := s.SaveObservation(ctx, tx, report, answers); err != nil {
			return err
		}
		return s.SaveRootHistory(ctx, tx, report.Scope, report.AccountID, checks.History{}, checks.History{}.Read(c.Facts))
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkSaveReport is one account's save: the report alone, and with all
// that an auditor asks for. The second says what a day of an account takes on
// the disk, over two months of it.
func BenchmarkSaveReport(b *testing.B) {
	const accounts, days = 20, 61
	for name, whole := range map[string]bool{"alone": false, "whole": true} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "rootwatch.db")
			s := open(b, path)
			all := fleet(b, accounts)
			n := 0
			for b.Loop() {
				keep(b, s, lived(all[n%accounts], n/accounts), whole)
				n++
			}
		})
	}
	b.Run("bytes", func(b *testing.B) {
		for b.Loop() {
			path := filepath.Join(b.TempDir(), "rootwatch.db")
			s := open(b, path)
			for day := range days {
				for _, a := range fleet(b, accounts) {
					keep(b, s, lived(a, day), true)
				}
			}
			if _, err := s.DB().ExecContext(b.Context(), `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
				b.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(info.Size())/accounts/days, "B/account-day")
		}
	})
}
