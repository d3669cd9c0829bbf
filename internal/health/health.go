// Package health is what an operator's own tools ask of the process: whether
// it lives, whether it can work, what it counted, and its log.
package health

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"rootwatch/config/secret"
)

// Options of New. The zero value is good.
type Options struct {
	Log *slog.Logger // hears of changes of readiness and failed scrapes; nil: silent
}

// Health holds the counters and the readiness of one process. It is safe for
// concurrent use.
type Health struct {
	log *slog.Logger
	counters

	mu     sync.Mutex
	checks map[string]string // name -> what is wrong, "" for nothing
}

// New makes a Health with a registry of its own. It is not ready until
// something was reported to be.
func New(o Options) *Health {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Health{log: o.Log, counters: newCounters(), checks: map[string]string{}}
}

// SetReady reports whether the named part can work; err is why it cannot,
// and is shown to whoever asks, with tokens masked.
func (h *Health) SetReady(name string, err error) {
	problem := ""
	if err != nil {
		if problem = secret.Redact(err.Error()); problem == "" {
			problem = "not ready"
		}
	}
	h.mu.Lock()
	before, known := h.checks[name]
	h.checks[name] = problem
	h.mu.Unlock()
	switch {
	case problem != "" && !known: // every part begins so
		h.log.Info("not ready yet", "check", name, "problem", problem)
	case problem != "" && before == "":
		h.log.Warn("not ready", "check", name, "problem", problem)
	case problem == "" && before != "":
		h.log.Info("ready", "check", name)
	}
}

// Check is one line of /readyz.
type Check struct {
	Name     string `json:"name"`
	Ready    bool   `json:"ready"`
	Sentence string `json:"sentence"`
}

// Readiness is the answer of /readyz: ready only if something was reported
// and everything is well. Checks are sorted by name.
type Readiness struct {
	Ready  bool    `json:"ready"`
	Checks []Check `json:"checks"`
}

// Readiness is what /readyz says.
func (h *Health) Readiness() Readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := Readiness{Ready: len(h.checks) > 0, Checks: []Check{}}
	for _, name := range slices.Sorted(maps.Keys(h.checks)) {
		c := Check{Name: name, Ready: h.checks[name] == "", Sentence: h.checks[name]}
		if c.Ready {
			c.Sentence = name + " is ready"
		}
		r.Ready = r.Ready && c.Ready
		r.Checks = append(r.Checks, c)
	}
	return r
}

// Handler serves GET and HEAD of
//
//	/healthz  200 while the process answers at all
//	/readyz   Readiness as JSON; 200 if ready, else 503
//	/metrics  the counters, in Prometheus's text format
//
// None of them asks for a password, so they belong on an inner address.
func (h *Health) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		h.answer(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		r := h.Readiness()
		status := http.StatusOK
		if !r.Ready {
			status = http.StatusServiceUnavailable
		}
		h.answer(w, status, r)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelError), ErrorHandling: promhttp.ContinueOnError,
	}))
	return mux
}

func (h *Health) answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		h.log.Debug("a health answer could not be written", "error", err)
	}
}
