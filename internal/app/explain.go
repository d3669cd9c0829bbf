package app

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"rootwatch/bot"
	"rootwatch/bot/slack"
	"rootwatch/checks"
	"rootwatch/config"
)

// Checks lists the checks, or explains the one with this id.
func Checks(id, format string, t Terminal) error {
	list := checks.All()
	if id != "" {
		check, ok := checks.Find(id)
		if !ok {
			return noCheck(id)
		}
		if format == "table" {
			return explain(t.Out, check, t.Width)
		}
		list = []checks.Check{check}
	}
	switch format {
	case "json":
		e := json.NewEncoder(t.Out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(struct {
			Version int            `json:"version"`
			Checks  []checks.Check `json:"checks"`
		}{1, list})
	case "csv":
		w := csv.NewWriter(t.Out)
		_ = w.Write([]string{"check_id", "severity", "title", "why"})
		for _, c := range list {
			_ = w.Write([]string{c.ID, string(c.Severity), c.Title, c.Why})
		}
		w.Flush()
		return w.Error()
	}
	out := table.NewWriter()
	out.SetStyle(table.StyleLight)
	out.AppendHeader(table.Row{"Check", "Severity", "Good condition"})
	for _, c := range list {
		out.AppendRow(table.Row{c.ID, c.Severity, text.WrapSoft(c.Title, max(t.Width-40, 30))})
	}
	_, err := fmt.Fprintln(t.Out, out.Render())
	return err
}

// noCheck is the answer to an id that no check has, with the nearest one where
// it is near enough for a typing error: a third of its letters.
func noCheck(id string) error {
	best, near := len(id)/3+1, ""
	for _, c := range checks.All() {
		if d := levenshtein.ComputeDistance(strings.ToLower(id), c.ID); d < best && len(id) < 2*len(c.ID) {
			best, near = d, c.ID
		}
	}
	said := fmt.Sprintf("there is no check %q", bot.Clip(bot.Clean(id), 40))
	if near != "" {
		return Problem{Usage, fmt.Errorf("%s; did you mean %s?", said, near)}
	}
	return Problem{Usage, errors.New(said + "; rootwatch checks lists them")}
}

// explain prints one check whole.
func explain(w io.Writer, c checks.Check, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n\nWhy\n%s\n\nWhat to do\n", c.ID, c.Severity, Wrap(c.Title, width), Wrap(c.Why, width))
	for i, step := range c.Remediation.Steps {
		b.WriteString(hanging(fmt.Sprintf("%d. ", i+1), step, width))
	}
	fmt.Fprintf(&b, "\nConsole\n%s%s\n\nCLI\n%s\n\nTerraform\n%s\n\nReads\n%s\nReferences\n", hanging("", c.Remediation.Console, width),
		c.Remediation.URL, c.Remediation.CLI, strings.TrimRight(c.Remediation.Terraform, "\n"), hanging("", strings.Join(c.Reads, ", "), width))
	for _, r := range c.References {
		b.WriteString(hanging("", fmt.Sprintf("%s %s %s", r.Catalogue, r.ID, r.URL), width))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// ConfigExample prints the commented example.
func ConfigExample(t Terminal) error {
	_, err := t.Out.Write(config.Example())
	return err
}

// ConfigSchema prints the JSON Schema of the configuration, for editors.
func ConfigSchema(t Terminal) error {
	_, err := t.Out.Write(config.Schema())
	return err
}

// ConfigCheck reads the configuration and says that it will do.
// Without serve it asks AWS nothing: where it is run, there may be no credentials.
func (s Setup) ConfigCheck(ctx context.Context, serve bool, t Terminal) error {
	s.Explicit = true
	load := func(ctx context.Context) (*config.Config, error) { return s.load(ctx, config.OSEnv()) }
	if serve {
		load = s.LoadForServe
	}
	c, err := load(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.Out, "%s: fine, %s\n", s.ConfigPath, bot.Count(len(c.Organizations), "organization", "organizations"))
	return err
}

// someHost stands in the manifest where nobody said where Slack is to send.
const someHost = "https://rootwatch.example.com"

// Manifest prints the Slack app manifest.
func Manifest(o slack.ManifestOptions, t Terminal) error {
	if !o.Socket && o.BaseURL == "" {
		o.BaseURL = someHost
		_, _ = fmt.Fprintf(t.Err, "%s is a placeholder: give your own with --request-url, or --socket for Socket Mode, which needs none.\n", someHost)
	}
	manifest, err := slack.Manifest(o)
	if err != nil {
		return Problem{Usage, err}
	}
	_, err = t.Out.Write(manifest)
	return err
}

// hanging is a line that begins with a mark and goes on below it, indented.
func hanging(mark, line string, width int) string {
	indent := cmp.Or(strings.Repeat(" ", len(mark)), "  ")
	rows := strings.Split(Wrap(line, width-len(indent)), "\n")
	return mark + strings.Join(rows, "\n"+indent) + "\n"
}
