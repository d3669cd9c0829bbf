// Package schedule is when things happen: cron slots that are each taken
// once, catch-up after an outage, and one durable job in each file. A question
// from a person, from the clock or from the terminal takes the same path.
package schedule

import (
	"context"
	"iter"
	"time"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Collector reads an organization. Implementations classify every failure as
// an account.Gap.
type Collector interface {
	// Accounts lists the organization page by page. An error (an account.Gap)
	// ends the list: what came before it is not the whole of it.
	Accounts(ctx context.Context) iter.Seq2[account.Account, error]
	// Facts reads one account. It never fails: what is missing is a Gap.
	Facts(ctx context.Context, a account.Account) account.Facts
	// Organization is what the organization tells of itself, asked once for
	// many accounts. It never fails: what is missing is a Gap.
	Organization(ctx context.Context) checks.Organization
	// Self is the caller's own account.
	Self(ctx context.Context) (account.Account, error)
}

// Resolver asks the DNS.
type Resolver interface {
	// MailDomain tells of the domain of an e-mail address. A resolver that does
	// not answer is a Gap, never a domain that does not exist.
	MailDomain(ctx context.Context, domain string) account.Fact[account.MailDomain]
}

// CostSource reads an organization's bill: every charge of the days, or an
// error (an account.Gap), never a part of a day. known is what was read of the
// days before, a sheet for each: a source may take over from it what it knows
// to be unchanged. spent is told of each request before it is made, and
// forbids it by returning an error; a source that costs nothing never calls it.
//
// What a second source would have to give (a FOCUS export in S3): usage by
// account, service and region, with credits, refunds, taxes and fees apart, all
// unblended; one currency; which days are in a bill that is not closed; and
// the whole of a day, so that a key without a charge is known to have cost nothing.
type CostSource interface {
	Costs(ctx context.Context, from, to spend.Day, known []spend.Sheet, spent func(requests int) error) (spend.Sheet, error)
}

// AnomalySource reads who hears of Cost Anomaly Detection. spent is told of
// each request before it is made, and forbids it by returning an error.
type AnomalySource interface {
	AnomalySubscriptions(ctx context.Context, spent func(requests int) error) account.Fact[[]account.AnomalySubscription]
}

// Mouth speaks to people. Every error is a *bot.Fault.
type Mouth interface {
	Post(ctx context.Context, m bot.Outgoing) (bot.Ref, error)
	Update(ctx context.Context, ref bot.Ref, m bot.Outgoing) error
	// Find looks for a message whose Post had an unknown outcome.
	Find(ctx context.Context, m bot.Outgoing) (bot.Ref, bool, error)
}

// Memory is the store, over the transaction type of its database.
type Memory[Tx any] interface {
	// InTx runs f in one write transaction, and commits if it returns nil. f
	// may run again where the database had another transaction go first, so it
	// leaves nothing behind but what it wrote.
	InTx(ctx context.Context, f func(ctx context.Context, tx Tx) error) error
	Requests[Tx]
	Runs[Tx]
	Reports[Tx]
	Costs[Tx]
	Paid[Tx]
	Outbox[Tx]
	Slots[Tx]
	Jobs[Tx]
	Words[Tx]
	Announcements[Tx]
	Past[Tx]
	Observations[Tx]
}

// Jobs knows whose a job is.
type Jobs[Tx any] interface {
	// HoldJob holds the job's row until the transaction ends, and is true where
	// that very attempt is the one that runs.
	HoldJob(ctx context.Context, tx Tx, a Attempt) (bool, error)
}

// Attempt is one time that a job is worked.
type Attempt struct {
	Job int64
	N   int       // which one; a job that is put off counts it again
	By  string    // the process
	At  time.Time // when it was taken
}

// Requests remembers what was asked, so that nothing is taken twice.
type Requests[Tx any] interface {
	// TakeRequest is false where key was taken before. Keys older than a day may be forgotten.
	TakeRequest(ctx context.Context, tx Tx, key string, at time.Time) (bool, error)
}

// Run is one question being worked on: a sweep by the clock, or what a person asked.
type Run struct {
	ID string
	account.Scope
	Kind        RunKind
	All         bool // every account; else Targets
	Targets     []account.ID
	Days        int          // for RunSpend
	By          spend.By     // for RunSpend; its job carries it, the store does not keep it
	Reply       *bot.Address // who waits for a message
	AskedBy     string
	Subject     string
	CreatedAt   time.Time
	ListedAt    time.Time // when its accounts were all known; zero before
	Total       int       // accounts, once listed
	Done        int
	ConcludedAt time.Time
	Failure     string // a sentence, where it could not be done at all
}

// RunKind says what a run does.
type RunKind string

// The kinds.
const (
	RunPosture RunKind = "posture"
	RunSpend   RunKind = "spend"
	RunListing RunKind = "listing" // only the list of accounts
)

// Runs keeps the runs and which of their accounts are done.
type Runs[Tx any] interface {
	CreateRun(ctx context.Context, tx Tx, r Run) error
	// AddAccounts adds accounts to a run and to the directory, once each, and
	// returns those that it did not have yet.
	AddAccounts(ctx context.Context, tx Tx, runID string, accounts []account.Account) ([]account.Account, error)
	// FinishListing marks that no more accounts follow. whole says that it was
	// the list of the whole organization: accounts that are not in it leave the directory.
	FinishListing(ctx context.Context, tx Tx, runID string, whole bool, at time.Time) error
	// FinishAccount marks one account done; again is harmless.
	FinishAccount(ctx context.Context, tx Tx, runID string, id account.ID) error
	// Conclude is true for the one caller that finds the run listed, all done
	// and not concluded; it is concluded from then on. With a failure it
	// concludes at once.
	Conclude(ctx context.Context, tx Tx, runID string, failure string, at time.Time) (bool, error)
	// Run wraps sql.ErrNoRows where there is no such run (any more).
	Run(ctx context.Context, id string) (Run, error)
	// OpenRuns lists the runs of the scope that are not concluded, oldest first.
	OpenRuns(ctx context.Context, scope account.Scope) ([]Run, error)
	// Directory lists the accounts of all scopes as last seen.
	Directory(ctx context.Context) ([]account.Account, error)
}

// Reports keeps the newest report of each account and every change.
type Reports[Tx any] interface {
	// SaveReport stores report and its changes unless a newer one is there,
	// and says whether it did. previous is read with Latest in the same transaction.
	SaveReport(ctx context.Context, tx Tx, report checks.Report, changes []checks.Change) (bool, error)
	// LatestTx is Latest inside the transaction.
	LatestTx(ctx context.Context, tx Tx, scope account.Scope, id account.ID) (*checks.Report, error)
	// Latest is nil where the account was never checked.
	Latest(ctx context.Context, scope account.Scope, id account.ID) (*checks.Report, error)
	// LatestAll streams the newest report of each account of the scope's
	// directory, by id.
	LatestAll(ctx context.Context, scope account.Scope) iter.Seq2[checks.Report, error]
	// Changes lists what changed after since, up to and including until, oldest first.
	Changes(ctx context.Context, scope account.Scope, since, until time.Time) ([]checks.Change, error)
}

// Costs keeps the bill and the incidents in it.
type Costs[Tx any] interface {
	// SaveSheet adds what the sheet changes of its days, all of them or none.
	// What was read before is kept, for as it was known then.
	SaveSheet(ctx context.Context, tx Tx, scope account.Scope, sheet spend.Sheet) error
	// History is the usage of the days from..to as it was read last, for one
	// account or (zero id) all. Regions are summed: a service is one series.
	History(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (spend.History, error)
	// Ledgers streams the usage of the days from..to with all its revisions,
	// one account after the other, by id, or (non-zero id) of one. An account
	// that was never billed in these days has none. An account whose days
	// cannot be put together, for they are in two currencies, is an error in
	// its place, beside a ledger with its id alone, and the rest follows; an
	// error with no id ends the stream.
	Ledgers(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) iter.Seq2[spend.Ledger, error]
	// Newest is the bill as it was read last: a sheet for each day of from..to
	// that is in the store, by day. It takes the memory of all its charges.
	Newest(ctx context.Context, scope account.Scope, from, to spend.Day) ([]spend.Sheet, error)
	// ReadAt is when each day of from..to was read last; one that never was is not in it.
	ReadAt(ctx context.Context, scope account.Scope, from, to spend.Day) (map[spend.Day]time.Time, error)
	// Adjustments sums credits, refunds, taxes and fees of the days, by category.
	Adjustments(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) ([]spend.Charge, error)
	// Credits is what credits took off each day, for one account or (zero id) all.
	Credits(ctx context.Context, scope account.Scope, id account.ID, from, to spend.Day) (map[spend.Day]decimal.Decimal, error)
	// CountRequests adds n (0 to read) to the day's Cost Explorer requests and
	// returns the day's and the month's sum. It commits on its own, before the
	// request is made.
	CountRequests(ctx context.Context, scope account.Scope, day spend.Day, n int) (today, month int, err error)
	// Incidents lists those that are open or ended on or after since, by first day.
	Incidents(ctx context.Context, scope account.Scope, since spend.Day) ([]spend.Incident, error)
	SaveIncident(ctx context.Context, tx Tx, scope account.Scope, i spend.Incident) error
	// IncidentTx is the incident of a key that began on a day, held until the
	// transaction ends: who saves it next has seen what others saved.
	IncidentTx(ctx context.Context, tx Tx, scope account.Scope, key spend.Key, since spend.Day) (spend.Incident, bool, error)
	// SetCostTrouble remembers why the newest cost run failed; "" when it did not.
	SetCostTrouble(ctx context.Context, tx Tx, scope account.Scope, sentence string, at time.Time) error
	CostTrouble(ctx context.Context, scope account.Scope) (string, error)
}

// Past is what is remembered of an account beside its newest report.
type Past[Tx any] interface {
	// RootHistory has the uses of root from an instant on.
	RootHistory(ctx context.Context, scope account.Scope, id account.ID, from time.Time) (checks.History, error)
	// SaveRootHistory keeps what after knows beyond before.
	SaveRootHistory(ctx context.Context, tx Tx, scope account.Scope, id account.ID, before, after checks.History) error
	// RootUses has the uses of all accounts' root from an instant on, oldest first.
	RootUses(ctx context.Context, scope account.Scope, from time.Time) (map[account.ID][]checks.RootUse, error)
	// AccountChanges is Changes of one account.
	AccountChanges(ctx context.Context, scope account.Scope, id account.ID, since, until time.Time) ([]checks.Change, error)
}

// Observations keeps every report with what it rests on, for 13 months.
type Observations[Tx any] interface {
	// SaveObservation keeps what SaveReport just stored, in its transaction:
	// the two never disagree. The observation names the hash of the account's
	// one before it.
	SaveObservation(ctx context.Context, tx Tx, report checks.Report, answers []checks.Answer) error
	// Observations streams those of one account, oldest first, both ends with
	// them. One that cannot be read is an error in its place, and the rest follows.
	Observations(ctx context.Context, scope account.Scope, id account.ID, from, until time.Time) iter.Seq2[Observed, error]
	// Answer is the JSON of an answer; it wraps sql.ErrNoRows where there is none.
	Answer(ctx context.Context, scope account.Scope, hash string) ([]byte, error)
	// ObservedAccounts lists which accounts have observations, by id.
	ObservedAccounts(ctx context.Context, scope account.Scope, from, until time.Time) ([]account.ID, error)
}

// Observed is a stored checks.Observation: its JSON, and the hash that it was
// stored under.
type Observed struct {
	At   time.Time
	Hash string
	Text []byte
}

// Words keeps what people said: attestations of what no API tells, and
// accepted risks. Nothing is ever deleted.
type Words[Tx any] interface {
	SaveAttestation(ctx context.Context, tx Tx, a checks.Attestation) error
	SaveException(ctx context.Context, tx Tx, e checks.Exception) error
	// Revoke takes any of them back, a plan too, and is false where there is none of that id
	// in the scope that still stands.
	Revoke(ctx context.Context, tx Tx, scope account.Scope, id, by string, at time.Time) (bool, error)
	// Attestations and Exceptions list what was said of an account and of all
	// accounts of the scope together, or with the zero id all there is: oldest
	// first, revoked ones and those that cannot be read with them.
	Attestations(ctx context.Context, scope account.Scope, id account.ID) ([]Entered[checks.Attestation], error)
	Exceptions(ctx context.Context, scope account.Scope, id account.ID) ([]Entered[checks.Exception], error)
}

// Entered is one thing that a person said, as it is stored.
type Entered[T any] struct {
	account.Scope
	ID        string
	AccountID account.ID // zero for every account of the scope
	CheckID   string
	At        time.Time
	Word      T
	RevokedAt time.Time // zero while it stands
	RevokedBy string
	// Trouble is why the stored word cannot be read; then Word is empty, and
	// counts for nothing.
	Trouble error
}

// Paid keeps what AWS answered to requests that cost money.
type Paid[Tx any] interface {
	// SavePaid keeps the newest answer of each name, as JSON.
	SavePaid(ctx context.Context, tx Tx, scope account.Scope, name string, answer []byte, at time.Time) error
	// Paid is false where there is none.
	Paid(ctx context.Context, scope account.Scope, name string) (answer []byte, at time.Time, found bool, err error)
}

// DeliveryState is where an outbox row stands.
type DeliveryState string

// The states.
const (
	Planned   DeliveryState = "planned"   // to be said, or said in an older revision
	Sending   DeliveryState = "sending"   // a job is at it; after a crash the outcome is unknown
	Ambiguous DeliveryState = "ambiguous" // the outcome is unknown: reconcile before posting
	Sent      DeliveryState = "sent"
	Failed    DeliveryState = "failed" // refused for good; shown in status and metrics
)

// Delivery is one message, from the plan to its last edit.
type Delivery struct {
	ID int64
	bot.Outgoing
	account.Scope
	ParentKey    string // the delivery in whose thread this one goes, "" for none
	State        DeliveryState
	SentRevision int
	Ref          bot.Ref
	Problem      string // a sentence
	SentAt       time.Time
}

// Outbox keeps what is to be said and what was said.
type Outbox[Tx any] interface {
	// Plan inserts the message, or makes it the next revision of the one with
	// the same scope and key, and returns the row's id. An address is never changed.
	Plan(ctx context.Context, tx Tx, scope account.Scope, m bot.Outgoing, parentKey string) (int64, error)
	// Claim moves the row to Sending and returns it as it was before. It is
	// false, and still returns the row, where it is already said in its newest
	// revision, or somebody else holds it (claimed less than 15 s ago by
	// another than by, which is any number but 0).
	Claim(ctx context.Context, id, by int64, now time.Time) (Delivery, bool, error)
	// MarkSent records the revision that was said; the row is Planned again if
	// a newer one came meanwhile.
	MarkSent(ctx context.Context, tx Tx, id int64, revision int, ref bot.Ref, at time.Time) error
	// MarkState records any other outcome.
	MarkState(ctx context.Context, tx Tx, id int64, state DeliveryState, problem string) error
	// Delivery finds a row by key.
	Delivery(ctx context.Context, scope account.Scope, key string) (Delivery, bool, error)
	// Undelivered counts rows by state, Sent left out.
	Undelivered(ctx context.Context) (map[DeliveryState]int, error)
}

// Slot is one firing of one schedule: a wall-clock minute in the configured zone.
type Slot struct {
	account.Scope
	Schedule string    // "sweep", "spend", "digest"
	Local    string    // 2006-01-02T15:04
	Missed   bool      // nobody was up for it and a newer one ran instead
	At       time.Time // when it was taken
}

// Slots keeps which slots were taken.
type Slots[Tx any] interface {
	// TakeSlot is false where the slot was taken before.
	TakeSlot(ctx context.Context, tx Tx, s Slot) (bool, error)
	// LastSlot is the newest taken slot of the schedule.
	LastSlot(ctx context.Context, scope account.Scope, schedule string) (Slot, bool, error)
	// MissedSlots lists those marked missed after since.
	MissedSlots(ctx context.Context, scope account.Scope, since time.Time) ([]Slot, error)
}
