package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	slackgo "github.com/slack-go/slack"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// Home is where the bot is at home.
type Home struct {
	// Scopes are the organizations that are configured; empty, all. Accounts
	// of any other, which the store may still remember, are not known here.
	Scopes []account.Scope
	// Team is the workspace's id, as AuthTest gives it. Whatever comes from
	// any other is refused, signed or not; "" takes it from all, until SetTeam.
	Team string
}

// Dispatcher takes what Slack sends, whichever way it comes: over HTTP
// (Handler), over Socket Mode (Socket), or both at once. A request is
// acknowledged only after the asker has taken it, so that none is lost, and
// within the 3 s that Slack waits. It is safe for concurrent use.
type Dispatcher struct {
	o     Options
	asker bot.Asker
	desk  bot.Desk
	home  Home
	team  atomic.Value // string
	mouth *Mouth       // for what is said at once; answers go through the engine's
	seen  memory
	homes shared[bot.Home]
	under crew // what goes on after its acknowledgement
	lost  chan struct{}
	// refused is told where Slack refuses the bot token while nothing is delivered.
	refused chan struct{}
}

// NewDispatcher makes a Dispatcher. Nothing is sent and nothing listens yet.
func NewDispatcher(o Options, asker bot.Asker, desk bot.Desk, home Home) *Dispatcher {
	o = o.withDefaults()
	d := &Dispatcher{o: o, asker: asker, desk: desk, home: home, mouth: NewMouth(o), lost: make(chan struct{}, 1), refused: make(chan struct{}, 1)}
	d.team.Store(home.Team)
	return d
}

// SetTeam says which workspace is home, once Slack has answered that.
func (d *Dispatcher) SetTeam(team string) { d.team.Store(team) }

// Settled reports whether it is known which workspace is home.
func (d *Dispatcher) Settled() bool { return d.team.Load() != "" }

// Lost yields when Slack says that the app was uninstalled or its token
// revoked. Whoever hears it asks Slack whether that is so.
func (d *Dispatcher) Lost() <-chan struct{} { return d.lost }

// Refused yields when Slack refuses the bot token for what is said or shown at
// once. Deliveries tell of their own refusals; without one under way nobody
// else would notice.
func (d *Dispatcher) Refused() <-chan struct{} { return d.refused }

// heed tells whoever hears Refused of a refused token.
func (d *Dispatcher) heed(err error) {
	var f *bot.Fault
	if errors.As(err, &f) && slices.Contains(tokenRefusals, f.Code) {
		hint(d.refused)
	}
}

