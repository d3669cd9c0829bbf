package slack

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// press is one press of a button, as far as it is used.
type press struct {
	key       string
	action    string // what our action_id begins with
	nth       int    // the number behind it
	value     pressValue
	odd       error // why the value is none of ours
	user      string
	name      string // what the workspace calls them
	channel   string
	url       string // to answer through; "" in App Home and in modals
	ephemeral bool   // the message that it stands in is seen by the presser alone
	trigger   string
	view      string // where it was pressed in App Home or a modal
	hash      string
}

func (d *Dispatcher) pressOf(c interactionPayload, own string) (press, bool) {
	if len(c.Actions) == 0 || c.Actions[0].ActionID == "" || c.User.ID == "" {
		return press{}, false
	}
	a := c.Actions[0]
	p := press{
		key: keyOf("trigger", c.TriggerID, own), user: c.User.ID, name: c.User.Name, trigger: c.TriggerID,
		channel: cmp.Or(c.Channel.ID, c.Container.ChannelID), ephemeral: c.Container.IsEphemeral,
		view: c.View.ID, hash: c.View.Hash,
	}
	var number string
	p.action, number, _ = strings.Cut(a.ActionID, ".")
	p.nth, _ = strconv.Atoi(number) // what is no number is 0, the first page
	p.value, p.odd = parsePressValue(cmp.Or(a.Value, a.SelectedOption.Value))
	if d.o.mayAnswer(c.ResponseURL) {
		p.url = c.ResponseURL
	}
	return p, true
}

// pressed does what a button is for. Its value may come from anybody who saw
// it, so nothing is done that the same person could not ask for by typing.
func (d *Dispatcher) pressed(ctx context.Context, c interactionPayload, own string) (outcome, error) {
	p, ok := d.pressOf(c, own)
	if !ok {
		return outcome{}, errMalformed
	}
	if p.action == actLink {
		return outcome{}, nil
	}
	if !d.seen.first(p.key) {
		return outcome{}, errReplayed
	}
	switch {
	case p.action == actAskForm:
		return d.modal(ctx, p, func(context.Context) (slackgo.ModalViewRequest, error) { return askForm(), nil })
	case p.action == actRefresh:
		return d.taken(ctx, p, func(ctx context.Context) { d.publish(ctx, p.user, p.hash) })
	case p.odd != nil || (p.value.Scope != account.Scope{} && !d.serves(p.value.Scope)):
		return d.outdated(ctx, p)
	}
	switch p.action {
	case actFix:
		return d.modal(ctx, p, func(ctx context.Context) (slackgo.ModalViewRequest, error) { return d.fix(ctx, p.value, 0) })
	case actFixPage:
		return d.taken(ctx, p, func(ctx context.Context) { d.turn(ctx, p) })
	case actExplain:
		return d.modal(ctx, p, func(ctx context.Context) (slackgo.ModalViewRequest, error) { return d.explain(ctx, p.value) })
	case actCheck, actShow, actAcknowledge, actAsk:
		return d.work(ctx, p)
	}
	return d.outdated(ctx, p)
}

// taken remembers the press, and then does what needs no answer.
func (d *Dispatcher) taken(ctx context.Context, p press, then func(context.Context)) (outcome, error) {
	_, err := within(ctx, d.o.AskTimeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.take(ctx, p.key, p.user)
	})
	switch {
	case errors.Is(err, errReplayed):
		return outcome{}, err
	case err != nil:
		return d.refuse(p, d.busy(ctx, p.key, err)), nil
	}
	d.o.Counters.Answered(p.action)
	return outcome{then: then}, nil
}

// refuse says in the presser's own sight why nothing happens.
func (d *Dispatcher) refuse(p press, m bot.Message) outcome {
	return outcome{then: func(ctx context.Context) { d.say(ctx, p.aside(), m) }}
}

// outdated answers a button that this version does not know.
func (d *Dispatcher) outdated(ctx context.Context, p press) (outcome, error) {
	again := bot.RootCheck + " all"
	if !p.value.Account.IsZero() {
		again = bot.RootCheck + " " + p.value.Account.String()
	}
	p.action = "outdated"
	return d.taken(ctx, p, func(ctx context.Context) {
		d.say(ctx, p.aside(), bot.Trouble{What: "This button is of another version of mine, and does nothing any more.", Next: "Ask again with `" + again + "`."})
	})
}

// answer is where the answer to a press goes: in the place of a message that
// only the presser sees, beside one that others see too, and from App Home,
// where nothing can be said, to a direct message.
func (p press) answer() bot.Address {
	if p.direct() {
		return bot.Address{Channel: cmp.Or(p.channel, p.user)}
	}
	return bot.Address{ResponseURL: p.url, Beside: !p.ephemeral, User: p.user, FallbackChannel: p.channel}
}

