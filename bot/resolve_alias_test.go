package bot_test

import (
	"testing"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

func TestParseAlias(t *testing.T) {
	id, err := account.ParseID("111122223333")
	if err != nil {
		t.Fatal(err)
	}
	directory := []account.Account{{ID: id, Name: "org-management", Aliases: []string{"payer", "root-org"}}}
	for _, text := range []string{"payer", "PAYER", "root-org", "org-management", "payer payer"} {
		command, trouble := bot.Parse(bot.RootCheck, text, directory)
		if trouble != nil {
			t.Errorf("%q: %+v", text, trouble)
			continue
		}
		if c, ok := command.(bot.CheckAccounts); !ok || len(c.Targets) != 1 || c.Targets[0].ID != id {
			t.Errorf("%q means %+v", text, command)
		}
	}
	if _, trouble := bot.Parse(bot.RootCheck, "paier", directory); trouble == nil || trouble.Suggest != "/rootcheck org-management" {
		t.Errorf("a typing error of an alias: %+v", trouble)
	}
}
