package domains

import (
	"strings"
	"testing"
)

// What is taken without a look at the tables is what they would give.
func TestPlainIsParsed(t *testing.T) {
	n := 0
	for line := range strings.Lines(freeText + disposableText) {
		line = strings.TrimSpace(line)
		if got, ok := parse(line); plain(line) && (!ok || got != line) {
			t.Errorf("%s is %q, %v", line, got, ok)
		}
		if plain(line) {
			n++
		}
	}
	if n < 15_000 {
		t.Errorf("only %d are plain", n)
	}
}

func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"example.com", "a-b.example.com", "1.2.3.4", "a.1", "xn--a.com", "-a.com", "a-.com", "a--b.com", "a..b", ".a.b", "a.b.", strings.Repeat("a", 64) + ".com", strings.Repeat("a.", 127) + "com"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := parse(text); plain(text) && (!ok || got != text) {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	})
}
