package cloud_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

// ledger is what the bot would have read of an account: its history on the
// first day, yesterday and the days that still change on each of the next ones.
func ledger(a *cloud.Account, start, history spend.Day) spend.Ledger {
	l := spend.Ledger{Account: a.ID, Currency: "USD"}
	read := func(today, from spend.Day) {
		look := spend.Look{Observed: today}
		for day := from; day < today; day++ {
			look.Read = append(look.Read, day)
			sums := map[spend.Amount]float64{} // by all but the value
			for _, c := range a.Costs {
				switch c.Record {
				case cloud.RecordCredit, cloud.RecordRefund, cloud.RecordTax:
					continue
				}
				share := 1.0
				if day == today-1 {
					share = 0.6
				}
				sums[spend.Amount{Service: c.Service, Region: cmp.Or(c.Region, "global"), Day: day}] += share * float64(c.On(day, a.ID)) / float64(cloud.Dollar)
			}
			for amount, sum := range sums {
				amount.Value = sum
				look.Changes = append(look.Changes, amount)
			}
		}
		l.Looks = append(l.Looks, look)
	}
	read(start, start-history)
	for today := start + 1; today <= start+cloud.DemoDays; today++ {
		read(today, today-3)
	}
	return l
}

// Whenever the demo starts, what is told is what is planted: each incident
// once, soon, and again when it is over, and no harmless event.
func TestBillIsCalm(t *testing.T) {
	for begin, history := range calmStarts {
		t.Run(begin, func(t *testing.T) {
			t.Parallel()
			start, err := spend.ParseDay(begin)
			if err != nil {
				t.Fatal(err)
			}
			org := cloud.DemoOrganization(start.Time())
			if history != thirteenMonths {
				org.Accounts = slices.DeleteFunc(org.Accounts, func(a *cloud.Account) bool { return !eventful(org, a) })
			}
			told := map[account.ID][]string{}
			for _, a := range org.Accounts {
				for w, said := range ledger(a, start, history).Replay(spend.DefaultSettings()) {
					for _, u := range said {
						if w.Today() >= start && (u.Word == spend.First || u.Word == spend.Grew || u.Word == spend.Over) {
							told[a.ID] = append(told[a.ID], fmt.Sprintf("%s %s %s on day %d", u.Word, u.Incident.Service, u.Incident.Region, w.Today()-start))
							soon(t, org, u, w.Today())
						}
					}
				}
			}
			if count(org, true) != 5 || count(org, false) != 10 {
				t.Errorf("%d incidents and %d harmless events", count(org, true), count(org, false))
			}
			for _, e := range org.Events {
				if said := told[e.Account]; e.Incident && len(said) != 2 || !e.Incident && len(said) != 0 {
					t.Errorf("%s: told %q", e.Name, said)
				}
			}
			for _, e := range org.Events {
				delete(told, e.Account)
			}
			for id, said := range told {
				t.Errorf("%s: nothing happened, and told is %q", org.Account(id).Name, said)
			}
		})
	}
}

func count(org *cloud.Organization, incident bool) (n int) {
	for _, e := range org.Events {
		if e.Incident == incident {
			n++
		}
	}
	return n
}

// soon fails where an incident is told or closed before it can be known or
// some days after that. What creeps has to creep for some weeks.
func soon(t *testing.T, org *cloud.Organization, u spend.Utterance, today spend.Day) {
	t.Helper()
	for _, e := range org.Events {
		creeps := slices.ContainsFunc(org.Account(e.Account).Costs, func(c cloud.Cost) bool { return c.Creep > 0 })
		first, last := e.From+1, e.From+3
		if creeps {
			last = e.From + 23
		}
		if u.Word == spend.Over {
			first, last = e.Until+1, e.Until+4
		}
		if e.Account == u.Incident.Account && e.Incident && (today < first || today > last) {
			t.Errorf("%s: %s %d days after it began, %d after it ended", e.Name, u.Word, today-e.From, today-e.Until)
		}
	}
}

const thirteenMonths = 395