// hint tells a listener once, however often it is told before it listens.
func hint(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Finish waits until all that goes on after its acknowledgement is done, or
// ctx ends.
func (d *Dispatcher) Finish(ctx context.Context) { d.under.wait(ctx) }

// refusal is a request that is not taken: the HTTP status, and the counted reason.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

var (
	errMalformed = &refusal{http.StatusBadRequest, "malformed"}
	errForeign   = &refusal{http.StatusForbidden, "foreign"}
	errReplayed  = &refusal{http.StatusUnauthorized, "replayed"}
	// errAgain refuses what Slack sends again by itself.
	errAgain = &refusal{http.StatusServiceUnavailable, "busy"}
)

// outcome is what Slack is told, and what is left to do then.
type outcome struct {
	body any                   // of the acknowledgement, as JSON; nil: it is empty
	text string                // the same as plain text
	say  bot.Message           // what body shows, to be said another way where body cannot travel
	to   bot.Address           // where say goes then
	then func(context.Context) // after the acknowledgement; nil: nothing
}

// ours refuses what comes from another workspace. teams are all that the
// request names, and one at least must be named.
func (d *Dispatcher) ours(teams ...string) error {
	home, _ := d.team.Load().(string)
	if home == "" {
		return nil
	}
	teams = slices.DeleteFunc(teams, func(t string) bool { return t == "" })
	if len(teams) == 0 || slices.ContainsFunc(teams, func(t string) bool { return t != home }) {
		return errForeign
	}
	return nil
}

// known are the accounts of the configured organizations.
func (d *Dispatcher) known(ctx context.Context) ([]account.Account, error) {
	accounts, err := d.desk.Directory(ctx)
	return slices.DeleteFunc(slices.Clone(accounts), func(a account.Account) bool { return !d.serves(a.Scope) }), err
}

// serves reports whether the organization is configured.
func (d *Dispatcher) serves(s account.Scope) bool {
	return len(d.home.Scopes) == 0 || slices.Contains(d.home.Scopes, s)
}

// busy is the answer to a question that could not be taken.
func (d *Dispatcher) busy(ctx context.Context, key string, err error) bot.Trouble {
	d.o.Counters.Refused("busy")
	id := key[:8]
	d.o.Log.LogAttrs(ctx, slog.LevelWarn, "a request was not taken", slog.String("error_id", id), slog.Any("error", err))
	return bot.Trouble{
		What:    "I am busy and could not take the question.",
		Meaning: "Nothing was checked. This is not a pass.",
		Next:    "Please ask again in a moment.", ErrorID: id,
	}
}

// ackWithin bounds all that comes before an acknowledgement, one after the
// other: a newer secret, the directory, a note and the store. It is 2.4 s of
// the 3 s that Slack waits, where AskTimeout is what it is by default.
func (d *Dispatcher) ackWithin() time.Duration { return d.o.AskTimeout * 8 / 5 }

// take has the asker remember the key alone; errReplayed where it did before.
func (d *Dispatcher) take(ctx context.Context, key, user string) error {
	err := d.asker.Ask(ctx, bot.Request{Key: key, At: d.o.Now(), AskedBy: user})
	if errors.Is(err, bot.ErrReplayed) {
		return errReplayed
	}
	return err
}

// afterLimit bounds what goes on after an acknowledgement.
const afterLimit = 15 * time.Second

// later runs what is left to do beside the request that asked for it, which
// may be over before.
func (d *Dispatcher) later(ctx context.Context, then func(context.Context)) {
	if then == nil {
		return
	}
	d.under.run(func() {
		defer d.rescue(ctx)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), afterLimit)
		defer cancel()
		then(ctx)
	})
}

// rescue ends a panic in a goroutine of ours.
func (d *Dispatcher) rescue(ctx context.Context) {
	if v := recover(); v != nil {
		d.report(ctx, v)
	}
}

// report tells of a panic. Its value may quote what a person typed, so the
// log gets its type and where it happened.
func (d *Dispatcher) report(ctx context.Context, v any) {
	stack := debug.Stack()
	if p, ok := v.(*panicked); ok {
		v, stack = p.value, p.stack
	}
	d.o.Counters.Refused("panic")
	d.o.Log.LogAttrs(ctx, slog.LevelError, "a request from Slack panicked",
		slog.String("type", fmt.Sprintf("%T", v)), slog.String("stack", string(stack)))
}

// say speaks at once and without the engine, as none of it must outlive us.
func (d *Dispatcher) say(ctx context.Context, to bot.Address, m bot.Message) {
	if _, err := d.mouth.Post(ctx, bot.Outgoing{Key: "note", Address: to, Message: m, PlannedAt: d.o.Now()}); err != nil {
		d.heed(err)
		d.o.Log.LogAttrs(ctx, slog.LevelWarn, "a note could not be shown", slog.String("kind", bot.Kind(m)), slog.Any("error", err))
	}
}

// call makes a Web API call.
func (d *Dispatcher) call(ctx context.Context, f func(*slackgo.Client) error) *bot.Fault {
	err := d.mouth.web(ctx, f)
	if err == nil {
		return nil
	}
	fault := d.mouth.faultOf(err)
	d.heed(fault)
	return fault
}
