package cloud_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

// judged sums what a comparison of spend looks at: no credit, refund or tax.
func judged(a *cloud.Account, service string, day spend.Day) float64 {
	var sum cloud.Money
	for _, c := range a.Costs {
		if c.Service == service && c.Record != cloud.RecordCredit && c.Record != cloud.RecordRefund && c.Record != cloud.RecordTax {
			sum += c.On(day, a.ID)
		}
	}
	return float64(sum) / float64(cloud.Dollar)
}

// rise says whether a plain comparison would speak: half and $25 above the
// median of eight such weekdays, or $10 of what was not used in 56 days.
func rise(a *cloud.Account, service string, day spend.Day) string {
	var usual []float64
	used := false
	for back := spend.Day(1); back <= 56; back++ {
		amount := judged(a, service, day-back)
		used = used || amount > 0
		if back%7 == 0 {
			usual = append(usual, amount)
		}
	}
	slices.Sort(usual)
	median, actual := (usual[3]+usual[4])/2, judged(a, service, day)
	switch {
	case !used && actual >= 10:
		return "first"
	case actual > 1.5*median && actual-median > 25:
		return "above"
	}
	return ""
}

// Whenever the demo starts, nothing rises but what is planted.
func TestBillIsCalm(t *testing.T) {
	for _, begin := range []string{"2026-11-22", "2026-12-25", "2027-01-01", "2027-03-02", "2027-06-30", "2027-09-05", "2028-02-29", "2030-10-10"} {
		day, err := spend.ParseDay(begin)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range cloud.DemoOrganization(day.Time()).Accounts {
			services := map[string]bool{}
			for _, c := range a.Costs {
				services[c.Service] = true
			}
			for service := range services {
				for d := day - 20; d <= day+30; d++ {
					// The new service goes on: it is told once, on its first days.
					if why := rise(a, service, d); why != "" && (service != cloud.ServiceSageMaker || d <= day+3) {
						got = append(got, fmt.Sprintf("%s %s %+d %s", a.Name, service, d-day, why))
					}
				}
			}
		}
		slices.Sort(got)
		want := []string{
			"prod-payments Amazon Elastic Compute Cloud - Compute +0 above",
			"prod-payments Amazon Elastic Compute Cloud - Compute -1 above",
			"sandbox-dev Amazon SageMaker +2 first",
			"sandbox-dev Amazon SageMaker +3 above",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("from %s: %s", begin, diff)
		}
	}
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
