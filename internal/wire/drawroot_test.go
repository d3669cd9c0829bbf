package wire

import (
	"fmt"
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

// drawRoot is what root holds.
func drawRoot(w *world, d *drawn) {
	r := w.r
	root := cloud.Root{Created: now.Add(-2000 * day)}
	d.bare = d.member && chance(r, 25)
	if d.bare {
		d.Root = root
		for id, v := range map[string]checks.Status{
			"root-mfa": good, "root-hardware-mfa": moot, "root-mfa-backup": moot, "root-access-keys": good,
			"root-signing-certificates": good, "root-password-custody": moot,
		} {
			d.want[id] = v
		}
		drawCentral(w, d)
		return
	}
	d.want["root-access-keys"], d.want["root-signing-certificates"] = draw(r, 60), draw(r, 60)
	made := root.Created.Add(10 * day)
	if d.want["root-access-keys"] == bad {
		for range 1 + r.IntN(2) {
			root.Keys = append(root.Keys, cloud.Key{Active: chance(r, 60), Rotated: made})
		}
	}
	if d.want["root-signing-certificates"] == bad {
		for range 1 + r.IntN(2) {
			root.Certificates = append(root.Certificates, cloud.Certificate{Active: chance(r, 60), Rotated: made})
		}
	}
	root.Password = !d.member || len(root.Keys)+len(root.Certificates) == 0 || chance(r, 80)
	if root.Password {
		root.PasswordChanged = made
	}
	d.want["root-password-custody"] = either(root.Password, asked, moot)
	drawDevices(w, d, &root)
	d.Root = root
	drawCentral(w, d)
}

// drawDevices is root's MFA: whether there is any, of which kind, how many.
func drawDevices(w *world, d *drawn, root *cloud.Root) {
	r, id := w.r, d.ID.String()
	phone := func(name string) cloud.Device {
		return cloud.Device{Virtual: true, Serial: "arn:aws:iam::" + id + ":mfa/" + name, EnabledAt: root.Created.Add(20 * day)}
	}
	token := cloud.Device{Serial: fmt.Sprintf("GAHT%08d", r.IntN(1e8)), EnabledAt: root.Created.Add(20 * day)}
	safe := cloud.Device{Serial: "arn:aws:iam::" + id + ":u2f/root/safe-1A2B3C4D5E", EnabledAt: root.Created.Add(21 * day)}
	d.want["root-hardware-mfa"] = draw(r, 50)
	d.want["root-mfa"] = good
	if d.want["root-hardware-mfa"] == good {
		root.MFA = pick(r, []cloud.Device{token}, []cloud.Device{safe}, []cloud.Device{token, safe})
	} else {
		d.want["root-mfa"] = draw(r, 50)
		if d.want["root-mfa"] == good {
			root.MFA = pick(r, []cloud.Device{phone("root-account-mfa-device")}, []cloud.Device{phone("my-phone")}, []cloud.Device{token, phone("my-phone")},
				[]cloud.Device{phone("root-account-mfa-device"), phone("second-phone")})
		}
	}
	phones := 0
	for _, device := range root.MFA {
		phones += either(device.Virtual, 1, 0)
	}
	verdict := asked // devices that are not virtual cannot be counted from outside
	switch {
	case len(root.MFA) == 0:
		verdict = bad
	case phones > 1:
		verdict = good
	}
	d.outside["root-mfa-backup"] = verdict
	switch {
	case !w.audit || !d.member:
	case d.DeniesRootSessions:
		d.dark["sts:AssumeRoot"] = "a policy denies the central audit"
	default:
		verdict = either(len(root.MFA) > 1, good, bad)
	}
	d.want["root-mfa-backup"] = verdict
}

// drawCentral: the organization answers in its management account, a member
// by having no credentials, unless a policy keeps the central audit out.
func drawCentral(w *world, d *drawn) {
	verdict := moot
	switch {
	case w.org.Standalone:
		d.outside["root-central-management"] = open // the emulator's truth is of organizations
	case !d.member && w.org.BillingOnly:
		d.outside["root-central-management"] = open
	case !d.member:
		verdict = w.central
	case d.DeniesRootSessions:
		verdict = bad
	case d.bare:
		verdict = good
	}
	d.want["root-central-management"] = verdict
}

// use is root at work, so many weeks ago.
type use struct {
	at       time.Time
	weeks    int
	software bool
}

// The weeks of use: within the window, within what CloudTrail remembers, and
// within the four months that repeated use is asked for. None lies at an edge.
const (
	eventWeeks  = 12
	repeatWeeks = 16
)

// drawUse is when root was used, and by whom.
func drawUse(w *world, d *drawn) {
	r := w.r
	d.want["root-usage"], d.want["root-repeat-use"], d.want["root-programmatic"] = draw(r, 60), draw(r, 60), good
	lately := d.want["root-usage"] == bad
	if lately {
		d.want["root-programmatic"] = draw(r, 50)
	}
	weeks := []int{}
	if lately {
		weeks = append(weeks, 0)
	}
	most := either(d.want["root-repeat-use"] == bad, 2+r.IntN(3), r.IntN(2))
	for len(weeks) < most {
		if week := 1 + r.IntN(repeatWeeks); !slices.Contains(weeks, week) {
			weeks = append(weeks, week)
		}
	}
	var uses []use
	for _, week := range weeks {
		u := use{weeks: week, software: chance(r, 40)}
		if week == 0 {
			u.software = d.want["root-programmatic"] == bad
		}
		u.at = now.Add(-time.Duration(week)*7*day - time.Duration(1+r.IntN(19))*time.Hour)
		uses = append(uses, u)
	}
	slices.SortFunc(uses, func(a, b use) int { return b.at.Compare(a.at) })
	tellUses(w, d, uses)
	noise(w, d)
}

// tellUses puts each use where AWS has it: in a date of the credential report,
// in CloudTrail, and what both have lost in our own memory.
func tellUses(w *world, d *drawn, uses []use) {
	r := w.r
	d.Watch.RootEvents = nil
	d.memory = checks.History{Since: now.Add(-200 * day), Last: now.Add(-26 * time.Hour)}
	for _, u := range uses {
		kind, name, source := cloud.EventSignIn, "ConsoleLogin", "signin.amazonaws.com"
		if u.software {
			kind, name, source = cloud.EventSoftware, "ListBuckets", "s3.amazonaws.com"
		}
		switch {
		case u.software && len(d.Root.Keys) > 0 && d.Root.Keys[0].LastUsed.IsZero():
			d.Root.Keys[0].LastUsed, d.Root.Keys[0].Region, d.Root.Keys[0].Service = u.at, pick(r, "us-east-1", "eu-west-1"), "s3"
		case !u.software && d.Root.Password && d.Root.PasswordLastUsed.IsZero():
			d.Root.PasswordLastUsed = u.at
		default:
			d.Watch.RootEvents = append(d.Watch.RootEvents, cloud.RootEvent{At: u.at, Kind: kind, Name: name, Source: source, MFA: chance(r, 50)})
			if u.software && d.Root.Password && d.Root.PasswordLastUsed.IsZero() {
				d.Root.PasswordLastUsed = u.at.Add(-time.Hour) // the session that it borrows began somewhere
			}
		}
		if u.weeks >= eventWeeks {
			d.memory.RootUses = append(d.memory.RootUses, checks.RootUse{At: u.at, Kind: checks.UsedPassword})
		}
	}
	slices.Reverse(d.memory.RootUses)
	long := now.Add(-time.Duration(150+r.IntN(300)) * day)
	if d.Root.Password && d.Root.PasswordLastUsed.IsZero() && chance(r, 50) {
		d.Root.PasswordLastUsed = long
	}
	if len(d.Root.Keys) > 1 && chance(r, 50) {
		d.Root.Keys[1].LastUsed, d.Root.Keys[1].Region, d.Root.Keys[1].Service = long, "us-east-1", "ec2"
	}
}

// noise is what stands under root's name and was not root.
func noise(w *world, d *drawn) {
	r := w.r
	for _, e := range []cloud.RootEvent{
		{Kind: cloud.EventAssumed, Name: "ListAccessKeys", Source: "iam.amazonaws.com", By: "rootwatch"},
		{Kind: cloud.EventService, Name: "CreateLogStream", Source: "cloudtrail.amazonaws.com"},
		{Kind: cloud.EventSignIn, Name: "ConsoleLogin", Source: "signin.amazonaws.com", Failed: true},
	} {
		for range either(chance(r, 25), pick(r, 1, 1, 2, 60), 0) { // 60 are more than a page
			e.At = now.Add(-time.Duration(1+r.IntN(80*24)) * time.Hour).Add(time.Duration(r.IntN(3600)) * time.Second)
			d.Watch.RootEvents = append(d.Watch.RootEvents, e)
		}
	}
}
