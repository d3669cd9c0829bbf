package checks

import (
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// Case is all that a check may look at. What nobody collected is a gap or
// empty, and never passes anything.
type Case struct {
	Facts        account.Facts
	Organization Organization
	History      History
	// Attestations are those of this account, and of all accounts, by anybody,
	// ended ones with them: a check says that they are stale.
	Attestations []Attestation
	// Neighbours are as far as the directory knows them now.
	Neighbours Neighbours
	// MailDomain is what the DNS tells of the root address's domain.
	MailDomain account.Fact[account.MailDomain]
	// TypicalDay is what the account usually costs in a day.
	TypicalDay account.Fact[TypicalDay]
	// Spend is what the daily comparison of the bill last said of the account,
	// and Weekend what the watch of the estimated charges did.
	Spend   account.Fact[SpendWatch]
	Weekend account.Fact[WeekendWatch]
	Policy  Policy
}

// Organization is what an organization tells of itself, read once for all its
// accounts. Its zero value is nothing collected.
type Organization struct {
	account.Scope
	ID           string     `json:"id,omitempty"` // o-...
	ManagementID account.ID `json:"management_id,omitzero"`
	// AllFeatures is whether it has all features on; no is consolidated
	// billing alone, where no service control policy works.
	AllFeatures account.Answer `json:"all_features,omitempty"`
	ObservedAt  time.Time      `json:"observed_at,omitzero"`
	// Policies are the service control policies and where they hang.
	Policies account.Fact[scp.Tree] `json:"policies"`
	// Budgets are the payer's own.
	Budgets account.Fact[[]account.Budget] `json:"budgets"`
	// Alarms are the payer's own, in the billing region.
	Alarms account.Fact[[]account.Alarm] `json:"alarms"`
	// MetricFilters are the payer's own that may count root's sign-ins, and
	// RootAlarms its alarms on what they count: the organization's trail may
	// write to a log group there.
	MetricFilters account.Fact[[]account.MetricFilter] `json:"metric_filters"`
	RootAlarms    account.Fact[[]account.Alarm]        `json:"root_alarms"`
	// AnomalySubscriptions of Cost Anomaly Detection are read with the bill,
	// since each request costs money.
	AnomalySubscriptions account.Fact[[]account.AnomalySubscription] `json:"anomaly_subscriptions"`
	// AnomaliesAt is when that was: before the report, by up to some days.
	AnomaliesAt time.Time `json:"anomalies_at,omitzero"`
}

// TypicalDay is the median of an account's days.
type TypicalDay struct {
	Median decimal.Decimal `json:"median"` // before credits
	// Credits is the median of what credits took off a day, 0 or more.
	Credits  decimal.Decimal `json:"credits"`
	Currency string          `json:"currency"`
	Days     int             `json:"days"` // that it was taken from
}

// Attestation is a person's word on what no API tells.
type Attestation struct {
	account.Scope
	ID string `json:"id"`
	// AccountID is the account that it is about; zero for every account of the scope.
	AccountID account.ID `json:"account_id,omitzero"`
	CheckID   string     `json:"check_id"`
	By        string     `json:"by"` // who says so
	At        time.Time  `json:"at"`
	Until     time.Time  `json:"until"`              // its last instant; it is stale after
	Evidence  string     `json:"evidence,omitempty"` // a link
	Note      string     `json:"note,omitempty"`
	// Subject is what the word was about, of a word about the root address: a
	// salted hash of it. "" where it was not known then, and of one for all accounts.
	Subject string `json:"subject,omitempty"`
}

// Exception is an accepted risk. It overlays a failure and never changes its
// status; when it has ended, the failure is open again.
type Exception struct {
	account.Scope
	ID        string     `json:"id"`
	AccountID account.ID `json:"account_id,omitzero"` // zero for every account of the scope
	CheckID   string     `json:"check_id"`
	Reason    string     `json:"reason"`
	Approver  string     `json:"approver"`
	By        string     `json:"by"` // who entered it
	At        time.Time  `json:"at"`
	Until     time.Time  `json:"until"`
}
