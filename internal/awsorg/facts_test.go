package awsorg_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
)

func report(id string, written time.Time) reply {
	csv := "user,arn,password_enabled,mfa_active\n<root_account>,arn:aws:iam::" + id + ":root,true,true"
	return reply{body: result("GetCredentialReport", "<Content>"+base64.StdEncoding.EncodeToString([]byte(csv))+"</Content>"+
		"<ReportFormat>text/csv</ReportFormat><GeneratedTime>"+written.Format(time.RFC3339)+"</GeneratedTime>")}
}

func memberAccount(t *testing.T) account.Account {
	return account.Account{ID: id(t, member), Role: account.Member, State: account.Active}
}

func causes(f account.Facts) map[string]account.Cause {
	out := map[string]account.Cause{}
	add := func(name string, g account.Gap) {
		if g.Cause != "" {
			out[name] = g.Cause
		}
	}
	add("summary", f.Summary.Gap())
	add("report", f.CredentialReport.Gap())
	add("mfa", f.VirtualMFADevices.Gap())
	add("security", f.SecurityContact.Gap())
	add("billing", f.BillingContact.Gap())
	add("operations", f.OperationsContact.Gap())
	add("policy", f.PasswordPolicy.Gap())
	add("features", f.RootFeatures.Gap())
	return out
}

func all(cause account.Cause) map[string]account.Cause {
	return map[string]account.Cause{"summary": cause, "report": cause, "mfa": cause, "security": cause, "billing": cause, "operations": cause, "policy": cause, "features": cause}
}

