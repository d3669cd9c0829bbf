package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"rootwatch/internal/demo/workspace"
)

// maxAsked is how large a request of the page may be.
const maxAsked = 64 << 10

// asked is what the page asks for; each act reads what it needs.
type asked struct {
	ID       string            `json:"id"` // of a control
	Channel  string            `json:"channel"`
	TS       string            `json:"ts"`
	View     string            `json:"view"`
	ActionID string            `json:"action_id"`
	Choice   *string           `json:"choice"` // of what has options; nil is a press
	Text     string            `json:"text"`
	Values   map[string]string `json:"values"` // by action_id
	All      bool              `json:"all"`
}

// acts are what a person can do, by the last part of the path.
func (p *Page) acts() map[string]func(context.Context, asked) error {
	return map[string]func(context.Context, asked) error{
		"say": p.say, "press": p.press, "submit": p.submit, "close": p.closeView, "home": p.home, "control": p.control,
	}
}

// act reads a request and tells how it went. What the bot failed at stands in
// the workspace already, as Slack shows it, and is no error of the page.
func (p *Page) act(do func(context.Context, asked) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, "The page sends JSON.")
			return
		}
		var what asked
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsked)).Decode(&what); err != nil {
			refuse(w, http.StatusBadRequest, "That could not be read: "+err.Error())
			return
		}
		// What a person did stays done where the browser leaves.
		if err := do(context.WithoutCancel(r.Context()), what); err != nil && !shownAlready(err) {
			refuse(w, http.StatusOK, err.Error())
			return
		}
		reply(w, map[string]any{})
	}
}

func shownAlready(err error) bool {
	return slices.ContainsFunc([]error{workspace.ErrTimeout, workspace.ErrDispatch, workspace.ErrBadCommand, workspace.ErrBadView},
		func(known error) bool { return errors.Is(err, known) })
}

func (p *Page) say(ctx context.Context, a asked) error {
	if !slices.ContainsFunc(p.options.Places, func(place Place) bool { return place.ID == a.Channel }) {
		return fmt.Errorf("there is no conversation %q", a.Channel)
	}
	text := strings.TrimSpace(a.Text)
	if !strings.HasPrefix(text, "/") {
		if _, said := p.options.Workspace.Say(a.Channel, p.options.Person.ID, text); !said {
			return fmt.Errorf("nothing can be said in %q", a.Channel)
		}
		return nil
	}
	command, rest, _ := strings.Cut(text, " ")
	_, err := p.options.Workspace.Command(ctx, p.options.Person.ID, a.Channel, command, strings.TrimSpace(rest))
	return err
}

func (p *Page) press(ctx context.Context, a asked) error {
	w, person := p.options.Workspace, p.options.Person.ID
	var err error
	switch {
	case a.View != "" && a.Choice != nil:
		_, err = w.ChooseInView(ctx, person, a.View, a.ActionID, *a.Choice)
	case a.View != "":
		_, err = w.PressInView(ctx, person, a.View, a.ActionID)
	case a.Choice != nil:
		_, err = w.Choose(ctx, person, a.Channel, a.TS, a.ActionID, *a.Choice)
	default:
		_, err = w.Press(ctx, person, a.Channel, a.TS, a.ActionID)
	}
	return err
}

// submit leaves what is wrong with the values to the view, which shows it.
func (p *Page) submit(ctx context.Context, a asked) error {
	_, err := p.options.Workspace.Submit(ctx, p.options.Person.ID, a.View, a.Values)
	return err
}

// closeView closes the top modal, or all of them.
func (p *Page) closeView(ctx context.Context, a asked) error {
	for {
		if err := p.options.Workspace.CloseView(ctx, p.options.Person.ID, a.View); err != nil {
			return err
		}
		open := p.options.Workspace.Views(p.options.Person.ID)
		if !a.All || len(open) == 0 {
			return nil
		}
		a.View = open[len(open)-1].ID
	}
}

func (p *Page) home(ctx context.Context, _ asked) error {
	_, err := p.options.Workspace.OpenHome(ctx, p.options.Person.ID)
	if err != nil {
		return fmt.Errorf("the bot was told that you opened its Home and did not answer (%w); Slack tells it again", errors.New(strings.SplitN(err.Error(), ":", 2)[0]))
	}
	return nil
}

// control starts a control and does not wait for it; one runs at a time.
func (p *Page) control(ctx context.Context, a asked) error {
	i := slices.IndexFunc(p.options.Controls, func(c Control) bool { return c.ID == a.ID })
	if i < 0 {
		return fmt.Errorf("there is no control %q", a.ID)
	}
	c := p.options.Controls[i]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy != "" {
		return errors.New("the stage is still busy with the last thing; wait until it is done")
	}
	p.busy = c.ID
	p.wake()
	go func() {
		err := c.Do(ctx, p.Note)
		if err != nil {
			p.Note(Bad, err.Error())
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.busy = ""
		p.wake()
	}()
	return nil
}

func (p *Page) accounts(w http.ResponseWriter, _ *http.Request) {
	reply(w, map[string]any{"accounts": p.options.Accounts()})
}

func (p *Page) truth(w http.ResponseWriter, r *http.Request) {
	if p.options.Truth == nil {
		refuse(w, http.StatusNotFound, "This workspace runs alone: nobody knows the truth here.")
		return
	}
	truth, err := p.options.Truth(r.Context())
	if err != nil {
		refuse(w, http.StatusOK, "The truth cannot be compared now: "+err.Error())
		return
	}
	reply(w, truth)
}

// pictureTypes are what a browser may draw; nothing else of what was uploaded is shown.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif"}

func (p *Page) file(w http.ResponseWriter, r *http.Request) {
	f, there := p.options.Workspace.File(r.PathValue("id"))
	if kind := http.DetectContentType(f.Bytes); there && slices.Contains(pictureTypes, kind) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(f.Bytes) // a browser that left misses nothing
		return
	}
	http.NotFound(w, r)
}

func reply(w http.ResponseWriter, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // answers are made of strings and numbers
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text) // a browser that left misses nothing
}

func refuse(w http.ResponseWriter, status int, sentence string) {
	text, err := json.Marshal(map[string]string{"error": sentence})
	if err != nil {
		panic(err) // it is a string
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a browser that left misses nothing
}
