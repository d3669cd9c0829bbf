package schedule

import (
	"context"
	"errors"
	"fmt"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// press does at once, in the transaction that takes the request, what needs
// no job: nothing is asked of AWS.
func (e *Engine[D, Tx]) press(ctx context.Context, tx Tx, r bot.Request) error {
	switch c := r.Command.(type) {
	case bot.ShowReport:
		return e.showReport(ctx, tx, r, c)
	case bot.Acknowledge:
		return e.acknowledge(ctx, tx, r, c)
	}
	return nil
}

// showReport says the newest report of an account as it stands.
func (e *Engine[D, Tx]) showReport(ctx context.Context, tx Tx, r bot.Request, c bot.ShowReport) error {
	scope := e.scopeOf(c.Target)
	report, err := e.memory.LatestTx(ctx, tx, scope, c.Target.ID)
	switch {
	case err != nil:
		return err
	case report == nil:
		return e.tell(ctx, tx, scope, r, bot.Trouble{
			What:    fmt.Sprintf("Account %s was never checked, so there is nothing to show.", c.Target.ID),
			Meaning: "That is not a pass.",
			Next:    fmt.Sprintf("Check it with `%s %s`.", bot.RootCheck, c.Target.ID),
		})
	case r.Reply == nil:
		return nil
	}
	answer := bot.RootAnswer{Report: report.AsOf(e.o.Now()), AskedBy: r.AskedBy}
	return e.say(ctx, tx, scope, bot.Outgoing{Key: pressKey(r), Address: *r.Reply, Message: answer}, "")
}

// acknowledge remembers who looks after a spike, edits its alert and says so
// in its thread, once. The incident is held first: whoever judges the bill at
// the same time comes before it or after it, and neither loses a word.
func (e *Engine[D, Tx]) acknowledge(ctx context.Context, tx Tx, r bot.Request, c bot.Acknowledge) error {
	if r.AskedBy == "" {
		return errors.New("a spike is acknowledged by a person, and nobody is named")
	}
	alert, _, found, err := e.spike(ctx, c.Scope, c.Key)
	if err != nil {
		return err
	}
	incident, held, err := e.memory.IncidentTx(ctx, tx, c.Scope, alert.Incident.Key, alert.Incident.Since)
	if err != nil {
		return err
	}
	if !found || !held {
		return e.tell(ctx, tx, c.Scope, r, bot.Trouble{What: "That spike is not known any more, so it cannot be acknowledged.", Next: "Ask `" + bot.Spend + "` for the bill as it is now."})
	}
	alert, planned, _, err := e.spike(ctx, c.Scope, c.Key) // as it is, now that nobody else can change it
	switch {
	case err != nil:
		return err
	case !incident.Open || planned != nil && alert.Over():
		return e.tell(ctx, tx, c.Scope, r, bot.Trouble{What: "That spike is over, so nobody needs to look after it."})
	case incident.AcknowledgedBy != "":
		alert.Incident = incident
		return e.tell(ctx, tx, c.Scope, r, bot.Trouble{What: fmt.Sprintf("That spike is acknowledged already: by %s on %s.",
			alert.AcknowledgedBy(), incident.AcknowledgedAt.In(e.o.Zone).Format("2 Jan 15:04 MST"))})
	}
	incident.AcknowledgedBy, incident.AcknowledgedName, incident.AcknowledgedAt = r.AskedBy, r.AskedByName, e.o.Now()
	if err := e.memory.SaveIncident(ctx, tx, c.Scope, incident); err != nil || planned == nil {
		return err
	}
	// The message keeps its own figures: what to say of newer ones is the judge's.
	alert.Incident = acknowledgedLike(alert.Incident, incident)
	if err := e.say(ctx, tx, c.Scope, bot.Outgoing{Key: c.Key, Address: planned.Address, Message: alert}, ""); err != nil {
		return err
	}
	alert.Reply, alert.Acknowledged = true, true
	return e.say(ctx, tx, c.Scope, bot.Outgoing{Key: c.Key + ":acknowledged", Address: planned.Address, Message: alert}, c.Key)
}

// tell answers whoever pressed alone, beside the message with the button.
func (e *Engine[D, Tx]) tell(ctx context.Context, tx Tx, scope account.Scope, r bot.Request, m bot.Message) error {
	if r.Reply == nil {
		return nil
	}
	address := *r.Reply
	address.Public, address.Beside = false, true
	return e.say(ctx, tx, scope, bot.Outgoing{Key: pressKey(r), Address: address, Message: m}, "")
}

// pressKey names the answer to a press as replyKey names that to a run.
func pressKey(r bot.Request) string { return replyKey(Run{ID: r.Key}) }