func TestFactsOfAMember(t *testing.T) {
	c := newCloud(t, payer)
	org := open(t, options())
	f := org.Facts(t.Context(), memberAccount(t))
	if diff := cmp.Diff(map[string]account.Cause{}, causes(f)); diff != "" {
		t.Fatal(diff)
	}
	if v, _ := f.Summary.Get(); v[account.SummaryMFAEnabled] != 1 {
		t.Errorf("summary %v", v)
	}
	if v, _ := f.CredentialReport.Get(); !v.GeneratedAt.Equal(now.Add(-time.Hour)) || v.Root.MFA != account.Yes {
		t.Errorf("report %+v", v)
	}
	want := []account.VirtualMFADevice{{SerialNumber: "arn:aws:iam::" + member + ":mfa/root-phone", UserARN: f.RootARN(), EnabledAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	if v, _ := f.VirtualMFADevices.Get(); cmp.Diff(want, v) != "" {
		t.Error(cmp.Diff(want, v))
	}
	if v, _ := f.SecurityContact.Get(); v == nil || v.Email != "security@example.com" || v.Title != "CISO" {
		t.Errorf("contact %+v", v)
	}
	if v, _ := f.PasswordPolicy.Get(); v == nil || *v != (account.PasswordPolicy{MinimumLength: 14, Expire: true, MaxAgeDays: 90, Reuse: 24}) {
		t.Errorf("password policy %+v", v)
	}
	if v, known := f.RootFeatures.Get(); v != nil || !known || len(c.made("iam:ListOrganizationsFeatures")) != 0 {
		t.Errorf("the organization's features are %+v, known %t: a member cannot ask", v, known)
	}
	if f.Scope != options().Scope || !f.ObservedAt.Equal(now) {
		t.Errorf("%+v", f.Account)
	}
	role := c.made("sts:AssumeRole")[0].form
	if role.Get("RoleArn") != "arn:aws:iam::"+member+":role/RootwatchAudit" || role.Get("ExternalId") != "fake-external-id" || role.Get("RoleSessionName") != "rootwatch" {
		t.Errorf("assumed %v", role)
	}
	for _, in := range c.made("account:GetAlternateContact") {
		if in.account != member || in.text("AccountId") != "" {
			t.Errorf("a contact was asked as %s about %q", in.account, in.text("AccountId"))
		}
	}

	org.Facts(t.Context(), memberAccount(t))
	if n := len(c.made("sts:AssumeRole")); n != 1 {
		t.Errorf("the role was assumed %d times within one session's life", n)
	}
	if n := len(c.made("iam:GenerateCredentialReport")); n != 0 {
		t.Errorf("a fresh report was written anew %d times", n)
	}
}

func TestFactsOfTheCaller(t *testing.T) {
	c := newCloud(t, member)
	f := open(t, options()).Facts(t.Context(), account.Account{ID: id(t, member)})
	if len(f.Gaps()) != 0 || f.Role != account.Member || f.Partition != "aws" {
		t.Errorf("%+v %v", f.Account, f.Gaps())
	}
	if n := len(c.made("sts:AssumeRole")); n != 0 {
		t.Errorf("the own account's role was assumed %d times", n)
	}
}

func TestOneFailureLeavesTheOthersKnown(t *testing.T) {
	html := "<html><body>Sign in to the guest network<br></body></html>"
	tests := []struct {
		name, action string
		reply        reply
		fact         string
		cause        account.Cause
		says         string
	}{
		{"denied", "iam:GetAccountSummary", reply{403, queryError("AccessDenied", "User is not authorized")}, "summary", account.Denied, "allow it"},
		{"denied by an SCP", "iam:GetAccountSummary", reply{403, queryError("AccessDenied", "with an explicit deny in a service control policy")}, "summary", account.Denied, "service control policy"},
		{"denied in EC2's spelling", "iam:GetAccountSummary", reply{403, queryError("UnauthorizedOperation", "no")}, "summary", account.Denied, ""},
		{"HTML instead of a denial", "iam:GetAccountSummary", reply{403, html}, "summary", account.Undecodable, "proxies"},
		{"HTML instead of an answer", "iam:GetAccountSummary", reply{200, html}, "summary", account.Undecodable, "proxies"},
		{"an error without a code", "iam:GetAccountSummary", reply{403, "<ErrorResponse/>"}, "summary", account.Undecodable, ""},
		{"an unknown code", "iam:GetAccountSummary", reply{400, queryError("SomethingNew", "")}, "summary", account.Undecodable, "SomethingNew"},
		{"an empty answer", "iam:GetAccountSummary", reply{200, ""}, "summary", account.Undecodable, "empty"},
		{"an empty map", "iam:GetAccountSummary", reply{200, result("GetAccountSummary", "<SummaryMap/>")}, "summary", account.Undecodable, "empty"},
		{"throttled for good", "iam:GetAccountSummary", reply{400, queryError("Throttling", "Rate exceeded")}, "summary", account.Throttled, "later"},
		{"throttled without a code", "iam:GetAccountSummary", reply{429, "slow down"}, "summary", account.Throttled, ""},
		{"throttled with 503", "iam:GetAccountSummary", reply{503, queryError("SlowDown", "")}, "summary", account.Throttled, ""},
		{"unavailable", "iam:GetAccountSummary", reply{503, html}, "summary", account.Unavailable, "few minutes"},
		{"service failure", "iam:GetAccountSummary", reply{500, queryError("ServiceFailure", "oops")}, "summary", account.Unavailable, ""},
		{"no list of devices", "iam:ListVirtualMFADevices", reply{200, ""}, "mfa", account.Undecodable, "no list"},
		{"a device without a user", "iam:ListVirtualMFADevices", reply{200, result("ListVirtualMFADevices",
			"<VirtualMFADevices><member><SerialNumber>x</SerialNumber></member></VirtualMFADevices>")}, "mfa", account.Undecodable, "no user"},
		{"truncated without a marker", "iam:ListVirtualMFADevices", reply{200, result("ListVirtualMFADevices",
			"<VirtualMFADevices/><IsTruncated>true</IsTruncated>")}, "mfa", account.Undecodable, "lead on"},
		{"markers in a circle", "iam:ListVirtualMFADevices", reply{200, result("ListVirtualMFADevices",
			"<VirtualMFADevices/><IsTruncated>true</IsTruncated><Marker>m</Marker>")}, "mfa", account.Undecodable, "lead on"},
		{"password policy denied", "iam:GetAccountPasswordPolicy", reply{403, queryError("AccessDenied", "")}, "policy", account.Denied, "iam:GetAccountPasswordPolicy"},
		{"no policy in the answer", "iam:GetAccountPasswordPolicy", reply{200, ""}, "policy", account.Undecodable, "no policy"},
		{"a 404 that is not AWS's", "iam:GetAccountPasswordPolicy", reply{404, html}, "policy", account.Undecodable, "proxies"},
		{"devices denied", "iam:ListVirtualMFADevices", reply{403, queryError("AccessDeniedException", "")}, "mfa", account.Denied, "iam:ListVirtualMFADevices"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on(tt.action, inTurn(tt.reply))
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			if diff := cmp.Diff(map[string]account.Cause{tt.fact: tt.cause}, causes(f)); diff != "" {
				t.Fatal(diff, f.Gaps())
			}
			gap := f.Gaps()[0]
			if gap.Call != tt.action || !strings.Contains(gap.Sentence, tt.says) || gap.Sentence == "" {
				t.Errorf("%s: %q", gap.Call, gap.Sentence)
			}
			if strings.Contains(gap.Sentence, "req-1") {
				t.Errorf("the sentence has the request's id: %q", gap.Sentence)
			}
		})
	}
}

func TestDetailNamesTheRequest(t *testing.T) {
	c := newCloud(t, payer)
	c.on("iam:GetAccountSummary", fixed(403, queryError("AccessDenied", "User: arn is not\nauthorized "+strings.Repeat("x", 1000))))
	gap := open(t, options()).Facts(t.Context(), memberAccount(t)).Summary.Gap()
	if !strings.HasPrefix(gap.Detail, "AccessDenied: User: arn is not authorized") || !strings.HasSuffix(gap.Detail, "(HTTP 403, request req-1)") || len(gap.Detail) > 600 {
		t.Errorf("%q", gap.Detail)
	}
}

func TestThrottlingThenSuccess(t *testing.T) {
	c := newCloud(t, payer)
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // ours hold, whatever the environment says
	t.Setenv("AWS_RETRY_MODE", "adaptive")
	throttle := reply{400, queryError("Throttling", "Rate exceeded")}
	c.on("iam:GetAccountSummary", inTurn(throttle, throttle, throttle, reply{200, c.answer["iam:GetAccountSummary"](call{}).body}))
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	if n := len(c.made("iam:GetAccountSummary")); len(f.Gaps()) != 0 || n != 4 {
		t.Errorf("%d attempts, gaps %v", n, f.Gaps())
	}
}

func TestVirtualMFADevicePages(t *testing.T) {
	c := newCloud(t, payer)
	c.on("iam:ListVirtualMFADevices", func(in call) reply {
		if in.form.Get("AssignmentStatus") != "Assigned" {
			return reply{400, queryError("ValidationError", "")}
		}
		switch in.form.Get("Marker") {
		case "":
			return reply{body: result("ListVirtualMFADevices", "<VirtualMFADevices>"+device(member, "user/a")+"</VirtualMFADevices><IsTruncated>true</IsTruncated><Marker>m1</Marker>")}
		case "m1": // short pages may be truncated
			return reply{body: result("ListVirtualMFADevices", "<VirtualMFADevices/><IsTruncated>true</IsTruncated><Marker>m2</Marker>")}
		}
		return reply{body: result("ListVirtualMFADevices", "<VirtualMFADevices>"+device(member, "root")+"</VirtualMFADevices><IsTruncated>false</IsTruncated>")}
	})
	devices, known := open(t, options()).Facts(t.Context(), memberAccount(t)).VirtualMFADevices.Get()
	if !known || len(devices) != 2 || devices[1].UserARN != "arn:aws:iam::"+member+":root" {
		t.Errorf("%v %v", devices, known)
	}
}

func TestInactiveAccountsAreNotAsked(t *testing.T) {
	for _, state := range []account.State{account.Suspended, account.PendingClosure, account.Closed} {
		c := newCloud(t, payer)
		a := memberAccount(t)
		a.State = state
		f := open(t, options()).Facts(t.Context(), a)
		if diff := cmp.Diff(all(account.NotActive), causes(f)); diff != "" {
			t.Error(state, diff)
		}
		if len(c.calls) != 0 || f.State != state || f.Scope != options().Scope || f.Summary.Gap().Call != "iam:GetAccountSummary" {
			t.Errorf("%s: %d calls, %+v", state, len(c.calls), f.Summary.Gap())
		}
	}
}

func TestRoleRefused(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:AssumeRole", fixed(403, queryError("AccessDenied", "not authorized to perform: sts:AssumeRole")))
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	want := map[string]account.Cause{"summary": account.NotOnboarded, "report": account.NotOnboarded, "mfa": account.NotOnboarded,
		"policy": account.NotOnboarded, "features": account.NotOnboarded}
	if diff := cmp.Diff(want, causes(f)); diff != "" {
		t.Error(diff)
	}
	says := "the role RootwatchAudit could not be assumed: it is missing in the account, or its trust policy or external id does not fit"
	if gap := f.Summary.Gap(); gap.Sentence != says || gap.Call != "sts:AssumeRole" {
		t.Errorf("%+v", gap)
	}
	for _, in := range c.made("account:GetAlternateContact") {
		if in.account != payer || in.text("AccountId") != member {
			t.Errorf("a contact was asked as %s about %q", in.account, in.text("AccountId"))
		}
	}
	if n := len(c.made("sts:AssumeRole")); n != 1 {
		t.Errorf("the role was tried %d times", n)
	}
}

func TestNoRoleConfigured(t *testing.T) {
	newCloud(t, payer)
	o := options()
	o.RoleName = ""
	f := open(t, o).Facts(t.Context(), memberAccount(t))
	if gap := f.Summary.Gap(); gap.Cause != account.NotOnboarded || !strings.Contains(gap.Sentence, "no role is configured") {
		t.Errorf("%+v", gap)
	}
}

func TestOwnCredentials(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, c *cloud)
		says  string
	}{
		{"expired", func(_ *testing.T, c *cloud) {
			c.on("sts:GetCallerIdentity", fixed(403, queryError("ExpiredToken", "expired")))
		}, "expired"},
		{"unknown key", func(_ *testing.T, c *cloud) {
			c.on("sts:GetCallerIdentity", fixed(403, queryError("InvalidClientTokenId", "The security token included in the request is invalid.")))
		}, "does not accept"},
		{"expired when the role is assumed", func(_ *testing.T, c *cloud) {
			c.on("sts:AssumeRole", fixed(403, queryError("ExpiredTokenException", "expired")))
			c.on("account:GetAlternateContact", fixed(403, jsonError("ExpiredTokenException", "expired")))
		}, "expired"},
		{"none at all", func(t *testing.T, _ *cloud) { t.Setenv("AWS_ACCESS_KEY_ID", ""); t.Setenv("AWS_SECRET_ACCESS_KEY", "") }, "has no AWS credentials"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			tt.spoil(t, c)
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			if diff := cmp.Diff(all(account.BadCredentials), causes(f)); diff != "" {
				t.Error(diff, f.Gaps())
			}
			if s := f.Summary.Gap().Sentence; !strings.Contains(s, tt.says) {
				t.Errorf("%q", s)
			}
		})
	}
}

