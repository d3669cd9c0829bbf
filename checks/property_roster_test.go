package checks_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// crew is who there is beside root, and how root's second device stands.
type crew struct {
	users   []soldier
	outside string // how an admin role lets people in: "", "sso", "federated", "oidc", "accounts", "workload", "untold"
	second  bool   // root has a second device
	word    string // of a person on it: "fresh", "stale", ""
	taken   string // of a person on the role that other accounts may take: likewise
	session bool   // root was looked at in a session of AssumeRoot
}

// soldier is an IAM user.
type soldier struct {
	rights        string
	mfa, password bool
	keys          [2]account.Presence
	ages          [2]time.Duration // of the keys
}

var allRights = []string{"", "", "", "group", "group", "direct", "inline", "both", "bounded", "denied", "near", "escalation", "group escalation", "perhaps escalation", "bounded escalation", "group condition", "direct condition", "direct undecodable", "direct, boundary untold"}

func (s soldier) admin() account.Answer {
	switch s.rights {
	case "group", "direct", "inline", "both", "escalation", "group escalation", "bounded escalation":
		return account.Yes
	case "perhaps escalation", "group condition", "direct condition", "direct undecodable", "direct, boundary untold":
		return account.AnswerUnknown
	}
	return account.No
}

func init() {
	parts = append(parts, part{name: "crew", draw: drawCrew, tell: tellCrew, blur: blurCrew, want: map[string]func(truth) checks.Status{
		"admin-count": wantAdminCount, "admin-mfa": wantAdminMFA, "admin-by-group": wantAdminByGroup, "user-mfa": wantUserMFA,
		"access-key-age": wantKeyAge, "root-mfa-backup": wantBackup, "root-removal-readiness": wantReadiness,
	}})
}

func drawCrew(r *rand.Rand, w *truth) {
	c := crew{
		outside: pick(r, "", "", "sso", "federated", "oidc", "accounts", "workload", "untold"), word: pick(r, "", "", "fresh", "stale"),
		taken:   pick(r, "", "fresh", "stale"),
		session: w.role == account.Member && r.IntN(2) == 0, second: w.mfa && r.IntN(2) == 0,
	}
	for range r.IntN(6) {
		s := soldier{rights: pick(r, allRights...), mfa: r.IntN(3) > 0, password: r.IntN(2) == 0}
		for i := range s.keys {
			s.keys[i] = pick(r, account.Absent, account.Absent, account.Absent, account.PresentInactive, account.PresentActive)
			s.ages[i] = time.Duration(1+r.IntN(240)) * 12 * time.Hour
		}
		c.users = append(c.users, s)
	}
	w.more["crew"] = c
}

func (w truth) crew() crew { return w.more["crew"].(crew) }

// comesIn is whether anybody could sign in as the user, or call with a key.
func (s soldier) comesIn() bool {
	return s.password || slices.Contains(s.keys[:], account.PresentActive)
}

// admins is how many users are surely admins who can come in, and how many may be.
func (c crew) admins() (sure, unsure int) {
	for _, u := range c.users {
		if !u.comesIn() {
			continue
		}
		switch u.admin() {
		case account.Yes:
			sure++
		case account.AnswerUnknown:
			unsure++
		}
	}
	return sure, unsure
}

func (c crew) enters() bool { return c.outside == "sso" || c.outside == "federated" }

// mayEnter is whether people may come by the role, and nobody can tell.
func (c crew) mayEnter() bool {
	return c.outside == "oidc" || c.outside == "accounts" || c.outside == "untold"
}

// wantAdminCount tries every way that the doubts may come out.
func wantAdminCount(w truth) checks.Status {
	c := w.crew()
	sure, unsure := c.admins()
	verdicts := map[checks.Status]bool{}
	for n := sure; n <= sure+unsure; n++ {
		for _, enters := range []bool{c.enters(), c.enters() || c.mayEnter()} {
			good := n <= 3 && (enters || n >= 2)
			verdicts[map[bool]checks.Status{true: checks.Pass, false: checks.Fail}[good]] = true
		}
	}
	if verdict := only(verdicts); verdict != checks.Unknown || c.outside != "accounts" || unsure > 0 {
		return verdict
	}
	return map[string]checks.Status{"": checks.Unknown, "fresh": checks.Pass, "stale": checks.Manual}[c.taken]
}

// only is the one verdict that there is, else Unknown.
func only(verdicts map[checks.Status]bool) checks.Status {
	switch {
	case len(verdicts) != 1:
		return checks.Unknown
	case verdicts[checks.Pass]:
		return checks.Pass
	}
	return checks.Fail
}

func wantAdminMFA(w truth) checks.Status {
	verdict := checks.Pass
	for _, u := range w.crew().users {
		switch {
		case u.mfa || u.admin() == account.No:
		case u.admin() == account.Yes:
			return checks.Fail
		default:
			verdict = checks.Unknown
		}
	}
	return verdict
}

