package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/internal/demo/cloud"
	"rootwatch/internal/demo/workspace"
)

// Truth is what is really so of the organization beside what the bot says.
type Truth struct {
	At       time.Time     `json:"at"`
	Checks   []CheckName   `json:"checks"`
	Accounts []AccountRow  `json:"accounts"`
	Costs    []CostVerdict `json:"costs"`
	// How many verdicts agree, say that they do not know, and are wrong.
	Agree   int `json:"agree"`
	Unknown int `json:"unknown"`
	Differ  int `json:"differ"`
}

// CheckName heads a column.
type CheckName struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// AccountRow is one account; Cells stand in the order of Truth.Checks.
type AccountRow struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Note  string `json:"note,omitempty"` // why the bot cannot see all of it
	Cells []Cell `json:"cells"`
}

// Cell is one check on one account.
type Cell struct {
	Truth   string        `json:"truth"`
	Bad     bool          `json:"bad,omitempty"` // the truth is a failure
	Said    checks.Status `json:"said"`          // "" where the account has no report yet
	Summary string        `json:"summary,omitempty"`
	Match   Match         `json:"match"`
}

// Match is how a verdict stands to the truth.
type Match string

// The matches. Unknowing is honest and no mistake; Waiting is not due yet.
const (
	Agrees    Match = "agrees"
	Differs   Match = "differs"
	Unknowing Match = "unknown"
	Waiting   Match = "waiting"
)

// CostVerdict is one planted rise beside its alert.
type CostVerdict struct {
	Account string `json:"account"`
	What    string `json:"what"`
	Said    string `json:"said"`
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"` // of the alert
	Match   Match  `json:"match"`
}

// Seen is what the bot has said: its newest report of each account, and its messages.
type Seen struct {
	Reports  []checks.Report
	Messages []workspace.Message
}

