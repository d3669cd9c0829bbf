package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// HistoryRequest is what `rootwatch history` was asked.
type HistoryRequest struct {
	Account string
	Since   string // a day in the configured zone; "" for four months ago
	Format  string // table, json
}

// past is all that is remembered of an account, in JSON as docs/json.md tells.
type past struct {
	Version      int        `json:"version"`
	Partition    string     `json:"partition"`
	Organization string     `json:"organization"`
	AccountID    account.ID `json:"account_id"`
	AccountName  string     `json:"account_name"`
	At           time.Time  `json:"at"`
	Since        time.Time  `json:"since"`
	ObservedAt   time.Time  `json:"observed_at"`

	Findings     []pastFinding    `json:"findings"`
	Changes      []checks.Change  `json:"changes"`
	RootUses     []checks.RootUse `json:"root_uses"`
	RootKnown    *knownSince      `json:"root_uses_known,omitempty"`
	Roster       *checks.Roster   `json:"roster,omitempty"`
	Exceptions   []entered        `json:"exceptions"`
	Attestations []entered        `json:"attestations"`
}

// knownSince is between which instants no week with a use of root is missing.
type knownSince struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

type pastFinding struct {
	CheckID       string            `json:"check_id"`
	Status        checks.Status     `json:"status"`
	Severity      checks.Severity   `json:"severity"`
	Short         string            `json:"short"`
	Summary       string            `json:"summary"`
	LastKnown     checks.Status     `json:"last_known,omitempty"` // of what is unknown: what it was when it was last read
	FirstSeen     time.Time         `json:"first_seen,omitzero"`
	LastSeen      time.Time         `json:"last_seen,omitzero"`
	TimesReopened int               `json:"times_reopened"`
	EverFailed    bool              `json:"ever_failed"`
	TimeToFix     *checks.TimeToFix `json:"time_to_fix,omitempty"`
}

// History writes what is remembered of one account. It reads the store alone,
// also beside a running serve.
func (s Setup) History(ctx context.Context, r HistoryRequest, term Terminal) error {
	return s.withStore(ctx, term, readFromStore, func(a *App) error {
		since := a.now().AddDate(0, -4, 0)
		if r.Since != "" {
			var err error
			if since, err = time.ParseInLocation(time.DateOnly, r.Since, a.Config.Zone); err != nil {
				return Problem{Usage, fmt.Errorf("--since is %q; write a day such as 2026-07-01", r.Since)}
			}
			if since.After(a.now()) {
				return Problem{Usage, fmt.Errorf("--since is %s, which is still to come", r.Since)}
			}
		}
		a.typed = "history"
		target, err := a.stored(ctx, r.Account)
		if err != nil {
			return err
		}
		p, err := a.past(ctx, target, since)
		if err != nil {
			return err
		}
		if r.Format == "json" {
			e := json.NewEncoder(term.Out)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			return e.Encode(p)
		}
		return p.draw(term, a.Config.Zone)
	})
}

// readFromStore is why history and evidence need a store.
const readFromStore = "this is read from the store"

// withStore opens what is stored, and nothing of AWS or Slack. what says,
// where nothing is, why there must be a store.
func (s Setup) withStore(ctx context.Context, term Terminal, what string, f func(*App) error) (err error) {
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.AskOnly, term)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if a.temporary() {
		return Problem{Usage, fmt.Errorf("%s, and without a configuration nothing is stored: name a store in rootwatch.yaml (rootwatch config example prints one)", what)}
	}
	return f(a)
}

