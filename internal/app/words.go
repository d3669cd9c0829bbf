package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
)

// AttestRequest is what `rootwatch attest` was asked.
type AttestRequest struct {
	Check, Account string
	All            bool
	Organization   string // for All, where there are several
	By, Until      string
	Evidence, Note string
}

// ExceptRequest is what `rootwatch except` was asked.
type ExceptRequest struct {
	Check, Account string
	All            bool
	Organization   string
	Reason         string
	Approver, By   string
	Until          string
}

// Attest remembers a person's word on what no API tells.
func (s Setup) Attest(ctx context.Context, r AttestRequest, term Terminal) error {
	return s.withWords(ctx, term, func(a *App) error {
		if _, ok := checks.Find(r.Check); !ok {
			return noCheck(r.Check)
		}
		until, err := a.lastInstant(r.Until)
		if err != nil {
			return err
		}
		if err := names("--by", r.By); err != nil {
			return err
		}
		word := checks.Attestation{CheckID: r.Check, By: r.By, Until: until, Evidence: r.Evidence, Note: r.Note, At: a.now()}
		if err := word.Fault(); err != nil { // before accounts are listed for it
			return Problem{Usage, err}
		}
		a.typed = "attest " + r.Check
		about, err := a.about(ctx, r.Account, r.All, r.Organization)
		if err != nil {
			return err
		}
		word.Scope, word.AccountID = about.Scope, about.ID
		if word.Subject, err = a.wordSubject(ctx, r.Check, about); err != nil {
			return err
		}
		if word, err = a.Engine.Attest(ctx, word); err != nil {
			return err
		}
		ends := ""
		if !word.Ends().Equal(word.Until) {
			check, _ := checks.Find(word.CheckID)
			ends = fmt.Sprintf(" No more than %d days count, so it is stale after %s.", check.AttestDays, a.day(word.Ends()))
		}
		if of := checks.AboutAddress(word.CheckID); of != "" && word.Subject == "" {
			ends += fmt.Sprintf(" The root %s is not kept with it, so a change of it will not be seen.", of)
		}
		if checks.AboutDoors(word.CheckID) && word.Subject == "" {
			ends += " The roles that it is about are not kept with it, so a change of them will not be seen."
		}
		idle, err := a.noEffect(ctx, word.CheckID, about, unsettled)
		if err != nil {
			return err
		}
		return say(term, fmt.Sprintf("%s: %s attests %s of %s until %s.%s%s\nIt counts from the next check on. To take it back: rootwatch revoke %s --by NAME",
			word.ID, bot.Clean(word.By), word.CheckID, about.label, a.day(word.Until), ends, idle, word.ID))
	})
}

