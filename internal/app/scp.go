package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/scp"
	"rootwatch/internal/awsorg"
	"rootwatch/schedule"
)

// ExplainRequest is what `rootwatch scp explain` was asked.
type ExplainRequest struct {
	Account    string
	Actions    []string // none for the list that root is judged by
	Resource   string   // ARN or *, for Actions; "" for what the list says, or any
	Context    []string // KEY=VALUE
	Principals []string // none for all
	Format     string   // table or json
}

// explainDocument is the JSON of `rootwatch scp explain`; see docs/json.md.
type explainDocument struct {
	Version      int            `json:"version"`
	Partition    string         `json:"partition"`
	Organization string         `json:"organization"`
	AccountID    account.ID     `json:"account_id"`
	AccountName  string         `json:"account_name,omitempty"`
	ObservedAt   time.Time      `json:"observed_at"`
	Exempt       bool           `json:"exempt"`
	Note         string         `json:"note,omitempty"`
	Path         []string       `json:"path"`
	Decisions    []scp.Decision `json:"decisions"`
}

// ExplainSCP says what service control policies let an account's root do, and
// which statement says so.
func (s Setup) ExplainSCP(ctx context.Context, r ExplainRequest, term Terminal) (int, error) {
	more, err := contextOf(r.Context)
	if err != nil {
		return Usage, Problem{Usage, err}
	}
	if err := actionsFault(r.Actions, r.Resource); err != nil {
		return Usage, Problem{Usage, err}
	}
	return s.withOrganizations(ctx, term, func(a *App) (int, error) {
		a.typed = "scp explain"
		about, err := a.about(ctx, r.Account, false, "")
		if err != nil {
			return Failure, err
		}
		over, err := overAccount(ctx, a.Orgs[about.Scope], about)
		if err != nil {
			return Unreadable, Problem{Unreadable, err}
		}
		document := over.document()
		document.Decisions = over.decide(r, more)
		if r.Format == "json" {
			err = writeJSON(term, document)
		} else {
			err = explainTable(document, over.Account, term)
		}
		undecided := func(d scp.Decision) bool { return d.Effect == scp.Undecided }
		if slices.ContainsFunc(document.Decisions, undecided) {
			return Unreadable, err
		}
		return Fine, err
	})
}

// withOrganizations opens the rooms for a command that asks the organizations.
func (s Setup) withOrganizations(ctx context.Context, term Terminal, f func(*App) (int, error)) (status int, err error) {
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return Usage, err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.AskOnly, term)
	if err != nil {
		return Failure, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return f(a)
}

// contextOf reads KEY=VALUE. A key that stands several times has several
// values; KEY= takes it out of the request, and KEY="" leaves it empty.
func contextOf(words []string) (func(scp.Context) scp.Context, error) {
	values := map[string][]string{}
	var order []string
	for _, word := range words {
		key, value, found := strings.Cut(word, "=")
		service, name, _ := strings.Cut(key, ":")
		if !found || service == "" || name == "" {
			return nil, fmt.Errorf("--context %s: write a condition key and its value, aws:SourceIp=192.0.2.7, or aws:SourceIp= to take the key out of the request", word)
		}
		key = strings.ToLower(key)
		given, again := values[key]
		if !again {
			order = append(order, key)
		}
		if again && (value == "" || len(given) == 0) {
			return nil, fmt.Errorf("--context %s: the key is taken out of the request and given a value; it can be one of the two", word)
		}
		if value == `""` {
			value = ""
			given = append(given, value)
		} else if value != "" {
			given = append(given, value)
		}
		values[key] = given
	}
	return func(c scp.Context) scp.Context {
		for _, key := range order {
			if c = c.With(key, scp.Absent()); len(values[key]) > 0 {
				c = c.With(key, scp.Is(values[key]...))
			}
		}
		return c
	}, nil
}

func actionsFault(actions []string, resource string) error {
	for _, action := range actions {
		service, name, _ := strings.Cut(action, ":")
		if service == "" || name == "" || strings.ContainsAny(action, "*? ") {
			return fmt.Errorf("--action %s: name one action as IAM does, iam:CreateUser", action)
		}
	}
	if resource != "" && len(actions) == 0 {
		return errors.New("--resource goes with --action: each action of the list has its own")
	}
	if resource != "" && resource != "*" && strings.Count(resource, ":") < 5 {
		return fmt.Errorf("--resource %s: give an ARN, or * for an action that acts on no resource", resource)
	}
	return nil
}