// calmStarts are days on which the demo starts, and how much of the bill is
// read before. All accounts are looked at once.
var calmStarts = map[string]spend.Day{"2026-11-22": thirteenMonths, "2027-03-02": 120, "2028-02-29": 120, "2030-12-25": 120}

func eventful(org *cloud.Organization, a *cloud.Account) bool {
	return slices.ContainsFunc(org.Events, func(e cloud.BillEvent) bool { return e.Account == a.ID })
}

// The spike stands on the newest whole day once the clock is one day on.
func TestPlantedSpikeAsTheWireShowsIt(t *testing.T) {
	now := today
	w := start(t, cloud.DemoOrganization(today), cloud.Options{Now: func() time.Time { return now }})
	in := costInput(-20, 2)
	in.Filter = only("LINKED_ACCOUNT", "123456789012", "210987654321")
	near := func(amounts map[string]decimal.Decimal, key string, want float64) {
		t.Helper()
		if got := amounts[key].InexactFloat64(); got < want*0.95 || got > want*1.05 {
			t.Errorf("%s: %.2f, want about %.0f", key, got, want)
		}
	}
	ec2 := " 123456789012 " + cloud.ServiceEC2
	amounts, _ := costs(t, w, in)
	near(amounts, "2026-11-20"+ec2, 565)
	near(amounts, "2026-11-21"+ec2, 0.6*1930)
	now = now.AddDate(0, 0, 1)
	amounts, _ = costs(t, w, in)
	near(amounts, "2026-11-21"+ec2, 1930)
	now = now.AddDate(0, 0, 3)
	in = costInput(-20, 4)
	amounts, _ = costs(t, w, in)
	near(amounts, "2026-11-22"+ec2, 1930)
	near(amounts, "2026-11-23"+ec2, 565)
	near(amounts, "2026-11-24 210987654321 "+cloud.ServiceSageMaker, 140)
	for key := range amounts {
		if strings.HasSuffix(key, cloud.ServiceSageMaker) && key < "2026-11-24" {
			t.Errorf("%s: too early", key)
		}
	}
}

// The shapes that a comparison has to live with are there.
func TestBillHasItsShapes(t *testing.T) {
	org := cloud.DemoOrganization(today)
	on := func(digits, record string, day string) (sum cloud.Money) {
		a := org.Account(id(t, digits))
		d, err := spend.ParseDay(day)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range a.Costs {
			if c.Record == record {
				sum += c.On(d, a.ID)
			}
		}
		return sum
	}
	for _, c := range []struct {
		account, record, day string
		sign                 int
	}{
		{"210987654321", cloud.RecordCredit, "2026-11-09", -1},
		{"555566667777", cloud.RecordRefund, "2026-11-12", -1},
		{"555566667777", cloud.RecordRefund, "2026-11-13", 0},
		{"444455556666", cloud.RecordTax, "2026-11-01", 1},
		{"444455556666", cloud.RecordTax, "2026-11-02", 0},
		{"444455556666", cloud.RecordSupport, "2026-10-01", 1},
		{"444455556666", cloud.RecordSupport, "2026-10-02", 0},
		{"444455556666", "", "2025-01-01", 1},
	} {
		sum, sign := on(c.account, c.record, c.day), 0
		if sum != 0 {
			sign = int(sum / max(sum, -sum))
		}
		if sign != c.sign {
			t.Errorf("%s %s on %s: %s", c.account, c.record, c.day, sum)
		}
	}
	if weekday, weekend := on("210987654321", "", "2026-11-11"), on("210987654321", "", "2026-11-14"); weekend > weekday*7/10 {
		t.Errorf("sandbox-dev costs %s on a Wednesday and %s on a Saturday", weekday, weekend)
	}
	if before, after := on("100000000010", "", "2026-02-03"), on("100000000010", "", "2026-11-03"); after < before*11/10 {
		t.Errorf("log-archive grew from %s to %s in nine months", before, after)
	}
	var total cloud.Money
	day := spend.DayOf(today) - 10
	for _, a := range org.Accounts {
		for _, c := range a.Costs {
			total += c.On(day, a.ID)
		}
	}
	if total < cloud.Dollars(3000) || total > cloud.Dollars(8000) {
		t.Errorf("the organization costs %s a day", total)
	}
}
