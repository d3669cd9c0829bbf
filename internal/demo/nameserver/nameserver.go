// Package nameserver is a small DNS server for the demo and for tests: it
// answers on loopback for the domains it is told of as if it were the whole
// DNS, and breaks as real ones do.
package nameserver

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// Domain is what is true of a name. The zero value exists and takes no mail.
type Domain struct {
	MX      []string // in the order of preference
	NullMX  bool     // RFC 7505
	A, AAAA bool     // whether it has an address of either kind
	Alias   string   // CNAME
	TTL     uint32   // in seconds; 0 is 300
	Fault   Fault
}

// Fault is what a server does instead of answering.
type Fault string

// The faults. Those of a domain last until it is set anew, those of Break
// until the next one; "" is none.
const (
	ServFail  Fault = "servfail"
	Refused   Fault = "refused"
	Silent    Fault = "silent"    // no answer ever
	Truncated Fault = "truncated" // half an answer over UDP, all of it over TCP
	NoEDNS    Fault = "no_edns"   // FORMERR to who asks with an OPT record
	Stranger  Fault = "stranger"  // an answer to another question
	Lame      Fault = "lame"      // neither an answer nor a promise to look for one
	Blind     Fault = "blind"     // NXDOMAIN for every name there is, as where the public DNS is not seen
)

// Server answers over UDP and TCP on one port.
type Server struct {
	address string
	servers []*dns.Server

	mu      sync.Mutex
	domains map[string]Domain
	fault   Fault
	asked   map[string]int
}

// samePort is how often a port is looked for that is free for UDP and TCP.
const samePort = 20

// Listen serves at a loopback address, host:port; port 0 takes any.
func Listen(address string) (*Server, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("nameserver: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("nameserver: %s is not on loopback", address)
	}
	for try := 0; ; try++ {
		s, err := listen(address)
		if err == nil || try == samePort {
			return s, err
		}
	}
}

func listen(address string) (*Server, error) {
	stream, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("nameserver: %w", err)
	}
	packets, err := net.ListenPacket("udp", stream.Addr().String())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("nameserver: %w", err), stream.Close())
	}
	s := &Server{address: stream.Addr().String(), domains: map[string]Domain{}, asked: map[string]int{}}
	s.servers = []*dns.Server{{Listener: stream, Handler: s}, {PacketConn: packets, Handler: s}}
	for _, one := range s.servers {
		started := make(chan struct{})
		one.NotifyStartedFunc = func() { close(started) }
		go func() { _ = one.ActivateAndServe() }() // it ends with Close
		<-started
	}
	return s, nil
}

// Addr is host:port.
func (s *Server) Addr() string { return s.address }

// Close ends it.
func (s *Server) Close() error {
	var errs []error
	for _, one := range s.servers {
		errs = append(errs, one.Shutdown())
	}
	return errors.Join(errs...)
}

// Set tells what is true of a name from now on.
func (s *Server) Set(name string, d Domain) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.domains[dns.CanonicalName(name)] = d
}

// Drop lets the name end, as when nobody renewed it.
func (s *Server) Drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.domains, dns.CanonicalName(name))
}

