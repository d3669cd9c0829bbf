package app

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/schedule"
)

// EvidenceRequest is what `rootwatch evidence` was asked.
type EvidenceRequest struct {
	From, To string // days in UTC, the last one with it
	Accounts []string
	Out      string
	Version  string // of this program
}

// evidenceStore is what an archive is made from.
type evidenceStore interface {
	Directory(ctx context.Context) ([]account.Account, error)
	ObservedAccounts(ctx context.Context, scope account.Scope, from, until time.Time) ([]account.ID, error)
	Observations(ctx context.Context, scope account.Scope, id account.ID, from, until time.Time) iter.Seq2[schedule.Observed, error]
	Answer(ctx context.Context, scope account.Scope, hash string) ([]byte, error)
	Changes(ctx context.Context, scope account.Scope, since, until time.Time) ([]checks.Change, error)
	RootUses(ctx context.Context, scope account.Scope, from time.Time) (map[account.ID][]checks.RootUse, error)
	Attestations(ctx context.Context, scope account.Scope, id account.ID) ([]schedule.Entered[checks.Attestation], error)
	Exceptions(ctx context.Context, scope account.Scope, id account.ID) ([]schedule.Entered[checks.Exception], error)
}

// Evidence writes an archive for an auditor, and returns the exit status: 1
// where the store could not vouch for all that is in it.
func (s Setup) Evidence(ctx context.Context, r EvidenceRequest, term Terminal) (status int, err error) {
	from, to, err := days(r.From, r.To)
	if err != nil {
		return Usage, err
	}
	status = Fine
	err = s.withStore(ctx, term, readFromStore, func(a *App) error {
		p := pack{store: a.rooms, scopes: a.scopes(), from: from, until: earliest(to.AddDate(0, 0, 1).Add(-time.Microsecond), a.now().UTC()), seen: map[string]bool{}}
		if oldest := a.now().Add(-checks.Remembered); from.Before(oldest) {
			return Problem{Usage, fmt.Errorf("--from is %s, and what reports rest on is kept for 13 months: give %s or later", r.From, oldest.UTC().AddDate(0, 0, 1).Format(time.DateOnly))}
		}
		if !p.from.Before(p.until) {
			return Problem{Usage, fmt.Errorf("--from is %s, which is not over yet: nothing was observed then", r.From)}
		}
		for _, name := range r.Accounts {
			a.typed = "evidence --account"
			target, err := a.stored(ctx, name)
			if err != nil {
				return err
			}
			p.only = append(p.only, target)
		}
		m := manifest{
			Version: evidenceVersion, GeneratedAt: a.now().UTC().Truncate(time.Second), Tool: "rootwatch " + r.Version, From: p.from, To: p.until, Zone: a.Config.Zone.String(),
			Schedules: map[string]string{"sweep": a.Config.Schedules.Sweep, "spend": a.Config.Schedules.Spend, "digest": a.Config.Schedules.Digest},
		}
		for _, scope := range p.scopes {
			m.Organizations = append(m.Organizations, manifestScope(scope))
		}
		for _, t := range p.only {
			m.Accounts = append(m.Accounts, t.ID.String())
		}
		var hash string
		err := newFile(r.Out, func(w io.Writer, dir string) (err error) {
			p.dir = dir
			hash, err = p.write(ctx, w, m)
			return err
		})
		if err != nil {
			return err
		}
		for _, trouble := range p.troubles {
			status = Findings
			_, _ = fmt.Fprintln(term.Err, "rootwatch:", bot.Clean(trouble))
		}
		_, err = fmt.Fprintf(term.Out, "%s: %s with %s, %s to %s.\nsha256 of its manifest, to note down elsewhere:\n%s\n", r.Out,
			bot.Count(p.observations, "observation", "observations"), bot.Count(p.findings, "finding", "findings"), r.From, r.To, hash)
		return err
	})
	if err != nil {
		status = Failure
	}
	return status, err
}

