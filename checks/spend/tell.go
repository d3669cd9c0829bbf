package spend

import "slices"

// LedgerDays is how many days before today a Watch should be shown: what it
// keeps. Less is judged on what there is.
const LedgerDays = depth - ages

// Tell compares what a Watch remembers of an account with what is stored of
// it, and says what is new: it says nothing twice, however often it is asked.
//
// told are all stored incidents of the account that are open or ended within
// RelapseDays; now are Watch.Incidents. One that the store does not know is
// told (First) if its first word is of a look on or after since; if it is older
// it was no news of these days, and is stored in silence while it is open. One that is open in
// the store and that the Watch does not find any more, with other settings say,
// is over.
func Tell(told, now []Incident, since, today Day) []Utterance {
	var all []Utterance
	known := map[int]bool{}
	for _, i := range now {
		n := slices.IndexFunc(told, func(t Incident) bool { return sameIncident(t, i) })
		switch {
		case n >= 0:
			known[n] = true
			if word := wordFor(told[n], i); word != Quiet {
				all = append(all, Utterance{likeTold(told[n], i), word})
			}
		case i.FirstTold >= since:
			all = append(all, Utterance{i, First})
		case i.Open:
			all = append(all, Utterance{i, Quiet})
		}
	}
	for n, t := range told {
		if known[n] || !t.Open || t.Sure == Early || t.FirstTold >= today {
			continue
		}
		t.Open, t.EndedOn, t.ToldDay = false, max(today-SettledAfter, t.Since+1), today-SettledAfter
		t.Why = "The comparison finds no rise in it any more."
		all = append(all, Utterance{t, Over})
	}
	return all
}

// sameIncident matches a stored incident with one that was found again. What
// an account's message leads with may change with the settings, its time less.
func sameIncident(told, now Incident) bool {
	if told.Account != now.Account || told.Sure == Early {
		return false
	}
	return told.FirstTold == now.FirstTold || told.Key == now.Key && told.Since == now.Since
}

// likeTold keeps what names the incident and what people did to it.
func likeTold(told, now Incident) Incident {
	now.Key, now.Since, now.FirstTold, now.AccountName = told.Key, told.Since, told.FirstTold, told.AccountName
	now.EarlySign, now.Campaign = told.EarlySign, told.Campaign
	now.AcknowledgedBy, now.AcknowledgedAt, now.AcknowledgedName = told.AcknowledgedBy, told.AcknowledgedAt, told.AcknowledgedName
	return now
}

func wordFor(told, now Incident) Word {
	switch {
	case !told.Open && !now.Open:
		return Quiet
	case told.Open && !now.Open:
		return Over
	case !told.Open:
		return Still // it is back
	case now.ToldOn > told.ToldOn:
		return Grew
	}
	return sameOrQuiet(told, now)
}
