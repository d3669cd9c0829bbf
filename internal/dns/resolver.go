// Package dns tells whether the domain of an e-mail address lives. A resolver
// that does not answer is a gap, never a domain that does not exist.
package dns

import (
	"context"
	"fmt"
	"sync"
	"time"

	"rootwatch/checks/account"
)

// Options of a resolver. The zero value asks the system's.
type Options struct {
	// Server is host:port of whom to ask; "" is whom /etc/resolv.conf names,
	// read anew for each domain, since a machine may change networks.
	Server string
	// ResolvConf is another file than /etc/resolv.conf.
	ResolvConf string
	// Try is how long one question waits for its answer; default 2 s. It is
	// asked twice at most, and a domain takes 5 s in all, or two and a half tries.
	Try time.Duration
	// Now is the clock of the cache; default time.Now.
	Now func() time.Time
}

// Resolver asks the DNS about mail domains, each once for as long as its
// answer is good. It is safe for concurrent use.
type Resolver struct {
	o     Options
	turns chan struct{}

	mu      sync.Mutex
	kept    map[string]*entry
	quiet   int       // domains in a row for which nobody answered
	asleep  time.Time // until then nobody is asked
	because account.Gap
}

// entry is one domain's answer, or the asking for it.
type entry struct {
	done  chan struct{} // closed when fact is there
	fact  account.Fact[account.MailDomain]
	until time.Time
}

const (
	// An answer's own TTL holds within these: below, a sweep would ask again for
	// each account; above, a domain that was mended would stay broken.
	keepAtLeast = time.Minute
	keepAtMost  = time.Hour
	// keepFailure is short: a resolver may answer again the next moment.
	keepFailure = 30 * time.Second
	// atOnce bounds the domains that are asked about side by side.
	atOnce = 16
	// tooQuiet is after how many domains in a row without any answer the resolver,
	// and not the domains, is taken to be at fault.
	tooQuiet = 3
	// cacheSize is many more domains than a company has.
	cacheSize = 10_000
)

// New makes a resolver; it asks nobody yet.
func New(o Options) *Resolver {
	if o.ResolvConf == "" {
		o.ResolvConf = "/etc/resolv.conf"
	}
	if o.Try <= 0 {
		o.Try = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Resolver{o: o, turns: make(chan struct{}, atOnce), kept: map[string]*entry{}}
}

// MailDomain implements schedule.Resolver. domain is in ASCII form, as
// domains.Parse gives it.
func (r *Resolver) MailDomain(ctx context.Context, domain string) account.Fact[account.MailDomain] {
	e := r.entry(ctx, domain)
	select {
	case <-e.done:
		return e.fact
	case <-ctx.Done():
		return account.Missing[account.MailDomain](account.Gap{Call: callMX, Cause: account.TimedOut, Detail: ctx.Err().Error(),
			Sentence: fmt.Sprintf("The DNS was not done with %s when the account was.", domain)})
	}
}

// entry is the kept one, or a new one that is being asked for.
func (r *Resolver) entry(ctx context.Context, domain string) *entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.o.Now()
	if e := r.kept[domain]; e != nil && (e.until.IsZero() || now.Before(e.until)) {
		return e
	}
	e := &entry{done: make(chan struct{})}
	if now.Before(r.asleep) {
		e.fact = account.Missing[account.MailDomain](r.because)
		close(e.done)
		return e
	}
	r.clean(now)
	r.kept[domain] = e
	// Others may wait for the same answer: it does not end with who asked first.
	go r.fill(context.WithoutCancel(ctx), domain, e)
	return e
}

// fill asks, and keeps what is answered.
func (r *Resolver) fill(ctx context.Context, domain string, e *entry) {
	ctx, cancel := context.WithTimeout(ctx, r.o.Try*5/2)
	defer cancel()
	found, ttl, gap := r.ask(ctx, domain)
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.o.Now()
	if gap == nil {
		e.fact, e.until = account.Known(found), now.Add(min(max(ttl, keepAtLeast), keepAtMost))
		r.quiet = 0
	} else {
		e.fact, e.until = account.Missing[account.MailDomain](*gap), now.Add(keepFailure)
		r.fellSilent(*gap, now)
	}
	close(e.done)
}

// fellSilent counts domains for which no resolver answered, and lets it rest
// after some: 5,000 accounts must not wait 5 s each.
func (r *Resolver) fellSilent(gap account.Gap, now time.Time) {
	if gap.Cause != account.TimedOut {
		r.quiet = 0
		return
	}
	if r.quiet++; r.quiet >= tooQuiet {
		r.asleep, r.because = now.Add(keepFailure), gap
	}
}

// clean forgets what is no longer good, where there is much of it.
func (r *Resolver) clean(now time.Time) {
	if len(r.kept) < cacheSize {
		return
	}
	for domain, e := range r.kept {
		if !e.until.IsZero() && !now.Before(e.until) {
			delete(r.kept, domain)
		}
	}
	for domain, e := range r.kept { // all of it is good: some goes nevertheless
		if len(r.kept) < cacheSize {
			return
		}
		if !e.until.IsZero() {
			delete(r.kept, domain)
		}
	}
}
