package slack

import (
	"context"
	"encoding/json"

	slackgo "github.com/slack-go/slack"
)

// interaction takes what a person did with a button or a modal.
func (d *Dispatcher) interaction(ctx context.Context, payload []byte, own string) (outcome, error) {
	c, err := decode[interactionPayload](payload)
	if err != nil {
		return outcome{}, err
	}
	// A person of another workspace may press in a channel that both share.
	if err := d.ours(c.Team.ID, c.User.TeamID); err != nil {
		return outcome{}, err
	}
	switch c.Type {
	case slackgo.InteractionTypeBlockActions:
		return d.pressed(ctx, c, own)
	case slackgo.InteractionTypeViewSubmission:
		return d.submitted(ctx, c, own)
	case "":
		return outcome{}, errMalformed
	}
	return outcome{}, nil // a closed modal needs nothing, and we offer nothing else
}

// interactionPayload is the part of an interaction that is used. slack-go's own
// type refuses the whole of it over a block that it does not know in the
// message or the view where it happened, which Slack repeats.
type interactionPayload struct {
	Type        slackgo.InteractionType `json:"type"`
	TriggerID   string                  `json:"trigger_id"`
	ResponseURL string                  `json:"response_url"`
	Team        named                   `json:"team"`
	Channel     named                   `json:"channel"`
	User        struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		TeamID string `json:"team_id"`
	} `json:"user"`
	Container struct {
		ChannelID   string `json:"channel_id"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		ActionID       string `json:"action_id"`
		Value          string `json:"value"`
		SelectedOption struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View struct {
		ID         string `json:"id"`
		Hash       string `json:"hash"`
		CallbackID string `json:"callback_id"`
		State      struct {
			Values map[string]json.RawMessage `json:"values"` // by block
		} `json:"state"`
	} `json:"view"`
}

type named struct {
	ID string `json:"id"`
}

// typed is what stands in an input, "" where the view has none of that name.
func (c interactionPayload) typed(block, input string) string {
	var inputs map[string]struct {
		Value string `json:"value"`
	}
	_ = json.Unmarshal(c.View.State.Values[block], &inputs) // nothing, or none of ours
	return inputs[input].Value
}
