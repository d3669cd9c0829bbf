package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// nameRunes is the longest name repeated in a sentence: AWS allows 50 for an
// account, and a service's name is about as long.
const nameRunes = 60

// Clean makes a stranger's text fit for one line: control, formatting and
// direction characters go, every kind of white space becomes one blank.
// It escapes nothing; whoever draws does.
func Clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r > ' ' && r < 0x7f: // nearly always
			return r
		case unicode.IsSpace(r), unicode.In(r, unicode.Z):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}

// Clip keeps at most limit runes of s; the last of them is an ellipsis where
// something was cut.
func Clip(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	if limit < 1 {
		return ""
	}
	return strings.TrimRight(string(runes[:limit-1]), " ") + "…"
}

// Label is an account for a person: its name, or its id where it has none.
func Label(name string, id account.ID) string {
	if clean := Clip(Clean(name), nameRunes); clean != "" {
		return clean
	}
	if id.IsZero() {
		return "an unnamed account"
	}
	return id.String()
}

// LabelID is name and id, "prod-payments (123456789012)", or the id alone.
func LabelID(name string, id account.ID) string {
	label := Label(name, id)
	if id.IsZero() || label == id.String() {
		return label
	}
	return label + " (" + id.String() + ")"
}

// Number is "40", "1,204".
func Number(n int) string { return humanize.Comma(int64(n)) }

// Count is "1 account", "1,204 accounts".
func Count(n int, one, many string) string {
	return Number(n) + " " + english.PluralWord(n, one, many)
}

// DateText is a date as messages write it, "Sun 22 Nov", in t's own zone.
func DateText(t time.Time) string { return t.Format("Mon 2 Jan") }

// DayText is DateText of a billed day, which is a day in UTC.
func DayText(d spend.Day) string { return DateText(d.Time()) }

// Age is how long something has stood at the instant at: "new" within the
// first hour, "5 h" within two days, then "12 d". It is "" where since is not known.
func Age(since, at time.Time) string {
	age := at.Sub(since)
	switch {
	case since.IsZero() || at.IsZero():
		return ""
	case age < time.Hour:
		return "new"
	case age < 48*time.Hour:
		return fmt.Sprintf("%d h", age/time.Hour)
	}
	return humanize.Comma(int64(age/(24*time.Hour))) + " d"
}

// MoneyFormat writes an amount: "$1,930", "$42.10" (cents below one hundred),
// "EUR 1,930", "-$310". An amount without a currency is a bare number.
func MoneyFormat(amount decimal.Decimal, currency string) string {
	return moneyText(amount, currency, amount.Abs().Round(2).LessThan(decimal.NewFromInt(100)))
}

// MoneyColumn writes the amounts of a table's column alike: with cents where
// any of them is below one hundred and not zero, else all without.
func MoneyColumn(currency string, amounts ...decimal.Decimal) func(decimal.Decimal) string {
	withCents := slices.ContainsFunc(amounts, func(a decimal.Decimal) bool {
		return !a.IsZero() && a.Abs().Round(2).LessThan(decimal.NewFromInt(100))
	})
	return func(a decimal.Decimal) string { return moneyText(a, currency, withCents) }
}

func moneyText(amount decimal.Decimal, currency string, withCents bool) string {
	rounded := amount.Abs().Round(0)
	text := humanize.BigComma(rounded.BigInt())
	if withCents {
		rounded = amount.Abs().Round(2)
		_, cents, _ := strings.Cut(rounded.StringFixed(2), ".")
		text = humanize.BigComma(rounded.BigInt()) + "." + cents
	}
	unit := Clip(Clean(strings.ToUpper(currency)), 8)
	switch unit {
	case "USD":
		unit = "$"
	case "":
	default:
		unit += " "
	}
	if amount.IsNegative() && !rounded.IsZero() {
		unit = "-" + unit
	}
	return unit + text
}

// Difference is MoneyFormat with a leading plus for what is not negative.
func Difference(amount decimal.Decimal, currency string) string {
	return Signed(MoneyFormat(amount, currency))
}