// wordSubject is what a word is about, as a hash: the root address that was last
// observed, or where there is none the one that AWS lists now; or the admin
// roles of the last report. "" for all accounts, and where nobody tells it.
func (a *App) wordSubject(ctx context.Context, check string, about subject) (string, error) {
	if checks.AboutDoors(check) && !about.ID.IsZero() {
		last, err := a.Store.Latest(ctx, about.Scope, about.ID)
		if err != nil || last == nil || last.Roster == nil {
			return "", err
		}
		salt := make([]byte, 16)
		_, _ = rand.Read(salt) // it never fails
		return checks.SubjectOfDoors(last.Roster.Doors, salt), nil
	}
	if checks.AboutAddress(check) == "" || about.ID.IsZero() {
		return "", nil
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	if kept := checks.SubjectOf(check, about.email, salt); kept != "" {
		return kept, nil
	}
	if a.learn(ctx) != nil { // it has logged why
		return "", nil
	}
	directory, err := a.Directory(ctx)
	if err != nil {
		return "", err
	}
	found, _ := listed(directory, bot.Target{Scope: about.Scope, ID: about.ID})
	return checks.SubjectOf(check, found.Email, salt), nil
}

// Except remembers an accepted risk.
func (s Setup) Except(ctx context.Context, r ExceptRequest, term Terminal) error {
	return s.withWords(ctx, term, func(a *App) error {
		if _, ok := checks.Find(r.Check); !ok {
			return noCheck(r.Check)
		}
		until, err := a.lastInstant(r.Until)
		if err != nil {
			return err
		}
		if err := errors.Join(names("--by", r.By), names("--approver", r.Approver)); err != nil {
			return Problem{Usage, err}
		}
		x := checks.Exception{CheckID: r.Check, Reason: r.Reason, Approver: r.Approver, By: r.By, Until: until, At: a.now()}
		if err := x.Fault(); err != nil {
			return Problem{Usage, err}
		}
		a.typed = "except " + r.Check
		about, err := a.about(ctx, r.Account, r.All, r.Organization)
		if err != nil {
			return err
		}
		x.Scope, x.AccountID = about.Scope, about.ID
		if same, stands, err := a.standing(ctx, x); stands || err != nil {
			return errors.Join(err, say(term, fmt.Sprintf("%s stands already: a failure of %s in %s is accepted until %s, approved by %s. Nothing was written.",
				same.ID, x.CheckID, about.label, a.day(same.Until), bot.Clean(same.Approver))))
		}
		if x, err = a.Engine.Except(ctx, x); err != nil {
			return err
		}
		idle, err := a.noEffect(ctx, x.CheckID, about, riskless)
		if err != nil {
			return err
		}
		return say(term, fmt.Sprintf("%s: a failure of %s in %s is accepted until %s, approved by %s. It stays a failure: digests and answers name it apart, "+
			"and nobody is alerted unless it gets worse.%s\nIt counts from the next check on. To take it back: rootwatch revoke %s --by NAME",
			x.ID, x.CheckID, about.label, a.day(x.Until), bot.Clean(x.Approver), idle, x.ID))
	})
}

// Revoke takes an attestation, an exception or a plan back.
func (s Setup) Revoke(ctx context.Context, id, by string, term Terminal) error {
	return s.withWords(ctx, term, func(a *App) error {
		if err := names("--by", by); err != nil {
			return err
		}
		revoked, err := a.Engine.Revoke(ctx, id, by)
		if err != nil {
			return err
		}
		if !revoked {
			before, err := a.revokedBefore(ctx, id)
			if err != nil {
				return err
			}
			if before != "" {
				return Problem{Usage, errors.New(before)}
			}
			return Problem{Usage, fmt.Errorf("nothing that stands has the id %q; rootwatch attestations, rootwatch exceptions and rootwatch plans list them", bot.Clip(bot.Clean(id), 40))}
		}
		from := "check"
		if strings.HasPrefix(id, "p-") {
			from = "reading of the bill"
		}
		others, err := a.stillAccepted(ctx, id)
		if err != nil {
			return err
		}
		return say(term, fmt.Sprintf("%s is revoked; it stays in the list, marked. It counts no more from the next %s on.%s", id, from, others))
	})
}

// withWords runs f on the configured store. Another process may be working it:
// one row is written beside it.
func (s Setup) withWords(ctx context.Context, term Terminal, f func(*App) error) error {
	return s.withStore(ctx, term, "what people say is kept in the store", f)
}

// names holds a person to be called by name: it is shown in messages, where
// no address belongs.
func names(flag, who string) error {
	if _, err := mail.ParseAddress(who); err == nil {
		return Problem{Usage, fmt.Errorf("%s is shown in messages and exports: write a name, not the address %s", flag, who)}
	}
	return nil
}

// lastInstant reads a day, which ends at its end in the configured zone, or an
// instant.
func (a *App) lastInstant(text string) (time.Time, error) {
	if day, err := time.ParseInLocation(time.DateOnly, text, a.Config.Zone); err == nil {
		return day.AddDate(0, 0, 1).Add(-time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, Problem{Usage, fmt.Errorf("--until is %q; write a day such as 2027-01-31, or an instant such as 2027-01-31T18:00:00+01:00", text)}
	}
	return at, nil
}

func (a *App) day(t time.Time) string { return t.In(a.Config.Zone).Format(time.DateOnly) }

// subject is what something is said about.
type subject struct {
	account.Scope
	account.ID // zero for every account
	label      string
	name       string // as last listed
	email      string // of root, likewise; it is never shown
	state      account.State
}

// about finds the account, or the organization for all of its accounts.
func (a *App) about(ctx context.Context, name string, all bool, organization string) (subject, error) {
	switch {
	case all && name != "":
		return subject{}, Problem{Usage, errors.New("name one account or use --all, not both")}
	case all:
		return a.aboutAll(organization)
	case name == "":
		return subject{}, Problem{Usage, errors.New("name the account that it is about, by id or name, or use --all for every account of the organization")}
	}
	command, _, trouble, err := a.parse(ctx, bot.RootCheck, name)
	if err != nil {
		return subject{}, err
	}
	if trouble != nil {
		return subject{}, Problem{Usage, usage(trouble, a.typed)}
	}
	wanted, ok := command.(bot.CheckAccounts)
	if !ok || wanted.All || len(wanted.Targets) != 1 {
		return subject{}, Problem{Usage, errors.New("name one account, by id or name")}
	}
	target := wanted.Targets[0]
	found, err := a.member(ctx, target)
	if err != nil {
		return subject{}, err
	}
	return subject{found.Scope, found.ID, bot.LabelID(found.Name, found.ID), found.Name, found.Email, found.State}, nil
}

func listed(directory []account.Account, t bot.Target) (account.Account, bool) {
	for _, known := range directory {
		if known.ID == t.ID && (t.Scope == account.Scope{} || known.Scope == t.Scope) {
			return known, true
		}
	}
	return account.Account{}, false
}

func (a *App) aboutAll(organization string) (subject, error) {
	var known []string
	for _, scope := range a.scopes() {
		if scope.Organization == organization || organization == "" && len(a.scopes()) == 1 {
			return subject{Scope: scope, label: "all accounts of " + scope.Organization}, nil
		}
		known = append(known, scope.Organization)
	}
	if organization == "" {
		return subject{}, Problem{Usage, fmt.Errorf("there are several organizations: say which with --organization (%s)", strings.Join(known, ", "))}
	}
	return subject{}, Problem{Usage, fmt.Errorf("there is no organization %q; the configuration has %s", organization, strings.Join(known, ", "))}
}