// Compare holds what the bot has said against the organization as it is at now.
func Compare(org *cloud.Organization, seen Seen, now time.Time) Truth {
	t := Truth{At: now, Costs: costs(org, seen.Messages, now)}
	reports := map[account.ID]checks.Report{}
	for _, r := range seen.Reports {
		reports[r.AccountID] = r
	}
	all := checks.All()
	for _, c := range all {
		t.Checks = append(t.Checks, CheckName{c.ID, c.Title})
	}
	for _, a := range org.Accounts {
		row := AccountRow{ID: a.ID.String(), Name: a.Name, Note: hidden(a)}
		for _, c := range all {
			cell := compare(org, a, c.ID, reports[a.ID], now)
			switch cell.Match {
			case Agrees:
				t.Agree++
			case Unknowing:
				t.Unknown++
			case Differs:
				t.Differ++
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Accounts = append(t.Accounts, row)
	}
	for _, c := range t.Costs {
		if c.Match == Differs {
			t.Differ++
		}
	}
	return t
}

// compare is one cell. The truth is that of the instant the bot looked: a use
// of root grows old without anybody's doing.
func compare(org *cloud.Organization, a *cloud.Account, check string, r checks.Report, now time.Time) Cell {
	at := now
	if !r.ObservedAt.IsZero() {
		at = r.ObservedAt
	}
	want, words := checks.Unknown, "not told here"
	if tell, known := oracle[check]; known {
		want, words = tell(org, a, at)
	}
	cell := Cell{Truth: words, Bad: want == checks.Fail, Match: Waiting}
	i := slices.IndexFunc(r.Findings, func(f checks.Finding) bool { return f.CheckID == check })
	if i < 0 {
		return cell
	}
	cell.Said, cell.Summary = r.Findings[i].Status, r.Findings[i].Summary
	switch {
	case cell.Said == checks.Unknown:
		cell.Match = Unknowing
	case (cell.Said == want || words == settling || attested(want, cell.Said, words)) && visible(a):
		cell.Match = Agrees
	default: // also a verdict on what nobody could have read
		cell.Match = Differs
	}
	return cell
}

// visible holds of an account that the bot can look into at all. Of another
// one it may know nothing, whatever is true.
func visible(a *cloud.Account) bool { return a.State == "" || a.State == account.Active }

// hidden says why the bot cannot see all of an account; "" where it can.
func hidden(a *cloud.Account) string {
	switch {
	case !visible(a):
		return strings.ToLower(strings.ReplaceAll(string(a.State), "_", " ")) + ": AWS lets nobody look"
	case a.NoRole:
		return "has no audit role"
	case len(a.Denied) > 0:
		return "denies " + strings.Join(a.Denied, ", ")
	}
	return ""
}

// spikeKey begins the name of the alert on a rise: a service in an account,
// with the region behind it where the bot watches regions apart.
func spikeKey(a *cloud.Account, c cloud.Cost) string {
	return fmt.Sprintf("spike:%s:%s:", a.ID, c.Service)
}

// nameOf is the name that the bot gave a message, in its metadata.
func nameOf(m workspace.Message) string {
	if m.Metadata == nil {
		return ""
	}
	name, _ := m.Metadata.EventPayload["dedupe_key"].(string)
	return name
}

// costs are the planted rises, and alerts that nothing planted explains.
func costs(org *cloud.Organization, said []workspace.Message, now time.Time) []CostVerdict {
	var out []CostVerdict
	explained := map[string]bool{}
	for _, a := range org.Accounts {
		for _, c := range a.Costs {
			if c.From == 0 || c.Harmless {
				continue
			}
			about := func(m workspace.Message) bool { return strings.HasPrefix(nameOf(m), spikeKey(a, c)) }
			alert := slices.IndexFunc(said, about)
			if alert < 0 {
				out = append(out, unalerted(a, c, now))
				continue
			}
			for _, m := range said { // an early sign may have gone on in an alert of its own
				explained[m.TS] = explained[m.TS] || about(m)
			}
			out = append(out, CostVerdict{Account: a.Name, What: rise(c), Match: Agrees, Channel: said[alert].Channel, TS: said[alert].TS, Said: "The bot: " + said[alert].Text})
		}
	}
	for _, m := range said {
		if strings.HasPrefix(nameOf(m), "spike:") && m.ThreadTS == "" && !explained[m.TS] {
			out = append(out, CostVerdict{Account: "?", What: "an alert that nothing planted explains", Said: "The bot: " + m.Text, Channel: m.Channel, TS: m.TS, Match: Differs})
		}
	}
	slices.SortStableFunc(out, func(x, y CostVerdict) int { return cmp.Compare(rank(x.Match), rank(y.Match)) })
	return out
}

func rank(m Match) int { return slices.Index([]Match{Differs, Agrees, Waiting}, m) }

// alertDue is how long after the beginning of a rise its whole first day
// stands on the bill and the bot has read it. What creeps is due when it is
// as large as it gets.
const alertDue = spend.SettledAfter*24*time.Hour + 9*time.Hour

func unalerted(a *cloud.Account, c cloud.Cost, now time.Time) CostVerdict {
	v := CostVerdict{Account: a.Name, What: rise(c), Match: Waiting, Said: "No alert, and none is due: the bill shows it from " + (c.From + 1).String() + " on."}
	if now.Sub(c.From.Time()) > alertDue+time.Duration(c.Creep)*24*time.Hour {
		v.Match, v.Said = Differs, "The bot has raised no alert."
	}
	return v
}

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func rise(c cloud.Cost) string {
	where, until := c.Region, "on"
	if where == "" {
		where = "no region"
	}
	if c.Until != 0 {
		until = "to " + (c.Until - 1).String()
	}
	return fmt.Sprintf("really pays $%s a day more for %s in %s, from %s %s.", thousands(int64(c.Amount/cloud.Dollar)), c.Service, where, c.From, until)
}
