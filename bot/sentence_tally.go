package bot

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"rootwatch/checks/spend"
)

// ForecastText is the month's forecast with its range, without a full stop:
// "Forecast for November $125,000 ($119,000 to $131,000, 8 times in 10)"; ""
// where there is none.
func (m Money) ForecastText() string {
	f := m.Forecast
	if f == nil || !f.Known() {
		return ""
	}
	write := func(d decimal.Decimal) string { return MoneyFormat(d, m.Currency) }
	text := "Forecast for " + f.Month.Time().Month().String() + " " + write(f.Total)
	if f.Low.Equal(f.High) {
		return text
	}
	return fmt.Sprintf("%s (%s to %s, %d times in 10)", text, write(f.Low), write(f.High), spend.ForecastLevel/10)
}

// NoForecast is why there is no forecast, a sentence; "" where there is one,
// or nobody asked.
func (m Money) NoForecast() string {
	if m.Forecast == nil {
		return ""
	}
	return m.Forecast.Why
}

// AfterCreditsText is the month's whole bill beside what was used, without a
// full stop; "" where nothing lies between them, or it is not known.
func (m Money) AfterCreditsText() string {
	switch {
	case m.AfterCredits != nil && !m.Adjustments.IsZero():
		return fmt.Sprintf("%s after credits, refunds, fees and tax (%s)", MoneyFormat(*m.AfterCredits, m.Currency), Difference(m.Adjustments, m.Currency))
	case m.AfterCredits == nil && !m.Adjustments.IsZero():
		return "credits, refunds, fees and tax apart: " + MoneyFormat(m.Adjustments, m.Currency)
	}
	return ""
}

// MonthText is the month to date with the bill after credits and the forecast,
// in sentences.
func (m Money) MonthText() string {
	text := "Month to date " + MoneyFormat(m.MonthToDate, m.Currency)
	if after := m.AfterCreditsText(); after != "" {
		text += "; " + after
	}
	text += "."
	if forecast := m.ForecastText(); forecast != "" {
		text += " " + forecast + "."
	}
	return text
}

// TallyName is what a row of a tally is called.
func TallyName(by spend.By, r spend.TallyRow) string {
	switch {
	case r.More > 0:
		return "and " + Number(r.More) + " more"
	case by == spend.ByService:
		return ServiceName(r.Name)
	case by == spend.ByRegion:
		if name := Clip(Clean(r.Name), nameRunes); name != "" {
			return name
		}
		return "no region"
	}
	return Label(r.Name, r.Account)
}

// TallyColumn is the title of the column of names.
func TallyColumn(by spend.By) string { return capital(string(by)) }

// ShareText is a row's part of the whole, "12 %".
func ShareText(r spend.TallyRow) string {
	switch {
	case r.Share == 0:
		return ""
	case r.Share < 1 && r.Share > 0:
		return "< 1 %"
	}
	return fmt.Sprintf("%.0f %%", r.Share)
}

// ChangeText compares a row's day with one of the four weeks before: "+12 %",
// "-100 %", "12 times", "new"; "" where there is nothing to compare with.
func ChangeText(r spend.TallyRow) string {
	switch {
	case !r.Compared:
		return ""
	case r.Change == nil && r.Before.IsZero() && r.Total.IsPositive():
		return "new"
	case r.Change == nil:
		return ""
	case *r.Change >= 900:
		return Times(r.PerDay, r.Before)
	}
	text := fmt.Sprintf("%.0f %%", *r.Change)
	if text == "0 %" || text == "-0 %" {
		return "0 %"
	}
	return Signed(text)
}

// TallyDays is which days a tally is of: "Sat 7 Nov to Fri 20 Nov 2026".
func TallyDays(t spend.Tally) string {
	if t.From == t.To {
		return DayText(t.To) + t.To.Time().Format(" 2006")
	}
	return DayText(t.From) + yearBeside(t.From, t.To) + " to " + DayText(t.To) + t.To.Time().Format(" 2006")
}

func yearBeside(day, other spend.Day) string {
	if day.Time().Year() == other.Time().Year() {
		return ""
	}
	return day.Time().Format(" 2006")
}

// TallyFacts are what stands below a tally: what lies apart, and what is missing.
func TallyFacts(t spend.Tally) []string {
	var facts []string
	if !t.Apart.IsZero() {
		facts = append(facts, "Credits, refunds, fees and tax of these days, in no row: "+MoneyFormat(t.Apart, t.Currency))
	}
	if len(t.Elsewhere) > 0 {
		facts = append(facts, "Some of them are in "+Clip(Clean(strings.Join(t.Elsewhere, ", ")), nameRunes)+", which has no sum with "+Clip(Clean(t.Currency), nameRunes))
	}
	if t.Missing > 0 {
		facts = append(facts, fmt.Sprintf("%s of these days %s not in the store, which does not mean that nothing was spent", Number(t.Missing), map[bool]string{true: "is", false: "are"}[t.Missing == 1]))
	}
	if t.By == spend.ByRegion && len(t.Rows) > 0 && strings.TrimSpace(t.Rows[0].Name) == "" && len(t.Rows) == 1 {
		facts = append(facts, "The stored bill does not say in which regions this was spent")
	}
	return append(facts, fmt.Sprintf("Change: a day against one of the %s before", Count(spend.TallyBefore, "day", "days")))
}
