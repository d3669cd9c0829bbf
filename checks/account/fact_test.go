package account_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"rootwatch/checks/account"
)

func TestFactZeroIsNotCollected(t *testing.T) {
	var f account.Fact[account.Summary]
	if v, ok := f.Get(); ok || v != nil {
		t.Errorf("the zero fact is known: %v", v)
	}
	if g := f.Gap(); g.Cause != account.NotCollected {
		t.Errorf("the zero fact's gap is %+v", g)
	}
	if g := account.Missing[int](account.Gap{}).Gap(); g.Cause != account.NotCollected {
		t.Errorf("a gap without a cause is %+v", g)
	}
	if g := account.Known(0).Gap(); g != (account.Gap{}) {
		t.Errorf("a known fact has the gap %+v", g)
	}
	if v, ok := account.Known(0).Get(); !ok || v != 0 {
		t.Errorf("a known 0 is %d, %t", v, ok)
	}
}

func TestFactSurvivesJSON(t *testing.T) {
	denied := account.Gap{Call: "iam:GetAccountSummary", Permission: "iam:GetAccountSummary", Cause: account.Denied, Sentence: "It was denied.", Detail: "AccessDenied"}
	for name, f := range map[string]account.Fact[*account.AlternateContact]{
		"known":     account.Known(&account.AlternateContact{Email: "security@example.com"}),
		"known nil": account.Known[*account.AlternateContact](nil),
		"denied":    account.Missing[*account.AlternateContact](denied),
		"zero":      {},
	} {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var got account.Fact[*account.AlternateContact]
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		wantValue, wantKnown := f.Get()
		gotValue, gotKnown := got.Get()
		if gotKnown != wantKnown || !reflect.DeepEqual(gotValue, wantValue) || got.Gap() != f.Gap() {
			t.Errorf("%s: %s comes back as %+v, %t, %+v", name, b, gotValue, gotKnown, got.Gap())
		}
	}
}

// What is not a fact must not become a known one.
func TestFactFromOtherJSON(t *testing.T) {
	for text, known := range map[string]bool{
		`{}`: false, `null`: false, `{"gap":{}}`: false, `{"gap":{"cause":"denied"}}`: false, `{"value":3}`: true, `{"Value":3}`: false,
	} {
		var f account.Fact[int]
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if _, ok := f.Get(); ok != known {
			t.Errorf("%s is known: %t", text, ok)
		}
	}
	for _, text := range []string{`3`, `[]`, `{"value":"x"}`, `{"gap":3}`} {
		var f account.Fact[int]
		if err := json.Unmarshal([]byte(text), &f); err == nil {
			t.Errorf("%s is accepted", text)
		}
		if v, ok := f.Get(); ok {
			t.Errorf("%s is refused and yet known as %d", text, v)
		}
	}
}

func TestGapWords(t *testing.T) {
	for _, tt := range []struct {
		gap           account.Gap
		error, action string
	}{
		{account.Gap{Call: "iam:GetAccountSummary", Cause: account.Denied}, "iam:GetAccountSummary: denied", "iam:GetAccountSummary"},
		{account.Gap{Call: "budgets:DescribeBudgets", Permission: "budgets:ViewBudget", Cause: account.Denied, Sentence: "Budgets are hidden."}, "Budgets are hidden.", "budgets:ViewBudget"},
		{account.Gap{}, "was not collected", ""},
	} {
		if got := tt.gap.Error(); got != tt.error {
			t.Errorf("error is %q, want %q", got, tt.error)
		}
		if got := tt.gap.Action(); got != tt.action {
			t.Errorf("action is %q, want %q", got, tt.action)
		}
	}
}

func TestCausesThatPassByThemselves(t *testing.T) {
	for cause, want := range map[account.Cause]bool{
		account.Throttled: true, account.TimedOut: true, account.Unavailable: true, account.NotReady: true,
		account.NotCollected: false, account.Denied: false, account.NotOnboarded: false, account.NotActive: false,
		account.NotEnabled: false, account.Undecodable: false, account.OverBudget: false, account.BadCredentials: false,
	} {
		if got := cause.Passing(); got != want {
			t.Errorf("%s passes by itself: %t, want %t", cause, got, want)
		}
	}
}

