package cloud_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	accountapi "github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

func list(t *testing.T, cfg aws.Config, size *int32) (all []types.Account, pages int) {
	t.Helper()
	p := organizations.NewListAccountsPaginator(organizations.NewFromConfig(cfg), &organizations.ListAccountsInput{MaxResults: size})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Accounts...)
		pages++
	}
	return all, pages
}

func TestListAccountsByPages(t *testing.T) {
	for _, c := range []struct {
		name   string
		server int
		client *int32
		pages  int
	}{
		{"as AWS does", 0, nil, 2},
		{"small pages", 7, nil, 6},
		{"the client asks for less", 0, aws.Int32(15), 3},
		{"the server gives less than asked for", 7, aws.Int32(20), 6},
		{"never more than AWS", 100, nil, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := start(t, cloud.DemoOrganization(today), cloud.Options{PageSize: c.server})
			all, pages := list(t, w.cfg, c.client)
			if len(all) != 40 || pages != c.pages {
				t.Errorf("%d accounts on %d pages, want 40 on %d", len(all), pages, c.pages)
			}
			seen := map[string]bool{}
			for _, a := range all {
				seen[*a.Id] = true
			}
			if len(seen) != 40 {
				t.Errorf("%d different accounts", len(seen))
			}
		})
	}
}

func TestListedAccount(t *testing.T) {
	w := demo(t)
	all, _ := list(t, w.cfg, nil)
	find := func(digits string) types.Account {
		for _, a := range all {
			if *a.Id == digits {
				return a
			}
		}
		t.Fatalf("%s is not listed", digits)
		return types.Account{}
	}
	a := find("100000000009")
	if *a.Name != "r&d <!channel> `tools`" || a.State != types.AccountStateActive || a.Status != "" ||
		*a.Arn != "arn:aws:organizations::111122223333:account/o-rootwatchdemo/100000000009" ||
		*a.Email != "aws+r-d-channel-tools@example.com" || a.JoinedTimestamp == nil ||
		a.Paths[0] != "o-rootwatchdemo/r-demo/ou-demo-sandbox/100000000009/" {
		t.Errorf("got %s %s %s %s %v %v", *a.Name, a.State, *a.Arn, *a.Email, a.JoinedTimestamp, a.Paths)
	}
	if s := find("100000000001").State; s != types.AccountStateSuspended {
		t.Errorf("the suspended account is %s", s)
	}
}

func TestOldStatus(t *testing.T) {
	org := cloud.DemoOrganization(today)
	org.StatusOnly = true
	states := map[account.State]types.AccountStatus{
		account.Active: "ACTIVE", account.Suspended: "SUSPENDED", account.Closed: "SUSPENDED",
		account.PendingClosure: "PENDING_CLOSURE", account.PendingActivation: "ACTIVE",
	}
	w := start(t, org, cloud.Options{})
	for state, want := range states {
		w.Update(func(o *cloud.Organization) { o.Accounts[1].State = state })
		all, _ := list(t, w.cfg, nil)
		if all[1].State != "" || all[1].Status != want {
			t.Errorf("%s gives %q and %q, want %q", state, all[1].State, all[1].Status, want)
		}
	}
}

