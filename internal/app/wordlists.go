package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/schedule"
)

// entered is one row of the lists, in JSON as docs/attestations.md tells.
type entered struct {
	ID           string     `json:"id"`
	State        string     `json:"state"`
	Partition    string     `json:"partition"`
	Organization string     `json:"organization"`
	AccountID    account.ID `json:"account_id,omitzero"` // left out for all accounts
	CheckID      string     `json:"check_id"`
	By           string     `json:"by,omitempty"`
	At           time.Time  `json:"at"`
	Until        time.Time  `json:"until,omitzero"`
	CountsUntil  time.Time  `json:"counts_until,omitzero"`
	Evidence     string     `json:"evidence,omitempty"`
	Note         string     `json:"note,omitempty"`
	Subject      string     `json:"subject,omitempty"` // of a word about the root address: address, domain or unknown
	Reason       string     `json:"reason,omitempty"`
	Approver     string     `json:"approver,omitempty"`
	RevokedAt    time.Time  `json:"revoked_at,omitzero"`
	RevokedBy    string     `json:"revoked_by,omitempty"`
	Why          string     `json:"why,omitempty"`     // it is stale before its end
	Trouble      string     `json:"trouble,omitempty"` // why it counts for nothing
}

// wordsDocument is the JSON of both lists.
type wordsDocument struct {
	Version int       `json:"version"`
	Kind    string    `json:"kind"` // attestations or exceptions
	Entered []entered `json:"entered"`
}

func rowOf[T any](e schedule.Entered[T]) entered {
	row := entered{
		ID: e.ID, Partition: e.Partition, Organization: e.Organization, AccountID: e.AccountID, CheckID: e.CheckID,
		At: e.At, RevokedAt: e.RevokedAt, RevokedBy: e.RevokedBy,
	}
	if e.Trouble != nil {
		row.Trouble = e.Trouble.Error()
	}
	return row
}

// attestationRow also says whether the word still holds at the instant.
func attestationRow(e schedule.Entered[checks.Attestation], now time.Time) entered {
	row, a := rowOf(e), e.Word
	row.By, row.Until, row.CountsUntil, row.Evidence, row.Note = a.By, a.Until, a.Ends(), a.Evidence, a.Note
	if row.Subject = checks.AboutAddress(e.CheckID); row.Subject != "" && a.Subject == "" {
		row.Subject = "unknown"
	}
	switch {
	case e.Trouble != nil:
		row.State, row.CountsUntil = "unreadable", time.Time{}
	case !e.RevokedAt.IsZero():
		row.State = "revoked"
	case now.After(a.Ends()):
		row.State = "stale"
	default:
		row.State = "fresh"
	}
	return row
}

// exceptionRow likewise. One with a fault accepts nothing.
func exceptionRow(e schedule.Entered[checks.Exception], now time.Time) entered {
	row, x := rowOf(e), e.Word
	row.By, row.Until, row.Reason, row.Approver = x.By, x.Until, x.Reason, x.Approver
	fault := x.Fault()
	switch {
	case e.Trouble != nil:
		row.State = "unreadable"
	case !e.RevokedAt.IsZero():
		row.State = "revoked"
	case fault != nil:
		row.State, row.Trouble = "unreadable", fault.Error()
	case now.After(x.Until):
		row.State = "ended"
	default:
		row.State = "active"
	}
	return row
}

// Attestations lists what people attested, revoked and stale ones with them.
func (s Setup) Attestations(ctx context.Context, format string, term Terminal) error {
	return s.listWords(ctx, format, "attestations", term, func(w schedule.WordsOf, directory []account.Account) []entered {
		var rows []entered
		for _, e := range w.Attestations {
			rows = append(rows, attestationRow(e, w.At).beside(e.Word, directory))
		}
		return rows
	})
}

// beside holds a fresh word against the root address as it was last listed.
// What else may have overtaken it only a check of the account tells.
func (r entered) beside(a checks.Attestation, directory []account.Account) entered {
	known, ok := listed(directory, bot.Target{Scope: account.Scope{Partition: r.Partition, Organization: r.Organization}, ID: r.AccountID})
	if ok && r.State == "fresh" && a.OfAddress(known.Email) == account.No {
		r.State, r.Why = "stale", "the root "+r.Subject+" became another one"
	}
	return r
}

