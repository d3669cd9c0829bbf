// Package cloud is an emulated AWS organization that the real AWS SDK talks to
// over HTTP: STS, IAM, Organizations, Account Management and Cost Explorer, as
// far as Rootwatch asks them, with a truth for each account and faults on demand.
package cloud

import (
	"maps"
	"slices"
	"time"

	"rootwatch/checks/account"
)

// Organization is what is true of an emulated organization. Everything that
// the emulator answers follows from it.
type Organization struct {
	Partition string     // "" is "aws"
	ID        string     // o- and 10 to 32 characters
	Accounts  []*Account // the first is the management account

	// RoleName is the role that may be assumed in every account; ExternalID
	// is what its trust demands, "" for nothing.
	RoleName, ExternalID string
	// ManagementRole is a role of the management account that may be assumed
	// beside it; "" for none.
	ManagementRole string
	// CallerAccount is whose long-term credentials the client holds: the
	// management account where it is zero.
	CallerAccount account.ID
	// CallerKey is the one access key id that is known; "" lets every key in
	// that this server did not issue itself.
	CallerKey string

	Standalone      bool // in no organization: Accounts[0] is alone
	NoTrustedAccess bool // for account.amazonaws.com: contacts of members cannot be read from the management account
	StatusOnly      bool // ListAccounts answers Status and no State, as AWS did before State came
	CostExplorerOff bool // nobody switched Cost Explorer on
	// BillingAlertsOff: nobody has the bill sent to CloudWatch. EstimatedUntil is
	// when it was sent last, zero where it still is; EstimatedStatus what GetMetricData
	// says of each series, "" for Complete.
	BillingAlertsOff bool
	EstimatedUntil   time.Time
	EstimatedStatus  string
	BillingOnly      bool // the organization only consolidates bills
	NoPaths          bool // ListAccounts does not tell where accounts hang
	NoIAMAccess      bool // trusted access for iam.amazonaws.com was never switched on
	// RootFeatures are those that are enabled: CentralCredentials, CentralSessions.
	RootFeatures []string
	// IAMAdmin is the delegated administrator for IAM; zero for none.
	IAMAdmin account.ID
	// Delegates are delegated administrators of other services: Organizations
	// tells them all, and nothing else.
	Delegates []account.ID
	Currency  string // "" is USD
	// Events are what happens to the bill, incidents and harmless things.
	Events []BillEvent
	// Anomalies are the payer's subscriptions to Cost Anomaly Detection.
	Anomalies []AnomalySubscription

	Units       []Unit
	Policies    []ControlPolicy // beside AWS's own, which hangs everywhere
	PoliciesOff bool            // the type is not enabled on the root
	// NoFullAccess are the targets from which AWS's own policy was detached.
	NoFullAccess []string

	// Domains is the DNS of the accounts' root addresses, by name; nil where
	// nobody tells of it.
	Domains map[string]Domain

	AsOf time.Time // the day on which its dates were written; Truth tells old uses of root by it
}

// Account is what is true of one account.
type Account struct {
	ID          account.ID
	Name, Email string
	Alias       string        // "" for none
	State       account.State // "" is Active
	Joined      time.Time
	OUs         []string // ids of the organizational units down to the account

	Root     Root
	Users    []User
	LooseMFA []string // serial numbers of virtual MFA devices that nobody uses
	Groups   []Group
	Roles    []Role
	// ManagedPolicies are the customer's own.
	ManagedPolicies []ManagedPolicy
	// DeniesRootSessions: a service control policy over the account denies root,
	// and exempts no session of AssumeRoot.
	DeniesRootSessions bool
	Contacts           map[string]*Contact
	Primary            *PrimaryContact // nil where AWS has none
	Policy             *PasswordPolicy // nil where none is set
	Denied             []string        // IAM actions that nobody may call in it: "iam:GetAccountSummary"
	NoRole             bool            // AssumeRole is refused

	// ReportPolls is how many polls (Generate, or Get while it is being
	// written) find the credential report not ready; 0 writes it at once.
	ReportPolls int
	Costs       []Cost
	Budgets     []Budget
	Topics      []Topic
	Watch       Watch
	// NoBillingAccess: the root user has not let IAM into billing.
	NoBillingAccess bool
}

// Root is what is true of an account's root user.
type Root struct {
	Password         bool
	PasswordLastUsed time.Time // zero: never
	PasswordChanged  time.Time
	Created          time.Time
	MFA              []Device
	Keys             []Key         // two at most
	Certificates     []Certificate // two at most
	// OldReport gives the report's password columns as not_supported, as the
	// guide of 2023 says they are.
	OldReport bool
	// OmitSummaryKeys are left out of GetAccountSummary, as old accounts and
	// other implementations do.
	OmitSummaryKeys []string
}

// Device is an MFA device. Only virtual ones can be listed.
type Device struct {
	Virtual   bool
	Serial    string // ARN of a virtual device
	EnabledAt time.Time
}

