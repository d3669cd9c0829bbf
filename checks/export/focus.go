package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"time"

	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// FOCUSRow is a charge as a line of a FOCUS file tells it: one day of one
// account, service and region, or a part of that.
type FOCUSRow struct {
	spend.Charge
	AccountName string     // SubAccountName; a stranger's text
	Payer       account.ID // BillingAccountId; zero where it is not known
	Line        int        // of the file, 1 being its header; 0 in what was not read from one
}

// The FOCUS columns that are written or read, by their names in versions 1.0
// and 1.2 of the specification.
const (
	colBilledCost    = "BilledCost"
	colPayer         = "BillingAccountId"
	colCurrency      = "BillingCurrency"
	colBillEnd       = "BillingPeriodEnd"
	colBillStart     = "BillingPeriodStart"
	colCategory      = "ChargeCategory"
	colEnd           = "ChargePeriodEnd"
	colStart         = "ChargePeriodStart"
	colProvider      = "ProviderName"
	colRegion        = "RegionId"
	colService       = "ServiceName"
	colSubAccount    = "SubAccountId"
	colSubName       = "SubAccountName"
	focusTime        = "2006-01-02T15:04:05Z" // FOCUS's date/time format: ISO 8601, UTC
	focusProvider    = "AWS"
	focusAdjustment  = "Adjustment"
	focusPurchase    = "Purchase"
	focusGranularity = 25 * time.Hour // longer than any day of usage
)

// focusHeader are the columns whose values are known; docs/spend.md says why
// the others of the specification are not there.
var focusHeader = []string{
	colBilledCost, colPayer, colCurrency, colBillEnd, colBillStart, colCategory, colEnd, colStart,
	colProvider, colRegion, colService, colSubAccount, colSubName,
}

// FOCUS writes charges as CSV in FOCUS columns, one at a time, and says how
// many it wrote. Amounts have all their digits. Texts that a spreadsheet would
// take for a formula begin with an apostrophe.
func FOCUS(w io.Writer, rows iter.Seq2[FOCUSRow, error]) (int, error) {
	n, out := 0, csv.NewWriter(w)
	err := out.Write(focusHeader)
	if err == nil {
		for r, failed := range rows {
			if err = failed; err == nil {
				err = out.Write(focusFields(r))
			}
			if err != nil {
				break
			}
			n++
		}
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return n, fmt.Errorf("FOCUS export: %w", err)
	}
	return n, nil
}

func focusFields(r FOCUSRow) []string {
	day := r.Day.Time()
	month := day.AddDate(0, 0, 1-day.Day())
	payer := ""
	if !r.Payer.IsZero() {
		payer = r.Payer.String()
	}
	return []string{
		r.Amount.String(), payer, neutral(r.Currency),
		month.AddDate(0, 1, 0).Format(focusTime), month.Format(focusTime), focusCategory(r.Category),
		day.AddDate(0, 0, 1).Format(focusTime), day.Format(focusTime),
		focusProvider, neutral(r.Region), neutral(r.Service), r.Account.String(), neutral(r.AccountName),
	}
}

// focusCategory is a category in FOCUS's words, which know no refunds: what
// fits no other category is an adjustment.
func focusCategory(c spend.Category) string {
	switch c {
	case spend.Credit, spend.Tax:
		return string(c)
	case spend.Refund:
		return focusAdjustment
	case spend.Fee:
		return focusPurchase
	}
	return string(spend.Usage)
}