func TestFactsSurviveJSONAndCountTheirGaps(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	seen := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	want := account.Facts{
		Account:    account.Account{Scope: account.Scope{Partition: "aws", Organization: "main"}, ID: id, Name: "payments", State: account.Active, Role: account.Member},
		ObservedAt: seen,
		Summary:    account.Known(account.Summary{account.SummaryMFAEnabled: 1}),
		CredentialReport: account.Known(account.CredentialReport{GeneratedAt: seen, Root: account.RootRow{
			Password: account.Yes, PasswordLastUsed: account.Use{State: account.UseAt, At: seen},
			Keys: [2]account.AccessKey{{LastUsedRegion: "us-east-1"}, {}},
		}}),
		VirtualMFADevices: account.Known([]account.VirtualMFADevice{{UserARN: "arn:aws:iam::111122223333:root"}}),
		SecurityContact:   account.Known[*account.AlternateContact](nil),
		BillingContact:    account.Missing[*account.AlternateContact](account.Gap{Call: "account:GetAlternateContact", Cause: account.Denied}),
		PasswordPolicy:    account.Known(&account.PasswordPolicy{MinimumLength: 14, Expire: true, MaxAgeDays: 90, Reuse: 24}),
		RootFeatures:      account.Known(&account.RootFeatures{CredentialsManagement: true}),
	}
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got account.Facts
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(b) {
		t.Errorf("the facts come back changed:\n%s\n%s", b, again)
	}
	gaps := got.Gaps()
	if denied := slices.IndexFunc(gaps, func(g account.Gap) bool { return g.Cause == account.Denied }); denied != 2 || gaps[3].Cause != account.NotCollected {
		t.Errorf("gaps are %+v, want the denied one between those that nobody collected, in order", gaps)
	}
	all := len(account.Facts{}.Gaps())
	got.Blank(account.Gap{Call: "sts:AssumeRole", Cause: account.NotOnboarded})
	gaps = got.Gaps()
	if len(gaps) != all || slices.ContainsFunc(gaps, func(g account.Gap) bool { return g.Cause != account.NotOnboarded }) {
		t.Errorf("blank facts have the gaps %+v", gaps)
	}
}

// Every fact can be a gap, so that none is forgotten where one is added.
func TestEveryFactHasItsSlot(t *testing.T) {
	n := 0
	for _, f := range reflect.VisibleFields(reflect.TypeFor[account.Facts]()) {
		if strings.HasPrefix(f.Type.Name(), "Fact[") {
			n++
		}
	}
	if slots := len(account.Facts{}.Gaps()); n != slots || n != len(account.Facts{}.Answers()) {
		t.Errorf("Facts has %d facts, and %d of them can be gaps", n, slots)
	}
	b, err := json.Marshal(account.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	for name := range (account.Facts{}).Answers() {
		if fields[name] == nil {
			t.Errorf("the slot %q is no field of the JSON", name)
		}
	}
}

func TestDarkIsWhereNothingWasRead(t *testing.T) {
	var f account.Facts
	if !f.Dark() {
		t.Error("empty facts are not dark")
	}
	f.RootFeatures = account.Known[*account.RootFeatures](nil)
	if !f.Dark() {
		t.Error("features that are another account's are taken for a reading")
	}
	f.RootFeatures = account.Known(&account.RootFeatures{})
	if f.Dark() {
		t.Error("features that were read are none")
	}
}

func TestOwnsRoot(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	for arn, want := range map[string]bool{
		"arn:aws:iam::111122223333:root": true, "arn:aws-us-gov:iam::111122223333:root": true,
		"arn:aws:iam::444455556666:root": false, "arn:aws:iam::111122223333:user/root": false, "arn:aws:iam::111122223333:user/a:root": false,
		"arn:aws:iam::111122223333:rooted": false, "arn:aws:sts::111122223333:root": false, "arn:aws:iam:us-east-1:111122223333:root": false, "": false,
	} {
		if got := (account.Account{ID: id}).OwnsRoot(arn); got != want {
			t.Errorf("%q: %t, want %t", arn, got, want)
		}
	}
	if (account.Account{}).OwnsRoot("arn:aws:iam:::root") {
		t.Error("an account without an id owns a root user")
	}
}

func TestLabelAndRootARN(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	a := account.Account{ID: id}
	if a.Label() != "111122223333" || a.RootARN() != "arn:aws:iam::111122223333:root" {
		t.Errorf("label %q, root %q", a.Label(), a.RootARN())
	}
	a.Name, a.Partition = "payments", "aws-us-gov"
	if a.Label() != "payments" || a.RootARN() != "arn:aws-us-gov:iam::111122223333:root" {
		t.Errorf("label %q, root %q", a.Label(), a.RootARN())
	}
}
