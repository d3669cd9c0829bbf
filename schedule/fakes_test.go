package schedule_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

var (
	_ schedule.Collector  = (*cloud)(nil)
	_ schedule.CostSource = (*bill)(nil)
	_ schedule.Mouth      = (*mouth)(nil)
)

// cloud is an organization in memory.
type cloud struct {
	scope account.Scope
	clock *clock

	mu       sync.Mutex
	accounts []account.Account
	self     account.Account
	selfErr  error
	breaks   []listBreak // one for each list that fails, first one first
	lists    int         // how often the accounts were listed
	listed   int         // accounts handed out by lists
	selves   int
	edits    map[account.ID]edit
	reads    map[account.ID]int
	blocked  chan struct{} // a reading waits for it, or for its context
	reading  chan account.ID
}

// edit changes the facts of a healthy account.
type edit func(*account.Facts)

// listBreak ends a list after some accounts.
type listBreak struct {
	after int
	err   error
}

func newCloud(scope account.Scope, c *clock) *cloud {
	self := account.Account{Scope: scope, ID: id("111122223333"), Name: "management", Email: "root@example.com", State: account.Active, Role: account.Management}
	return &cloud{scope: scope, clock: c, self: self, accounts: []account.Account{self}, edits: map[account.ID]edit{}, reads: map[account.ID]int{}}
}

// holds makes an organization of n accounts: the management account and
// 100000000001 to n-1.
func (c *cloud) holds(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accounts = []account.Account{c.self}
	for i := 1; i < n; i++ {
		c.accounts = append(c.accounts, c.member(i))
	}
}

// member is the nth account that is not the management account.
func (c *cloud) member(n int) account.Account {
	return account.Account{Scope: c.scope, ID: memberID(n), Name: fmt.Sprintf("team-%d", n), Email: fmt.Sprintf("root+%d@example.com", n), State: account.Active, Role: account.Member}
}

func memberID(n int) account.ID { return id(fmt.Sprintf("1%011d", n)) }

// set edits the facts of one account from now on.
func (c *cloud) set(id account.ID, e edit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.edits[id] = e
}

// breaksOff lets the next lists fail.
func (c *cloud) breaksOff(breaks ...listBreak) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.breaks = append(c.breaks, breaks...)
}

// blocks lets readings wait until the returned function is called; each says
// in reading that it began.
func (c *cloud) blocks() (release func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocked, c.reading = make(chan struct{}), make(chan account.ID, 100)
	return sync.OnceFunc(func() { close(c.blocked) })
}

func (c *cloud) Accounts(context.Context) iter.Seq2[account.Account, error] {
	return func(yield func(account.Account, error) bool) {
		c.mu.Lock()
		c.lists++
		accounts := slices.Clone(c.accounts)
		var end *listBreak
		if len(c.breaks) > 0 {
			end, c.breaks = &c.breaks[0], c.breaks[1:]
		}
		c.mu.Unlock()
		for i, a := range accounts {
			if end != nil && i == end.after {
				yield(account.Account{}, end.err)
				return
			}
			c.mu.Lock()
			c.listed++
			c.mu.Unlock()
			if !yield(a, nil) {
				return
			}
		}
		if end != nil {
			yield(account.Account{}, end.err)
		}
	}
}

func (c *cloud) Self(context.Context) (account.Account, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.selves++
	return c.self, c.selfErr
}

func (c *cloud) Facts(ctx context.Context, a account.Account) account.Facts {
	c.mu.Lock()
	c.reads[a.ID]++
	e, blocked, reading := c.edits[a.ID], c.blocked, c.reading
	c.mu.Unlock()
	f := healthy(a, c.clock)
	if blocked != nil {
		reading <- a.ID
		select {
		case <-blocked:
		case <-ctx.Done():
			return dark(a, c.clock, account.TimedOut)
		}
	}
	if e != nil {
		e(&f)
	}
	return f
}

// asked is how often the accounts were listed, and how often id was read.
func (c *cloud) asked(id account.ID) (lists, reads int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lists, c.reads[id]
}

var (
	never = account.Use{State: account.UseNever}
	slot  = account.Credential{Active: account.No, RotatedAt: never}
)

// healthy passes every check.
func healthy(a account.Account, c *clock) account.Facts {
	now := c.now()
	return account.Facts{
		Account: a, ObservedAt: now,
		Summary: account.Known(account.Summary{
			account.SummaryMFAEnabled: 1, account.SummaryPasswordPresent: 1,
			account.SummaryAccessKeysPresent: 0, account.SummarySigningCertificates: 0,
		}),
		CredentialReport: account.Known(account.CredentialReport{GeneratedAt: now, Root: account.RootRow{
			Password: account.Yes, MFA: account.Yes, PasswordLastUsed: never,
			Keys:         [2]account.AccessKey{{Credential: slot, LastUsed: never}, {Credential: slot, LastUsed: never}},
			Certificates: [2]account.Credential{slot, slot},
		}}),
		VirtualMFADevices: account.Known([]account.VirtualMFADevice{}),
		SecurityContact:   account.Known(&account.AlternateContact{Name: "Security", Email: "security@example.com"}),
		BillingContact:    account.Known[*account.AlternateContact](nil),
		OperationsContact: account.Known[*account.AlternateContact](nil),
	}
}

