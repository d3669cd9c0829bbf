package nameserver_test

import (
	"testing"

	"github.com/miekg/dns"

	"rootwatch/internal/demo/nameserver"
)

func ask(t *testing.T, s *nameserver.Server, network, name string, kind uint16) *dns.Msg {
	t.Helper()
	reply, _, err := (&dns.Client{Net: network}).ExchangeContext(t.Context(), new(dns.Msg).SetQuestion(dns.Fqdn(name), kind), s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

func serve(t *testing.T) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAnswers(t *testing.T) {
	s := serve(t)
	s.Set("Example.COM", nameserver.Domain{MX: []string{"mx1.example.com", "mx2.example.com"}, A: true, AAAA: true})
	s.Set("alias.example.com", nameserver.Domain{Alias: "example.com"})
	s.Set("null.example.com", nameserver.Domain{NullMX: true})
	for _, tt := range []struct {
		name    string
		kind    uint16
		rcode   int
		answers int
	}{
		{"example.com", dns.TypeMX, dns.RcodeSuccess, 2},
		{"EXAMPLE.com", dns.TypeA, dns.RcodeSuccess, 1},
		{"example.com", dns.TypeAAAA, dns.RcodeSuccess, 1},
		{"example.com", dns.TypeTXT, dns.RcodeSuccess, 0},
		{"alias.example.com", dns.TypeMX, dns.RcodeSuccess, 3},
		{"null.example.com", dns.TypeMX, dns.RcodeSuccess, 1},
		{"com", dns.TypeNS, dns.RcodeSuccess, 1},
		{"org", dns.TypeNS, dns.RcodeSuccess, 1},
		{"gone.com", dns.TypeMX, dns.RcodeNameError, 0},
		{"gone.example.com", dns.TypeMX, dns.RcodeNameError, 0},
	} {
		for _, network := range []string{"udp", "tcp"} {
			reply := ask(t, s, network, tt.name, tt.kind)
			if reply.Rcode != tt.rcode || len(reply.Answer) != tt.answers || !reply.RecursionAvailable || len(reply.Answer) == 0 && len(reply.Ns) != 1 {
				t.Errorf("%s %s over %s: %v", tt.name, dns.TypeToString[tt.kind], network, reply)
			}
		}
	}
	if n := s.Asked("example.com", "MX"); n != 2 {
		t.Errorf("counted %d", n)
	}
	s.Drop("example.com")
	s.Drop("alias.example.com")
	s.Drop("null.example.com")
	if reply := ask(t, s, "udp", "example.com", dns.TypeMX); reply.Rcode != dns.RcodeNameError {
		t.Errorf("nobody renewed it: %v", reply)
	}
}

func TestFaults(t *testing.T) {
	s := serve(t)
	s.Set("example.com", nameserver.Domain{MX: []string{"mx.example.com"}})
	for fault, want := range map[nameserver.Fault]int{nameserver.ServFail: dns.RcodeServerFailure, nameserver.Refused: dns.RcodeRefused, nameserver.Blind: dns.RcodeNameError, nameserver.NoEDNS: dns.RcodeSuccess} {
		s.Break(fault)
		if reply := ask(t, s, "udp", "example.com", dns.TypeMX); reply.Rcode != want {
			t.Errorf("%s: %v", fault, reply)
		}
	}
	s.Break(nameserver.Truncated)
	if short, whole := ask(t, s, "udp", "example.com", dns.TypeMX), ask(t, s, "tcp", "example.com", dns.TypeMX); !short.Truncated || len(short.Answer) != 0 || whole.Truncated || len(whole.Answer) != 1 {
		t.Errorf("%v\n%v", short, whole)
	}
	s.Break(nameserver.Lame)
	if reply := ask(t, s, "udp", "example.com", dns.TypeMX); reply.RecursionAvailable || len(reply.Answer) != 0 {
		t.Errorf("%v", reply)
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:53", "localhost:0", "127.0.0.1", ":0"} {
		if s, err := nameserver.Listen(address); err == nil {
			_ = s.Close()
			t.Errorf("listens at %s", address)
		}
	}
}
