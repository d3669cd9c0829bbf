package checks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// accepted is the risk of a root key, accepted by Ben an hour ago for ten days.
func accepted(edits ...func(*checks.Exception)) checks.Exception {
	e := checks.Exception{
		Scope: account.Scope{Partition: "aws", Organization: "main"}, ID: "e1", AccountID: mustID("111122223333"),
		CheckID: "root-access-keys", Reason: "An old appliance needs it until it is replaced.", Approver: "Ben Ode", By: "Ana Silva",
		At: now.Add(-time.Hour), Until: now.Add(10 * day),
	}
	for _, edit := range edits {
		edit(&e)
	}
	return e
}

func until(t time.Time) func(*checks.Exception) { return func(e *checks.Exception) { e.Until = t } }

// keyed is a report on an account with an active root key, at an instant,
// under exceptions.
func keyed(at time.Time, exceptions ...checks.Exception) checks.Report {
	facts := healthy(set(account.SummaryAccessKeysPresent, 1))
	facts.ObservedAt = at
	r := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
	r.Except(exceptions)
	return r
}

func TestExceptionsLieOverFailures(t *testing.T) {
	for name, c := range map[string]struct {
		exceptions []checks.Exception
		accepted   bool
		ends       time.Time
	}{
		"none":                        {},
		"one":                         {[]checks.Exception{accepted()}, true, now.Add(10 * day)},
		"its last instant":            {[]checks.Exception{accepted(until(now))}, true, now},
		"ended":                       {[]checks.Exception{accepted(until(now.Add(-time.Second)))}, false, time.Time{}},
		"not begun":                   {[]checks.Exception{accepted(func(e *checks.Exception) { e.At = now.Add(time.Second) })}, false, time.Time{}},
		"for all accounts":            {[]checks.Exception{accepted(func(e *checks.Exception) { e.AccountID = account.ID{} })}, true, now.Add(10 * day)},
		"of another account":          {[]checks.Exception{accepted(func(e *checks.Exception) { e.AccountID = mustID("444455556666") })}, false, time.Time{}},
		"of another organization":     {[]checks.Exception{accepted(func(e *checks.Exception) { e.Organization = "other" })}, false, time.Time{}},
		"of another check":            {[]checks.Exception{accepted(func(e *checks.Exception) { e.CheckID = "root-mfa" })}, false, time.Time{}},
		"without a reason":            {[]checks.Exception{accepted(func(e *checks.Exception) { e.Reason = " " })}, false, time.Time{}},
		"approved by who entered it":  {[]checks.Exception{accepted(func(e *checks.Exception) { e.Approver = " ANA  silva" })}, false, time.Time{}},
		"of a check that is no more":  {[]checks.Exception{accepted(func(e *checks.Exception) { e.CheckID = "root-nothing" })}, false, time.Time{}},
		"for years":                   {[]checks.Exception{accepted(until(now.Add(900 * day)))}, false, time.Time{}},
		"two: the one that ends last": {[]checks.Exception{accepted(), accepted(until(now.Add(20 * day))), accepted(until(now.Add(day)))}, true, now.Add(20 * day)},
	} {
		t.Run(name, func(t *testing.T) {
			r := keyed(now, c.exceptions...)
			f := find(t, r, "root-access-keys")
			if f.Status != checks.Fail || r.Count(checks.Fail) != 1 {
				t.Fatalf("the failure is %s", f.Status)
			}
			if f.Accepted(now) != c.accepted || f.Open(now) == c.accepted {
				t.Errorf("accepted %v, open %v", f.Accepted(now), f.Open(now))
			}
			if failures, _ := r.Worst(checks.Low); (failures == 0) != c.accepted {
				t.Errorf("%d open failures", failures)
			}
			if c.accepted && !f.Exception.Until.Equal(c.ends) {
				t.Errorf("accepted until %s, want %s", f.Exception.Until, c.ends)
			}
		})
	}
}

// An exception takes nothing but a failure: neither a pass nor what could not
// be read carries one.
func TestExceptionsChangeNoStatus(t *testing.T) {
	var everything []checks.Exception
	for _, c := range checks.All() {
		everything = append(everything, accepted(func(e *checks.Exception) { e.CheckID = c.ID }))
	}
	for _, facts := range []account.Facts{healthy(), healthy(nothingRead(account.Denied)), healthy(set(account.SummaryMFAEnabled, 0))} {
		bare := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
		laid := checks.Run(checks.Case{Facts: facts, Policy: checks.DefaultPolicy()})
		laid.Except(everything)
		for i, f := range laid.Findings {
			if f.Status != bare.Findings[i].Status || f.Severity != bare.Findings[i].Severity || (f.Exception != nil) != (f.Status == checks.Fail) {
				t.Errorf("%s: %s with exception %v, and without %s", f.CheckID, f.Status, f.Exception, bare.Findings[i].Status)
			}
		}
	}
}

