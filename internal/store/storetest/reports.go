package storetest

import (
	"context"
	"fmt"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func report(id, name string, at time.Time) checks.Report {
	return checks.Report{
		Scope: acme, AccountID: accountID(id), AccountName: name, State: account.Active, ObservedAt: at,
		Coverage: checks.Coverage{State: checks.PartlyRead, Gaps: []account.Gap{{Call: "iam:GetAccountSummary", Cause: account.Denied}}},
		Findings: []checks.Finding{{
			CheckID: "root-mfa", Title: "Root has MFA", Status: checks.Fail, Severity: checks.Critical, Summary: "It has none.",
			Evidence:  []checks.Evidence{{Name: "AccountMFAEnabled", Value: "0", Source: "iam:GetAccountSummary"}},
			FirstSeen: at.Add(-time.Hour), TimesReopened: 2, LastKnown: checks.Fail, LastKnownSince: at, EverFailed: true,
		}},
	}
}

func change(id string, kind checks.ChangeKind, at time.Time) checks.Change {
	return checks.Change{Scope: acme, AccountID: accountID(id), AccountName: "n", CheckID: "root-mfa", Kind: kind,
		Severity: checks.Critical, Summary: "It has none.", At: at}
}

func (s *suite[Tx]) save(r checks.Report, changes ...checks.Change) bool {
	s.Helper()
	return write(s, func(ctx context.Context, tx Tx) (bool, error) { return s.m.SaveReport(ctx, tx, r, changes) })
}

func (s *suite[Tx]) latest(scope account.Scope, id account.ID) *checks.Report {
	s.Helper()
	r, err := s.m.Latest(s.Context(), scope, id)
	return get(s, r, err)
}

func (s *suite[Tx]) changes(since, until time.Time) []checks.Change {
	s.Helper()
	c, err := s.m.Changes(s.Context(), acme, since, until)
	return get(s, c, err)
}

func reportRoundTrip[Tx any](s *suite[Tx]) {
	want := report("111122223333", "prod", Now().Add(123456789*time.Nanosecond))
	same(s, "before", s.latest(acme, want.AccountID), (*checks.Report)(nil))
	same(s, "saved", s.save(want), true)
	same(s, "report", s.latest(acme, want.AccountID), &want)
	for _, scope := range []account.Scope{other, gov} {
		same(s, "in "+scope.Partition+" "+scope.Organization, s.latest(scope, want.AccountID), (*checks.Report)(nil))
	}
	newer := report("111122223333", "renamed", Now().Add(time.Second))
	same(s, "a newer one", s.save(newer), true)
	same(s, "report", s.latest(acme, want.AccountID), &newer)
}

func reportOlder[Tx any](s *suite[Tx]) {
	newer := report("111122223333", "prod", Now())
	s.save(newer, change("111122223333", checks.Opened, Now()))
	older := report("111122223333", "before", Now().Add(-time.Millisecond))
	same(s, "saved", s.save(older, change("111122223333", checks.Resolved, older.ObservedAt)), false)
	same(s, "report", s.latest(acme, newer.AccountID), &newer)
	same(s, "changes", s.changes(time.Time{}, Now()), []checks.Change{change("111122223333", checks.Opened, Now())})
}

func reportTwice[Tx any](s *suite[Tx]) {
	r := report("111122223333", "prod", Now())
	opened := change("111122223333", checks.Opened, Now())
	same(s, "first", s.save(r, opened), true)
	same(s, "again", s.save(r, opened), true)
	same(s, "changes", s.changes(time.Time{}, Now()), []checks.Change{opened})
}

func reportInside[Tx any](s *suite[Tx]) {
	r := report("111122223333", "prod", Now())
	s.tx(func(ctx context.Context, tx Tx) error {
		before, err := s.m.LatestTx(ctx, tx, acme, r.AccountID)
		if err != nil {
			return err
		}
		same(s, "before", before, (*checks.Report)(nil))
		if _, err := s.m.SaveReport(ctx, tx, r, nil); err != nil {
			return err
		}
		after, err := s.m.LatestTx(ctx, tx, acme, r.AccountID)
		same(s, "its own write", after, &r)
		same(s, "what the others see", s.latest(acme, r.AccountID), (*checks.Report)(nil))
		return err
	})
}

func reportAll[Tx any](s *suite[Tx]) {
	const n = 450 // more than two pages
	var accounts []account.Account
	var want []string
	for i := n; i > 0; i-- {
		accounts = append(accounts, some(fmt.Sprintf("1%011d", i))...)
	}
	s.sweep("r", true, accounts)
	s.tx(func(ctx context.Context, tx Tx) error {
		for _, a := range accounts[1:] { // the last one by id was never checked
			if _, err := s.m.SaveReport(ctx, tx, report(a.ID.String(), a.Name, Now()), nil); err != nil {
				return err
			}
		}
		_, err := s.m.SaveReport(ctx, tx, report("999988887777", "left the organization", Now()), nil)
		return err
	})
	for i := 1; i < n; i++ {
		want = append(want, fmt.Sprintf("1%011d", i))
	}
	var got []string
	for r, err := range s.m.LatestAll(s.Context(), acme) {
		if err != nil {
			s.Fatal(err)
		}
		got = append(got, r.AccountID.String())
		if len(got) == 210 { // in the middle of a page nothing holds the store
			s.save(report("100000000001", "written meanwhile", Now().Add(time.Second)))
		}
	}
	same(s, "accounts", got, want)
	for r, err := range s.m.LatestAll(s.Context(), other) {
		s.Errorf("another organization has reports: %v %v", r, err)
	}
	first := 0
	for _, err := range s.m.LatestAll(s.Context(), acme) {
		if err != nil {
			s.Error(err)
		}
		first++
		break
	}
	same(s, "a consumer that stops", first, 1)
}

func changesBetween[Tx any](s *suite[Tx]) {
	at := func(minutes int) time.Time { return Now().Add(time.Duration(minutes) * time.Minute) }
	all := []checks.Change{
		change("111122223333", checks.Opened, at(0)),
		change("222222222222", checks.WentDark, at(1)),
		change("111122223333", checks.Resolved, at(2)),
		change("222222222222", checks.CameBack, at(3)),
	}
	s.save(report("222222222222", "b", at(3)), all[3], all[1])
	s.save(report("111122223333", "a", at(2)), all[2], all[0])
	same(s, "oldest first", s.changes(time.Time{}, at(9)), all)
	same(s, "since is left out, until is in", s.changes(at(0), at(2)), all[1:3])
	same(s, "none", s.changes(at(3), at(9)), nil)
	foreign, err := s.m.Changes(s.Context(), other, time.Time{}, at(9))
	same(s, "another organization", get(s, foreign, err), nil)
}
