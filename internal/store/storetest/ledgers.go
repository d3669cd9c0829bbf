package storetest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// readOn is bill as it was read at an hour of a day.
func readOn(on string, hour int, sheet spend.Sheet) spend.Sheet {
	sheet.ObservedAt = day(on).Time().Add(time.Duration(hour) * time.Hour)
	return sheet
}

func in(region string, c spend.Charge) spend.Charge {
	c.Region = region
	return c
}

// ledgersOf collects ledgers, and errors by account.
func (s *suite[Tx]) ledgersOf(id account.ID, from, to string) (all []spend.Ledger, errs map[account.ID]string) {
	s.Helper()
	errs = map[account.ID]string{}
	for l, err := range s.m.Ledgers(s.Context(), acme, id, day(from), day(to)) {
		if err != nil {
			errs[l.Account] = err.Error()
			continue
		}
		all = append(all, l)
	}
	return all, errs
}

func days(from, to string) []spend.Day {
	var all []spend.Day
	for d := day(from); d <= day(to); d++ {
		all = append(all, d)
	}
	return all
}

func newest[Tx any](s *suite[Tx]) {
	first := bill("2026-11-18", "2026-11-19",
		in("eu-west-1", charge("111122223333", "Amazon S3", "2026-11-18", "1.50")),
		categorized(charge("111122223333", "Support fee", "2026-11-18", "29"), spend.Fee))
	first.Estimated = map[spend.Day]bool{day("2026-11-19"): true}
	s.sheet(acme, readOn("2026-11-20", 6, first))
	s.sheet(acme, readOn("2026-11-21", 6, bill("2026-11-19", "2026-11-19", in("eu-west-1", charge("111122223333", "Amazon S3", "2026-11-19", "0.000000000001234")))))
	sheets, err := s.m.Newest(s.Context(), acme, day("2026-11-10"), day("2026-11-20"))
	want := []spend.Sheet{
		readOn("2026-11-20", 6, bill("2026-11-18", "2026-11-18", categorized(charge("111122223333", "Support fee", "2026-11-18", "29"), spend.Fee),
			in("eu-west-1", charge("111122223333", "Amazon S3", "2026-11-18", "1.5")))),
		readOn("2026-11-21", 6, bill("2026-11-19", "2026-11-19", in("eu-west-1", charge("111122223333", "Amazon S3", "2026-11-19", "0.000000000001234")))),
	}
	got := get(s, sheets, err)
	for i := range got {
		same(s, "estimated", got[i].Estimated[got[i].From], false)
		got[i].Estimated = nil
		slices.SortFunc(got[i].Charges, func(a, b spend.Charge) int { return cmpText(string(a.Category), string(b.Category)) })
	}
	same(s, "sheets", got, want)
	at, err := s.m.ReadAt(s.Context(), acme, day("2026-11-10"), day("2026-11-20"))
	same(s, "read at", get(s, at, err), map[spend.Day]time.Time{day("2026-11-18"): want[0].ObservedAt, day("2026-11-19"): want[1].ObservedAt})
}