func wantAdminByGroup(w truth) checks.Status {
	verdict := checks.Pass
	for _, u := range w.crew().users {
		switch u.rights {
		case "direct", "inline", "both", "escalation", "bounded escalation":
			return checks.Fail
		case "perhaps escalation", "direct condition", "direct undecodable", "direct, boundary untold":
			verdict = checks.Unknown
		}
	}
	return verdict
}

func wantUserMFA(w truth) checks.Status {
	if slices.ContainsFunc(w.crew().users, func(u soldier) bool { return u.password && !u.mfa }) {
		return checks.Fail
	}
	return checks.Pass
}

func wantKeyAge(w truth) checks.Status {
	for _, u := range w.crew().users {
		for i := range 2 {
			if u.keys[i] == account.PresentActive && u.ages[i] >= 90*day {
				return checks.Fail
			}
		}
	}
	return checks.Pass
}

func wantBackup(w truth) checks.Status {
	c := w.crew()
	switch {
	case w.bare():
		return checks.NotApplicable
	case !w.mfa:
		return checks.Fail
	case c.second && (w.virtual || c.session): // two virtual ones are listed, others only counted in a session
		return checks.Pass
	case c.word == "fresh":
		return checks.Pass
	case c.session:
		return checks.Fail
	}
	return checks.Manual
}

func wantReadiness(w truth) checks.Status {
	c := w.crew()
	sure, unsure := c.admins()
	switch {
	case w.bare():
		return checks.NotApplicable
	case purseOf(w).closed, slices.Contains(w.contacts[:], ""), sure+unsure == 0 && !c.enters() && !c.mayEnter():
		return checks.Fail
	}
	for _, d := range w.keyUsed {
		if d > 0 && d < 90*day {
			return checks.Fail
		}
	}
	if sure == 0 && !c.enters() {
		return checks.Unknown
	}
	return checks.Pass
}

// tellCrew adds to what the other parts told.
func tellCrew(w truth, c *checks.Case) {
	truth := w.crew()
	report, _ := c.Facts.CredentialReport.Get()
	authorization, _ := c.Facts.Authorization.Get()
	authorization.Roles = truth.roles()
	for i, u := range truth.users {
		name := fmt.Sprintf("crew-%d", i)
		report.Users = append(report.Users, u.row(name))
		authorization.Users = append(slices.Clone(authorization.Users), u.principal(name))
	}
	c.Facts.CredentialReport, c.Facts.Authorization = account.Known(report), account.Known(authorization)
	if truth.second && w.virtual {
		devices, _ := c.Facts.VirtualMFADevices.Get()
		c.Facts.VirtualMFADevices = account.Known(append(slices.Clone(devices), account.VirtualMFADevice{SerialNumber: "arn:aws:iam::111122223333:mfa/second", UserARN: c.Facts.RootARN()}))
	}
	if truth.session {
		c.Facts.RootAudit = account.Known(w.session())
	}
	until := map[string]time.Duration{"fresh": 30 * day, "stale": -day}
	if d, any := until[truth.word]; any {
		vouched("root-mfa-backup", d)(c)
	}
	if d, any := until[truth.taken]; any {
		vouched("admin-count", d)(c)
	}
}

func (s soldier) row(name string) account.UserRow {
	yes := map[bool]account.Answer{true: account.Yes, false: account.No}
	row := account.UserRow{Name: name, ARN: "arn:aws:iam::111122223333:user/" + name, Password: yes[s.password], MFA: yes[s.mfa], PasswordLastUsed: never}
	for i := range row.Keys {
		row.Keys[i] = emptySlot
		if s.keys[i] != account.Absent {
			row.Keys[i].Credential = account.Credential{Active: yes[s.keys[i] == account.PresentActive], RotatedAt: at(now.Add(-s.ages[i]))}
		}
	}
	return row
}

func (s soldier) principal(name string) account.Principal {
	const managed = "arn:aws:iam::aws:policy/AdministratorAccess"
	ordinary, untold := account.GrantOrdinary, account.GrantUndecodable
	p := account.Principal{Name: name, ARN: "arn:aws:iam::111122223333:user/" + name}
	give := func(policy, group string, g account.Grant) {
		p.Grants = append(p.Grants, account.PolicyGrant{Policy: policy, Group: group, Grant: g})
	}
	switch s.rights {
	case "group":
		give(managed, "admins", account.GrantAdmin)
	case "direct":
		give(managed, "", account.GrantAdmin)
	case "inline":
		give("all", "", account.GrantAdmin)
	case "both":
		give("all", "", account.GrantAdmin)
		give(managed, "admins", account.GrantAdmin)
	case "bounded":
		give(managed, "", account.GrantAdmin)
		p.Boundary = &ordinary
	case "denied": // by another policy
		give(managed, "", account.GrantDenied)
	case "near":
		give("arn:aws:iam::aws:policy/PowerUserAccess", "", account.GrantNearAdmin)
	case "escalation":
		p.Grants = append(p.Grants, climbs(account.GrantEscalation, ""))
	case "group escalation":
		p.Grants = append(p.Grants, climbs(account.GrantEscalation, "operators"))
	case "perhaps escalation":
		p.Grants = append(p.Grants, climbs(account.GrantConditional, ""))
	case "bounded escalation": // from which he can free himself
		p.Grants, p.Boundary = append(p.Grants, climbs(account.GrantEscalation, "")), &ordinary
	case "group condition":
		give("with-mfa", "operators", account.GrantConditional)
	case "direct condition":
		give("with-mfa", "", account.GrantConditional)
	case "direct undecodable":
		give("odd", "", account.GrantUndecodable)
	case "direct, boundary untold":
		give(managed, "", account.GrantAdmin)
		p.Boundary = &untold
	}
	return p
}

