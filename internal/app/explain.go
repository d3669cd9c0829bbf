package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"

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
			return Problem{Usage, fmt.Errorf("there is no check %q; `rootwatch checks` lists them", id)}
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

// explain prints one check whole.
func explain(w io.Writer, c checks.Check, width int) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n%s\n\nWhy\n%s\n\nWhat to do\n", c.ID, c.Severity, c.Title, text.WrapSoft(c.Why, width))
	for i, step := range c.Remediation.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, text.WrapSoft(step, width-3))
	}
	fmt.Fprintf(&b, "\nConsole\n%s\n%s\n\nCLI\n%s\n\nTerraform\n%s\n\nReads\n%s\n\nReferences\n",
		c.Remediation.Console, c.Remediation.URL, c.Remediation.CLI, c.Remediation.Terraform, strings.Join(c.Reads, ", "))
	for _, r := range c.References {
		fmt.Fprintf(&b, "%s %s %s\n", r.Catalogue, r.ID, r.URL)
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