// noMFA fails root-mfa.
func noMFA(f *account.Facts) {
	summary, _ := f.Summary.Get()
	summary[account.SummaryMFAEnabled] = 0
	report, _ := f.CredentialReport.Get()
	report.Root.MFA = account.No
	f.Summary, f.CredentialReport = account.Known(summary), account.Known(report)
}

// notReady is a credential report that is still being written.
func notReady(f *account.Facts) {
	f.CredentialReport = account.Missing[account.CredentialReport](account.Gap{Call: "iam:GetCredentialReport", Cause: account.NotReady})
}

// unreadable is an account that nobody may read.
func unreadable(cause account.Cause) edit {
	return func(f *account.Facts) {
		gap := account.Gap{Call: "sts:AssumeRole", Cause: cause}
		*f = account.Facts{
			Account: f.Account, ObservedAt: f.ObservedAt, Summary: account.Missing[account.Summary](gap),
			CredentialReport:  account.Missing[account.CredentialReport](gap),
			VirtualMFADevices: account.Missing[[]account.VirtualMFADevice](gap),
			SecurityContact:   account.Missing[*account.AlternateContact](gap),
			BillingContact:    account.Missing[*account.AlternateContact](gap),
			OperationsContact: account.Missing[*account.AlternateContact](gap),
		}
	}
}

func dark(a account.Account, c *clock, cause account.Cause) account.Facts {
	f := account.Facts{Account: a, ObservedAt: c.now()}
	unreadable(cause)(&f)
	return f
}

// costs is what an account's service costs on a day.
type costs func(d spend.Day) float64

// bill is an organization's bill in memory.
type bill struct {
	clock *clock

	mu     sync.Mutex
	lines  map[spend.Key]costs
	credit map[spend.Day]float64
	faults []error // one for each question, nil answers it
	asked  []spend.Sheet
	pages  int // requests that a question takes, 1 where 0
	hold   chan struct{}
}

// line sets what a service of an account costs.
func (b *bill) line(id account.ID, service string, amount costs) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lines == nil {
		b.lines = map[spend.Key]costs{}
	}
	b.lines[spend.Key{Account: id, Service: service}] = amount
}

// fails lets the next questions fail, nil ones not.
func (b *bill) fails(errs ...error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, errs...)
}

// Costs counts its pages like awsorg does: spent's refusal becomes a Gap.
func (b *bill) Costs(ctx context.Context, from, to spend.Day, spent func(int) error) (spend.Sheet, error) {
	b.mu.Lock()
	hold := b.hold
	b.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return spend.Sheet{}, account.Gap{Call: "ce:GetCostAndUsage", Cause: account.TimedOut}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	sheet := spend.Sheet{From: from, To: to, ObservedAt: b.clock.now(), Estimated: map[spend.Day]bool{}}
	for range max(b.pages, 1) {
		if err := spent(1); err != nil {
			return spend.Sheet{}, account.Gap{Call: "ce:GetCostAndUsage", Cause: account.OverBudget, Sentence: err.Error()}
		}
		sheet.Requests++
	}
	b.asked = append(b.asked, sheet)
	if len(b.faults) > 0 {
		err := b.faults[0]
		if b.faults = b.faults[1:]; err != nil {
			return spend.Sheet{}, err
		}
	}
	for d := from; d <= to; d++ {
		for key, amount := range b.lines {
			if v := amount(d); v != 0 {
				sheet.Charges = append(sheet.Charges, spend.Charge{Key: key, Day: d, Category: spend.Usage, Amount: decimal.NewFromFloat(v), Currency: "USD"})
			}
		}
		if v := b.credit[d]; v != 0 {
			sheet.Charges = append(sheet.Charges, spend.Charge{Key: spend.Key{Account: id("111122223333")}, Day: d, Category: spend.Credit, Amount: decimal.NewFromFloat(v), Currency: "USD"})
		}
	}
	return sheet, nil
}

// periods lists what was asked for since the last call, as "from..to".
func (b *bill) periods() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, s := range b.asked {
		all = append(all, s.From.String()+".."+s.To.String())
	}
	b.asked = nil
	return all
}

// steady costs the same every day.
func steady(amount float64) costs { return func(spend.Day) float64 { return amount } }

// rising costs more from a day on.
func rising(usual float64, since spend.Day, raised float64) costs {
	return func(d spend.Day) float64 {
		if d >= since {
			return raised
		}
		return usual
	}
}

