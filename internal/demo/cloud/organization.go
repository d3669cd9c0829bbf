package cloud

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks/account"
)

// The demo organization's role and the external id that its trust demands.
const (
	DemoRole       = "RootwatchAudit"
	DemoExternalID = "rootwatch-demo-7f3a"
)

const day = 24 * time.Hour

// DemoOrganization is 40 accounts with different faults and what they cost,
// as of the day today lies in. Dates of use and the planted rises are counted
// from that day; all else is the same whenever it is called.
func DemoOrganization(today time.Time) *Organization {
	today = today.UTC().Truncate(day)
	org := &Organization{
		Partition: "aws", ID: "o-rootwatchdemo", RoleName: DemoRole, ExternalID: DemoExternalID, AsOf: today,
		RootFeatures: []string{CentralCredentials}, // sessions were forgotten
		Units:        slices.Clone(demoUnits), Policies: slices.Clone(demoPolicies),
	}
	for i, row := range demoAccounts {
		a := cleanAccount(row, i, today)
		if row.fault != nil {
			row.fault(a, today)
		}
		a.Costs = demoCosts(row)
		org.Accounts = append(org.Accounts, a)
	}
	demoBill(org, today)
	demoMail(org)
	demoBudgets(org, today)
	demoWatch(org, today)
	return org
}

type demoAccount struct {
	id, name string
	unit     string // organizational unit
	profile  profile
	percent  int // of the profile's amounts
	fault    func(a *Account, today time.Time)
}

// demoAccounts begins with the management account. Those without a fault are
// clean, most of them with an unused root user behind a hardware device.
var demoAccounts = []demoAccount{
	{"111122223333", "org-management", "", corePlatform, 60, nil},
	{"123456789012", "prod-payments", "prod", payments, 100, activeRootKey},
	{"444455556666", "data-lake", "data", lake, 100, rootContact(SecurityContact)},
	{"210987654321", "sandbox-dev", "sandbox", playground, 100, nil},
	{"555566667777", "legacy-web", "prod", website, 45, also(legacy, noPasswordPolicy)},
	{"999988887777", "marketing-site", "prod", website, 30, also(mfaOff, rootContact(BillingContact), rootContact(OperationsContact))},
	{"222233334444", "analytics-prod", "data", lake, 55, twoTelephones},
	{"222222222222", "shared-network", "core", corePlatform, 80, noRootCredentials},
	{"333333333333", "ml-research", "data", playground, 140, also(usedYesterday, weakPasswordPolicy)},
	{"100000000001", "old-acquisition", "sandbox", leftover, 100, suspended},
	{"100000000002", "partner-integration", "prod", backend, 25, noRole},
	{"100000000003", "contractor-lab", "sandbox", playground, 20, noRole},
	{"100000000004", "payments-staging", "staging", backend, 35, deny("iam:GetAccountSummary")},
	{"100000000005", "fraud-detection", "prod", backend, 60, deny("iam:GenerateCredentialReport", "iam:GetCredentialReport")},
	{"100000000006", "warehouse-erp", "prod", backend, 50, also(oldReport, inactiveCertificate)},
	{"100000000007", "video-encoding", "prod", media, 100, slowReport},
	{"100000000008", "identity", "core", corePlatform, 40, chrootAdmin},
	{"100000000009", "r&d <!channel> `tools`", "sandbox", playground, 15, nil},
	{"100000000010", "log-archive", "core", archive, 100, noRootCredentials},
	{"100000000011", "security-tooling", "core", corePlatform, 100, noRootCredentials},
	{"100000000012", "backup-vault", "core", archive, 70, secondDevice},
	{"100000000013", "dns-zones", "core", leftover, 160, oneList},
	{"100000000014", "ci-runners", "core", backend, 70, also(oldUserKey, usedAgain)},
	{"100000000015", "artifact-store", "core", archive, 30, boundedAdmin},
	{"100000000016", "prod-search", "prod", backend, 110, also(noSingleSignOn, admins(1))},
	{"100000000017", "staging-search", "staging", backend, 30, also(noSingleSignOn, admins(2))},
	{"100000000018", "prod-checkout", "prod", backend, 130, admins(4)},
	{"100000000019", "staging-checkout", "staging", backend, 30, adminWithoutMFA},
	{"100000000020", "mobile-api", "prod", backend, 80, secondDeviceVirtual},
	{"100000000021", "mobile-staging", "staging", backend, 20, adminDirectly},
	{"100000000022", "crm-sync", "prod", backend, 15, oldSummary},
	{"100000000023", "billing-exports", "data", archive, 20, nil},
	{"100000000024", "iot-gateway", "prod", backend, 40, nil},
	{"100000000025", "iot-lab", "sandbox", playground, 25, also(noPasswordPolicy, adminInline)},
	{"100000000026", "dev-alice", "sandbox", playground, 10, weakPasswordPolicy},
	{"100000000027", "dev-bob", "sandbox", playground, 12, adminWithMFAAlone},
	{"100000000028", "hr-portal", "prod", website, 20, also(noContact(SecurityContact), noContact(BillingContact))},
	{"100000000029", "event-tickets", "prod", website, 35, also(noContact(SecurityContact), noContact(OperationsContact))},
	{"100000000030", "support-desk", "prod", website, 15, consoleUserWithoutMFA},
	{"100000000031", "documentation", "prod", website, 10, noSingleSignOn},
}

