package wire

import (
	"context"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/demo/cloud"
)

// atOnce is how many accounts are read side by side.
const atOnce = 16

// read has the real collector read the world and the checks judge it: a report
// of each account, by its id.
func (w *world) read(t *testing.T) map[account.ID][]checks.Report {
	t.Helper()
	server := cloud.New(w.org, cloud.Options{Now: func() time.Time { return now }})
	for _, f := range w.faults {
		server.AddFault(f)
	}
	listener := httptest.NewServer(server)
	defer listener.Close()
	org := w.collector(t, listener.URL)
	listed := w.list(t, org)
	whole := org.Organization(t.Context())
	whole.AnomalySubscriptions = org.AnomalySubscriptions(t.Context(), func(int) error { return nil })
	mailboxes := checks.NewMailboxes(listed)
	policy := checks.DefaultPolicy()
	policy.CompanyDomains, policy.PersonalAddresses = []string{cloud.DemoCompanyDomain}, []string{cloud.DemoPersonalAddress}

	reports := map[account.ID][]checks.Report{}
	var mu sync.Mutex
	var readers sync.WaitGroup
	turns := make(chan struct{}, atOnce)
	for _, a := range listed {
		turns <- struct{}{}
		readers.Go(func() {
			defer func() { <-turns }()
			facts := org.Facts(t.Context(), a)
			c := checks.Case{Facts: facts, Organization: whole, Neighbours: mailboxes.Of(facts.Account), MailDomain: w.resolve(facts.Email), Policy: policy}
			if d := w.find(a.ID); d != nil {
				c.History, c.TypicalDay = d.memory, account.Known(d.usual)
				c.Spend, c.Weekend = tellSpend(d, facts.ObservedAt)
			}
			report := checks.Run(c)
			mu.Lock()
			defer mu.Unlock()
			reports[a.ID] = append(reports[a.ID], report)
		})
	}
	readers.Wait()
	return reports
}

func (w *world) find(id account.ID) *drawn {
	for _, d := range w.all {
		if d.ID == id {
			return d
		}
	}
	return nil
}

func (w *world) collector(t *testing.T, endpoint string) *awsorg.Org {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-real-secret", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	o := awsorg.Options{
		Scope: account.Scope{Partition: "aws", Organization: "wire"}, RoleName: cloud.DemoRole, ExternalID: cloud.DemoExternalID, RootAudit: w.audit,
		MaxAttempts: 2, FirstBackoff: time.Millisecond, OrganizationsPerSecond: 1e6, Now: func() time.Time { return now },
	}
	if w.org.Standalone { // whose address AWS does not tell: the operator does
		o.Accounts = map[account.ID]awsorg.Override{w.org.Management().ID: {Email: w.org.Management().Email}}
	}
	if w.org.ManagementRole != "" {
		o.ManagementRoleARN = "arn:aws:iam::" + w.org.Management().ID.String() + ":role/" + w.org.ManagementRole
	}
	org, err := awsorg.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

// list is every account as the organization lists it; by their ids alone where
// it does not, or where the list breaks off.
func (w *world) list(t *testing.T, org *awsorg.Org) []account.Account {
	t.Helper()
	var listed []account.Account
	for a, err := range org.Accounts(t.Context()) {
		if err != nil && w.dark["organizations:ListAccounts"]+w.dark["organizations:DescribeOrganization"] == "" {
			t.Fatal(err)
		}
		if err != nil {
			w.byID, w.dark["organizations:ListAccounts"] = true, "no list"
			break
		}
		listed = append(listed, a)
	}
	if !w.byID {
		return listed
	}
	listed = nil
	for _, a := range w.org.Accounts {
		listed = append(listed, account.Account{Scope: account.Scope{Partition: "aws", Organization: "wire"}, ID: a.ID})
	}
	return listed
}

// resolve is the DNS of a root address's domain: no answer of AWS's.
func (w *world) resolve(email string) account.Fact[account.MailDomain] {
	address, ok := checks.ParseMail(email)
	if !ok {
		return account.Missing[account.MailDomain](account.Gap{Cause: account.NotCollected})
	}
	d, exists := w.org.Domains[address.Domain]
	told := account.MailDomain{Domain: address.Domain, MX: d.MX, NullMX: d.NullMX, Address: d.Address, Exists: exists}
	if !exists {
		told.Above = account.No
	}
	return account.Known(told)
}
