package awsorg_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// The fake bill covers two days, the last of them yesterday.
const dayOne, dayTwo = "2026-11-18", "2026-11-19"

type group struct{ account, second, amount, unit string }

// billed is one day of an answer.
func billed(day string, estimated bool, groups ...group) map[string]any {
	start, err := spend.ParseDay(day)
	if err != nil {
		panic(err)
	}
	list := []map[string]any{}
	for _, g := range groups {
		unit := g.unit
		if unit == "" {
			unit = "USD"
		}
		list = append(list, map[string]any{"Keys": []string{g.account, g.second},
			"Metrics": map[string]any{"UnblendedCost": map[string]any{"Amount": g.amount, "Unit": unit}}})
	}
	return map[string]any{"TimePeriod": map[string]any{"Start": day, "End": (start + 1).String()}, "Estimated": estimated, "Groups": list, "Total": map[string]any{}}
}

func bill(next string, days ...map[string]any) reply {
	out := map[string]any{"ResultsByTime": days}
	if next != "" {
		out["NextPageToken"] = next
	}
	return reply{body: quoted(out)}
}

// asked says which of the questions a request is: "regions", a region, or "apart".
func asked(in call) string {
	filter := in.body["Filter"].(map[string]any)
	if _, not := filter["Not"]; not {
		return "regions"
	}
	parts, both := filter["And"].([]any)
	if !both {
		return "apart"
	}
	return parts[1].(map[string]any)["Dimensions"].(map[string]any)["Values"].([]any)[0].(string)
}

// billing answers each question with its own pages: what is not in answers is
// a bill without groups.
func billing(answers map[string]func(call) reply) func(call) reply {
	return func(in call) reply {
		if answer := answers[asked(in)]; answer != nil {
			return answer(in)
		}
		return nothing(in)
	}
}

// nothing is a bill without groups of the days that were asked for.
func nothing(in call) reply {
	period := in.body["TimePeriod"].(map[string]any)
	from, err := spend.ParseDay(period["Start"].(string))
	until, also := spend.ParseDay(period["End"].(string))
	if err != nil || also != nil {
		panic(period)
	}
	var days []map[string]any
	for day := from; day < until; day++ {
		days = append(days, billed(day.String(), false))
	}
	return bill("", days...)
}

func days(t *testing.T) (from, to spend.Day) {
	t.Helper()
	from, err := spend.ParseDay(dayOne)
	if err != nil {
		t.Fatal(err)
	}
	return from, from + 1
}

func free(int) error { return nil }

