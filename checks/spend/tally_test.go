package spend_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

func charge(id, service, region, day, amount string, c spend.Category) spend.Charge {
	parsed, err := account.ParseID(id)
	if err != nil {
		panic(err)
	}
	return spend.Charge{
		Key: spend.Key{Account: parsed, Service: service, Region: region}, Day: mustDay(day),
		Category: c, Amount: decimal.RequireFromString(amount), Currency: "USD",
	}
}

// days are sheets of one day each, all read when they were whole.
func days(from, to string, charges ...spend.Charge) []spend.Sheet {
	return spend.Sheet{From: mustDay(from), To: mustDay(to), ObservedAt: noon("2026-11-22"), Charges: charges}.Days()
}

func noon(day string) time.Time { return mustDay(day).Time().Add(12 * time.Hour) }

func tallied(t *testing.T, by spend.By, only account.ID, sheets []spend.Sheet) spend.Tally {
	t.Helper()
	s := spend.NewTally(by, only, mustDay("2026-11-14"), mustDay("2026-11-20"), noon("2026-11-22"))
	for _, sheet := range sheets {
		if err := s.Add(sheet); err != nil {
			t.Fatal(err)
		}
	}
	return s.Tally()
}

func written(tally spend.Tally) []string {
	var rows []string
	for _, r := range append(tally.Rows, tally.Sum) {
		change := "-"
		if r.Change != nil {
			change = fmt.Sprint(*r.Change)
		}
		var points []string
		for _, p := range r.Points {
			points = append(points, p.Amount.String())
		}
		rows = append(rows, fmt.Sprintf("%s total %s share %v month %s before %s change %s: %s", r.Name, r.Total, r.Share, r.MonthToDate, r.Before, change, strings.Join(points, " ")))
	}
	return rows
}

func TestTally(t *testing.T) {
	sheets := days("2026-10-01", "2026-11-20",
		charge("111122223333", "EC2", "us-east-1", "2026-11-14", "70.005", spend.Usage),
		charge("111122223333", "EC2", "eu-west-1", "2026-11-20", "0.004", spend.Usage),
		charge("444455556666", "S3", "us-east-1", "2026-11-20", "30", spend.Usage),
		charge("111122223333", "EC2", "us-east-1", "2026-11-13", "140", spend.Usage),    // in the four weeks before
		charge("111122223333", "EC2", "us-east-1", "2026-10-16", "999", spend.Usage),    // before them
		charge("444455556666", "RDS", "us-east-1", "2026-11-02", "14", spend.Usage),     // and no more
		charge("111122223333", "EC2", "us-east-1", "2026-11-15", "-20.5", spend.Credit), // apart
		charge("111122223333", "EC2", "us-east-1", "2026-11-01", "-20.5", spend.Credit), // not of these days
		charge("111122223333", "Tax", "", "2026-11-15", "5", spend.Tax),
	)
	for by, want := range map[spend.By][]string{
		spend.ByAccount: {
			"111122223333 total 70.01 share 70 month 210.01 before 5 change 100: 70.01 0 0 0 0 0 0",
			"444455556666 total 30 share 30 month 44 before 0.5 change 757.1: 0 0 0 0 0 0 30",
			" total 100.01 share 100 month 254.01 before 5.5 change 159.8: 70.01 0 0 0 0 0 30",
		},
		spend.ByService: {
			"EC2 total 70.01 share 70 month 210.01 before 5 change 100: 70.01 0 0 0 0 0 0",
			"S3 total 30 share 30 month 30 before 0 change -: 0 0 0 0 0 0 30",
			"RDS total 0 share 0 month 14 before 0.5 change -100: 0 0 0 0 0 0 0",
			" total 100.01 share 100 month 254.01 before 5.5 change 159.8: 70.01 0 0 0 0 0 30",
		},
		spend.ByRegion: {
			"us-east-1 total 100.01 share 100 month 254.01 before 5.5 change 159.8: 70.01 0 0 0 0 0 30",
			"eu-west-1 total 0 share 0 month 0 before 0 change -: 0 0 0 0 0 0 0",
			" total 100.01 share 100 month 254.01 before 5.5 change 159.8: 70.01 0 0 0 0 0 30",
		},
	} {
		got := tallied(t, by, account.ID{}, sheets)
		if diff := cmp.Diff(want, written(got)); diff != "" {
			t.Errorf("%s: %s", by, diff)
		}
		if got.Apart.String() != "-15.5" || got.Days != 7 || got.Missing != 0 || got.Currency != "USD" {
			t.Errorf("%s: %+v", by, got)
		}
	}
	one := tallied(t, spend.ByService, charge("444455556666", "", "", "2026-11-14", "1", spend.Usage).Account, sheets)
	if diff := cmp.Diff([]string{
		"S3 total 30 share 100 month 30 before 0 change -: 0 0 0 0 0 0 30", "RDS total 0 share 0 month 14 before 0.5 change -100: 0 0 0 0 0 0 0",
		" total 30 share 100 month 44 before 0.5 change 757.1: 0 0 0 0 0 0 30",
	}, written(one)); diff != "" {
		t.Error(diff)
	}
}

