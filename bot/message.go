// Package bot is what people say and what we answer: commands, messages and
// the words in them. It draws nothing and sends nothing.
package bot

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Message is one of the messages of this file: a sealed set of plain data.
// Adapters draw them; Sentence is the whole of each in one line.
type Message interface {
	// Sentence is the notification, the screen reader's text and the fallback:
	// the verdict and the account, without markup, unescaped.
	Sentence() string
	kind() string
}

// Pending says that work has begun. It turns into the answer.
type Pending struct {
	Subject  string `json:"subject"`  // what is being looked at: an account's label, "all accounts"
	Accounts int    `json:"accounts"` // how many, 0 where not known yet
	Done     int    `json:"done"`
}

// RootAnswer answers /rootcheck for one account.
type RootAnswer struct {
	Report  checks.Report `json:"report"`
	AskedBy string        `json:"asked_by,omitempty"` // a Slack user id
}

// FleetAnswer answers /rootcheck all.
type FleetAnswer struct {
	Fleet   Fleet  `json:"fleet"`
	AskedBy string `json:"asked_by,omitempty"`
}

// Fleet is the state of an organization's accounts at one instant.
type Fleet struct {
	account.Scope
	ObservedAt time.Time `json:"observed_at"` // of the oldest report in it
	Coverage   Coverage  `json:"coverage"`
	Clean      int       `json:"clean"` // accounts that have no finding: all was judged that time and AWS alone can tell, and nothing fails
	// Rows counts each check's accounts, worst severity first.
	Rows []FleetRow `json:"rows"`
	// Open holds the worst findings, at most MaxOpen of OpenTotal.
	Open      []Line `json:"open"`
	OpenTotal int    `json:"open_total"`

	joined []Joined // lately; see JoinedSince
	// Accepted are the failures that are not open because somebody accepted them.
	Accepted checks.AcceptedRisks `json:"accepted,omitzero"`
}

// MaxOpen is how many findings a message lists (slack/ux.md's cap).
const MaxOpen = 10

// FleetRow is one check over all accounts.
type FleetRow struct {
	CheckID  string          `json:"check_id"`
	Title    string          `json:"title"`
	Severity checks.Severity `json:"severity"`
	Pass     int             `json:"pass"`
	Fail     int             `json:"fail"`
	Unknown  int             `json:"unknown"`
	Other    int             `json:"other"`              // not applicable or manual
	Accepted int             `json:"accepted,omitempty"` // failures that are not in Fail
}

// Coverage is how many accounts could be read, and why not the others.
type Coverage struct {
	Accounts    int `json:"accounts"`
	Read        int `json:"read"`
	PartlyRead  int `json:"partly_read"`
	NotReadable int `json:"not_readable"`
	// Reasons says for each cause how many accounts it keeps dark, most first.
	Reasons []CoverageReason `json:"reasons,omitempty"`
}

// CoverageReason is one cause and some of its accounts.
type CoverageReason struct {
	Cause    account.Cause `json:"cause"`
	Accounts int           `json:"accounts"`
	Examples []string      `json:"examples"` // labels, three at most
	Sentence string        `json:"sentence"` // what to do
}

// Line is one finding in a list.
type Line struct {
	AccountID   account.ID      `json:"account_id"`
	AccountName string          `json:"account_name"`
	CheckID     string          `json:"check_id"`
	Short       string          `json:"short"`
	Severity    checks.Severity `json:"severity"`
	Summary     string          `json:"summary"`
	Since       time.Time       `json:"since"`
	// Stale says that it went dark because a person's word on it ended.
	Stale bool `json:"stale,omitempty"`
}

// Joined is an account that became a part of its organization.
type Joined struct {
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name"`
	At          time.Time  `json:"at"`
}