func TestOwnClockIsOff(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:GetCallerIdentity", fixed(403, queryError("SignatureDoesNotMatch", "Signature expired: 20261120T110000Z is now earlier than 20261120T114500Z")))
	gap := open(t, options()).Facts(t.Context(), memberAccount(t)).Summary.Gap()
	if gap.Cause != account.BadCredentials || !strings.Contains(gap.Sentence, "clock") {
		t.Errorf("%+v", gap)
	}
}

func TestNobodyAnswers(t *testing.T) {
	setenv(t, "http://127.0.0.1:1")
	f := open(t, options()).Facts(t.Context(), memberAccount(t))
	if diff := cmp.Diff(all(account.Unavailable), causes(f)); diff != "" {
		t.Error(diff)
	}
	if gap := f.Summary.Gap(); !strings.Contains(gap.Sentence, "could not be reached") || gap.Call != "sts:GetCallerIdentity" {
		t.Errorf("%+v", gap)
	}
}

func TestSignatureTextStaysOutOfTheLog(t *testing.T) {
	c := newCloud(t, payer)
	c.on("sts:GetCallerIdentity", fixed(403, queryError("SignatureDoesNotMatch", "The Canonical String was x-amz-security-token:FAKETOKEN")))
	_, err := open(t, options()).Self(t.Context())
	var gap account.Gap
	if !errors.As(err, &gap) {
		t.Fatalf("%v is no gap", err)
	}
	if gap.Cause != account.BadCredentials || strings.Contains(gap.Detail+gap.Sentence, "FAKETOKEN") {
		t.Errorf("%+v", gap)
	}
}