// overRoot is an account and what hangs over it.
type overRoot struct {
	account.Account
	at    time.Time
	chain []scp.Target
	note  string // why no policy has any effect; "" where one can
}

// overAccount asks the organization about the one account, and lists no other.
// An error says what could not be read.
func overAccount(ctx context.Context, org *awsorg.Org, about subject) (overRoot, error) {
	a, found, err := org.Account(ctx, about.ID)
	if gap, denied := errors.AsType[account.Gap](err); denied && gap.Cause == account.Denied {
		a, found, err = listedOne(ctx, org, about.ID) // the list tells both as well
	}
	switch {
	case err != nil:
		return overRoot{}, err
	case !found:
		return overRoot{}, fmt.Errorf("account %s is not in the organization any more", about.ID)
	}
	a.Name = cmp.Or(a.Name, about.name)
	whole := org.Organization(ctx)
	over := overRoot{Account: a, at: whole.ObservedAt}
	tree, err := treeOf(whole)
	if err != nil {
		return over, err
	}
	return over, over.hang(tree)
}

// listedOne looks for the account in the whole list, where its place alone may
// not be asked for.
func listedOne(ctx context.Context, org *awsorg.Org, id account.ID) (account.Account, bool, error) {
	for a, err := range org.Accounts(ctx) {
		if err != nil || a.ID == id {
			return a, err == nil, err
		}
	}
	return account.Account{}, false, nil
}

// treeOf is the policies of an organization, or a sentence why they are not known.
func treeOf(whole checks.Organization) (scp.Tree, error) {
	tree, known := whole.Policies.Get()
	if known {
		return tree, nil
	}
	gap := whole.Policies.Gap()
	if gap.Call == "" {
		return tree, errors.New("the organization's service control policies were not read")
	}
	return tree, fmt.Errorf("the organization's service control policies could not be read (%s): %w", gap.Action(), gap)
}

// hang finds what is over the account.
func (o *overRoot) hang(tree scp.Tree) (err error) {
	o.note = ""
	switch {
	case o.Role == account.Management:
		o.note = "No service control policy reaches the management account: not its root, and not its users and roles."
	case !tree.Enabled:
		o.note = "Service control policies are not enabled in the organization, or the account is in none."
		o.chain = []scp.Target{{ID: o.ID.String(), Off: true}}
	default:
		o.chain, err = tree.Chain(o.ID, o.Path)
	}
	return err
}

func (o overRoot) document() explainDocument {
	d := explainDocument{
		Version: 1, Partition: o.Partition, Organization: o.Organization, AccountID: o.ID, AccountName: o.Name,
		ObservedAt: o.at, Exempt: o.Role == account.Management, Note: o.note, Path: []string{},
	}
	for _, target := range o.chain {
		d.Path = append(d.Path, target.ID)
	}
	return d
}

// root is the answer for the list that root is judged by.
func (o overRoot) root(more func(scp.Context) scp.Context) scp.RootAnswer {
	if o.Role == account.Management {
		return scp.Management(o.ID)
	}
	return scp.RootWith(o.chain, o.ID, o.Partition, more)
}

func (o overRoot) decide(r ExplainRequest, more func(scp.Context) scp.Context) []scp.Decision {
	wanted := func(p scp.Principal) bool { return len(r.Principals) == 0 || slices.Contains(r.Principals, string(p)) }
	if len(r.Actions) == 0 {
		return slices.DeleteFunc(o.root(more).Decisions, func(d scp.Decision) bool { return !wanted(d.Principal) })
	}
	var all []scp.Decision
	for _, p := range scp.Principals() {
		if !wanted(p) {
			continue
		}
		for _, action := range r.Actions {
			d := scp.Decision{Action: action, Effect: scp.Allowed, Why: o.note}
			if o.Role != account.Management {
				resource := r.Resource
				if resource == "" {
					resource = scp.ResourceOf(action, o.ID, o.Partition)
				}
				d = scp.Decide(o.chain, action, resource, more(scp.RootContext(p, o.ID, o.Partition).For(action, o.Partition)))
			}
			d.Principal = p
			all = append(all, d)
		}
	}
	return all
}

func writeJSON(term Terminal, document any) error {
	e := json.NewEncoder(term.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(document)
}
