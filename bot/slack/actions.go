package slack

import (
	"encoding/json"
	"fmt"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// The actions of our buttons, as their action_id begins. Where a message has
// several of one kind, "." and a number follow.
const (
	actCheck       = "check"       // target: read the account again; the answer replaces the message
	actFix         = "fix"         // target: a modal with what mends each failure
	actShow        = "show"        // target: the report as it stands, for everyone in the channel
	actAcknowledge = "acknowledge" // spike: somebody looks after it
	actExplain     = "explain"     // spike: a modal with why it fired
	actAsk         = "ask"         // command: a whole command, as if it were typed
	actAskForm     = "ask_form"    // a modal to type account ids into; the answer goes to a direct message
	actRefresh     = "refresh"     // App Home, drawn anew
	actLink        = "link"        // a button that opens a URL; Slack tells us all the same
)

// maxValue is how long a button's value may be (Slack's limit is 2,000).
const maxValue = 2000

// pressValue is what a button carries. It is no secret and may be replayed by
// whoever saw it, so it names things and allows nothing.
type pressValue struct {
	account.Scope
	Account account.ID `json:"account,omitzero"`
	Key     string     `json:"key,omitempty"`     // of a spike alert
	Command string     `json:"command,omitempty"` // a whole command: /rootcheck prod-payments
}

// value is the text of a button's value; "" where it would be too long, and
// then there is no button.
func (v pressValue) value() string {
	b, err := json.Marshal(v)
	if err != nil || len(b) > maxValue {
		return ""
	}
	return string(b)
}

// parsePressValue reads what value wrote, and refuses anything else.
func parsePressValue(text string) (pressValue, error) {
	var v pressValue
	if len(text) > maxValue {
		return v, fmt.Errorf("a button's value has %d characters", len(text))
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("a button's value is not one of ours: %w", err)
	}
	return v, nil
}

func (v pressValue) target() bot.Target { return bot.Target{Scope: v.Scope, ID: v.Account} }
