package storetest

import (
	"context"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func use(at time.Time, kind checks.RootUseKind) checks.RootUse {
	return checks.RootUse{At: at, Kind: kind}
}

func (s *suite[Tx]) learn(id string, before, after checks.History) {
	s.Helper()
	s.tx(func(ctx context.Context, tx Tx) error {
		return s.m.SaveRootHistory(ctx, tx, acme, accountID(id), before, after)
	})
}

func (s *suite[Tx]) rootHistory(scope account.Scope, id string, from time.Time) checks.History {
	s.Helper()
	h, err := s.m.RootHistory(s.Context(), scope, accountID(id), from)
	return get(s, h, err)
}

func rootUses[Tx any](s *suite[Tx]) {
	const one, two = "111122223333", "444455556666"
	at := func(days int) time.Time { return Now().Add(-time.Duration(days) * 24 * time.Hour) }
	same(s, "before", s.rootHistory(acme, one, time.Time{}), checks.History{})
	first := checks.History{Since: at(90), Last: at(1), RootUses: []checks.RootUse{
		use(at(40), checks.UsedPassword), use(at(10), checks.UsedKey1), use(at(10), checks.RootUseKind(account.RootSoftware))}}
	s.learn(one, checks.History{}, first)
	s.learn(one, checks.History{}, first) // whoever read before it was saved saves it again
	want := first
	want.RootUses = []checks.RootUse{first.RootUses[0], first.RootUses[1], first.RootUses[2]}
	same(s, "history", s.rootHistory(acme, one, time.Time{}), want)
	s.learn(one, first, checks.History{Since: at(90), Last: at(0), RootUses: append(append([]checks.RootUse{}, first.RootUses...), use(at(0), checks.UsedPassword))})
	same(s, "one more", len(s.rootHistory(acme, one, time.Time{}).RootUses), 4)
	same(s, "from an instant on, with it", len(s.rootHistory(acme, one, at(10)).RootUses), 3)
	s.learn(two, checks.History{}, checks.History{RootUses: []checks.RootUse{use(at(3), checks.UsedKey2)}})
	same(s, "a reading that was not whole", s.rootHistory(acme, two, time.Time{}), checks.History{RootUses: []checks.RootUse{use(at(3), checks.UsedKey2)}})
	all, err := s.m.RootUses(s.Context(), acme, at(10))
	same(s, "of all accounts", get(s, all, err), map[account.ID][]checks.RootUse{
		accountID(one): {first.RootUses[1], first.RootUses[2], use(at(0), checks.UsedPassword)}, accountID(two): {use(at(3), checks.UsedKey2)}})
	for _, scope := range []account.Scope{other, gov} {
		same(s, "in another organization", s.rootHistory(scope, one, time.Time{}), checks.History{})
		none, err := s.m.RootUses(s.Context(), scope, time.Time{})
		same(s, "of all accounts in another organization", get(s, none, err), nil)
	}
}

func rootHistoryOlder[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	newer := checks.History{Since: Now().Add(-100 * time.Hour), Last: Now()}
	s.learn(id, checks.History{}, newer)
	s.learn(id, checks.History{}, checks.History{Since: Now().Add(-200 * time.Hour), Last: Now().Add(-time.Hour)})
	same(s, "history", s.rootHistory(acme, id, time.Time{}), newer)
}

func accountChanges[Tx any](s *suite[Tx]) {
	const one, two = "111122223333", "444455556666"
	at := func(minutes int) time.Time { return Now().Add(time.Duration(minutes) * time.Minute) }
	s.save(report(one, "a", at(2)), change(one, checks.Opened, at(0)), change(one, checks.Resolved, at(1)), change(one, checks.Opened, at(2)))
	s.save(report(two, "b", at(2)), change(two, checks.Opened, at(1)))
	got, err := s.m.AccountChanges(s.Context(), acme, accountID(one), at(0), at(1))
	same(s, "after since, up to until, of the account alone", get(s, got, err), []checks.Change{change(one, checks.Resolved, at(1))})
	got, err = s.m.AccountChanges(s.Context(), acme, accountID(one), time.Time{}, at(9))
	same(s, "all", len(get(s, got, err)), 3)
	got, err = s.m.AccountChanges(s.Context(), other, accountID(one), time.Time{}, at(9))
	same(s, "in another organization", get(s, got, err), nil)
}

func forgetRootUses[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	h := checks.History{Since: Now().Add(-500 * 24 * time.Hour), Last: Now(), RootUses: []checks.RootUse{
		use(Now().Add(-397*24*time.Hour), checks.UsedPassword), use(Now().Add(-395*24*time.Hour), checks.UsedPassword)}}
	s.learn(id, checks.History{}, h)
	s.prune(Now().Add(-48 * time.Hour))
	h.RootUses = h.RootUses[1:]
	same(s, "history", s.rootHistory(acme, id, time.Time{}), h)
}