// Digest is the daily message: changes first, then what is open, then money.
type Digest struct {
	Fleet
	Day  time.Time `json:"day"`  // midnight of the digest's day in Zone
	Zone string    `json:"zone"` // IANA
	// Until is the instant up to which changes are told; the next digest begins there.
	Until         time.Time `json:"until"`
	First         bool      `json:"first,omitempty"` // nothing was told before, so nothing is new or resolved yet
	New           []Line    `json:"new"`             // capped at MaxOpen; NewTotal counts
	NewTotal      int       `json:"new_total"`
	Resolved      []Line    `json:"resolved"`
	ResolvedTotal int       `json:"resolved_total"`
	Dark          []Line    `json:"dark"` // went dark since the last digest
	DarkTotal     int       `json:"dark_total"`
	// Joined are the accounts that are new in the organization since the last
	// digest, at most MaxOpen of JoinedTotal.
	Joined      []Joined `json:"joined,omitempty"`
	JoinedTotal int      `json:"joined_total,omitempty"`
	// Admins are those who became admins or are none any more since the last
	// digest, a line for each account and direction, at most MaxOpen of AdminsTotal.
	Admins      []Line    `json:"admins,omitempty"`
	AdminsTotal int       `json:"admins_total,omitempty"`
	Money       *Money    `json:"money,omitempty"`  // nil: cost is switched off
	Missed      []string  `json:"missed,omitempty"` // slots that nobody was up for, as sentences
	Next        time.Time `json:"next,omitzero"`
}

// Money is the digest's and /spend's view of an organization's or account's bill.
type Money struct {
	Trouble     string          `json:"trouble,omitempty"` // why there are no figures, or why they are old; a sentence
	Day         spend.Day       `json:"day"`               // the newest whole day
	Total       decimal.Decimal `json:"total"`
	Usual       decimal.Decimal `json:"usual"` // median of the same weekday
	Currency    string          `json:"currency"`
	MonthToDate decimal.Decimal `json:"month_to_date"`
	Adjustments decimal.Decimal `json:"adjustments"` // credits, refunds and tax of the month, apart
	// AfterCredits is the month to date with Adjustments in it, nil where they
	// are in another currency, or not known.
	AfterCredits  *decimal.Decimal `json:"after_credits,omitempty"`
	Forecast      *spend.Forecast  `json:"forecast,omitempty"` // of the month of Day; nil where nothing is known
	Provisional   bool             `json:"provisional"`
	AsOf          time.Time        `json:"as_of"`
	LargestRise   string           `json:"largest_rise,omitempty"` // label of account and service
	LargestRiseBy decimal.Decimal  `json:"largest_rise_by"`
	OpenSpikes    int              `json:"open_spikes"`
	Spikes        []string         `json:"spikes,omitempty"` // what they are, "EC2 in prod-payments", MaxSpikes at most
	RequestsToday int              `json:"requests_today"`   // Cost Explorer requests, RequestPrice each
	RequestsMonth int              `json:"requests_month"`
}

// MaxSpikes is how many open spikes Money names.
const MaxSpikes = 3

// SpikeAlert is one incident. It is posted once and edited from then on.
type SpikeAlert struct {
	account.Scope
	Incident spend.Incident `json:"incident"`
	Word     spend.Word     `json:"word"`
	AsOf     time.Time      `json:"as_of"`
	// IfItLasts is the excess times the days left in the month.
	IfItLasts decimal.Decimal `json:"if_it_lasts"`
	// Assessment is whether it looks like compromise or like growth, as far as
	// the account's posture was known when this was said.
	Assessment checks.Assessment `json:"assessment,omitzero"`
	// Reply marks the short form that goes into the alert's thread.
	Reply bool `json:"reply,omitempty"`
	// Acknowledged marks the Reply that says who looks after it.
	Acknowledged bool `json:"acknowledged,omitempty"`
}

