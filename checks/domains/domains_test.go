package domains_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rootwatch/checks/domains"
)

func TestParse(t *testing.T) {
	long := strings.Repeat("a", 63)
	for text, want := range map[string]string{
		"example.com": "example.com", "Example.COM": "example.com", "example.com.": "example.com",
		"mail.eu.example.co.uk": "mail.eu.example.co.uk", "bücher.example": "xn--bcher-kva.example",
		"XN--BCHER-KVA.example": "xn--bcher-kva.example", "r4---sn.example.com": "r4---sn.example.com",
		"例え.テスト": "xn--r8jz45g.xn--zckzah", "example。com": "example.com", "1and1.com": "1and1.com", long + ".com": long + ".com",
		"": "", ".": "", "localhost": "", "com": "", "192.0.2.1": "", "[192.0.2.1]": "", "2001:db8::1": "", "a..b": "", ".example.com": "",
		"example.com..": "", "exa mple.com": "", "under_score.example.com": "", "-a.example.com": "-a.example.com", "xn--a.example": "",
		long + "a.com": "", strings.Repeat("abcdefg.", 40) + "com": "", "a@b.example.com": "", "example.com\n": "", "example.com/x": "", "exa\x00mple.com": "",
	} {
		got, ok := domains.Parse(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, ok, want)
		}
		if again, ok := domains.Parse(got); want != "" && (again != got || !ok) {
			t.Errorf("%q is %q when it is parsed again", got, again)
		}
	}
}

func TestRegistrable(t *testing.T) {
	for domain, want := range map[string]string{
		"example.com": "example.com", "a.b.example.com": "example.com", "example.co.uk": "example.co.uk", "www.example.co.uk": "example.co.uk",
		"co.uk": "", "com": "", "team.github.io": "team.github.io", "github.io": "", "old.example": "old.example",
	} {
		if got, ok := domains.Registrable(domain); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", domain, got, ok, want)
		}
	}
	if s := domains.Suffix("www.example.co.uk"); s != "co.uk" {
		t.Errorf("the suffix is %q", s)
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		domain, parent string
		want           bool
	}{
		{"example.com", "example.com", true}, {"aws.example.com", "example.com", true}, {"a.b.example.com", "example.com", true},
		{"notexample.com", "example.com", false}, {"example.com", "aws.example.com", false}, {"example.com.evil.net", "example.com", false},
		{"example.org", "example.com", false}, {"example.com", "", false}, {"", "example.com", false},
	} {
		if got := domains.Within(tt.domain, tt.parent); got != tt.want {
			t.Errorf("%s within %q: %v", tt.domain, tt.parent, got)
		}
	}
}

func TestLook(t *testing.T) {
	for domain, want := range map[string]domains.Kind{
		"gmail.com": domains.FreeMail, "googlemail.com": domains.FreeMail, "proton.me": domains.FreeMail, "gmx.de": domains.FreeMail, "qq.com": domains.FreeMail,
		"mailinator.com": domains.Disposable, "guerrillamail.com": domains.Disposable, "anything.mailinator.com": domains.Disposable,
		"example.com": domains.Ordinary, "aws.example.com": domains.Ordinary, "notgmail.com": domains.Ordinary, "gmail.com.example.net": domains.Ordinary,
		"co.uk": domains.Ordinary, "com": domains.Ordinary, "": domains.Ordinary,
	} {
		got, listed := domains.Look(domain)
		if got != want || (listed == "") != (want == domains.Ordinary) || listed != "" && !domains.Within(domain, listed) {
			t.Errorf("%s is %q as %q, want %q", domain, got, listed, want)
		}
	}
}

// The lists are what update.sh writes: sorted, each name once, and in the form
// that Parse gives, so that looking a domain up finds it.
func TestListsAreSound(t *testing.T) {
	sources, err := os.ReadFile("SOURCES.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"free", "disposable"} {
		text, err := os.ReadFile(name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		if len(lines) < 5000 || !slices.IsSorted(lines) || len(slices.Compact(slices.Clone(lines))) != len(lines) {
			t.Errorf("%s.txt has %d lines, sorted %v", name, len(lines), slices.IsSorted(lines))
		}
		unfound := 0
		for _, line := range lines {
			domain, ok := domains.Parse(line)
			if kind, _ := domains.Look(domain); !ok || domain != line || kind == domains.Ordinary {
				unfound++
			}
		}
		if unfound > 0 {
			t.Errorf("%d lines of %s.txt are never found", unfound, name)
		}
		if !regexp.MustCompile(name + `\.txt \|.*\| [0-9.]+ \| ` + regexp.QuoteMeta(strconv.Itoa(len(lines))) + ` \| MIT`).Match(sources) {
			t.Errorf("SOURCES.md does not tell the version of %s.txt and its %d domains", name, len(lines))
		}
		if license, err := os.ReadFile(name + ".LICENSE"); err != nil || !strings.Contains(string(license), "MIT") {
			t.Errorf("%s.LICENSE: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"example.com", "BÜCHER.example.", "[192.0.2.1]", "xn--", "a..b", "\xff.com", "ß.de", "。", "a。b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		domain, ok := domains.Parse(text)
		if !ok {
			if domain != "" {
				t.Errorf("%q is none and yet %q", text, domain)
			}
			return
		}
		if !regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`).MatchString(domain) || len(domain) > 253 {
			t.Errorf("%q became %q", text, domain)
		}
		if again, ok := domains.Parse(domain); !ok || again != domain {
			t.Errorf("%q is %q, and that is %q, %v", text, domain, again, ok)
		}
		domains.Look(domain)
	})
}
