package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompany(t *testing.T) {
	c, err := loadText(t, minimal+`
company:
  domains: [Example.COM., bücher.example, aws.example.org]
  personal_addresses: [Ana.Silva, CIO@Example.com, jdoe+aws@example.com]
dns: {resolver: "[2001:db8::53]:53"}
`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"example.com", "xn--bcher-kva.example", "aws.example.org"}, c.Policy.CompanyDomains); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ana.silva", "cio@example.com", "jdoe+aws@example.com"}, c.Policy.PersonalAddresses); diff != "" {
		t.Error(diff)
	}
	if c.Resolver != "[2001:db8::53]:53" {
		t.Errorf("resolver %q", c.Resolver)
	}
	c, err = loadText(t, minimal+"company:\ndns: {resolver: none}\n")
	if err != nil || len(c.Policy.CompanyDomains) != 0 || c.Resolver != "none" {
		t.Errorf("%+v, %v", c, err)
	}
}
