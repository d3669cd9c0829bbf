package awsorg_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

func TestContactInformation(t *testing.T) {
	known := reply{body: information("US", "+1 206 555 0100")}
	none := reply{404, jsonError("ResourceNotFoundException", "No contact information found for the inputted account.")}
	no := reply{403, jsonError("AccessDeniedException", "User: arn is not authorized to perform: account:GetContactInformation")}
	example := &account.ContactInformation{FullName: "Example Corp", Company: "Example Corp", CountryCode: "US", Phone: "+1 206 555 0100"}
	for _, tt := range []struct {
		name     string
		own, org reply
		refuse   bool // AssumeRole is refused
		cause    account.Cause
		want     *account.ContactInformation
		says     string
	}{
		{name: "own session", own: known, org: no, want: example},
		{name: "none is set", own: none, org: no},
		{name: "own denied, the organization answers", own: no, org: known, want: example},
		{name: "no session, the organization answers", refuse: true, org: known, want: example},
		{name: "both denied", own: no, org: no, cause: account.Denied, says: "nor does the organization"},
		{name: "no session, trusted access off", refuse: true, org: reply{403, jsonError("AccessDeniedException", trustedOff)},
			cause: account.NotOnboarded, says: "trusted access for AWS Account Management is off"},
		{name: "throttled is not asked elsewhere", own: reply{429, jsonError("TooManyRequestsException", "")}, org: known, cause: account.Throttled},
		{name: "an answer without a contact", own: reply{body: "{}"}, org: known, cause: account.Undecodable},
		{name: "a contact without anything", own: reply{body: `{"ContactInformation":{}}`}, org: known, cause: account.Undecodable},
		{name: "a contact without a telephone", own: reply{body: information("US", "")}, org: no,
			want: &account.ContactInformation{FullName: "Example Corp", Company: "Example Corp", CountryCode: "US"}},
		{name: "an emulator without the call", own: reply{404, "{}"}, org: known, cause: account.Undecodable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("account:GetContactInformation", sides(tt.own, tt.org))
			if tt.refuse {
				c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
			}
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			got, known := f.ContactInformation.Get()
			if gap := f.ContactInformation.Gap(); gap.Cause != tt.cause || known != (tt.cause == "") || !strings.Contains(gap.Sentence, tt.says) {
				t.Fatalf("known %v, %+v; want %q", known, gap, tt.cause)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// That the organization answers for no alternate contacts says nothing of the
// primary ones: each is a permission of its own.
func TestARefusalIsOfOneCall(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
	c.on("account:GetAlternateContact", fixed(403, jsonError("AccessDeniedException", "User: arn is not authorized to perform: account:GetAlternateContact")))
	o := options()
	o.Now = func() time.Time { return now }
	org := open(t, o)
	for range 3 {
		f := org.Facts(t.Context(), memberAccount(t))
		if f.SecurityContact.Gap().Cause != account.NotOnboarded {
			t.Errorf("%+v", f.SecurityContact.Gap())
		}
		if got, _ := f.ContactInformation.Get(); got == nil {
			t.Errorf("%+v", f.ContactInformation.Gap())
		}
	}
}
