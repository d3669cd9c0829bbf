package checks_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// truth is how root of a drawn account really is.
type truth struct {
	password     bool
	mfa, virtual bool // any device, a virtual one among them
	userVirtual  bool // an IAM user has a virtual device with root's old serial number
	keys         [2]account.Presence
	certificates [2]account.Presence
	passwordUsed time.Duration // before now; 0 for never
	keyUsed      [2]time.Duration
	contacts     [3]string // security, billing, operations: "", "root", "other", "malformed"
	role         account.Role
	features     account.RootFeatures // of the organization
	policy       *account.PasswordPolicy
	more         map[string]any // what each part drew, by its name
}

// part is one area of posture: what is true there, what AWS tells of it, and
// how it is kept from telling. Each area's file adds its own.
type part struct {
	name string
	// draw puts what is true into w.more[name]; it may look at w.
	draw func(r *rand.Rand, w *truth)
	// tell makes from it what is read when all can be read.
	tell func(w truth, c *checks.Case)
	// blur takes answers away.
	blur func(r *rand.Rand, c *checks.Case)
	// want is each check's verdict on the truth, were all of it read.
	want map[string]func(w truth) checks.Status
}

var parts []part

// draw picks a truth at random.
func draw(r *rand.Rand) truth {
	w := drawRoot(r)
	w.more = map[string]any{}
	for _, p := range parts {
		p.draw(r, &w)
	}
	return w
}

