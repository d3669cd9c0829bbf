package bot_test

import (
	"strings"
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

// The example beside a refusal is an account that can be checked.
func TestExampleIsAnActiveAccount(t *testing.T) {
	var directory []account.Account
	for _, one := range []account.Account{{Name: "old-acquisition", State: account.Suspended}, {Name: "gone", State: account.Closed}, {Name: "data-lake", State: account.Active}} {
		id, err := account.ParseID("11112222333" + string(rune('0'+len(directory))))
		if err != nil {
			t.Fatal(err)
		}
		one.ID = id
		directory = append(directory, one)
	}
	for _, command := range []string{bot.RootCheck, bot.Spend} {
		_, trouble := bot.Parse(command, "nosuch-thing", directory)
		if trouble == nil || !strings.Contains(trouble.Next, "`"+command+" data-lake`") {
			t.Errorf("%s: %+v", command, trouble)
		}
	}
}
