package workspace

import (
	"encoding/json"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// node is any object of Block Kit that has something to read.
type node struct {
	Type      string            `json:"type"`
	Text      json.RawMessage   `json:"text"` // a text object, or a string
	Fields    []node            `json:"fields"`
	Elements  []node            `json:"elements"`
	Accessory *node             `json:"accessory"`
	Options   []node            `json:"options"`
	Element   *node             `json:"element"`
	Label     json.RawMessage   `json:"label"`
	Title     json.RawMessage   `json:"title"`
	Caption   string            `json:"caption"`
	AltText   string            `json:"alt_text"`
	Rows      [][]cell          `json:"rows"`
	Settings  []*columnSettings `json:"column_settings"`
	Chart     *chart            `json:"chart"`
	Children  []node            `json:"child_blocks"`
	URL       string            `json:"url"`
	UserID    string            `json:"user_id"`
	Name      string            `json:"name"`
}

// Text is a message as plain text for a terminal: its blocks in order, or its
// text when it has none.
func Text(m Message) string {
	var blocks []node
	if len(m.Blocks) == 0 || json.Unmarshal(m.Blocks, &blocks) != nil {
		return plain(m.Text)
	}
	return draw(blocks)
}

func draw(blocks []node) string {
	var drawn []string
	for _, b := range blocks {
		if text := b.draw(); text != "" {
			drawn = append(drawn, text)
		}
	}
	return strings.Join(drawn, "\n\n")
}

func (n node) draw() string {
	switch n.Type {
	case "header":
		title := said(n.Text)
		return title + "\n" + strings.Repeat("=", text.StringWidth(title))
	case "section":
		return join("\n", said(n.Text), fields(n.Fields), n.Accessory.control())
	case "context", "actions", "context_actions":
		var parts []string
		for _, e := range n.Elements {
			parts = append(parts, e.control())
		}
		return join("  ", parts...)
	case "divider":
		return strings.Repeat("-", 40)
	case "image":
		return join("\n", said(n.Title), "(image: "+printable(n.AltText)+")")
	case "table", "data_table":
		return join("\n", printable(n.Caption), grid(n.Rows, n.Settings))
	case "data_visualization":
		return join("\n", said(n.Title), n.Chart.draw())
	case "input":
		return join("\n", said(n.Label)+":", n.Element.control())
	case "container":
		return join("\n", said(n.Title), draw(n.Children))
	case "rich_text":
		return n.run()
	case "markdown":
		return said(n.Text)
	}
	return join("\n", said(n.Title), said(n.Text), "("+n.Type+")")
}

// said reads a text object, or a bare string.
func said(raw json.RawMessage) string {
	var object struct{ Type, Text string }
	if json.Unmarshal(raw, &object) == nil {
		if object.Type == "mrkdwn" {
			return plain(object.Text)
		}
		return printable(pictures(object.Text))
	}
	return printable(node{Text: raw}.bare())
}

// bare is a text that is a bare string; "" if it is none.
func (n node) bare() string {
	var words string
	if json.Unmarshal(n.Text, &words) != nil {
		return ""
	}
	return words
}

// control is an element of a block in one line.
func (n *node) control() string {
	if n == nil {
		return ""
	}
	switch n.Type {
	case "mrkdwn":
		return plain(n.bare())
	case "plain_text":
		return printable(pictures(n.bare()))
	case "image":
		return "(image: " + printable(n.AltText) + ")"
	case "button":
		return "[" + said(n.Text) + "]"
	}
	var options []string
	for _, o := range n.Options {
		options = append(options, "["+said(o.Text)+"]")
	}
	if options == nil {
		return "(" + n.Type + ")"
	}
	return strings.Join(options, " ")
}

// fields are aligned when each has a title above its value, else one below another.
func fields(list []node) string {
	var titles, values []string
	width := 0
	for _, f := range list {
		title, value, _ := strings.Cut(f.control(), "\n")
		titles, values = append(titles, title), append(values, strings.ReplaceAll(value, "\n", " "))
		width = max(width, text.StringWidth(title))
	}
	for i := range titles {
		if values[i] != "" {
			titles[i] = text.Pad(titles[i], width+2, ' ') + values[i]
		}
	}
	return strings.Join(titles, "\n")
}

// run is the text of rich text.
func (n node) run() string {
	var out strings.Builder
	for _, e := range n.Elements {
		switch e.Type {
		case "text", "link":
			words := e.bare()
			if words == "" {
				words = e.URL
			}
			out.WriteString(printable(words))
		case "user":
			out.WriteString("@" + e.UserID)
		case "emoji":
			out.WriteString(pictures(":" + e.Name + ":"))
		case "rich_text_list":
			for _, item := range e.Elements {
				out.WriteString("- " + item.run() + "\n")
			}
		default:
			out.WriteString(e.run())
		}
	}
	return strings.TrimRight(out.String(), "\n")
}

// join leaves out what is empty.
func join(between string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, between)
}