func TestCosts(t *testing.T) {
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{
		"regions": inTurn(
			bill("r2", billed(dayOne, false, group{member, "eu-west-1", "10.75", ""}, group{payer, "NoRegion", "3", ""})),
			bill("", billed(dayOne, false, group{member, "eu-north-1", "0.004", ""}, group{member, "", "2", ""}, group{member, "global", "-0.5", ""}, group{member, "eu-west-1", "-0.0000001", ""}), billed(dayTwo, true)),
		),
		"eu-west-1": inTurn(
			bill("p2", billed(dayOne, false, group{member, "Amazon EC2", "10.50", ""}, group{member, "Amazon S3", "-0.0000001", ""})),
			bill("", billed(dayOne, false, group{member, "Amazon EC2", "0.25", ""})),
		),
		"NoRegion": inTurn(bill("", billed(dayOne, false, group{payer, "AWS Cost Explorer", "3", ""}))),
		"global":   inTurn(bill("", billed(dayOne, false, group{member, "Amazon CloudFront", "-0.5", ""}))),
		"apart": inTurn(bill("", billed(dayOne, false, group{payer, "Support fee", "29", ""}, group{payer, "SavingsPlanUpfrontFee", "500", ""}),
			billed(dayTwo, true, group{payer, "Credit", "-40", ""}, group{payer, "Tax", "1e1", ""}))),
	}))
	from, to := days(t)
	spent := 0
	sheet, err := open(t, options()).Costs(t.Context(), from, to, nil, func(n int) error { spent += n; return nil })
	if err != nil {
		t.Fatal(err)
	}
	charge := func(id account.ID, service, region string, day spend.Day, category spend.Category, amount string) spend.Charge {
		return spend.Charge{Key: spend.Key{Account: id, Service: service, Region: region}, Day: day, Category: category, Amount: decimal.RequireFromString(amount), Currency: "USD"}
	}
	m, p := id(t, member), id(t, payer)
	want := spend.Sheet{From: from, To: to, ObservedAt: now, Requests: 7, Estimated: map[spend.Day]bool{to: true}, Charges: []spend.Charge{
		charge(p, "SavingsPlanUpfrontFee", "", from, spend.Fee, "500"),
		charge(p, "Support fee", "", from, spend.Fee, "29"),
		charge(p, "AWS Cost Explorer", "NoRegion", from, spend.Usage, "3"),
		charge(m, "Amazon CloudFront", "global", from, spend.Usage, "-0.5"),
		charge(m, "Amazon EC2", "eu-west-1", from, spend.Usage, "10.75"),
		charge(m, "Amazon S3", "eu-west-1", from, spend.Usage, "-0.0000001"),
		charge(m, spend.Rest, "", from, spend.Usage, "2"),
		charge(m, spend.Rest, "eu-north-1", from, spend.Usage, "0.004"), // cents are not asked about
		charge(p, "", "", to, spend.Credit, "-40"),
		charge(p, "", "", to, spend.Tax, "10"),
	}}
	if diff := cmp.Diff(want, sheet, sameMoney, sameID); diff != "" {
		t.Error(diff)
	}
	if spent != 7 {
		t.Errorf("%d requests were counted", spent)
	}
	made := c.made("ce:GetCostAndUsage")
	var order []string
	for i, in := range made {
		order = append(order, asked(in))
		if in.text("Granularity") != "DAILY" {
			t.Errorf("request %d: %v", i, in.body)
		}
	}
	if diff := cmp.Diff([]string{"regions", "regions", "NoRegion", "eu-west-1", "eu-west-1", "global", "apart"}, order); diff != "" {
		t.Error(diff)
	}
	// Services are asked for on the days that have any; all else on all days.
	for i, end := range map[int]string{0: "2026-11-20", 3: dayTwo, 6: "2026-11-20"} {
		if diff := cmp.Diff(map[string]any{"Start": dayOne, "End": end}, made[i].body["TimePeriod"]); diff != "" {
			t.Errorf("request %d: %s", i, diff)
		}
	}
	// A page is asked for with the same request but for the token.
	delete(made[1].body, "NextPageToken")
	if diff := cmp.Diff(made[0].body, made[1].body); diff != "" {
		t.Error(diff)
	}
	if got := fmt.Sprint(made[0].body["GroupBy"], made[3].body["GroupBy"], made[6].body["GroupBy"]); got !=
		"[map[Key:LINKED_ACCOUNT Type:DIMENSION] map[Key:REGION Type:DIMENSION]] [map[Key:LINKED_ACCOUNT Type:DIMENSION] map[Key:SERVICE Type:DIMENSION]] [map[Key:LINKED_ACCOUNT Type:DIMENSION] map[Key:RECORD_TYPE Type:DIMENSION]]" {
		t.Error(got)
	}
}

var (
	sameMoney = cmp.Comparer(func(x, y decimal.Decimal) bool { return x.Equal(y) })
	sameID    = cmp.Comparer(func(x, y account.ID) bool { return x == y })
)