// stored finds an account of which something is stored, also one that left its
// organization, which is known by its id alone.
func (a *App) stored(ctx context.Context, name string) (bot.Target, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return bot.Target{}, err
	}
	parsed, trouble := bot.Parse(bot.RootCheck, name, directory)
	if trouble != nil {
		return bot.Target{}, Problem{Usage, usage(trouble, a.typed)}
	}
	wanted, ok := parsed.(bot.CheckAccounts)
	if !ok || wanted.All || len(wanted.Targets) != 1 {
		return bot.Target{}, Problem{Usage, fmt.Errorf("name one account by id or name; %q is none", name)}
	}
	target := wanted.Targets[0]
	scopes := []account.Scope{target.Scope}
	if target.Scope == (account.Scope{}) {
		scopes = a.scopes()
	}
	for _, scope := range scopes {
		report, err := a.Store.Latest(ctx, scope, target.ID)
		if err != nil {
			return target, err
		}
		if report != nil {
			return bot.Target{Scope: scope, ID: target.ID}, nil
		}
	}
	if _, ok := listed(directory, target); !ok && len(directory) > 0 {
		return target, Problem{Unreadable, a.stranger(target.ID)}
	}
	return target, Problem{Unreadable, fmt.Errorf("nothing is stored of account %s: it was never checked; rootwatch check %s does", target.ID, target.ID)}
}

func (a *App) past(ctx context.Context, t bot.Target, since time.Time) (past, error) {
	now := a.now()
	p := past{
		Version: 1, Partition: t.Scope.Partition, Organization: t.Scope.Organization, AccountID: t.ID, At: now, Since: since,
		Findings: []pastFinding{}, Changes: []checks.Change{}, RootUses: []checks.RootUse{}, Exceptions: []entered{}, Attestations: []entered{},
	}
	report, err := a.Store.Latest(ctx, t.Scope, t.ID)
	if err != nil {
		return p, err
	}
	p.AccountName, p.ObservedAt, p.Roster = report.AccountName, report.ObservedAt, report.Roster
	ever, err := a.Store.AccountChanges(ctx, t.Scope, t.ID, time.Time{}, now)
	if err != nil {
		return p, err
	}
	times := checks.FixTimes(ever)
	for _, f := range report.Findings {
		p.Findings = append(p.Findings, pastOf(f, times))
	}
	slices.SortStableFunc(p.Findings, func(a, b pastFinding) int { return a.Severity.Rank() - b.Severity.Rank() })
	for _, c := range ever {
		if !c.At.Before(since) {
			p.Changes = append(p.Changes, c)
		}
	}
	window := monday(since) // uses are told by weeks, so that of the first day is whole
	h, err := a.Store.RootHistory(ctx, t.Scope, t.ID, window)
	if err != nil {
		return p, err
	}
	p.RootUses = append(p.RootUses, h.RootUses...)
	p.RootKnown = knownWithin(h, window)
	return p, a.pastWords(ctx, t, &p)
}

// knownWithin is what is known without a hole from the instant on, from which
// the uses are told too: no use lies in the range that is not told.
func knownWithin(h checks.History, from time.Time) *knownSince {
	if h.Last.IsZero() || !h.Last.After(from) {
		return nil
	}
	if h.Since.After(from) {
		from = h.Since
	}
	return &knownSince{from, h.Last}
}

func pastOf(f checks.Finding, times map[string]checks.TimeToFix) pastFinding {
	one := pastFinding{
		CheckID: f.CheckID, Status: f.Status, Severity: f.Severity, Short: f.Short, Summary: f.Summary, FirstSeen: f.FirstSeen, LastSeen: f.LastSeen,
		TimesReopened: f.TimesReopened, EverFailed: f.EverFailed,
	}
	if f.Status == checks.Unknown {
		if one.LastKnown = f.LastKnown; f.LastKnown == checks.Fail {
			one.FirstSeen = f.LastKnownSince // the failure's, which stays open in the dark
		}
	}
	if check, ok := checks.Find(f.CheckID); ok && one.Short == "" {
		one.Short = check.Short
	}
	if t, ok := times[f.CheckID]; ok {
		one.TimeToFix = &t
	}
	return one
}

// pastWords are what people said of the account, and of all accounts.
func (a *App) pastWords(ctx context.Context, t bot.Target, p *past) error {
	exceptions, err := a.Store.Exceptions(ctx, t.Scope, t.ID)
	if err != nil {
		return err
	}
	for _, e := range exceptions {
		p.Exceptions = append(p.Exceptions, exceptionRow(e, p.At))
	}
	attestations, err := a.Store.Attestations(ctx, t.Scope, t.ID)
	for _, e := range attestations {
		p.Attestations = append(p.Attestations, attestationRow(e, p.At))
	}
	return err
}