// days reads a range of days in UTC.
func days(from, to string) (first, last time.Time, err error) {
	if first, err = time.Parse(time.DateOnly, from); err == nil {
		last, err = time.Parse(time.DateOnly, to)
	}
	switch {
	case err != nil:
		return first, last, Problem{Usage, fmt.Errorf("--from %s --to %s: write days such as 2026-07-01", from, to)}
	case last.Before(first):
		return first, last, Problem{Usage, fmt.Errorf("--to is %s, before --from, %s", to, from)}
	}
	return first, last, nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// pack is one archive in the making.
type pack struct {
	store       evidenceStore
	scopes      []account.Scope
	only        []bot.Target // none for all accounts
	from, until time.Time
	dir         string // for files that are written beside each other

	zip                    archive
	seen                   map[string]bool // answers that are in it, by scope and hash
	observations, findings int
	troubles               []string
}

// write streams: of all observations it holds one at a time.
func (p *pack) write(ctx context.Context, w io.Writer, m manifest) (hash string, err error) {
	p.zip = archive{zip: zip.NewWriter(w)}
	if err := p.zip.add("README.txt", func(w io.Writer) error { _, err := io.WriteString(w, evidenceReadme); return err }); err != nil {
		return "", err
	}
	accounts, err := p.accounts(ctx)
	if err != nil {
		return "", err
	}
	// The findings are read once and go to three files; a zip takes one at a time.
	spools := map[string]*bufio.Writer{}
	var opened []*os.File
	defer func() {
		for _, f := range opened {
			err = errors.Join(err, f.Close())
		}
	}()
	names := []string{"accounts.jsonl", "coverage.csv", "findings.csv", evidenceFindings}
	for _, name := range names {
		f, err := os.OpenFile(filepath.Join(p.dir, name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return "", err
		}
		opened, spools[name] = append(opened, f), bufio.NewWriter(f)
	}
	if err := p.observed(ctx, accounts, spools); err != nil {
		return "", err
	}
	for i, name := range names {
		if err := spools[name].Flush(); err != nil {
			return "", err
		}
		if err := p.zip.add(name, func(w io.Writer) error {
			_, err := opened[i].Seek(0, io.SeekStart)
			if err == nil {
				_, err = io.Copy(w, opened[i])
			}
			return err
		}); err != nil {
			return "", err
		}
	}
	if err := p.rest(ctx); err != nil {
		return "", err
	}
	m.Observations, m.Findings, m.Troubles = p.observations, p.findings, p.troubles
	return p.zip.finish(m)
}

// kept is an account that the archive is about.
type kept struct {
	account.Account
	listed bool // in the directory now
}

// accounts are those of the directory and those that were observed, by scope and id.
func (p *pack) accounts(ctx context.Context) ([]kept, error) {
	directory, err := p.store.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var all []kept
	for _, scope := range p.scopes {
		of := map[account.ID]kept{}
		observed, err := p.store.ObservedAccounts(ctx, scope, p.from, p.until)
		if err != nil {
			return nil, err
		}
		for _, id := range observed {
			of[id] = kept{Account: account.Account{Scope: scope, ID: id}}
		}
		for _, a := range directory {
			if a.Scope == scope {
				of[a.ID] = kept{a, true}
			}
		}
		var here []kept
		for _, a := range of {
			if p.wants(scope, a.ID) {
				here = append(here, a)
			}
		}
		slices.SortFunc(here, func(a, b kept) int { return strings.Compare(a.ID.String(), b.ID.String()) })
		all = append(all, here...)
	}
	return all, nil
}

func (p *pack) wants(scope account.Scope, id account.ID) bool {
	return len(p.only) == 0 || slices.ContainsFunc(p.only, func(t bot.Target) bool { return t.Scope == scope && t.ID == id })
}

// observed writes what was observed of each account.
func (p *pack) observed(ctx context.Context, accounts []kept, to map[string]*bufio.Writer) error {
	cover, err := newCoverage(to["coverage.csv"], p.from, p.until)
	if err != nil {
		return err
	}
	_, err = export.CSV(to["findings.csv"], func(yield func(checks.Report, error) bool) {
		for _, a := range accounts {
			for o, err := range p.of(ctx, a, cover, to) {
				if !yield(o.Report, err) || err != nil {
					return
				}
			}
		}
	})
	return err
}

// of streams the observations of an account, each written to findings.jsonl
// with its answers first.
func (p *pack) of(ctx context.Context, a kept, cover *coverageTable, to map[string]*bufio.Writer) iter.Seq2[checks.Observation, error] {
	return func(yield func(checks.Observation, error) bool) {
		line := accountLine{Partition: a.Partition, Organization: a.Organization, AccountID: a.ID, AccountName: a.Name, State: a.State, Role: a.Role, Listed: a.listed}
		for o, err := range p.store.Observations(ctx, a.Scope, a.ID, p.from, p.until) {
			if err != nil { // one row that is damaged must not keep the rest from the auditor
				if ctx.Err() != nil || o.Hash == "" {
					yield(checks.Observation{}, err)
					return
				}
				p.trouble("%v", err)
				continue
			}
			observation, err := p.take(ctx, a, o, line, to[evidenceFindings])
			if errors.Is(err, errGarbled) {
				p.trouble("%v", err)
				continue
			}
			if err != nil {
				yield(observation, err)
				return
			}
			line.add(o)
			cover.add(observation.Report)
			if !yield(observation, nil) {
				return
			}
		}
		err := errors.Join(cover.finish(a), encode(to["accounts.jsonl"], line))
		if err != nil {
			yield(checks.Observation{}, err)
		}
	}
}

// errGarbled is of a row that no program wrote.
var errGarbled = errors.New("cannot be read")

// accountLine is a line of accounts.jsonl.
type accountLine struct {
	Partition    string        `json:"partition"`
	Organization string        `json:"organization"`
	AccountID    account.ID    `json:"account_id"`
	AccountName  string        `json:"account_name"`
	State        account.State `json:"account_state,omitempty"`
	Role         account.Role  `json:"role,omitempty"`
	Listed       bool          `json:"listed"` // the organization has it, as it was last listed
	Observations int           `json:"observations"`
	First        time.Time     `json:"first,omitzero"`
	Last         time.Time     `json:"last,omitzero"`
	LastHash     string        `json:"last_hash,omitempty"`
}

func (l *accountLine) add(o schedule.Observed) {
	if l.Observations++; l.First.IsZero() {
		l.First = o.At
	}
	l.Last, l.LastHash = o.At, o.Hash
}

// take writes one observation and the answers that are not in the archive yet.
func (p *pack) take(ctx context.Context, a kept, o schedule.Observed, before accountLine, w io.Writer) (observation checks.Observation, err error) {
	when := fmt.Sprintf("the observation of %s at %s", a.ID, o.At.Format(time.RFC3339))
	if checks.HashOf(o.Text) != o.Hash {
		p.trouble("%s was altered in the store: it is not what it was saved as", when)
	}
	if err := json.Unmarshal(o.Text, &observation); err != nil {
		return observation, fmt.Errorf("%s %w: %w", when, errGarbled, err)
	}
	if before.Observations > 0 && observation.Previous != before.LastHash {
		p.trouble("%s does not follow the one before it, of %s: one between them was taken away, or one was altered", when, before.Last.Format(time.RFC3339))
	}
	p.observations++
	p.findings += len(observation.Report.Findings)
	for _, hash := range sortedHashes(observation.Answers) {
		key := a.Partition + "/" + a.Organization + "/" + hash
		if p.seen[hash] || p.seen[key] {
			continue
		}
		text, err := p.store.Answer(ctx, a.Scope, hash)
		if err == nil && checks.HashOf(text) != hash {
			err = errors.New("it was altered in the store")
		}
		if err != nil {
			p.seen[key] = true
			p.trouble("an answer that %s rests on: %v", when, err)
			continue
		}
		p.seen[hash] = true
		if err := p.zip.add(evidenceAnswers+hash+".json", func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return observation, err
		}
	}
	return observation, encode(w, observedLine{o.Hash, o.Text})
}

func sortedHashes(answers map[string]string) []string {
	var hashes []string
	for _, hash := range answers {
		hashes = append(hashes, hash)
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// mostTroubles bounds the list: where a disk is damaged there may be thousands.
const mostTroubles = 100

func (p *pack) trouble(format string, args ...any) {
	if len(p.troubles) < mostTroubles {
		p.troubles = append(p.troubles, fmt.Sprintf(format, args...)+".")
	}
}

// encode writes one line of JSON as it is stored, without HTML's escapes.
func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
