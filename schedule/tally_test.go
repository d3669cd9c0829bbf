package schedule_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/spend"
)

func tallyRows(t *spend.Tally) []string {
	var names []string
	if t != nil {
		for _, r := range append(t.Rows, t.Sum) {
			names = append(names, r.Name+" "+r.Total.String())
		}
	}
	return names
}

// `/spend 7d by account` is answered from the store as well, with the month's
// forecast and the bill after credits.
func TestSpendByIsAnsweredFromTheStore(t *testing.T) {
	w := shownBill(t)
	before, _, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
	if err != nil {
		t.Fatal(err)
	}
	for by, want := range map[spend.By][]string{
		spend.ByAccount: {"management 845", "team-1 (100000000001) 49", "team-1 (100000000002) 21", " 915"},
		spend.ByService: {"Amazon EC2 770", "Amazon S3 145", " 915"},
		spend.ByRegion:  {" 915", " 915"},
	} {
		ids := w.ask(bot.Request{Key: string(by), At: morning, Command: bot.ShowSpend{Days: 7, By: by}, Reply: person})
		answer, ok := w.answer(ids[0]).(bot.SpendAnswer)
		if got := tallyRows(answer.Tally); !ok || !slices.Equal(got, want) {
			t.Errorf("by %s: %q of %+v", by, got, answer)
		}
		if tally := answer.Tally; tally != nil && (tally.From != day("2026-11-14") || tally.To != day("2026-11-20") || tally.Missing != 0 || !tally.Sum.Compared) {
			t.Errorf("by %s: %+v", by, tally)
		}
		m := answer.Money
		if m.AfterCredits == nil || m.AfterCredits.String() != "2555" {
			t.Errorf("after credits: %v", m.AfterCredits)
		}
		// S3 rose on the 20th: ten days more of 130 to 135 a day.
		if f := m.Forecast; f == nil || !f.Known() || f.Total.InexactFloat64() < 3880 || f.Total.InexactFloat64() > 3980 || f.Low.GreaterThan(f.Total) || f.High.LessThan(f.Total) {
			t.Errorf("forecast %+v", f)
		}
	}
	one, err := w.engine.Tally(t.Context(), acme, memberID(1), spend.ByService, day("2026-11-20"), day("2026-11-20"))
	if got := tallyRows(&one); err != nil || !slices.Equal(got, []string{"Amazon EC2 7", " 7"}) {
		t.Errorf("%q, %v", got, err)
	}
	after, _, err := w.store.CountRequests(t.Context(), acme, spend.DayOf(w.clock.now()), 0)
	if asked := w.bill.periods(); err != nil || after != before || len(asked) != 0 {
		t.Errorf("asked AWS for %v: %v", asked, err)
	}
}

// Credits in another currency are neither added nor forgotten, and usage in
// one is an answer that says so.
func TestSpendInTwoCurrencies(t *testing.T) {
	for _, category := range []spend.Category{spend.Credit, spend.Usage} {
		yuan := spend.Charge{Key: spend.Key{Account: payer, Service: "Amazon EC2"}, Day: day("2026-11-19"), Category: category, Amount: decimal.NewFromInt(-700), Currency: "CNY"}
		t.Run(string(category), func(t *testing.T) {
			w := shownBill(t, func(w *world) { w.bill.extra = []spend.Charge{yuan} })
			ids := w.ask(bot.Request{Key: "k", At: morning, Command: bot.ShowSpend{Days: 7, By: spend.ByService}, Reply: person})
			answer, ok := w.answer(ids[0]).(bot.SpendAnswer)
			m := answer.Money
			if category == spend.Usage {
				if !ok || m.Known() || !strings.Contains(m.Trouble, "cannot be added up") || answer.Tally != nil {
					t.Errorf("%+v", answer)
				}
				return
			}
			if !ok || m.AfterCredits != nil || m.Adjustments.String() != "-50" || m.Currency != "USD" || !strings.Contains(m.Trouble, "CNY") || answer.Tally == nil || len(answer.Tally.Elsewhere) != 1 {
				t.Errorf("%+v", answer)
			}
		})
	}
}

// An account that cost nothing has no forecast, and its answer says why.
func TestNoForecastWithoutCost(t *testing.T) {
	w := shownBill(t)
	w.knows(w.cloud.member(9))
	answer, err := w.engine.SpendAnswer(t.Context(), acme, memberID(9), 7)
	if err != nil || !answer.Money.Known() || answer.Money.NoForecast() != "A forecast needs 14 days of cost; 0 are known." || answer.Money.ForecastText() != "" {
		t.Errorf("%+v, %v", answer.Money, err)
	}
}
