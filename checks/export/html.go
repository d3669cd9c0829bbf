package export

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"

	"rootwatch/checks"
)

// HTMLOptions says when and by what a page is made.
type HTMLOptions struct {
	Now     time.Time
	Version string // Rootwatch's own
}

// mostLines is how many accounts the page names below one check. It is for a
// person; JSON and CSV name all.
const mostLines = 500

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"accounts": plural,
	"day":      func(t time.Time) string { return t.UTC().Format("2006-01-02") },
	"minute":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
	"percent":  func(p *float64) string { return percentText(p) },
}).Parse(pageText))

// HTML writes one page that needs nothing else: charts, what fails in which
// account and what to do, what is unknown and why, what waits for a person,
// and how many accounts fail each check beside what others measured. It keeps
// the lines of what is not passing, and no report.
func HTML(w io.Writer, reports Reports, o HTMLOptions) (Totals, error) {
	p := newPage(o)
	for r, err := range reports {
		if err != nil {
			return p.Totals, fmt.Errorf("HTML export: %w", err)
		}
		p.add(r)
	}
	if err := p.finish(); err != nil {
		return p.Totals, fmt.Errorf("HTML export: %w", err)
	}
	if err := page.Execute(w, p); err != nil {
		return p.Totals, fmt.Errorf("HTML export: %w", err)
	}
	return p.Totals, nil
}

// htmlPage is what the template draws.
type htmlPage struct {
	HTMLOptions
	Totals   Totals
	Fleet    *checks.Fleet
	Charts   []htmlChart
	Failing  []*htmlGroup
	Accepted []*htmlGroup
	Unknown  []*htmlGroup
	Manual   []*htmlGroup
	Accounts []htmlAccount
	groups   map[string]*htmlGroup
}

type htmlChart struct {
	Title  string
	Legend []htmlKey
	SVG    template.HTML
}

type htmlKey struct {
	Name string
	Ink  template.CSS
}

// htmlGroup is the accounts of which one check says the same kind of thing.
type htmlGroup struct {
	ID, Title string
	Severity  checks.Severity // the worst in it
	Check     *checks.Check   // nil where this version does not have it
	Lines     []htmlLine
	More      int // beyond mostLines
}

type htmlLine struct {
	Account, Text, Note string
	Severity            checks.Severity
	Since               time.Time
}

type htmlAccount struct {
	Name, ID, Coverage string
	Failing            []int // by severity, worst first
	Unknown            int
	ObservedAt         time.Time
}

func newPage(o HTMLOptions) *htmlPage {
	return &htmlPage{HTMLOptions: o, Fleet: checks.NewFleet(), groups: map[string]*htmlGroup{}}
}

func (p *htmlPage) add(r checks.Report) {
	p.Totals.Add(r)
	p.Fleet.Add(r, p.Now)
	a := htmlAccount{Name: clip(clean(r.AccountName), 80), ID: r.AccountID.String(), Coverage: coverageWords(r), Failing: make([]int, len(checks.Severities())), ObservedAt: r.ObservedAt}
	for _, f := range findingsOf(r) {
		switch statusOf(f) {
		case checks.Pass, checks.NotApplicable:
			continue
		case checks.Fail:
			if accepted(r, f) {
				p.note(&p.Accepted, "accepted", r, f, acceptance(r, f))
				continue
			}
			a.Failing[severityOf(f).Rank()]++
			p.note(&p.Failing, "failing", r, f, "")
		case checks.Manual:
			p.note(&p.Manual, "manual", r, f, "")
		default:
			a.Unknown++
			p.note(&p.Unknown, "unknown", r, f, "")
		}
	}
	p.Accounts = append(p.Accounts, a)
}

// note puts the finding below its check in one of the page's lists.
func (p *htmlPage) note(list *[]*htmlGroup, kind string, r checks.Report, f checks.Finding, note string) {
	key := kind + "/" + f.CheckID
	g := p.groups[key]
	if g == nil {
		g = &htmlGroup{ID: f.CheckID, Title: clean(f.Title), Severity: severityOf(f)}
		if c, ok := checks.Find(f.CheckID); ok {
			g.Check, g.Title = &c, c.Title
			if kind == "failing" || kind == "accepted" {
				g.Title = c.Short
			}
		}
		p.groups[key] = g
		*list = append(*list, g)
	}
	if severityOf(f).Rank() < g.Severity.Rank() {
		g.Severity = severityOf(f)
	}
	if len(g.Lines) == mostLines {
		g.More++
		return
	}
	text := clip(clean(f.Summary), 400)
	if text == "" && len(f.Gaps) > 0 {
		text = clip(gapText(f.Gaps[0]), 400)
	}
	g.Lines = append(g.Lines, htmlLine{Account: label(r), Text: text, Note: note, Severity: severityOf(f), Since: f.FirstSeen})
}

func coverageWords(r checks.Report) string {
	words := map[checks.CoverageState]string{checks.Read: "read", checks.PartlyRead: "partly read", checks.NotReadable: "not readable"}[coverageOf(r)]
	if len(r.Coverage.Gaps) > 0 && coverageOf(r) == checks.NotReadable {
		words += ": " + clip(gapText(r.Coverage.Gaps[0]), 160)
	}
	return words
}

func percentText(p *float64) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", *p)
}

// Count is how many accounts the group has.
func (g *htmlGroup) Count() int { return len(g.Lines) + g.More }