// A report that is read after the end of an exception shows the failure open,
// before anybody judged again.
func TestReportAsOf(t *testing.T) {
	r := keyed(now, accepted(until(now.Add(day))))
	if f := find(t, r.AsOf(now.Add(day)), "root-access-keys"); f.Exception == nil {
		t.Error("it ended before its end")
	}
	if f := find(t, r.AsOf(now.Add(day+1)), "root-access-keys"); f.Exception != nil || !f.Open(now) {
		t.Errorf("it goes on after its end: %+v", f)
	}
	if find(t, r, "root-access-keys").Exception == nil {
		t.Error("AsOf changed the report that it was asked of")
	}
}

// The life of an accepted failure, report by report: when it is news and when not.
func TestChangesOfExceptions(t *testing.T) {
	e := accepted(func(e *checks.Exception) { e.At = now.Add(-10 * day) })
	fixed := checks.Run(checks.Case{Facts: healthy(func(f *account.Facts) { f.ObservedAt = now.Add(4 * time.Hour) }), Policy: checks.DefaultPolicy()})
	dark := checks.Run(checks.Case{Facts: healthy(nothingRead(account.Denied)), Policy: checks.DefaultPolicy()})
	dark.Except([]checks.Exception{e})
	worse := func(exceptions ...checks.Exception) checks.Report {
		r := keyed(now, exceptions...)
		for i := range r.Findings {
			r.Findings[i].Severity = checks.Critical
		}
		return r
	}
	mild := func(exceptions ...checks.Exception) checks.Report {
		r := keyed(now, exceptions...)
		for i := range r.Findings {
			if r.Findings[i].CheckID == "root-access-keys" {
				r.Findings[i].Severity = checks.Medium
			}
		}
		return r
	}
	for name, c := range map[string]struct {
		reports []checks.Report
		want    []string // kinds, "!" behind what is news
	}{
		"opened":                           {[]checks.Report{keyed(now)}, []string{"opened!"}},
		"opened under one":                 {[]checks.Report{keyed(now, e)}, []string{"opened"}},
		"accepted later":                   {[]checks.Report{keyed(now), keyed(now, e), keyed(now, e)}, []string{"opened!", "accepted"}},
		"ended":                            {[]checks.Report{keyed(now, e), keyed(now), keyed(now)}, []string{"opened", "exception_ended!"}},
		"another takes its place":          {[]checks.Report{keyed(now, e), keyed(now, accepted())}, []string{"opened"}},
		"dark and back":                    {[]checks.Report{keyed(now, e), dark, keyed(now, e)}, []string{"opened", "went_dark"}},
		"ended in the dark":                {[]checks.Report{keyed(now, e), dark, keyed(now)}, []string{"opened", "went_dark", "exception_ended!"}},
		"accepted in the dark":             {[]checks.Report{keyed(now), dark, keyed(now, e)}, []string{"opened!", "went_dark", "accepted"}},
		"mended under one":                 {[]checks.Report{keyed(now, e), fixed}, []string{"opened", "resolved"}},
		"mended, and failing under one":    {[]checks.Report{keyed(now, e), fixed, keyed(now, e)}, []string{"opened", "resolved", "opened"}},
		"worse than what was accepted":     {[]checks.Report{mild(e), worse(e)}, []string{"opened", "worse!"}},
		"worse, and the exception is over": {[]checks.Report{mild(e), worse()}, []string{"opened", "worse!"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			var previous *checks.Report
			for _, next := range c.reports {
				for _, change := range checks.Compare(previous, &next) {
					if change.CheckID != "root-access-keys" {
						continue
					}
					kind := string(change.Kind)
					if change.News() {
						kind += "!"
					}
					got = append(got, kind)
					if (change.Kind == checks.Accepted || change.Kind == checks.ExceptionEnded) && (change.Exception == nil || change.Exception.ID != "e1") {
						t.Errorf("%s names the exception %+v", change.Kind, change.Exception)
					}
				}
				previous = &next
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("changes %v, want %v", got, c.want)
			}
		})
	}
}

func TestExceptionsThatAreNotTaken(t *testing.T) {
	for says, edit := range map[string]func(*checks.Exception){
		"there is no check":       func(e *checks.Exception) { e.CheckID = "root-nothing" },
		"needs a reason":          func(e *checks.Exception) { e.Reason = "" },
		"needs an approver":       func(e *checks.Exception) { e.Approver = " " },
		"who enters it":           func(e *checks.Exception) { e.By = "" },
		"cannot approve":          func(e *checks.Exception) { e.Approver = "ana SILVA " },
		"needs a beginning":       until(time.Time{}),
		"cannot end on":           until(now.Add(-2 * time.Hour)),
		"ends within a year":      until(now.AddDate(1, 0, 2)),
		"2027-11-24 is later":     until(now.AddDate(1, 0, 2)),
		"root-nothing\"; `rootwa": func(e *checks.Exception) { e.CheckID = "root-nothing" },
	} {
		if err := accepted(edit).Fault(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	if err := accepted(until(now.AddDate(1, 0, 0))).Fault(); err != nil {
		t.Error(err)
	}
}