// What is known to be as it was is not asked for again.
func TestCostsAskOnlyForWhatChanged(t *testing.T) {
	from, to := days(t)
	m := id(t, member)
	usage := func(service, region string, day spend.Day, amount string) spend.Charge {
		return spend.Charge{Key: spend.Key{Account: m, Service: service, Region: region}, Day: day, Category: spend.Usage, Amount: decimal.RequireFromString(amount), Currency: "USD"}
	}
	known := []spend.Sheet{
		{From: from, To: from, Charges: []spend.Charge{usage("Amazon EC2", "eu-west-1", from, "7"), usage("Amazon S3", "eu-west-1", from, "3"), usage("Amazon S3", "us-east-1", from, "1"),
			usage("Amazon S3", "eu-north-1", from, "5"), {Key: spend.Key{Account: m}, Day: from, Category: spend.Credit, Amount: decimal.NewFromInt(-9), Currency: "USD"}}},
		{From: to, To: to, Charges: []spend.Charge{usage("Amazon EC2", "eu-west-1", to, "6")}},
	}
	regions := func(call) reply {
		return bill("", billed(dayOne, false, group{member, "eu-west-1", "10.009", ""}, group{member, "us-east-1", "1.02", ""}),
			billed(dayTwo, false, group{member, "eu-west-1", "8", ""}))
	}
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{
		"regions":   regions,
		"eu-west-1": func(call) reply { return bill("", billed(dayTwo, false, group{member, "Amazon EC2", "8", ""})) },
		"us-east-1": func(call) reply { return bill("", billed(dayOne, false, group{member, "Amazon S3", "1.02", ""})) },
	}))
	sheet, err := open(t, options()).Costs(t.Context(), from, to, known, free)
	if err != nil {
		t.Fatal(err)
	}
	want := []spend.Charge{
		usage("Amazon EC2", "eu-west-1", from, "7"), usage("Amazon S3", "eu-west-1", from, "3"), // within a cent of what was known
		usage("Amazon S3", "us-east-1", from, "1.02"), // eu-north-1 was taken back
		usage("Amazon EC2", "eu-west-1", to, "8"),
	}
	if diff := cmp.Diff(want, sheet.Charges, sameMoney, sameID); diff != "" {
		t.Error(diff)
	}
	if n := len(c.made("ce:GetCostAndUsage")); n != 4 {
		t.Errorf("%d requests", n)
	}
	for i := range known { // what is known in another currency is not known
		for j := range known[i].Charges {
			known[i].Charges[j].Currency = "EUR"
		}
	}
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": regions, "eu-west-1": func(call) reply {
		return bill("", billed(dayOne, false, group{member, "Amazon EC2", "10.009", ""}), billed(dayTwo, false, group{member, "Amazon EC2", "8", ""}))
	}, "us-east-1": func(call) reply { return bill("", billed(dayOne, false, group{member, "Amazon S3", "1.02", ""})) }}))
	if sheet, err = open(t, options()).Costs(t.Context(), from, to, known, free); err != nil || len(sheet.Charges) != 3 {
		t.Errorf("%+v, %v", sheet.Charges, err)
	}
}

// Services that do not come to their region are read while the bill changed,
// or AWS names none for the rest. A second look at the regions tells which.
func TestServicesThatDoNotExplainTheirRegion(t *testing.T) {
	from, to := days(t)
	region := func(one, two string) reply {
		return bill("", billed(dayOne, false, group{member, "eu-west-1", one, ""}), billed(dayTwo, false, group{member, "eu-west-1", two, ""}))
	}
	second := func(one string) reply { return bill("", billed(dayOne, false, group{member, "eu-west-1", one, ""})) }
	services := func(call) reply {
		return bill("", billed(dayOne, false, group{member, "Amazon EC2", "8", ""}), billed(dayTwo, false, group{member, "Amazon EC2", "9.995", ""}))
	}
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": inTurn(region("10", "10"), second("10")), "eu-west-1": services}))
	sheet, err := open(t, options()).Costs(t.Context(), from, to, nil, free)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range sheet.Charges {
		got = append(got, c.Day.String()+" "+c.Service+" "+c.Amount.String())
	}
	if diff := cmp.Diff([]string{dayOne + " Amazon EC2 8", dayOne + " " + spend.Rest + " 2", dayTwo + " Amazon EC2 9.995"}, got); diff != "" {
		t.Error(diff)
	}
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": inTurn(region("10", "10"), second("8")), "eu-west-1": services}))
	var gap account.Gap
	sheet, err = open(t, options()).Costs(t.Context(), from, to, nil, free)
	if !errors.As(err, &gap) || gap.Cause != account.Unavailable || !strings.Contains(gap.Sentence, "changed while") || len(sheet.Charges) != 0 {
		t.Errorf("%+v", err)
	}
}

