package dns

import (
	"testing"
	"time"

	"github.com/miekg/dns"

	"rootwatch/internal/demo/nameserver"
)

// Where one server fails, the next one is asked.
func TestTheSecondServer(t *testing.T) {
	for _, fault := range []nameserver.Fault{nameserver.ServFail, nameserver.Refused, nameserver.Lame, nameserver.Stranger} {
		bad, good := listening(t), listening(t)
		bad.Break(fault)
		a := &asker{servers: []string{bad.Addr(), good.Addr()}, try: 5 * time.Second}
		reply, gap := a.exchange(t.Context(), "example.com", dns.TypeMX)
		if gap != nil || len(reply.Answer) != 1 {
			t.Errorf("%s: %+v", fault, gap)
		}
		if bad.Asked("example.com", "MX") != 1 || good.Asked("example.com", "MX") != 1 {
			t.Errorf("%s: the first was asked %d times", fault, bad.Asked("example.com", "MX"))
		}
	}
}

func listening(t *testing.T) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.Set("example.com", nameserver.Domain{MX: []string{"mx.example.com"}})
	return s
}

// What is kept stays bounded, and a question under way is never forgotten.
func TestTheCacheIsBounded(t *testing.T) {
	r := New(Options{Server: "127.0.0.1:1"})
	now := time.Now()
	running := &entry{done: make(chan struct{})}
	r.kept["running"] = running
	for i := range cacheSize + 10 {
		r.clean(now)
		r.kept[string(rune('a'+i%26))+time.Duration(i).String()] = &entry{until: now.Add(time.Hour)}
	}
	if len(r.kept) > cacheSize || r.kept["running"] != running {
		t.Errorf("%d are kept", len(r.kept))
	}
}
