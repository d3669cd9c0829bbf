package slack

import (
	"context"
	"errors"
	"log/slog"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
)

// loadingAfter is how long a modal waits for what stands in it. Slack opens
// one within 3 s of the press only, so then it opens empty, and fills.
const loadingAfter = time.Second

// modal opens what draw draws, once the press is remembered. It opens a modal
// that says so where that takes long, and fills it later.
func (d *Dispatcher) modal(ctx context.Context, p press, draw func(context.Context) (slackgo.ModalViewRequest, error)) (outcome, error) {
	drawing, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterLimit)
	drawn := begin(drawing, func(ctx context.Context) (slackgo.ModalViewRequest, error) {
		if err := d.take(ctx, p.key, p.user); err != nil {
			return slackgo.ModalViewRequest{}, err
		}
		return draw(ctx)
	})
	patience := time.NewTimer(loadingAfter)
	defer patience.Stop()
	select {
	case r := <-drawn:
		cancel()
		v, err := d.viewOf(ctx, p, r)
		if err != nil {
			return outcome{}, err
		}
		return outcome{then: func(ctx context.Context) { d.openView(ctx, p, v) }}, nil
	case <-patience.C:
	}
	return outcome{then: func(ctx context.Context) {
		defer cancel()
		d.fill(ctx, p, drawn)
	}}, nil
}

// viewOf is what was drawn, or says what went wrong; the error is a replay.
func (d *Dispatcher) viewOf(ctx context.Context, p press, r result[slackgo.ModalViewRequest]) (slackgo.ModalViewRequest, error) {
	v, err := r.get()
	switch {
	case errors.Is(err, errReplayed):
		return v, err
	case err != nil:
		return troubleView(d.busy(ctx, p.key, err)), nil
	}
	d.o.Counters.Answered(p.action)
	return v, nil
}

// fill opens a modal that says that it is loading, and draws it once that is done.
func (d *Dispatcher) fill(ctx context.Context, p press, drawn <-chan result[slackgo.ModalViewRequest]) {
	opened := d.openView(ctx, p, loadingView())
	if opened == nil {
		return
	}
	var r result[slackgo.ModalViewRequest]
	select {
	case r = <-drawn:
	case <-ctx.Done():
		r.err = ctx.Err()
	}
	v, err := d.viewOf(ctx, p, r)
	if err != nil {
		return // a replay opened nothing: its trigger was used up
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), httpTimeout)
	defer cancel()
	d.updateView(ctx, opened.ID, opened.Hash, v)
}

// openView opens a modal, nil where Slack does not.
func (d *Dispatcher) openView(ctx context.Context, p press, v slackgo.ModalViewRequest) *slackgo.View {
	var opened *slackgo.ViewResponse
	fault := d.call(ctx, func(api *slackgo.Client) (err error) {
		opened, err = api.OpenViewContext(ctx, p.trigger, v)
		return err
	})
	switch {
	case fault == nil:
		return &opened.View
	case fault.Code == "exchanged_trigger_id": // another process has opened it
	case fault.Code == "expired_trigger_id":
		d.say(ctx, p.aside(), bot.Trouble{What: "Slack gave me 3 seconds to open the window, and I was too slow.", Next: "Please press again."})
	default:
		d.o.Log.LogAttrs(ctx, slog.LevelError, "a modal could not be opened", slog.String("action", p.action), slog.Any("error", fault))
		d.say(ctx, p.aside(), bot.Trouble{What: "Slack did not let me open the window: " + fault.Code + ".", Next: "Please press again; the operator finds the reason in my log under the error id.", ErrorID: p.key[:8]})
	}
	return nil
}

// updateView draws a modal anew. One that was closed or drawn by somebody else
// meanwhile is left as it is.
func (d *Dispatcher) updateView(ctx context.Context, id, hash string, v slackgo.ModalViewRequest) {
	fault := d.call(ctx, func(api *slackgo.Client) error {
		_, err := api.UpdateViewContext(ctx, v, "", hash, id)
		return err
	})
	if fault != nil && fault.Code != "not_found" && fault.Code != "hash_conflict" {
		d.o.Log.LogAttrs(ctx, slog.LevelError, "a modal could not be drawn anew", slog.Any("error", fault))
	}
}

// Titles of modals have 24 characters.
const maxTitle = 24

func view(title string, blocks ...slackgo.Block) slackgo.ModalViewRequest {
	return slackgo.ModalViewRequest{
		Type: slackgo.VTModal, Title: plainText(title, maxTitle), Close: plainText("Close", maxTitle),
		Blocks: slackgo.Blocks{BlockSet: blocks},
	}
}

func loadingView() slackgo.ModalViewRequest {
	return view("One moment", section(":hourglass_flowing_sand: Loading. This takes a few seconds."))
}

func troubleView(m bot.Trouble) slackgo.ModalViewRequest {
	blocks, _ := Draw(m)
	return view("That did not work", blocks...)
}