// mouth is a workspace in memory that keeps every message.
type mouth struct {
	mu       sync.Mutex
	messages []*utterance
	calls    []string // "post KEY", "update KEY", "find KEY", in order
	faults   map[string][]error
	lost     int                                         // posts that are accepted and whose answer is lost
	accepted func(ctx context.Context, out bot.Outgoing) // called after a post was accepted
	hidden   bool                                        // Find does not see what is there
}

// utterance is one message as people see it.
type utterance struct {
	ref     bot.Ref
	out     bot.Outgoing
	edits   int
	deleted bool
}

func newMouth() *mouth { return &mouth{faults: map[string][]error{}} }

// fails lets the next calls of "post", "update" or "find" fail.
func (m *mouth) fails(call string, errs ...error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults[call] = append(m.faults[call], errs...)
}

// onAccept calls f, once, after the next post was accepted, before it is answered.
func (m *mouth) onAccept(f func(ctx context.Context, out bot.Outgoing)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accepted = f
}

func (m *mouth) call(what string, out bot.Outgoing) error {
	m.calls = append(m.calls, what+" "+out.Key)
	if len(m.faults[what]) == 0 {
		return nil
	}
	err := m.faults[what][0]
	m.faults[what] = m.faults[what][1:]
	return err
}

func (m *mouth) Post(ctx context.Context, out bot.Outgoing) (bot.Ref, error) {
	m.mu.Lock()
	if err := m.call("post", out); err != nil {
		m.mu.Unlock()
		return bot.Ref{}, err
	}
	u := &utterance{out: out}
	if out.Address.Channel != "" {
		u.ref = bot.Ref{Channel: out.Address.Channel, TS: fmt.Sprintf("1700000000.%06d", len(m.messages)+1)}
	}
	m.messages = append(m.messages, u)
	lost, accepted := m.lost > 0, m.accepted
	if lost {
		m.lost--
	}
	m.accepted = nil
	m.mu.Unlock()
	if accepted != nil {
		accepted(ctx, out)
	}
	if lost {
		return bot.Ref{}, &bot.Fault{Kind: bot.Ambiguous, Code: "lost", Sentence: "The answer was lost."}
	}
	return u.ref, nil
}

func (m *mouth) Update(_ context.Context, ref bot.Ref, out bot.Outgoing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("update", out); err != nil {
		return err
	}
	for _, u := range m.messages {
		if u.ref == ref && !u.deleted {
			u.out, u.edits = out, u.edits+1
			return nil
		}
	}
	return &bot.Fault{Kind: bot.Gone, Code: "message_not_found", Sentence: "The message is no more."}
}

func (m *mouth) Find(_ context.Context, out bot.Outgoing) (bot.Ref, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("find", out); err != nil {
		return bot.Ref{}, false, err
	}
	for _, u := range m.messages {
		if u.out.Key == out.Key && u.ref.TS != "" && !u.deleted && !m.hidden {
			return u.ref, true, nil
		}
	}
	return bot.Ref{}, false, nil
}

// delete removes the messages of a key, as a person does.
func (m *mouth) delete(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.messages {
		u.deleted = u.deleted || u.out.Key == key
	}
}

// of lists the messages of a key that are there.
func (m *mouth) of(key string) []utterance {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []utterance
	for _, u := range m.messages {
		if u.out.Key == key && !u.deleted {
			all = append(all, *u)
		}
	}
	return all
}

// keys lists the keys of all messages that are there, in the order of their posts.
func (m *mouth) keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, u := range m.messages {
		if !u.deleted {
			all = append(all, u.out.Key)
		}
	}
	return all
}

// called lists the calls for a key, in order.
func (m *mouth) called(key string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, c := range m.calls {
		if what, of, _ := strings.Cut(c, " "); of == key {
			all = append(all, what)
		}
	}
	return all
}

// String lists what was called, for a failure.
func (m *mouth) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return "said:\n" + strings.Join(m.calls, "\n")
}

func fault(kind bot.FaultKind) *bot.Fault {
	return &bot.Fault{Kind: kind, Code: string(kind), Sentence: "A sentence about " + string(kind) + "."}
}

// counters remembers what was counted.
type counters struct {
	mu    sync.Mutex
	all   []string
	ready map[string]string
}

func (c *counters) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func (c *counters) Delivered(state string)         { c.note("delivered %s", state) }
func (c *counters) Checked(coverage string)        { c.note("checked %s", coverage) }
func (c *counters) CostRequests(org string, n int) { c.note("asked %s %d", org, n) }
func (c *counters) Slot(name, outcome string)      { c.note("slot %s %s", name, outcome) }
func (c *counters) SetReady(name string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ready == nil {
		c.ready = map[string]string{}
	}
	c.ready[name] = ""
	if err != nil {
		c.ready[name] = err.Error()
	}
}

// unready is why something is not ready, "" where it is.
func (c *counters) unready(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ready[name]
}

func (c *counters) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}
