package workspace

import (
	"crypto/subtle"
	"encoding/json"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody is the largest request that is read, in bytes.
const maxBody = 4 << 20

// method is one of the Web API; it runs with the lock held.
type method func(*Server, args) answer

// The methods that exist. open ones ask for no valid bot token.
var (
	methods = map[string]method{
		"auth.test":             (*Server).authTest,
		"blocks.validate":       (*Server).blocksValidate,
		"chat.delete":           (*Server).chatDelete,
		"chat.postEphemeral":    (*Server).chatPostEphemeral,
		"chat.postMessage":      (*Server).chatPostMessage,
		"chat.update":           (*Server).chatUpdate,
		"conversations.history": (*Server).conversationsHistory,
		"conversations.info":    (*Server).conversationsInfo,
		"conversations.join":    (*Server).conversationsJoin,
		"conversations.list":    (*Server).conversationsList,
		"conversations.open":    (*Server).conversationsOpen,
		"conversations.replies": (*Server).conversationsReplies,
		"reactions.add":         (*Server).reactionsAdd,
		"users.info":            (*Server).usersInfo,
		"views.open":            (*Server).viewsOpen,
		"views.publish":         (*Server).viewsPublish,
		"views.push":            (*Server).viewsPush,
		"views.update":          (*Server).viewsUpdate,

		"files.completeUploadExternal": (*Server).filesCompleteUploadExternal,
		"files.getUploadURLExternal":   (*Server).filesGetUploadURLExternal,
		"files.info":                   (*Server).filesInfo,
	}
	openMethods = map[string]method{
		"api.test":              (*Server).apiTest,
		"apps.connections.open": (*Server).appsConnectionsOpen,
	}
)

// ServeHTTP implements http.Handler: /api/METHOD, and the addresses that the
// workspace hands out for responses, uploads, files and sockets.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isMethod := strings.CutPrefix(r.URL.Path, "/api/")
	switch {
	case isMethod:
		s.serveMethod(w, r, name)
	case strings.HasPrefix(r.URL.Path, "/commands/"):
		s.serveResponseURL(w, r)
	case r.URL.Path == "/link/":
		s.serveSocket(w, r)
	case strings.HasPrefix(r.URL.Path, "/upload/v1/"):
		s.serveUpload(w, r)
	case strings.HasPrefix(r.URL.Path, "/files-"):
		s.serveFile(w, r)
	case strings.HasPrefix(r.URL.Path, "/services"):
		http.Error(w, "no_service", http.StatusNotFound) // incoming webhooks: there are none
	default:
		http.NotFound(w, r)
	}
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	a, err := readArgs(w, r)
	if err != nil {
		fail("invalid_form_data").write(w)
		return
	}
	run, open := openMethods[name]
	if !open {
		known := false
		if run, known = methods[name]; !known {
			refused := fail("unknown_method")
			refused.body["req_method"] = name
			refused.write(w)
			return
		}
		if word := s.refuseToken(r); word != "" {
			fail(word).write(w)
			return
		}
		w.Header().Set("X-OAuth-Scopes", s.scopes())
	}
	fault := s.takeFault(name)
	if fault.before(w, r) {
		return
	}
	s.mu.Lock()
	var result answer
	if lacking := s.needed(name, a); lacking != "" {
		result = s.refuseScope(lacking)
	} else {
		result = run(s, a)
	}
	s.mu.Unlock()
	s.tell(result.post)
	fault.after(w, r, result)
}

// refuseToken is the word for a missing or wrong token. Slack takes it from
// the header, or from a form; never from a JSON body.
func (s *Server) refuseToken(r *http.Request) string {
	token, found := bearer(r)
	if !found {
		token = r.PostForm.Get("token")
	}
	s.mu.Lock()
	accepted := s.secrets.bot
	s.mu.Unlock()
	switch {
	case token == "":
		return "not_authed"
	case !same(token, accepted):
		return "invalid_auth"
	}
	return ""
}

func bearer(r *http.Request) (string, bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// same compares secrets; none is like none.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// args are a call's arguments, sent as a form or as one JSON object.
type args struct {
	form   url.Values
	body   map[string]json.RawMessage
	bearer string // the token in the header
}

func readArgs(w http.ResponseWriter, r *http.Request) (args, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	token, _ := bearer(r)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "application/json" {
		a := args{bearer: token}
		text, err := io.ReadAll(r.Body)
		if err != nil || len(text) == 0 {
			return a, err
		}
		return a, json.Unmarshal(text, &a.body)
	}
	err := r.ParseForm()
	return args{form: r.Form, bearer: token}, err
}

func (a args) has(name string) bool {
	return a.form.Has(name) || len(a.body[name]) > 0 && string(a.body[name]) != "null"
}

// text is an argument as a form would hold it.
func (a args) text(name string) string {
	if a.form.Has(name) {
		return a.form.Get(name)
	}
	if !a.has(name) {
		return ""
	}
	var quoted string
	if json.Unmarshal(a.body[name], &quoted) == nil {
		return quoted
	}
	return string(a.body[name])
}

func (a args) yes(name string) bool {
	v := a.text(name)
	return v == "1" || v == "true"
}

// count is a page's size: standard when absent, and false when it is none.
func (a args) count(standard, most int) (int, bool) {
	if !a.has("limit") || a.text("limit") == "0" {
		return standard, true
	}
	n, err := strconv.Atoi(a.text("limit"))
	return n, err == nil && n > 0 && n <= most
}

// answer is what a call is told, and the write it has made.
type answer struct {
	status     int            // 0 is 200
	retryAfter time.Duration  // only of 429; negative: no header
	body       map[string]any // nil: plain, "ok"
	post       *Post
}

func succeed(body map[string]any) answer {
	body["ok"] = true
	return answer{body: body}
}

func fail(word string, details ...string) answer {
	body := map[string]any{"ok": false, "error": word}
	if len(details) > 0 {
		body["response_metadata"] = map[string]any{"messages": details}
	}
	return answer{body: body}
}

func tooMany(wait time.Duration) answer {
	refused := fail("ratelimited")
	refused.status, refused.retryAfter = http.StatusTooManyRequests, wait
	return refused
}

func (a answer) write(w http.ResponseWriter) {
	if a.status == http.StatusTooManyRequests && a.retryAfter >= 0 {
		seconds := max(1, int(math.Ceil(a.retryAfter.Seconds())))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	kind, text := "text/plain; charset=utf-8", []byte("ok")
	if a.body != nil {
		var err error
		if text, err = json.Marshal(a.body); err != nil {
			panic(err) // answers are made of strings and maps
		}
		kind = "application/json; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	_, _ = w.Write(text) // a client that left misses nothing
}

func (s *Server) apiTest(a args) answer {
	if word := a.text("error"); word != "" {
		return fail(word)
	}
	return succeed(map[string]any{})
}

func (s *Server) authTest(args) answer {
	return succeed(map[string]any{
		"url": s.baseURL + "/", "team": teamDomain, "team_id": s.options.TeamID,
		"user": "rootwatch", "user_id": BotUser, "bot_id": BotID, "is_enterprise_install": false,
	})
}
