package storetest

import (
	"strings"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// strangeNames holds that a stranger's text is taken wherever one can come:
// as a key it names the same thing again, as a value it comes back as valid
// UTF-8. A NUL survives where the value is JSON.
func strangeNames[Tx any](s *suite[Tx]) {
	names := []struct{ what, name, column, json string }{
		{"NUL", "a\x00b", "a\uFFFDb", "a\x00b"},
		{"not UTF-8", "a\xff\xfeb", "a\uFFFD\uFFFDb", "a\uFFFD\uFFFDb"},
		{"markup and SQL", "<!channel> *_~` & \"\\'; DROP TABLE account; --", "", ""},
		{"right to left, joined", "\u202eabc\u2066 \U0001F468\u200d\U0001F469", "", ""},
		{"10 kB", strings.Repeat("long ", 2048), "", ""},
		{"placeholders", "?1 $1 :a @b %s %00", "", ""},
	}
	for _, n := range names {
		if n.column == "" {
			n.column, n.json = n.name, n.name
		}
		a := some()[:1]
		a[0].Name, a[0].Email = n.name, n.name
		s.create(schedule.Run{ID: n.name, Subject: n.name})
		s.add(n.name, a)
		same(s, n.what+": account", s.directory()[0].Name, n.column)
		same(s, n.what+": email", s.directory()[0].Email, n.column)
		same(s, n.what+": subject", s.run(n.name).Subject, n.column)

		s.save(report("111122223333", n.name, Now()), change("111122223333", checks.ChangeKind(n.name), Now()))
		same(s, n.what+": report", s.latest(acme, a[0].ID).AccountName, n.json)

		same(s, n.what+": request", s.request(n.name, Now()), true)
		same(s, n.what+": request again", s.request(n.name, Now()), false)
		same(s, n.what+": slot", s.slot(acme, n.name, "2026-11-22T08:00", false, Now()), true)
		same(s, n.what+": slot again", s.slot(acme, n.name, "2026-11-22T08:00", false, Now()), false)

		id := s.plan(note(n.name, n.name))
		same(s, n.what+": delivery again", s.plan(note(n.name, n.name)), id)
		same(s, n.what+": message", s.delivery(n.name).Message, bot.Message(bot.Trouble{What: n.json}))
		s.strangeMoney(n.what, n.name, n.column)
	}
}

func (s *suite[Tx]) strangeMoney(what, name, column string) {
	s.Helper()
	scope := account.Scope{Partition: "aws", Organization: name}
	d := day("2026-11-20")
	key := spend.Key{Account: accountID("111122223333"), Service: name, Region: name}
	s.sheet(scope, spend.Sheet{From: d, To: d, ObservedAt: Now(), Charges: []spend.Charge{
		{Key: key, Day: d, Category: spend.Usage, Amount: money("1.5"), Currency: "USD"},
	}})
	h := s.history(scope, nobody, d, d)
	same(s, what+": series", h.Series, []spend.Series{
		{Key: spend.Key{Account: key.Account, Service: column}, From: d, Amounts: []float64{1.5}},
	})
	for l, err := range s.m.Ledgers(s.Context(), scope, nobody, d, d) {
		same(s, what+": ledger", get(s, l, err).Looks[0].Changes, []spend.Amount{{Service: column, Region: column, Day: d, Value: 1.5}})
	}
	for range 2 {
		s.incident(scope, spend.Incident{Spike: spend.Spike{Key: key, Since: d}, Open: true})
	}
	same(s, what+": incidents", len(s.incidents(scope, "2026-11-30")), 1)
}
