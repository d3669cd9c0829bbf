package awsorg

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"rootwatch/checks/account"
)

// Facts implements schedule.Collector. All calls run side by side once the
// account's role is assumed, each under its own deadline of 10 s; a call that
// fails leaves the others known. It never waits for a credential report that
// is being written: that fact is missing with cause NotReady, ask again.
func (o *Org) Facts(ctx context.Context, a account.Account) account.Facts {
	if a.Scope == (account.Scope{}) {
		a.Scope = o.opts.Scope // for the readings below that never learn the partition
	}
	facts := account.Facts{Account: a, ObservedAt: o.now()}
	if a.ID.IsZero() {
		return blank(facts, account.Gap{Cause: account.NotCollected, Sentence: "no account was named"})
	}
	switch a.State {
	case account.Suspended, account.PendingClosure, account.Closed:
		return blank(facts, account.Gap{Cause: account.NotActive,
			Sentence: fmt.Sprintf("account %s is %s: AWS lets nobody read it", a.ID, stateWord(a.State))})
	}
	self, gap := o.identity(ctx)
	if gap != nil {
		return blank(facts, *gap)
	}
	org, _ := o.orgOf.kept(o.now())
	facts.Account = o.complete(a, self, org)

	var calls sync.WaitGroup
	path := a.Path
	if len(path) == 0 && facts.Role == account.Member {
		calls.Go(func() { path = o.position(ctx, a.ID) })
	}
	placed := facts.Account // place writes to facts.Account beside this
	var audit account.Fact[*account.RootAudit]
	calls.Go(func() { audit = o.rootAudit(ctx, placed, self) })
	reader := o.reader(ctx, a.ID, self)
	if reader.gap == nil {
		calls.Go(func() { facts.Summary = readSummary(ctx, reader.iam) })
		calls.Go(func() { facts.VirtualMFADevices = readVirtualMFADevices(ctx, reader.iam) })
		calls.Go(func() { facts.CredentialReport = o.readReport(ctx, reader.iam, a.ID) })
		calls.Go(func() { facts.PasswordPolicy = readPasswordPolicy(ctx, reader.iam) })
		o.readRoster(ctx, &calls, reader, &facts)
		o.readWatch(ctx, &calls, reader, &facts)
		o.readBudgets(ctx, &calls, reader, &facts)
	} else {
		facts = blank(facts, *reader.gap)
	}
	switch {
	case a.ID == self.id && facts.Role == account.RoleUnknown:
		calls.Go(func() { facts.Account, facts.RootFeatures = o.place(ctx, a, self) })
	case reader.gap == nil || facts.Role == account.Management: // else even that there are none is not known of it
		role := facts.Role
		calls.Go(func() { facts.RootFeatures = o.rootFeatures(ctx, role) })
	}
	contacts := contactReader{o, reader, self, a.ID, a.Role == account.Management || a.ID == org.managementID}
	calls.Go(func() { facts.SecurityContact = contacts.read(ctx, types.AlternateContactTypeSecurity) })
	calls.Go(func() { facts.BillingContact = contacts.read(ctx, types.AlternateContactTypeBilling) })
	calls.Go(func() { facts.OperationsContact = contacts.read(ctx, types.AlternateContactTypeOperations) })
	calls.Go(func() { facts.ContactInformation = contacts.readInformation(ctx) })
	calls.Wait()
	facts.Path, facts.RootAudit = path, audit
	if a.ID != self.id && refusedCredentials(facts) {
		o.sessions.drop(a.ID) // the session is at fault, not the role: the next reading opens another
	}
	return facts
}

// reader is how one account's own answers are had.
type reader struct {
	clients
	own    bool         // with the caller's own credentials
	gap    *account.Gap // why they cannot be had; the clients are nil then
	topics *topics      // that the account speaks to
}

func (o *Org) reader(ctx context.Context, id account.ID, self identity) reader {
	if id == self.id {
		return reader{clients: o.own, own: true, topics: o.newTopics(id, self, o.own.cfg)}
	}
	c, gap := o.member(ctx, id, self.partition)
	return reader{clients: c, gap: gap, topics: o.newTopics(id, self, c.cfg)}
}

// blank puts gap in the place of every fact.
func blank(f account.Facts, gap account.Gap) account.Facts {
	f.Blank(gap)
	return f
}

func stateWord(s account.State) string {
	switch s {
	case account.Suspended:
		return "suspended"
	case account.PendingClosure:
		return "being closed"
	}
	return "closed"
}

func refusedCredentials(f account.Facts) bool {
	for _, gap := range f.Gaps() {
		if gap.Cause == account.BadCredentials {
			return true
		}
	}
	return false
}

// fact is the outcome of one call.
func fact[T any](v T, gap *account.Gap) account.Fact[T] {
	if gap != nil {
		return account.Missing[T](*gap)
	}
	return account.Known(v)
}
