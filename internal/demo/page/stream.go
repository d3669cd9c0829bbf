package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"net/http"
	"time"
)

const (
	// settle gathers writes that come together into one patch.
	settle = 40 * time.Millisecond
	// pulse finds out that a browser has left.
	pulse = 15 * time.Second
)

// patch is what changed since the last one. The first of a stream is whole.
type patch struct {
	Whole bool                       `json:"whole,omitempty"`
	Set   map[string]json.RawMessage `json:"set,omitempty"`
	Gone  []string                   `json:"gone,omitempty"`
}

// stream sends everything that the page shows, and then each change of it, as
// server-sent events.
func (p *Page) stream(w http.ResponseWriter, r *http.Request) {
	changed, stop := p.options.Workspace.Subscribe()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	beat := time.NewTicker(pulse)
	defer beat.Stop()
	last := newShadow()
	for {
		// Who never reads does not hold the stream for ever. A writer that
		// knows no deadlines is a test's.
		_ = flush.SetWriteDeadline(time.Now().Add(pulse))
		p.mu.Lock()
		own := p.changed
		p.mu.Unlock()
		if next := last.diff(p.items()); next != nil {
			text, err := json.Marshal(next)
			if err != nil {
				panic(err) // it is made of JSON
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil {
				return
			}
		}
		if flush.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-own:
		case <-beat.C:
			_ = flush.SetWriteDeadline(time.Now().Add(pulse))
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
		select {
		case <-time.After(settle):
		case <-r.Context().Done():
			return
		}
	}
}

// shadow is what a browser has, by hash.
type shadow struct {
	seed maphash.Seed
	has  map[string]uint64 // nil: nothing yet
}

func newShadow() *shadow { return &shadow{seed: maphash.MakeSeed()} }

// diff is what brings the browser to items; nil where it is there.
func (s *shadow) diff(items map[string]any) *patch {
	out := patch{Whole: s.has == nil, Set: map[string]json.RawMessage{}}
	next := make(map[string]uint64, len(items))
	for name, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			panic(fmt.Sprintf("page: %s is not JSON: %v", name, err)) // its blocks were JSON when the workspace took them
		}
		next[name] = maphash.Bytes(s.seed, bytes.TrimSpace(text))
		if had, there := s.has[name]; !there || had != next[name] {
			out.Set[name] = text
		}
	}
	for name := range s.has {
		if _, stays := next[name]; !stays {
			out.Gone = append(out.Gone, name)
		}
	}
	first := s.has == nil
	s.has = next
	if !first && len(out.Set) == 0 && len(out.Gone) == 0 {
		return nil
	}
	return &out
}
