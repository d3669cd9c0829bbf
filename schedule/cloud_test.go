package schedule_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"

	"rootwatch/checks"
	"rootwatch/checks/account"
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

// healthy has every fact read, and fails no check that needs nothing beside them.
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
		VirtualMFADevices:  account.Known([]account.VirtualMFADevice{}),
		SecurityContact:    account.Known(&account.AlternateContact{Name: "Security", Email: "security@example.com"}),
		BillingContact:     account.Known(&account.AlternateContact{Name: "Finance", Email: "finance@example.com"}),
		OperationsContact:  account.Known(&account.AlternateContact{Name: "Platform", Email: "platform@example.com"}),
		PasswordPolicy:     account.Known(&account.PasswordPolicy{MinimumLength: 14, Expire: true, MaxAgeDays: 90, Reuse: 24}),
		RootFeatures:       account.Known(featuresOf(a)),
		RootAudit:          account.Known[*account.RootAudit](nil),
		ContactInformation: account.Known(&account.ContactInformation{FullName: "Example Corp", CountryCode: "US", Phone: "+1 206 555 0100"}),
		Authorization: account.Known(account.Authorization{Users: []account.Principal{}, RoleCount: 1, Roles: []account.Principal{{
			Name: "AWSReservedSSO_AdministratorAccess_0123456789abcdef", Trust: account.TrustSSO,
			ARN:    "arn:aws:iam::" + a.ID.String() + ":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
			Grants: []account.PolicyGrant{{Policy: "arn:aws:iam::aws:policy/AdministratorAccess", Grant: account.GrantAdmin}},
		}}}),
		Trails:        account.Known([]account.Trail{{Name: "organization", HomeRegion: "us-east-1", MultiRegion: true, Organization: true, Logging: account.Yes, Management: account.Yes, SignIns: account.Yes}}),
		RootEvents:    account.Known(account.RootEvents{Since: now.AddDate(0, 0, -90), SignInsSince: now.AddDate(0, 0, -90), Whole: true}),
		Detectors:     account.Known([]account.Detector{{ID: "d1", Region: "us-east-1", Enabled: account.Yes}}),
		EventRules:    account.Known([]account.EventRule{}),
		ConfigRules:   account.Known([]account.ConfigRule{}),
		Alarms:        account.Known([]account.Alarm{}),
		MetricFilters: account.Known([]account.MetricFilter{}),
		Budgets: account.Known([]account.Budget{{
			Name: "daily", Type: "COST", TimeUnit: "DAILY", Unit: "USD", Actual: "90", // planned day by day, so it fits every bill
			Filtered: true, Accounts: []string{a.ID.String()},
			Notifications: []account.BudgetNotification{{Type: "ACTUAL", Operator: "GREATER_THAN", Threshold: 100, Subscribers: []account.Subscriber{
				{Type: "EMAIL", Address: "finops@example.com", Live: account.Yes}, {Type: "EMAIL", Address: "security@example.com", Live: account.Yes},
			}}},
		}}),
	}
}

// featuresOf is nil for all but the management account, as awsorg has it.
func featuresOf(a account.Account) *account.RootFeatures {
	if a.Role != account.Management {
		return nil
	}
	return &account.RootFeatures{CredentialsManagement: true, Sessions: true}
}

// rootKey fails root-access-keys, and nothing else.
func rootKey(f *account.Facts) {
	summary, _ := f.Summary.Get()
	summary[account.SummaryAccessKeysPresent] = 1
	f.Summary = account.Known(summary)
}

// notReady is a credential report that is still being written.
func notReady(f *account.Facts) {
	f.CredentialReport = account.Missing[account.CredentialReport](account.Gap{Call: "iam:GetCredentialReport", Cause: account.NotReady})
}

// unreadable is an account that nobody may read.
func unreadable(cause account.Cause) edit {
	return func(f *account.Facts) {
		gap := account.Gap{Call: "sts:AssumeRole", Cause: cause}
		*f = account.Facts{Account: f.Account, ObservedAt: f.ObservedAt}
		f.Blank(gap)
	}
}

func dark(a account.Account, c *clock, cause account.Cause) account.Facts {
	f := account.Facts{Account: a, ObservedAt: c.now()}
	unreadable(cause)(&f)
	return f
}

// Organization is what nobody collected.
func (c *cloud) Organization(context.Context) checks.Organization { return checks.Organization{} }