func TestAFaultySessionIsDropped(t *testing.T) {
	c := newCloud(t, payer)
	good := c.answer["iam:GetAccountSummary"](call{})
	c.on("iam:GetAccountSummary", inTurn(reply{403, queryError("ExpiredToken", "expired")}, good))
	org := open(t, options())
	org.Facts(t.Context(), memberAccount(t))
	if f := org.Facts(t.Context(), memberAccount(t)); len(f.Gaps()) != 0 {
		t.Error(f.Gaps())
	}
	if n := len(c.made("sts:AssumeRole")); n != 2 {
		t.Errorf("the role was assumed %d times", n)
	}
}

func TestCredentialReport(t *testing.T) {
	fresh, old := report(member, now.Add(-4*time.Hour)), report(member, now.Add(-5*time.Hour))
	absent := reply{410, queryError("ReportNotPresent", "none")}
	state := func(s string) reply { return reply{body: result("GenerateCredentialReport", "<State>"+s+"</State>")} }
	tests := []struct {
		name     string
		get      []reply
		generate reply
		cause    account.Cause // "" for known
		written  time.Time
	}{
		{"fresh", []reply{fresh}, absent, "", now.Add(-4 * time.Hour)},
		{"old, then rewritten", []reply{old, report(member, now)}, state("COMPLETE"), "", now},
		{"old, and AWS says that is the newest", []reply{old}, state("COMPLETE"), "", now.Add(-5 * time.Hour)},
		{"old, being rewritten", []reply{old}, state("INPROGRESS"), account.NotReady, time.Time{}},
		{"absent, started", []reply{absent}, state("STARTED"), account.NotReady, time.Time{}},
		{"absent, complete at once", []reply{absent, fresh}, state("COMPLETE"), "", now.Add(-4 * time.Hour)},
		{"expired", []reply{{410, queryError("ReportExpired", "old")}, fresh}, state("COMPLETE"), "", now.Add(-4 * time.Hour)},
		{"in progress", []reply{{404, queryError("ReportInProgress", "wait")}}, state("INPROGRESS"), account.NotReady, time.Time{}},
		{"complete, but not there yet", []reply{absent, {404, queryError("ReportInProgress", "wait")}}, state("COMPLETE"), account.NotReady, time.Time{}},
		{"no more capacity", []reply{absent}, reply{409, queryError("LimitExceeded", "No more capacity")}, account.NotReady, time.Time{}},
		{"a state of its own", []reply{absent}, state("RESTING"), account.Undecodable, time.Time{}},
		{"generating denied", []reply{absent}, reply{403, queryError("AccessDenied", "no")}, account.Denied, time.Time{}},
		{"reading denied", []reply{{403, queryError("AccessDenied", "no")}}, state("COMPLETE"), account.Denied, time.Time{}},
		{"of another account", []reply{report(other, now)}, state("COMPLETE"), account.Undecodable, time.Time{}},
		{"without its date", []reply{{body: result("GetCredentialReport", "<Content>eA==</Content>")}}, state("COMPLETE"), account.Undecodable, time.Time{}},
		{"empty", []reply{{body: ""}}, state("COMPLETE"), account.Undecodable, time.Time{}},
		{"not CSV", []reply{{body: result("GetCredentialReport", "<Content>eA==</Content><GeneratedTime>2026-11-20T11:00:00Z</GeneratedTime>")}}, state("COMPLETE"), account.Undecodable, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCloud(t, payer)
			c.on("iam:GetCredentialReport", inTurn(tt.get...))
			c.on("iam:GenerateCredentialReport", inTurn(tt.generate))
			f := open(t, options()).Facts(t.Context(), memberAccount(t))
			got, known := f.CredentialReport.Get()
			if gap := f.CredentialReport.Gap(); gap.Cause != tt.cause || known != (tt.cause == "") {
				t.Fatalf("%+v, want %q", gap, tt.cause)
			}
			if !got.GeneratedAt.Equal(tt.written) {
				t.Errorf("written at %v", got.GeneratedAt)
			}
			if len(f.Gaps()) > 1 {
				t.Errorf("others are missing too: %v", f.Gaps())
			}
		})
	}
}

