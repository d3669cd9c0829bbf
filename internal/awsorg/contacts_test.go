package awsorg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

const (
	notSet      = "No contact of the inputted alternate contact type found."
	trustedOff  = "User: arn is not authorized to perform: account:GetAlternateContact (Your organization must first enable trusted access with AWS Account Management.)"
	thisAccount = "User: arn is not authorized to perform: account:GetAlternateContact (Access Denied)"
)

// sides answers GetAlternateContact apart for the account's own session and
// for the organization's side.
func sides(own, org reply) func(call) reply {
	return func(in call) reply {
		if in.text("AccountId") != "" {
			return org
		}
		return own
	}
}

func TestContacts(t *testing.T) {
	known := reply{body: contact("security@example.com")}
	none := reply{404, jsonError("ResourceNotFoundException", notSet)}
	no := reply{403, jsonError("AccessDeniedException", "User: arn is not authorized to perform: account:GetAlternateContact")}
	tests := []struct {
		name     string
		own, org reply
		refuse   bool // AssumeRole is refused
		cause    account.Cause
		email    string // "" for none set, where it is known
		says     string
	}{
		{name: "own session", own: known, org: no, email: "security@example.com"},
		{name: "none is set", own: none, org: no},
		{name: "own denied, the organization answers", own: no, org: known, email: "security@example.com"},
		{name: "own denied, the organization knows of none", own: no, org: none},
		{name: "no session, the organization answers", refuse: true, org: known, email: "security@example.com"},
		{name: "both denied", own: no, org: no, cause: account.Denied, says: "nor does the organization"},
		{name: "no session, trusted access off", refuse: true, org: reply{403, jsonError("AccessDeniedException", trustedOff)},
			cause: account.NotOnboarded, says: "trusted access for AWS Account Management is off"},
		{name: "own throttled is not asked elsewhere", own: reply{429, jsonError("TooManyRequestsException", "")}, org: known, cause: account.Throttled},
		{name: "own denied, the organization throttles", own: no, org: reply{429, jsonError("TooManyRequestsException", "")}, cause: account.Throttled},
		{name: "an answer without a contact", own: reply{body: "{}"}, org: known, cause: account.Undecodable},
		{name: "a contact without an email", own: reply{body: `{"AlternateContact":{"Name":"x"}}`}, org: known, cause: account.Undecodable},
		{name: "a 404 that is no answer of AWS", own: reply{404, "<html>not found</html>"}, org: known, cause: account.Undecodable},
		{name: "an emulator without the call", own: reply{404, "{}"}, org: known, cause: account.Undecodable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("account:GetAlternateContact", sides(tt.own, tt.org))
			if tt.refuse {
				c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
			}
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			got, known := f.SecurityContact.Get()
			if gap := f.SecurityContact.Gap(); gap.Cause != tt.cause || known != (tt.cause == "") || !strings.Contains(gap.Sentence, tt.says) {
				t.Fatalf("known %v, %+v; want %q", known, gap, tt.cause)
			}
			email := ""
			if got != nil {
				email = got.Email
			}
			if email != tt.email {
				t.Errorf("email %q, want %q", email, tt.email)
			}
			if tt.cause != "" {
				return // a refusal may come before the third kind is asked for
			}
			kinds := map[string]bool{}
			for _, in := range c.made("account:GetAlternateContact") {
				kinds[in.text("AlternateContactType")] = true
			}
			if diff := cmp.Diff(map[string]bool{"SECURITY": true, "BILLING": true, "OPERATIONS": true}, kinds); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManagementAccountIsNeverNamed(t *testing.T) {
	denied := reply{403, jsonError("AccessDeniedException", thisAccount)}
	for _, own := range []string{payer, member} {
		c := newCloud(t, own)
		c.on("account:GetAlternateContact", sides(denied, denied))
		f := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, payer), Role: account.Management})
		if f.SecurityContact.Gap().Cause != account.Denied {
			t.Errorf("%+v", f.SecurityContact.Gap())
		}
		for _, in := range c.made("account:GetAlternateContact") {
			if in.text("AccountId") != "" {
				t.Errorf("caller %s named %s", own, in.text("AccountId"))
			}
		}
	}
}

func TestManagementRoleReadsItsOwnContacts(t *testing.T) {
	c := newCloud(t, member)
	c.on("sts:AssumeRole", func(in call) reply {
		if strings.HasSuffix(in.form.Get("RoleArn"), "RootwatchAudit") {
			return reply{403, queryError("AccessDenied", "no")}
		}
		return emptyCloud(member).answer["sts:AssumeRole"](in)
	})
	o := options()
	o.ManagementRoleARN = "arn:aws:iam::" + payer + ":role/Billing"
	f := open(t, o).Facts(t.Context(), account.Account{ID: id(t, payer), Role: account.Management})
	if v, _ := f.SecurityContact.Get(); v == nil {
		t.Errorf("%+v", f.SecurityContact.Gap())
	}
	if f.Summary.Gap().Cause != account.NotOnboarded {
		t.Errorf("%+v", f.Summary.Gap())
	}
	for _, in := range c.made("account:GetAlternateContact") {
		if in.account != payer || in.text("AccountId") != "" {
			t.Errorf("asked as %s about %q", in.account, in.text("AccountId"))
		}
	}
}

// count is how often the organization's side was asked.
func (c *cloud) count() int {
	n := 0
	for _, in := range c.made("account:GetAlternateContact") {
		if in.text("AccountId") != "" {
			n++
		}
	}
	return n
}

func TestARefusalIsRemembered(t *testing.T) {
	tests := []struct {
		name, says string
		most       int // requests before the organization is asked no more: an account's three run side by side
	}{
		{"trusted access off", trustedOff, 3},
		{"about one account alone", thisAccount, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
			c.on("account:GetAlternateContact", fixed(403, jsonError("AccessDeniedException", tt.says)))
			clock := now
			o := options()
			o.Now = func() time.Time { return clock }
			org := open(t, o)
			for i := range 6 {
				f := org.Facts(t.Context(), memberAccount(t))
				if gap := f.SecurityContact.Gap(); gap.Cause != account.NotOnboarded || !strings.Contains(gap.Sentence, "nor does the organization") {
					t.Fatalf("%d: %+v", i, gap)
				}
			}
			if n := c.count(); n < 1 || n > tt.most {
				t.Errorf("the organization was asked %d times, want %d at most", n, tt.most)
			}
			clock = clock.Add(time.Hour)
			c.on("account:GetAlternateContact", fixed(200, contact("security@example.com")))
			if f := org.Facts(t.Context(), memberAccount(t)); f.SecurityContact.Gap().Cause != "" {
				t.Errorf("after an hour: %+v", f.SecurityContact.Gap())
			}
		})
	}
}
