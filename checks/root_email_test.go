package checks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// mailCase is one row of a table about the root address.
type mailCase struct {
	name     string
	email    string
	facts    edit
	change   func(*checks.Case)
	status   checks.Status
	severity checks.Severity // "" for the check's own
	says     string
	gap      string
}

func mailTable(t *testing.T, checkID string, table []mailCase) {
	t.Helper()
	check, ok := checks.Find(checkID)
	if !ok {
		t.Fatalf("there is no check %q", checkID)
	}
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			c := checks.Case{Facts: healthy(rootEmail(tt.email)), Policy: checks.DefaultPolicy()}
			if tt.facts != nil {
				tt.facts(&c.Facts)
			}
			if tt.change != nil {
				tt.change(&c)
			}
			got := find(t, checks.Run(c), checkID)
			want := tt.severity
			if want == "" {
				want = check.Severity
			}
			if got.Status != tt.status || got.Severity != want || !strings.Contains(got.Summary, tt.says) {
				t.Errorf("%s, %s: %s", got.Status, got.Severity, got.Summary)
			}
			soundFinding(t, got)
			if tt.gap != "" && !names(got.Gaps, tt.gap) {
				t.Errorf("gaps %v do not name %s", got.Gaps, tt.gap)
			}
			showsNo(t, got, tt.email)
		})
	}
}

// showsNo holds that a finding shows nothing of an address but its domain.
func showsNo(t *testing.T, f checks.Finding, address string) {
	t.Helper()
	local, _, ok := strings.Cut(address, "@")
	if !ok || len(local) < 4 {
		return
	}
	shown := f.Summary
	for _, e := range f.Evidence {
		shown += " " + e.Value
	}
	for _, g := range f.Gaps {
		shown += " " + g.Sentence + g.Detail
	}
	if strings.Contains(strings.ToLower(shown), strings.ToLower(local)) {
		t.Errorf("%s shows %q: %s", f.CheckID, local, shown)
	}
}

func company(names ...string) func(*checks.Case) {
	return func(c *checks.Case) { c.Policy.CompanyDomains = names }
}

// vouched is what somebody says of the account, until some days from now.
func vouched(checkID string, until time.Duration) func(*checks.Case) {
	return func(c *checks.Case) {
		c.Attestations = append(c.Attestations, checks.Attestation{
			Scope: c.Facts.Scope, ID: "a1", AccountID: c.Facts.ID, CheckID: checkID, By: "Ana Silva", At: now.Add(-10 * day), Until: now.Add(until)})
	}
}