// Days that were not read are no days without cost: they are counted, and
// means are over the others.
func TestTallyOfMissingDays(t *testing.T) {
	sheets := days("2026-11-14", "2026-11-20", charge("111122223333", "EC2", "", "2026-11-14", "50", spend.Usage), charge("111122223333", "EC2", "", "2026-11-17", "5", spend.Usage))
	sheets[3].ObservedAt = noon("2026-11-17") // seen on its own day, and never again
	sheets = append(sheets[:1], sheets[3:]...)
	got := tallied(t, spend.ByService, account.ID{}, sheets)
	if got.Days != 4 || got.Missing != 3 || got.Sum.Compared || got.Sum.PerDay.String() != "12.5" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"EC2 total 50 share 100 month 50 before 0 change -: 50 0 0 0", " total 50 share 100 month 50 before 0 change -: 50 0 0 0"}, written(got)); diff != "" {
		t.Error(diff)
	}
	if got := tallied(t, spend.ByService, account.ID{}, nil); got.Days != 0 || len(got.Rows) != 0 || len(got.Sum.Points) != 0 {
		t.Errorf("%+v", got)
	}
	s := spend.NewTally(spend.ByRegion, account.ID{}, 0, 1000, noon("2026-11-22"))
	if s.First() != -spend.TallyBefore || len(s.Tally().Sum.Points) != 0 {
		t.Errorf("from %v", s.First())
	}
}

func TestTallyOfTwoCurrencies(t *testing.T) {
	yuan := charge("111122223333", "EC2", "", "2026-11-14", "50", spend.Usage)
	yuan.Currency = "CNY"
	s := spend.NewTally(spend.ByService, account.ID{}, mustDay("2026-11-14"), mustDay("2026-11-20"), noon("2026-11-22"))
	credit := yuan
	credit.Category, credit.Day = spend.Credit, mustDay("2026-11-15")
	if err := s.Add(days("2026-11-15", "2026-11-15", charge("111122223333", "", "", "2026-11-15", "-5", spend.Tax), credit)[0]); err != nil {
		t.Fatal(err)
	}
	err := s.Add(days("2026-11-14", "2026-11-14", charge("111122223333", "EC2", "", "2026-11-14", "5", spend.Usage), yuan)[0])
	if err == nil || err.Error() != "the bill is in USD, and on 2026-11-14 also in CNY: they have no sum" {
		t.Error(err)
	}
	if got := s.Tally(); got.Apart.String() != "-5" || fmt.Sprint(got.Elsewhere) != "[CNY]" || got.Currency != "USD" {
		t.Errorf("%+v", got)
	}
}

// What a capped list leaves out is summed in its last row, to the cent.
func TestTallyCapped(t *testing.T) {
	var charges []spend.Charge
	for n := range 40 {
		charges = append(charges, charge("111122223333", fmt.Sprintf("S%02d", n), "", "2026-11-18", fmt.Sprint(100-n), spend.Usage),
			charge("111122223333", fmt.Sprintf("S%02d", n), "", "2026-11-01", "28", spend.Usage))
	}
	whole := tallied(t, spend.ByService, account.ID{}, days("2026-10-01", "2026-11-20", charges...))
	for _, n := range []int{1, 10, 38} {
		capped := whole.Capped(n)
		last := capped.Rows[len(capped.Rows)-1]
		sum, share := decimal.Zero, 0.0
		for _, r := range capped.Rows {
			sum, share = sum.Add(r.Total), share+r.Share
		}
		if len(capped.Rows) != n+1 || last.More != 40-n || !sum.Equal(whole.Sum.Total) || share < 98 || share > 102 || last.Change == nil || len(last.Points) != 7 {
			t.Errorf("%d rows: %+v", n, last)
		}
	}
	if got := whole.Capped(39); len(got.Rows) != 40 || got.Rows[39].More != 0 {
		t.Error("one row stands for one")
	}
}
