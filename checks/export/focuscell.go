package export

import (
	"cmp"
	"math"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// mostCost is more than any line of any bill: beyond it a figure is garbage,
// and its digits would fill the memory. 1e-30 is less than any price.
const (
	mostCost    = 1e12
	mostDecimal = 30
)

func (f *focusFile) cost(text string) (decimal.Decimal, error) {
	if len(text) > 64 {
		return decimal.Zero, f.bad(colBilledCost, text, "is longer than any amount of money")
	}
	amount, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Zero, f.bad(colBilledCost, text, "is no amount of money")
	}
	if exponent := amount.Exponent(); exponent > mostDecimal || exponent < -2*mostDecimal {
		if !amount.IsZero() {
			return decimal.Zero, f.bad(colBilledCost, text, "is beyond what a line of a bill can cost")
		}
		return decimal.Zero, nil
	}
	if math.Abs(amount.InexactFloat64()) > mostCost {
		return decimal.Zero, f.bad(colBilledCost, text, "is beyond what a line of a bill can cost")
	}
	return amount, nil
}

// sameCurrency holds each line against the first: money of two currencies has no sum.
func (f *focusFile) sameCurrency(text string) (string, error) {
	switch {
	case text == "":
		return "", f.bad(colCurrency, text, "names no currency")
	case f.currency == "":
		f.currency = clean(text)
	case text != f.currency:
		return "", f.bad(colCurrency, text, "is another currency than the "+f.currency+" of the lines before; give each currency a file of its own")
	}
	return f.currency, nil
}

// accounts are the account that used and the one that pays. A line without a
// sub account is the payer's own.
func (f *focusFile) accounts(sub, payer string) (used, paid account.ID, err error) {
	if payer != "" {
		if payer != f.payerText {
			if f.payer, err = account.ParseID(payer); err != nil {
				return used, paid, f.bad(colPayer, payer, "is no account id of 12 digits")
			}
			f.payerText = payer
		}
		paid = f.payer
	}
	column, text := colSubAccount, cmp.Or(sub, payer)
	if sub == "" {
		column = colPayer
	}
	if text != f.accountText || text == "" {
		if f.account, err = account.ParseID(text); err != nil {
			return used, paid, f.bad(column, text, "is no account id of 12 digits")
		}
		f.accountText = text
	}
	return f.account, paid, nil
}

// category is what the kinds of FOCUS 1.0 and 1.2, and CUR's refunds, are
// here: purchases are fees; what was set right afterwards is a refund, whichever
// sign it has.
func (f *focusFile) category(text string) (spend.Category, error) {
	switch text {
	case string(spend.Usage):
		return spend.Usage, nil
	case focusPurchase:
		return spend.Fee, nil
	case string(spend.Credit), string(spend.Tax), string(spend.Refund):
		return spend.Category(text), nil
	case focusAdjustment:
		return spend.Refund, nil
	}
	return "", f.bad(colCategory, text, "is not Usage, Purchase, Credit, Refund, Tax or Adjustment")
}

// focusTimes are the forms in which exports write an instant: FOCUS's own,
// and those of the query engines that write files for Data Exports.
var focusTimes = []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999 UTC", "2006-01-02 15:04:05Z07:00", time.DateOnly}

func (f *focusFile) dayOf(start, end string) (spend.Day, error) {
	if start != "" && start == f.start && end == f.end {
		return f.day, nil
	}
	from, ok := focusInstant(start)
	if !ok {
		return 0, f.bad(colStart, start, "is no time like "+focusTime)
	}
	f.long = false
	if end != "" {
		to, ok := focusInstant(end)
		if !ok || to.Before(from) {
			return 0, f.bad(colEnd, end, "is no time like "+focusTime+" after the start")
		}
		f.long = to.Sub(from) > focusGranularity
	}
	f.start, f.end, f.day = start, end, spend.DayOf(from)
	return f.day, nil
}

func focusInstant(text string) (time.Time, bool) {
	for _, form := range focusTimes {
		if t, err := time.Parse(form, text); err == nil {
			return t, t.Year() >= 2006 && t.Year() < 2200 // AWS has billed since 2006; a Day has an end
		}
	}
	return time.Time{}, false
}