// cleanAccount has nothing to find: no keys, a root user that nobody used for
// most of a year, a hardware device, all contacts and a strict password policy.
func cleanAccount(row demoAccount, index int, today time.Time) *Account {
	id, err := account.ParseID(row.id)
	if err != nil { // a mistake in the table
		panic(err)
	}
	slug := strings.Join(strings.FieldsFunc(row.name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	}), "-")
	created := time.Date(2019, time.March, 1+index, 9, index, 0, 0, time.UTC)
	a := &Account{
		ID: id, Name: row.name, Email: "aws+" + slug + "@example.com", State: account.Active, Joined: created,
		Root: Root{
			Password: true, Created: created, PasswordChanged: created.Add(40 * day),
			PasswordLastUsed: today.Add(-time.Duration(240+index) * day).Add(10 * time.Hour),
			MFA:              []Device{{Serial: fmt.Sprintf("DEMO%08d", 40100+index), EnabledAt: created.Add(41 * day)}},
		},
		Contacts: map[string]*Contact{
			SecurityContact:   {"Security team", "On call", "security@example.com", "+1-206-555-0100"},
			BillingContact:    {"Finance", "Accounts payable", "finance@example.com", "+1-206-555-0101"},
			OperationsContact: {"Platform team", "On call", "platform@example.com", "+1-206-555-0102"},
		},
		Policy:  &PasswordPolicy{MinimumLength: 14, MaxAge: 90, Reuse: 24},
		Budgets: []Budget{cleanBudget(50 * Dollar)},
		Primary: &PrimaryContact{FullName: "Example Corp", Company: "Example Corp", Address: "1 Example Street", City: "Seattle", PostalCode: "98101", Country: "US", Phone: "+1-206-555-0199"},
		Users: []User{{
			Name: "deploy", Created: created.Add(day), Groups: []string{"deployers"},
			Keys: []Key{{Active: true, Rotated: today.Add(-30 * day), LastUsed: today.Add(-3 * time.Hour), Region: "us-east-1", Service: "s3"}},
		}},
	}
	a.Groups = []Group{{Name: "deployers", Inline: []InlinePolicy{{"deployments", deployerPolicy}}}}
	a.Roles = cleanRoles(id)
	a.DeniesRootSessions = row.unit == "sandbox" // the policy that asks root for MFA exempts no session of AssumeRoot
	if row.unit != "" {
		a.OUs = []string{"ou-demo-" + row.unit}
	}
	if index%4 == 0 {
		a.Alias = "example-" + slug
	}
	return a
}

func rootDevice(a *Account) Device {
	return Device{Virtual: true, Serial: "arn:aws:iam::" + a.ID.String() + ":mfa/root-account-mfa-device", EnabledAt: a.Root.Created.Add(41 * day)}
}

func activeRootKey(a *Account, today time.Time) {
	a.Root.Keys = []Key{{
		Active: true, Rotated: time.Date(2019, time.March, 2, 8, 30, 0, 0, time.UTC),
		LastUsed: today.Add(-4 * day).Add(13 * time.Hour), Region: "us-east-1", Service: "s3",
	}}
	a.Root.MFA = []Device{rootDevice(a)}
}

