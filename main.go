// Rootwatch is a Slack bot that watches the AWS root user and the AWS bill.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a container may have no zone files

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/internal/app"
	"rootwatch/internal/awsorg"
	"rootwatch/internal/demo"
)

// version is set by the build: -ldflags "-X main.version=v1.2.3".
var version = "dev"

type grammar struct {
	Config     string        `help:"Configuration file. Without one, commands use your own AWS credentials and a temporary store." default:"rootwatch.yaml" env:"ROOTWATCH_CONFIG" placeholder:"FILE"`
	LogLevel   string        `help:"debug, info, warn or error; overrides the configuration's." enum:",debug,info,warn,error" default:""`
	TimeOffset time.Duration `help:"Shift the clock of schedules and reports, for rehearsals." default:"0s" hidden:""`

	Serve    serveCmd    `cmd:"" help:"Answer Slack, run the schedules, post digests and alerts."`
	Demo     demoCmd     `cmd:"" help:"Try it all on an emulated organization and workspace; needs no credentials."`
	Check    checkCmd    `cmd:"" help:"Check root posture: your own account, the named ones, or --all."`
	Spend    spendCmd    `cmd:"" help:"Show the bill of an account, or of all; without a configuration it is read each time, for $$0.01 a page."`
	Backtest backtestCmd `cmd:"" help:"Replay a past bill day by day and say what would have been alerted, when and why: CSV files, FOCUS exports, or the store."`
	Digest   digestCmd   `cmd:"" help:"Post the digest now, or print it with --dry-run."`
	Budget   budgetCmd   `cmd:"" help:"Say which budget an account should have beside what it has, and print the commands that make it."`
	Fleet    fleetCmd    `cmd:"" help:"How many accounts fail each check, from the stored reports, beside what others measured."`
	Checks   checksCmd   `cmd:"" help:"List the checks, or explain one."`
	ConfigIO configCmd   `cmd:"" name:"config" help:"Print an example configuration, or check yours."`
	Manifest manifestCmd `cmd:"" help:"Print the Slack app manifest."`
	Doctor   doctorCmd   `cmd:"" help:"Say what is wrong with this installation, and what to do."`
	Policy   policyCmd   `cmd:"" help:"Print the IAM policies that Rootwatch needs, and nothing beyond: the audit role's, or with --for host those of the role it runs as."`
	SCP      scpCmd      `cmd:"" help:"What service control policies let an account's root do, and what a new one would change."`
	Version  versionCmd  `cmd:"" help:"Print the version."`

	Attest       attestCmd       `cmd:"" help:"Give a person's word on what no API tells, such as how root's password is kept."`
	Attestations attestationsCmd `cmd:"" help:"List what people attested."`
	Except       exceptCmd       `cmd:"" help:"Accept the risk of a failure until a day; it stays a failure, is named apart, and nobody is alerted unless it gets worse."`
	Exceptions   exceptionsCmd   `cmd:"" help:"List the accepted risks."`
	Plan         planCmd         `cmd:"" help:"Announce spending, so that it alerts nobody unless it outgrows what was announced."`
	Plans        plansCmd        `cmd:"" help:"List the announced spending."`
	Revoke       revokeCmd       `cmd:"" help:"Take an attestation, an exception or a plan back."`

	History  historyCmd  `cmd:"" help:"What is remembered of an account: what changed, how long failures stood, when root was used, who is admin."`
	Evidence evidenceCmd `cmd:"" help:"Write an archive for an auditor (--from DAY --to DAY --out FILE.zip), or verify one."`

	ShowVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

type serveCmd struct {
	WhileStdin bool `help:"End when standard input ends." hidden:"" name:"while-stdin"`
}

func (c serveCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	if c.WhileStdin { // whoever holds the other end of it has ended, however that came
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		defer stop()
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	return s.Serve(ctx, t)
}

type demoCmd struct {
	Tour        bool   `help:"Walk four journeys by itself and exit: a slash command, the digest, a spike, recovery after a kill."`
	Only        string `help:"Run one emulator alone: aws or slack." enum:",aws,slack" default:""`
	AWSListen   string `help:"Address of the AWS emulator." default:"127.0.0.1:0" name:"aws-listen"`
	SlackListen string `help:"Address of the Slack emulator." default:"127.0.0.1:0" name:"slack-listen"`
	CommandURL  string `help:"Where --only slack sends slash commands." placeholder:"URL" name:"command-url"`
	ActionsURL  string `help:"Where --only slack sends presses and modals." placeholder:"URL" name:"interactions-url"`
	EventsURL   string `help:"Where --only slack sends events, such as that App Home was opened." placeholder:"URL" name:"events-url"`
	Listen      string `help:"Address of the page that shows the workspace; 127.0.0.1:4780 or, where that is taken, any by default." placeholder:"HOST:PORT"`
}

func (d demoCmd) Run(ctx context.Context, t app.Terminal) error {
	if d.Tour && d.Only != "" {
		return app.Problem{Status: app.Usage, Err: errors.New("--tour walks through both emulators, --only runs one: use either")}
	}
	err := demo.Run(ctx, demo.Options{
		Tour: d.Tour, Only: d.Only, AWSListen: d.AWSListen, SlackListen: d.SlackListen, CommandURL: d.CommandURL, InteractionsURL: d.ActionsURL, EventsURL: d.EventsURL, Listen: d.Listen,
		In: os.Stdin, Out: t.Out, Err: t.Err, Width: t.Width,
	})
	if _, wrong := errors.AsType[demo.AddressError](err); wrong {
		return app.Problem{Status: app.Usage, Err: err}
	}
	return err
}

type checkCmd struct {
	Accounts []string `arg:"" optional:"" help:"Account ids, names or aliases."`
	All      bool     `help:"Every account of the configured organizations."`
	Format   string   `help:"table, json, csv, html, ocsf, asff or junit." enum:"table,json,csv,html,ocsf,asff,junit" default:"table"`
	FailOn   string   `help:"Exit with 1 on failures of this severity or worse." enum:"critical,high,medium,low" default:"low"`
}

func (c checkCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.Check(ctx, app.CheckRequest{Accounts: c.Accounts, All: c.All, Format: c.Format, FailOn: checks.Severity(c.FailOn)}, t)
	return err
}

type fleetCmd struct {
	Format string `help:"table, json or csv." enum:"table,json,csv" default:"table"`
}

func (c fleetCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Fleet(ctx, c.Format, t)
}

type spendCmd struct {
	Account string `arg:"" optional:"" help:"Account id, name or alias; all accounts without one."`
	By      string `help:"A table by account, service or region: totals, shares, month to date, and the change against the four weeks before." enum:",account,service,region" default:""`
	Days    int    `help:"How many days, 1 to 430; a chart shows 20 at most." default:"14"`
	From    string `help:"First day of the table, like 2026-10-01, in the place of --days." placeholder:"DAY"`
	To      string `help:"Last day of the table, the newest whole one without it." placeholder:"DAY"`
	Format  string `help:"table, json, csv, or focus: every stored charge as CSV in FOCUS columns." enum:"table,json,csv,focus" default:"table"`
	Refresh bool   `help:"Read the bill first, as is always done without a configuration. Cost Explorer takes $$0.01 a page, whatever number of days is shown."`
}

func (c spendCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	if c.Days < 1 || c.Days > app.MostSpendDays {
		return app.Problem{Status: app.Usage, Err: fmt.Errorf("--days is %d; a bill is shown of 1 to %d", c.Days, app.MostSpendDays)}
	}
	*status, err = s.Spend(ctx, app.SpendRequest{Account: c.Account, By: c.By, Days: c.Days, From: c.From, To: c.To, Format: c.Format, Refresh: c.Refresh}, t)
	return err
}

type backtestCmd struct {
	Costs         string       `help:"Final daily costs, CSV or gzip: date,account,service,region,amount; - for standard input." placeholder:"FILE"`
	Asof          string       `help:"What of them was visible earlier: observed_on,date,account,service,region,amount; an empty amount was not there yet." placeholder:"FILE"`
	Focus         []string     `help:"A FOCUS cost export, CSV or gzip, in the place of --costs; may be given again." placeholder:"FILE"`
	Organization  string       `help:"Which organization of the store, where it has several and no file is given." placeholder:"NAME"`
	Out           string       `help:"Write the rows into this file; - or none: the terminal." placeholder:"FILE"`
	Format        string       `help:"table, csv or json; csv into a file, and else a table." enum:",table,csv,json" default:""`
	From          string       `help:"First day of what is written." placeholder:"DAY"`
	To            string       `help:"Last day of what is written." placeholder:"DAY"`
	Marginals     bool         `help:"Judge only what two-way groupings show: account x service and account x region."`
	Explain       dayOfAccount `help:"Print the judgement of one day and account, two values." placeholder:"DAY ACCOUNT"`
	MinExcess     string       `help:"Try another spend.min_excess than the configuration's." placeholder:"DOLLARS" name:"min-excess"`
	MinLasting    string       `help:"Try another floor for what goes on for weeks, in dollars a day." placeholder:"DOLLARS" name:"min-lasting"`
	MinFirstSpend string       `help:"Try another spend.min_first_spend." placeholder:"DOLLARS" name:"min-first-spend"`
	QuietDays     int          `help:"Try another number of days in which more of the same account is part of what was told." placeholder:"DAYS" name:"quiet-days"`
}

// dayOfAccount are the two values of --explain.
type dayOfAccount [2]string

// Decode takes both.
func (d *dayOfAccount) Decode(c *kong.DecodeContext) error {
	for i := range d {
		if !c.Scan.Peek().IsValue() {
			return errors.New("needs two values, a day and an account: --explain 2026-10-01 111122223333")
		}
		if err := c.Scan.PopValueInto("value", &d[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c backtestCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.Backtest(ctx, app.BacktestRequest{
		Costs: c.Costs, Asof: c.Asof, Focus: c.Focus, Organization: c.Organization, In: os.Stdin, Out: c.Out, Format: c.Format, From: c.From, To: c.To,
		Marginals: c.Marginals, Explain: c.Explain, MinExcess: c.MinExcess, MinLasting: c.MinLasting, MinFirstSpend: c.MinFirstSpend, QuietDays: c.QuietDays,
	}, t)
	return err
}

type budgetCmd struct {
	Account string   `arg:"" optional:"" help:"Account id, name or alias; your own without one."`
	Notify  []string `help:"E-mail addresses to tell, with commas between them; two at least." placeholder:"ADDRESS,..."`
	Format  string   `help:"table, json, terraform or cli." enum:"table,json,terraform,cli" default:"table"`
}

func (c budgetCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.Budget(ctx, app.BudgetRequest{Account: c.Account, Notify: c.Notify, Format: c.Format}, t)
	return err
}

type digestCmd struct {
	DryRun bool `help:"Print it; post nothing."`
}

func (c digestCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Digest(ctx, c.DryRun, t)
}

type checksCmd struct {
	ID     string `arg:"" optional:"" help:"A check to explain."`
	Format string `help:"table, json or csv." enum:"table,json,csv" default:"table"`
}

func (c checksCmd) Run(t app.Terminal) error { return app.Checks(c.ID, c.Format, t) }

type configCmd struct {
	Example configExampleCmd `cmd:"" help:"Print a commented example."`
	Check   configCheckCmd   `cmd:"" help:"Check the configuration; every fault at once."`
	Schema  configSchemaCmd  `cmd:"" help:"Print its JSON Schema, for editors."`
}

type configCheckCmd struct {
	Serve bool `help:"Also check what serve needs: Slack's token, secret and channels."`
}

func (c configCheckCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.ConfigCheck(ctx, c.Serve, t)
}

type configSchemaCmd struct{}

func (configSchemaCmd) Run(t app.Terminal) error { return app.ConfigSchema(t) }

type configExampleCmd struct{}

func (configExampleCmd) Run(t app.Terminal) error { return app.ConfigExample(t) }

type manifestCmd struct {
	RequestURL string `help:"Public base URL that Slack sends to; the paths are put behind it." placeholder:"URL" name:"request-url"`
	Socket     bool   `help:"For Socket Mode: Slack needs no URL."`
}

func (c manifestCmd) Run(t app.Terminal) error {
	if c.Socket && c.RequestURL != "" {
		return app.Problem{Status: app.Usage, Err: errors.New("--socket needs no URL: leave --request-url out, or --socket for HTTP")}
	}
	return app.Manifest(slack.ManifestOptions{BaseURL: c.RequestURL, Socket: c.Socket}, t)
}

type doctorCmd struct {
	Accounts []string `arg:"" optional:"" help:"Account ids, names or aliases; a sample without any."`
	All      bool     `help:"Look at the role and its permissions in every account."`
	Paid     bool     `help:"Ask Cost Explorer too: one request, $$0.01 for each organization."`
	Format   string   `help:"table or json." enum:"table,json" default:"table"`
}

func (c doctorCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.Doctor(ctx, app.DoctorRequest{Accounts: c.Accounts, All: c.All, Paid: c.Paid, Format: c.Format}, t)
	return err
}

type policyCmd struct {
	For            string `help:"member: the audit role; trust: who may assume it; management: the organization's side; host: the role Rootwatch runs as." enum:"member,trust,management,host" default:"member"`
	Format         string `help:"json, cloudformation or terraform." enum:"json,cloudformation,terraform" default:"json"`
	Organization   string `help:"Which organization of the configuration, where it has several." placeholder:"NAME"`
	BotRole        string `help:"ARN of the role that Rootwatch runs as." placeholder:"ARN" name:"bot-role"`
	OrganizationID string `help:"AWS's id of the organization, o-..." placeholder:"ID" name:"organization-id"`
	RoleName       string `help:"Name of the audit role; overrides the configuration's." placeholder:"NAME" name:"role-name"`
	ManagementRole string `help:"ARN of the management role; overrides the configuration's." placeholder:"ARN" name:"management-role"`
	Partition      string `help:"aws, aws-us-gov or aws-cn; overrides the configuration's." enum:",aws,aws-us-gov,aws-cn" default:""`
}

func (c policyCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Policy(ctx, app.PolicyRequest{
		For: awsorg.PolicyFor(c.For), Format: c.Format, Organization: c.Organization, Partition: c.Partition, RoleName: c.RoleName,
		ManagementRole: c.ManagementRole, BotRole: c.BotRole, OrganizationID: c.OrganizationID,
	}, t)
}

// aboutArgs are what a word is about, and whose it is.
type aboutArgs struct {
	Check        string `arg:"" help:"The check, as rootwatch checks lists it."`
	Account      string `arg:"" optional:"" help:"The account, by id, name or alias."`
	All          bool   `help:"Every account of the organization."`
	Organization string `help:"Which organization, for --all where the configuration has several." placeholder:"NAME"`
	By           string `required:"" help:"Who says so." placeholder:"NAME"`
	Until        string `required:"" help:"Its last day in the configured zone, 2027-01-31, or an instant with its offset." placeholder:"DATE"`
}

type attestCmd struct {
	aboutArgs
	Evidence string `help:"Link to what shows it." placeholder:"URL"`
	Note     string `help:"What was looked at." placeholder:"TEXT"`
}

func (c attestCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Attest(ctx, app.AttestRequest{
		Check: c.Check, Account: c.Account, All: c.All, Organization: c.Organization, By: c.By, Until: c.Until, Evidence: c.Evidence, Note: c.Note,
	}, t)
}

type exceptCmd struct {
	aboutArgs
	Reason   string `required:"" help:"Why the risk is taken, and what is done instead." placeholder:"TEXT"`
	Approver string `required:"" help:"Who answers for it: somebody else than --by." placeholder:"NAME"`
}

func (c exceptCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Except(ctx, app.ExceptRequest{
		Check: c.Check, Account: c.Account, All: c.All, Organization: c.Organization, By: c.By, Until: c.Until, Reason: c.Reason, Approver: c.Approver,
	}, t)
}

type attestationsCmd struct {
	Format string `help:"table or json." enum:"table,json" default:"table"`
}

func (c attestationsCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Attestations(ctx, c.Format, t)
}

type exceptionsCmd struct {
	Format string `help:"table or json." enum:"table,json" default:"table"`
}

func (c exceptionsCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Exceptions(ctx, c.Format, t)
}

type planCmd struct {
	Account      string `arg:"" optional:"" help:"The account, by id, name or alias."`
	All          bool   `help:"Every account of the organization, each with the whole sum."`
	Organization string `help:"Which organization, for --all where the configuration has several." placeholder:"NAME"`
	From         string `help:"Its first day (UTC), 2027-01-20; today without one." placeholder:"DAY"`
	To           string `required:"" help:"Its last day (UTC), at most 92 days ahead." placeholder:"DAY"`
	PerDay       string `required:"" help:"What a day will cost above the usual, in the currency of the bill." placeholder:"DOLLARS" name:"per-day"`
	Service      string `help:"One service, EC2 or as the bill names it; all together without one." placeholder:"NAME"`
	Region       string `help:"One region; all together without one." placeholder:"REGION"`
	Reason       string `required:"" help:"What is run, for whoever sees the bill; 8 characters or more." placeholder:"TEXT"`
	By           string `required:"" help:"Who announces it." placeholder:"NAME"`
}

func (c planCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Plan(ctx, app.PlanRequest{
		Account: c.Account, All: c.All, Organization: c.Organization, From: c.From, To: c.To, PerDay: c.PerDay,
		Service: c.Service, Region: c.Region, Reason: c.Reason, By: c.By,
	}, t)
}

type plansCmd struct {
	Format string `help:"table or json." enum:"table,json" default:"table"`
}

func (c plansCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Plans(ctx, c.Format, t)
}

type revokeCmd struct {
	ID string `arg:"" name:"id" help:"Its id, as the lists show it."`
	By string `required:"" help:"Who takes it back." placeholder:"NAME"`
}

func (c revokeCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.Revoke(ctx, c.ID, c.By, t)
}

type scpCmd struct {
	Explain scpExplainCmd `cmd:"" help:"Say what an account's root is denied, by which statement of which policy, and where that hangs."`
	WhatIf  scpWhatIfCmd  `cmd:"" name:"whatif" help:"Say whose root a policy would change if it hung on a target, and who would lose the central audit."`
}

type scpExplainCmd struct {
	Account   string   `arg:"" help:"Account id, name or alias."`
	Action    []string `help:"An action to ask about, iam:CreateUser; the list that root is judged by without one." placeholder:"ACTION"`
	Resource  string   `help:"What the actions act on: an ARN, or * for nothing." placeholder:"ARN"`
	Context   []string `help:"A condition key of the request, aws:SourceIp=192.0.2.7; KEY= takes the key out of it." placeholder:"KEY=VALUE" sep:"none"`
	Principal []string `help:"console_mfa, console_no_mfa, access_key or assume_root; all without one." enum:"console_mfa,console_no_mfa,access_key,assume_root" placeholder:"WAY"`
	Format    string   `help:"table or json." enum:"table,json" default:"table"`
}

func (c scpExplainCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.ExplainSCP(ctx, app.ExplainRequest{
		Account: c.Account, Actions: c.Action, Resource: c.Resource, Context: c.Context, Principals: c.Principal, Format: c.Format,
	}, t)
	return err
}

type scpWhatIfCmd struct {
	Policy       string   `arg:"" help:"File of the policy, or - for standard input." placeholder:"POLICY.json"`
	Target       string   `required:"" help:"What it would hang on: root, a unit's id or name, or an account." placeholder:"TARGET"`
	Organization string   `help:"Which organization of the configuration, where several have such a target." placeholder:"NAME"`
	Context      []string `help:"A condition key of the requests, aws:SourceIp=192.0.2.7; KEY= takes the key out of them." placeholder:"KEY=VALUE" sep:"none"`
	Format       string   `help:"table or json." enum:"table,json" default:"table"`
}

func (c scpWhatIfCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.WhatIfSCP(ctx, app.WhatIfRequest{
		File: c.Policy, In: os.Stdin, Target: c.Target, Organization: c.Organization, Context: c.Context, Format: c.Format,
	}, t)
	return err
}

type historyCmd struct {
	Account string `arg:"" help:"Account id, name or alias."`
	Since   string `help:"First day of what is shown; four months ago by default." placeholder:"DAY"`
	Format  string `help:"table or json." enum:"table,json" default:"table"`
}

func (c historyCmd) Run(ctx context.Context, s app.Setup, t app.Terminal) error {
	return s.History(ctx, app.HistoryRequest{Account: c.Account, Since: c.Since, Format: c.Format}, t)
}

type evidenceCmd struct {
	Write  evidenceWriteCmd  `cmd:"" default:"withargs" help:"Write every finding of some days, what they rest on, gaps, accepted risks and attestations, with a manifest of hashes."`
	Verify evidenceVerifyCmd `cmd:"" help:"Read an archive against its manifest and name every file that was altered, is missing or was added."`
}

type evidenceWriteCmd struct {
	From    string   `required:"" help:"First day, in UTC." placeholder:"DAY"`
	To      string   `required:"" help:"Last day, in UTC; it is in the archive." placeholder:"DAY"`
	Account []string `help:"Only this account, by id, name or alias; may be given again." placeholder:"ACCOUNT"`
	Out     string   `required:"" help:"The archive; a file that is there is never overwritten." placeholder:"FILE.zip"`
}

func (c evidenceWriteCmd) Run(ctx context.Context, s app.Setup, t app.Terminal, status *int) (err error) {
	*status, err = s.Evidence(ctx, app.EvidenceRequest{From: c.From, To: c.To, Accounts: c.Account, Out: c.Out, Version: versionOf()}, t)
	return err
}

type evidenceVerifyCmd struct {
	File string `arg:"" help:"The archive." placeholder:"FILE.zip"`
}

func (c evidenceVerifyCmd) Run(t app.Terminal, status *int) (err error) {
	*status, err = app.EvidenceVerify(c.File, t)
	return err
}

type versionCmd struct{}

func (versionCmd) Run(t app.Terminal) error {
	_, err := fmt.Fprintln(t.Out, "rootwatch", versionOf())
	return err
}

// versionOf is the version of a release, or else what Go knows of the build.
func versionOf() string {
	info, ok := debug.ReadBuildInfo()
	if version != "dev" || !ok {
		return version
	}
	text := version
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" || setting.Key == "vcs.time" {
			text += " " + setting.Value
		}
	}
	return text + " " + info.GoVersion
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var g grammar
	parser := kong.Must(&g, kong.Name("rootwatch"), kong.UsageOnError(), kong.Vars{"version": "rootwatch " + versionOf()},
		kong.Description("Watches the AWS root user and the AWS bill, and says so in Slack.\n\nExit status: 0 fine, 1 findings at or above --fail-on, 2 usage or configuration, 3 something could not be read (what only time or a person can tell does not count), 4 failure."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		complain(parserWords(err) + "\nTry " + commandOf(err) + " --help.")
		return app.Usage
	}
	setup := app.Setup{ConfigPath: g.Config, Explicit: g.Config != "rootwatch.yaml", Offset: g.TimeOffset, LogLevel: g.LogLevel, Version: versionOf()}
	terminal := stdTerminal()
	status := app.Fine
	parsed.BindTo(ctx, (*context.Context)(nil))
	return exit(&status, parsed.Run(setup, terminal, &status))
}

// complain says what went wrong, within the width of what standard error is.
func complain(what string) {
	width := 100
	if columns, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && columns > 40 {
		width = columns
	}
	fmt.Fprintln(os.Stderr, app.Wrap("rootwatch: "+what, width))
}

// What the parser says in words of its own, of a flag without its value.
var valueMissing = regexp.MustCompile(`^--([a-z-]+): expected .* but got "EOL"`)

// parserWords is a fault of the command line as a sentence.
func parserWords(err error) string {
	var wrong *kong.ParseError
	if !errors.As(err, &wrong) || wrong.Context == nil || wrong.Context.Selected() == nil {
		return err.Error()
	}
	if m := valueMissing.FindStringSubmatch(err.Error()); m != nil {
		for _, flag := range wrong.Context.Flags() {
			if flag.Name == m[1] && flag.Enum != "" {
				return "--" + flag.Name + " needs a value, one of " + strings.Trim(strings.ReplaceAll(flag.Enum, ",", ", "), ", ")
			}
		}
		return "--" + m[1] + " needs a value"
	}
	flags, missing := strings.CutPrefix(err.Error(), "missing flags: ")
	if !missing && !strings.HasPrefix(err.Error(), `expected "<`) {
		return err.Error()
	}
	needs := argumentsMissing(wrong.Context)
	if missing {
		needs = append(needs, flags)
	}
	return strings.TrimPrefix(commandOf(err), "rootwatch ") + " needs " + strings.Join(needs, ", ")
}

// argumentsMissing are the words that the command cannot do without.
func argumentsMissing(c *kong.Context) []string {
	var names []string
	for _, argument := range c.Selected().Positional {
		given := slices.ContainsFunc(c.Path, func(p *kong.Path) bool { return p.Positional == argument })
		if argument.Required && !given {
			names = append(names, argument.Summary())
		}
	}
	return names
}

// commandOf is the command that was called wrongly, as far as it was understood.
func commandOf(err error) string {
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Selected() != nil {
		return "rootwatch " + wrong.Context.Selected().Path()
	}
	return "rootwatch"
}

// exit says what went wrong and which status that is.
func exit(status *int, err error) int {
	if err == nil {
		return *status
	}
	complain(err.Error())
	var problem app.Problem
	if errors.As(err, &problem) {
		return problem.Status
	}
	return app.Failure
}

func stdTerminal() app.Terminal {
	t := app.Terminal{Out: os.Stdout, Err: os.Stderr, Width: 100}
	out := int(os.Stdout.Fd())
	_, plain := os.LookupEnv("NO_COLOR")
	t.Color = term.IsTerminal(out) && !plain
	t.Interactive = term.IsTerminal(int(os.Stderr.Fd()))
	if width, _, err := term.GetSize(out); err == nil && width > 40 {
		t.Width = width
	}
	return t
}