func TestRootEmailDomain(t *testing.T) {
	const id = "root-email-domain"
	mailTable(t, id, []mailCase{
		{name: "in a company domain", email: "aws-payments@example.com", change: company("example.com"), status: checks.Pass, says: "in example.com, which is a company domain"},
		{name: "below one", email: "aws-payments@cloud.eu.example.com", change: company("example.org", "example.com"), status: checks.Pass, says: "in cloud.eu.example.com"},
		{name: "capitals and the root's dot", email: "AWS-payments@EXAMPLE.com.", change: company("example.com"), status: checks.Pass},
		{name: "in letters beyond ASCII", email: "aws-payments@bücher.example", change: company("xn--bcher-kva.example"), status: checks.Pass},
		{name: "a plus-address", email: "aws-team+payments@example.com", change: company("example.com"), status: checks.Pass},
		{name: "one that only ends alike", email: "aws-payments@notexample.com", change: company("example.com"), status: checks.Fail, says: "notexample.com, which lies in none of the company's domains"},
		{name: "one that begins alike", email: "aws-payments@example.com.example.net", change: company("example.com"), status: checks.Fail},
		{name: "above the configured one", email: "aws-payments@example.com", change: company("aws.example.com"), status: checks.Fail},
		{name: "free mail", email: "payments.example@gmail.com", status: checks.Fail, says: "gmail.com, a free-mail domain"},
		{name: "free mail, with company domains", email: "payments.example@gmail.com", change: company("example.com"), status: checks.Fail, says: "free-mail"},
		{name: "free mail that is named as the company's", email: "payments.example@gmail.com", change: company("gmail.com"), status: checks.Fail, says: "free-mail"},
		{name: "free mail that somebody vouches for", email: "payments.example@gmail.com", change: vouched(id, 30*day), status: checks.Fail, says: "free-mail"},
		{name: "disposable", email: "payments@mailinator.com", status: checks.Fail, severity: checks.Critical, says: "mailinator.com, a domain of disposable addresses"},
		{name: "below a disposable one", email: "payments@aws.mailinator.com", status: checks.Fail, severity: checks.Critical, says: "disposable"},
		{name: "nobody said whose it is", email: "aws-payments@example.com", status: checks.Manual, says: "company.domains"},
		{name: "somebody said so", email: "aws-payments@example.com", change: vouched(id, 30*day), status: checks.Pass, says: "Ana Silva"},
		{name: "somebody said so long ago", email: "aws-payments@example.com", change: vouched(id, -day), status: checks.Manual, says: "stale"},
		{name: "not known", email: "", status: checks.Unknown, says: "the root address is not", gap: "organizations:ListAccounts"},
		{name: "not known, nor the account's place", email: "", facts: role(account.RoleUnknown), status: checks.Unknown, gap: "organizations:DescribeOrganization"},
		{name: "no address", email: "nobody", status: checks.Unknown, says: "no address in a domain of the Internet", gap: "organizations:ListAccounts"},
		{name: "at an IP address", email: "postmaster@[192.0.2.1]", status: checks.Unknown, says: "no address in a domain"},
		{name: "nothing but the list of accounts was read", email: "payments.example@gmail.com", facts: nothingRead(account.NotOnboarded), status: checks.Fail, says: "gmail.com"},
		{name: "a suspended account", email: "payments.example@gmail.com", facts: func(f *account.Facts) { f.State = account.Suspended }, status: checks.Unknown, says: "suspended"},
	})
}

func personal(addresses ...string) func(*checks.Case) {
	return func(c *checks.Case) { c.Policy.PersonalAddresses = addresses }
}

// beside are other accounts whose mail goes where the root address's does.
func beside(accounts ...account.Account) func(*checks.Case) {
	return func(c *checks.Case) {
		c.Neighbours = checks.NewMailboxes(append(accounts, c.Facts.Account)).Of(c.Facts.Account)
	}
}

func neighbour(id, email string) account.Account {
	return account.Account{Scope: account.Scope{Partition: "aws", Organization: "main"}, ID: mustID(id), Email: email}
}

func iamUser(name string) edit {
	return func(f *account.Facts) {
		a, _ := f.Authorization.Get()
		a.Users = append(slices.Clone(a.Users), account.Principal{Name: name, ARN: "arn:aws:iam::111122223333:user/" + name})
		f.Authorization = account.Known(a)
	}
}

func noAuthorization(f *account.Facts) {
	f.Authorization = account.Missing[account.Authorization](account.Gap{Call: "iam:GetAccountAuthorizationDetails", Cause: account.Denied})
}

