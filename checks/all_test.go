package checks_test

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

func TestEveryCheckIsComplete(t *testing.T) {
	idForm := regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)
	action := regexp.MustCompile(`^[a-z]+:[A-Z][A-Za-z]+$`)
	for _, c := range checks.All() {
		t.Run(c.ID, func(t *testing.T) {
			if !idForm.MatchString(c.ID) {
				t.Errorf("ID %q is not words joined by hyphens", c.ID)
			}
			if c.Title == "" || strings.HasSuffix(c.Title, ".") {
				t.Errorf("title %q is empty or ends in a full stop", c.Title)
			}
			if n := len([]rune(c.Short)); n == 0 || n > 40 {
				t.Errorf("short name %q has %d characters, want 1 to 40", c.Short, n)
			}
			if n := len([]rune(c.Good)); n == 0 || n > 40 || strings.HasSuffix(c.Good, ".") {
				t.Errorf("good name %q is empty, too long for a list or ends in a full stop", c.Good)
			}
			if c.Severity.Rank() >= len(checks.Severities()) {
				t.Errorf("severity %q is none", c.Severity)
			}
			if n := strings.Count(c.Why+" ", ". "); n < 2 || n > 3 {
				t.Errorf("why has %d sentences, want two or three", n)
			}
			if len(c.Reads) == 0 {
				t.Error("it reads nothing")
			}
			for _, a := range c.Reads {
				if !action.MatchString(a) {
					t.Errorf("%q is no IAM action", a)
				}
			}
			r := c.Remediation
			if len(r.Steps) < 2 || r.Console == "" || r.CLI == "" || r.Terraform == "" {
				t.Errorf("remediation is incomplete: %+v", r)
			}
			if u, err := url.Parse(r.URL); err != nil || u.Scheme != "https" || !strings.HasSuffix(u.Host, "aws.amazon.com") {
				t.Errorf("%q is no deep link into the console", r.URL)
			}
			if len(c.References) == 0 {
				t.Error("no references")
			}
			for _, ref := range c.References {
				if ref.Catalogue == "" || ref.ID == "" {
					t.Errorf("reference %+v is incomplete", ref)
				}
			}
		})
	}
}

func TestFindAndAllAgree(t *testing.T) {
	all := checks.All()
	if len(all) < 10 {
		t.Fatalf("%d checks are registered", len(all))
	}
	for i, c := range all {
		if i > 0 && all[i-1].Severity.Rank() > c.Severity.Rank() {
			t.Errorf("%s stands behind %s, which is less severe", c.ID, all[i-1].ID)
		}
		if got, ok := checks.Find(c.ID); !ok || got.ID != c.ID {
			t.Errorf("Find(%q) does not find it", c.ID)
		}
	}
	if _, ok := checks.Find("no-such-check"); ok {
		t.Error("Find finds what is not there")
	}
}

func TestEmptyCaseIsUnknownEverywhere(t *testing.T) {
	for _, c := range checks.All() {
		v := c.Judge(checks.Case{})
		if v.Status != checks.Unknown && v.Status != checks.Manual && v.Status != "" {
			t.Errorf("%s judges an empty case to %s: %s", c.ID, v.Status, v.Summary)
		}
		if v.Summary == "" {
			t.Errorf("%s says nothing of an empty case", c.ID)
		}
	}
	for _, f := range checks.Run(checks.Case{Facts: account.Facts{}, Policy: checks.Policy{}}).Findings {
		soundFinding(t, f)
	}
}

// whateverAWSSays are the verdicts of the checks that ask AWS nothing of a
// member whose root has a password: where nobody said a word, and by default.
var whateverAWSSays = map[string]checks.Status{
	"root-email-list": checks.Manual, "recovery-questions": checks.NotApplicable,
	"root-email-domain": checks.Manual, "root-email-alive": checks.Unknown, // no domain is named, no DNS was asked
}

// Whatever keeps an account dark, each check says so, passes nothing and
// fails nothing, and names a permission.
func TestEveryCauseIsUnknownEverywhere(t *testing.T) {
	said := map[account.Cause]string{
		account.NotCollected: "not collected", account.Denied: "denied", account.NotOnboarded: "could not be assumed",
		account.NotActive: "not active", account.NotEnabled: "not switched on", account.NotReady: "not ready",
		account.Throttled: "throttled", account.TimedOut: "timed out", account.Unavailable: "no answer",
		account.Undecodable: "could not be read", account.OverBudget: "cap on requests", account.BadCredentials: "own credentials",
	}
	for cause, words := range said {
		facts := healthy(nothingRead(cause))
		for _, f := range checks.Run(checks.Case{Facts: facts, Organization: organizationUnread(cause), Policy: checks.DefaultPolicy(),
			Spend: account.Missing[checks.SpendWatch](account.Gap{Cause: cause}), Weekend: account.Missing[checks.WeekendWatch](account.Gap{Cause: cause})}).Findings {
			soundFinding(t, f)
			if want := whateverAWSSays[f.CheckID]; want != "" && f.Status == want {
				continue
			}
			if f.Status != checks.Unknown || !strings.Contains(f.Summary, words) {
				t.Errorf("%s, %s: %s: %s", f.CheckID, cause, f.Status, f.Summary)
			}
		}
	}
}

func TestAccountsNotInUseAreUnknownByState(t *testing.T) {
	for state, word := range map[account.State]string{
		account.Suspended: "suspended", account.PendingClosure: "pending closure", account.Closed: "closed", account.PendingActivation: "pending activation",
	} {
		for name, facts := range map[string]account.Facts{
			"everything read": healthy(func(f *account.Facts) { f.State = state }),
			"nothing read":    {Account: account.Account{State: state}},
		} {
			for _, f := range checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()}).Findings {
				soundFinding(t, f)
				if f.Status != checks.Unknown || !strings.Contains(f.Summary, "The account is "+word) {
					t.Errorf("%s of a %s account, %s: %s: %s", f.CheckID, state, name, f.Status, f.Summary)
				}
			}
		}
	}
	for _, f := range checks.Run(checks.Case{Facts: healthy(func(f *account.Facts) { f.State = "" }), Organization: calm(), History: covered(), Policy: checks.DefaultPolicy()}).Findings {
		want := cmp.Or(whateverAWSSays[f.CheckID], checks.Pass)
		switch f.CheckID {
		case "root-central-management": // a member with credentials: judged in the management account
			want = checks.NotApplicable
		case "root-password-custody", "root-mfa-backup": // it has a password and a device, and nobody said a word
			want = checks.Manual
		case "budget-daily", "billing-alarm", "spend-spike", "spend-new", "spend-one-off", "spend-weekend": // no bill was read, nor who watches it
			want = checks.Unknown
		}
		if f.Status != want {
			t.Errorf("%s of an account whose state nobody tells: %s: %s", f.CheckID, f.Status, f.Summary)
		}
	}
}

func TestJudgeChangesNothing(t *testing.T) {
	facts := healthy()
	first := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
	second := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
	for i := range first.Findings {
		if first.Findings[i].Summary != second.Findings[i].Summary || first.Findings[i].Status != second.Findings[i].Status {
			t.Errorf("%s differs between two runs on the same facts", first.Findings[i].CheckID)
		}
	}
}