// Exceptions lists the accepted risks, revoked and ended ones with them.
func (s Setup) Exceptions(ctx context.Context, format string, term Terminal) error {
	return s.listWords(ctx, format, "exceptions", term, func(w schedule.WordsOf, _ []account.Account) []entered {
		var rows []entered
		for _, e := range w.Exceptions {
			rows = append(rows, exceptionRow(e, w.At))
		}
		return rows
	})
}

func (s Setup) listWords(ctx context.Context, format, what string, term Terminal, rowsOf func(schedule.WordsOf, []account.Account) []entered) error {
	return s.withWords(ctx, term, func(a *App) error {
		directory, err := a.Directory(ctx)
		if err != nil {
			return err
		}
		rows := []entered{}
		for _, scope := range a.scopes() {
			words, err := a.Engine.Entered(ctx, scope)
			if err != nil {
				return err
			}
			rows = append(rows, rowsOf(words, directory)...)
		}
		if format == "json" {
			e := json.NewEncoder(term.Out)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			return e.Encode(wordsDocument{Version: 1, Kind: what, Entered: rows})
		}
		return a.wordTable(rows, what, directory, term)
	})
}

// wordTable has what ends first on top; what counts no more is below.
func (a *App) wordTable(rows []entered, what string, directory []account.Account, term Terminal) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintf(term.Out, "There are no %s.\n", what)
		return err
	}
	rank := []string{"unreadable", "stale", "fresh", "active", "ended", "revoked"}
	slices.SortStableFunc(rows, func(x, y entered) int {
		if d := slices.Index(rank, x.State) - slices.Index(rank, y.State); d != 0 {
			return d
		}
		return x.Until.Compare(y.Until)
	})
	out := table.NewWriter()
	out.SetStyle(table.StyleLight)
	out.AppendHeader(table.Row{"Id", "State", "About", "Said"})
	for _, r := range rows {
		out.AppendRow(table.Row{r.ID, r.State, wrapped(34, r.CheckID, a.aboutText(r, directory)), wrapped(max(term.Width-66, 24), a.said(r)...)})
	}
	_, err := fmt.Fprintln(term.Out, out.Render())
	return err
}

func (a *App) aboutText(r entered, directory []account.Account) string {
	if r.AccountID.IsZero() {
		return "all accounts of " + bot.Clean(r.Organization)
	}
	for _, known := range directory {
		if known.ID == r.AccountID && known.Organization == r.Organization {
			return bot.LabelID(known.Name, known.ID)
		}
	}
	return r.AccountID.String()
}

// wrapped is lines that each fit.
func wrapped(width int, lines ...string) string {
	for i, line := range lines {
		lines[i] = text.WrapSoft(line, width)
	}
	return strings.Join(lines, "\n")
}

// said is a row in words, line by line.
func (a *App) said(r entered) []string {
	if r.Trouble != "" {
		return []string{"Counts for nothing: " + bot.Clean(r.Trouble) + "."}
	}
	said := fmt.Sprintf("%s on %s, until %s", bot.Clean(r.By), a.day(r.At), a.day(r.Until))
	if !r.CountsUntil.IsZero() && !r.CountsUntil.Equal(r.Until) {
		said += fmt.Sprintf(" (counts until %s)", a.day(r.CountsUntil))
	}
	lines := []string{said}
	if r.Approver != "" {
		lines = append(lines, "Approved by "+bot.Clean(r.Approver))
	}
	if r.Why != "" {
		lines = append(lines, "Stale: "+r.Why)
	}
	for _, more := range []string{r.Reason, r.Note, r.Evidence} {
		if more != "" {
			lines = append(lines, bot.Clean(more))
		}
	}
	if !r.RevokedAt.IsZero() {
		lines = append(lines, fmt.Sprintf("Revoked by %s on %s", bot.Clean(r.RevokedBy), a.day(r.RevokedAt)))
	}
	return lines
}
