package page

import (
	"crypto/subtle"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
)

// ownHost refuses names that somebody made to point here: a page of theirs
// would have our origin.
func ownHost(r *http.Request) bool {
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		return false
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		if _, own, err := net.SplitHostPort(local.String()); err == nil && port != own {
			return false
		}
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// cookieName has the port in it: cookies do not know ports, and two demos may
// run on one machine.
func cookieName(r *http.Request) string {
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		port = "" // ownHost has refused it
	}
	return "rootwatch_demo_" + port
}

func (p *Page) knows(key string) bool {
	return subtle.ConstantTimeCompare([]byte(key), []byte(p.key)) == 1
}

func (p *Page) admitted(r *http.Request) bool {
	cookie, err := r.Cookie(cookieName(r))
	return err == nil && p.knows(cookie.Value)
}

// index is the page itself. The key in its address becomes a cookie that no
// other site's request carries.
func (p *Page) index(w http.ResponseWriter, r *http.Request) {
	switch {
	case p.knows(r.URL.Query().Get("key")):
		http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: p.key, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	case !p.admitted(r):
		http.Error(w, "Open the whole address that the demo printed in its terminal: the key in it lets you in.", http.StatusForbidden)
		return
	}
	text, err := fs.ReadFile(p.static, "index.html")
	if err != nil { // it is embedded
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(text) // a browser that left misses nothing
}

// inside lets in only what the page itself asks for: with its cookie, and
// where the browser says which page asks, from this one.
func (p *Page) inside(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		site := r.Header.Get("Sec-Fetch-Site")
		foreign := site != "" && site != "same-origin" && site != "none"
		if origin := r.Header.Get("Origin"); origin != "" || r.Method != http.MethodGet {
			foreign = foreign || origin != "http://"+r.Host
		}
		if foreign || !p.admitted(r) {
			refuse(w, http.StatusForbidden, "This is not the demo's own page. Open the address that the demo printed.")
			return
		}
		next(w, r)
	}
}
