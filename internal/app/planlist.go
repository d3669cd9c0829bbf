package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/shopspring/decimal"

	"rootwatch/bot"
	"rootwatch/checks/account"
	"rootwatch/checks/spend"
	"rootwatch/schedule"
)

// planRow is one row of the list, in JSON as docs/plans.md tells.
type planRow struct {
	ID           string          `json:"id"`
	State        string          `json:"state"` // running, announced, ended, revoked, unreadable
	Partition    string          `json:"partition"`
	Organization string          `json:"organization"`
	AccountID    account.ID      `json:"account_id,omitzero"` // left out for all accounts
	Service      string          `json:"service,omitempty"`
	Region       string          `json:"region,omitempty"`
	From         spend.Day       `json:"from,omitzero"`
	To           spend.Day       `json:"to,omitzero"`
	PerDay       decimal.Decimal `json:"per_day"`
	Currency     string          `json:"currency,omitempty"`
	Reason       string          `json:"reason,omitempty"`
	By           string          `json:"by,omitempty"`
	At           time.Time       `json:"at"`
	RevokedAt    time.Time       `json:"revoked_at,omitzero"`
	RevokedBy    string          `json:"revoked_by,omitempty"`
	Trouble      string          `json:"trouble,omitempty"` // why it silences nothing
}

// plansDocument is the JSON of the list.
type plansDocument struct {
	Version int       `json:"version"`
	Plans   []planRow `json:"plans"`
}

func planRowOf(e schedule.Entered[spend.Plan], today spend.Day) planRow {
	p := e.Word
	row := planRow{
		ID: e.ID, Partition: e.Partition, Organization: e.Organization, AccountID: e.AccountID, Service: p.Service, Region: p.Region, From: p.From, To: p.To,
		PerDay: p.PerDay, Currency: p.Currency, Reason: p.Reason, By: p.By, At: e.At, RevokedAt: e.RevokedAt, RevokedBy: e.RevokedBy,
	}
	fault := p.Fault()
	if e.Trouble != nil {
		fault = e.Trouble
	}
	switch {
	case !e.RevokedAt.IsZero():
		row.State = "revoked"
	case fault != nil:
		row.State, row.Trouble = "unreadable", fault.Error()
	case today > p.To:
		row.State = "ended"
	case today < p.From:
		row.State = "announced"
	default:
		row.State = "running"
	}
	return row
}

// Plans lists what was announced, revoked and ended plans with it.
func (s Setup) Plans(ctx context.Context, format string, term Terminal) error {
	return s.withWords(ctx, term, func(a *App) error {
		rows := []planRow{}
		today := spend.DayOf(a.now())
		for _, scope := range a.scopes() {
			all, err := a.Engine.Plans(ctx, scope, 0, today+2*spend.PlanDaysAhead)
			if err != nil {
				return err
			}
			for _, e := range all {
				rows = append(rows, planRowOf(e, today))
			}
		}
		if format == "json" {
			e := json.NewEncoder(term.Out)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			return e.Encode(plansDocument{Version: 1, Plans: rows})
		}
		directory, err := a.Directory(ctx)
		if err != nil {
			return err
		}
		return a.planTable(rows, directory, term)
	})
}

// planTable has what runs on top; what counts no more is below.
func (a *App) planTable(rows []planRow, directory []account.Account, term Terminal) error {
	if len(rows) == 0 {
		_, err := fmt.Fprintln(term.Out, "Nothing is announced.")
		return err
	}
	rank := []string{"unreadable", "running", "announced", "ended", "revoked"}
	slices.SortStableFunc(rows, func(x, y planRow) int {
		if d := slices.Index(rank, x.State) - slices.Index(rank, y.State); d != 0 {
			return d
		}
		return int(x.To - y.To)
	})
	out := table.NewWriter()
	out.SetStyle(table.StyleLight)
	out.AppendHeader(table.Row{"Id", "State", "About", "Announced"})
	for _, r := range rows {
		about := a.aboutText(entered{AccountID: r.AccountID, Organization: r.Organization}, directory) + planWhere(spend.Plan{Service: r.Service, Region: r.Region})
		out.AppendRow(table.Row{r.ID, r.State, wrapped(34, about), wrapped(max(term.Width-66, 24), a.planSaid(r)...)})
	}
	_, err := fmt.Fprintln(term.Out, out.Render())
	return err
}

// planSaid is a row in words, line by line.
func (a *App) planSaid(r planRow) []string {
	if r.Trouble != "" {
		return []string{"Silences nothing: " + bot.Clean(r.Trouble) + "."}
	}
	lines := []string{
		fmt.Sprintf("%s a day, %s to %s", bot.MoneyFormat(r.PerDay, r.Currency), r.From, r.To),
		fmt.Sprintf("%s on %s", bot.Clean(r.By), a.day(r.At)), bot.Clean(r.Reason),
	}
	if !r.RevokedAt.IsZero() {
		lines = append(lines, fmt.Sprintf("Revoked by %s on %s", bot.Clean(r.RevokedBy), a.day(r.RevokedAt)))
	}
	return lines
}