func TestWhoMaySeeTheOrganization(t *testing.T) {
	w := demo(t)
	member := organizations.NewFromConfig(w.in(t, "444455556666"))
	out, err := member.DescribeOrganization(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := out.Organization; *o.Id != "o-rootwatchdemo" || *o.MasterAccountId != "111122223333" ||
		*o.MasterAccountEmail != "aws+org-management@example.com" || o.FeatureSet != types.OrganizationFeatureSetAll {
		t.Errorf("got %+v", o)
	}
	_, err = member.ListAccounts(t.Context(), nil)
	_ = wantCode(t, err, "AccessDeniedException")

	management := organizations.NewFromConfig(w.cfg)
	_, err = management.ListAccounts(t.Context(), &organizations.ListAccountsInput{NextToken: aws.String("nonsense")})
	_ = wantCode(t, err, "InvalidInputException")
	w.Update(func(o *cloud.Organization) { o.Standalone = true })
	_, err = management.ListAccounts(t.Context(), nil)
	_ = wantCode(t, err, "AWSOrganizationsNotInUseException")
	_, err = management.DescribeOrganization(t.Context(), nil)
	_ = wantCode(t, err, "AWSOrganizationsNotInUseException")
}

func TestAlternateContacts(t *testing.T) {
	w := demo(t)
	member := w.in(t, "444455556666")
	for _, c := range []struct {
		name         string
		cfg          aws.Config
		target       string
		kind         accounttypes.AlternateContactType
		change       func(*cloud.Organization)
		email        string
		code, saying string
	}{
		{name: "own", cfg: member, kind: "SECURITY", email: "aws+data-lake@example.com"},
		{name: "own, by the management account", cfg: w.cfg, kind: "BILLING", email: "finance@example.com"},
		{name: "a member's", cfg: w.cfg, target: "444455556666", kind: "OPERATIONS", email: "platform@example.com"},
		{name: "a suspended member's", cfg: w.cfg, target: "100000000001", kind: "SECURITY", email: "security@example.com"},
		{name: "none", cfg: w.cfg, target: "555566667777", kind: "SECURITY", code: "ResourceNotFoundException"},
		{name: "the management account names itself", cfg: w.cfg, target: "111122223333", kind: "SECURITY", code: "AccessDeniedException", saying: "(Access Denied)"},
		{name: "trusted access is off", cfg: w.cfg, target: "444455556666", kind: "SECURITY", change: func(o *cloud.Organization) { o.NoTrustedAccess = true },
			code: "AccessDeniedException", saying: "(Your organization must first enable trusted access with AWS Account Management.)"},
		{name: "a member asks of another", cfg: member, target: "123456789012", kind: "SECURITY", code: "AccessDeniedException", saying: "GetAlternateContact"},
		{name: "no such account", cfg: w.cfg, target: "900000000009", kind: "SECURITY", code: "AccessDeniedException"},
		{name: "no such kind", cfg: w.cfg, kind: "LEGAL", code: "AccessDeniedException"},
		{name: "not an id", cfg: w.cfg, target: "12", kind: "SECURITY", code: "ValidationException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.change != nil {
				w.Update(c.change)
				defer w.Update(func(o *cloud.Organization) { o.NoTrustedAccess = false })
			}
			in := &accountapi.GetAlternateContactInput{AlternateContactType: c.kind}
			if c.target != "" {
				in.AccountId = &c.target
			}
			out, err := accountapi.NewFromConfig(c.cfg).GetAlternateContact(t.Context(), in)
			if c.code != "" {
				if api := wantCode(t, err, c.code); !strings.Contains(api.ErrorMessage(), c.saying) {
					t.Errorf("message %q, want %q in it", api.ErrorMessage(), c.saying)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := out.AlternateContact; *got.EmailAddress != c.email || got.AlternateContactType != c.kind || *got.Name == "" || *got.Title == "" || *got.PhoneNumber == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestContactInformation(t *testing.T) {
	w := demo(t)
	client := accountapi.NewFromConfig(w.cfg)
	in := &accountapi.GetContactInformationInput{AccountId: aws.String("444455556666")}
	out, err := client.GetContactInformation(t.Context(), in)
	if err != nil || *out.ContactInformation.PhoneNumber != "+1-206-555-0199" || *out.ContactInformation.CountryCode != "US" {
		t.Fatalf("got %+v, %v", out, err)
	}
	w.Update(func(o *cloud.Organization) { o.Account(id(t, "444455556666")).Primary = nil })
	_, err = client.GetContactInformation(t.Context(), in)
	_ = wantCode(t, err, "ResourceNotFoundException")
}
