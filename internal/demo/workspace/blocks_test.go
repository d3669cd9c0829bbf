package workspace_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

func TestShapesRefused(t *testing.T) {
	series := bar(1, 2, 2, 2)
	for name, test := range map[string]struct{ blocks, at, says string }{
		"unknown block":              {`[{"type":"hero"}]`, "/blocks/0/type", "unsupported type: hero"},
		"no object":                  {`["divider"]`, "/blocks/0", "object"},
		"input outside of a view":    {input(anyInput + `,"label":` + plainText(1)), "/blocks/0/type", "unsupported"},
		"alert outside of a modal":   {frame("alert", label(1)), "/blocks/0/type", "unsupported"},
		"element as a block":         {frame("button", label(1)), "/blocks/0/type", "unsupported"},
		"unknown member":             {`[{"type":"divider","colour":"red"}]`, "/blocks/0", "invalid additional property: colour"},
		"header without text":        {`[{"type":"header"}]`, "/blocks/0", "missing required field: text"},
		"header in mrkdwn":           {frame("header", `"text":`+mrkdwn(1)), "/blocks/0/text/type", "unsupported type: mrkdwn"},
		"button in mrkdwn":           {buttonWith(`"text":` + mrkdwn(1)), "/blocks/0/elements/0/text/type", "unsupported type: mrkdwn"},
		"emoji on mrkdwn":            {frame("section", `"text":{"type":"mrkdwn","text":"a","emoji":true}`), "/blocks/0/text", "additional property: emoji"},
		"text that is no string":     {frame("section", `"text":{"type":"mrkdwn","text":1}`), "/blocks/0/text/text", "string"},
		"section without content":    {`[{"type":"section"}]`, "/blocks/0", "at least one of: text, fields"},
		"accessory of no such kind":  {frame("section", `"text":`+mrkdwn(1)+`,"accessory":{"type":"plain_text_input"}`), "/blocks/0/accessory/type", "unsupported"},
		"button in a context":        {frame("context", `"elements":[`+object("button", label(1))+`]`), "/blocks/0/elements/0/type", "unsupported"},
		"button style":               {buttonWith(label(1) + `,"style":""`), "/blocks/0/elements/0/style", "enum"},
		"button url":                 {buttonWith(label(1) + `,"url":"console"`), "/blocks/0/elements/0/url", "invalid url"},
		"empty option url":           {actions(object("overflow", `"options":[`+option(label(1)+`,"url":""`)+`]`)), "/blocks/0/elements/0/options/0/url", "more than 0"},
		"url of a select's option":   {actions(object("static_select", `"options":[`+option(label(1)+`,"url":"https://example.com"`)+`]`)), "/blocks/0/elements/0/options/0", "additional property: url"},
		"options and groups":         {actions(object("static_select", `"placeholder":`+plainText(1))), "/blocks/0/elements/0", "exactly one of"},
		"two of one block_id":        {`[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, "/blocks/1/block_id", "already exists"},
		"two of one action_id":       {frame("actions", `"elements":`+many(2, object("button", label(1)+`,"action_id":"a"`))), "/blocks/0/elements", "already exists"},
		"image without alt_text":     {frame("image", `"image_url":"https://example.com/i"`), "/blocks/0", "missing required field: alt_text"},
		"image of nothing":           {frame("image", `"alt_text":"a"`), "/blocks/0", "exactly one of: image_url, slack_file"},
		"image of a strange file":    {frame("image", `"alt_text":"a","slack_file":{"id":"F1"}`), "/blocks/0/slack_file/id", "slack file"},
		"empty align":                {frame("table", `"rows":[[`+object("raw_text", `"text":"a"`)+`]],"column_settings":[{"align":"","is_wrapped":false}]`), "/blocks/0/column_settings/0/align", "enum"},
		"unknown cell":               {frame("table", `"rows":[[`+object("mrkdwn", `"text":"a"`)+`]]`), "/blocks/0/rows/0/0/type", "unsupported"},
		"number cell without value":  {frame("table", `"rows":[[{"type":"raw_number","text":"1"}]]`), "/blocks/0/rows/0/0", "missing required field: value"},
		"data_table without caption": {frame("data_table", `"rows":[[`+object("raw_text", `"text":"a"`)+`]]`), "/blocks/0", "missing required field: caption"},
		"ragged data_table":          {frame("data_table", `"caption":"c","rows":[[`+object("raw_text", `"text":"a"`)+`],[`+strings.Trim(many(2, object("raw_text", `"text":"a"`)), "[]")+`]]`), "/blocks/0/rows/1", "as many cells"},
		"rich header":                {frame("data_table", `"caption":"c","rows":[[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}],[`+object("raw_text", `"text":"a"`)+`]]`), "/blocks/0/rows/0/0/type", "header row"},
		"header column":              {strings.Replace(rows("data_table", 2, 1, 1), `"caption"`, `"row_header_column_index":1,"caption"`, 1), "/blocks/0/row_header_column_index", "no such column"},
		"half a page":                {strings.Replace(rows("data_table", 2, 1, 1), `"caption"`, `"page_size":1.5,"caption"`, 1), "/blocks/0/page_size", "integer"},
		"unknown chart":              {chart("radar", `"series":[]`), "/blocks/0/chart/type", "unsupported"},
		"chart without axis":         {chart("line", `"series":[{"name":"a","data":[{"label":"a","value":1}]}]`), "/blocks/0/chart", "missing required field: axis_config"},
		"missing point":              {strings.Replace(series, `{"label":"01","value":-1.5}`, `{"label":"00","value":2}`, 1), "/blocks/0/chart/series/0/data", "one point for every category"},
		"point of no category":       {strings.Replace(series, `"label":"01"`, `"label":"02"`, 1), "/blocks/0/chart/series/0/data", "not among the categories"},
		"duplicate category":         {strings.Replace(series, `"categories":["00","01"]`, `"categories":["00","00"]`, 1), "/blocks/0/chart/axis_config/categories", "duplicate category"},
		"duplicate series":           {strings.Replace(bar(2, 1, 2, 2), `"name":"01"`, `"name":"00"`, 1), "/blocks/0/chart/series", "duplicate series"},
		"slice of nothing":           {chart("pie", `"segments":[{"label":"a","value":0}]`), "/blocks/0/chart/segments/0/value", "at least"},
		"container in a container":   {frame("container", `"title":`+plainText(1)+`,"child_blocks":`+frame("container", `"title":`+plainText(1)+`,"child_blocks":[{"type":"divider"}]`)), "/blocks/0/child_blocks/0/type", "unsupported"},
		"card of nothing":            {`[{"type":"card"}]`, "/blocks/0", "at least one of"},
		"rich text without a text":   {frame("rich_text", `"elements":[{"type":"rich_text_section","elements":[{"type":"text"}]}]`), "/blocks/0/elements/0/elements/0/text", "string"},
	} {
		t.Run(name, func(t *testing.T) {
			refusal, ok := errors.AsType[*workspace.Refusal](workspace.CheckBlocks(json.RawMessage(test.blocks)))
			if !ok || refusal.Code != "invalid_blocks" {
				t.Fatalf("%s: %v", test.blocks, refusal)
			}
			for _, f := range refusal.Faults {
				if f.Pointer == test.at && strings.Contains(f.Message, test.says) {
					return
				}
			}
			t.Errorf("%v, want %q at %s", refusal, test.says, test.at)
		})
	}
}

func TestRefusalReachesTheClient(t *testing.T) {
	s, c, _ := open(t, options())
	_, _, err := c.PostMessageContext(t.Context(), alerts, words("fallback"), section(strings.Repeat("x", 3001)))
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	want := "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
	if !ok || refused.Err != "invalid_blocks" || len(refused.ResponseMetadata.Messages) != 1 || refused.ResponseMetadata.Messages[0] != want {
		t.Errorf("error %+v", refused)
	}
	tables := slack.MsgOptionBlocks(
		slack.NewTableBlock("a").AddRow(slack.NewTableRawTextCell("a")), slack.NewTableBlock("b").AddRow(slack.NewTableRawTextCell("b")),
	)
	_, _, err = c.PostMessageContext(t.Context(), alerts, tables)
	wantError(t, err, "invalid_attachments")
	// slack-go sends "align":"" for a column whose alignment was not set.
	_, _, err = c.PostMessageContext(t.Context(), alerts, slack.MsgOptionBlocks(
		slack.NewTableBlock("a").AddRow(slack.NewTableRawTextCell("a")).WithColumnSettings(slack.ColumnSetting{IsWrapped: true})))
	wantError(t, err, "invalid_blocks")
	if len(s.Posts()) != 0 {
		t.Error("a refused message was accepted")
	}
}

func TestWholeMessageLimit(t *testing.T) {
	_, c, _ := open(t, options())
	// Five sections of n characters in all; the JSON around them has 5*62+6.
	of := func(n int) slack.MsgOption {
		var list []slack.Block
		for n > 0 {
			part := min(n, 2700)
			list = append(list, slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, strings.Repeat("<", part), false, false), nil, nil))
			n -= part
		}
		return slack.MsgOptionBlocks(list...)
	}
	around := len(`[]`) + 5*len(`{"type":"section","text":{"type":"mrkdwn","text":""}}`) + 4
	post(t, c, of(13200-around))
	_, _, err := c.PostMessageContext(t.Context(), alerts, of(13201-around))
	wantError(t, err, "msg_blocks_too_long")
}

// What slack-go's own builders make is accepted, and read back unharmed.
func TestBuildersOfSlackGo(t *testing.T) {
	_, c, _ := open(t, options())
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, true, false)
	}
	option := slack.NewOptionBlockObject("v", plain("o"), nil)
	text := slack.NewRichTextSection(slack.NewRichTextSectionTextElement("rich", &slack.RichTextSectionTextStyle{Bold: true}))
	confirm := slack.NewConfirmationBlockObject(plain("Sure?"), plain("Really?"), plain("Yes"), plain("No"))
	data := slack.DataVisualizationDataSeries{Name: "EC2", Data: []slack.DataVisualizationDataPoint{{Label: "1", Value: 2}}}
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain("header"), slack.HeaderBlockOptionBlockID("h")),
		slack.NewSectionBlock(plain("section"), []*slack.TextBlockObject{plain("field")}, slack.NewAccessory(slack.NewOverflowBlockElement("more", option))),
		slack.NewContextBlock("", plain("context"), slack.NewImageBlockElement("https://example.com/i", "alt")),
		slack.NewActionBlock("a", slack.NewButtonBlockElement("b", "v", plain("button")).WithStyle(slack.StylePrimary).WithConfirm(confirm),
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("pick"), "s", option), slack.NewDatePickerBlockElement("d")),
		slack.NewDividerBlock(),
		slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: upload(t, c)}, "alt", "i", plain("title")),
		slack.NewTableBlock("t").AddRow(slack.NewTableRawTextCell("a"), slack.NewTableRawNumberCell(1.5), slack.NewTableRichTextCell(text)).
			WithColumnSettings(slack.ColumnSetting{Align: slack.ColumnAlignmentRight}),
		slack.NewDataVisualizationBlock("chart", slack.NewDataVisualizationBarChart(slack.DataVisualizationAxisConfig{Categories: []string{"1"}}, data)),
		slack.NewDataVisualizationBlock("pie", slack.NewDataVisualizationPieChart(slack.NewDataVisualizationSegment("a", 1))),
		slack.NewRichTextBlock("r", text, slack.NewRichTextList(slack.RTEListBullet, 0, text)),
		slack.NewMarkdownBlock("m", "**bold**"),
		slack.NewContainerBlock(slack.NewDividerBlock()).WithTitle(plain("container")),
		slack.NewCarouselBlock(slack.NewCardBlock().WithTitle(plain("card"))),
		slack.NewPlanBlock("plan").WithTasks(slack.NewTaskCardBlock("id", "task").WithSources(slack.NewTaskCardSource("https://example.com", "source"))),
	}
	post(t, c, words("fallback"), slack.MsgOptionBlocks(blocks...))
	post(t, c, slack.MsgOptionBlocks(slack.NewDataTableBlock("caption").
		AddRow(slack.NewDataTableRawTextCell("h")).AddRow(slack.NewDataTableRichTextCell(text)).WithPageSize(5)))
	page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: alerts})
	if err != nil || len(page.Messages) != 2 || len(page.Messages[1].Blocks.BlockSet) != len(blocks) {
		t.Errorf("history %+v, %v", page, err)
	}
}

func TestSamplesAreAccepted(t *testing.T) {
	samples, err := filepath.Glob("testdata/*.json")
	if err != nil || len(samples) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range samples {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var sample struct{ Blocks json.RawMessage }
			if err := json.Unmarshal(raw, &sample); err != nil {
				t.Fatal(err)
			}
			if err := workspace.CheckBlocks(sample.Blocks); err != nil {
				t.Error(err)
			}
			_, _, base := open(t, options())
			if ok, pointers := validate(t, base, "message", string(raw)); !ok {
				t.Errorf("blocks.validate points at %q", pointers)
			}
		})
	}
}

func TestViews(t *testing.T) {
	_, _, base := open(t, options())
	modal := func(title int, more string) string {
		return object("modal", `"title":`+plainText(title)+`,"blocks":`+frame("alert", `"level":"info",`+label(200))+more)
	}
	for _, test := range []struct {
		name, view string
		at         string // "": accepted
	}{
		{"modal", modal(24, `,"submit":`+plainText(24)+`,"close":`+plainText(24)+`,"private_metadata":"`+x(3000)+`"`), ""},
		{"home", object("home", `"blocks":`+many(100, `{"type":"divider"}`)), ""},
		{"long title", modal(25, ""), "/title/text"},
		{"long submit", modal(1, `,"submit":`+plainText(25)), "/submit/text"},
		{"long close", modal(1, `,"close":`+plainText(25)), "/close/text"},
		{"long private_metadata", modal(1, `,"private_metadata":"`+x(3001)+`"`), "/private_metadata"},
		{"long callback_id", modal(1, `,"callback_id":"`+x(256)+`"`), "/callback_id"},
		{"long alert", object("modal", `"title":`+plainText(1)+`,"blocks":`+frame("alert", label(201))), "/blocks/0/text/text"},
		{"101 blocks", object("home", `"blocks":`+many(101, `{"type":"divider"}`)), "/blocks"},
		{"a table", object("home", `"blocks":`+tableOf(1, 1, 1)), "/blocks/0/type"},
		{"two of one block_id", object("home", `"blocks":`+many(2, `{"type":"divider","block_id":"a"}`)), "/blocks/1/block_id"},
		{"no such view", `{"type":"panel"}`, "/type"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ok, pointers := validate(t, base, "view", test.view)
			if ok != (test.at == "") || !ok && (len(pointers) != 1 || pointers[0] != test.at) {
				t.Errorf("accepted %v, pointers %q, want %q", ok, pointers, test.at)
			}
		})
	}
	for _, body := range []string{`{}`, `{"blocks":[],"view":{}}`} {
		if a := call(t, base+"/api/blocks.validate", jsonKind, token, body); a["error"] != "invalid_arguments" {
			t.Errorf("%s: %v", body, a)
		}
	}
	for _, what := range []string{"blocks", "message", "view"} {
		if a := call(t, base+"/api/blocks.validate", formKind, token, what+"=x"); a["error"] != fmt.Sprint("invalid_", what) {
			t.Errorf("%s: %v", what, a)
		}
	}
}
