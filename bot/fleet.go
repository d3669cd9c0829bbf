package bot

import (
	"cmp"
	"container/heap"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"rootwatch/checks"
	"rootwatch/checks/account"
)

// FleetOf sums up an organization: reports are read one by one and not kept,
// so that memory grows with the number of ids alone. Every account of the
// directory that has no report counts as not readable, and so does a check
// that a report does not have: each row of this version's checks adds up to all accounts.
// Reports and accounts of another scope, and a second report of the same
// account, are left out. An error of the stream ends it; the Fleet is then empty.
func FleetOf(scope account.Scope, directory []account.Account, reports iter.Seq2[checks.Report, error]) (Fleet, error) {
	b := fleetBuilder{seen: map[account.ID]bool{}, rows: map[string]*FleetRow{}, reasons: map[string]*reason{}}
	b.fleet.Scope = scope
	for _, c := range checks.All() {
		b.rows[c.ID] = &FleetRow{CheckID: c.ID, Title: c.Title, Severity: c.Severity}
		b.current = append(b.current, c.ID)
	}
	for r, err := range reports {
		if err != nil {
			return Fleet{}, fmt.Errorf("summing up %s: %w", scope.Organization, err)
		}
		if r.Scope == scope && !b.seen[r.AccountID] {
			b.seen[r.AccountID] = true
			b.add(r)
		}
	}
	for _, a := range directory {
		if a.Scope == scope && !b.seen[a.ID] {
			b.seen[a.ID] = true
			b.fleet.Coverage.Accounts++
			b.fleet.Coverage.NotReadable++
			cause := account.NotCollected
			if inactive(a.State) {
				cause = account.NotActive
			}
			b.dark(a.Label(), a.State, []account.Gap{{Cause: cause}})
		}
	}
	return b.done(), nil
}

type fleetBuilder struct {
	fleet   Fleet
	seen    map[account.ID]bool
	rows    map[string]*FleetRow
	current []string // the checks of this version; a stored report may know older ones
	reasons map[string]*reason
	open    openHeap
}

func (b *fleetBuilder) add(r checks.Report) {
	f := &b.fleet
	f.Coverage.Accounts++
	if f.ObservedAt.IsZero() || r.ObservedAt.Before(f.ObservedAt) {
		f.ObservedAt = r.ObservedAt
	}
	switch r.Coverage.State {
	case checks.Read:
		f.Coverage.Read++
	case checks.PartlyRead:
		f.Coverage.PartlyRead++
		b.dark(Label(r.AccountName, r.AccountID), r.State, r.Coverage.Gaps)
	default:
		f.Coverage.NotReadable++
		b.dark(Label(r.AccountName, r.AccountID), r.State, r.Coverage.Gaps)
	}
	if !r.JoinedAt.IsZero() && r.ObservedAt.Sub(r.JoinedAt) < joinedLately {
		f.joined = append(f.joined, Joined{r.AccountID, r.AccountName, r.JoinedAt})
	}
	clean := 0
	judged := map[string]bool{}
	for _, finding := range r.Findings {
		if judged[finding.CheckID] {
			continue
		}
		judged[finding.CheckID] = true
		if b.count(r, finding) {
			clean++
		}
	}
	complete := !slices.ContainsFunc(b.current, func(id string) bool { return !judged[id] })
	if complete && len(judged) > 0 && clean == len(judged) {
		f.Clean++
	}
}

// count adds one finding to its row, and says whether it leaves the account
// without findings.
func (b *fleetBuilder) count(r checks.Report, f checks.Finding) bool {
	row, ok := b.rows[f.CheckID]
	if !ok { // of a check this version no longer has
		row = &FleetRow{CheckID: f.CheckID, Title: f.Title, Severity: f.Severity}
		b.rows[f.CheckID] = row
	}
	switch f.Status {
	case checks.Pass:
		row.Pass++
		return true
	case checks.NotApplicable:
		row.Other++
		return true
	case checks.Manual:
		row.Other++
		return true
	case checks.Fail:
		if f.Accepted(r.ObservedAt) {
			row.Accepted++
			b.fleet.Accepted.Add(f.Exception.Until)
			return false
		}
		if row.Fail == 0 || f.Severity.Rank() < row.Severity.Rank() {
			row.Severity = f.Severity
		}
		row.Fail++
		b.fleet.OpenTotal++
		b.open.keep(lineOf(r, f))
	default:
		row.Unknown++
		return f.Waiting()
	}
	return false
}

func lineOf(r checks.Report, f checks.Finding) Line {
	since := f.FirstSeen
	if since.IsZero() {
		since = r.ObservedAt
	}
	return Line{
		AccountID: r.AccountID, AccountName: r.AccountName, CheckID: f.CheckID, Short: ShortOf(f),
		Severity: f.Severity, Summary: f.Summary, Since: since,
	}
}