func TestRootEmailDedicated(t *testing.T) {
	const id = "root-email-dedicated"
	twin := neighbour("123456789012", "ROOT-payments@Example.com")
	gov := neighbour("123456789012", "root-payments@example.com")
	gov.Partition = "aws-us-gov"
	itself := neighbour("111122223333", "root-payments@example.com")
	itself.Organization = "former"
	mailTable(t, id, []mailCase{
		{name: "a role's", email: "aws-payments@example.com", status: checks.Pass, says: "nothing marks it as a person's"},
		{name: "a plus-address of a shared mailbox", email: "aws-root+payments@example.com", change: beside(
			neighbour("123456789012", "aws-root+billing@example.com"), neighbour("444455556666", "AWS-ROOT@example.com")),
			status: checks.Pass, says: "the mailbox in example.com behind it also takes the mail of 2 other accounts"},
		{name: "a neighbour in another domain", email: "aws-root+payments@example.com", change: beside(neighbour("123456789012", "aws-root+x@example.org")), status: checks.Pass},
		{name: "the same address twice", email: "root-payments@example.com", change: beside(twin), status: checks.Fail, says: "also serves 1 other account."},
		{name: "the same plus-address twice", email: "root+payments@example.com", change: beside(neighbour("123456789012", "root+Payments@example.com"), neighbour("444455556666", "root+payments@example.com")),
			status: checks.Fail, says: "also serves 2 other accounts."},
		{name: "the GovCloud account that was made with it", email: "root-payments@example.com", change: beside(gov), status: checks.Pass, says: "1 other account"},
		{name: "itself, in the organization that it left", email: "root-payments@example.com", change: beside(itself), status: checks.Pass},
		{name: "an executive's", email: "ceo@example.com", status: checks.Fail, says: "an executive (ceo)"},
		{name: "an executive's, with a tag", email: "CTO+aws@example.com", status: checks.Fail, says: "an executive (cto)"},
		{name: "a word that holds one", email: "coordination@example.com", status: checks.Manual},
		{name: "a person's by configuration", email: "jdoe@example.com", change: personal("jdoe@example.com"), status: checks.Fail, says: "the configuration names"},
		{name: "a person's with a tag", email: "jdoe+aws@example.com", change: personal("jdoe@example.com"), status: checks.Fail, says: "the configuration names"},
		{name: "a person's by local part", email: "jdoe+aws@eu.example.com", change: personal("jdoe"), status: checks.Fail, says: "the configuration names"},
		{name: "another domain than the person's", email: "jdoe@example.org", change: personal("jdoe@example.com"), status: checks.Manual},
		{name: "an IAM user's", email: "jdoe@example.com", facts: iamUser("JDoe@example.com"), status: checks.Fail, says: "name of an IAM user"},
		{name: "an IAM user's with a tag", email: "jdoe+aws@example.com", facts: iamUser("jdoe@example.com"), status: checks.Fail, says: "name of an IAM user"},
		{name: "an IAM user's with a word for him", email: "jdoe@example.com", facts: iamUser("jdoe@example.com"), change: vouched(id, 30*day), status: checks.Fail},
		{name: "an IAM user without an address for a name", email: "deploy@example.com", facts: iamUser("deploy"), status: checks.Pass},
		{name: "IAM users not read", email: "aws-payments@example.com", facts: noAuthorization, status: checks.Unknown, says: "was denied", gap: "iam:GetAccountAuthorizationDetails"},
		{name: "IAM users not read, and an executive's", email: "cfo@example.com", facts: noAuthorization, status: checks.Fail},
		{name: "IAM users not read, and a word for it", email: "maria.rossi@example.com", facts: noAuthorization, change: vouched(id, 30*day), status: checks.Unknown},
		{name: "first and last name", email: "maria.rossi@example.com", status: checks.Manual, says: "rootwatch attest root-email-dedicated 111122223333"},
		{name: "an initial", email: "m_rossi+aws@example.com", status: checks.Manual},
		{name: "beyond ASCII", email: "jürgen.o'neill@example.com", status: checks.Manual},
		{name: "first and last name, attested", email: "maria.rossi@example.com", change: vouched(id, 30*day), status: checks.Pass, says: "Ana Silva"},
		{name: "first and last name, attested long ago", email: "maria.rossi@example.com", change: vouched(id, -day), status: checks.Manual, says: "stale"},
		{name: "a role of two words", email: "cloud.team@example.com", status: checks.Pass},
		{name: "a role and a name", email: "aws.rossi@example.com", status: checks.Manual},
		{name: "the account's own name", email: "payments.europe@example.com", status: checks.Pass},
		{name: "three words", email: "a.b.c@example.com", status: checks.Manual, says: "does not say what it is for and may be a person's"},
		{name: "an initial and a name", email: "jsmith@example.com", status: checks.Manual, says: "does not say what it is for"},
		{name: "a first name", email: "anna@example.com", status: checks.Manual, says: "does not say what it is for"},
		{name: "a first name, with a tag that says aws", email: "anna+aws@example.com", status: checks.Manual},
		{name: "a first name, attested", email: "anna@example.com", change: vouched(id, 30*day), status: checks.Pass, says: "Ana Silva"},
		{name: "with a number", email: "anna77@example.com", status: checks.Manual},
		{name: "three names", email: "john.f.smith@example.com", status: checks.Manual},
		{name: "a hyphen", email: "john-smith@example.com", status: checks.Manual},
		{name: "a name that holds aws", email: "dawson@example.com", status: checks.Manual},
		{name: "a name that ends in aws", email: "jlaws@example.com", status: checks.Manual},
		{name: "a name that ends in cloud", email: "mccloud@example.com", status: checks.Manual},
		{name: "a name that begins with root", email: "rootes@example.com", status: checks.Manual},
		{name: "aws in one word with a role", email: "awsroot42@example.com", status: checks.Pass, says: "says what it is for"},
		{name: "aws in one word with the company's name", email: "exampleaws@example.com", status: checks.Pass},
		{name: "aws in one word with the account's name", email: "awspayments@example.com", status: checks.Pass},
		{name: "the company's name alone", email: "acm@acm.example", status: checks.Manual},
		{name: "a name that could be split in very many ways", email: strings.Repeat("a", 60) + "@example.com", facts: func(f *account.Facts) { f.Name = "aaa aaaa aaaaa aaaaaa" }, status: checks.Manual},
		{name: "a name and aws", email: "jsmith-aws@example.com", status: checks.Manual},
		{name: "three words, two of them a name", email: "john.smith.aws@example.com", status: checks.Manual},
		{name: "a name and root", email: "maria.rossi-root@example.com", status: checks.Manual},
		{name: "a name and a number", email: "aws-anna77@example.com", status: checks.Manual},
		{name: "an executive and a role", email: "cto.aws@example.com", status: checks.Manual},
		{name: "an executive and a role, attested", email: "ceo-office@example.com", change: vouched(id, 30*day), status: checks.Pass},
		{name: "an executive by the account's name", email: "ceo-sandbox@example.com", facts: func(f *account.Facts) { f.Name = "CEO sandbox" }, status: checks.Manual},
		{name: "a first name that is a role too", email: "dev.patel@example.com", status: checks.Manual},
		{name: "a first name that is a role too, at a company of the name", email: "dev.patel@patel.example", status: checks.Manual},
		{name: "the same in one word", email: "devpatel@patel.example", status: checks.Manual},
		{name: "a last name that is a role too", email: "jan.bot@example.com", status: checks.Manual},
		{name: "a role that is a name too, with another", email: "dev-team@example.com", status: checks.Pass},
		{name: "a role that is a name too, in one word with another", email: "awsdev@example.com", status: checks.Pass},
		{name: "a role that is a name too, alone", email: "dev@example.com", status: checks.Pass},
		{name: "a role and the company's name", email: "aws-example@example.com", status: checks.Pass},
		{name: "a role and the company's name of two words", email: "aws.acme@acme-tools.example", status: checks.Pass},
		{name: "a role and the account's alias", email: "aws-zurich@example.com", facts: func(f *account.Facts) { f.Aliases = []string{"zurich-one"} }, status: checks.Pass},
		{name: "a role and a region", email: "aws-root-eu@example.com", status: checks.Pass},
		{name: "the account's number", email: "111122223333@example.com", status: checks.Pass},
		{name: "the account's number and a role", email: "aws-111122223333@example.com", status: checks.Pass},
		{name: "the account's number and a word", email: "a.111122223333@example.com", status: checks.Manual},
		{name: "a number of twelve digits and more", email: "a.1111222233334@example.com", status: checks.Manual},
		{name: "the account's alias", email: "zurich-one@example.com", facts: func(f *account.Facts) { f.Aliases = []string{"Zurich One"} }, status: checks.Pass},
		{name: "the account's name", email: "zurich@example.com", facts: func(f *account.Facts) { f.Name = "Zurich" }, status: checks.Pass},
		{name: "a part of the account's name", email: "jsmith@example.com", facts: func(f *account.Facts) { f.Name = "jsmith-sandbox" }, status: checks.Manual},
		{name: "an account that is called by its owner's name", email: "john.smith@example.com", facts: func(f *account.Facts) { f.Name = "John Smith" }, status: checks.Manual, says: "form of a person's name"},
		{name: "a number", email: "team.42@example.com", status: checks.Pass},
		{name: "not known", email: "", status: checks.Unknown, gap: "organizations:ListAccounts"},
		{name: "no address", email: "nobody", status: checks.Unknown, says: "no address"},
		{name: "a closed account", email: "ceo@example.com", facts: func(f *account.Facts) { f.State = account.Closed }, status: checks.Unknown, says: "closed"},
	})
}