// Break does to every question what the fault says.
func (s *Server) Break(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// Asked is how many questions of the type ("MX", "A") came for the name.
func (s *Server) Asked(name, kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[kind+" "+dns.CanonicalName(name)]
}

// ServeDNS implements dns.Handler.
func (s *Server) ServeDNS(w dns.ResponseWriter, in *dns.Msg) {
	if len(in.Question) != 1 {
		out := new(dns.Msg)
		_ = w.WriteMsg(out.SetRcode(in, dns.RcodeFormatError))
		return
	}
	out, silent := s.answer(in, w.LocalAddr().Network() == "tcp")
	if !silent {
		_ = w.WriteMsg(out) // who asked may have gone
	}
}

func (s *Server) answer(in *dns.Msg, whole bool) (out *dns.Msg, silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := in.Question[0]
	name := dns.CanonicalName(q.Name)
	s.asked[dns.TypeToString[q.Qtype]+" "+name]++
	d, known := s.domains[name]
	fault := s.fault
	if fault == "" {
		fault = d.Fault
	}
	out = new(dns.Msg).SetReply(in)
	out.RecursionAvailable = true
	switch fault {
	case Silent:
		return nil, true
	case ServFail:
		return out.SetRcode(in, dns.RcodeServerFailure), false
	case Refused:
		return out.SetRcode(in, dns.RcodeRefused), false
	case NoEDNS:
		if in.IsEdns0() != nil {
			return out.SetRcode(in, dns.RcodeFormatError), false
		}
	case Stranger:
		out.Question[0].Name = "stranger.example."
	case Lame:
		out.RecursionAvailable = false
		return out, false
	case Blind:
		return gone(out, in, "."), false
	}
	if !known && !s.holds(name) {
		return gone(out, in, top(name)), false
	}
	out.Answer = s.records(name, q.Qtype, d)
	if fault == Truncated && !whole {
		out.Answer, out.Truncated = nil, true
	}
	if len(out.Answer) == 0 && !out.Truncated {
		out.Ns = []dns.RR{soa(name)}
	}
	return out, false
}

func gone(out, in *dns.Msg, zone string) *dns.Msg {
	out.SetRcode(in, dns.RcodeNameError)
	out.RecursionAvailable = true
	out.Ns = []dns.RR{soa(zone)}
	return out
}

// holds reports whether the name is above one that is known, or a top-level
// domain: all of these are there.
func (s *Server) holds(name string) bool {
	for known := range s.domains {
		if dns.IsSubDomain(name, known) {
			return true
		}
	}
	return dns.CountLabel(name) <= 1
}

func top(name string) string {
	labels := dns.SplitDomainName(name)
	if len(labels) == 0 {
		return "."
	}
	return labels[len(labels)-1] + "."
}

// records are those of one type, behind the alias where there is one.
func (s *Server) records(name string, kind uint16, d Domain) []dns.RR {
	var all []dns.RR
	if d.Alias != "" {
		target := dns.CanonicalName(d.Alias)
		all = append(all, &dns.CNAME{Hdr: d.header(name, dns.TypeCNAME), Target: target})
		return append(all, s.records(target, kind, s.domains[target])...)
	}
	switch kind {
	case dns.TypeMX:
		if d.NullMX {
			all = append(all, &dns.MX{Hdr: d.header(name, kind), Mx: "."})
		}
		for i, host := range d.MX {
			all = append(all, &dns.MX{Hdr: d.header(name, kind), Preference: uint16(10 * (i + 1)), Mx: dns.Fqdn(host)})
		}
	case dns.TypeA:
		if d.A {
			all = append(all, &dns.A{Hdr: d.header(name, kind), A: net.IPv4(192, 0, 2, 25)})
		}
	case dns.TypeAAAA:
		if d.AAAA {
			all = append(all, &dns.AAAA{Hdr: d.header(name, kind), AAAA: net.ParseIP("2001:db8::25")})
		}
	case dns.TypeNS:
		all = append(all, &dns.NS{Hdr: d.header(name, kind), Ns: "ns.example.com."})
	}
	return all
}

func (d Domain) header(name string, kind uint16) dns.RR_Header {
	ttl := d.TTL
	if ttl == 0 {
		ttl = 300
	}
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: ttl}
}

// soa is what an answer without records ends with; it says for how long that holds.
func soa(zone string) dns.RR {
	ns := "ns." + strings.TrimPrefix(zone, ".")
	return &dns.SOA{Hdr: Domain{}.header(zone, dns.TypeSOA), Ns: ns, Mbox: "hostmaster." + strings.TrimPrefix(zone, "."), Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 300}
}
