package dns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"rootwatch/checks/account"
	"rootwatch/checks/domains"
)

// callMX stands where a gap names a call of AWS. It needs no permission.
const callMX = "dns:MX"

// mostHosts bounds what is kept of a domain's MX records.
const mostHosts = 10

// ask finds out whether the domain takes mail, and for how long that is good.
func (r *Resolver) ask(ctx context.Context, domain string) (account.MailDomain, time.Duration, *account.Gap) {
	select {
	case r.turns <- struct{}{}:
		defer func() { <-r.turns }()
	case <-ctx.Done():
		return account.MailDomain{}, 0, &account.Gap{Call: callMX, Cause: account.Throttled,
			Sentence: fmt.Sprintf("Too many domains were looked up at once for %s to have its turn.", domain)}
	}
	a, gap := r.asker()
	if gap != nil {
		return account.MailDomain{}, 0, gap
	}
	reply, gap := a.exchange(ctx, domain, dns.TypeMX)
	if gap != nil {
		return account.MailDomain{}, 0, gap
	}
	found := account.MailDomain{Domain: domain, Exists: exists(reply)}
	if !found.Exists {
		found.Above, gap = a.confirm(ctx, domain)
		return found, ttl(reply), gap
	}
	if found.MX, found.NullMX = hosts(reply); len(found.MX) > 0 || found.NullMX {
		return found, ttl(reply), nil
	}
	found.Address, gap = a.address(ctx, domain)
	return found, ttl(reply), gap
}

// exists is false where the name itself is not there. Where an alias leads to
// what is not there, the name is.
func exists(reply *dns.Msg) bool { return reply.Rcode != dns.RcodeNameError || len(reply.Answer) > 0 }

// hosts are the MX records by preference; null is RFC 7505's one record that
// says that there is none.
func hosts(reply *dns.Msg) (all []string, null bool) {
	var records []*dns.MX
	for _, rr := range reply.Answer {
		if mx, ok := rr.(*dns.MX); ok {
			records = append(records, mx)
		}
	}
	slices.SortStableFunc(records, func(a, b *dns.MX) int { return int(a.Preference) - int(b.Preference) })
	for _, mx := range records {
		if host := strings.TrimSuffix(dns.CanonicalName(mx.Mx), "."); host != "" && len(all) < mostHosts && !slices.Contains(all, host) {
			all = append(all, host)
		}
	}
	return all, len(records) > 0 && len(all) == 0
}

// address reports whether the domain has an A or AAAA record.
func (a *asker) address(ctx context.Context, domain string) (bool, *account.Gap) {
	kinds := []uint16{dns.TypeA, dns.TypeAAAA}
	found, gaps := make([]bool, len(kinds)), make([]*account.Gap, len(kinds))
	var both sync.WaitGroup
	for i, kind := range kinds {
		both.Go(func() {
			var reply *dns.Msg
			if reply, gaps[i] = a.exchange(ctx, domain, kind); gaps[i] == nil {
				found[i] = slices.ContainsFunc(reply.Answer, func(rr dns.RR) bool { return rr.Header().Rrtype == kind })
			}
		})
	}
	both.Wait()
	for i := range kinds {
		if found[i] {
			return true, nil
		}
	}
	for _, gap := range gaps {
		if gap != nil {
			return false, gap // that the other kind is not there proves nothing
		}
	}
	return false, nil
}

// confirm looks above a name that does not exist. A resolver that sees no
// public suffix either, as in a closed network, knows nothing of the name. Of
// the registrable domain above it is told whether it exists.
func (a *asker) confirm(ctx context.Context, domain string) (above account.Answer, gap *account.Gap) {
	suffix := domains.Suffix(domain)
	reply, gap := a.exchange(ctx, suffix, dns.TypeNS)
	if gap != nil {
		return "", gap
	}
	if !exists(reply) {
		return "", &account.Gap{Call: callMX, Cause: account.Unavailable,
			Sentence: fmt.Sprintf("The resolver %s knows no domain .%s, so it does not see the public DNS: name one that does as dns.resolver in the configuration.", a, suffix)}
	}
	own, ok := domains.Registrable(domain)
	if !ok || own == domain {
		return "", nil
	}
	if reply, gap = a.exchange(ctx, own, dns.TypeNS); gap != nil {
		return "", nil // the domain itself is known not to exist
	}
	if exists(reply) {
		return account.Yes, nil
	}
	return account.No, nil
}

// ttl is for how long the shortest-lived record of an answer is good; of one
// without records its SOA says so (RFC 2308).
func ttl(reply *dns.Msg) time.Duration {
	least := uint32(keepAtMost / time.Second)
	for _, rr := range reply.Answer {
		least = min(least, rr.Header().Ttl)
	}
	for _, rr := range reply.Ns {
		if soa, ok := rr.(*dns.SOA); ok && len(reply.Answer) == 0 {
			least = min(least, soa.Hdr.Ttl, soa.Minttl)
		}
	}
	return time.Duration(least) * time.Second
}
