package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/schollz/progressbar/v3"

	"rootwatch/bot"
	"rootwatch/checks"
	"rootwatch/checks/account"
	"rootwatch/checks/export"
	"rootwatch/schedule"
)

// CheckRequest is what `rootwatch check` was asked.
type CheckRequest struct {
	Accounts []string
	All      bool
	Format   string // table, json, csv, html, ocsf, asff, junit
	FailOn   checks.Severity
}

// Check collects and judges accounts, writes their reports and returns the exit status.
func (s Setup) Check(ctx context.Context, r CheckRequest, term Terminal) (status int, err error) {
	if r.All && len(r.Accounts) > 0 {
		return Usage, Problem{Usage, errors.New("name accounts or use --all, not both")}
	}
	c, err := s.LoadConfig(ctx)
	if err != nil {
		return Usage, err
	}
	s.quietUnlessAsked()
	a, err := s.Open(ctx, c, schedule.QuestionsOnly, term)
	if err != nil {
		return Failure, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	a.typed = "check"
	command, subject, err := a.checkCommand(ctx, r)
	if err != nil {
		return Usage, err
	}
	err = a.While(ctx, func(ctx context.Context) error {
		ids, err := a.Engine.Begin(ctx, bot.Request{Key: "terminal/" + rand.Text(), At: a.now(), Command: command, Subject: subject})
		if err != nil {
			return err
		}
		bar := progress(term, "Checking "+subject)
		defer func() { _ = bar.Finish() }()
		return a.Engine.Wait(ctx, ids, func(done, total int) {
			if total > 0 {
				bar.ChangeMax(total)
				_ = bar.Set(done)
			}
		})
	})
	var unread schedule.RunFailure
	if errors.As(err, &unread) {
		return Unreadable, Problem{Unreadable, err}
	}
	if err != nil {
		return Failure, err
	}
	totals, err := s.writeReports(a.reports(ctx, command), r.Format, term, a)
	if err != nil {
		return Failure, err
	}
	return export.ExitStatus(totals, r.FailOn), nil
}

// quietUnlessAsked keeps a terminal free of the log: a command says what went
// wrong itself.
func (s *Setup) quietUnlessAsked() { s.quiet = s.LogLevel == "" }

// checkCommand resolves what was typed with the same grammar as Slack's. With
// nothing typed it is the caller's own account, as the first organization's credentials have it.
func (a *App) checkCommand(ctx context.Context, r CheckRequest) (bot.CheckAccounts, string, error) {
	if r.All {
		return bot.CheckAccounts{All: true}, "all accounts", nil
	}
	if len(r.Accounts) == 0 {
		self, err := a.Orgs[a.scopes()[0]].Self(ctx) // the first organization of the file; there is always one
		if err != nil {
			return bot.CheckAccounts{}, "", Problem{Failure, err}
		}
		return bot.CheckAccounts{Targets: []bot.Target{{Scope: self.Scope, ID: self.ID}}}, self.Label(), nil
	}
	command, directory, trouble, err := a.parse(ctx, bot.RootCheck, strings.Join(r.Accounts, " "))
	if err != nil {
		return bot.CheckAccounts{}, "", Problem{Failure, err}
	}
	if trouble != nil {
		return bot.CheckAccounts{}, "", Problem{Usage, usage(trouble, a.typed)}
	}
	wanted, ok := command.(bot.CheckAccounts)
	if !ok {
		return bot.CheckAccounts{}, "", Problem{Usage, errors.New("name accounts by id or name, or use --all")}
	}
	return wanted, bot.Subject(wanted, directory), nil
}

// onlyID is text that names accounts by id alone; no list makes more of it.
var onlyID = regexp.MustCompile(`^[\d\s,-]*$`)

// parse reads a command with the accounts that are known. A name that is not
// is looked for in a fresh list, once.
func (a *App) parse(ctx context.Context, command, text string) (bot.Command, []account.Account, *bot.Trouble, error) {
	directory, err := a.Directory(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	parsed, trouble := bot.Parse(command, text, directory)
	if trouble == nil || onlyID.MatchString(text) {
		return parsed, directory, trouble, nil
	}
	unlisted := a.learn(ctx)
	if directory, err = a.Directory(ctx); err != nil {
		return nil, nil, nil, err
	}
	if parsed, trouble = bot.Parse(command, text, directory); trouble != nil && len(directory) == 0 && unlisted != nil {
		return nil, nil, nil, unlisted // no name is known for a reason, which is what helps
	}
	return parsed, directory, trouble, nil
}

// learn lists the organizations' accounts. Without the lists there are ids
// where names would be, and nothing else; the error says why.
func (a *App) learn(ctx context.Context) error {
	var unlisted []error
	for _, scope := range a.scopes() {
		if err := a.Engine.Learn(ctx, scope); err != nil {
			a.Log.Error("the accounts could not be listed, so names are not known", "organization", scope.Organization, "error", err)
			unlisted = append(unlisted, err)
		}
	}
	return errors.Join(unlisted...)
}

// usage is a trouble in the words of the command line: typed is the command
// that was typed, up to where the account stands.
func usage(t *bot.Trouble, typed string) error {
	next := t.Next
	if t.Suggest != "" {
		next = "Did you mean " + t.Suggest + "?"
	}
	said, _, _ := strings.Cut(next, " You typed:")
	text := strings.TrimSpace(t.What + " " + said)
	if !takesAll(typed) {
		text = strings.NewReplacer(" or `/rootcheck all`", "", ", or ask for every account with `/rootcheck all`", "", "Did you mean /rootcheck all?", "Name one account.").Replace(text)
	}
	text = strings.NewReplacer("`", "", "/rootcheck", "rootwatch "+typed, "/spend", "rootwatch spend").Replace(text)
	text = strings.ReplaceAll(text, "rootwatch "+typed+" all", "rootwatch "+typed+" --all")
	text = strings.ReplaceAll(text, "rootwatch spend --all", "rootwatch spend")
	return errors.New(slackWindow.ReplaceAllString(text, "rootwatch spend$1 --days $2"))
}

// takesAll is whether the command has --all.
func takesAll(typed string) bool {
	first, _, _ := strings.Cut(typed, " ")
	return slices.Contains([]string{"check", "doctor", "attest", "except", "spend"}, first)
}

// slackWindow is how Slack's grammar says for how many days.
var slackWindow = regexp.MustCompile(`rootwatch spend( "[^"]*"| \S+)? (\d+)d\b`)

// reports are the newest of what the command asked for.
func (a *App) reports(ctx context.Context, c bot.CheckAccounts) iter.Seq2[checks.Report, error] {
	return func(yield func(checks.Report, error) bool) {
		if c.All {
			for _, scope := range a.scopes() {
				for report, err := range a.Store.LatestAll(ctx, scope) {
					if !yield(report, err) {
						return
					}
				}
			}
			return
		}
		for _, t := range c.Targets {
			report, err := a.latest(ctx, t)
			if !yield(report, err) {
				return
			}
		}
	}
}

func (a *App) latest(ctx context.Context, t bot.Target) (checks.Report, error) {
	scopes := []account.Scope{t.Scope}
	if t.Scope == (account.Scope{}) {
		scopes = a.scopes()
	}
	for _, scope := range scopes {
		report, err := a.Store.Latest(ctx, scope, t.ID)
		if err != nil || report != nil {
			if report == nil {
				report = &checks.Report{}
			}
			return *report, err
		}
	}
	return checks.Report{}, fmt.Errorf("account %s has no report", t.ID)
}

func (s Setup) writeReports(reports iter.Seq2[checks.Report, error], format string, term Terminal, a *App) (export.Totals, error) {
	switch format {
	case "json":
		return export.JSON(term.Out, reports, a.now())
	case "csv":
		return export.CSV(term.Out, reports)
	case "html":
		return export.HTML(term.Out, reports, export.HTMLOptions{Now: a.now(), Version: s.Version})
	case "ocsf":
		return export.OCSF(term.Out, reports, s.Version)
	case "asff":
		return export.ASFF(term.Out, reports, s.Version)
	case "junit":
		return export.JUnit(term.Out, reports)
	}
	return export.Table(term.Out, reports, export.TableOptions{Color: term.Color, Width: term.Width})
}

// progress is a bar on a terminal and nothing in a pipe.
func progress(term Terminal, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(term.Err), progressbar.OptionSetVisibility(term.Interactive),
		progressbar.OptionSetDescription(what), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
}
