package checks_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rootwatch/checks"
	"rootwatch/checks/domains"
)

func TestParseMail(t *testing.T) {
	for text, want := range map[string]checks.MailAddress{
		"root@example.com":                          {Local: "root", Base: "root", Domain: "example.com"},
		" Root+Payments@Example.COM ":               {Local: "root+payments", Base: "root", Domain: "example.com"},
		"aws+a+b@example.com":                       {Local: "aws+a+b", Base: "aws", Domain: "example.com"},
		"aws+@example.com":                          {Local: "aws+", Base: "aws", Domain: "example.com"},
		"+tag@example.com":                          {Local: "+tag", Base: "+tag", Domain: "example.com"},
		"aws@example.com.":                          {Local: "aws", Base: "aws", Domain: "example.com"},
		"aws@bücher.example":                        {Local: "aws", Base: "aws", Domain: "xn--bcher-kva.example"},
		"aws@XN--BCHER-KVA.example":                 {Local: "aws", Base: "aws", Domain: "xn--bcher-kva.example"},
		`"aws.root"@example.com`:                    {Local: "aws.root", Base: "aws.root", Domain: "example.com"},
		`"a b"@example.com`:                         {Local: "a b", Base: "a b", Domain: "example.com"},
		`"a@b"@example.com`:                         {Local: "a@b", Base: "a@b", Domain: "example.com"},
		`"a\"b"@example.com`:                        {Local: `a"b`, Base: `a"b`, Domain: "example.com"},
		"jürgen@example.com":                        {Local: "jürgen", Base: "jürgen", Domain: "example.com"},
		"o'neill/aws=x@example.com":                 {Local: "o'neill/aws=x", Base: "o'neill/aws=x", Domain: "example.com"},
		"aws@eu.mail.example.co.uk":                 {Local: "aws", Base: "aws", Domain: "eu.mail.example.co.uk"},
		"":                                          {},
		"root":                                      {},
		"@example.com":                              {},
		"root@":                                     {},
		"root@localhost":                            {},
		"root@[192.0.2.1]":                          {},
		"root@192.0.2.1":                            {},
		"a b@example.com":                           {},
		"a@b@example.com":                           {},
		"Root <root@example.com>":                   {},
		"root@example.com, b@example.com":           {},
		"root@exa mple.com":                         {},
		"ro\x00ot@example.com":                      {},
		"ro\u202eot@example.com":                    {},
		"\xff@example.com":                          {},
		`""@example.com`:                            {},
		strings.Repeat("a", 65) + "@a.com":          {},
		"root@" + strings.Repeat("a.", 150) + "com": {},
	} {
		got, ok := checks.ParseMail(text)
		if got != want || ok != (want != checks.MailAddress{}) {
			t.Errorf("%q is %+v, %v; want %+v", text, got, ok, want)
		}
	}
}

func FuzzParseMail(f *testing.F) {
	for _, seed := range []string{
		"root@example.com", "root+a+b@example.com", `"a b"@example.com`, "a@b@example.com", "root@[IPv6:2001:db8::1]", "aws@bücher.example.",
		"+@example.com", `"\"@example.com`, "\xff@\xff.com", "İ@example.com", "a@ß.example", "root@xn--", `"""@example.com`, "ſ@example.com",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := checks.ParseMail(text)
		if !ok {
			if m != (checks.MailAddress{}) {
				t.Errorf("%q is no address and yet %+v", text, m)
			}
			return
		}
		if m.Local == "" || m.Base == "" || !strings.HasPrefix(m.Local, m.Base) || !utf8.ValidString(m.Local) {
			t.Errorf("%q is %+v", text, m)
		}
		if d, ok := domains.Parse(m.Domain); !ok || d != m.Domain {
			t.Errorf("%q has the domain %q", text, m.Domain)
		}
		// A tag changes the address and never the mailbox.
		tagged, ok := checks.ParseMail(`"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(m.Base) + `+tag"@` + m.Domain)
		if len(m.Base) < 50 && !strings.Contains(m.Base, "+") && (!ok || tagged.Mailbox() != m.Mailbox() || tagged == m && m.Local != m.Base+"+tag") {
			t.Errorf("%q with a tag is %+v, %v", text, tagged, ok)
		}
	})
}
