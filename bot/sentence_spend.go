package bot

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// Known reports whether there are figures at all. Nothing but zeros beside a
// Trouble is an absence, never a bill of nothing.
func (m Money) Known() bool {
	zeros := m.Total.IsZero() && m.Usual.IsZero() && m.MonthToDate.IsZero()
	return m.Day != 0 && (m.Trouble == "" || !zeros)
}

// Figures is the newest day in words, without a full stop: "Fri 20 Nov
// $4,812, 6 % above the usual", with what is provisional said.
func (m Money) Figures() string {
	text := DayText(m.Day) + " " + MoneyFormat(m.Total, m.Currency)
	if against := Against(m.Total, m.Usual); against != "" {
		text += ", " + against
	}
	if m.Provisional {
		text += " (provisional, it may still rise)"
	}
	return text
}

func (m Money) sentences(lead string) []string {
	trouble := Clip(Clean(m.Trouble), 2*namedRunes)
	if !m.Known() {
		return []string{"Spend is not known, which is not zero: " + cmp.Or(trouble, "the bill was not read yet")}
	}
	parts := []string{lead + m.Figures()}
	if trouble != "" {
		parts = append(parts, "These figures are not the newest: "+trouble)
	}
	if m.OpenSpikes > 0 {
		parts = append(parts, m.SpikesText())
	}
	return parts
}

// SpikesText names the open spikes, without a full stop: "4 spend spikes are
// open: EC2 in prod-payments, S3 in data-lake, RDS in legacy-web and 1 more".
func (m Money) SpikesText() string {
	text := Count(m.OpenSpikes, "spend spike is", "spend spikes are") + " open"
	var names []string
	for _, name := range m.Spikes[:min(len(m.Spikes), MaxSpikes, m.OpenSpikes)] {
		if name = Clip(Clean(name), nameRunes); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return text
	}
	text += ": " + strings.Join(names, ", ")
	if more := m.OpenSpikes - len(names); more > 0 {
		text += " and " + Number(more) + " more"
	}
	return text
}

// AgainstUsual compares the day with the usual one of its weekday: "6 % above
// the usual Saturday", "" where nothing is usual.
func (m Money) AgainstUsual() string {
	switch against := Against(m.Total, m.Usual); against {
	case "", "as usual":
		return against
	default:
		return against + " " + m.Day.Weekday().String()
	}
}

// Sentence implements Message.
func (m SpikeAlert) Sentence() string {
	i := m.Incident
	where := SpikeSubject(i)
	if m.Acknowledged {
		return sentences(m.AcknowledgedBy() + " looks after the spend spike of " + where)
	}
	if early := m.earlySentence(); early != "" {
		return early
	}
	if m.Over() {
		back := fmt.Sprintf("Resolved: %s is back to the usual %s a day", where, m.money(i.Expected))
		switch {
		case i.NewUsual:
			back = fmt.Sprintf("No spike any more: what %s costs has lasted and is the new usual", where)
		case i.Reason.New():
			back = fmt.Sprintf("Resolved: the new spend in %s has stopped", where)
		}
		return sentences(back, m.cost())
	}
	lead, verb := "Spend spike: ", "cost"
	switch m.Word {
	case spend.Grew:
		lead, verb = "Spend spike grew: ", "reached"
	case spend.Still:
		lead = "Spend spike goes on: "
	case spend.Confirmed:
		lead = "Early sign confirmed: "
	}
	text := fmt.Sprintf("%s%s %s %s on %s", lead, where, verb, m.money(i.Actual), i.Day.Time().Format("2 Jan"))
	if i.Window > 1 {
		text = fmt.Sprintf("%s%s %s %s a day over the %d days to %s", lead, where, verb, m.money(i.Actual), i.Window, i.Day.Time().Format("2 Jan"))
	}
	if compared := m.compared(); compared != "" {
		text += ", " + compared
	}
	parts := []string{text}
	if m.Word == spend.Still {
		parts = append(parts, fmt.Sprintf("It has cost %s extra since %s", m.money(i.Extra), i.Since.Time().Format("2 Jan")))
	}
	if i.Provisional {
		parts = append(parts, "This figure is provisional and may still rise")
	}
	parts = append(parts, m.lean())
	if m.IfItLasts.IsPositive() {
		parts = append(parts, fmt.Sprintf("If it lasts, about %s more by the end of the month", m.money(m.IfItLasts)))
	}
	if who := m.AcknowledgedBy(); who != "" {
		parts = append(parts, "Acknowledged by "+who)
	}
	return sentences(parts...)
}

