package app

import (
	"testing"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// What a terminal is told to type is the terminal's grammar, and names
// accounts that are there.
func TestUsageIsTheTerminals(t *testing.T) {
	known := []account.Account{{ID: accountID(t, 7), Name: "data lake"}}
	for _, tt := range []struct {
		command, text string
		typed         string
		known         []account.Account
		want          string
	}{
		{bot.Spend, "nosuch 14d", "spend", known, `I do not know an account called nosuch. Try rootwatch spend, rootwatch spend "data lake" or rootwatch spend "data lake" --days 7.`},
		{bot.Spend, "12 14d", "spend", nil, "12 is not an account id: it has 2 digits, ids have 12. Try rootwatch spend, rootwatch spend 123456789012 or rootwatch spend 123456789012 --days 7."},
		{bot.Spend, "data-lak 9d", "spend", known, `I do not know an account called data-lak. Did you mean rootwatch spend "data lake" --days 9?`},
		{bot.RootCheck, "nosuch", "check", known, `I do not know an account called nosuch. Try rootwatch check "data lake" or rootwatch check --all.`},
		{bot.RootCheck, "all data", "check", known, "all already means every account; more words beside it are not clear to me. Did you mean rootwatch check --all?"},
	} {
		_, trouble := bot.Parse(tt.command, tt.text, tt.known)
		if trouble == nil {
			t.Fatalf("%s %s is understood", tt.command, tt.text)
		}
		if got := usage(trouble, tt.typed).Error(); got != tt.want {
			t.Errorf("%s %s:\n got %s\nwant %s", tt.command, tt.text, got, tt.want)
		}
	}
}