func legacy(a *Account, _ time.Time) {
	made := a.Root.Created.Add(10 * day)
	a.Root.Keys = []Key{{Rotated: made, LastUsed: made.Add(400 * day), Region: "eu-west-1", Service: "ec2"}}
	a.Root.Certificates = []Certificate{{Active: true, Rotated: made}}
	delete(a.Contacts, SecurityContact)
}

func mfaOff(a *Account, _ time.Time) {
	a.Root.MFA = nil
	delete(a.Contacts, SecurityContact)
}

// noRootCredentials is a member whose root credentials were removed centrally.
func noRootCredentials(a *Account, _ time.Time) {
	a.Root = Root{Created: a.Root.Created}
}

func usedYesterday(a *Account, today time.Time) {
	a.Root.PasswordLastUsed = today.Add(-day).Add(14*time.Hour + 12*time.Minute)
}

// usedAgain is every few weeks, and not within the last one.
func usedAgain(a *Account, today time.Time) {
	a.Root.PasswordLastUsed = today.Add(-9 * day).Add(9 * time.Hour)
	a.Watch.RootEvents = append(a.Watch.RootEvents, RootEvent{At: today.Add(-30 * day).Add(9 * time.Hour), Kind: EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", MFA: true})
}

func suspended(a *Account, _ time.Time) { a.State = account.Suspended }

func noRole(a *Account, _ time.Time) { a.NoRole = true }

func deny(actions ...string) func(*Account, time.Time) {
	return func(a *Account, _ time.Time) { a.Denied = slices.Clone(actions) }
}

func oldReport(a *Account, _ time.Time) { a.Root.OldReport = true }

func slowReport(a *Account, _ time.Time) { a.ReportPolls = 2 }

// chrootAdmin has "root" in its name and in its device's, and is not root.
func chrootAdmin(a *Account, today time.Time) {
	a.Users = append(a.Users, User{
		Name: "chroot-admin", Created: a.Root.Created.Add(2 * day), Password: true,
		PasswordLastUsed: today.Add(-2 * day), PasswordChanged: today.Add(-50 * day),
		MFA: []Device{{Virtual: true, Serial: "arn:aws:iam::" + a.ID.String() + ":mfa/chroot-admin", EnabledAt: a.Root.Created.Add(3 * day)}},
	})
}

// also is several faults of one account.
func also(faults ...func(*Account, time.Time)) func(*Account, time.Time) {
	return func(a *Account, today time.Time) {
		for _, fault := range faults {
			fault(a, today)
		}
	}
}

func noContact(kind string) func(*Account, time.Time) {
	return func(a *Account, _ time.Time) { delete(a.Contacts, kind) }
}

func rootContact(kind string) func(*Account, time.Time) {
	return func(a *Account, _ time.Time) { a.Contacts[kind].Email = a.Email }
}

// oneList is one address for all three contacts, which is no fault.
func oneList(a *Account, _ time.Time) {
	for _, c := range a.Contacts {
		c.Email = "aws-notices@example.com"
	}
}

func noPasswordPolicy(a *Account, _ time.Time) { a.Policy = nil }

func weakPasswordPolicy(a *Account, _ time.Time) {
	a.Policy = &PasswordPolicy{MinimumLength: 8, Reuse: 5}
}

// inactiveCertificate was switched off and never deleted.
func inactiveCertificate(a *Account, _ time.Time) {
	a.Root.Certificates = []Certificate{{Rotated: a.Root.Created.Add(12 * day)}}
}

// secondDeviceVirtual has a hardware device, and a telephone for convenience.
func secondDeviceVirtual(a *Account, _ time.Time) {
	a.Root.MFA = append(a.Root.MFA, Device{
		Virtual: true, Serial: "arn:aws:iam::" + a.ID.String() + ":mfa/root-phone", EnabledAt: a.Root.Created.Add(300 * day)})
}

// oldSummary says nothing of root's password, as AWS's did not until
// AccountPasswordPresent came: only the credential report tells.
func oldSummary(a *Account, _ time.Time) { a.Root.OmitSummaryKeys = []string{"AccountPasswordPresent"} }
