// Package page is what a browser shows of the demo: the emulated workspace as
// a person sees it, the controls of the day and of faults, and the truth
// beside what the bot says.
package page

import (
	"context"
	"crypto/rand"
	"embed"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"rootwatch/internal/demo/workspace"
)

// assets are built from web/ by web/build, and are committed as it writes them.
//
//go:embed assets
var assets embed.FS

// Place is a conversation in the sidebar.
type Place struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Topic string `json:"topic"`
	Kind  string `json:"kind"` // "channel" or "im"
}

// Account is what completion offers.
type Account struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Alias string `json:"alias,omitempty"`
}

// Control is a button of the stage.
type Control struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Group string `json:"group"`
	Will  string `json:"will"` // what will happen, in a sentence
	// Do makes it happen and tells what happened; its error is told too.
	Do func(ctx context.Context, tell Tell) error `json:"-"`
}

// Tell adds a sentence to what happened.
type Tell func(Kind, string)

// Kind is how a sentence is shown.
type Kind string

// The kinds: as it is, as something that went well, as something that went wrong.
const (
	Plain Kind = ""
	Good  Kind = "good"
	Bad   Kind = "bad"
)

// Options of a page. Without Controls there is no stage, without Truth no table of it.
type Options struct {
	Workspace *workspace.Server
	Person    workspace.User // who looks
	Places    []Place        // at least one
	Now       func() time.Time
	Accounts  func() []Account
	Controls  []Control
	Truth     func(context.Context) (Truth, error)
}

// Page is an http.Handler. Only who knows its address gets in: any page in the
// same browser could otherwise press its buttons.
type Page struct {
	options Options
	key     string
	mux     *http.ServeMux
	static  fs.FS

	mu      sync.Mutex // guards what follows
	busy    string     // the control that is at work; "" none
	log     []line
	changed chan struct{} // closed at the next change of the above
}

// line is one sentence of what happened.
type line struct {
	N    int       `json:"n"`
	At   time.Time `json:"at"`
	Kind Kind      `json:"kind,omitempty"`
	Text string    `json:"text"`
}

// New makes a page. It panics where it has no place, which is a mistake in the program.
func New(o Options) *Page {
	if len(o.Places) == 0 {
		panic("page: it needs a place to show")
	}
	if o.Accounts == nil {
		o.Accounts = func() []Account { return nil }
	}
	static, err := fs.Sub(assets, "assets")
	if err != nil { // it is embedded
		panic(err)
	}
	p := &Page{options: o, key: rand.Text(), static: static, mux: http.NewServeMux(), changed: make(chan struct{})}
	p.mux.HandleFunc("GET /{$}", p.index)
	p.mux.Handle("GET /{name}", http.FileServerFS(static))
	p.mux.HandleFunc("GET /files/{id}", p.inside(p.file))
	p.mux.HandleFunc("GET /api/stream", p.inside(p.stream))
	p.mux.HandleFunc("GET /api/accounts", p.inside(p.accounts))
	p.mux.HandleFunc("GET /api/truth", p.inside(p.truth))
	for name, act := range p.acts() {
		p.mux.HandleFunc("POST /api/"+name, p.inside(p.act(act)))
	}
	return p
}

// Address is where a person opens the page, for a base such as http://127.0.0.1:4780.
func (p *Page) Address(base string) string { return base + "/?key=" + p.key }

// Note tells the page's reader that something happened.
func (p *Page) Note(kind Kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.log = append(p.log, line{N: len(p.log) + 1, At: p.options.Now(), Kind: kind, Text: text})
	p.wake()
}

// wake expects p.mu to be held.
func (p *Page) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// policy lets the page load its own parts and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP answers one request of the browser.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if !ownHost(r) {
		http.Error(w, "This page answers only to the address that the demo printed.", http.StatusMisdirectedRequest)
		return
	}
	p.mux.ServeHTTP(w, r)
}
