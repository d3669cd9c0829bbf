package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

func dollars(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestMoneyFormat(t *testing.T) {
	for _, c := range []struct{ amount, currency, want string }{
		{"1930", "USD", "$1,930"},
		{"1930.49", "USD", "$1,930"},
		{"1930.50", "usd", "$1,931"},
		{"42.1", "USD", "$42.10"},
		{"99.994", "USD", "$99.99"},
		{"99.995", "USD", "$100"},
		{"0", "USD", "$0.00"},
		{"-0.001", "USD", "$0.00"},
		{"0.01", "USD", "$0.01"},
		{"-310", "USD", "-$310"},
		{"-42.1", "EUR", "-EUR 42.10"},
		{"1930", "EUR", "EUR 1,930"},
		{"1930", "", "1,930"},
		{"123456789012345678901234", "USD", "$123,456,789,012,345,678,901,234"},
		{"5", "x\x1b[2J\n", "X[2J 5.00"},
	} {
		if got := bot.MoneyFormat(dollars(c.amount), c.currency); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.amount, c.currency, got, c.want)
		}
	}
	for amount, want := range map[string]string{"310": "+$310", "-310": "-$310"} {
		if got := bot.Difference(dollars(amount), "USD"); got != want {
			t.Errorf("difference %s: %q, want %q", amount, got, want)
		}
	}
}

func TestMoneyColumn(t *testing.T) {
	for _, c := range []struct {
		amounts []string
		want    string
	}{
		{[]string{"900.5", "450.25", "0"}, "$901 $450 $0"},
		{[]string{"1900.5", "90.05", "-3", "0"}, "$1,900.50 $90.05 -$3.00 $0.00"},
		{[]string{"99.999"}, "$100"},
		{[]string{"120", "-0.3"}, "$120.00 -$0.30"},
		{[]string{"120", "0"}, "$120 $0"},
	} {
		var column []decimal.Decimal
		for _, a := range c.amounts {
			column = append(column, dollars(a))
		}
		write := bot.MoneyColumn("USD", column...)
		var got []string
		for _, a := range column {
			got = append(got, write(a))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v is %v, want %s", c.amounts, got, c.want)
		}
	}
	if got := bot.Signed(bot.MoneyColumn("USD", dollars("500"))(dollars("-0.4"))); got != "+$0" {
		t.Errorf("next to nothing is %s", got)
	}
}

func TestOpenFor(t *testing.T) {
	at := time.Date(2026, 11, 22, 4, 46, 0, 0, time.UTC)
	for _, c := range []struct {
		age      time.Duration
		reopened int
		want     string
	}{
		{0, 0, "New"}, {59 * time.Minute, 0, "New"}, {-time.Hour, 0, "New"}, {0, 2, "New, reopened 2 times"},
		{time.Hour, 0, "Open for 1 hour"}, {47 * time.Hour, 0, "Open for 47 hours"}, {48 * time.Hour, 0, "Open for 2 days"},
		{31 * 24 * time.Hour, 1, "Open for 31 days, reopened 1 time"},
	} {
		if got := bot.OpenFor(checks.Finding{FirstSeen: at.Add(-c.age), TimesReopened: c.reopened}, at); got != c.want {
			t.Errorf("after %s: %q, want %q", c.age, got, c.want)
		}
	}
	if got := bot.OpenFor(checks.Finding{TimesReopened: 1}, at); got != "" {
		t.Errorf("of an unknown age: %q", got)
	}
}

func TestNamesOfFindings(t *testing.T) {
	own := checks.Finding{CheckID: "root-access-keys", Short: "Root has an inactive access key"}
	if got := bot.ShortOf(own); got != own.Short {
		t.Errorf("a failure with a name of its own is called %q", got)
	}
	own.Short = ""
	if got := bot.ShortOf(own); got != "Root has an access key" {
		t.Errorf("a failure without is called %q", got)
	}
	if got := bot.GoodOf(own); got != "no access key" {
		t.Errorf("its pass is called %q", got)
	}
	if got := bot.GoodOf(checks.Finding{CheckID: "gone", Title: "Good\nthing"}); got != "Good thing" {
		t.Errorf("the pass of a check that is gone is called %q", got)
	}
	if got := (bot.FleetRow{CheckID: "root-mfa", Title: "x"}).Failing(); got != "Root has no MFA" {
		t.Errorf("the failures of a row are called %q", got)
	}
}

