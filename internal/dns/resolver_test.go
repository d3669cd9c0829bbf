package dns_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rootwatch/checks/account"
	"rootwatch/internal/demo/nameserver"
	"rootwatch/internal/dns"
	"rootwatch/schedule"
)

var _ schedule.Resolver = (*dns.Resolver)(nil)

func serve(t *testing.T) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Set("example.com", nameserver.Domain{MX: []string{"mx1.example.com", "MX2.example.com"}, A: true})
	return s
}

func TestMailDomain(t *testing.T) {
	s := serve(t)
	for name, d := range map[string]nameserver.Domain{
		"null.example.com":      {NullMX: true, A: true},
		"web.example.com":       {A: true},
		"six.example.com":       {AAAA: true},
		"bare.example.com":      {},
		"alias.example.com":     {Alias: "example.com"},
		"nowhere.example.com":   {Alias: "gone.example.net"},
		"big.example.com":       {MX: []string{"mx.example.com"}, Fault: nameserver.Truncated},
		"old.example.com":       {MX: []string{"mx.example.com"}, Fault: nameserver.NoEDNS},
		"many.example.com":      {MX: strings.Fields(strings.Repeat("mx.example.com ", 5) + "a.example.com b.example.com c.example.com d.example.com e.example.com f.example.com g.example.com h.example.com i.example.com j.example.com")},
		"xn--bcher-kva.example": {MX: []string{"mx.example.com"}},
		"shop.co.uk":            {MX: []string{"mx.example.com"}},
	} {
		s.Set(name, d)
	}
	mx := []string{"mx.example.com"}
	for _, want := range []account.MailDomain{
		{Domain: "example.com", Exists: true, MX: []string{"mx1.example.com", "mx2.example.com"}},
		{Domain: "null.example.com", Exists: true, NullMX: true},
		{Domain: "web.example.com", Exists: true, Address: true},
		{Domain: "six.example.com", Exists: true, Address: true},
		{Domain: "bare.example.com", Exists: true},
		{Domain: "alias.example.com", Exists: true, MX: []string{"mx1.example.com", "mx2.example.com"}},
		{Domain: "nowhere.example.com", Exists: true},
		{Domain: "big.example.com", Exists: true, MX: mx},
		{Domain: "old.example.com", Exists: true, MX: mx},
		{Domain: "many.example.com", Exists: true, MX: append(mx, "a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com", "f.example.com", "g.example.com", "h.example.com", "i.example.com")},
		{Domain: "xn--bcher-kva.example", Exists: true, MX: mx},
		{Domain: "shop.co.uk", Exists: true, MX: mx},
		{Domain: "expired.com"},
		{Domain: "sold.co.uk"},
		{Domain: "aws.expired.com", Above: account.No},
		{Domain: "closed.example.com", Above: account.Yes},
	} {
		t.Run(want.Domain, func(t *testing.T) {
			got, known := dns.New(dns.Options{Server: s.Addr()}).MailDomain(t.Context(), want.Domain).Get()
			if diff := cmp.Diff(want, got); diff != "" || !known {
				t.Errorf("known %v\n%s", known, diff)
			}
		})
	}
}

