package schedule

import (
	"context"
	"sync"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// collect reads an account, and asks the DNS about the domain of its root
// address beside it, and the organization, which keeps its answer for the case.
// A resolver takes 5 s at most, less than one call of AWS may.
func (e *Engine[D, Tx]) collect(ctx context.Context, org Organization, a account.Account) (account.Facts, account.Fact[account.MailDomain]) {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { org.Collector.Organization(ctx) })
	domain := e.lookUp(ctx, a)
	facts := org.Collector.Facts(ctx, a)
	if facts.Email != a.Email { // only the reading told it
		domain = e.lookUp(ctx, facts.Account)
	}
	return facts, domain()
}

// lookUp begins to ask about the domain of the account's root address; the
// function that it returns waits for the answer.
func (e *Engine[D, Tx]) lookUp(ctx context.Context, a account.Account) func() account.Fact[account.MailDomain] {
	address, ok := checks.ParseMail(a.Email)
	inUse := a.State == "" || a.State == account.Active
	if e.o.Resolver == nil || !ok || !inUse {
		return func() account.Fact[account.MailDomain] { return account.Fact[account.MailDomain]{} }
	}
	told := make(chan account.Fact[account.MailDomain], 1)
	go func() { told <- e.o.Resolver.MailDomain(ctx, address.Domain) }()
	return func() account.Fact[account.MailDomain] { return <-told }
}

// mailboxes is the directory by mailbox: 5,000 accounts must not each read
// 5,000 others. The zero value has not read it yet.
type mailboxes struct {
	mu   sync.Mutex
	read time.Time // zero for not at all, or no longer
	all  checks.Mailboxes
}

// mailboxesFor is how long it is taken for what the directory says, where
// another process may have added to that.
const mailboxesFor = 30 * time.Second

// forget is called when this process adds accounts to the directory.
func (m *mailboxes) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.read = time.Time{}
}

// neighbours are the other accounts whose root address leads to the same
// mailbox as the account's, in all organizations.
func (e *Engine[D, Tx]) neighbours(ctx context.Context, a account.Account) (checks.Neighbours, error) {
	m := &e.mailboxes
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := e.o.Now().Sub(m.read); m.read.IsZero() || age < 0 || age > mailboxesFor {
		all, err := e.memory.Directory(ctx)
		if err != nil {
			return checks.Neighbours{}, err
		}
		m.all, m.read = checks.NewMailboxes(all), e.o.Now()
	}
	return m.all.Of(a), nil
}
