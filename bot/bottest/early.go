package bottest

import (
	"rootwatch/bot"
	"rootwatch/checks/spend"
)

// earlySign is a rise that AWS's estimates show and Cost Explorer does not yet.
func earlySign(reply bool) bot.SpikeAlert {
	m := SpikeAlert()
	m.Reply = reply
	if reply {
		m.Word = spend.Grew
	}
	i := &m.Incident
	i.Sure, i.Provisional, i.Day, i.Since = spend.Early, true, day("2026-11-21"), day("2026-11-20")
	i.Why = "AWS's estimated charges rose by $1,930.12 a day in the 24 hours up to Sat 21 Nov 18:00 UTC, and $565.40 is usual by Cost Explorer's days of the week; an early sign takes $12.50 and 25 % more."
	i.Drivers = []spend.Driver{{Name: "Amazon SageMaker", Excess: usd("140")}}
	return m
}

// earlyOfAccount is one that no service explains.
func earlyOfAccount() bot.SpikeAlert {
	m := earlySign(false)
	m.Incident.Service, m.Incident.Drivers = spend.AllServices, nil
	return m
}

// withdrawnSign is one that Cost Explorer did not confirm.
func withdrawnSign(reply bool) bot.SpikeAlert {
	m := earlySign(reply)
	m.Word = spend.Withdrew
	m.Incident.Open, m.Incident.Withdrawn, m.Incident.EndedOn = false, true, day("2026-11-22")
	m.Incident.Why = "Cost Explorer shows $571.00 on Sat 21 Nov, where $565.40 is usual; that is no spike."
	return m
}

// confirmedSign is the incident that took its place.
func confirmedSign(reply bool) bot.SpikeAlert {
	m := SpikeAlert()
	m.Word, m.Reply = spend.Confirmed, reply
	m.Incident.EarlySign = &spend.EarlySign{Key: m.Incident.Key, Since: day("2026-11-20"), Actual: usd("1930.12")}
	return m
}

// earlyList is several early signs at once.
func earlyList() bot.SpikeList {
	m := spikeList(3, 4)
	m.Early = true
	return m
}