// A resolver that does not answer tells nothing of the domain.
func TestNoAnswerIsAGap(t *testing.T) {
	s := serve(t)
	s.Set("halfway.example.com", nameserver.Domain{})
	const soon, later = 30 * time.Millisecond, 0 // 0 is the usual time: nothing waits for it
	for name, tt := range map[string]struct {
		fault nameserver.Fault
		try   time.Duration
		cause account.Cause
		says  string
	}{
		"SERVFAIL":                     {nameserver.ServFail, later, account.Unavailable, "answered SERVFAIL when it was asked for the MX record of example.com"},
		"REFUSED":                      {nameserver.Refused, later, account.Unavailable, "answered REFUSED"},
		"silence":                      {nameserver.Silent, soon, account.TimedOut, "did not answer in time"},
		"an answer to somebody else":   {nameserver.Stranger, later, account.Undecodable, "no usable answer"},
		"a server that does not look":  {nameserver.Lame, later, account.Unavailable, "looks nothing up for others"},
		"a resolver in a closed world": {nameserver.Blind, later, account.Unavailable, "does not see the public DNS"},
	} {
		t.Run(name, func(t *testing.T) {
			s.Break(tt.fault)
			defer s.Break("")
			fact := dns.New(dns.Options{Server: s.Addr(), Try: tt.try}).MailDomain(t.Context(), "example.com")
			_, known := fact.Get()
			gap := fact.Gap()
			if known || gap.Cause != tt.cause || gap.Call != "dns:MX" || !strings.Contains(gap.Sentence, tt.says) {
				t.Errorf("known %v, %+v", known, gap)
			}
			if gap.Cause == account.Denied {
				t.Error("the DNS denies nothing that a permission would allow")
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		gone := serve(t)
		address := gone.Addr()
		gone.Break(nameserver.Silent)
		fact := dns.New(dns.Options{Server: address, Try: soon}).MailDomain(t.Context(), "example.com")
		if gap := fact.Gap(); gap.Cause != account.TimedOut {
			t.Errorf("%+v", gap)
		}
	})
}

func TestWhoseResolver(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"none": "", "empty": "# nothing\n", "options": "options ndots:2\n"} {
		path := filepath.Join(dir, name)
		if text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		gap := dns.New(dns.Options{ResolvConf: path}).MailDomain(t.Context(), "example.com").Gap()
		if gap.Cause != account.NotEnabled || !strings.Contains(gap.Sentence, "dns.resolver") {
			t.Errorf("%s: %+v", name, gap)
		}
	}
}

// tick is a clock that only the test moves.
type tick struct {
	mu sync.Mutex
	at time.Time
}

func (c *tick) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *tick) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestAnswersAreKept(t *testing.T) {
	for name, tt := range map[string]struct {
		domain        nameserver.Domain
		within, after time.Duration
	}{
		"for their TTL":               {nameserver.Domain{MX: []string{"mx.example.com"}, TTL: 600}, 599 * time.Second, time.Second},
		"a minute at least":           {nameserver.Domain{MX: []string{"mx.example.com"}, TTL: 1}, 59 * time.Second, time.Second},
		"an hour at most":             {nameserver.Domain{MX: []string{"mx.example.com"}, TTL: 86400}, 59 * time.Minute, time.Minute},
		"a failure for half a minute": {nameserver.Domain{Fault: nameserver.ServFail}, 29 * time.Second, time.Second},
		"no records for the zone's":   {nameserver.Domain{}, 299 * time.Second, time.Second},
		"an alias for its own":        {nameserver.Domain{Alias: "example.com", TTL: 120}, 119 * time.Second, time.Second},
		"a null MX like every other":  {nameserver.Domain{NullMX: true, TTL: 400}, 399 * time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			s.Set("kept.example.com", tt.domain)
			clock := &tick{at: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}
			r := dns.New(dns.Options{Server: s.Addr(), Now: clock.now})
			first := r.MailDomain(t.Context(), "kept.example.com")
			asked := s.Asked("kept.example.com", "MX")
			clock.advance(tt.within)
			if diff := cmp.Diff(first, r.MailDomain(t.Context(), "kept.example.com"), cmp.AllowUnexported(account.Fact[account.MailDomain]{})); diff != "" || s.Asked("kept.example.com", "MX") != asked {
				t.Errorf("asked %d times after %s\n%s", s.Asked("kept.example.com", "MX"), tt.within, diff)
			}
			clock.advance(tt.after)
			r.MailDomain(t.Context(), "kept.example.com")
			if s.Asked("kept.example.com", "MX") == asked {
				t.Error("it is never asked again")
			}
		})
	}
}

// Many accounts at once in one domain are one question.
func TestOneQuestionForMany(t *testing.T) {
	s := serve(t)
	r := dns.New(dns.Options{Server: s.Addr()})
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if _, known := r.MailDomain(t.Context(), "example.com").Get(); !known {
				t.Error("not known")
			}
		})
	}
	all.Wait()
	if n := s.Asked("example.com", "MX"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// Who asked first may leave; the others still get the answer.
func TestTheFirstMayLeave(t *testing.T) {
	s := serve(t)
	r := dns.New(dns.Options{Server: s.Addr()})
	gone, leave := context.WithCancel(t.Context())
	leave()
	if gap := r.MailDomain(gone, "left.example.com").Gap(); gap.Cause != account.TimedOut && gap.Cause != "" {
		t.Errorf("%+v", gap)
	}
	if _, known := r.MailDomain(t.Context(), "left.example.com").Get(); !known {
		t.Error("the next one got no answer")
	}
	if n := s.Asked("left.example.com", "MX"); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A resolver that says nothing about three domains in a row is not asked about
// the next thousand, and is asked again half a minute later.
func TestASilentResolverIsLeftAlone(t *testing.T) {
	s := serve(t)
	clock := &tick{at: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}
	r := dns.New(dns.Options{Server: s.Addr(), Try: 10 * time.Millisecond, Now: clock.now})
	s.Break(nameserver.Silent)
	for _, domain := range []string{"a.example.com", "b.example.com", "c.example.com", "example.com"} {
		if gap := r.MailDomain(t.Context(), domain).Gap(); gap.Cause != account.TimedOut || gap.Sentence == "" {
			t.Errorf("%s: %+v", domain, gap)
		}
	}
	if n := s.Asked("example.com", "MX"); n != 0 {
		t.Errorf("it was asked %d times more", n)
	}
	s.Break("")
	clock.advance(30 * time.Second)
	again := dns.Options{Server: s.Addr(), Now: clock.now} // with time to answer
	if _, known := dns.New(again).MailDomain(t.Context(), "example.com").Get(); !known {
		t.Error("it answers now")
	}
	r.MailDomain(t.Context(), "example.com")
	if s.Asked("example.com", "MX") < 2 {
		t.Error("it is never asked again")
	}
}
