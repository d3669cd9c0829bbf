package wire

import (
	"fmt"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/cloud"
)

var contactKinds = map[string]string{"contact-security": cloud.SecurityContact, "contact-billing": cloud.BillingContact, "contact-operations": cloud.OperationsContact}

// drawMail is the root address: in whose domain, whose mailbox, and whether
// the domain takes mail.
func drawMail(w *world, d *drawn) {
	r := w.r
	d.want["root-email-domain"], d.want["root-email-alive"] = draw(r, 60), draw(r, 60)
	domain := map[bool]map[bool]string{
		true:  {true: pick(r, "example.com", "example.com", "iot.example.com"), false: "parked.example.com"},
		false: {true: pick(r, "gmail.com", "mailinator.com"), false: "oldbrand.example"},
	}[d.want["root-email-domain"] == good][d.want["root-email-alive"] == good]
	local := fmt.Sprintf("aws-%s", d.ID)
	if chance(r, 50) {
		local = fmt.Sprintf("aws+%s", d.ID)
	}
	d.want["root-email-dedicated"] = pick(r, good, good, bad, asked)
	if d.want["root-email-dedicated"] != good {
		domain = "example.com" // whose people are known
		d.want["root-email-domain"], d.want["root-email-alive"] = good, good
	}
	switch d.want["root-email-dedicated"] {
	case bad:
		local = pick(r, "ceo+"+d.ID.String(), "ceo", "jane.doe+"+d.ID.String(), "jane.doe")
	case asked:
		local = pick(r, "maria.rossi+"+d.ID.String(), "maria.rossi-aws+"+d.ID.String(), "cto.aws+"+d.ID.String())
	}
	d.Email = local + "@" + domain
	for id, kind := range contactKinds {
		if c := d.Contacts[kind]; c != nil && d.want[id] == bad {
			c.Email = d.Email
		}
	}
}

// drawContacts are the three lists and the telephones.
func drawContacts(w *world, d *drawn) {
	r := w.r
	d.Contacts = map[string]*cloud.Contact{}
	numbers := []string{"+1-206-555-0100", "+44 20 7946 0018", "+12065550101"}
	d.want["contact-phone"] = draw(r, 60)
	for _, id := range []string{"contact-security", "contact-billing", "contact-operations"} {
		d.want[id] = draw(r, 80)
		c := &cloud.Contact{Name: "Team", Title: "On call", Email: pick(r, "security@example.com", "finance@example.com", "list@example.net"), Phone: pick(r, numbers...)}
		d.Contacts[contactKinds[id]] = c
		if d.want[id] == bad && chance(r, 50) {
			delete(d.Contacts, contactKinds[id]) // else it becomes the root address
			d.ready = false
		}
	}
	d.Primary = &cloud.PrimaryContact{FullName: "Example Corp", Company: "Example Corp", Address: "1 Example Street", City: "Seattle", PostalCode: "98101", Country: "US", Phone: pick(r, numbers...)}
	if d.want["contact-phone"] == good {
		return
	}
	wrong := pick(r, "+1-555-0199", "206-555-0117", "0044 20 7946 0018")
	switch c := d.Contacts[cloud.SecurityContact]; {
	case c != nil && chance(r, 30):
		c.Phone = wrong
	case chance(r, 20):
		d.Primary = nil
	default:
		d.Primary.Phone = wrong
	}
}

// overRoot are the policies over a member's root: what each makes of the rows.
var overRoot = []struct {
	unit, policy string
	trap         bool // the central audit is denied with it
}{
	{"ou-demo-core", "", false}, {"ou-demo-prod", "p-demodenyroot", false}, {"ou-demo-staging", "p-demorootrange", false},
	{"ou-demo-data", "p-demoroottasks", false}, {"ou-demo-sandbox", "p-demorootmfa", true},
}

// drawPlace is where the account hangs, and so what its root may.
func drawPlace(w *world, d *drawn) {
	r := w.r
	d.want["organization-member"] = either(w.org.Standalone || w.org.BillingOnly, bad, good)
	d.want["root-scp"], d.want["root-allow-list"], d.DeniesRootSessions = moot, moot, false
	d.OUs = nil
	if !d.member {
		return
	}
	place := pick(r, overRoot...)
	d.OUs = []string{place.unit}
	switch {
	case chance(r, 15): // the policy hangs on a unit above
		d.OUs = append(d.OUs, place.unit+"-teams")
	case place.policy != "" && chance(r, w.direct): // or on the account itself
		d.OUs = pick(r, nil, []string{"ou-demo-core"})
		for i := range w.org.Policies {
			if p := &w.org.Policies[i]; p.ID == place.policy {
				p.Targets = append(p.Targets, d.ID.String())
			}
		}
	}
	d.want["root-scp"] = bad
	if w.org.BillingOnly || w.org.PoliciesOff || place.policy == "" {
		return
	}
	d.want["root-scp"], d.DeniesRootSessions = good, place.trap
	d.want["root-allow-list"] = either(place.policy == "p-demodenyroot" || place.policy == "p-demoroottasks", good, bad)
}

// drawState is that of an account that nobody may look into any more.
func drawState(w *world, d *drawn) {
	if d.member && chance(w.r, 4) {
		d.State = pick(w.r, account.Suspended, account.PendingClosure, account.Closed)
	}
}