func TestAgainst(t *testing.T) {
	for _, c := range []struct{ actual, usual, want string }{
		{"4812", "4540", "6 % above the usual"},
		{"4512", "4500", "as usual"},
		{"4275", "4500", "5 % below the usual"},
		{"1930", "565", "3.4 times the usual"},
		{"1130", "565", "2 times the usual"},
		{"19300", "565", "34 times the usual"},
		{"0", "565", "100 % below the usual"},
		{"100", "0", ""},
		{"100", "-5", ""},
	} {
		if got := bot.Against(dollars(c.actual), dollars(c.usual)); got != c.want {
			t.Errorf("%s against %s: %q, want %q", c.actual, c.usual, got, c.want)
		}
	}
}

func TestServiceName(t *testing.T) {
	for aws, want := range map[string]string{
		"Amazon Elastic Compute Cloud - Compute": "EC2",
		"EC2 - Other":                            "EC2 - Other",
		"Amazon Simple Storage Service":          "S3",
		"Amazon Relational Database Service":     "RDS",
		"AmazonCloudWatch":                       "CloudWatch",
		"Amazon Bedrock":                         "Bedrock",
		"AWS Lambda":                             "Lambda",
		"Tax":                                    "Tax",
		"Amazon ":                                "Amazon",
		"":                                       "a service without a name",
		"AWS \x1b[31mGlue\n":                     "[31mGlue",
	} {
		if got := bot.ServiceName(aws); got != want {
			t.Errorf("%q: %q, want %q", aws, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"prod\npayments\t 1":      "prod payments 1",
		"a\u00a0b\u2028c":         "a b c",
		"\x1b]0;title\x07x":       "]0;titlex",
		"\u202egnp.exe\u200b":     "gnp.exe",
		"broken \xff utf-8":       "broken \uFFFD utf-8",
		"Köln 東京 \U0001F600 <b>&": "Köln 東京 \U0001F600 <b>&",
		"\x9b31m":                 "\uFFFD31m",
	} {
		if got := bot.Clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, c := range []struct {
		limit int
		want  string
	}{{0, ""}, {1, "…"}, {4, "abc…"}, {6, "abcdef"}, {9, "abcdef"}} {
		if got := bot.Clip("abcdef", c.limit); got != c.want {
			t.Errorf("clip to %d: %q, want %q", c.limit, got, c.want)
		}
	}
}

func TestLabels(t *testing.T) {
	prod := id(t, "123456789012")
	for _, c := range []struct {
		name string
		id   account.ID
		want string
	}{
		{"prod-payments", prod, "prod-payments (123456789012)"},
		{"", prod, "123456789012"},
		{"\x1b", prod, "123456789012"},
		{"123456789012", prod, "123456789012"},
		{"prod", account.ID{}, "prod"},
		{"", account.ID{}, "an unnamed account"},
		{strings.Repeat("n", 90), prod, strings.Repeat("n", 59) + "… (123456789012)"},
	} {
		if got := bot.LabelID(c.name, c.id); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAge(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		since time.Time
		want  string
	}{
		{time.Time{}, ""},
		{at.Add(-59 * time.Minute), "new"},
		{at.Add(-5 * time.Hour), "5 h"},
		{at.Add(-47 * time.Hour), "47 h"},
		{at.Add(-96 * time.Hour), "4 d"},
		{at.Add(-2000 * 24 * time.Hour), "2,000 d"},
		{at.Add(time.Hour), "new"},
	} {
		if got := bot.Age(c.since, at); got != c.want {
			t.Errorf("since %s: %q, want %q", c.since, got, c.want)
		}
	}
}