func TestNeighboursAreCounted(t *testing.T) {
	none := neighbour("444455556666", "")
	twice := neighbour("123456789012", "aws+two@example.com")
	twice.Organization = "former"
	m := checks.NewMailboxes([]account.Account{
		neighbour("111122223333", "aws+one@example.com"), neighbour("123456789012", "AWS+Two@example.com"), twice, none, neighbour("210987654321", "aws+one@example.com"),
	})
	for name, tt := range map[string]struct {
		of   account.Account
		want checks.Neighbours
	}{
		"one of two with an address":    {neighbour("111122223333", "aws+one@example.com"), checks.Neighbours{SameAddress: 1, SameMailbox: 1}},
		"one that is listed twice":      {neighbour("123456789012", "aws+two@example.com"), checks.Neighbours{SameMailbox: 2}},
		"one that has a new address":    {neighbour("123456789012", "aws+one@example.com"), checks.Neighbours{SameAddress: 2}},
		"one that left the mailbox":     {neighbour("123456789012", "other@example.com"), checks.Neighbours{}},
		"one that is not listed":        {neighbour("555566667777", "aws@example.com"), checks.Neighbours{SameMailbox: 3}},
		"one whose address is unknown":  {none, checks.Neighbours{}},
		"in another domain of its name": {neighbour("555566667777", "aws@example.org"), checks.Neighbours{}},
	} {
		if got := m.Of(tt.of); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
	if got := (checks.Mailboxes{}).Of(neighbour("111122223333", "aws@example.com")); got != (checks.Neighbours{}) {
		t.Errorf("nobody was counted: %+v", got)
	}
}

// open-guides/og-aws#358: a company had to make a leaver's mailbox anew to get
// into its account.
func TestALeaversMailbox(t *testing.T) {
	c := checks.Case{Facts: healthy(rootEmail("john.smith@example.com")), Policy: checks.DefaultPolicy()}
	if f := find(t, checks.Run(c), "root-email-dedicated"); f.Status != checks.Manual {
		t.Errorf("the form of a name: %s: %s", f.Status, f.Summary)
	}
	personal("john.smith")(&c)
	if f := find(t, checks.Run(c), "root-email-dedicated"); f.Status != checks.Fail {
		t.Errorf("a name that is known: %s: %s", f.Status, f.Summary)
	}
}

// A plus-address is an address of its own, and its mailbox is told by count and
// domain: where plus-addresses stop to work (in a mail system that is changed,
// as in ministryofjustice/aws-root-account#1158), all of them hang on it.
func TestPlusAddressesAreToldApart(t *testing.T) {
	c := checks.Case{Facts: healthy(rootEmail("aws-accounts+prod@example.com")), Policy: checks.DefaultPolicy()}
	beside(neighbour("123456789012", "aws-accounts+dev@example.com"))(&c)
	f := find(t, checks.Run(c), "root-email-dedicated")
	if f.Status != checks.Pass || value(f, "Shared mailbox") != "also takes the mail of 1 other account, in example.com" {
		t.Errorf("%s: %s %+v", f.Status, f.Summary, f.Evidence)
	}
	showsNo(t, f, "aws-accounts@example.com")
}

func dnsTells(d account.MailDomain) func(*checks.Case) {
	return func(c *checks.Case) { c.MailDomain = account.Known(d) }
}

func TestRootEmailAlive(t *testing.T) {
	mx := []string{"mx.example.com"}
	gap := func(cause account.Cause, sentence string) func(*checks.Case) {
		return func(c *checks.Case) {
			c.MailDomain = account.Missing[account.MailDomain](account.Gap{Call: "dns:MX", Cause: cause, Sentence: sentence})
		}
	}
	mailTable(t, "root-email-alive", []mailCase{
		{name: "has MX", email: "aws-payments@example.com", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true, MX: mx}), status: checks.Pass, says: "has an MX record"},
		{name: "another spelling", email: "aws-payments@BÜCHER.example.", change: dnsTells(account.MailDomain{Domain: "xn--bcher-kva.example", Exists: true, MX: mx}), status: checks.Pass},
		{name: "only an address record", email: "aws-payments@example.com", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true, Address: true}), status: checks.Pass, says: "RFC 5321"},
		{name: "expired", email: "aws-payments@old-brand.com", change: dnsTells(account.MailDomain{Domain: "old-brand.com"}), status: checks.Fail, says: "whoever registers the domain"},
		{name: "below an expired one", email: "aws-payments@aws.old-brand.com", change: dnsTells(account.MailDomain{Domain: "aws.old-brand.com", Above: account.No}), status: checks.Fail, says: "whoever registers the domain"},
		{name: "a name that is gone", email: "aws-payments@aws.example.com", change: dnsTells(account.MailDomain{Domain: "aws.example.com", Above: account.Yes}), status: checks.Fail, severity: checks.High, says: "a name that does not exist"},
		{name: "a name that is gone, and nothing known above", email: "aws-payments@aws.example.com", change: dnsTells(account.MailDomain{Domain: "aws.example.com"}), status: checks.Fail, severity: checks.High},
		{name: "null MX", email: "aws-payments@example.com", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true, NullMX: true, Address: true}), status: checks.Fail, severity: checks.High, says: "null MX"},
		{name: "neither MX nor address", email: "aws-payments@example.com", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true}), status: checks.Fail, severity: checks.High, says: "no MX record and no address record"},
		{name: "SERVFAIL", email: "aws-payments@example.com", change: gap(account.Unavailable, "The resolver 127.0.0.1:53 answered SERVFAIL."), status: checks.Unknown, says: "the resolver 127.0.0.1:53 answered SERVFAIL", gap: "dns:MX"},
		{name: "a timeout", email: "aws-payments@example.com", change: gap(account.TimedOut, "The resolver 127.0.0.1:53 did not answer in time."), status: checks.Unknown, says: "did not answer in time"},
		{name: "no resolver", email: "aws-payments@example.com", status: checks.Unknown, says: "the DNS was not asked", gap: "dns:MX"},
		{name: "of another domain", email: "aws-payments@example.org", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true, MX: mx}), status: checks.Unknown, says: "the DNS was not asked"},
		{name: "no address", email: "", change: dnsTells(account.MailDomain{Domain: "example.com", Exists: true, MX: mx}), status: checks.Unknown, gap: "organizations:ListAccounts"},
		{name: "the account is not onboarded", email: "aws-payments@old-brand.com", facts: nothingRead(account.NotOnboarded), change: dnsTells(account.MailDomain{Domain: "old-brand.com"}), status: checks.Fail},
	})
}

// A resolver that does not answer is no gap of AWS: the account was read.
func TestTheResolverIsNoCoverage(t *testing.T) {
	c := checks.Case{Facts: healthy(), Policy: checks.DefaultPolicy()}
	c.MailDomain = account.Missing[account.MailDomain](account.Gap{Call: "dns:MX", Cause: account.TimedOut})
	if r := checks.Run(c); r.Coverage.State != checks.Read {
		t.Errorf("coverage %+v", r.Coverage)
	}
}