func TestCostsAreWholeOrNone(t *testing.T) {
	one := group{member, "Amazon EC2", "1", ""}
	long := billed(dayOne, false)
	long["TimePeriod"] = map[string]any{"Start": dayOne, "End": "2026-12-01"}
	ungrouped := billed(dayTwo, false)
	ungrouped["Total"] = map[string]any{"UnblendedCost": map[string]any{"Amount": "5", "Unit": "USD"}}
	threeKeys := billed(dayTwo, false, one)
	threeKeys["Groups"].([]map[string]any)[0]["Keys"] = []string{member}
	tests := []struct {
		name  string
		pages []reply
		cause account.Cause
		says  string
	}{
		{"a repeated token", []reply{bill("p", billed(dayOne, false)), bill("p", billed(dayTwo, false))}, account.Undecodable, "circle"},
		{"a failed second page", []reply{bill("p", billed(dayOne, false, one)), {500, "{}"}}, account.Unavailable, ""},
		{"an HTML second page", []reply{bill("p", billed(dayOne, false, one)), {200, "<html>"}}, account.Undecodable, ""},
		{"a missing day", []reply{bill("", billed(dayOne, false, one))}, account.Undecodable, dayTwo + " is missing"},
		{"an empty answer", []reply{{200, "{}"}}, account.Undecodable, "missing"},
		{"a day that was not asked for", []reply{bill("", billed(dayOne, false), billed(dayTwo, false), billed("2026-11-20", false))}, account.Undecodable, "not asked for"},
		{"a month in one result", []reply{bill("", long, billed(dayTwo, false))}, account.Undecodable, "not one day"},
		{"no period", []reply{{200, `{"ResultsByTime":[{}]}`}}, account.Undecodable, "no period"},
		{"two currencies", []reply{bill("", billed(dayOne, false, one), billed(dayTwo, false, group{member, "Amazon EC2", "1", "EUR"}))}, account.Undecodable, "mixes USD and EUR"},
		{"no currency", []reply{{200, strings.ReplaceAll(bill("", billed(dayOne, false, one)).body, `"Unit":"USD"`, `"Unit":""`)}}, account.Undecodable, "currency"},
		{"not an amount", []reply{bill("", billed(dayOne, false, group{member, "Amazon EC2", "a lot", ""}))}, account.Undecodable, "not an amount"},
		{"an endless amount", []reply{bill("", billed(dayOne, false, group{member, "Amazon EC2", "1e999999999", ""}))}, account.Undecodable, "not an amount"},
		{"no metric", []reply{{200, strings.ReplaceAll(bill("", billed(dayOne, false, one)).body, "UnblendedCost", "BlendedCost")}}, account.Undecodable, "UnblendedCost"},
		{"a key that is no account", []reply{bill("", billed(dayOne, false, group{"NoAccount", "Amazon EC2", "1", ""}))}, account.Undecodable, "not an AWS account id"},
		{"one key", []reply{bill("", threeKeys)}, account.Undecodable, "keys"},
		{"a total in the place of groups", []reply{bill("", billed(dayOne, false), ungrouped)}, account.Undecodable, "not grouped"},
		{"not enabled", []reply{{400, jsonError("AccessDeniedException", "User not enabled for cost explorer access")}}, account.NotEnabled, "open Billing and Cost Management"},
		{"denied by IAM", []reply{{400, jsonError("AccessDeniedException", "User: arn is not authorized to perform: ce:GetCostAndUsage because no identity-based policy allows it")}}, account.Denied, "allow it in the policy of Rootwatch's role"},
		{"denied without a reason", []reply{{400, jsonError("AccessDeniedException", "User: arn is not authorized to perform: ce:GetCostAndUsage")}}, account.Denied, "IAM user and role access to Billing"},
		{"denied by an SCP", []reply{{400, jsonError("AccessDeniedException", "with an explicit deny in a service control policy")}}, account.Denied, "service control policy"},
		{"no data yet", []reply{{400, jsonError("DataUnavailableException", "The requested data is unavailable.")}}, account.Unavailable, "not ready"},
		{"throttled", []reply{{400, jsonError("LimitExceededException", "Rate exceeded")}}, account.Throttled, ""},
		{"the bill changed", []reply{bill("p", billed(dayOne, false)), {400, jsonError("RequestChangedException", "")}}, account.Unavailable, "changed"},
		{"own credentials expired", []reply{{400, jsonError("ExpiredTokenException", "expired")}}, account.BadCredentials, "expired"},
	}
	for _, tt := range tests {
		for _, part := range []string{"regions", "eu-west-1", "apart"} {
			t.Run(tt.name+" in "+part, func(t *testing.T) {
				key := map[string]string{"regions": "us-east-1", "eu-west-1": "Amazon EC2", "apart": "Refund"}[part]
				pages := make([]reply, len(tt.pages))
				for i, p := range tt.pages {
					pages[i] = reply{p.status, strings.ReplaceAll(p.body, "Amazon EC2", key)}
				}
				c := newCloud(t, payer)
				answers := map[string]func(call) reply{
					"regions": func(call) reply {
						return bill("", billed(dayOne, false, group{member, "eu-west-1", "1", ""}), billed(dayTwo, false, group{member, "eu-west-1", "1", ""}))
					},
					"eu-west-1": func(call) reply {
						return bill("", billed(dayOne, false, one), billed(dayTwo, false, one))
					},
				}
				answers[part] = inTurn(pages...)
				c.on("ce:GetCostAndUsage", billing(answers))
				from, to := days(t)
				sheet, err := open(t, options()).Costs(t.Context(), from, to, nil, free)
				var gap account.Gap
				if !errors.As(err, &gap) || gap.Cause != tt.cause || !strings.Contains(gap.Sentence, tt.says) || gap.Call != "ce:GetCostAndUsage" {
					t.Fatalf("%+v, want %q saying %q", gap, tt.cause, tt.says)
				}
				if diff := cmp.Diff(spend.Sheet{}, sheet); diff != "" {
					t.Errorf("a part of a sheet came back: %s", diff)
				}
			})
		}
	}
}