// drawRoot is one in three without any credential.
func drawRoot(r *rand.Rand) truth {
	var w truth
	w.role = pick(r, account.Member, account.Management, account.Standalone, account.RoleUnknown)
	for i := range w.contacts {
		w.contacts[i] = pick(r, "", "root", "other", "malformed")
	}
	w.userVirtual = r.IntN(2) == 0
	w.features = account.RootFeatures{CredentialsManagement: r.IntN(3) > 0, Sessions: r.IntN(3) > 0, NotAllFeatures: r.IntN(6) == 0}
	if r.IntN(5) > 0 {
		w.policy = &account.PasswordPolicy{
			MinimumLength: pick(r, 6, 13, 14, 14, 15), Expire: r.IntN(5) > 0, MaxAgeDays: pick(r, 0, 60, 90, 90, 91), Reuse: pick(r, 0, 23, 24, 24, 24),
		}
	}
	if r.IntN(3) == 0 {
		w.keys = [2]account.Presence{account.Absent, account.Absent}
		w.certificates = w.keys
		w.role = pick(r, account.Member, account.RoleUnknown) // only these can be without
		return w
	}
	w.password = r.IntN(4) != 0 || w.role == account.Management || w.role == account.Standalone
	w.mfa = r.IntN(2) == 0
	w.virtual = w.mfa && r.IntN(2) == 0
	for i := range 2 {
		w.keys[i] = pick(r, account.Absent, account.Absent, account.PresentInactive, account.PresentActive)
		w.certificates[i] = pick(r, account.Absent, account.Absent, account.PresentInactive, account.PresentActive)
		if w.keys[i] != account.Absent && r.IntN(2) == 0 {
			w.keyUsed[i] = time.Duration(1+r.IntN(400)) * 12 * time.Hour
		}
	}
	if w.password && r.IntN(2) == 0 {
		w.passwordUsed = time.Duration(1+r.IntN(400)) * 12 * time.Hour
	}
	return w
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func count(slots [2]account.Presence) (n int32) {
	for _, p := range slots {
		if p != account.Absent {
			n++
		}
	}
	return n
}

// bare is a root user without any credential.
func (w truth) bare() bool { return !w.password && count(w.keys) == 0 && count(w.certificates) == 0 }

// want is the verdict on the truth, were all of it read.
func (w truth) want(checkID string) checks.Status {
	for _, p := range parts {
		if want := p.want[checkID]; want != nil {
			return want(w)
		}
	}
	if w.applies(checkID) != "" {
		return w.applies(checkID)
	}
	if w.holds(checkID) {
		return checks.Pass
	}
	return checks.Fail
}

// applies is "" where the check passes or fails.
func (w truth) applies(checkID string) checks.Status {
	switch {
	case checkID == "root-hardware-mfa" && w.bare():
		return checks.NotApplicable
	case checkID != "root-central-management":
		return ""
	case w.role == account.Standalone, w.role == account.Management && w.features.NotAllFeatures, w.role == account.Member && !w.bare():
		return checks.NotApplicable
	case w.role == account.RoleUnknown && !w.bare():
		return checks.Unknown // it may be the management account
	}
	return ""
}

func (w truth) holds(checkID string) bool {
	const window = 7 * day
	within := func(d time.Duration) bool { return d > 0 && d <= window }
	switch checkID {
	case "root-mfa":
		return w.mfa || w.bare()
	case "root-hardware-mfa":
		return w.mfa && !w.virtual
	case "root-access-keys":
		return count(w.keys) == 0
	case "root-signing-certificates":
		return count(w.certificates) == 0
	case "root-usage":
		return !within(w.passwordUsed) && !within(w.keyUsed[0]) && !within(w.keyUsed[1])
	case "root-central-management":
		return w.bare() || w.features.CredentialsManagement && w.features.Sessions
	case "password-policy":
		p := w.policy
		return p != nil && p.MinimumLength >= 14 && p.Expire && p.MaxAgeDays > 0 && p.MaxAgeDays <= 90 && p.Reuse >= 24
	case "contact-security":
		return w.contacts[0] == "other"
	case "contact-billing":
		return w.contacts[1] == "other"
	case "contact-operations":
		return w.contacts[2] == "other"
	}
	panic("the property test does not know the check " + checkID)
}

// facts is what AWS tells of the truth when all can be read.
func (w truth) facts() account.Facts {
	bit := func(b bool) int32 {
		if b {
			return 1
		}
		return 0
	}
	used := func(d time.Duration) account.Use {
		if d == 0 {
			return never
		}
		return at(now.Add(-d))
	}
	credential := func(p account.Presence) account.Credential {
		switch p {
		case account.PresentActive:
			return certificate(account.Yes)
		case account.PresentInactive:
			return certificate(account.No)
		}
		return emptySlot.Credential
	}
	yes := map[bool]account.Answer{true: account.Yes, false: account.No}
	f := healthy(role(w.role))
	f.Summary = account.Known(account.Summary{
		account.SummaryMFAEnabled: bit(w.mfa), account.SummaryPasswordPresent: bit(w.password),
		account.SummaryAccessKeysPresent: count(w.keys), account.SummarySigningCertificates: count(w.certificates),
	})
	root := account.RootRow{Password: yes[w.password], MFA: yes[w.mfa], PasswordLastUsed: used(w.passwordUsed)}
	for i := range 2 {
		root.Keys[i] = account.AccessKey{Credential: credential(w.keys[i]), LastUsed: used(w.keyUsed[i])}
		root.Certificates[i] = credential(w.certificates[i])
	}
	f.CredentialReport = account.Known(account.CredentialReport{GeneratedAt: now.Add(-time.Hour), Root: root})
	for i, fact := range []*account.Fact[*account.AlternateContact]{&f.SecurityContact, &f.BillingContact, &f.OperationsContact} {
		switch w.contacts[i] {
		case "":
			*fact = account.Known[*account.AlternateContact](nil)
		case "root":
			*fact = account.Known(&account.AlternateContact{Email: "ROOT+payments@example.com"})
		case "malformed":
			*fact = account.Known(&account.AlternateContact{Email: "nobody"})
		}
	}
	f.VirtualMFADevices = account.Known(w.devices(f.Account))
	f.PasswordPolicy = account.Known(w.policy)
	if w.role == account.Management {
		features := w.features
		f.RootFeatures = account.Known(&features)
	}
	return f
}

// told is the whole case when all can be read.
func (w truth) told() checks.Case {
	c := checks.Case{Facts: w.facts(), Policy: checks.DefaultPolicy()}
	for _, p := range parts {
		p.tell(w, &c)
	}
	return c
}

// devices are the account's virtual ones. A user's looks like root's in all
// but its owner.
func (w truth) devices(a account.Account) []account.VirtualMFADevice {
	devices := []account.VirtualMFADevice{}
	if w.userVirtual {
		devices = append(devices, account.VirtualMFADevice{
			SerialNumber: "arn:aws:iam::111122223333:mfa/root-account-mfa-device", UserARN: "arn:aws:iam::111122223333:user/root"})
	}
	if w.virtual {
		devices = append(devices, account.VirtualMFADevice{SerialNumber: "arn:aws:iam::111122223333:mfa/phone", UserARN: a.RootARN()})
	}
	return devices
}

// blur takes answers away, as denials, new columns and old reports do.
func blur(r *rand.Rand, f *account.Facts) {
	maybe := func(e edit) {
		if r.IntN(4) == 0 {
			e(f)
		}
	}
	causes := []account.Cause{account.Denied, account.Throttled, account.NotOnboarded, account.Undecodable, account.NotReady}
	for _, name := range []string{account.SummaryMFAEnabled, account.SummaryPasswordPresent, account.SummaryAccessKeysPresent, account.SummarySigningCertificates} {
		maybe(unset(name))
	}
	maybe(row(func(root *account.RootRow) { root.MFA = account.AnswerUnknown }))
	maybe(row(func(root *account.RootRow) { root.Password = account.AnswerUnknown }))
	maybe(row(func(root *account.RootRow) { root.PasswordLastUsed = account.Use{} }))
	for i := range 2 {
		maybe(row(func(root *account.RootRow) { root.Keys[i].Active = account.AnswerUnknown }))
		maybe(row(func(root *account.RootRow) { root.Keys[i].RotatedAt = account.Use{} }))
		maybe(row(func(root *account.RootRow) { root.Keys[i].LastUsed = account.Use{} }))
		maybe(row(func(root *account.RootRow) { root.Certificates[i].Active = account.AnswerUnknown }))
	}
	maybe(reportAge(time.Duration(r.IntN(72)) * time.Hour))
	maybe(noSummary(pick(r, causes...)))
	maybe(noReport(pick(r, causes...)))
	maybe(rootEmail(""))
	gap := func() account.Gap { return account.Gap{Cause: pick(r, causes...)} }
	maybe(func(f *account.Facts) { f.SecurityContact = account.Missing[*account.AlternateContact](gap()) })
	maybe(func(f *account.Facts) { f.BillingContact = account.Missing[*account.AlternateContact](gap()) })
	maybe(func(f *account.Facts) { f.OperationsContact = account.Missing[*account.AlternateContact](gap()) })
	maybe(func(f *account.Facts) { f.VirtualMFADevices = account.Missing[[]account.VirtualMFADevice](gap()) })
	maybe(func(f *account.Facts) { f.PasswordPolicy = account.Missing[*account.PasswordPolicy](gap()) })
	maybe(func(f *account.Facts) { f.RootFeatures = account.Missing[*account.RootFeatures](gap()) })
	maybe(role(account.RoleUnknown))
}

// What is drawn first is the verdict; the facts are then made from it and
// blurred. Without blur the verdict is found, and no blur may turn it into
// another: only into Unknown.
func TestNoFalsePassAndNoFalseFail(t *testing.T) {
	r := rand.New(rand.NewPCG(2026, 11))
	seen := map[string]int{}
	due := map[string]map[checks.Status]bool{} // what each check must have said often enough
	for n := range draws {
		w := draw(r)
		c := w.told()
		for _, f := range checks.Run(c).Findings {
			want := w.want(f.CheckID)
			if due[f.CheckID] == nil {
				due[f.CheckID] = map[checks.Status]bool{checks.Unknown: true}
			}
			due[f.CheckID][want] = true
			if f.Status != want {
				t.Fatalf("draw %d, all read: %s is %s (%s), want %s: %+v", n, f.CheckID, f.Status, f.Summary, want, w)
			}
		}
		blur(r, &c.Facts)
		for _, p := range parts {
			p.blur(r, &c)
		}
		findings := checks.Run(c).Findings
		judged := map[string]bool{}
		for _, f := range findings {
			soundFinding(t, f)
			judged[f.CheckID] = true
			seen[f.CheckID+" "+string(f.Status)]++
			if want := w.want(f.CheckID); f.Status != want && f.Status != checks.Unknown {
				t.Fatalf("draw %d, blurred: %s is %s (%s), and the truth is %+v; case %+v", n, f.CheckID, f.Status, f.Summary, w, c)
			}
		}
		if len(findings) != len(checks.All()) || len(judged) != len(findings) {
			t.Fatalf("draw %d: %d findings of %d checks, want one of each of %d", n, len(findings), len(judged), len(checks.All()))
		}
	}
	for id, statuses := range due {
		for s := range statuses {
			if seen[id+" "+string(s)] < draws/200 {
				t.Errorf("the blur left only %d findings of %s %s: it proves nothing", seen[id+" "+string(s)], id, s)
			}
		}
	}
}

// Where the summary tells, an older report that still shows what was mended,
// or not yet what was broken, changes no verdict; one of more than a day only
// leaves open whether something disabled is still there.
func TestTheSummaryOutlivesTheReport(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	for n := range draws {
		before, w := draw(r), draw(r)
		w.role = before.role
		if w.role == account.Management || w.role == account.Standalone {
			w.password = true
		}
		for i := range 2 { // an inactive slot of the report counts whatever the summary says
			if before.keys[i] == account.PresentInactive {
				before.keys[i] = account.PresentActive
			}
			if before.certificates[i] == account.PresentInactive {
				before.certificates[i] = account.PresentActive
			}
		}
		facts := w.facts()
		facts.CredentialReport = before.facts().CredentialReport
		age := time.Duration(r.IntN(48)) * time.Hour
		reportAge(age)(&facts)
		c := w.told()
		c.Facts = facts
		report := checks.Run(c)
		for _, id := range []string{"root-mfa", "root-access-keys", "root-hardware-mfa", "root-signing-certificates", "root-central-management"} {
			f := find(t, report, id)
			want := w.want(id)
			if held := id == "root-access-keys" || id == "root-signing-certificates"; held && want == checks.Pass && age > 24*time.Hour {
				want = checks.Unknown // of a disabled one only the report tells, and it is too old to
			}
			if f.Status != want {
				t.Fatalf("draw %d: %s is %s (%s), want %s: now %+v, report %+v", n, id, f.Status, f.Summary, want, w, before)
			}
		}
	}
}
