package slack

import (
	"context"
	"errors"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// The form to type accounts into, and what its input is called in what Slack
// sends back.
const (
	formCallback = "ask_form"
	formBlock    = "accounts"
	formInput    = "names"
	maxInput     = 3000
)

// askForm is the form. It says where the answer goes before anything is asked.
func askForm() slackgo.ModalViewRequest {
	input := slackgo.NewPlainTextInputBlockElement(plainText("prod-payments, 111122223333", maxHeader), formInput)
	input.MaxLength = maxInput
	v := view("Check accounts",
		section("The answer comes to you as a direct message of this app."),
		slackgo.NewInputBlock(formBlock, plainText("Accounts", maxHeader),
			plainText("Ids, whole names or aliases, with commas between them; or the word all.", maxHeader), input),
	)
	v.CallbackID, v.Submit = formCallback, plainText("Check", maxTitle)
	return v
}

// submitted asks for what was typed into the form. A mistake is said below the
// input, in the words that the command has for it.
func (d *Dispatcher) submitted(ctx context.Context, c interactionPayload, own string) (outcome, error) {
	if c.View.CallbackID != formCallback || c.User.ID == "" {
		return outcome{}, nil // a form of another version: it closes
	}
	text := c.typed(formBlock, formInput)
	key := keyOf("trigger", c.TriggerID, own)
	q, err := within(ctx, d.o.AskTimeout, func(ctx context.Context) (inquiry, error) {
		accounts, err := d.known(ctx)
		if err != nil {
			return inquiry{}, err
		}
		q := d.understand(bot.RootCheck, text, accounts, bot.Address{Channel: c.User.ID})
		q.request.Key, q.request.AskedBy, q.request.AskedByName = key, c.User.ID, c.User.Name
		return q, d.asker.Ask(ctx, q.request)
	})
	switch {
	case errors.Is(err, bot.ErrReplayed):
		return outcome{}, errReplayed
	case err != nil:
		q.message = d.busy(ctx, key, err)
	default:
		d.o.Counters.Answered(q.counted)
	}
	switch m := q.message.(type) {
	case bot.Pending:
		done := view("Check accounts", section(":hourglass_flowing_sand: Checking "+code(m.Subject, maxText/4)+".", "The answer comes to you as a direct message of this app."))
		return outcome{body: slackgo.NewUpdateViewSubmissionResponse(&done)}, nil
	case bot.Help:
		return mistaken("Type at least one account: its id, its whole name or an alias."), nil
	default:
		return mistaken(m.Sentence()), nil
	}
}

func mistaken(sentence string) outcome {
	return outcome{body: slackgo.NewErrorsViewSubmissionResponse(map[string]string{formBlock: bot.Clip(sentence, maxText/2)})}
}
