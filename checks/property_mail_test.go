package checks_test

import (
	"math/rand/v2"
	"slices"
	"strings"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// post is how the account is reached: by mail, and by telephone.
type post struct {
	local      string // role, tagged, executive, person, plain, known
	domain     string // company, below, other, free, disposable
	configured bool   // the operator named the company's domains
	vouched    [2]string
	neighbour  string // "", same, shared, gov
	dns        string // mx, address, bare, null, gone, expired
	phone      string // "" for no primary contact; none, fine, abroad, bare, wrong
	alternate  string // of one alternate contact: "" for none
	which      int    // of the alternate contacts
}

var (
	postLocals  = map[string]string{"role": "aws-payments", "tagged": "aws-team+payments", "executive": "cfo+aws", "person": "maria.rossi", "plain": "jsmith+aws", "mixed": "jsmith-aws", "office": "ceo-office", "known": "jdoe+aws"}
	postDomains = map[string]string{"company": "example.com", "below": "cloud.example.com", "other": "example.org", "free": "gmail.com", "disposable": "mailinator.com"}
	postNumbers = map[string]string{"none": " ", "fine": "+1 (206) 555-0100", "abroad": "+44 20 7946 0018", "bare": "206-555-0100", "wrong": "+1-555-0199"}
	// vouchedFor are the checks that somebody may have spoken about, in the order of post.vouched.
	vouchedFor = []string{"root-email-domain", "root-email-dedicated"}
)

func (p post) address() string { return postLocals[p.local] + "@" + postDomains[p.domain] }

func postOf(w truth) post { return w.more["post"].(post) }

func init() {
	parts = append(parts, part{name: "post", draw: drawPost, tell: tellPost, blur: blurPost, want: map[string]func(truth) checks.Status{
		"root-email-domain":    wantEmailDomain,
		"root-email-dedicated": wantEmailDedicated,
		"root-email-alive":     wantEmailAlive,
		"contact-phone":        wantContactPhone,
	}})
}

func drawPost(r *rand.Rand, w *truth) {
	w.more["post"] = post{
		local: pick(r, "role", "role", "tagged", "executive", "person", "plain", "mixed", "office", "known"), domain: pick(r, "company", "below", "other", "free", "disposable"),
		configured: r.IntN(2) == 0, vouched: [2]string{pick(r, "", "fresh", "stale"), pick(r, "", "fresh", "stale")},
		neighbour: pick(r, "", "", "same", "shared", "gov"), dns: pick(r, "mx", "mx", "address", "bare", "null", "gone", "expired"),
		phone: pick(r, "", "none", "fine", "fine", "abroad", "bare", "wrong"), alternate: pick(r, "", "fine", "abroad", "bare", "wrong"), which: r.IntN(3),
	}
}

func wantEmailDomain(w truth) checks.Status {
	p := postOf(w)
	switch own := p.domain == "company" || p.domain == "below"; {
	case p.domain == "free", p.domain == "disposable", p.configured && !own:
		return checks.Fail
	case p.configured, p.vouched[0] == "fresh":
		return checks.Pass
	}
	return checks.Manual
}

func wantEmailDedicated(w truth) checks.Status {
	p := postOf(w)
	switch {
	case p.neighbour == "same", p.local == "executive", p.local == "known":
		return checks.Fail
	case slices.Contains([]string{"person", "plain", "mixed", "office"}, p.local) && p.vouched[1] != "fresh":
		return checks.Manual
	}
	return checks.Pass
}

func wantEmailAlive(w truth) checks.Status {
	if d := postOf(w).dns; d == "mx" || d == "address" {
		return checks.Pass
	}
	return checks.Fail
}

func wantContactPhone(w truth) checks.Status {
	p := postOf(w)
	good := func(number string) bool { return number == "fine" || number == "abroad" }
	if good(p.phone) && (p.alternate == "" || w.contacts[p.which] == "" || good(p.alternate)) {
		return checks.Pass
	}
	return checks.Fail
}

func tellPost(w truth, c *checks.Case) {
	p := postOf(w)
	c.Facts.Email = p.address()
	contacts := []*account.Fact[*account.AlternateContact]{&c.Facts.SecurityContact, &c.Facts.BillingContact, &c.Facts.OperationsContact}
	for i, fact := range contacts {
		told, _ := fact.Get()
		if told == nil {
			continue
		}
		contact := *told
		if w.contacts[i] == "root" {
			contact.Email = strings.ToUpper(p.address())
		}
		if i == p.which && p.alternate != "" {
			contact.Phone = postNumbers[p.alternate]
		}
		*fact = account.Known(&contact)
	}
	c.Facts.ContactInformation = account.Known[*account.ContactInformation](nil)
	if p.phone != "" {
		c.Facts.ContactInformation = account.Known(&account.ContactInformation{CountryCode: "US", Phone: postNumbers[p.phone]})
	}
	if p.configured {
		c.Policy.CompanyDomains = []string{"example.net", "example.com"}
	}
	c.Policy.PersonalAddresses = []string{"ana@example.com", "jdoe"}
	tellVouched(p, c)
	tellNeighbours(p, c)
	tellDNS(p, c)
}

func tellVouched(p post, c *checks.Case) {
	for i, id := range vouchedFor {
		a := checks.Attestation{Scope: c.Facts.Scope, AccountID: c.Facts.ID, CheckID: id, By: "Ana Silva", At: now.Add(-40 * day), Until: now.Add(40 * day)}
		switch p.vouched[i] {
		case "stale":
			a.Until = now.Add(-day)
			fallthrough
		case "fresh":
			c.Attestations = append(slices.Clone(c.Attestations), a)
		}
	}
}

func tellNeighbours(p post, c *checks.Case) {
	n := neighbour("444455556666", strings.ToUpper(p.address()))
	base, _, _ := strings.Cut(postLocals[p.local], "+")
	switch p.neighbour {
	case "":
		n.Email = "nobody@example.net"
	case "shared":
		n.Email = base + "+other@" + postDomains[p.domain]
	case "gov":
		n.Partition = "aws-us-gov"
	}
	c.Neighbours = checks.NewMailboxes([]account.Account{c.Facts.Account, n}).Of(c.Facts.Account)
}

func tellDNS(p post, c *checks.Case) {
	d := account.MailDomain{Domain: postDomains[p.domain], Exists: true}
	switch p.dns {
	case "mx":
		d.MX = []string{"mx.example.com"}
	case "address":
		d.Address = true
	case "null":
		d.NullMX = true
	case "gone":
		d.Exists, d.Above = false, account.Yes
	case "expired":
		d.Exists, d.Above = false, account.No
	}
	c.MailDomain = account.Known(d)
}

func blurPost(r *rand.Rand, c *checks.Case) {
	maybe := func(f func()) {
		if r.IntN(6) == 0 {
			f()
		}
	}
	maybe(func() { // no resolver, or one that does not answer
		c.MailDomain = account.Missing[account.MailDomain](account.Gap{Call: pick(r, "", "dns:MX"), Cause: pick(r, account.NotCollected, account.TimedOut, account.Unavailable)})
	})
	maybe(func() {
		c.Facts.ContactInformation = account.Missing[*account.ContactInformation](account.Gap{Cause: pick(r, account.Denied, account.Throttled, account.NotOnboarded)})
	})
	maybe(func() {
		c.Facts.Authorization = account.Missing[account.Authorization](account.Gap{Cause: pick(r, account.Denied, account.Undecodable)})
	})
}
