package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// rest writes what does not come from the observations.
func (p *pack) rest(ctx context.Context) error {
	for _, part := range []struct {
		name string
		rows func(ctx context.Context, scope account.Scope, write func(any) error) error
	}{
		{"changes.jsonl", p.changes},
		{"root_uses.jsonl", p.rootUses},
		{"exceptions.jsonl", p.exceptions},
		{"attestations.jsonl", p.attestations},
	} {
		err := p.zip.add(part.name, func(w io.Writer) error {
			for _, scope := range p.scopes {
				if err := part.rows(ctx, scope, func(v any) error { return encode(w, v) }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return p.zip.add("checks.json", func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		e.SetEscapeHTML(false)
		return e.Encode(struct {
			Version int            `json:"version"`
			Checks  []checks.Check `json:"checks"`
		}{1, checks.All()})
	})
}

func (p *pack) changes(ctx context.Context, scope account.Scope, write func(any) error) error {
	changes, err := p.store.Changes(ctx, scope, p.from.Add(-time.Microsecond), p.until)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if p.wants(scope, c.AccountID) {
			if err := write(c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pack) rootUses(ctx context.Context, scope account.Scope, write func(any) error) error {
	uses, err := p.store.RootUses(ctx, scope, p.from)
	if err != nil {
		return err
	}
	for _, id := range slices.SortedFunc(maps.Keys(uses), func(a, b account.ID) int { return strings.Compare(a.String(), b.String()) }) {
		for _, u := range uses[id] {
			if u.At.After(p.until) || !p.wants(scope, id) {
				continue
			}
			if err := write(struct {
				account.Scope
				AccountID account.ID `json:"account_id"`
				checks.RootUse
			}{scope, id, u}); err != nil {
				return err
			}
		}
	}
	return nil
}

// exceptions are those entered until the end of the range, ended and revoked
// ones with them: their state is as of then.
func (p *pack) exceptions(ctx context.Context, scope account.Scope, write func(any) error) error {
	all, err := p.store.Exceptions(ctx, scope, account.ID{})
	return said(p, all, err, write, exceptionRow)
}

func (p *pack) attestations(ctx context.Context, scope account.Scope, write func(any) error) error {
	all, err := p.store.Attestations(ctx, scope, account.ID{})
	return said(p, all, err, write, attestationRow)
}

func said[T any](p *pack, all []schedule.Entered[T], err error, write func(any) error, row func(schedule.Entered[T], time.Time) entered) error {
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.At.After(p.until) || !e.AccountID.IsZero() && !p.wants(e.Scope, e.AccountID) {
			continue
		}
		if e.RevokedAt.After(p.until) { // not yet, at the end of the range
			e.RevokedAt, e.RevokedBy = time.Time{}, ""
		}
		if err := write(row(e, p.until)); err != nil {
			return err
		}
	}
	return nil
}

// coverageTable is coverage.csv: a row for each account and day, so that a day
// on which nobody looked is there to be seen.
type coverageTable struct {
	out   *csv.Writer
	first time.Time // midnight in UTC
	last  time.Time
	days  map[time.Time]*covered
}

// covered is one day of one account: by its last observation, with the gaps of all.
type covered struct {
	n     int
	state checks.CoverageState
	gaps  map[string]bool
}

func newCoverage(w io.Writer, from, until time.Time) (*coverageTable, error) {
	t := &coverageTable{out: csv.NewWriter(w), first: midnight(from), last: midnight(until), days: map[time.Time]*covered{}}
	return t, t.out.Write([]string{"organization", "partition", "account_id", "day", "observations", "state", "gaps"})
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

func (t *coverageTable) add(r checks.Report) {
	day := midnight(r.ObservedAt)
	c := t.days[day]
	if c == nil {
		c = &covered{gaps: map[string]bool{}}
		t.days[day] = c
	}
	c.n++
	c.state = cmp.Or(r.Coverage.State, checks.NotReadable)
	for _, g := range r.Coverage.Gaps {
		c.gaps[fmt.Sprintf("%s: %s", g.Action(), g.Cause)] = true
	}
}

// finish writes the days of one account and begins the next.
func (t *coverageTable) finish(a kept) error {
	for day := t.first; !day.After(t.last); day = day.AddDate(0, 0, 1) {
		c := t.days[day]
		if c == nil {
			c = &covered{state: "not_observed"}
		}
		err := t.out.Write([]string{a.Organization, a.Partition, a.ID.String(), day.Format(time.DateOnly), fmt.Sprint(c.n), string(c.state),
			strings.Join(slices.Sorted(maps.Keys(c.gaps)), "; ")})
		if err != nil {
			return err
		}
	}
	clear(t.days)
	t.out.Flush()
	return t.out.Error()
}

const evidenceReadme = `Evidence of root posture and accounts, written by Rootwatch.

What is in here
  manifest.json       what this archive is of, and the size and SHA-256 of every other file
  findings.jsonl      every observation: one report of one account at one instant, with each check's finding
                      and the hashes of the answers that it rests on. "previous" is the hash of the account's
                      observation before it, so that one that was taken away shows
  findings.csv        the same findings, a row for each
  answers/HASH.json   what AWS answered, as the checks saw it; named by the SHA-256 of its content
  coverage.csv        each account and day (UTC): how much could be read, what could not and why.
                      not_observed is a day on which nobody looked
  accounts.jsonl      the accounts, with how many observations there are and the hash of the last one
  changes.jsonl       what opened, was resolved, got worse, went dark; who became an admin and who no longer is
  root_uses.jsonl     when root's own credentials were used, as far as it is known
  exceptions.jsonl    accepted risks, with reason, approver and end; ended and revoked ones with them
  attestations.jsonl  what people attested that no API tells
  checks.json         what each check asks, why, how to mend it, and its numbers in other catalogues (CIS and others),
                      as of the version that wrote this archive

How to verify it
  rootwatch evidence verify FILE.zip

It reads every file against the manifest, each answer against its name, and the chain of observations. Without
Rootwatch: sha256sum of each file must be what manifest.json says of it. Whoever can write the archive can write a
manifest to it as well; so the SHA-256 of manifest.json itself is to be noted down elsewhere when the archive is
made. Both commands print it.

Statuses: pass, fail, unknown (something could not be read; not a pass), not_applicable, manual (no API tells).
It holds personal data: names of users, contacts, addresses and telephone numbers as AWS answered them.
`
