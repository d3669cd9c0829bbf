package awsorg_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
	"rootwatch/internal/awsorg"
)

// outcome is what the answers say of one action.
func outcome(answers []awsorg.Answer, action string, where account.Role) string {
	for _, a := range answers {
		if a.Action == action && a.Where == where {
			if a.Gap == nil {
				return "answered"
			}
			return string(a.Gap.Cause)
		}
	}
	return "not asked"
}

// Examine makes every call of a reading, and tells of each.
func TestExamine(t *testing.T) {
	c := newCloud(t, payer)
	c.on("iam:ListVirtualMFADevices", fixed(403, queryError("AccessDenied", "no")))
	org := open(t, options())
	answers := org.Examine(t.Context(), account.Account{ID: id(t, member), Role: account.Member, Path: []string{"r-fake"}})
	for _, r := range awsorg.Reads() {
		want := "answered"
		switch {
		case r.Action == "iam:ListVirtualMFADevices":
			want = "denied"
		case r.Where == account.Management && r.Action != "sts:AssumeRole":
			want = "not asked" // a reading of a member needs none of them
		case r.Action == "sns:GetTopicAttributes":
			want = "not asked" // its budgets write to people
		case r.Action == "cloudtrail:GetEventSelectors":
			want = "not asked" // its trail has none of its own
		}
		if got := outcome(answers, r.Action, r.Where); got != want {
			t.Errorf("%s (%s) is %s, want %s", r.Action, r.Where, got, want)
		}
	}
	if n := len(c.made("iam:GenerateCredentialReport")); n != 1 {
		t.Errorf("a report was asked for %d times", n)
	}
}

// A report that may not be read says nothing of whether it may be written:
// both denials are told at once.
func TestExamineTellsBothDenialsOfTheReport(t *testing.T) {
	c := newCloud(t, payer)
	for _, action := range []string{"iam:GetCredentialReport", "iam:GenerateCredentialReport"} {
		c.on(action, fixed(403, queryError("AccessDenied", "no")))
	}
	answers := open(t, options()).Examine(t.Context(), account.Account{ID: id(t, member), Role: account.Member})
	for _, action := range []string{"iam:GetCredentialReport", "iam:GenerateCredentialReport"} {
		if got := outcome(answers, action, account.Member); got != "denied" {
			t.Errorf("%s is %s", action, got)
		}
	}
}

// Without a role nothing else is asked; the organization's side says what it says.
func TestExamineWithoutRole(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "no")))
	c.on("account:GetAlternateContact", fixed(403, jsonError("AccessDeniedException", "Your organization must first enable trusted access with AWS Account Management.")))
	org := open(t, options())
	answers := org.Examine(t.Context(), account.Account{ID: id(t, member), Role: account.Member, Path: []string{"r-fake"}})
	if got := outcome(answers, "sts:AssumeRole", account.Management); got != "denied" {
		t.Errorf("AssumeRole is %s", got)
	}
	if got := outcome(answers, "account:GetAlternateContact", account.Management); got != "denied" {
		t.Errorf("the organization's contact is %s", got)
	}
	if got := outcome(answers, "iam:GetAccountSummary", account.Member); got != "not asked" {
		t.Errorf("the summary is %s", got)
	}
	if gap := org.ContactFromSide(t.Context(), id(t, other)); gap == nil || !strings.Contains(gap.Sentence, "trusted access") {
		t.Errorf("the organization's side says %v", gap)
	}
}

