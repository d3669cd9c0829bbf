package bench_test

import (
	"fmt"
	"math"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
)

// What an account buys, for counting pages: ten services where it lives, three
// in a second region, one without a region, and cents in six regions more, as
// a baseline of recorders and trails leaves them.
const (
	homeServices   = 10
	secondServices = 3
	dustRegions    = 6
)

// historyDays is the default of cost.history_days.
const historyDays = 395

// billedOrganization is n accounts that buy it, in four home regions.
func billedOrganization(n int) *cloud.Organization {
	org := cloud.LargeOrganization(today, n)
	homes := []string{"us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"}
	for i, a := range org.Accounts {
		a.Costs = nil
		home, second := homes[i%len(homes)], homes[(i+1)%len(homes)]
		buy := func(service, region string, dollars float64) {
			a.Costs = append(a.Costs, cloud.Cost{Service: service, Region: region, Amount: cloud.Dollars(dollars), Noise: 60})
		}
		for s := range homeServices {
			buy(fmt.Sprintf("Amazon Service %d", s), home, 3)
		}
		for s := range secondServices {
			buy(fmt.Sprintf("Amazon Service %d", s), second, 1)
		}
		buy("Amazon CloudFront", "", 2)
		for r := range dustRegions {
			buy("AWS Config", fmt.Sprintf("xx-dust-%d", r), 0.002)
		}
		a.Costs = append(a.Costs, cloud.Cost{Service: "Tax", Region: cloud.NoRegion, Record: cloud.RecordTax, Rhythm: cloud.FirstOfMonth, Amount: cloud.Dollars(90)})
	}
	return org
}

// costOfCost is in requests.
type costOfCost struct{ history, day, month float64 }

// count reads the bill of n accounts with the real collector, pages of so many
// groups, and counts its requests. A history is so many parts like the one that
// is read here.
func count(t *testing.T, n, page int) costOfCost {
	t.Helper()
	clock := today
	server := cloud.New(billedOrganization(n), cloud.Options{CostPage: page, Now: func() time.Time { return clock }})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	e := emulator{web.URL}
	read := func(from, to spend.Day, known []spend.Sheet) (spend.Sheet, float64) {
		t.Helper()
		sheet, err := e.collectorAt(t, func() time.Time { return clock }).Costs(t.Context(), from, to, known, func(int) error { return nil })
		if err != nil || sheet.Requests == 0 {
			t.Fatalf("%d requests: %v", sheet.Requests, err)
		}
		return sheet, float64(sheet.Requests)
	}
	day := spend.DayOf(clock)
	newest, first := read(day-5, day-1, nil)
	// schedule's partCharges: a part of the history is at most 100,000 charges.
	part := spend.Day(min(historyDays-5, max(1, 100_000*5/len(newest.Charges))))
	old, requests := read(day-5-part, day-6, nil)
	c := costOfCost{history: first + requests*math.Ceil(float64(historyDays-5)/float64(part))}
	_, again := read(day-5-part, day-6, old.Days()) // as it was
	clock = clock.AddDate(0, 0, 1)
	if _, c.day = read(day-4, day, newest.Days()[1:]); c.day > first {
		t.Errorf("%d accounts: a usual day took %.0f requests, and %.0f where nothing was known", n, c.day, first)
	}
	c.month = 30*c.day + 3*again*math.Ceil(30/float64(part)) // the month before, on the 3rd, the 7th and the 10th
	return c
}

func dollars(requests float64) string {
	return fmt.Sprintf("$%.2f", requests*spend.RequestPrice.InexactFloat64())
}

// TestCostOfCost counts what the bill costs to read. With -v it does so for
// large organizations too, and prints the table of docs/benchmarks.md.
func TestCostOfCost(t *testing.T) {
	sizes := []int{1, 100}
	if testing.Verbose() {
		sizes = []int{1, 100, 1000, 5000}
	}
	var table strings.Builder
	fmt.Fprintf(&table, "\n| accounts | groups a page | first history (13 months) | a usual day | requests a day | a month |\n|--:|--:|--:|--:|--:|--:|\n")
	for _, n := range sizes {
		for _, page := range []int{500, 5000} {
			c := count(t, n, page)
			fmt.Fprintf(&table, "| %d | %d | %s | %s | %.0f | %s |\n", n, page, dollars(c.history), dollars(c.day), c.day, dollars(c.month))
			if n == 1 && (c.day > 12 || c.history > 40) {
				t.Errorf("one account: %+v", c)
			}
		}
	}
	t.Log(table.String())
}
