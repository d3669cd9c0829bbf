package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"

	"rootwatch/checks/account"
)

// asker puts questions to the servers of one moment.
type asker struct {
	servers []string // host:port
	try     time.Duration
}

func (a *asker) String() string { return strings.Join(a.servers, ", ") }

// asker is whom to ask now.
func (r *Resolver) asker() (*asker, *account.Gap) {
	if r.o.Server != "" {
		return &asker{[]string{r.o.Server}, r.o.Try}, nil
	}
	config, err := dns.ClientConfigFromFile(r.o.ResolvConf)
	if err != nil || len(config.Servers) == 0 {
		detail := "it names no server"
		if err != nil {
			detail = err.Error()
		}
		return nil, &account.Gap{Call: callMX, Cause: account.NotEnabled, Detail: detail,
			Sentence: fmt.Sprintf("There is no resolver in %s: name one as dns.resolver in the configuration.", r.o.ResolvConf)}
	}
	a := &asker{try: r.o.Try}
	for _, server := range config.Servers {
		a.servers = append(a.servers, net.JoinHostPort(server, config.Port))
	}
	return a, nil
}

// tries is how often a question is asked; the second time another server is,
// where there is one.
const tries = 2

// udpSize is what fits into one packet nearly everywhere (DNS flag day 2020).
const udpSize = 1232

// exchange asks one question. Its reply is NOERROR or NXDOMAIN.
func (a *asker) exchange(ctx context.Context, name string, kind uint16) (*dns.Msg, *account.Gap) {
	question := fmt.Sprintf("the %s record of %s", dns.TypeToString[kind], name)
	var gap *account.Gap
	for try := range tries {
		server := a.servers[try%len(a.servers)]
		reply, err := a.once(ctx, server, name, kind)
		if err == nil {
			return reply, nil
		}
		gap = classify(err, server, question)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, gap
}

// rcodeError is an answer that says nothing of the name.
type rcodeError int

func (e rcodeError) Error() string { return dns.RcodeToString[int(e)] }

var (
	errStranger = errors.New("an answer to another question")
	errLame     = errors.New("neither an answer nor recursion")
)

// once asks one server, over TCP where its answer does not fit into a packet.
func (a *asker) once(ctx context.Context, server, name string, kind uint16) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, a.try)
	defer cancel()
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), kind)
	m.SetEdns0(udpSize, false)
	reply, err := send(ctx, "udp", m, server)
	if err == nil && reply.Rcode == dns.RcodeFormatError { // from before EDNS
		m.Extra = nil
		reply, err = send(ctx, "udp", m, server)
	}
	if err == nil && reply.Truncated {
		reply, err = send(ctx, "tcp", m, server)
	}
	switch {
	case err != nil:
		return nil, err
	case reply.Rcode != dns.RcodeSuccess && reply.Rcode != dns.RcodeNameError:
		return nil, rcodeError(reply.Rcode)
	case reply.Truncated:
		return nil, errors.New("a truncated answer over TCP")
	case !reply.Authoritative && !reply.RecursionAvailable && len(reply.Answer) == 0:
		return nil, errLame
	}
	return reply, nil
}

func send(ctx context.Context, network string, m *dns.Msg, server string) (*dns.Msg, error) {
	client := &dns.Client{Net: network, UDPSize: udpSize}
	if deadline, ok := ctx.Deadline(); ok { // the client's own limit is not the context's
		client.Timeout = time.Until(deadline)
	}
	reply, _, err := client.ExchangeContext(ctx, m, server)
	if err != nil {
		return nil, err
	}
	asked := m.Question[0]
	if !reply.Response || len(reply.Question) != 1 || reply.Question[0].Qtype != asked.Qtype || !strings.EqualFold(reply.Question[0].Name, asked.Name) {
		return nil, errStranger
	}
	return reply, nil
}

// classify names the cause as far as a person can do something about it.
func classify(err error, server, question string) *account.Gap {
	gap := &account.Gap{Call: callMX, Detail: err.Error()}
	var rcode rcodeError
	var network net.Error
	switch {
	case errors.As(err, &rcode):
		gap.Cause = account.Unavailable
		gap.Sentence = fmt.Sprintf("The resolver %s answered %s when it was asked for %s.", server, rcode, question)
	case errors.Is(err, errLame):
		gap.Cause = account.Unavailable
		gap.Sentence = fmt.Sprintf("The server %s looks nothing up for others: name a resolver as dns.resolver in the configuration.", server)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		gap.Cause = account.TimedOut
		gap.Sentence = fmt.Sprintf("The resolver %s did not answer in time when it was asked for %s.", server, question)
	case errors.As(err, &network):
		gap.Cause = account.TimedOut // as good as silent: nobody is there
		gap.Sentence = fmt.Sprintf("The resolver %s could not be reached: look at dns.resolver in the configuration, or at the network.", server)
	default:
		gap.Cause = account.Undecodable
		gap.Sentence = fmt.Sprintf("The resolver %s gave no usable answer when it was asked for %s.", server, question)
	}
	return gap
}
