package spend

import "rootwatch/checks/account"

// Ledger is what is known of one account's usage, as it became known: what
// was read on which day, in that order. From it any past day can be judged
// with nothing but what was visible then.
type Ledger struct {
	Account  account.ID
	Currency string
	Looks    []Look // by Observed, each day at most once
}

// Look is the newest reading of one calendar day (UTC). It tells only what it
// changed: a series of a read day that it does not name is as it was, and one
// that was never named is 0.
type Look struct {
	Observed Day
	Read     []Day // the usage days that were read whole, all before Observed
	Changes  []Amount
}

// Amount is what one series cost on one day, in the currency of the ledger:
// unblended, before credits, refunds and tax.
type Amount struct {
	Service string
	Region  string
	Day     Day
	Value   float64
}
