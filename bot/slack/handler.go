package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"rootwatch/bot"
	"rootwatch/checks/account"
)

// maxBody is far more than a slash command holds: 3,000 characters of text
// are 36 kB at worst once encoded.
const maxBody = 64 << 10

// Home is where the bot is at home.
type Home struct {
	// Scopes are the organizations that are configured; empty, all. Accounts
	// of any other, which the store may still remember, are not known here.
	Scopes []account.Scope
	// Team is the workspace's id, as AuthTest gives it. Commands from any
	// other are refused, signed or not; "" takes them from all.
	Team string
}

type handler struct {
	o         Options
	asker     bot.Asker
	directory bot.Directory
	home      Home
}

// NewHandler answers slash commands; mount it at CommandsPath. A command is
// acknowledged only after asker has taken it, so that none is lost. A request
// that is unsigned, forged, late or replayed gets 401 and leaves no trace but
// a counter. The body is never logged.
func NewHandler(o Options, asker bot.Asker, directory bot.Directory, home Home) http.Handler {
	return &handler{o: o.withDefaults(), asker: asker, directory: directory, home: home}
}

// refusal is a request that is not taken: the HTTP status, and the counted reason.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.survive(w)
	if r.URL.Path != CommandsPath {
		http.NotFound(w, r)
		return
	}
	body, err := h.take(w, r)
	if err == nil {
		err = h.serve(w, r, body)
	}
	var no *refusal
	if errors.As(err, &no) {
		h.o.Counters.Refused(no.reason)
		w.WriteHeader(no.status)
	}
}

// survive turns a panic into a 500 without details. Its value may quote what a
// person typed, so the log gets its type and where it happened.
func (h *handler) survive(w http.ResponseWriter) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(v)
	}
	stack := debug.Stack()
	if p, ok := v.(*panicked); ok {
		v, stack = p.value, p.stack
	}
	h.o.Counters.Refused("panic")
	h.o.Log.Error("a slash command panicked", "type", fmt.Sprintf("%T", v), "stack", string(stack))
	w.WriteHeader(http.StatusInternalServerError)
}

// take reads a body that Slack signed just now.
func (h *handler) take(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &refusal{http.StatusMethodNotAllowed, "method"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &refusal{http.StatusRequestEntityTooLarge, "oversized"}
	case err != nil:
		return nil, &refusal{http.StatusBadRequest, "malformed"}
	}
	if reason := h.o.Keys.verify(r.Context(), r.Header, body, h.o.AskTimeout); reason != "" {
		return nil, &refusal{http.StatusUnauthorized, reason}
	}
	return body, nil
}

// unsigned is why the signature is none, "" for a good one.
func unsigned(header http.Header, secret string, body []byte) string {
	verifier, err := slackgo.NewSecretsVerifier(header, secret)
	if err == nil {
		_, _ = verifier.Write(body) // a hash's Write never fails
		err = verifier.Ensure()
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, slackgo.ErrMissingHeaders):
		return "unsigned"
	case errors.Is(err, slackgo.ErrExpiredTimestamp):
		return "late"
	}
	return "forged" // bad hex and a timestamp that is no number come as bare errors
}

// command is a slash command's form, as far as it is used.
type command struct {
	name, text, user, channel, team, responseURL string
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, body []byte) error {
	// Only what was signed is read: never the URL's query.
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return &refusal{http.StatusBadRequest, "malformed"}
	}
	if form.Get("ssl_check") != "" {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	c := command{
		name: form.Get("command"), text: unescape(form.Get("text")), user: form.Get("user_id"),
		channel: form.Get("channel_id"), team: form.Get("team_id"), responseURL: form.Get("response_url"),
	}
	if c.name == "" {
		return &refusal{http.StatusBadRequest, "malformed"}
	}
	if h.home.Team != "" && c.team != h.home.Team {
		return &refusal{http.StatusForbidden, "foreign"}
	}
	m, counted, err := h.ask(r, c)
	if err != nil {
		return err
	}
	if counted != "" {
		h.o.Counters.Answered(counted)
	}
	return acknowledge(w, m)
}

// ask hands the command to the asker and is the message to acknowledge it
// with, and what that is counted as. Mistakes and calls for help are asked
// too, so that a replay of one is refused like any other.
func (h *handler) ask(r *http.Request, c command) (bot.Message, string, error) {
	key := keyOf(r.Header)
	var m bot.Message
	counted := ""
	err := within(r.Context(), h.o.AskTimeout, func(ctx context.Context) error {
		accounts, err := h.directory.Directory(ctx)
		if err != nil {
			return err
		}
		var request bot.Request
		request, m, counted = h.understand(c, h.home.ours(accounts))
		request.Key = key
		return h.asker.Ask(ctx, request)
	})
	switch {
	case err == nil:
		return m, counted, nil
	case errors.Is(err, bot.ErrReplayed):
		return nil, "", &refusal{http.StatusUnauthorized, "replayed"}
	}
	h.o.Counters.Refused("busy")
	id := key[:8]
	h.o.Log.LogAttrs(r.Context(), slog.LevelWarn, "a slash command was not taken", slog.String("error_id", id), slog.Any("error", err))
	return bot.Trouble{
		What:    "I am busy and could not take the question.",
		Meaning: "Nothing was checked. This is not a pass.",
		Next:    "Please ask again in a moment.", ErrorID: id,
	}, "", nil
}

// understand turns a command into the request and its acknowledgement.
func (h *handler) understand(c command, accounts []account.Account) (bot.Request, bot.Message, string) {
	request := bot.Request{At: h.o.Now(), AskedBy: c.user}
	parsed, trouble := bot.Parse(c.name, c.text, accounts)
	if trouble != nil {
		return request, *trouble, "mistake"
	}
	if help, ok := parsed.(bot.ShowHelp); ok {
		return request, bot.Help(help), "help"
	}
	request.Command = parsed
	request.Subject = bot.Subject(parsed, accounts)
	request.Reply = &bot.Address{User: c.user, FallbackChannel: c.channel}
	if h.o.mayAnswer(c.responseURL) {
		request.Reply.ResponseURL = c.responseURL
	}
	counted := "rootcheck"
	if _, ok := parsed.(bot.ShowSpend); ok {
		counted = "spend"
	}
	return request, bot.Pending{Subject: request.Subject, Accounts: size(parsed, accounts)}, counted
}

// ours are the accounts of the configured organizations.
func (h Home) ours(accounts []account.Account) []account.Account {
	if len(h.Scopes) == 0 {
		return accounts
	}
	return slices.DeleteFunc(slices.Clone(accounts), func(a account.Account) bool { return !slices.Contains(h.Scopes, a.Scope) })
}

// size is how many accounts the command is about.
func size(c bot.Command, accounts []account.Account) int {
	if check, ok := c.(bot.CheckAccounts); ok {
		if check.All {
			return len(accounts)
		}
		return len(check.Targets)
	}
	return 0
}

// acknowledge answers Slack with a message that only the asker sees.
func acknowledge(w http.ResponseWriter, m bot.Message) error {
	blocks, text := Draw(m)
	body, err := json.Marshal(reply{
		ResponseType: slackgo.ResponseTypeEphemeral, Text: slackutilsx.EscapeMessage(text), Blocks: blocks,
	})
	if err != nil {
		return &refusal{http.StatusInternalServerError, "panic"}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // whoever hung up will ask again
	return nil
}

// unescape undoes the three entities that Slack writes into a command's text.
func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
