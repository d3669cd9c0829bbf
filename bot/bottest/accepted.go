package bottest

import (
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
)

// acceptedUntil is when the exceptions of the samples end.
var acceptedUntil = time.Date(2027, 1, 31, 22, 59, 59, 0, time.UTC)

// rootAccepted is RootAnswer with the first failure accepted.
func rootAccepted(statuses ...checks.Status) bot.RootAnswer {
	m := rootWith("prod-payments", statuses...)
	f := &m.Report.Findings[0]
	f.Exception = &checks.Exception{
		Scope: scope, ID: "e-k2q7m4abcd", AccountID: m.Report.AccountID, CheckID: f.CheckID, Approver: "Ben Ode", By: "Ana Silva",
		Reason: "An old appliance needs the key until it is replaced.", At: Now.Add(-2 * day24), Until: acceptedUntil,
	}
	return m
}

// acceptedFleet has two root keys accepted in one row, and all of another's
// failures.
func acceptedFleet() bot.Fleet {
	f := fleet()
	f.Rows[0].Accepted, f.Rows[0].Pass = 2, f.Rows[0].Pass-2
	f.Rows[3].Accepted, f.Rows[3].Fail = f.Rows[3].Fail, 0
	f.Open = f.Open[:5]
	f.OpenTotal, f.Clean = len(f.Open), f.Clean-2
	for range 3 {
		f.Accepted.Add(acceptedUntil)
	}
	f.Accepted.Add(acceptedUntil.AddDate(0, 1, -3))
	return f
}

// acceptedDigest has an exception that ended and a word that went stale.
func acceptedDigest() bot.Digest {
	d := digestOf(acceptedFleet())
	d.New[0].Short += "; its exception ended"
	stale := line("data-lake", "root-password-custody", 0)
	stale.Stale = true
	d.Dark, d.DarkTotal = append(d.Dark, stale), 2
	return d
}

// acceptedQuietDigest is a day on which the failures that there are are accepted.
func acceptedQuietDigest() bot.Digest {
	d := quietDigest()
	d.Clean--
	d.Accepted.Add(acceptedUntil)
	return d
}
