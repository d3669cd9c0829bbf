// Package account is what checks look at: accounts, and the facts observed
// of one account at one instant, each known or a named gap. Plain data, no I/O.
package account

import "time"

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

// Account is one AWS account as its organization lists it.
type Account struct {
	Scope
	ID    ID     `json:"id"`
	Name  string `json:"name,omitempty"`  // a stranger's text: escape it wherever it is shown
	Email string `json:"email,omitempty"` // of the root user; "" where AWS does not tell
	State State  `json:"state"`
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
	ObservedAt        time.Time                `json:"observed_at"`
	Summary           Fact[Summary]            `json:"summary"`
	CredentialReport  Fact[CredentialReport]   `json:"credential_report"`
	VirtualMFADevices Fact[[]VirtualMFADevice] `json:"virtual_mfa_devices"`
	SecurityContact   Fact[*AlternateContact]  `json:"security_contact"`   // a known nil: none is set
	BillingContact    Fact[*AlternateContact]  `json:"billing_contact"`    // likewise
	OperationsContact Fact[*AlternateContact]  `json:"operations_contact"` // likewise
	PasswordPolicy    Fact[*PasswordPolicy]    `json:"password_policy"`    // a known nil: none is set
	// RootFeatures is asked of the management account alone: a known nil is
	// every other account's.
	RootFeatures Fact[*RootFeatures] `json:"root_features"`
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
func (f *Facts) Blank(g Gap) {
	f.Summary = Missing[Summary](g)
	f.CredentialReport = Missing[CredentialReport](g)
	f.VirtualMFADevices = Missing[[]VirtualMFADevice](g)
	f.SecurityContact = Missing[*AlternateContact](g)
	f.BillingContact = Missing[*AlternateContact](g)
	f.OperationsContact = Missing[*AlternateContact](g)
	f.PasswordPolicy = Missing[*PasswordPolicy](g)
	f.RootFeatures = Missing[*RootFeatures](g)
}

// FactCount is how many facts Facts holds.
const FactCount = 8

// Dark reports whether nothing of the account was read. That the
// organization's features are not its question is no reading.
func (f Facts) Dark() bool {
	asked := FactCount
	if features, known := f.RootFeatures.Get(); known && features == nil {
		asked--
	}
	return len(f.Gaps()) == asked
}

// Gaps lists every fact that is missing, in the order of the fields.
func (f Facts) Gaps() []Gap {
	var gaps []Gap
	note := func(known bool, g Gap) {
		if !known {
			gaps = append(gaps, g)
		}
	}
	_, ok := f.Summary.Get()
	note(ok, f.Summary.Gap())
	_, ok = f.CredentialReport.Get()
	note(ok, f.CredentialReport.Gap())
	_, ok = f.VirtualMFADevices.Get()
	note(ok, f.VirtualMFADevices.Gap())
	_, ok = f.SecurityContact.Get()
	note(ok, f.SecurityContact.Gap())
	_, ok = f.BillingContact.Get()
	note(ok, f.BillingContact.Gap())
	_, ok = f.OperationsContact.Get()
	note(ok, f.OperationsContact.Gap())
	_, ok = f.PasswordPolicy.Get()
	note(ok, f.PasswordPolicy.Gap())
	_, ok = f.RootFeatures.Get()
	note(ok, f.RootFeatures.Gap())
	return gaps
}
