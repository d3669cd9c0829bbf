package checks_test

import (
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

var main = account.Scope{Partition: "aws", Organization: "main"}

// moved is a change of root-mfa, so many days before now.
func moved(id string, kind checks.ChangeKind, ago int) checks.Change {
	return checks.Change{Scope: main, AccountID: mustID(id), AccountName: "payments", CheckID: "root-mfa", Kind: kind, At: now.Add(-time.Duration(ago) * day)}
}

func TestFixTimes(t *testing.T) {
	const a, b = "111122223333", "444455556666"
	got := checks.FixTimes([]checks.Change{
		moved(a, checks.Resolved, 99), // opened before the changes that we have
		moved(a, checks.Opened, 90), moved(b, checks.Opened, 88),
		moved(a, checks.WentDark, 85),
		moved(a, checks.Resolved, 80),                                                          // after 10 days
		moved(b, checks.Resolved, 68),                                                          // after 20
		moved(a, checks.Opened, 50), moved(a, checks.Worse, 49), moved(a, checks.Resolved, 46), // came back, 4 days
		moved(a, checks.Opened, 40), moved(a, checks.Resolved, 38), // came back, 2 days
		moved(b, checks.Opened, 7),
	})["root-mfa"]
	want := checks.TimeToFix{Fixed: 2, Mean: 15 * day, FixedAgain: 2, MeanAgain: 3 * day, StillOpen: 1, OldestOpening: now.Add(-7 * day)}
	if got != want {
		t.Errorf("times are %+v, want %+v", got, want)
	}
	if none := checks.FixTimes(nil); len(none) != 0 {
		t.Errorf("without changes there are times: %v", none)
	}
}

func TestRepeatOffenders(t *testing.T) {
	const a, b = "111122223333", "444455556666"
	foreign := moved(b, checks.Opened, 20)
	foreign.Organization = "other"
	use := func(ago int) checks.RootUse {
		return checks.RootUse{At: now.Add(-time.Duration(ago) * day), Kind: checks.UsedPassword}
	}
	got := checks.RepeatOffenders([]checks.Change{
		moved(a, checks.Opened, 123), moved(a, checks.Resolved, 122), // before the window
		moved(a, checks.Opened, 100), moved(b, checks.Opened, 90), moved(a, checks.Resolved, 80), moved(a, checks.Opened, 70), foreign,
	}, map[account.ID][]checks.RootUse{
		mustID(b): {use(100), use(50), use(51), use(1)},
		mustID(a): {use(140), use(10)},
	}, main, map[account.ID]string{mustID(b): "lake"}, now)
	want := []checks.Offence{
		{Scope: main, AccountID: mustID(b), AccountName: "lake", CheckID: "root-repeat-use", Times: 3, Last: now.Add(-day)},
		{Scope: main, AccountID: mustID(a), AccountName: "payments", CheckID: "root-mfa", Times: 2, Last: now.Add(-70 * day)},
	}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("offences are %+v, want %+v", got, want)
	}
}

func TestLastSeen(t *testing.T) {
	last, _ := story(t, critical, critical, dark, pass)
	if want := now.Add(day); !last.LastSeen.Equal(want) {
		t.Errorf("last seen failing %s, want %s", last.LastSeen, want)
	}
	if never, _ := story(t, pass, pass); !never.LastSeen.IsZero() {
		t.Errorf("what never failed was seen failing %s", never.LastSeen)
	}
}