// Signed puts a plus before an amount that has no minus.
func Signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return text
	}
	return "+" + text
}

// usualBand is how far from usual is still "as usual" in words, in percent. It
// is wording only: the detector has its own limits.
const usualBand = 5

// Against compares an amount with the usual one: "as usual", "6 % above the
// usual", "3.4 times the usual", or "" where nothing is usual.
func Against(actual, usual decimal.Decimal) string {
	if !usual.IsPositive() {
		return ""
	}
	percent := actual.Sub(usual).Mul(decimal.NewFromInt(100)).Div(usual)
	switch {
	case percent.Abs().LessThan(decimal.NewFromInt(usualBand)):
		return "as usual"
	case percent.GreaterThanOrEqual(decimal.NewFromInt(100)):
		return Times(actual, usual) + " the usual"
	case percent.IsPositive():
		return percent.Round(0).String() + " % above the usual"
	}
	return percent.Neg().Round(0).String() + " % below the usual"
}

// Times is a ratio in words, "3.4 times", without decimals from ten on; ""
// where usual is not positive.
func Times(actual, usual decimal.Decimal) string {
	if !usual.IsPositive() {
		return ""
	}
	ratio := actual.Div(usual)
	if ratio.GreaterThanOrEqual(decimal.NewFromInt(10)) {
		return humanize.BigComma(ratio.Round(0).BigInt()) + " times"
	}
	return ratio.Round(1).String() + " times"
}

// ServiceName is what people call an AWS service: Cost Explorer's own name
// shortened where the short one is better known.
func ServiceName(aws string) string {
	name := Clip(Clean(aws), nameRunes)
	if name == "" {
		return "a service without a name"
	}
	if short, ok := shortServices[name]; ok {
		return short
	}
	for _, brand := range []string{"Amazon ", "AWS "} {
		if rest, ok := strings.CutPrefix(name, brand); ok && rest != "" {
			return rest
		}
	}
	return name
}

// shortServices has the names as Cost Explorer's SERVICE dimension writes them.
var shortServices = map[string]string{
	"Amazon API Gateway":                              "API Gateway",
	"Amazon EC2 Container Registry (ECR)":             "ECR",
	"Amazon Elastic Block Store":                      "EBS",
	"Amazon Elastic Compute Cloud - Compute":          "EC2",
	"Amazon Elastic Container Registry Public":        "ECR Public",
	"Amazon Elastic Container Service":                "ECS",
	"Amazon Elastic Container Service for Kubernetes": "EKS",
	"Amazon Elastic File System":                      "EFS",
	"Amazon Elastic Kubernetes Service":               "EKS",
	"Amazon Elastic Load Balancing":                   "ELB",
	"Amazon Elastic MapReduce":                        "EMR",
	"Amazon Managed Streaming for Apache Kafka":       "MSK",
	"Amazon OpenSearch Service":                       "OpenSearch",
	"Amazon Relational Database Service":              "RDS",
	"Amazon Simple Email Service":                     "SES",
	"Amazon Simple Notification Service":              "SNS",
	"Amazon Simple Queue Service":                     "SQS",
	"Amazon Simple Storage Service":                   "S3",
	"Amazon Virtual Private Cloud":                    "VPC",
	"AmazonCloudWatch":                                "CloudWatch",
	"AWS Certificate Manager":                         "ACM",
	"AWS Database Migration Service":                  "DMS",
	"AWS Key Management Service":                      "KMS",
	"Elastic Load Balancing":                          "ELB",
}

// sentences joins parts to one line: each gets its full stop, empty ones are
// left out, and the whole is clean and at most sentenceRunes long.
func sentences(parts ...string) string {
	var kept []string
	for _, part := range parts {
		part = Clean(part)
		if part == "" {
			continue
		}
		if !strings.ContainsAny(part[len(part)-1:], ".?!") {
			part += "."
		}
		kept = append(kept, part)
	}
	return Clip(strings.Join(kept, " "), sentenceRunes)
}

// sentenceRunes is the longest Sentence: long enough for any verdict with its
// reasons, short enough for a notification and far below Slack's 3,000.
const sentenceRunes = 600