// direct is true where there is nobody but the presser: in App Home, in a
// modal and in a direct message.
func (p press) direct() bool {
	return p.channel == "" || strings.HasPrefix(p.channel, "D") && !p.ephemeral
}

// aside is where a note for the presser goes that replaces nothing.
func (p press) aside() bot.Address {
	a := p.answer()
	a.Beside = true
	return a
}

// Shares of the time in which a press must be acknowledged: the note that
// work has begun comes before the work, which could end sooner than the note.
const noteLimit = 800 * time.Millisecond

// work asks for what a button names, as if it were typed.
func (d *Dispatcher) work(ctx context.Context, p press) (outcome, error) {
	accounts, err := within(ctx, d.o.AskTimeout/3, d.known)
	if err != nil {
		return d.refuse(p, d.busy(ctx, p.key, err)), nil
	}
	q, ok := d.order(p, accounts)
	if !ok {
		return d.outdated(ctx, p)
	}
	q.request.Key, q.request.AskedBy, q.request.AskedByName = p.key, p.user, p.name
	_, pending := q.message.(bot.Pending)
	replaces := pending && p.ephemeral && p.url != ""
	if replaces && d.begins(ctx, p) {
		ctx, cancel := context.WithTimeout(ctx, noteLimit)
		d.say(ctx, p.answer(), q.message)
		cancel()
	}
	_, err = within(ctx, d.o.AskTimeout*2/3, func(ctx context.Context) (struct{}, error) { return struct{}{}, d.asker.Ask(ctx, q.request) })
	switch {
	case errors.Is(err, bot.ErrReplayed):
		return outcome{}, errReplayed
	case err != nil:
		busy := d.busy(ctx, p.key, err)
		return outcome{then: func(ctx context.Context) { d.say(ctx, p.answer(), busy) }}, nil
	}
	d.o.Counters.Answered(q.counted)
	switch {
	case q.message == nil || replaces:
		return outcome{}, nil
	case pending:
		return outcome{then: func(ctx context.Context) { d.begun(ctx, p, q.request.Subject) }}, nil
	}
	return d.refuse(p, q.message), nil
}

// begins is true once for a press, over all processes: what comes again may
// have its answer already, which a note that work has begun would replace.
// Whether the press itself was taken is another question: we may have died
// between the two.
func (d *Dispatcher) begins(ctx context.Context, p press) bool {
	_, err := within(ctx, d.o.AskTimeout/3, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.take(ctx, keyOf("note", p.key, p.key), p.user)
	})
	return err == nil
}

// begun says beside a message that others see, and that is not to be
// replaced, that work has begun.
func (d *Dispatcher) begun(ctx context.Context, p press, subject string) {
	if p.url == "" {
		return
	}
	what := "Checking " + code(subject, 60) + ". The answer comes in a message of its own, for you alone."
	err := d.mouth.respond(ctx, p.aside(), draft{text: "Checking " + subject + ".", blocks: []slackgo.Block{note(":hourglass_flowing_sand: " + what)}})
	if err != nil {
		d.o.Log.LogAttrs(ctx, slog.LevelWarn, "a note could not be shown", slog.Any("error", d.mouth.redact(err)))
	}
}

// order is the question that a button asks; false where its value names nothing.
func (d *Dispatcher) order(p press, accounts []account.Account) (inquiry, bool) {
	to, v := p.answer(), p.value
	q := inquiry{request: bot.Request{At: d.o.Now(), Reply: &to}, counted: p.action}
	listed := slices.ContainsFunc(accounts, func(a account.Account) bool { return a.Scope == v.Scope && a.ID == v.Account })
	switch {
	case p.action == actAsk && v.Command != "":
		name, text, _ := strings.Cut(strings.TrimSpace(v.Command), " ")
		return d.understand(name, text, accounts, to), true
	case p.action == actCheck && listed:
		q.request.Command = bot.CheckAccounts{Targets: []bot.Target{v.target()}}
		return q.about(accounts), true
	case p.action == actCheck && !v.Account.IsZero():
		// An account that is no longer listed is looked for, as if it were typed.
		return d.understand(bot.RootCheck, v.Account.String(), accounts, to), true
	case p.action == actShow && listed:
		to.Public, to.Beside = true, true
		q.request.Command = bot.ShowReport{Target: v.target()}
	case p.action == actAcknowledge && v.Key != "" && v.Scope != account.Scope{}:
		to.Beside = true
		q.request.Command = bot.Acknowledge{Scope: v.Scope, Key: v.Key}
	default:
		return inquiry{}, false
	}
	q.request.Subject = bot.Subject(q.request.Command, accounts)
	return q, true
}
