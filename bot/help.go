package bot

// The commands we answer.
const (
	RootCheck = "/rootcheck"
	Spend     = "/spend"
)

// MaxTargets is how many accounts one command may name; more is what `all` is for.
const MaxTargets = 20

// DefaultDays and MaxDays bound the chart of /spend: two weeks show each
// weekday twice, and a Slack chart has room for 20 points (slack/limits.json).
const (
	DefaultDays = 14
	MaxDays     = 20
)

// HelpLine is one form of a command and what it does.
type HelpLine struct{ Usage, Does string }

// HelpLines explains a command, or both where it is neither. The help
// message and docs/commands.md are drawn from it.
func HelpLines(command string) []HelpLine {
	check := []HelpLine{
		{"/rootcheck ACCOUNT", "Checks the root user of one account, by its id (123456789012 or 1234-5678-9012), its name or an alias."},
		{`/rootcheck "prod payments"`, "The same for a name with spaces or commas in it."},
		{"/rootcheck ACCOUNT, ACCOUNT", "Checks several accounts, 20 at most, separated by commas or spaces."},
		{"/rootcheck all", "Checks every account of every organization."},
		{"/rootcheck help", "Shows these lines, and so does /rootcheck alone."},
	}
	money := []HelpLine{
		{"/spend", "Shows what all accounts cost a day, over the last 14 days. So does /spend all."},
		{"/spend ACCOUNT", "Shows one account, by its id, its name or an alias."},
		{"/spend ACCOUNT 7d", "Looks back another number of days: 1d to 20d, for an account or for all."},
		{"/spend by service", "Shows where the money went: by account, by service or by region. Goes with an account and days as well."},
		{"/spend help", "Shows these lines. /spend reads what is stored and asks AWS nothing, so it costs nothing."},
	}
	switch canonical(command) {
	case RootCheck:
		return check
	case Spend:
		return money
	}
	return append(check, money...)
}
