package schedule

import (
	"cmp"
	"context"
	"slices"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
)

// partEarly parts the early signs from what Cost Explorer showed: the judge of
// the bill neither continues nor ends a sign, it is confirmed or withdrawn.
func partEarly(all []spend.Incident) (early, incidents []spend.Incident) {
	for _, i := range all {
		if i.Sure == spend.Early {
			early = append(early, i)
		} else {
			incidents = append(incidents, i)
		}
	}
	return early, incidents
}

// reconciled lets the bill up to day settle the open early signs. It returns
// the utterances with those of the signs, the incidents as they then are, and
// the signs that an incident has taken the place of.
//
// A sign that stood in a list alone has no message to go on in: its incident is
// told as any other, and its withdrawal is no news. Nor is an incident that has a
// message already moved into the sign's: the sign's message says where it goes on.
func reconciled(early, incidents []spend.Incident, utterances []spend.Utterance, said map[string]bool, bills map[account.ID]spend.History, day spend.Day) ([]spend.Utterance, []spend.Incident, []spend.Incident) {
	var closed []spend.Incident
	for _, sign := range early {
		utterances = afterSign(utterances, sign, said)
		u := spend.Reconcile(sign, incidents, spend.SettledIn(bills[sign.Account], sign), day)
		switch {
		case u.Word == spend.Withdrew:
			utterances = append(utterances, u)
		case u.Word != spend.Confirmed:
		case !said[bot.SpikeKey(sign)]:
			closed = append(closed, spend.Confirm(sign, day))
		case moved(sign, u.Incident, said):
			done := spend.Confirm(sign, day)
			done.Why = "Cost Explorer shows it, and it is told on in an alert of its own."
			utterances = append(utterances, spend.Utterance{Incident: done, Word: spend.Confirmed})
		default:
			closed = append(closed, spend.Confirm(sign, day))
			utterances = confirm(utterances, u)
			incidents = remember(incidents, u.Incident)
		}
	}
	return utterances, incidents, closed
}

// moved reports whether incident i was told in a message of its own before.
func moved(sign, i spend.Incident, said map[string]bool) bool {
	i.EarlySign = nil
	return bot.SpikeKey(i) != bot.SpikeKey(sign) && said[bot.SpikeKey(i)]
}

// afterSign keeps an incident that begins with the very key of a sign that was
// settled before, withdrawn too early, say, from being told by an edit alone,
// which notifies nobody.
func afterSign(utterances []spend.Utterance, sign spend.Incident, said map[string]bool) []spend.Utterance {
	again := func(u spend.Utterance) bool { return bot.SpikeKey(u.Incident) == bot.SpikeKey(sign) }
	if sign.Open || !said[bot.SpikeKey(sign)] || !slices.ContainsFunc(utterances, func(u spend.Utterance) bool { return u.Word == spend.First && again(u) }) {
		return utterances
	}
	for n, u := range utterances {
		if !again(u) {
			continue
		}
		utterances[n].Incident.EarlySign = &spend.EarlySign{Key: sign.Key, Since: sign.Since, Actual: sign.Actual}
		if u.Word == spend.First {
			utterances[n].Word = spend.Confirmed
		}
	}
	return utterances
}

// confirm tells the incident of u in the message of its early sign. What the
// run says of its days is one word, the confirmation, and at most that it is over.
func confirm(utterances []spend.Utterance, u spend.Utterance) []spend.Utterance {
	last := -1
	for n := range utterances {
		other := &utterances[n]
		if other.Incident.Key != u.Incident.Key || other.Incident.Since != u.Incident.Since {
			continue
		}
		other.Incident.EarlySign = u.Incident.EarlySign
		other.Incident = acknowledgedLike(other.Incident, u.Incident)
		if other.Word == spend.Over {
			continue
		}
		if last >= 0 {
			utterances[last].Word = spend.Same
		}
		other.Word, last = spend.Confirmed, n
	}
	if last < 0 {
		utterances = append(utterances, u)
	}
	return utterances
}

// addressOf is where an incident is told: where its early sign was, or else in
// the alerts' channel. A message is answered in the channel that it stands in.
func (e *Engine[D, Tx]) addressOf(ctx context.Context, scope account.Scope, org Organization, i spend.Incident) (bot.Address, error) {
	if i.EarlySign == nil && i.Sure != spend.Early {
		return bot.Address{Channel: org.AlertChannel}, nil
	}
	d, found, err := e.memory.Delivery(ctx, scope, bot.SpikeKey(i))
	if err != nil || found {
		return d.Address, err
	}
	return bot.Address{Channel: cmp.Or(org.WeekendChannel, org.AlertChannel)}, nil
}