// Key is an access key. An inactive one keeps its dates.
type Key struct {
	Active          bool
	Rotated         time.Time
	LastUsed        time.Time // zero: never
	Region, Service string
}

// Certificate is an X.509 signing certificate.
type Certificate struct {
	Active  bool
	Rotated time.Time
}

// User is an IAM user.
type User struct {
	Name             string
	Created          time.Time
	Password         bool
	PasswordLastUsed time.Time // zero: never
	PasswordChanged  time.Time
	MFA              []Device
	Keys             []Key
	Certificates     []Certificate
	Groups           []string // by name
	Attached         []string // ARNs of managed policies
	Inline           []InlinePolicy
	Boundary         string // ARN of the permissions boundary; "" for none
}

// The types of alternate contacts, the keys of Account.Contacts.
const (
	SecurityContact   = "SECURITY"
	BillingContact    = "BILLING"
	OperationsContact = "OPERATIONS"
)

// The features of Organization.RootFeatures.
const (
	CentralCredentials = "RootCredentialsManagement"
	CentralSessions    = "RootSessions"
)

// PasswordPolicy is the account's policy for its users' passwords; 0 leaves
// the age and the number remembered out, as AWS does.
type PasswordPolicy struct{ MinimumLength, MaxAge, Reuse int }

// Contact is an alternate contact.
type Contact struct{ Name, Title, Email, Phone string }

// PrimaryContact is the account's own address.
type PrimaryContact struct {
	FullName, Company, Address, City, PostalCode, Country, Phone string
}

// Account is the account with this id, nil where there is none.
func (o *Organization) Account(id account.ID) *Account {
	for _, a := range o.Accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Management is the first account.
func (o *Organization) Management() *Account { return o.Accounts[0] }

func (o *Organization) caller() account.ID {
	if o.CallerAccount.IsZero() {
		return o.Management().ID
	}
	return o.CallerAccount
}

func (o *Organization) arn(service, rest string, id account.ID) string {
	partition := o.Partition
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":" + service + "::" + id.String() + ":" + rest
}

// hasRole reports whether arn is a role that may be assumed in the account.
func (o *Organization) hasRole(arn string, id account.ID) bool {
	if arn == o.arn("iam", "role/"+o.RoleName, id) {
		return true
	}
	return o.ManagementRole != "" && id == o.Management().ID && arn == o.arn("iam", "role/"+o.ManagementRole, id)
}

func (o *Organization) currency() string {
	if o.Currency == "" {
		return "USD"
	}
	return o.Currency
}

// clone is a deep copy, so that no reader meets a change.
func (o *Organization) clone() *Organization {
	c := *o
	c.RootFeatures = slices.Clone(o.RootFeatures)
	c.Domains = maps.Clone(o.Domains)
	c.Anomalies = slices.Clone(o.Anomalies)
	c.Events = slices.Clone(o.Events)
	c.Delegates, c.Units, c.NoFullAccess = slices.Clone(o.Delegates), slices.Clone(o.Units), slices.Clone(o.NoFullAccess)
	c.Policies = slices.Clone(o.Policies)
	for i := range c.Policies {
		c.Policies[i].Targets = slices.Clone(c.Policies[i].Targets)
	}
	c.Accounts = make([]*Account, len(o.Accounts))
	for i, a := range o.Accounts {
		c.Accounts[i] = a.clone()
	}
	return &c
}

func (a *Account) clone() *Account {
	c := *a
	c.OUs = slices.Clone(a.OUs)
	c.Root.MFA = slices.Clone(a.Root.MFA)
	c.Root.Keys = slices.Clone(a.Root.Keys)
	c.Root.Certificates = slices.Clone(a.Root.Certificates)
	c.Root.OmitSummaryKeys = slices.Clone(a.Root.OmitSummaryKeys)
	c.LooseMFA = slices.Clone(a.LooseMFA)
	c.Denied = slices.Clone(a.Denied)
	c.Users = slices.Clone(a.Users)
	for i, u := range a.Users {
		c.Users[i].MFA = slices.Clone(u.MFA)
		c.Users[i].Keys = slices.Clone(u.Keys)
		c.Users[i].Certificates = slices.Clone(u.Certificates)
	}
	c.cloneRoster()
	if a.Contacts != nil {
		c.Contacts = make(map[string]*Contact, len(a.Contacts))
		for kind, contact := range a.Contacts {
			if contact != nil {
				copied := *contact
				contact = &copied
			}
			c.Contacts[kind] = contact
		}
	}
	if a.Primary != nil {
		primary := *a.Primary
		c.Primary = &primary
	}
	if a.Policy != nil {
		policy := *a.Policy
		c.Policy = &policy
	}
	c.Costs = slices.Clone(a.Costs)
	c.Budgets = cloneBudgets(a.Budgets)
	c.Topics = slices.Clone(a.Topics)
	c.Watch = a.Watch.clone()
	return &c
}

func (a *Account) active() bool { return a.State == "" || a.State == account.Active }

func (a *Account) state() account.State {
	if a.State == "" {
		return account.Active
	}
	return a.State
}