func TestAnAdjustmentOfAnotherKind(t *testing.T) {
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{
		"apart": inTurn(bill("", billed(dayOne, false, group{payer, "Usage", "1", ""}), billed(dayTwo, false)))}))
	from, to := days(t)
	var gap account.Gap
	if _, err := open(t, options()).Costs(t.Context(), from, to, nil, free); !errors.As(err, &gap) || gap.Cause != account.Undecodable {
		t.Errorf("%+v", err)
	}
}

func TestCostsBudget(t *testing.T) {
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": inTurn(bill("p", billed(dayOne, false)), bill("", billed(dayTwo, false)))}))
	from, to := days(t)
	for budget := range 3 {
		before := len(c.made("ce:GetCostAndUsage"))
		left := budget
		sheet, err := open(t, options()).Costs(t.Context(), from, to, nil, func(n int) error {
			if left -= n; left < 0 {
				return errors.New("the day's 3 requests are used up")
			}
			return nil
		})
		var gap account.Gap
		if !errors.As(err, &gap) || gap.Cause != account.OverBudget || gap.Sentence != "the day's 3 requests are used up" || len(sheet.Charges) != 0 {
			t.Errorf("budget %d: %+v", budget, err)
		}
		if n := len(c.made("ce:GetCostAndUsage")) - before; n > budget {
			t.Errorf("budget %d: %d requests went out", budget, n)
		}
		c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": inTurn(bill("p", billed(dayOne, false)), bill("", billed(dayTwo, false)))}))
	}
}

func TestRetriesAreCounted(t *testing.T) {
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", billing(map[string]func(call) reply{"regions": inTurn(
		reply{400, jsonError("LimitExceededException", "Rate exceeded")}, reply{500, "{}"}, bill("", billed(dayOne, false), billed(dayTwo, false)))}))
	from, to := days(t)
	spent := 0
	sheet, err := open(t, options()).Costs(t.Context(), from, to, nil, func(n int) error { spent += n; return nil })
	if err != nil || spent != 4 || sheet.Requests != 2 {
		t.Errorf("%d attempts counted, %d pages, %v", spent, sheet.Requests, err)
	}
	c.on("ce:GetCostAndUsage", fixed(500, "{}"))
	spent = 0
	if _, err = open(t, options()).Costs(t.Context(), from, to, nil, func(n int) error { spent += n; return nil }); err == nil || spent != 3 {
		t.Errorf("a failing page was attempted %d times, want 3: %v", spent, err)
	}
}

func TestCostsNeverAskForToday(t *testing.T) {
	c := newCloud(t, payer)
	today := spend.DayOf(now)
	for _, period := range [][2]spend.Day{{today - 1, today}, {today, today}, {today - 1, today + 5}, {today - 2, today - 3}} {
		var gap account.Gap
		_, err := open(t, options()).Costs(t.Context(), period[0], period[1], nil, free)
		if !errors.As(err, &gap) || gap.Cause != account.NotCollected {
			t.Errorf("%s to %s: %+v", period[0], period[1], err)
		}
	}
	if len(c.calls) != 0 {
		t.Errorf("AWS was asked: %v", c.calls[0].action)
	}
}

func TestCostsThroughTheManagementRole(t *testing.T) {
	c := newCloud(t, member)
	c.on("ce:GetCostAndUsage", nothing)
	o := options()
	o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/RootwatchAudit"
	from, to := days(t)
	if _, err := open(t, o).Costs(t.Context(), from, to, nil, free); err != nil {
		t.Fatal(err)
	}
	for _, in := range c.made("ce:GetCostAndUsage") {
		if in.account != payer {
			t.Errorf("asked as %s", in.account)
		}
	}
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
	var gap account.Gap
	spent := 0
	_, err := open(t, o).Costs(t.Context(), from, to, nil, func(n int) error { spent += n; return nil })
	if !errors.As(err, &gap) || gap.Cause != account.Denied || gap.Call != "sts:AssumeRole" || !strings.Contains(gap.Sentence, o.ManagementRoleARN) {
		t.Errorf("%+v", err)
	}
	if spent != 0 {
		t.Errorf("%d requests were counted that were never sent", spent)
	}
}
