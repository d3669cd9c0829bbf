package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
)

// WhatIfRequest is what `rootwatch scp whatif` was asked.
type WhatIfRequest struct {
	File         string // "-" for standard input
	In           io.Reader
	Target       string // id or name of a unit, an account, or root
	Organization string // where several have such a target
	Context      []string
	Format       string // table or json
}

// proposedID is what the policy is called that hangs nowhere yet.
const proposedID = "proposed"

// whatIf is the JSON of `rootwatch scp whatif`; see docs/json.md.
type whatIf struct {
	Version      int      `json:"version"`
	Partition    string   `json:"partition"`
	Organization string   `json:"organization"`
	Target       string   `json:"target"`
	TargetName   string   `json:"target_name,omitempty"`
	Accounts     []whatOf `json:"accounts"` // whose root would change
	Unchanged    int      `json:"unchanged"`
	// Untouched is the management account, which no policy reaches.
	Untouched account.ID `json:"untouched,omitzero"`
	NotActive int        `json:"not_active"`
	Unread    []unread   `json:"unread"` // not known what hangs over them
}

// whatOf is what would change for an account's root.
type whatOf struct {
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name,omitempty"`
	// CentralAudit is "lost" where a call of it would be denied, "unsure"
	// where that would depend on what is not known, and else "kept".
	CentralAudit string   `json:"central_audit"`
	Changes      []change `json:"changes"`
}

type change struct {
	Principal scp.Principal `json:"principal"`
	Action    string        `json:"action"`
	Before    scp.Effect    `json:"before"`
	After     scp.Effect    `json:"after"`
	PolicyID  string        `json:"policy_id"`
	Statement string        `json:"statement"`
	TargetID  string        `json:"target"`
	Keys      []string      `json:"keys,omitempty"`
}

type unread struct {
	AccountID   account.ID `json:"account_id"`
	AccountName string     `json:"account_name,omitempty"`
	Why         string     `json:"why"`
}

// The words of CentralAudit.
const (
	auditKept   = "kept"
	auditLost   = "lost"
	auditUnsure = "unsure"
)

// WhatIfSCP says whose root would change if a policy hung on a target, and who
// would lose the central audit.
func (s Setup) WhatIfSCP(ctx context.Context, r WhatIfRequest, term Terminal) (int, error) {
	policy, err := proposed(r)
	if err != nil {
		return Usage, Problem{Usage, err}
	}
	more, err := contextOf(r.Context)
	if err != nil {
		return Usage, Problem{Usage, err}
	}
	return s.withOrganizations(ctx, term, func(a *App) (int, error) {
		at, err := a.place(ctx, r)
		if err != nil {
			return Unreadable, err
		}
		document, err := at.whatIf(ctx, a, policy, more)
		if err != nil {
			return Unreadable, Problem{Unreadable, err}
		}
		if r.Format == "json" {
			err = writeJSON(term, document)
		} else {
			_, err = io.WriteString(term.Out, document.text(policy.Name, term.Width))
		}
		return document.status(), err
	})
}

// proposed reads the policy, and refuses what AWS would.
func proposed(r WhatIfRequest) (scp.Policy, error) {
	var content []byte
	var err error
	if r.File == "-" {
		content, err = io.ReadAll(io.LimitReader(r.In, 1<<20))
	} else {
		content, err = os.ReadFile(r.File)
	}
	if err != nil {
		return scp.Policy{}, err
	}
	if err := scp.Validate(string(content)); err != nil {
		return scp.Policy{}, fmt.Errorf("%s: %w", r.File, err)
	}
	return scp.Policy{ID: proposedID, Name: r.File, Content: string(content)}, nil
}

// place is a target in an organization.
type place struct {
	account.Scope
	id, name string
	tree     scp.Tree
}