func TestStand(t *testing.T) {
	c := newCloud(t, payer)
	s := open(t, options()).Stand(t.Context())
	if s.Gap != nil || s.Account.String() != payer || s.Partition != "aws" || s.Region != "us-east-1" || !strings.HasSuffix(s.ARN, "assumed-role/Rootwatch/bot") {
		t.Errorf("%+v", s)
	}
	if !s.AheadKnown || s.Ahead.Abs() > 2*time.Second {
		t.Errorf("the clocks differ by %s (%v)", s.Ahead, s.AheadKnown)
	}
	c.on("sts:GetCallerIdentity", func(in call) reply {
		if in.region == "eu-south-2" {
			return reply{403, queryError("InvalidClientTokenId", "The security token included in the request is invalid.")}
		}
		return reply{200, result("GetCallerIdentity", "<Arn>arn:aws:iam::"+payer+":user/bot</Arn><UserId>AIDAFAKE</UserId><Account>"+payer+"</Account>")}
	})
	o := options()
	o.Region = "eu-south-2"
	if s := open(t, o).Stand(t.Context()); s.Gap == nil || !s.HomeAnswers || s.Home != "us-east-1" || !s.AheadKnown {
		t.Errorf("a region that is switched off: %+v", s)
	}
	c.on("sts:GetCallerIdentity", fixed(403, queryError("ExpiredToken", "expired")))
	if s := open(t, options()).Stand(t.Context()); s.Gap == nil || s.Gap.Cause != account.BadCredentials || s.HomeAnswers {
		t.Errorf("expired credentials: %+v", s)
	}
}

// AWS's own clock is heard also where it refuses us because of ours.
func TestStandHearsTheClock(t *testing.T) {
	newCloud(t, payer)
	o := options()
	o.HTTPClient = dated{http.DefaultClient, time.Now().Add(-10 * time.Minute)}
	s := open(t, o).Stand(t.Context())
	if !s.AheadKnown || (s.Ahead-10*time.Minute).Abs() > 5*time.Second {
		t.Errorf("ahead by %s (%v)", s.Ahead, s.AheadKnown)
	}
}

// dated answers with another clock.
type dated struct {
	*http.Client
	at time.Time
}

func (d dated) Do(r *http.Request) (*http.Response, error) {
	response, err := d.Client.Do(r)
	if err == nil {
		response.Header.Set("Date", d.at.UTC().Format(http.TimeFormat))
	}
	return response, err
}

// The one paid request is told of before it is made, and may be forbidden.
func TestBill(t *testing.T) {
	c := newCloud(t, payer)
	c.on("ce:GetCostAndUsage", fixed(200, quoted(map[string]any{"ResultsByTime": []any{}})))
	org := open(t, options())
	spent := 0
	if gap := org.Bill(t.Context(), func(n int) error { spent += n; return nil }); gap != nil || spent != 1 {
		t.Errorf("%v after %d requests", gap, spent)
	}
	made := c.made("ce:GetCostAndUsage")
	if period, _ := made[0].body["TimePeriod"].(map[string]any); len(made) != 1 || period["Start"] != "2026-11-19" || period["End"] != "2026-11-20" {
		t.Errorf("asked %v", made)
	}
	if gap := org.Bill(t.Context(), func(int) error { return errors.New("the cap is reached: wait") }); gap == nil || gap.Cause != account.OverBudget || len(c.made("ce:GetCostAndUsage")) != 1 {
		t.Errorf("over the cap: %v", gap)
	}
	c.on("ce:GetCostAndUsage", fixed(400, jsonError("AccessDeniedException", "User not enabled for cost explorer access")))
	if gap := org.Bill(t.Context(), func(int) error { return nil }); gap == nil || gap.Cause != account.NotEnabled {
		t.Errorf("not enabled: %v", gap)
	}
}

func TestRegionDisabled(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:AssumeRole", fixed(403, queryError("RegionDisabledException", "STS is not activated in this region for account:"+payer)))
	facts := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member), Role: account.Member})
	gap := facts.Summary.Gap()
	if gap.Cause != account.NotEnabled || !strings.Contains(gap.Sentence, "switched off in the configured region") {
		t.Errorf("%+v", gap)
	}
}

// Nobody listens: nothing is kept.
func TestListenIsOfItsContext(t *testing.T) {
	newCloud(t, payer)
	org := open(t, options())
	ctx, heard := awsorg.Listen(t.Context())
	if _, err := org.Self(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, err := range org.Accounts(ctx) {
		if err != nil {
			t.Fatal(err)
		}
	}
	actions := []string{}
	for _, a := range heard.All() {
		actions = append(actions, a.Action)
	}
	// DescribeOrganization was asked before, and is remembered.
	if len(actions) == 0 || actions[0] != "organizations:ListAccounts" || slices.Contains(actions, "organizations:DescribeOrganization") {
		t.Errorf("heard %v", actions)
	}
}