func cmpText(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func ledgers[Tx any](s *suite[Tx]) {
	const id = "111122223333"
	s3 := func(on, amount string) spend.Charge { return in("eu-west-1", charge(id, "Amazon S3", on, amount)) }
	s.sheet(acme, readOn("2026-11-19", 6, bill("2026-11-16", "2026-11-18",
		s3("2026-11-16", "1"), s3("2026-11-17", "1"), s3("2026-11-18", "0.5"),
		in("us-east-1", charge(id, "AWS Lambda", "2026-11-18", "3")),
		categorized(charge(id, "", "2026-11-18", "-100"), spend.Credit))))
	// The same day again: what is newest at its end counts.
	s.sheet(acme, readOn("2026-11-20", 6, bill("2026-11-18", "2026-11-19", s3("2026-11-18", "7"), s3("2026-11-19", "0.4"))))
	s.sheet(acme, readOn("2026-11-20", 9, bill("2026-11-18", "2026-11-19", s3("2026-11-18", "1"), s3("2026-11-19", "0.6"))))
	// Nothing is new of the 18th but another credit.
	s.sheet(acme, readOn("2026-11-21", 6, bill("2026-11-18", "2026-11-20", s3("2026-11-18", "1"), s3("2026-11-19", "1"), s3("2026-11-20", "0.5"),
		categorized(charge(id, "", "2026-11-18", "-90"), spend.Credit))))
	change := func(service, region, on string, value float64) spend.Amount {
		return spend.Amount{Service: service, Region: region, Day: day(on), Value: value}
	}
	want := []spend.Ledger{{Account: accountID(id), Currency: "USD", Looks: []spend.Look{
		{Observed: day("2026-11-19"), Read: days("2026-11-16", "2026-11-18"), Changes: []spend.Amount{
			change("Amazon S3", "eu-west-1", "2026-11-16", 1), change("Amazon S3", "eu-west-1", "2026-11-17", 1),
			change("AWS Lambda", "us-east-1", "2026-11-18", 3), change("Amazon S3", "eu-west-1", "2026-11-18", 0.5)}},
		{Observed: day("2026-11-20"), Read: days("2026-11-18", "2026-11-19"), Changes: []spend.Amount{
			change("AWS Lambda", "us-east-1", "2026-11-18", 0), change("Amazon S3", "eu-west-1", "2026-11-18", 1),
			change("Amazon S3", "eu-west-1", "2026-11-19", 0.6)}},
		{Observed: day("2026-11-21"), Read: days("2026-11-18", "2026-11-20"), Changes: []spend.Amount{
			change("Amazon S3", "eu-west-1", "2026-11-19", 1), change("Amazon S3", "eu-west-1", "2026-11-20", 0.5)}},
	}}}
	sorted := func(all []spend.Ledger) []spend.Ledger {
		for _, l := range all {
			for _, look := range l.Looks {
				slices.SortFunc(look.Changes, func(a, b spend.Amount) int {
					return cmpText(a.Day.String()+a.Service, b.Day.String()+b.Service)
				})
			}
		}
		return all
	}
	for what, whose := range map[string]account.ID{"all": nobody, "one": accountID(id)} {
		got, errs := s.ledgersOf(whose, "2026-11-01", "2026-11-20")
		same(s, what+": errors", errs, map[account.ID]string{})
		same(s, what, sorted(got), sorted(want))
	}
	got, _ := s.ledgersOf(nobody, "2026-11-20", "2026-11-20")
	same(s, "of one day", got, []spend.Ledger{{Account: accountID(id), Currency: "USD", Looks: []spend.Look{
		{Observed: day("2026-11-21"), Read: days("2026-11-20", "2026-11-20"), Changes: []spend.Amount{change("Amazon S3", "eu-west-1", "2026-11-20", 0.5)}}}}})
	none, _ := s.ledgersOf(accountID("222222222222"), "2026-11-01", "2026-11-20")
	same(s, "of an account that was never billed", len(none), 0)
}

func ledgersInOrder[Tx any](s *suite[Tx]) {
	var charges []spend.Charge
	var want []account.ID
	for n := range 100 {
		id := accountID("1000000000" + string(rune('0'+n/10)) + string(rune('0'+n%10)))
		want = append(want, id)
		charges = append(charges, charge(id.String(), "Amazon S3", "2026-11-20", "1"))
	}
	slices.Reverse(charges)
	s.sheet(acme, bill("2026-11-20", "2026-11-20", charges...))
	s.sheet(other, bill("2026-11-20", "2026-11-20", charge("999999999999", "Amazon S3", "2026-11-20", "1")))
	all, errs := s.ledgersOf(nobody, "2026-11-01", "2026-11-20")
	var got []account.ID
	for _, l := range all {
		got = append(got, l.Account)
	}
	same(s, "accounts", got, want)
	same(s, "errors", len(errs), 0)
	for l, err := range s.m.Ledgers(s.Context(), acme, nobody, day("2026-11-20"), day("2026-11-20")) {
		same(s, "the first", get(s, l, err).Account, want[0])
		break // who has seen enough leaves
	}
}

func ledgerCurrencies[Tx any](s *suite[Tx]) {
	yuan := charge("111122223333", "Amazon S3", "2026-11-19", "1")
	yuan.Currency = "CNY"
	s.sheet(acme, bill("2026-11-18", "2026-11-18", charge("111122223333", "Amazon S3", "2026-11-18", "1"), charge("444455556666", "Amazon S3", "2026-11-18", "1")))
	s.sheet(acme, bill("2026-11-19", "2026-11-19", yuan, charge("444455556666", "Amazon S3", "2026-11-19", "1")))
	all, errs := s.ledgersOf(nobody, "2026-11-01", "2026-11-20")
	same(s, "accounts", len(all), 1)
	same(s, "the one that can be read", all[0].Account, accountID("444455556666"))
	if diff := cmp.Diff(errs, map[account.ID]string{accountID("111122223333"): "the stored bill of 111122223333: it is in USD, and on 2026-11-19 in CNY: they cannot be compared"},
		cmp.Comparer(func(x, y account.ID) bool { return x == y })); diff != "" {
		s.Error(diff)
	}
}

func forgetBill[Tx any](s *suite[Tx]) {
	old := spend.DayOf(Now().AddDate(0, -14, 0))
	for _, hour := range []int{6, 30} { // two revisions
		sheet := bill((old - 1).String(), old.String(), charge("111122223333", "Amazon S3", (old-1).String(), "1"), charge("111122223333", "Amazon S3", old.String(), "1"))
		s.sheet(acme, readOn((old+1).String(), hour, sheet))
	}
	s.prune(Now().Add(-48 * time.Hour))
	at, err := s.m.ReadAt(s.Context(), acme, old-10, old+10)
	same(s, "days", len(get(s, at, err)), 1)
	all, _ := s.ledgersOf(nobody, (old - 10).String(), (old + 10).String())
	same(s, "ledgers", len(all), 1)
	same(s, "revisions", len(all[0].Looks), 2)
	same(s, "days that were read", all[0].Looks[0].Read, []spend.Day{old})
}
