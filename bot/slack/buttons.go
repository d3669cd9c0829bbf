package slack

import (
	"strconv"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// Slack's limits of a button, and how many stand in a row on a phone.
const (
	maxLabel   = 75
	maxButtons = 5
)

// offer is a button before it is drawn.
type offer struct {
	action  string
	value   pressValue
	label   string
	spoken  string // for a screen reader, where the label repeats or leaves something out
	primary bool
	confirm *slackgo.ConfirmationBlockObject
}

// button draws the offer as the nth of its action in the message (0: the only
// one); nil where what it would have to carry is too long.
func (o offer) button(n int) *slackgo.ButtonBlockElement {
	value, label := o.value.value(), tidy(o.label, maxLabel)
	if value == "" || label == "" {
		return nil
	}
	id := o.action
	if n > 0 {
		id += "." + strconv.Itoa(n)
	}
	b := slackgo.NewButtonBlockElement(id, value, plainText(label, maxLabel))
	b.AccessibilityLabel = tidy(o.spoken, maxLabel)
	b.Confirm = o.confirm
	if o.primary {
		b.Style = slackgo.StylePrimary
	}
	return b
}

// row is the message's one block of buttons, none where there is none.
func row(offers ...offer) []slackgo.Block {
	total, drawn := map[string]int{}, map[string]int{}
	for _, o := range offers {
		total[o.action]++
	}
	var elements []slackgo.BlockElement
	for _, o := range offers {
		n := 0
		if total[o.action] > 1 {
			drawn[o.action]++
			n = drawn[o.action]
		}
		if b := o.button(n); b != nil && len(elements) < maxButtons {
			elements = append(elements, b)
		}
	}
	if len(elements) == 0 {
		return nil
	}
	return []slackgo.Block{slackgo.NewActionBlock("", elements...)}
}

// ask is a button for a whole command.
func ask(command, label, spoken string) offer {
	return offer{action: actAsk, value: pressValue{Command: command}, label: label, spoken: spoken}
}

// checkOf asks for one account. It names the account by its id: a name may be
// anybody's text.
func (p pen) checkOf(name string, id account.ID) offer {
	return ask(bot.RootCheck+" "+id.String(), "Check "+tidy(bot.Label(name, id), p.name), "Check the root user of "+bot.LabelID(name, id))
}

// spendOf asks for the bill of one account.
func (p pen) spendOf(name string, id account.ID) offer {
	return ask(bot.Spend+" "+id.String(), "Bill of "+tidy(bot.Label(name, id), p.name), "Show the bill of "+bot.LabelID(name, id))
}

// checksOf asks for the accounts of the first lines, each once, n at most.
func (p pen) checksOf(n int, lines ...bot.Line) []offer {
	var offers []offer
	seen := map[account.ID]bool{}
	for _, l := range lines {
		if len(offers) < n && !l.AccountID.IsZero() && !seen[l.AccountID] {
			seen[l.AccountID] = true
			offers = append(offers, p.checkOf(l.AccountName, l.AccountID))
		}
	}
	return offers
}

// rootButtons stand below the answer for one account.
func (p pen) rootButtons(m bot.RootAnswer) []slackgo.Block {
	r := m.Report
	if r.AccountID.IsZero() {
		return nil
	}
	value := pressValue{Scope: r.Scope, Account: r.AccountID}
	offers := []offer{{action: actCheck, value: value, label: "Check again"}}
	if len(bot.TallyOf(r).Failing) > 0 {
		offers = append(offers, offer{action: actFix, value: value, label: "How to fix"})
	}
	if !p.public {
		offers = append(offers, offer{action: actShow, value: value, label: "Show to channel"})
	}
	return row(offers...)
}

// spikeButtons stand below an alert for as long as it is open. The only
// primary one goes once somebody looks after it.
func (p pen) spikeButtons(m bot.SpikeAlert) []slackgo.Block {
	i := m.Incident
	value := pressValue{Scope: m.Scope, Key: bot.SpikeKey(i)}
	var offers []offer
	if m.AcknowledgedBy() == "" {
		offers = append(offers, offer{action: actAcknowledge, value: value, label: "Acknowledge", primary: true,
			spoken: tidy("Acknowledge the spike of "+bot.ServiceName(i.Service)+" in "+bot.Label(i.AccountName, i.Account), maxLabel)})
	}
	offers = append(offers, offer{action: actExplain, value: value, label: "Why it fired"})
	if !i.Account.IsZero() {
		check := p.checkOf(i.AccountName, i.Account)
		check.label = "Check the account"
		offers = append(offers, check)
	}
	return row(offers...)
}

// listButtons lead from a list of spikes to the bills of the first accounts in it.
func (p pen) listButtons(incidents []spend.Incident) []slackgo.Block {
	offers := []offer{ask(bot.Spend, "See the whole bill", "Show the bill of all accounts")}
	seen := map[account.ID]bool{}
	for _, i := range incidents {
		if len(offers) < 4 && !seen[i.Account] && !i.Account.IsZero() {
			seen[i.Account] = true
			offers = append(offers, p.spendOf(i.AccountName, i.Account))
		}
	}
	return row(offers...)
}

// digestButtons lead from the day to the accounts in it, to all, and to the bill.
func (p pen) digestButtons(m bot.Digest) []slackgo.Block {
	offers := p.checksOf(2, append(m.New[:len(m.New):len(m.New)], m.Open...)...)
	offers = append(offers, ask(bot.RootCheck+" all", "Check all accounts", ""))
	if m.Money != nil {
		offers = append(offers, ask(bot.Spend, "See the bill", "Show the bill of all accounts"))
	}
	return row(offers...)
}

// troubleButtons offer what was probably meant.
func (p pen) troubleButtons(m bot.Trouble) []slackgo.Block {
	if m.Suggest == "" {
		return nil
	}
	return row(ask(m.Suggest, "Yes, ask "+tidy(m.Suggest, maxLabel-len("Yes, ask ")), ""))
}
