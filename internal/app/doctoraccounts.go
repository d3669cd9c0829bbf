package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/config"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/doctor"
	"rootwatch/schedule"
)

// look is one examination of all organizations.
type look struct {
	c      *config.Config
	r      DoctorRequest
	now    func() time.Time
	memory memory // nil where the store cannot be read
	orgs   []*lookedAt
}

// lookedAt is one organization on its way to the doctor.
type lookedAt struct {
	config config.Organization
	org    *awsorg.Org // nil where it could not be opened
	found  doctor.AWS
	chosen []account.Account
}

func (l *look) size() int {
	n := 0
	for _, o := range l.orgs {
		n += len(o.chosen)
	}
	return n
}

// list asks each organization who we are and which accounts there are, and
// chooses those to look at.
func (l *look) list(ctx context.Context) error {
	var group errgroup.Group
	for _, o := range l.c.Organizations {
		one := &lookedAt{config: o, found: doctor.AWS{
			Scope: o.Scope, RoleName: o.RoleName, ManagementRole: o.ManagementRoleARN, ExternalID: !o.ExternalID.Empty(),
		}}
		l.orgs = append(l.orgs, one)
		group.Go(func() error {
			one.open(ctx, l.now)
			return nil
		})
	}
	_ = group.Wait() // no function fails
	return l.choose()
}

func (o *lookedAt) open(ctx context.Context, now func() time.Time) {
	if o.org, o.found.Opened = awsorg.Open(ctx, awsOptions(o.config, now, nil)); o.found.Opened != nil {
		return
	}
	if o.found.Standing = o.org.Stand(ctx); o.found.Standing.Gap != nil {
		return
	}
	ctx, heard := awsorg.Listen(ctx)
	for listed, err := range o.org.Accounts(ctx) {
		if err != nil {
			o.found.Listing = err
			break
		}
		o.found.Listed = append(o.found.Listed, listed)
	}
	for _, listed := range o.found.Listed {
		if listed.Role == account.Member && usable(listed) {
			_ = o.org.ContactFromSide(ctx, listed.ID) // heard
			o.org.Organization(ctx)                   // likewise, and only where there are members to hold back
			break
		}
	}
	o.found.Side = heard.All()
}

// sample is how many accounts are looked at where nobody says which.
const sample = 8

// choose takes the accounts that were named, all, or a sample.
func (l *look) choose() error {
	if len(l.r.Accounts) == 0 {
		for _, o := range l.orgs {
			o.chosen = usableOf(o.found.Listed)
			if !l.r.All {
				o.chosen = spread(o.chosen, o.found.Standing.Account)
			}
		}
		return nil
	}
	var directory []account.Account
	for _, o := range l.orgs {
		directory = append(directory, o.aliased()...)
	}
	command, trouble := bot.Parse(bot.RootCheck, strings.Join(l.r.Accounts, " "), directory)
	if trouble != nil {
		return Problem{Usage, usage(trouble, "doctor")}
	}
	wanted, ok := command.(bot.CheckAccounts)
	if !ok || wanted.All {
		return Problem{Usage, errors.New("name accounts by id or name, or use --all")}
	}
	for _, target := range wanted.Targets {
		if target.Scope == (account.Scope{}) && l.allListed() {
			return Problem{Unreadable, errors.New(schedule.NotListed(target.ID, l.names()...))}
		}
		for _, o := range l.orgs {
			if o.config.Scope.Organization == target.Scope.Organization || target.Scope == (account.Scope{}) {
				o.chosen = append(o.chosen, o.account(target.ID))
				break
			}
		}
	}
	return nil
}

// allListed reports whether every organization told its accounts whole, so
// that one which is in no list is in no organization.
func (l *look) allListed() bool {
	return !slices.ContainsFunc(l.orgs, func(o *lookedAt) bool {
		return o.found.Opened != nil || o.found.Standing.Gap != nil || o.found.Listing != nil
	})
}

func (l *look) names() []string {
	var names []string
	for _, o := range l.orgs {
		names = append(names, o.config.Scope.Organization)
	}
	return names
}

// aliased is the list with the aliases that the configuration gives.
func (o *lookedAt) aliased() []account.Account {
	list := slices.Clone(o.found.Listed)
	for i := range list {
		for _, over := range o.config.Accounts {
			if over.ID == list[i].ID {
				list[i].Aliases = over.Aliases
			}
		}
	}
	return list
}

// account is the one with this id, also where no list holds it.
func (o *lookedAt) account(id account.ID) account.Account {
	for _, listed := range o.found.Listed {
		if listed.ID == id {
			return listed
		}
	}
	return account.Account{Scope: o.config.Scope, ID: id}
}

func usable(a account.Account) bool { return a.State == "" || a.State == account.Active }

func usableOf(all []account.Account) []account.Account {
	return slices.DeleteFunc(slices.Clone(all), func(a account.Account) bool { return !usable(a) })
}

// spread is the caller's own account, the management account, which a StackSet
// skips and which alone is asked for the organization's features, and others
// from all over the list.
func spread(all []account.Account, own account.ID) []account.Account {
	var chosen, others []account.Account
	for _, a := range all {
		if a.ID == own || a.Role == account.Management {
			chosen = append(chosen, a)
		} else {
			others = append(others, a)
		}
	}
	n := min(sample-len(chosen), len(others))
	for i := range n {
		chosen = append(chosen, others[i*len(others)/n])
	}
	return chosen
}

// examine looks at the chosen accounts, as many at once as a sweep does.
func (o *lookedAt) examine(ctx context.Context, l *look, done func()) []doctor.Line {
	if o.found.Opened == nil && o.found.Standing.Gap == nil {
		var group errgroup.Group
		group.SetLimit(max(o.config.Concurrency, 1))
		o.found.Seen = make([]doctor.Seen, len(o.chosen))
		for i, a := range o.chosen {
			group.Go(func() error {
				o.found.Seen[i] = doctor.Seen{Account: a, Answers: o.org.Examine(ctx, a)}
				done()
				return nil
			})
		}
		_ = group.Wait() // no function fails
		o.found.Bill = l.bill(ctx, o)
		o.found.Estimated = l.estimated(ctx, o)
	}
	return o.found.Judge(l.now())
}