func (c crew) roles() []account.Principal {
	trust, any := map[string]account.Trust{"sso": account.TrustSSO, "federated": account.TrustFederated, "oidc": account.TrustOIDC, "workload": account.TrustWorkload, "accounts": account.TrustAccounts, "untold": account.TrustUnknown}[c.outside]
	if !any {
		return []account.Principal{}
	}
	return []account.Principal{{Name: "Admin", ARN: "arn:aws:iam::111122223333:role/Admin", Trust: trust,
		Grants: []account.PolicyGrant{{Policy: "arn:aws:iam::aws:policy/AdministratorAccess", Grant: account.GrantAdmin}}}}
}

// session is what a root session sees of the truth.
func (w truth) session() *account.RootAudit {
	seen := &account.RootAudit{
		Password: map[bool]account.Answer{true: account.Yes, false: account.No}[w.password], MFADevices: []account.RootDevice{},
		AccessKeys: int(count(w.keys)), Certificates: int(count(w.certificates)), AssumedRootARN: "arn:aws:iam::111122223333:root",
	}
	for _, k := range w.keys {
		if k == account.PresentActive {
			seen.ActiveKeys++
		}
	}
	add := func(serial string, kind account.DeviceKind) {
		seen.MFADevices = append(seen.MFADevices, account.RootDevice{SerialNumber: serial, Kind: kind})
	}
	switch {
	case w.virtual:
		add("arn:aws:iam::111122223333:mfa/phone", account.DeviceVirtual)
	case w.mfa:
		add("GAHT12345678", account.DeviceTOTP)
	}
	switch {
	case !w.crew().second:
	case w.virtual:
		add("arn:aws:iam::111122223333:mfa/second", account.DeviceVirtual)
	default:
		add("arn:aws:iam::111122223333:u2f/root/safe-ABC", account.DeviceFIDO)
	}
	return seen
}

// blurCrew takes what may be denied or late: whole answers, columns, the
// understanding of a policy, the row of an admin who came after the report.
func blurCrew(r *rand.Rand, c *checks.Case) {
	maybe := func(f func()) {
		if r.IntN(12) == 0 {
			f()
		}
	}
	cause := pick(r, account.Denied, account.Throttled, account.Undecodable)
	maybe(func() { c.Facts.Authorization = account.Missing[account.Authorization](account.Gap{Cause: cause}) })
	maybe(func() {
		if seen, _ := c.Facts.RootAudit.Get(); seen != nil {
			c.Facts.RootAudit = account.Missing[*account.RootAudit](account.Gap{Cause: cause})
		}
	})
	if who, read := c.Facts.Authorization.Get(); read {
		who.Users = slices.Clone(who.Users)
		for i, u := range who.Users {
			maybe(func() {
				who.Users[i].Grants = append(slices.Clone(u.Grants), account.PolicyGrant{Policy: "odd", Grant: account.GrantUndecodable})
			})
			if len(u.Grants) > 0 {
				maybe(func() {
					g := u.Grants[0]
					g.Grant = account.GrantUndecodable
					who.Users[i].Grants = append([]account.PolicyGrant{g}, u.Grants[1:]...)
				})
			}
		}
		maybe(func() {
			who.Roles = slices.Clone(who.Roles)
			for i := range who.Roles {
				who.Roles[i].Trust = account.TrustUnknown
			}
		})
		c.Facts.Authorization = account.Known(who)
	}
	if report, read := c.Facts.CredentialReport.Get(); read {
		report.Users = slices.Clone(report.Users)
		for i := range report.Users {
			u := &report.Users[i]
			maybe(func() { u.MFA = account.AnswerUnknown })
			maybe(func() { u.Password = account.AnswerUnknown })
			maybe(func() { u.Keys[0].Active = account.AnswerUnknown })
			maybe(func() { u.Keys[1].RotatedAt = account.Use{} })
		}
		c.Facts.CredentialReport = account.Known(report)
	}
}