func TestFactsOfNobody(t *testing.T) {
	newCloud(t, payer)
	if diff := cmp.Diff(all(account.NotCollected), causes(open(t, options()).Facts(t.Context(), account.Account{}))); diff != "" {
		t.Error(diff)
	}
}

// wire carries requests to a handler without a network, so that time can be
// that of a synctest bubble.
type wire struct{ http.Handler }

func (w wire) Do(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

func TestDeadlines(t *testing.T) {
	setenv(t, "http://127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		c := emptyCloud(member)
		c.on("iam:GetAccountSummary", fixed(400, queryError("Throttling", "Rate exceeded")))
		c.on("iam:ListVirtualMFADevices", func(in call) reply { <-in.ctx.Done(); return reply{} })
		o := options()
		o.HTTPClient, o.FirstBackoff, o.MaxAttempts = wire{c}, 5*time.Second, 1000
		began := time.Now()
		f := open(t, o).Facts(t.Context(), account.Account{ID: id(t, member), Role: account.Member})
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("calls that last as long as they may took %v", took)
		}
		want := map[string]account.Cause{"summary": account.Throttled, "mfa": account.TimedOut}
		if diff := cmp.Diff(want, causes(f)); diff != "" {
			t.Error(diff, f.Gaps())
		}
	})
}

func TestCallerGivesUp(t *testing.T) {
	setenv(t, "http://127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		c := emptyCloud(member)
		ctx, cancel := context.WithCancel(t.Context())
		c.on("sts:GetCallerIdentity", func(in call) reply { cancel(); <-in.ctx.Done(); return reply{} })
		o := options()
		o.HTTPClient = wire{c}
		f := open(t, o).Facts(ctx, account.Account{ID: id(t, member)})
		if gap := f.Summary.Gap(); gap.Cause != account.TimedOut || !strings.Contains(gap.Sentence, "stopped") {
			t.Errorf("%+v", gap)
		}
		time.Sleep(time.Minute) // in the bubble: the shared question ends by its own deadline
	})
}
