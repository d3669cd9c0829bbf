package slack

import (
	"encoding/json"
	"fmt"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// Slack's limits of a view; ours keeps away from the bytes, which nobody counts alike.
const (
	maxViewBlocks = 100
	maxViewBytes  = 200_000
)

// homeCallback names our App Home, and its form, in what Slack sends back.
const homeCallback = "home_v1"

// DrawHome is App Home in Block Kit: for each organization four numbers, then
// what needs a person, then spikes, what cannot be read, and the bot's own
// health. It is pure, and keeps Slack's limits whatever h holds.
func DrawHome(h bot.Home) slackgo.HomeTabViewRequest {
	view := slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, CallbackID: homeCallback}
	for _, p := range pens {
		p.public = true
		if view.Blocks.BlockSet = p.home(h); fitsView(view) {
			return view
		}
	}
	view.Blocks.BlockSet = tightest().homeInLines(h)
	return view
}

func tightest() pen { return pens[len(pens)-1] }

func fitsView(v slackgo.HomeTabViewRequest) bool {
	b, err := json.Marshal(v)
	return err == nil && len(v.Blocks.BlockSet) <= maxViewBlocks && len(b) <= maxViewBytes
}

func (p pen) home(h bot.Home) []slackgo.Block {
	blocks := homeHead(h)
	fix := 0
	for _, part := range h.Parts {
		blocks = append(blocks, slackgo.NewDividerBlock())
		if len(h.Parts) > 1 {
			blocks = append(blocks, header("Organization "+tidy(part.Organization, p.name)))
		}
		blocks = append(blocks, fourNumbers(part))
		blocks = append(blocks, p.needsAPerson(part.Fleet, &fix)...)
		blocks = append(blocks, p.homeSpikes(part, &fix)...)
		if dark := p.unreadable(part.Coverage); dark != nil {
			blocks = append(blocks, dark)
		}
		blocks = append(blocks, p.health(part)...)
	}
	return append(blocks, note("Type `/rootcheck help` or `/spend help` anywhere."))
}

// homeHead says what this is, how old it is, and what can be done here.
func homeHead(h bot.Home) []slackgo.Block {
	when := "Nothing has been looked at yet"
	if !h.At.IsZero() {
		when = "Updated " + instant(h.At) + ", in your own time zone"
	}
	all := ask(bot.RootCheck+" all", "Check all accounts", "")
	all.confirm = slackgo.NewConfirmationBlockObject(plainText("Check every account?", 100),
		plainText("All accounts of all organizations are read again. The answer comes as a direct message.", 300), plainText("Check", 30), plainText("Cancel", 30))
	blocks := []slackgo.Block{header("Rootwatch"), note(when)}
	blocks = append(blocks, row(
		offer{action: actAskForm, label: "Check accounts...", spoken: "Check accounts: opens a form", primary: true},
		all,
		offer{action: actRefresh, label: "Refresh", spoken: "Refresh this page"},
	)...)
	if len(h.Parts) == 0 {
		blocks = append(blocks, section("No organization is configured, so nothing is watched."))
	}
	return blocks
}

// fourNumbers is how the organization stands.
func fourNumbers(part bot.HomePart) slackgo.Block {
	c := part.Coverage
	clean, open := number(part.Clean)+" of "+number(c.Accounts), number(part.OpenTotal)
	if c.Accounts == 0 {
		clean, open = "none listed yet", "not known"
	} else if len(part.Open) > 0 {
		open += ", worst: " + string(part.Open[0].Severity)
	}
	if accepted := part.Accepted.String(); accepted != "" {
		open += "; " + accepted
	}
	month, spikes := "switched off", "switched off"
	if m := part.Money; m != nil {
		month, spikes = "not known", number(m.OpenSpikes)
		if m.Known() {
			month = money(m.MonthToDate, m.Currency) + mayRise(m.Provisional)
		}
	}
	return fields("*Accounts without findings*\n"+clean, "*Open findings*\n"+open, "*Spend this month*\n"+month, "*Open spikes*\n"+spikes)
}

