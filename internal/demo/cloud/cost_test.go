package cloud_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"rootwatch/internal/demo/cloud"
)

// costInput asks for the days from..to, counted from today, by account and service.
func costInput(from, to int) *costexplorer.GetCostAndUsageInput {
	return &costexplorer.GetCostAndUsageInput{
		TimePeriod: &types.DateInterval{
			Start: aws.String(today.AddDate(0, 0, from).Format(time.DateOnly)),
			End:   aws.String(today.AddDate(0, 0, to).Format(time.DateOnly)),
		},
		Granularity: types.GranularityDaily,
		Metrics:     []string{"UnblendedCost"},
		GroupBy: []types.GroupDefinition{
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String("LINKED_ACCOUNT")},
			{Type: types.GroupDefinitionTypeDimension, Key: aws.String("SERVICE")},
		},
	}
}

func only(key string, values ...string) *types.Expression {
	return &types.Expression{Dimensions: &types.DimensionValues{Key: types.Dimension(key), Values: values}}
}

// costs collects all pages as "day key key" -> amount.
func costs(t *testing.T, w world, in *costexplorer.GetCostAndUsageInput) (amounts map[string]decimal.Decimal, pages int) {
	t.Helper()
	client := costexplorer.NewFromConfig(w.cfg)
	amounts = map[string]decimal.Decimal{}
	for {
		out, err := client.GetCostAndUsage(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, r := range out.ResultsByTime {
			for _, g := range r.Groups {
				key := *r.TimePeriod.Start + " " + strings.Join(g.Keys, " ")
				if _, twice := amounts[key]; twice {
					t.Errorf("%s stands twice", key)
				}
				amounts[key] = decimal.RequireFromString(*g.Metrics["UnblendedCost"].Amount)
			}
		}
		if out.NextPageToken == nil {
			return amounts, pages
		}
		next := *in
		next.NextPageToken = out.NextPageToken
		in = &next
	}
}

func TestPagesAreTheSameBill(t *testing.T) {
	want, one := costs(t, start(t, cloud.DemoOrganization(today), cloud.Options{CostPage: 100_000}), costInput(-10, 0))
	if one != 1 || len(want) < 1500 {
		t.Fatalf("%d groups on %d pages", len(want), one)
	}
	for _, size := range []int{1999, 100, 37} {
		got, pages := costs(t, start(t, cloud.DemoOrganization(today), cloud.Options{CostPage: size}), costInput(-10, 0))
		if wantPages := (len(want) + size - 1) / size; pages != wantPages {
			t.Errorf("pages of %d: %d, want %d", size, pages, wantPages)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("pages of %d: %s", size, diff)
		}
	}
}

func TestTokenIsBoundToItsRequest(t *testing.T) {
	w := start(t, cloud.DemoOrganization(today), cloud.Options{CostPage: 10})
	client := costexplorer.NewFromConfig(w.cfg)
	first, err := client.GetCostAndUsage(t.Context(), costInput(-3, 0))
	if err != nil {
		t.Fatal(err)
	}
	other := costInput(-4, 0)
	other.NextPageToken = first.NextPageToken
	_, err = client.GetCostAndUsage(t.Context(), other)
	_ = wantCode(t, err, "RequestChangedException")
	other.NextPageToken = aws.String("nonsense")
	_, err = client.GetCostAndUsage(t.Context(), other)
	_ = wantCode(t, err, "InvalidNextTokenException")
	member := costInput(-3, 0)
	member.NextPageToken = first.NextPageToken
	_, err = costexplorer.NewFromConfig(w.in(t, "123456789012")).GetCostAndUsage(t.Context(), member)
	_ = wantCode(t, err, "RequestChangedException")
}

func TestAnswerNamesAccountsAndOpenMonth(t *testing.T) {
	w := demo(t)
	in := costInput(-30, 0)
	in.Filter = only("LINKED_ACCOUNT", "444455556666", "123456789012")
	out, err := costexplorer.NewFromConfig(w.cfg).GetCostAndUsage(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, v := range out.DimensionValueAttributes {
		names[*v.Value] = v.Attributes["description"]
	}
	if want := map[string]string{"444455556666": "data-lake", "123456789012": "prod-payments"}; !cmp.Equal(names, want) {
		t.Errorf("names %v", names)
	}
	if len(out.ResultsByTime) != 30 || len(out.GroupDefinitions) != 2 {
		t.Errorf("%d days, %d group definitions", len(out.ResultsByTime), len(out.GroupDefinitions))
	}
	for _, r := range out.ResultsByTime {
		if open := strings.HasPrefix(*r.TimePeriod.Start, "2026-11"); r.Estimated != open {
			t.Errorf("%s: estimated is %t", *r.TimePeriod.Start, r.Estimated)
		}
		if len(r.Total) != 0 || len(r.Groups) == 0 {
			t.Errorf("%s: total %v beside %d groups", *r.TimePeriod.Start, r.Total, len(r.Groups))
		}
		if unit := *r.Groups[0].Metrics["UnblendedCost"].Unit; unit != "USD" {
			t.Errorf("unit %s", unit)
		}
	}
}

// Yesterday grows until it is two days old; older days never change.
func TestDaysAreWholeAfterTwo(t *testing.T) {
	now := today
	w := start(t, cloud.DemoOrganization(today), cloud.Options{Now: func() time.Time { return now }})
	before, _ := costs(t, w, costInput(-60, 1))
	now = now.AddDate(0, 0, 1)
	after, _ := costs(t, w, costInput(-60, 1))
	yesterday, beforeThat := "2026-11-21", "2026-11-20"
	for key, amount := range before {
		switch ratio := amount.Div(after[key]); {
		case strings.HasPrefix(key, "2026-11-22"):
			t.Errorf("%s: today has cost %s", key, amount)
		case strings.HasPrefix(key, yesterday):
			if diff := ratio.Sub(decimal.RequireFromString("0.6")).Abs(); diff.GreaterThan(decimal.RequireFromString("0.000001")) {
				t.Errorf("%s: yesterday showed %s of it", key, ratio)
			}
		case !amount.Equal(after[key]):
			t.Errorf("%s changed from %s to %s", key, amount, after[key])
		}
	}
	for _, day := range []string{yesterday, beforeThat} {
		if key := day + " 444455556666 Amazon Redshift"; before[key].IsZero() || after[key].IsZero() {
			t.Errorf("%s has no cost", key)
		}
	}
	if key := "2026-11-22 444455556666 Amazon Redshift"; after[key].IsZero() {
		t.Errorf("a day later %s has no cost", key)
	}
}

func TestFiltersAndGroups(t *testing.T) {
	w := demo(t)
	not := &types.Expression{Not: only("RECORD_TYPE", "Credit", "Refund", "Tax")}
	for _, c := range []struct {
		name   string
		filter *types.Expression
		group  []string
		want   []string
	}{
		{"record types", nil, []string{"RECORD_TYPE"}, []string{"Credit", "Refund", "Support fee", "Tax", "Usage"}},
		{"usage alone", not, []string{"RECORD_TYPE"}, []string{"Support fee", "Usage"}},
		{"and", &types.Expression{And: []types.Expression{*not, *only("LINKED_ACCOUNT", "210987654321")}}, []string{"LINKED_ACCOUNT", "RECORD_TYPE"}, []string{"210987654321 Usage"}},
		{"or", &types.Expression{Or: []types.Expression{*only("RECORD_TYPE", "Tax"), *only("SERVICE", "Amazon Redshift")}}, []string{"SERVICE"}, []string{"Amazon Redshift", "Tax"}},
		{"region", only("REGION", "global"), []string{"SERVICE"}, []string{"Amazon CloudFront", "Amazon Route 53"}},
		{"no region", only("REGION", "NoRegion"), []string{"SERVICE"}, []string{"AWS Support (Business)", "Tax"}},
		{"regions", nil, []string{"REGION"}, []string{"NoRegion", "global", "us-east-1", "us-west-2"}},
		{"a new region", only("REGION", "us-west-2"), []string{"LINKED_ACCOUNT", "SERVICE"}, []string{"123456789012 " + cloud.ServiceEC2}},
		{"nothing", only("SERVICE", "Amazon Braket"), []string{"SERVICE"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := costInput(-30, 0)
			in.Filter, in.GroupBy = c.filter, nil
			for _, key := range c.group {
				in.GroupBy = append(in.GroupBy, types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: aws.String(key)})
			}
			amounts, _ := costs(t, w, in)
			found := map[string]bool{}
			for key := range amounts {
				found[key[len("2026-11-22 "):]] = true
			}
			if got := slices.Sorted(maps.Keys(found)); !cmp.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestMonthsAndTotalsAreTheSumOfDays(t *testing.T) {
	w := demo(t)
	days, _ := costs(t, w, costInput(-60, 0))
	sums := map[string]decimal.Decimal{}
	for key, amount := range days {
		sums[key[:len("2026-11")]] = sums[key[:len("2026-11")]].Add(amount)
	}
	in := costInput(-60, 0)
	in.Granularity, in.GroupBy = types.GranularityMonthly, nil
	out, err := costexplorer.NewFromConfig(w.cfg).GetCostAndUsage(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var periods []string
	for _, r := range out.ResultsByTime {
		periods = append(periods, *r.TimePeriod.Start+" "+*r.TimePeriod.End)
		got := decimal.RequireFromString(*r.Total["UnblendedCost"].Amount)
		if want := sums[(*r.TimePeriod.Start)[:len("2026-11")]]; !got.Equal(want) {
			t.Errorf("%s: %s, its days come to %s", *r.TimePeriod.Start, got, want)
		}
	}
	if want := []string{"2026-09-23 2026-10-01", "2026-10-01 2026-11-01", "2026-11-01 2026-11-22"}; !cmp.Equal(periods, want) {
		t.Errorf("periods %v", periods)
	}
}

func TestMembersSeeTheirOwnCost(t *testing.T) {
	w := demo(t)
	w.cfg = w.in(t, "444455556666")
	amounts, _ := costs(t, w, costInput(-3, 0))
	for key := range amounts {
		if !strings.Contains(key, "444455556666") {
			t.Errorf("a member sees %s", key)
		}
	}
	if len(amounts) == 0 {
		t.Error("a member sees nothing")
	}
}

func TestCostExplorerRefuses(t *testing.T) {
	w := demo(t)
	for _, c := range []struct {
		name   string
		change func(*costexplorer.GetCostAndUsageInput)
	}{
		{"backwards", func(in *costexplorer.GetCostAndUsageInput) { *in = *costInput(0, -3) }},
		{"past next month", func(in *costexplorer.GetCostAndUsageInput) { *in = *costInput(-3, 10) }},
		{"too old", func(in *costexplorer.GetCostAndUsageInput) { *in = *costInput(-500, 0) }},
		{"from tomorrow", func(in *costexplorer.GetCostAndUsageInput) { *in = *costInput(1, 3) }},
		{"no date", func(in *costexplorer.GetCostAndUsageInput) { in.TimePeriod.Start = aws.String("yesterday") }},
		{"metric", func(in *costexplorer.GetCostAndUsageInput) { in.Metrics = []string{"UNBLENDED_COST"} }},
		{"three groups", func(in *costexplorer.GetCostAndUsageInput) { in.GroupBy = append(in.GroupBy, in.GroupBy[0]) }},
		{"unknown group", func(in *costexplorer.GetCostAndUsageInput) { in.GroupBy[0].Key = aws.String("SHOE_SIZE") }},
		{"hourly", func(in *costexplorer.GetCostAndUsageInput) { in.Granularity = types.GranularityHourly }},
		{"one operand", func(in *costexplorer.GetCostAndUsageInput) {
			in.Filter = &types.Expression{And: []types.Expression{*only("SERVICE", "Tax")}}
		}},
		{"two roots", func(in *costexplorer.GetCostAndUsageInput) {
			in.Filter = only("SERVICE", "Tax")
			in.Filter.Not = only("SERVICE", "Tax")
		}},
		{"no root below", func(in *costexplorer.GetCostAndUsageInput) {
			in.Filter = &types.Expression{Or: []types.Expression{*only("SERVICE", "Tax"), {}}}
		}},
		{"unknown dimension", func(in *costexplorer.GetCostAndUsageInput) { in.Filter = only("AZ", "x") }},
		{"tags", func(in *costexplorer.GetCostAndUsageInput) {
			in.Filter = &types.Expression{Tags: &types.TagValues{Key: aws.String("team")}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := costInput(-3, 0)
			c.change(in)
			_, err := costexplorer.NewFromConfig(w.cfg).GetCostAndUsage(t.Context(), in)
			_ = wantCode(t, err, "ValidationException")
		})
	}
	w.Update(func(o *cloud.Organization) { o.CostExplorerOff = true })
	_, err := costexplorer.NewFromConfig(w.cfg).GetCostAndUsage(t.Context(), costInput(-3, 0))
	if api := wantCode(t, err, "AccessDeniedException"); api.ErrorMessage() != "User not enabled for cost explorer access" {
		t.Errorf("message %q", api.ErrorMessage())
	}
}

func TestMoneyIsWrittenPlainly(t *testing.T) {
	for amount, want := range map[cloud.Money]string{
		0: "0", 1: "0.0000000001", -1: "-0.0000000001", cloud.Dollar: "1", cloud.Dollars(565.25): "565.25",
		cloud.Dollars(-12): "-12", cloud.Dollars(1234567.5) + 1: "1234567.5000000001",
	} {
		if got := amount.String(); got != want {
			t.Errorf("%d is %s, want %s", int64(amount), got, want)
		}
	}
	w := demo(t)
	amounts, _ := costs(t, w, costInput(-2, -1))
	long := 0
	for _, amount := range amounts {
		if amount.Exponent() < -8 {
			long++
		}
	}
	if long < len(amounts)/2 {
		t.Errorf("only %d of %d amounts have more than 8 decimals", long, len(amounts))
	}
}

// A cost is a function of the day: it is the same in an emulator that was
// started on another day, but for what is planted.
func TestHistoryDoesNotDependOnTheStart(t *testing.T) {
	later := today.AddDate(0, 0, 5)
	clock := cloud.Options{Now: func() time.Time { return later }}
	first, _ := costs(t, start(t, cloud.DemoOrganization(today), clock), costInput(-120, -2))
	second, _ := costs(t, start(t, cloud.DemoOrganization(later), clock), costInput(-120, -2))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Error(diff)
	}
	if want := 118; len(first) < want*200 {
		t.Errorf("%d groups on %d days", len(first), want)
	}
}