// HowSure says how sure the spike is, and how large for its account: "certain,
// 39 % of the account's usual day"; "" for an early sign, which says so itself.
func (m SpikeAlert) HowSure() string {
	i := m.Incident
	if i.Sure != spend.Certain && i.Sure != spend.Likely {
		return ""
	}
	text := string(i.Sure)
	if percent := 100 * i.Share; percent >= 1 {
		text += fmt.Sprintf(", %s %% of the account's usual day", Number(int(percent)))
	}
	return text
}

// AcknowledgedBy is who looks after the spike, by the name that the workspace
// gave or else by their user id; "" where nobody does.
func (m SpikeAlert) AcknowledgedBy() string {
	if m.Incident.AcknowledgedBy == "" {
		return ""
	}
	return Clip(cmp.Or(Clean(m.Incident.AcknowledgedName), Clean(m.Incident.AcknowledgedBy), "somebody"), nameRunes)
}

// Over reports whether the alert stands in its last form.
func (m SpikeAlert) Over() bool {
	return m.Word == spend.Over || (!m.Incident.Open && m.Incident.EndedOn != 0)
}

func (m SpikeAlert) compared() string {
	i := m.Incident
	switch {
	case i.Reason == spend.FirstRegion:
		return "the first spend in " + Clip(Clean(i.Region), nameRunes) + ", where this account never had any"
	case i.Reason == spend.FirstSpend:
		return "the first spend in a service this account never used"
	case i.Expected.IsPositive():
		return Times(i.Actual, i.Expected) + " the usual " + m.money(i.Expected)
	}
	return "where nothing is usual"
}

// cost is what the whole incident came to.
func (m SpikeAlert) cost() string {
	i := m.Incident
	days := int(i.EndedOn - i.Since)
	text := "It cost " + m.money(i.Extra) + " extra"
	if i.EndedOn != 0 && days > 0 {
		text += " over " + Count(days, "day", "days")
	}
	return text + ", " + m.money(i.Peak) + " on its highest day"
}

// Sentence implements Message.
func (m SpendAnswer) Sentence() string {
	parts := m.Money.sentences("")
	if !m.Money.Known() {
		parts[0] = "Spend of " + m.subject() + strings.TrimPrefix(parts[0], "Spend")
		return sentences(parts...)
	}
	parts[0] = m.Verdict()
	if m.Money.Provisional {
		parts[0] += " (provisional, it may still rise)"
	}
	month := []string{MoneyFormat(m.Money.MonthToDate, m.Money.Currency) + " this month to date"}
	if forecast := m.Money.ForecastText(); forecast != "" {
		month = append(month, forecast)
	}
	return sentences(append(parts[:1:1], append(month, parts[1:]...)...)...)
}

// Verdict is the answer in one line, without a full stop: "sandbox-dev spent
// $4,812 on Fri 20 Nov, 6 % above the usual Friday".
func (m SpendAnswer) Verdict() string {
	b := m.Money
	subject := m.subject()
	if subject == allAccounts {
		subject = capital(subject)
	}
	text := fmt.Sprintf("%s spent %s on %s", subject, MoneyFormat(b.Total, b.Currency), DayText(b.Day))
	if against := b.AgainstUsual(); against != "" {
		text += ", " + against
	}
	return text
}

// Column writes the amounts of the answer's table all with cents or all without.
func (m SpendAnswer) Column(rows []SpendRow) func(decimal.Decimal) string {
	var amounts []decimal.Decimal
	for _, r := range rows {
		amounts = append(amounts, r.Amount, r.Usual)
	}
	return MoneyColumn(m.Money.Currency, amounts...)
}

// allAccounts is the Subject of the bill of an organization.
const allAccounts = "all accounts"

func (m SpendAnswer) subject() string {
	return cmp.Or(Clip(Clean(cmp.Or(m.Subject, m.Account.String())), nameRunes), allAccounts)
}

func (m SpikeAlert) money(amount decimal.Decimal) string {
	return MoneyFormat(amount, m.Incident.Currency)
}

// Sentence implements Message.
func (m SpikeList) Sentence() string {
	var names []string
	for _, i := range m.Incidents[:min(len(m.Incidents), MaxSpikes)] {
		names = append(names, Clip(ServiceName(i.Service), nameRunes)+" in "+Clip(Label(i.AccountName, i.Account), nameRunes))
	}
	text := fmt.Sprintf("%s began at once, %s a day together", m.Heading(), MoneyFormat(m.Excess, m.Currency))
	if more := m.Total - len(names); more > 0 && len(names) > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) > 0 {
		text += ": " + strings.Join(names, ", ")
	}
	return Clip(Clean(text), sentenceRunes-1) + "."
}
