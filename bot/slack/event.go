package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// eventPayload is the part of an event that is used. slack-go's own type
// refuses events that it does not know, and whole events over a block in them.
type eventPayload struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	TeamID    string `json:"team_id"`
	EventID   string `json:"event_id"`
	Event     struct {
		Type string          `json:"type"`
		User json.RawMessage `json:"user"` // an id, or of other events an object
		Tab  string          `json:"tab"`
		View struct {
			Hash string `json:"hash"`
		} `json:"view"`
		Tokens struct {
			Bot []string `json:"bot"`
		} `json:"tokens"`
	} `json:"event"`
}

// event takes an event. One that could not be taken is refused, so that Slack
// sends it again.
func (d *Dispatcher) event(ctx context.Context, payload []byte, own string) (outcome, error) {
	e, err := decode[eventPayload](payload)
	switch {
	case err != nil:
		return outcome{}, err
	case e.Type == "url_verification" && e.Challenge != "":
		return outcome{text: e.Challenge}, nil
	case e.Type == "":
		return outcome{}, errMalformed
	case e.Type != "event_callback":
		return outcome{}, nil // app_rate_limited and the like: nothing hangs on them
	}
	if err := d.ours(e.TeamID); err != nil {
		return outcome{}, err
	}
	var user string
	_ = json.Unmarshal(e.Event.User, &user) // an object names nobody whom we serve
	then := d.onEvent(e, user)
	if then == nil {
		return outcome{}, nil
	}
	key := keyOf("event", e.EventID, own)
	_, err = within(ctx, d.o.AskTimeout, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.take(ctx, key, user)
	})
	switch {
	case errors.Is(err, errReplayed):
		return outcome{}, err
	case err != nil:
		d.o.Log.LogAttrs(ctx, slog.LevelWarn, "an event was not taken", slog.String("error_id", key[:8]), slog.Any("error", err))
		return outcome{}, errAgain
	}
	return outcome{then: then}, nil
}

// onEvent is what an event sets off, nil for nothing.
func (d *Dispatcher) onEvent(e eventPayload, user string) func(context.Context) {
	switch {
	case e.Event.Type == "app_home_opened" && e.Event.Tab == "home" && user != "":
		return func(ctx context.Context) { d.publish(ctx, user, e.Event.View.Hash) }
	case e.Event.Type == "app_uninstalled":
		return func(ctx context.Context) { d.lose(ctx, "the app was uninstalled from the workspace", e.Event.Type) }
	case e.Event.Type == "tokens_revoked" && len(e.Event.Tokens.Bot) > 0:
		return func(ctx context.Context) { d.lose(ctx, "the bot's token was revoked", e.Event.Type) }
	}
	return nil
}

func (d *Dispatcher) lose(ctx context.Context, what, code string) {
	d.o.Counters.SlackError(code)
	d.o.Log.LogAttrs(ctx, slog.LevelError, "Slack says that "+what)
	hint(d.lost)
}

// publish draws App Home for a person. The hash is of the view that they see:
// where another one was drawn meanwhile, everything is read anew.
func (d *Dispatcher) publish(ctx context.Context, user, hash string) {
	for {
		home, err := d.homes.read(ctx, d.desk.Home)
		if err != nil {
			d.o.Log.LogAttrs(ctx, slog.LevelError, "App Home could not be read", slog.Any("error", err))
			return
		}
		request := slackgo.PublishViewContextRequest{UserID: user, View: DrawHome(home)}
		if hash != "" {
			request.Hash = &hash
		}
		fault := d.call(ctx, func(api *slackgo.Client) error {
			_, err := api.PublishViewContext(ctx, request)
			return err
		})
		switch {
		case fault == nil:
			return
		case fault.Code == "hash_conflict" && hash != "":
			hash = ""
			continue
		}
		d.o.Log.LogAttrs(ctx, slog.LevelError, "App Home could not be shown", slog.Any("error", homeHint(fault)))
		return
	}
}

// homeHint names the setting where Slack says that there is no App Home.
func homeHint(f *bot.Fault) error {
	if f.Code == "not_enabled" {
		return errors.New("the Home Tab is off in the app's settings: make the app anew from what `rootwatch manifest` prints, or switch it on under App Home")
	}
	return f
}
