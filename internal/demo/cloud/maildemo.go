package cloud

import (
	"fmt"
	"slices"
	"strings"
)

// Domain is what the DNS has of a mail domain. One that an address names and
// Organization.Domains does not hold has expired.
type Domain struct {
	MX      []string
	NullMX  bool // it says that it takes no mail
	Address bool // it has an A record
}

// What the demo's company calls its own, as the demo's configuration tells it.
const (
	DemoCompanyDomain   = "example.com"
	DemoPersonalAddress = "jane.doe@example.com"
)

// demoDomains is all of the DNS that the demo needs.
func demoDomains() map[string]Domain {
	return map[string]Domain{
		DemoCompanyDomain:    {MX: []string{"mx1.example.com", "mx2.example.com"}},
		"parked.example.com": {NullMX: true},
		"iot.example.com":    {Address: true},
		"gmail.com":          {MX: []string{"mx.example.net"}},
		"mailinator.com":     {MX: []string{"mx.example.net"}},
	}
}

// rootAddresses are those that are not the company's own list with a tag.
var rootAddresses = map[string]string{
	"100000000027": "rootwatch-demo-bob@gmail.com",
	"100000000025": "iot-lab@mailinator.com",
	"100000000031": "aws-docs@oldbrand.example", // nobody renewed it
	"100000000030": "aws-support@parked.example.com",
	"100000000024": "aws-gateway@iot.example.com",
	"100000000028": "ceo@example.com",
	"100000000029": DemoPersonalAddress,
	"100000000019": "maria.rossi@example.com",
}

// telephones are primary contacts' numbers that are not like the others'.
var telephones = map[string]string{
	"100000000016": "+1-555-0199",      // a digit group too short
	"100000000017": "206-555-0117",     // without its country code
	"100000000023": "+44 20 7946 0018", // of another country, and fine
}

func demoMail(o *Organization) {
	o.Domains = demoDomains()
	for _, a := range o.Accounts {
		if address, ok := rootAddresses[a.ID.String()]; ok {
			a.Email = address
		}
		if number, ok := telephones[a.ID.String()]; ok {
			a.Primary.Phone = number
		}
		if a.ID.String() == "100000000015" {
			a.Contacts[SecurityContact].Phone = "206 555 0115"
		}
	}
}

// mailTruths are what is peculiar about how the account is reached.
func (o *Organization) mailTruths(a *Account) []string {
	var t []string
	local, domain, _ := strings.Cut(a.Email, "@")
	if domain != DemoCompanyDomain && o.Domains != nil {
		t = append(t, "root address is in "+domain)
		if d, exists := o.Domains[domain]; !exists {
			t[0] += ", which has expired"
		} else if d.NullMX {
			t[0] += ", which takes no mail"
		}
	}
	if o.Domains != nil && !strings.HasPrefix(local, "aws") && domain == DemoCompanyDomain {
		t = append(t, "root address is a person's")
	}
	numbers := map[string]string{}
	if a.Primary != nil {
		numbers["primary"] = a.Primary.Phone
	}
	for kind, c := range a.Contacts {
		numbers[strings.ToLower(kind)] = c.Phone
	}
	var odd []string
	for whose, number := range numbers {
		switch digits := strings.Map(onlyDigits, number); {
		case !strings.HasPrefix(number, "+"):
			odd = append(odd, fmt.Sprintf("%s contact's telephone has no country code", whose))
		case len(digits) < 11:
			odd = append(odd, fmt.Sprintf("%s contact's telephone is too short", whose))
		}
	}
	slices.Sort(odd)
	return append(t, odd...)
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
