// Package account is what checks look at: accounts, and the facts observed
// of one account at one instant, each known or a named gap. Plain data, no I/O.
package account

import (
	"strings"
	"time"
)

// Scope is the beginning of every stored key: the AWS partition ("aws",
// "aws-us-gov", "aws-cn") and the operator's name for the organization. A
// company may have several organizations, payers and partitions.
type Scope struct {
	Partition    string `json:"partition"`
	Organization string `json:"organization"`
}

// Role is the account's place in its organization.
type Role string

// The roles. The zero value means that it could not be told.
const (
	RoleUnknown Role = ""
	Standalone  Role = "standalone" // in no organization
	Management  Role = "management" // the payer; no SCP reaches it
	Member      Role = "member"
)

// State is AWS Organizations' Account.State.
type State string

// The states, in AWS's words.
const (
	PendingActivation State = "PENDING_ACTIVATION"
	Active            State = "ACTIVE"
	Suspended         State = "SUSPENDED"
	PendingClosure    State = "PENDING_CLOSURE"
	Closed            State = "CLOSED"
)

// Words is the state within a sentence: pending closure.
func (s State) Words() string { return strings.ToLower(strings.ReplaceAll(string(s), "_", " ")) }

// Account is one AWS account as its organization lists it.
type Account struct {
	Scope
	ID    ID     `json:"id"`
	Name  string `json:"name,omitempty"`  // a stranger's text: escape it wherever it is shown
	Email string `json:"email,omitempty"` // of the root user; "" where AWS does not tell
	State State  `json:"state"`
	// Path is where the account hangs: the ids of the organization's root and
	// of each organizational unit down to the account, which is not in it.
	// Empty where it is not known.
	Path []string `json:"path,omitempty"`
	// JoinedAt is when it joined its organization; zero where AWS does not tell.
	JoinedAt time.Time `json:"joined_at,omitzero"`
	// Aliases are other names that people may call it by.
	Aliases []string `json:"aliases,omitempty"`
	Role    Role     `json:"role,omitempty"`
}

// Label is the name for a person, or the id where there is none.
func (a Account) Label() string {
	if a.Name != "" {
		return a.Name
	}
	return a.ID.String()
}

// Facts is everything observed of one account at one instant: plain data
// that survives JSON. What was not read is a Gap, never a zero.
type Facts struct {
	Account
	ObservedAt         time.Time                 `json:"observed_at"`
	Summary            Fact[Summary]             `json:"summary"`
	CredentialReport   Fact[CredentialReport]    `json:"credential_report"`
	VirtualMFADevices  Fact[[]VirtualMFADevice]  `json:"virtual_mfa_devices"`
	Authorization      Fact[Authorization]       `json:"authorization"`
	PasswordPolicy     Fact[*PasswordPolicy]     `json:"password_policy"`     // a known nil: none is set
	ContactInformation Fact[*ContactInformation] `json:"contact_information"` // likewise
	SecurityContact    Fact[*AlternateContact]   `json:"security_contact"`    // likewise
	BillingContact     Fact[*AlternateContact]   `json:"billing_contact"`     // likewise
	OperationsContact  Fact[*AlternateContact]   `json:"operations_contact"`  // likewise
	Trails             Fact[[]Trail]             `json:"trails"`
	RootEvents         Fact[RootEvents]          `json:"root_events"`
	Detectors          Fact[[]Detector]          `json:"detectors"`
	EventRules         Fact[[]EventRule]         `json:"event_rules"`
	ConfigRules        Fact[[]ConfigRule]        `json:"config_rules"`
	Alarms             Fact[[]Alarm]             `json:"alarms"`
	MetricFilters      Fact[[]MetricFilter]      `json:"metric_filters"`
	Budgets            Fact[[]Budget]            `json:"budgets"`
	// RootFeatures is asked of the management account alone: a known nil is
	// every other account's.
	RootFeatures Fact[*RootFeatures] `json:"root_features"`
	// RootAudit is what an AssumeRoot session saw: a known nil where the
	// operator did not switch it on, or where AWS has no such session.
	RootAudit Fact[*RootAudit] `json:"root_audit"`
}

// slot is one fact whatever its type.
type slot interface {
	Gap() Gap
	present() bool // a value was read
	asked() bool   // false for a known nil of a fact that is not asked of every account
	lose(Gap)
	value() any
}

// namedSlot is a slot with its name in JSON and the IAM action that fills it.
type namedSlot struct {
	name, action string
	slot
	optional bool // a known nil says that it was no question
}