// done orders what was counted.
func (b *fleetBuilder) done() Fleet {
	f := b.fleet
	for _, id := range b.current {
		row := b.rows[id]
		row.Unknown = f.Coverage.Accounts - row.Pass - row.Fail - row.Other - row.Accepted
	}
	for _, row := range b.rows {
		f.Rows = append(f.Rows, *row)
	}
	slices.SortFunc(f.Rows, func(a, b FleetRow) int {
		return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), strings.Compare(a.CheckID, b.CheckID))
	})
	f.Open = slices.SortedFunc(slices.Values(b.open), worseFirst)
	for _, r := range b.reasons {
		f.Coverage.Reasons = append(f.Coverage.Reasons, CoverageReason{
			Cause: r.cause, Accounts: r.accounts, Examples: r.examples, Sentence: r.sentence(),
		})
	}
	slices.SortFunc(f.Coverage.Reasons, func(a, b CoverageReason) int {
		return cmp.Or(cmp.Compare(b.Accounts, a.Accounts), strings.Compare(string(a.Cause), string(b.Cause)), strings.Compare(a.Sentence, b.Sentence))
	})
	return f
}

// reason collects one cause over the accounts; of refusals, one for each set
// of actions, so that no account is blamed for another's, and of accounts that
// are not in use one for each state.
type reason struct {
	cause    account.Cause
	state    account.State // of accounts that are not in use
	accounts int
	examples []string
	actions  []string // the IAM actions that lack
	own      string   // what is to be switched on, in the gap's own words
}

// namedExamples is how many accounts and permissions a reason names.
const namedExamples = 3

// inactive reports whether AWS answers nothing about an account in this state.
func inactive(s account.State) bool { return s != "" && s != account.Active }

// dark counts an account once for each of its causes.
func (b *fleetBuilder) dark(label string, state account.State, gaps []account.Gap) {
	if len(gaps) == 0 {
		gaps = []account.Gap{{Cause: account.NotCollected}}
	}
	refused := map[account.Cause][]string{}
	switchOn := ""
	for _, g := range gaps {
		cause := cmp.Or(g.Cause, account.NotCollected)
		if cause == account.NotEnabled {
			switchOn = cmp.Or(switchOn, Clean(g.Sentence))
		}
		actions := refused[cause]
		if action := Clean(g.Action()); cause == account.Denied && action != "" && !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
		refused[cause] = actions
	}
	for cause, actions := range refused {
		of := account.State("")
		if cause == account.NotActive && inactive(state) {
			of = state
		}
		own := ""
		if cause == account.NotEnabled {
			own = switchOn
		}
		key := string(cause) + " " + string(of) + " " + strings.Join(actions, " ") + " " + own
		r, ok := b.reasons[key]
		if !ok {
			r = &reason{cause: cause, state: of, actions: actions, own: own}
			b.reasons[key] = r
		}
		r.accounts++
		if len(r.examples) < namedExamples {
			r.examples = append(r.examples, label)
		}
	}
}

// sentence says what keeps the accounts dark; for a refusal, which actions.
func (r *reason) sentence() string {
	text := CauseText(r.cause)
	if r.state != "" {
		text = "the account is " + Clean(r.state.Words()) + ", so AWS answers nothing about it"
	}
	if len(r.actions) > 0 {
		named := slices.Clone(r.actions[:min(len(r.actions), namedExamples)])
		if len(r.actions) > namedExamples {
			named = append(named, "others")
		}
		text = "AWS refused " + english.WordSeries(named, "and") + "; allow " + english.PluralWord(len(r.actions), "it", "them") + " in " + r.place()
	}
	if r.own != "" {
		text = r.own
	}
	return capital(strings.TrimRight(text, ".")) + "."
}

// place is whose policy lacks the actions.
func (r *reason) place() string {
	if slices.ContainsFunc(r.actions, func(action string) bool { return !strings.HasPrefix(action, "organizations:") }) {
		return "the audit role and in the policies above the account"
	}
	return "the role that reads the organization"
}

// joinedLately is how long ago an account may have joined its organization
// and still be news: a digest that comes once a month tells of it.
const joinedLately = 32 * 24 * time.Hour

// JoinedSince lists the accounts that joined their organization after the
// instant, as far as their reports tell, the newest first.
func (f Fleet) JoinedSince(since time.Time) []Joined {
	joined := slices.DeleteFunc(slices.Clone(f.joined), func(j Joined) bool { return !j.At.After(since) })
	slices.SortFunc(joined, func(a, b Joined) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.AccountID.String(), b.AccountID.String()))
	})
	return joined
}

// openHeap keeps the worst MaxOpen lines; its root is the least bad of them.
type openHeap []Line

func (h openHeap) Len() int           { return len(h) }
func (h openHeap) Less(i, j int) bool { return worseFirst(h[i], h[j]) > 0 }
func (h openHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *openHeap) Push(x any)        { *h = append(*h, x.(Line)) }

func (h *openHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

func (h *openHeap) keep(l Line) {
	switch {
	case len(*h) < MaxOpen:
		heap.Push(h, l)
	case worseFirst(l, (*h)[0]) < 0:
		(*h)[0] = l
		heap.Fix(h, 0)
	}
}

// worseFirst orders by severity, then age, then account and check, so that
// equal states always give the same list.
func worseFirst(a, b Line) int {
	return cmp.Or(
		cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), a.Since.Compare(b.Since),
		strings.Compare(a.AccountID.String(), b.AccountID.String()), strings.Compare(a.CheckID, b.CheckID),
	)
}
