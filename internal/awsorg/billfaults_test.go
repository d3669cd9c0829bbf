package awsorg_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/awsorg"
	emulated "rootwatch/internal/demo/cloud"
)

// emulatedBill is three accounts whose bill takes many small pages. The clock
// is now, and moves with the returned function.
func emulatedBill(t *testing.T) (*emulated.Server, *awsorg.Org, func(days int)) {
	t.Helper()
	clock := now
	org := emulated.DemoOrganization(now)
	org.Accounts = org.Accounts[:3]
	for i, a := range org.Accounts {
		a.Costs = []emulated.Cost{
			{Service: "Amazon Elastic Compute Cloud - Compute", Region: "eu-west-1", Amount: emulated.Dollars(10), Noise: 50},
			{Service: "Amazon Simple Storage Service", Region: "eu-west-1", Amount: emulated.Dollars(3)},
			{Service: "Amazon Simple Storage Service", Region: "us-east-1", Amount: emulated.Dollars(float64(i))},
			{Service: "Amazon CloudFront", Amount: emulated.Dollars(2)}, // global
			{Service: "AWS Config", Region: "eu-north-1", Amount: emulated.Dollars(0.001)},
			{Service: "AWS Support (Business)", Region: emulated.NoRegion, Record: emulated.RecordSupport, Amount: emulated.Dollars(29)},
			{Service: "Amazon Simple Storage Service", Region: "us-east-1", Record: emulated.RecordCredit, Amount: emulated.Dollars(-1)},
		}
	}
	server := emulated.New(org, emulated.Options{CostPage: 2, Now: func() time.Time { return clock }})
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": web.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000000", "AWS_SECRET_ACCESS_KEY": "not-a-secret",
		"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"} {
		t.Setenv(name, value)
	}
	opened, err := awsorg.Open(t.Context(), awsorg.Options{Scope: account.Scope{Partition: "aws", Organization: "acme"},
		MaxAttempts: 2, FirstBackoff: time.Nanosecond, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	return server, opened, func(days int) { clock = clock.AddDate(0, 0, days) }
}

// told is a sheet as text, one line for each charge.
func told(s spend.Sheet) []string {
	var lines []string
	for _, c := range s.Charges {
		lines = append(lines, fmt.Sprint(c.Day, " ", c.Account, " ", c.Category, " ", c.Service, " ", c.Region, " ", c.Amount, " ", c.Currency))
	}
	slices.Sort(lines)
	return lines
}

// Whatever happens to a page, a bill is whole or none.
func TestEmulatedBillIsWholeOrNone(t *testing.T) {
	server, org, _ := emulatedBill(t)
	to := spend.DayOf(now) - 1
	read := func() (spend.Sheet, error) { return org.Costs(t.Context(), to-2, to, nil, free) }
	whole, err := read()
	if want := 3 * (3*7 - 1); err != nil || len(whole.Charges) != want { // one account spends nothing in us-east-1
		t.Fatalf("%d charges, want %d: %v", len(whole.Charges), want, err)
	}
	for _, tt := range []struct {
		fault emulated.Fault
		cause account.Cause // "" reads the same bill
	}{
		{emulated.Fault{Kind: emulated.FaultEmptyPage, Times: 1}, ""},
		{emulated.Fault{Kind: emulated.FaultEmptyPage}, account.Undecodable},
		{emulated.Fault{Kind: emulated.FaultSecondPage, Times: 1}, ""},
		{emulated.Fault{Kind: emulated.FaultSecondPage}, account.Unavailable},
		{emulated.Fault{Kind: emulated.FaultRepeatToken}, account.Undecodable},
		{emulated.Fault{Kind: emulated.FaultThrottle}, account.Throttled},
		{emulated.Fault{Kind: emulated.FaultTruncate}, account.Undecodable},
		{emulated.Fault{Kind: emulated.FaultCurrencies, Times: 1}, account.Undecodable},
		{emulated.Fault{Kind: emulated.FaultLostDay}, account.Undecodable},
		{emulated.Fault{Kind: emulated.FaultDeny}, account.Denied},
	} {
		t.Run(fmt.Sprintf("%s %d times", tt.fault.Kind, tt.fault.Times), func(t *testing.T) {
			server.ClearFaults()
			tt.fault.Service, tt.fault.Operation = "ce", "GetCostAndUsage"
			server.AddFault(tt.fault)
			sheet, err := read()
			var gap account.Gap
			switch {
			case tt.cause == "" && err != nil:
				t.Fatal(err)
			case tt.cause == "":
				if diff := cmp.Diff(told(whole), told(sheet)); diff != "" {
					t.Error(diff)
				}
			case !errors.As(err, &gap) || gap.Cause != tt.cause || len(sheet.Charges) != 0:
				t.Errorf("%d charges, %v, want %s", len(sheet.Charges), err, tt.cause)
			}
		})
	}
}

// A bill that is restated is read as it became, by asking for what changed.
func TestEmulatedBillIsRestated(t *testing.T) {
	server, org, advance := emulatedBill(t)
	to := spend.DayOf(now) - 1
	sheet, err := org.Costs(t.Context(), to-4, to, nil, free)
	if err != nil {
		t.Fatal(err)
	}
	advance(1)
	server.Update(func(o *emulated.Organization) {
		late := func(amount float64, day spend.Day) emulated.Cost {
			return emulated.Cost{Service: "Amazon SageMaker", Region: "ap-southeast-1", Amount: emulated.Dollars(amount), From: day, Until: day + 1, Shown: to + 3}
		}
		o.Accounts[0].Costs = append(o.Accounts[0].Costs, late(700, to-3), late(-3, to-2)) // a negative total
		o.Accounts[1].State = account.Suspended                                            // it is closed, and its bill ends
		for i := range o.Accounts[1].Costs {
			o.Accounts[1].Costs[i].Until = to
		}
	})
	again, err := org.Costs(t.Context(), to-3, to+1, sheet.Days()[1:], free)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := org.Costs(t.Context(), to-3, to+1, nil, free)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(told(fresh), told(again)); diff != "" || again.Requests >= fresh.Requests {
		t.Errorf("%d requests, %d where nothing is known: %s", again.Requests, fresh.Requests, diff)
	}
	found := 0
	for _, c := range again.Charges {
		if c.Service == "Amazon SageMaker" && c.Region == "ap-southeast-1" {
			found++
		}
		if c.Account == idOf(t, server, 1) && c.Day >= to {
			t.Errorf("a closed account is billed: %+v", c)
		}
	}
	if found != 0 { // it is shown a day later
		t.Errorf("%d charges before they are shown", found)
	}
	advance(1)
	last, err := org.Costs(t.Context(), to-3, to+1, again.Days(), free)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range last.Charges {
		if c.Service == "Amazon SageMaker" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d restated charges, want 2", found)
	}
}

func idOf(t *testing.T, server *emulated.Server, n int) (id account.ID) {
	t.Helper()
	server.Update(func(o *emulated.Organization) { id = o.Accounts[n].ID })
	return id
}