// slots is the one list of the facts, in the order of the fields.
func (f *Facts) slots() []namedSlot {
	return []namedSlot{
		{"summary", "iam:GetAccountSummary", &f.Summary, false},
		{"credential_report", "iam:GetCredentialReport", &f.CredentialReport, false},
		{"virtual_mfa_devices", "iam:ListVirtualMFADevices", &f.VirtualMFADevices, false},
		{"authorization", "iam:GetAccountAuthorizationDetails", &f.Authorization, false},
		{"password_policy", "iam:GetAccountPasswordPolicy", &f.PasswordPolicy, false},
		{"contact_information", "account:GetContactInformation", &f.ContactInformation, false},
		{"security_contact", "account:GetAlternateContact", &f.SecurityContact, false},
		{"billing_contact", "account:GetAlternateContact", &f.BillingContact, false},
		{"operations_contact", "account:GetAlternateContact", &f.OperationsContact, false},
		{"trails", "cloudtrail:DescribeTrails", &f.Trails, false},
		{"root_events", "cloudtrail:LookupEvents", &f.RootEvents, false},
		{"detectors", "guardduty:ListDetectors", &f.Detectors, false},
		{"event_rules", "events:ListRules", &f.EventRules, false},
		{"config_rules", "config:DescribeConfigRules", &f.ConfigRules, false},
		{"alarms", "cloudwatch:DescribeAlarms", &f.Alarms, false},
		{"metric_filters", "logs:DescribeMetricFilters", &f.MetricFilters, false},
		{"budgets", "budgets:ViewBudget", &f.Budgets, false},
		{"root_features", "iam:ListOrganizationsFeatures", &f.RootFeatures, true},
		{"root_audit", "sts:AssumeRoot", &f.RootAudit, true},
	}
}

// Summary is IAM's GetAccountSummary map. A key that AWS did not send is
// unknown, never 0.
type Summary map[string]int32

// The keys of Summary that checks read.
const (
	SummaryMFAEnabled          = "AccountMFAEnabled"
	SummaryAccessKeysPresent   = "AccountAccessKeysPresent"
	SummarySigningCertificates = "AccountSigningCertificatesPresent"
	SummaryPasswordPresent     = "AccountPasswordPresent"
)

// VirtualMFADevice is an assigned one, as ListVirtualMFADevices names it.
type VirtualMFADevice struct {
	SerialNumber string    `json:"serial_number"`
	UserARN      string    `json:"user_arn"` // arn:PARTITION:iam::ID:root for root's; compare it whole
	EnabledAt    time.Time `json:"enabled_at,omitzero"`
}

// AlternateContact is personal data: checks compare it, messages never show it.
type AlternateContact struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	Email string `json:"email"`
	Phone string `json:"phone,omitempty"`
}

// PasswordPolicy is what IAM demands of the passwords of an account's users.
// It says nothing of root's. 0 is what the policy leaves out.
type PasswordPolicy struct {
	MinimumLength int  `json:"minimum_length"`
	Expire        bool `json:"expire"`
	MaxAgeDays    int  `json:"max_age_days"`
	Reuse         int  `json:"reuse"` // how many former passwords may not come back
}

// RootFeatures is what an organization has switched on to manage the root
// users of its members centrally.
type RootFeatures struct {
	CredentialsManagement bool `json:"credentials_management"`
	Sessions              bool `json:"sessions"`
	// NotAllFeatures holds for an organization that only consolidates bills:
	// neither can be switched on there.
	NotAllFeatures bool `json:"not_all_features,omitempty"`
}

// RootARN is the whole ARN of the account's root user.
func (a Account) RootARN() string {
	partition := a.Partition
	if partition == "" {
		partition = "aws"
	}
	return "arn:" + partition + ":iam::" + a.ID.String() + ":root"
}

// OwnsRoot reports whether arn is the account's root user, part by part and
// in whichever partition: no list of an account names a root of another one.
func (a Account) OwnsRoot(arn string) bool { return isRootARN(arn, a.ID) }

// Blank makes every fact the same gap: nothing of the account could be read.
// A gap without a call gets that of each fact.
func (f *Facts) Blank(g Gap) {
	for _, s := range f.slots() {
		own := g
		if own.Call == "" {
			own.Call = s.action
		}
		s.lose(own)
	}
}

// Dark reports whether nothing of the account was read. That something is no
// question of this account is no reading.
func (f Facts) Dark() bool {
	for _, s := range f.slots() {
		if s.present() && (!s.optional || s.asked()) {
			return false
		}
	}
	return true
}

// Gaps lists every fact that is missing, in the order of the fields, and then
// what is missing of root's events.
func (f Facts) Gaps() []Gap {
	var gaps []Gap
	for _, s := range f.slots() {
		if !s.present() {
			gaps = append(gaps, s.Gap())
		}
	}
	events, _ := f.RootEvents.Get()
	for _, g := range []*Gap{events.Gap, events.SignInGap} {
		if g != nil {
			gaps = append(gaps, *g)
		}
	}
	return gaps
}

// Answers are the facts by their names in JSON, each as its Fact: what a
// report rests on.
func (f Facts) Answers() map[string]any {
	answers := map[string]any{}
	for _, s := range f.slots() {
		answers[s.name] = s.value()
	}
	return answers
}