// SpikeList tells in one message of the incidents that begin on a day beside
// those with an alert of their own, so that a bad day does not flood a channel.
type SpikeList struct {
	account.Scope
	Incidents []spend.Incident `json:"incidents"` // largest excess first, MaxListed at most
	Total     int              `json:"total"`
	Excess    decimal.Decimal  `json:"excess"` // of all of them, a day
	Currency  string           `json:"currency"`
	AsOf      time.Time        `json:"as_of"`
	// Early says that they are early signs: AWS's estimates, which Cost Explorer
	// has not confirmed.
	Early bool `json:"early,omitempty"`
}

// MaxListed is how many incidents a SpikeList names.
const MaxListed = 30

// SpendAnswer answers /spend from the store; it asks AWS nothing.
type SpendAnswer struct {
	account.Scope
	Subject string        `json:"subject"` // account label or "all accounts"
	Account account.ID    `json:"account_id,omitzero"`
	Money   Money         `json:"money"`
	Recent  []spend.Point `json:"recent"` // daily totals, oldest first, 20 at most
	Top     []SpendRow    `json:"top"`    // MaxOpen at most
	// Tally is the bill by what was asked for ("by region"), in the place of Top.
	Tally   *spend.Tally `json:"tally,omitempty"`
	AskedBy string       `json:"asked_by,omitempty"`
}

// SpendRow is a service (of one account) or an account (of all).
type SpendRow struct {
	Account account.ID      `json:"account_id,omitzero"` // zero where the row is a service
	Name    string          `json:"name"`
	Amount  decimal.Decimal `json:"amount"` // on Money.Day
	Usual   decimal.Decimal `json:"usual"`
}

// Help explains a command.
type Help struct {
	Command string `json:"command"` // "/rootcheck"
}

// Trouble is an answer that is not what was asked for: what happened, what it
// means, what to do next. Never a stack trace.
type Trouble struct {
	What    string `json:"what"`               // `12345678901` is not an account id: 11 digits
	Meaning string `json:"meaning,omitempty"`  // This is not a pass: ...
	Next    string `json:"next,omitempty"`     // Try `/rootcheck prod-payments`
	Suggest string `json:"suggest,omitempty"`  // a whole command that was probably meant
	ErrorID string `json:"error_id,omitempty"` // the same as in the log
}

func (Pending) kind() string     { return "pending" }
func (RootAnswer) kind() string  { return "root_answer" }
func (FleetAnswer) kind() string { return "fleet_answer" }
func (Digest) kind() string      { return "digest" }
func (SpikeAlert) kind() string  { return "spike_alert" }
func (SpikeList) kind() string   { return "spike_list" }
func (SpendAnswer) kind() string { return "spend_answer" }
func (Help) kind() string        { return "help" }
func (Trouble) kind() string     { return "trouble" }

// Kind is the message's name in stored rows and Slack metadata.
func Kind(m Message) string { return m.kind() }

type envelope struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// Marshal writes a message with its kind, for the outbox.
func Marshal(m Message) ([]byte, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("message %s: %w", m.kind(), err)
	}
	return json.Marshal(envelope{m.kind(), body})
}

// Unmarshal reads what Marshal wrote.
func Unmarshal(b []byte) (Message, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, fmt.Errorf("stored message: %w", err)
	}
	switch e.Kind {
	case "pending":
		return decode[Pending](e)
	case "root_answer":
		return decode[RootAnswer](e)
	case "fleet_answer":
		return decode[FleetAnswer](e)
	case "digest":
		return decode[Digest](e)
	case "spike_alert":
		return decode[SpikeAlert](e)
	case "spike_list":
		return decode[SpikeList](e)
	case "spend_answer":
		return decode[SpendAnswer](e)
	case "help":
		return decode[Help](e)
	case "trouble":
		return decode[Trouble](e)
	}
	return nil, fmt.Errorf("stored message: kind %q is not known to this version", e.Kind)
}

func decode[M Message](e envelope) (Message, error) {
	var m M
	if err := json.Unmarshal(e.Body, &m); err != nil {
		return nil, fmt.Errorf("stored message %s: %w", e.Kind, err)
	}
	return m, nil
}
