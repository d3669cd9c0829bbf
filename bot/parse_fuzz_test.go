package bot_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// FuzzParse holds that no text panics, that nothing is acted on which does
// not stand in the text, and that a suggestion is a command that works.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "help", "all", "123456789012", "1234\u20135678\u22129012", "１２３４５６７８９０１２", "12345678901",
		"prod-payments", "prod-paymets, sandbox", "\u201cData\u00a0Lake\u201d", "<tel:123456789012|123456789012>",
		"<mailto:a@example.com|a@example.com> <#C1|all>", "`*_~\"'", "\"r&amp;d, k\u00f6ln\"", "7d", "prod-payments 30d", "data lake 7d 14d",
		"<http://x|prod>-payments", "1234<x|5678>9012", "\xff\xfe\x00", "\u202eprod-payments", strings.Repeat("<", 40), "all all", "by service", "7d prod-payments by region", "by", "by by by", "\"7d\" 99999999d",
	} {
		f.Add("/rootcheck", seed)
		f.Add("/spend", seed)
	}
	accounts := directory(f)
	f.Fuzz(func(t *testing.T, command, text string) {
		got, trouble := bot.Parse(command, text, accounts)
		if (got == nil) == (trouble == nil) {
			t.Fatalf("%q %q: command %#v, trouble %#v", command, text, got, trouble)
		}
		var targets []bot.Target
		switch c := got.(type) {
		case bot.CheckAccounts:
			targets = c.Targets
			if c.All == (len(targets) > 0) {
				t.Errorf("%q: %#v", text, c)
			}
		case bot.ShowSpend:
			if !c.Target.ID.IsZero() {
				targets = append(targets, c.Target)
			}
			if c.Days < 1 || c.Days > bot.MaxDays || (c.By != "" && !slices.Contains(spend.Groupings(), c.By)) {
				t.Errorf("%q: %d days", text, c.Days)
			}
		}
		for _, target := range targets {
			if !stands(target.ID, text, accounts) {
				t.Errorf("%q does not name %s", text, target.ID)
			}
		}
		if trouble != nil && trouble.Suggest != "" {
			name, rest, _ := strings.Cut(trouble.Suggest, " ")
			if _, again := bot.Parse(name, rest, accounts); again != nil {
				t.Errorf("%q: suggested %q, which gives %q", text, trouble.Suggest, again.Sentence())
			}
		}
	})
}

// stands reports whether the letters and digits of the id, or of every word
// of its name, stand in the text: an oracle that knows nothing of tokens.
func stands(id account.ID, text string, accounts []account.Account) bool {
	seen := strings.Map(func(r rune) rune { // what cannot be seen may stand anywhere, in an escape as well
		if unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return r
		}
		return -1
	}, text)
	flat := compact(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(seen))
	if strings.Contains(flat, id.String()) {
		return true
	}
	return slices.ContainsFunc(accounts, func(a account.Account) bool {
		if a.ID != id || a.Name == "" {
			return false
		}
		return !slices.ContainsFunc(strings.Fields(a.Name), func(word string) bool { return !strings.Contains(flat, compact(word)) })
	})
}

func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}
