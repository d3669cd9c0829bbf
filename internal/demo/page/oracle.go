package page

import (
	"fmt"
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/internal/demo/cloud"
)

// teller tells what is true of an account at an instant, and which verdict
// that deserves.
type teller func(*cloud.Organization, *cloud.Account, time.Time) (checks.Status, string)

// oracle knows the truth behind each check. It is written from the emulated
// organization alone and shares no line with the checks: otherwise both could
// be wrong together.
var oracle = map[string]teller{
	"root-mfa":                  rootMFA,
	"root-hardware-mfa":         rootHardwareMFA,
	"root-access-keys":          rootKeys,
	"root-signing-certificates": rootCertificates,
	"root-usage":                rootUsage,
	"contact-security":          contact(cloud.SecurityContact),
	"contact-billing":           contact(cloud.BillingContact),
	"contact-operations":        contact(cloud.OperationsContact),
	"root-central-management":   centralManagement,
	"password-policy":           passwordPolicy,
}

func credentials(r cloud.Root) bool { return r.Password || len(r.Keys) > 0 || len(r.Certificates) > 0 }

func virtual(d cloud.Device) bool { return d.Virtual }

func rootMFA(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	switch {
	case !credentials(a.Root):
		return checks.Pass, "no credentials"
	case len(a.Root.MFA) == 0:
		return checks.Fail, "no MFA"
	}
	return checks.Pass, "MFA is on"
}

func rootHardwareMFA(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	switch {
	case !credentials(a.Root):
		return checks.NotApplicable, "no credentials"
	case len(a.Root.MFA) == 0:
		return checks.Fail, "no device"
	case slices.ContainsFunc(a.Root.MFA, virtual):
		return checks.Fail, "virtual device"
	}
	return checks.Pass, "hardware device"
}

func rootKeys(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	active := slices.ContainsFunc(a.Root.Keys, func(k cloud.Key) bool { return k.Active })
	switch {
	case active:
		return checks.Fail, "active key"
	case len(a.Root.Keys) > 0:
		return checks.Fail, "inactive key"
	}
	return checks.Pass, "no key"
}

func rootCertificates(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	if n := len(a.Root.Certificates); n > 0 {
		return checks.Fail, fmt.Sprintf("%d certificate", n)
	}
	return checks.Pass, "no certificate"
}

// usageWindow is how long root must rest, as the demo's bot is configured.
const usageWindow = 7 * 24 * time.Hour

func rootUsage(_ *cloud.Organization, a *cloud.Account, at time.Time) (checks.Status, string) {
	last := a.Root.PasswordLastUsed
	for _, k := range a.Root.Keys {
		if k.LastUsed.After(last) {
			last = k.LastUsed
		}
	}
	for _, e := range a.Watch.RootEvents {
		if e.Kind == cloud.EventSoftware || e.Kind == cloud.EventConsole || e.Kind == cloud.EventSignIn && !e.Failed {
			last = later(last, e.At)
		}
	}
	if last.IsZero() {
		return checks.Pass, "never used"
	}
	words := "used on " + last.Format("2 Jan 2006")
	if at.Sub(last) <= usageWindow {
		return checks.Fail, words
	}
	return checks.Pass, words
}

func centralManagement(org *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	management := a.ID == org.Management().ID
	switch {
	case auditBlocked(org, a):
		return checks.Fail, "a policy blocks the audit"
	case !management && !credentials(a.Root):
		return checks.Pass, "no credentials"
	case !management:
		return checks.NotApplicable, "has credentials"
	case !slices.Contains(org.RootFeatures, cloud.CentralCredentials):
		return checks.Fail, "off"
	case !slices.Contains(org.RootFeatures, cloud.CentralSessions):
		return checks.Fail, "sessions are off"
	}
	return checks.Pass, "on"
}

func passwordPolicy(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
	p := a.Policy
	if p == nil {
		return checks.Fail, "none"
	}
	words := fmt.Sprintf("%d long, %d days, %d kept", p.MinimumLength, p.MaxAge, p.Reuse)
	if p.MinimumLength < 14 || p.MaxAge == 0 || p.MaxAge > 90 || p.Reuse < 24 {
		return checks.Fail, words
	}
	return checks.Pass, words
}

func contact(kind string) teller {
	return func(_ *cloud.Organization, a *cloud.Account, _ time.Time) (checks.Status, string) {
		switch c := a.Contacts[kind]; {
		case c == nil:
			return checks.Fail, "none"
		case c.Email == a.Email:
			return checks.Fail, "is the root address"
		}
		return checks.Pass, "set"
	}
}