// place finds the target among the roots, the units and then the accounts.
func (a *App) place(ctx context.Context, r WhatIfRequest) (place, error) {
	var found []place
	var unreadable []error
	for _, scope := range a.scopes() {
		if r.Organization != "" && scope.Organization != r.Organization {
			continue
		}
		tree, err := treeOf(a.Orgs[scope].Organization(ctx))
		switch {
		case err != nil:
			unreadable = append(unreadable, fmt.Errorf("%s: %w", scope.Organization, err))
			continue
		case !tree.Enabled:
			unreadable = append(unreadable, fmt.Errorf("%s: service control policies are not enabled in it, so none would have any effect", scope.Organization))
			continue
		}
		for _, id := range unitsNamed(tree, r.Target) {
			found = append(found, place{scope, id, tree.Units[id].Name, tree})
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var ids []string
		for _, f := range found {
			ids = append(ids, f.id+" in "+f.Organization)
		}
		return place{}, Problem{Usage, fmt.Errorf("--target %s: several are called so: %s; name one by its id, and with --organization where that is not enough", bot.Clean(r.Target), strings.Join(ids, ", "))}
	}
	a.typed = "scp whatif --target"
	about, err := a.about(ctx, r.Target, false, "")
	if err != nil {
		if len(unreadable) > 0 {
			return place{}, Problem{Unreadable, errors.Join(unreadable...)}
		}
		if problem, ok := errors.AsType[Problem](err); !ok || problem.Status != Usage {
			return place{}, err
		}
		return place{}, Problem{Usage, fmt.Errorf("--target %s: it is no root, no organizational unit and no account that is known; give root, a unit's id or name, or an account", bot.Clean(r.Target))}
	}
	tree, err := treeOf(a.Orgs[about.Scope].Organization(ctx))
	if err != nil {
		return place{}, Problem{Unreadable, err}
	}
	return place{about.Scope, about.ID.String(), "", tree}, nil
}

// unitsNamed are the ids of what is called so: the root, or units.
func unitsNamed(tree scp.Tree, target string) []string {
	if strings.EqualFold(target, "root") || target == tree.RootID {
		return []string{tree.RootID}
	}
	var ids []string
	for id, unit := range tree.Units {
		if id == target || strings.EqualFold(unit.Name, target) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (p place) whatIf(ctx context.Context, a *App, policy scp.Policy, more func(scp.Context) scp.Context) (whatIf, error) {
	w := whatIf{Version: 1, Partition: p.Partition, Organization: p.Organization, Target: p.id, TargetName: p.name, Accounts: []whatOf{}, Unread: []unread{}}
	with := p.tree.With(policy, p.id)
	for acc, err := range a.Orgs[p.Scope].Accounts(ctx) {
		if err != nil {
			return w, err
		}
		before, after := overRoot{Account: acc}, overRoot{Account: acc}
		if err := errors.Join(before.hang(p.tree), after.hang(with)); err != nil {
			w.Unread = append(w.Unread, unread{acc.ID, acc.Name, before.hang(p.tree).Error()})
			continue
		}
		switch below := slices.ContainsFunc(after.chain, func(t scp.Target) bool { return t.ID == p.id }); {
		case acc.Role == account.Management:
			w.Untouched = acc.ID
		case !below:
		case acc.State == account.Suspended || acc.State == account.PendingClosure || acc.State == account.Closed:
			w.NotActive++
		default:
			w.add(acc, before.root(more).Decisions, after.root(more).Decisions)
		}
	}
	return w, nil
}

// add compares the two answers, which are of the same actions in the same order.
func (w *whatIf) add(acc account.Account, before, after []scp.Decision) {
	what := whatOf{AccountID: acc.ID, AccountName: acc.Name, CentralAudit: auditKept}
	for i, d := range after {
		was := before[i].Effect
		if was == d.Effect {
			continue
		}
		what.Changes = append(what.Changes, change{d.Principal, d.Action, was, d.Effect, d.PolicyID, d.Statement, d.TargetID, d.Keys})
		switch {
		case d.Principal != scp.AssumedRoot || d.Effect == scp.Allowed:
		case d.Effect == scp.Denied:
			what.CentralAudit = auditLost
		case what.CentralAudit == auditKept:
			what.CentralAudit = auditUnsure
		}
	}
	if len(what.Changes) == 0 {
		w.Unchanged++
		return
	}
	w.Accounts = append(w.Accounts, what)
}

// whoseAudit are the accounts whose central audit would be so.
func (w whatIf) whoseAudit(word string) []string {
	var labels []string
	for _, a := range w.Accounts {
		if a.CentralAudit == word {
			labels = append(labels, bot.LabelID(a.AccountName, a.AccountID))
		}
	}
	return labels
}

// status is 1 where an account would lose the central audit, and 3 where that
// is not known of one.
func (w whatIf) status() int {
	switch {
	case len(w.whoseAudit(auditLost)) > 0:
		return Findings
	case len(w.whoseAudit(auditUnsure))+len(w.Unread) > 0:
		return Unreadable
	}
	return Fine
}
