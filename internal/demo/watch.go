package demo

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
	"rootwatch/internal/store"
)

// organization is what the demo's configuration calls its one organization.
const organization = "main"

// aliases are other names that the demo's people use; the configuration tells
// them to the bot.
var aliases = map[string]string{"123456789012": "payments", "210987654321": "sandbox", "100000000010": "logs"}

// aliasLines are the configuration's lines of them.
func aliasLines() string {
	var lines strings.Builder
	for _, id := range slices.Sorted(maps.Keys(aliases)) {
		fmt.Fprintf(&lines, "      - { id: %q, aliases: [%s] }\n", id, aliases[id])
	}
	return lines.String()
}

// Watch serves the page of the stage until Close, and returns the address for
// a browser. The key in it lets its reader in.
func (st *Stage) Watch(ctx context.Context, listen string) (string, error) {
	listener, err := listenPage(ctx, listen)
	if err != nil {
		return "", err
	}
	return st.watchOn(listener), nil
}

func (st *Stage) watchOn(listener net.Listener) string {
	p := page.New(page.Options{
		Workspace: st.Workspace, Person: workspace.User{ID: person, Name: "alice"}, Places: places(st.Workspace), Now: st.Now,
		Accounts: st.accounts, Controls: st.hands(), Truth: st.compare,
	})
	st.note = p.Note
	st.page = p.Address(st.serveOn(listener, p))
	return st.page
}

// places are what the page's sidebar lists.
func places(w *workspace.Server) []page.Place {
	return []page.Place{
		{ID: DigestChannel, Name: "cloud-digest", Topic: "One message each morning: what changed, what is open, what it costs", Kind: "channel"},
		{ID: AlertChannel, Name: "cloud-alerts", Topic: "Sudden spend and what cannot wait for the morning", Kind: "channel"},
		{ID: w.DirectMessage(person), Name: "rootwatch", Topic: "You and the bot", Kind: "im"},
	}
}

func (st *Stage) accounts() []page.Account {
	var all []page.Account
	for _, a := range st.Cloud.Organization().Accounts {
		all = append(all, page.Account{ID: a.ID.String(), Name: a.Name, Alias: aliases[a.ID.String()]})
	}
	return all
}

// compare holds what the bot has said against the truth, as of now.
func (st *Stage) compare(ctx context.Context) (page.Truth, error) {
	reports, err := st.reports(ctx)
	if err != nil {
		return page.Truth{}, err
	}
	seen := page.Seen{Reports: reports, Messages: st.Workspace.Messages(AlertChannel)}
	return page.Compare(st.Cloud.Organization(), seen, st.Now().UTC()), nil
}

// reports are the bot's newest of each account, read beside it from its store.
func (st *Stage) reports(ctx context.Context) (_ []checks.Report, err error) {
	memory, err := store.OpenSQLite(ctx, store.Options{Path: st.Database(), Now: st.Now})
	if err != nil {
		return nil, err
	}
	defer func() {
		if closing := memory.Close(); err == nil {
			err = closing
		}
	}()
	var all []checks.Report
	for report, err := range memory.LatestAll(ctx, account.Scope{Partition: "aws", Organization: organization}) {
		if err != nil {
			return nil, err
		}
		all = append(all, report)
	}
	return all, nil
}

// watchAlone serves the page of a workspace without a stage until ctx ends.
func watchAlone(ctx context.Context, w *workspace.Server, listener net.Listener) string {
	p := page.New(page.Options{Workspace: w, Person: workspace.User{ID: person, Name: "alice"}, Places: places(w), Now: time.Now})
	server := newServer(p)
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }() // it ends with ctx
	return p.Address("http://" + listener.Addr().String())
}