// needsAPerson lists the worst open findings, each with how to mend it.
func (p pen) needsAPerson(f bot.Fleet, fix *int) []slackgo.Block {
	if f.Coverage.Accounts == 0 {
		return []slackgo.Block{section("*Needs a person*", "No account is listed yet; that is not a pass.")}
	}
	if len(f.Open) == 0 {
		return []slackgo.Block{section("*Needs a person*", "No finding is open in what could be read.")}
	}
	blocks := []slackgo.Block{section("*Needs a person*")}
	shown := f.Open[:min(len(f.Open), p.items)]
	for _, l := range shown {
		*fix++
		line := severityMark(l.Severity) + " *" + capital(string(l.Severity)) + "*  " + p.who(l.AccountName, l.AccountID) + "  " + escape(short(l), 80)
		if age := bot.Age(l.Since, f.ObservedAt); age != "" {
			line += ", " + age
		}
		blocks = append(blocks, sectionWith(line, offer{
			action: actFix, value: pressValue{Scope: f.Scope, Account: l.AccountID}, label: "How to fix",
			spoken: tidy("How to fix: "+short(l)+" in "+bot.Label(l.AccountName, l.AccountID), maxLabel),
		}, *fix))
	}
	if hidden := f.OpenTotal - len(shown); hidden > 0 {
		blocks = append(blocks, note("And "+bot.Count(hidden, "more open finding", "more open findings")+". Ask `/rootcheck` with an account for its own."))
	}
	return blocks
}

// homeSpikes lists the open spikes, each with why it fired.
func (p pen) homeSpikes(part bot.HomePart, n *int) []slackgo.Block {
	if len(part.Spikes) == 0 {
		return nil
	}
	blocks := []slackgo.Block{section("*Spend spikes*")}
	shown := part.Spikes[:min(len(part.Spikes), p.items)]
	for _, i := range shown {
		*n++
		m := bot.SpikeAlert{Scope: part.Scope, Incident: i}
		line := ":chart_with_upwards_trend: *" + p.subject(i) + "*  " + money(i.Actual, i.Currency) + " on " + day(i.Day) + mayRise(i.Provisional) + ", usual " + usual(i)
		if seen := p.acknowledged(m); seen != "" {
			line += "\n" + seen
		}
		blocks = append(blocks, sectionWith(line, offer{
			action: actExplain, value: pressValue{Scope: part.Scope, Key: bot.SpikeKey(i)}, label: "Why it fired",
			spoken: tidy("Why it fired: "+bot.ServiceName(i.Service)+" in "+bot.Label(i.AccountName, i.Account), maxLabel),
		}, *n))
	}
	if m := part.Money; m != nil && m.OpenSpikes > len(shown) {
		blocks = append(blocks, note("And "+bot.Count(m.OpenSpikes-len(shown), "more open spike", "more open spikes")+"."))
	}
	return blocks
}

// health is how the bot itself does: what it could not do, and what is next.
func (p pen) health(part bot.HomePart) []slackgo.Block {
	trouble := part.Trouble
	if m := part.Money; m != nil && m.Trouble != "" {
		trouble = append([]string{m.Trouble}, trouble...)
	}
	lines := []string{"*The bot itself*"}
	for i, t := range trouble {
		if i == p.items {
			lines = append(lines, fmt.Sprintf("And %d more.", len(trouble)-i))
			break
		}
		lines = append(lines, ":warning: "+p.say(t))
	}
	if len(trouble) == 0 {
		lines = append(lines, ":white_check_mark: Everything that was due was done.")
	}
	blocks := []slackgo.Block{section(lines...)}
	if facts := healthFacts(part); join(facts, "") != "" {
		blocks = append(blocks, note(facts...))
	}
	return blocks
}

func healthFacts(part bot.HomePart) []string {
	var facts []string
	if !part.ObservedAt.IsZero() {
		facts = append(facts, "Oldest check "+instant(part.ObservedAt))
	}
	if m := part.Money; m != nil {
		facts = append(facts, freshness(*m)...)
		facts = append(facts, requests(*m, false))
	}
	if !part.NextDigest.IsZero() {
		facts = append(facts, "Next digest "+instant(part.NextDigest))
	}
	return facts
}

// sectionWith is a line with a button beside it.
func sectionWith(line string, o offer, nth int) slackgo.Block {
	var beside *slackgo.Accessory
	if b := o.button(nth); b != nil {
		beside = slackgo.NewAccessory(b)
	}
	return slackgo.NewSectionBlock(markdown(join([]string{line}, "")), nil, beside)
}

// homeInLines is for more organizations than a page holds: a line for each.
func (p pen) homeInLines(h bot.Home) []slackgo.Block {
	blocks := homeHead(h)
	for i, part := range h.Parts {
		if len(blocks) == maxViewBlocks-1 {
			return append(blocks, note("And "+bot.Count(len(h.Parts)-i, "more organization", "more organizations")+"."))
		}
		spikes := 0
		if part.Money != nil {
			spikes = part.Money.OpenSpikes
		}
		blocks = append(blocks, section("*"+p.esc(part.Organization)+"*  "+coverageLine(part.Fleet)+" "+
			bot.Count(part.OpenTotal, "finding", "findings")+" open, "+bot.Count(spikes, "spike", "spikes")+"."))
	}
	return blocks
}
