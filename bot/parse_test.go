package bot_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

var (
	mainOrg = account.Scope{Partition: "aws", Organization: "main"}
	labsOrg = account.Scope{Partition: "aws", Organization: "labs"}
)

func id(t testing.TB, s string) account.ID {
	t.Helper()
	parsed, err := account.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func listedAs(t testing.TB, scope account.Scope, digits, name string) account.Account {
	t.Helper()
	return account.Account{Scope: scope, ID: id(t, digits), Name: name, State: account.Active, Email: name + "@example.com"}
}

// directory has what goes wrong in real ones: a name twice, a name with
// blanks, one in another script, one that is a keyword, one that is a number.
func directory(t testing.TB) []account.Account {
	return []account.Account{
		listedAs(t, mainOrg, "123456789012", "prod-payments"),
		listedAs(t, mainOrg, "111122223333", "Data Lake"),
		listedAs(t, mainOrg, "444455556666", "sandbox"),
		listedAs(t, labsOrg, "222222222222", "Sandbox"),
		listedAs(t, mainOrg, "333333333333", "all"),
		listedAs(t, mainOrg, "555555555555", "2024"),
		listedAs(t, mainOrg, "666666666666", "R&D, Köln"),
		listedAs(t, mainOrg, "777777777777", "_scratch_"),
		listedAs(t, mainOrg, "888888888888", "O'Brien's"),
		listedAs(t, mainOrg, "999988887777", "7d"),
		listedAs(t, mainOrg, "100000000001", ""),
	}
}

func target(t testing.TB, digits string) bot.Target {
	t.Helper()
	for _, a := range directory(t) {
		if a.ID.String() == digits {
			return bot.Target{Scope: a.Scope, ID: a.ID}
		}
	}
	return bot.Target{ID: id(t, digits)}
}

func TestParseCheck(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // ids; nil: help; "all"
	}{
		{"empty is help", "", nil},
		{"blank is help", " \t\u00a0 ", nil},
		{"help", "help", nil},
		{"help in capitals", "HELP", nil},
		{"help as an option, with a smart dash", "\u2014help", nil},
		{"help behind a name", "prod-payments help", nil},
		{"all", "all", []string{"all"}},
		{"All, bold", "*All*", []string{"all"}},
		{"an account called all, in quotes", `"all"`, []string{"333333333333"}},
		{"id", "123456789012", []string{"123456789012"}},
		{"id with dashes", "1234-5678-9012", []string{"123456789012"}},
		{"id with hyphens U+2010", "1234\u20105678\u20109012", []string{"123456789012"}},
		{"id with non-breaking hyphens U+2011", "1234\u20115678\u20119012", []string{"123456789012"}},
		{"id with figure dashes U+2012", "1234\u20125678\u20129012", []string{"123456789012"}},
		{"id with en dashes U+2013", "1234\u20135678\u20139012", []string{"123456789012"}},
		{"id with em dashes U+2014", "1234\u20145678\u20149012", []string{"123456789012"}},
		{"id with minus signs U+2212", "1234\u22125678\u22129012", []string{"123456789012"}},
		{"id with small hyphens U+FE63", "1234\ufe635678\ufe639012", []string{"123456789012"}},
		{"id with full-width hyphens U+FF0D", "1234\uff0d5678\uff0d9012", []string{"123456789012"}},
		{"id in full-width digits", "１２３４５６７８９０１２", []string{"123456789012"}},
		{"id with zero-width spaces", "1234\u200b5678\u200b9012", []string{"123456789012"}},
		{"id in backticks", "`123456789012`", []string{"123456789012"}},
		{"id in bold", "*123456789012*", []string{"123456789012"}},
		{"id in bold italics", "_*123456789012*_", []string{"123456789012"}},
		{"id in smart quotes", "\u201c123456789012\u201d", []string{"123456789012"}},
		{"id that Slack took for a telephone", "<tel:123456789012|123456789012>", []string{"123456789012"}},
		{"id with a number sign", "#123456789012", []string{"123456789012"}},
		{"id at the end of a sentence", "123456789012.", []string{"123456789012"}},
		{"id that is not listed", "100000000099", []string{"100000000099"}},
		{"id of an account without a name", "100000000001", []string{"100000000001"}},
		{"name", "prod-payments", []string{"123456789012"}},
		{"name in capitals", "PROD-Payments", []string{"123456789012"}},
		{"name with an en dash", "prod\u2013payments", []string{"123456789012"}},
		{"name that Slack took for a link", "<http://prod-payments|prod-payments>", []string{"123456789012"}},
		{"name as a link without a label", "<http://prod-payments/>", []string{"123456789012"}},
		{"name as a channel", "<#C012345|prod-payments>", []string{"123456789012"}},
		{"name as a user", "<@U012345|prod-payments>", []string{"123456789012"}},
		{"name with blanks, quoted", `"data lake"`, []string{"111122223333"}},
		{"name with blanks, smart quotes", "\u201cData\u00a0Lake\u201d", []string{"111122223333"}},
		{"name with blanks, low quotes", "\u201eData Lake\u201c", []string{"111122223333"}},
		{"name with blanks, apostrophes", "\u2018data lake\u2019", []string{"111122223333"}},
		{"name with blanks, backticks", "`data lake`", []string{"111122223333"}},
		{"name with blanks, bold quotes", `*"data lake"*`, []string{"111122223333"}},
		{"name with blanks, bare", "data  lake", []string{"111122223333"}},
		{"name with a comma and an escape", `"r&amp;d, köln"`, []string{"666666666666"}},
		{"name with a decomposed umlaut", "\"r&amp;d, ko\u0308ln\"", []string{"666666666666"}},
		{"name that looks italic", "_scratch_", []string{"777777777777"}},
		{"name with apostrophes", "o\u2019brien\u2019s", []string{"888888888888"}},
		{"name that is a number", "2024", []string{"555555555555"}},
		{"several, commas", "123456789012, 100000000099,prod-payments", []string{"123456789012", "100000000099"}},
		{"several, blanks", "prod-payments \"data lake\" 2024", []string{"123456789012", "111122223333", "555555555555"}},
		{"twenty", strings.Join(generated(20), " "), generated(20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var want bot.Command = bot.ShowHelp{Command: "/rootcheck"}
			switch {
			case len(c.want) == 1 && c.want[0] == "all":
				want = bot.CheckAccounts{All: true}
			case c.want != nil:
				check := bot.CheckAccounts{}
				for _, digits := range c.want {
					check.Targets = append(check.Targets, target(t, digits))
				}
				want = check
			}
			got, trouble := bot.Parse("/rootcheck", c.text, directory(t))
			if trouble != nil {
				t.Fatalf("trouble: %s", trouble.Sentence())
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(sameID)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sameID(a, b account.ID) bool { return a == b }

// generated is n ids that are nobody's.
func generated(n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, "1000000001"+string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
	return ids
}

func TestParseSpend(t *testing.T) {
	for _, c := range []struct {
		text string
		want bot.Command
	}{
		{"", bot.ShowSpend{Days: 14}},
		{"all", bot.ShowSpend{Days: 14}},
		{"7d", bot.ShowSpend{Days: 7}},
		{"all 20d", bot.ShowSpend{Days: 20}},
		{"1D", bot.ShowSpend{Days: 1}},
		{"prod-payments", bot.ShowSpend{Target: target(t, "123456789012"), Days: 14}},
		{"７ｄ 1234-5678-9012", bot.ShowSpend{Target: target(t, "123456789012"), Days: 7}},
		{`"7d" 20d`, bot.ShowSpend{Target: target(t, "999988887777"), Days: 20}},
		{"data lake 7d", bot.ShowSpend{Target: target(t, "111122223333"), Days: 7}},
		{"100000000099", bot.ShowSpend{Target: target(t, "100000000099"), Days: 14}},
		{"by service", bot.ShowSpend{Days: 14, By: spend.ByService}},
		{"7d BY Region all", bot.ShowSpend{Days: 7, By: spend.ByRegion}},
		{"data lake *by* account, 20d", bot.ShowSpend{Target: target(t, "111122223333"), Days: 20, By: spend.ByAccount}},
		{"help", bot.ShowHelp{Command: "/spend"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, trouble := bot.Parse("/Spend", c.text, directory(t))
			if trouble != nil {
				t.Fatalf("trouble: %s", trouble.Sentence())
			}
			if diff := cmp.Diff(c.want, got, cmp.Comparer(sameID)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseTrouble(t *testing.T) {
	for _, c := range []struct {
		name, command, text string
		what, next, suggest string // parts of the answer; suggest whole
	}{
		{"eleven digits", "/rootcheck", "12345678901",
			"`12345678901` is not an account id: it has 11 digits, ids have 12.", "You typed: `/rootcheck 12345678901`", ""},
		{"thirteen digits", "/rootcheck", "1234-5678-90123", "it has 13 digits", "`/rootcheck all`", ""},
		{"one digit", "/spend", "5", "it has 1 digit, ids have 12.", "`/spend prod-payments 7d`", ""},
		{"typing error", "/rootcheck", "prod-paymets",
			"I do not know an account called `prod-paymets`.", "Closest match: `prod-payments` (123456789012).", "/rootcheck prod-payments"},
		{"typing error in a name with blanks", "/rootcheck", `"dta lake"`, "`dta lake`", "`Data Lake`", `/rootcheck "Data Lake"`},
		{"typing error in a bare name with blanks", "/rootcheck", "dta lake", "I do not know", "`Data Lake`", `/rootcheck "Data Lake"`},
		{"typing error beside good ones", "/rootcheck", "2024, prod-paymets 100000000099",
			"`prod-paymets`", "Closest match", "/rootcheck 2024 prod-payments 100000000099"},
		{"two typing errors", "/rootcheck", `prod-paymets, "R D Köln"`, "`prod-paymets` or `R D Köln`", "and `R&D, Köln`",
			`/rootcheck prod-payments 666666666666`},
		{"the beginning of a name", "/rootcheck", "prod", "`prod`", "Closest match: `prod-payments` (123456789012).", "/rootcheck prod-payments"},
		{"typing error with a window", "/spend", "prod-paymets 7d", "`prod-paymets`", "Closest", "/spend prod-payments 7d"},
		{"nearest name is shared", "/rootcheck", "sandbix", "`sandbix`", "Try", ""},
		{"nothing is near", "/rootcheck", "warehouse-europe", "`warehouse-europe`", "Try", ""},
		{"one of two has nothing near", "/rootcheck", "prod-paymets warehouse-europe", "`prod-paymets` or `warehouse-europe`", "Try", ""},
		{"short words are not all near each other", "/rootcheck", "xy", "`xy`", "Try", ""},
		{"an account's email is no name", "/rootcheck", "sandbox@example.com", "I do not know", "Try", ""},
		{"a name in two organizations", "/rootcheck", "sandbox", "`sandbox` is the name of 2 accounts.",
			"Ask by id: `444455556666` in main or `222222222222` in labs.", ""},
		{"all and more", "/rootcheck", "all prod-payments", "`all` already means every account", "", "/rootcheck all"},
		{"twenty-one", "/rootcheck", strings.Join(generated(21), ","), "21 accounts; one command takes 20 at most", "`/rootcheck all`", ""},
		{"two accounts in /spend", "/spend", "2024 prod-payments", "That names 2 accounts", "Try `/spend`", ""},
		{"too far back", "/spend", "30d", "`30d` is not a window I can show: 1d to 20d.", "", "/spend 20d"},
		{"too far back in an account", "/spend", "Prod-Payments 90d", "`90d`", "", "/spend prod-payments 20d"},
		{"too far back in a bare name with blanks", "/spend", "data lake 60d", "`60d`", "", `/spend "Data Lake" 20d`},
		{"typing error beside an account in /spend", "/spend", "2024 prod-paymets", "`prod-paymets`", "Try", ""},
		{"no days", "/spend", "0d", "`0d`", "", "/spend 1d"},
		{"too far back by service", "/spend", "by service prod-payments 30d", "`30d`", "", "/spend prod-payments 20d by service"},
		{"typing error by region", "/spend", "prod-paymets by region", "`prod-paymets`", "Closest", "/spend prod-payments by region"},
		{"by what", "/spend", "by", "`by` what?", "`/spend by service`", ""},
		{"by something else", "/spend", "by tag", "I cannot show a bill by `tag`.", "`/spend by service`", ""},
		{"by two", "/spend", "by region by service", "That says `by` twice.", "`/spend by service`", ""},
		{"two windows", "/spend", "7d 14d", "two windows: `7d` and `14d`", "", ""},
		{"another command", "/deploy", "prod", "I do not know the command `/deploy`.", "", ""},
		{"far too long", "/rootcheck", strings.Repeat("x", 3001), "more text than a command can hold", "You typed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, trouble := bot.Parse(c.command, c.text, directory(t))
			if trouble == nil {
				t.Fatalf("understood as %#v", got)
			}
			if got != nil {
				t.Errorf("both a command and a trouble: %#v", got)
			}
			if !strings.Contains(trouble.What, c.what) {
				t.Errorf("what: %q, want %q", trouble.What, c.what)
			}
			if !strings.Contains(trouble.Next, c.next) {
				t.Errorf("next: %q, want %q", trouble.Next, c.next)
			}
			if trouble.Suggest != c.suggest {
				t.Errorf("suggest: %q, want %q", trouble.Suggest, c.suggest)
			}
		})
	}
}

func TestParseBeforeTheFirstListing(t *testing.T) {
	_, trouble := bot.Parse("/rootcheck", "prod-payments", nil)
	if trouble == nil || !strings.Contains(trouble.What, "not listed yet") || !strings.Contains(trouble.Next, "Ask by id") {
		t.Errorf("a name without a directory: %+v", trouble)
	}
	got, trouble := bot.Parse("/rootcheck", "123456789012", nil)
	if trouble != nil {
		t.Fatal(trouble.Sentence())
	}
	want := bot.CheckAccounts{Targets: []bot.Target{{ID: id(t, "123456789012")}}}
	if diff := cmp.Diff(bot.Command(want), got, cmp.Comparer(sameID)); diff != "" {
		t.Error(diff)
	}
}

func TestParseIDInTwoOrganizations(t *testing.T) {
	twice := []account.Account{listedAs(t, mainOrg, "123456789012", "a"), listedAs(t, labsOrg, "123456789012", "b")}
	if got, trouble := bot.Parse("/rootcheck", "123456789012", twice); trouble == nil {
		t.Errorf("guessed an organization: %#v", got)
	}
}

func TestParseRepeatsNothingDangerous(t *testing.T) {
	evil := "x\x1b[31m\u202e`<!channel>\u0007" + strings.Repeat("y", 500)
	_, trouble := bot.Parse("/rootcheck", evil, directory(t))
	if trouble == nil {
		t.Fatal("understood")
	}
	for _, part := range []string{trouble.What, trouble.Meaning, trouble.Next, trouble.Suggest} {
		if len([]rune(part)) > 300 || strings.ContainsFunc(part, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("repeated too much: %q", part)
		}
		if strings.Count(part, "`")%2 != 0 {
			t.Errorf("the quotation can be left: %q", part)
		}
	}
}

// Every form that help shows works as it stands.
func TestHelpParses(t *testing.T) {
	accounts := append(directory(t), listedAs(t, mainOrg, "100000000002", "prod payments"))
	for _, command := range []string{bot.RootCheck, bot.Spend} {
		for _, line := range bot.HelpLines(command) {
			text := strings.Replace(strings.TrimPrefix(line.Usage, command), "ACCOUNT", "123456789012", 1)
			text = strings.Replace(text, "ACCOUNT", "prod-payments", 1)
			if _, trouble := bot.Parse(command, text, accounts); trouble != nil {
				t.Errorf("%s: %s", line.Usage, trouble.Sentence())
			}
			if strings.TrimSpace(line.Does) == "" {
				t.Errorf("%s does not say what it does", line.Usage)
			}
		}
	}
}

func TestSubject(t *testing.T) {
	check := func(ids ...string) bot.Command {
		var c bot.CheckAccounts
		for _, digits := range ids {
			c.Targets = append(c.Targets, target(t, digits))
		}
		return c
	}
	for _, c := range []struct {
		cmd  bot.Command
		want string
	}{
		{bot.CheckAccounts{All: true}, "all accounts"},
		{check("123456789012"), "prod-payments"},
		{check("100000000099"), "100000000099"},
		{check("123456789012", "111122223333", "100000000001"), "prod-payments, Data Lake and 100000000001"},
		{check(generated(4)...), "4 accounts"},
		{bot.ShowSpend{Days: 7}, "all accounts"},
		{bot.ShowSpend{Target: target(t, "123456789012")}, "prod-payments"},
		{bot.ShowHelp{Command: "/spend"}, "/spend"},
	} {
		if got := bot.Subject(c.cmd, directory(t)); got != c.want {
			t.Errorf("%#v: %q, want %q", c.cmd, got, c.want)
		}
	}
}
