package workspace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Builders of Block Kit as JSON text.
func x(n int) string { return strings.Repeat("é", n) } // characters are counted, not bytes

func object(kind, members string) string { return fmt.Sprintf(`{"type":%q,%s}`, kind, members) }

func plainText(n int) string { return object("plain_text", `"text":"`+x(n)+`"`) }

func mrkdwn(n int) string { return object("mrkdwn", `"text":"`+x(n)+`"`) }

// many repeats each, with # as the index.
func many(n int, each string) string {
	var all []string
	for i := range n {
		all = append(all, strings.ReplaceAll(each, "#", fmt.Sprint(i)))
	}
	return "[" + strings.Join(all, ",") + "]"
}

func label(n int) string { return `"text":` + plainText(n) }

func option(members string) string { return `{"value":"v",` + members + `}` }

func actions(element string) string { return "[" + object("actions", `"elements":[`+element+`]`) + "]" }

func buttonWith(members string) string {
	return actions(object("button", members))
}

func confirmWith(title, body, confirm, deny int) string {
	return buttonWith(label(1) + fmt.Sprintf(`,"confirm":{"title":%s,"text":%s,"confirm":%s,"deny":%s}`,
		plainText(title), mrkdwn(body), plainText(confirm), plainText(deny)))
}

func menu(kind string, options int) string {
	return actions(object(kind, `"options":`+many(options, option(label(1)))))
}

func input(members string) string {
	return "[" + object("input", members) + "]"
}

const anyInput = `"element":{"type":"plain_text_input"}`

func chart(kind, members string) string {
	return "[" + object("data_visualization", `"title":"t","chart":`+object(kind, members)) + "]"
}

// bar has series, each with a point for every category.
func bar(series, categories, labelLength, nameLength int) string {
	name := func(prefix string, n int) string { return fmt.Sprintf("%s%s", x(n-len(prefix)), prefix) }
	var points, names []string
	for i := range categories {
		l := name(fmt.Sprintf("%02d", i), labelLength)
		points = append(points, fmt.Sprintf(`{"label":%q,"value":-1.5}`, l))
		names = append(names, fmt.Sprintf("%q", l))
	}
	var lines []string
	for i := range series {
		lines = append(lines, fmt.Sprintf(`{"name":%q,"data":[%s]}`, name(fmt.Sprintf("%02d", i), nameLength), strings.Join(points, ",")))
	}
	return chart("bar", fmt.Sprintf(`"series":[%s],"axis_config":{"categories":[%s]}`, strings.Join(lines, ","), strings.Join(names, ",")))
}

func rows(kind string, rows, columns, length int) string {
	row := many(columns, object("raw_text", `"text":"`+x(length)+`"`))
	return "[" + object(kind, `"caption":"c","rows":`+many(rows, row)) + "]"
}

func tableOf(r, columns, length int) string {
	return strings.Replace(rows("table", r, columns, length), `"caption":"c",`, "", 1)
}

func video(alt, title, author, provider, description int) string {
	return "[" + object("video", fmt.Sprintf(
		`"video_url":"https://example.com/v","thumbnail_url":"https://example.com/t","alt_text":%q,"title":%s,"author_name":%q,"provider_name":%q,"description":%s`,
		x(alt), plainText(title), x(author), x(provider), plainText(description))) + "]"
}

func frame(kind, members string) string { return "[" + object(kind, members) + "]" }

func link(n int) string { return "https://example.com/" + strings.Repeat("x", n-20) }

// limitTable has one line for each limit: the most is accepted and one more
// refused, the least is accepted and one less refused, at the pointer.
var limitTable = []struct {
	name        string
	least, most int // 0: no such limit
	at          string
	blocks      func(n int) string
}{
	{"blocks in a message", 0, 50, "", func(n int) string { return many(n, `{"type":"divider"}`) }},
	{"block_id", 1, 255, "/0/block_id", func(n int) string { return frame("divider", `"block_id":"`+x(n)+`"`) }},
	{"action_id", 1, 255, "/0/elements/0/action_id", func(n int) string { return buttonWith(label(1) + `,"action_id":"` + x(n) + `"`) }},
	{"header text", 1, 150, "/0/text/text", func(n int) string { return frame("header", label(n)) }},
	{"header level", 1, 4, "/0/level", func(n int) string { return frame("header", label(1)+fmt.Sprintf(`,"level":%d`, n)) }},
	{"section text", 1, 3000, "/0/text/text", func(n int) string { return frame("section", `"text":`+mrkdwn(n)) }},
	{"section fields", 1, 10, "/0/fields", func(n int) string { return frame("section", `"fields":`+many(n, mrkdwn(1))) }},
	{"section field text", 1, 2000, "/0/fields/0/text", func(n int) string { return frame("section", `"fields":[`+mrkdwn(n)+`]`) }},
	{"context elements", 1, 10, "/0/elements", func(n int) string { return frame("context", `"elements":`+many(n, mrkdwn(1))) }},
	{"context text", 1, 3000, "/0/elements/0/text", func(n int) string { return frame("context", `"elements":[`+plainText(n)+`]`) }},
	{"actions elements", 1, 25, "/0/elements", func(n int) string {
		return frame("actions", `"elements":`+many(n, object("button", label(1)+`,"action_id":"a#"`)))
	}},
	{"context_actions elements", 1, 5, "/0/elements", func(n int) string {
		return frame("context_actions", `"elements":`+many(n, object("icon_button", label(1)+`,"icon":"trash"`)))
	}},
	{"icon_button people", 1, 10, "/0/elements/0/visible_to_user_ids", func(n int) string {
		return frame("context_actions", `"elements":[`+object("icon_button", label(1)+`,"icon":"trash","visible_to_user_ids":`+many(n, `"U#"`))+`]`)
	}},
	{"feedback button text", 1, 75, "/0/elements/0/positive_button/text/text", func(n int) string {
		return frame("context_actions", `"elements":[`+object("feedback_buttons", `"positive_button":{`+label(n)+`,"value":"v"},"negative_button":{`+label(1)+`,"value":"v"}`)+`]`)
	}},
	{"feedback button value", 1, 2000, "/0/elements/0/negative_button/value", func(n int) string {
		return frame("context_actions", `"elements":[`+object("feedback_buttons", `"positive_button":{`+label(1)+`,"value":"v"},"negative_button":{`+label(1)+`,"value":"`+x(n)+`"}`)+`]`)
	}},
	{"button text", 1, 75, "/0/elements/0/text/text", func(n int) string { return buttonWith(label(n)) }},
	{"button value", 1, 2000, "/0/elements/0/value", func(n int) string { return buttonWith(label(1) + `,"value":"` + x(n) + `"`) }},
	{"button url", 0, 3000, "/0/elements/0/url", func(n int) string { return buttonWith(label(1) + `,"url":"` + link(n) + `"`) }},
	{"button accessibility_label", 1, 75, "/0/elements/0/accessibility_label", func(n int) string { return buttonWith(label(1) + `,"accessibility_label":"` + x(n) + `"`) }},
	{"confirm title", 1, 100, "/0/elements/0/confirm/title/text", func(n int) string { return confirmWith(n, 1, 1, 1) }},
	{"confirm text", 1, 300, "/0/elements/0/confirm/text/text", func(n int) string { return confirmWith(1, n, 1, 1) }},
	{"confirm confirm", 1, 30, "/0/elements/0/confirm/confirm/text", func(n int) string { return confirmWith(1, 1, n, 1) }},
	{"confirm deny", 1, 30, "/0/elements/0/confirm/deny/text", func(n int) string { return confirmWith(1, 1, 1, n) }},
	{"overflow options", 1, 5, "/0/elements/0/options", func(n int) string { return menu("overflow", n) }},
	{"overflow option url", 0, 3000, "/0/elements/0/options/0/url", func(n int) string {
		return actions(object("overflow", `"options":[`+option(label(1)+`,"url":"`+link(n)+`"`)+`]`))
	}},
	{"checkboxes options", 1, 10, "/0/elements/0/options", func(n int) string { return menu("checkboxes", n) }},
	{"radio_buttons options", 1, 10, "/0/elements/0/options", func(n int) string { return menu("radio_buttons", n) }},
	{"select options", 1, 100, "/0/elements/0/options", func(n int) string { return menu("static_select", n) }},
	{"select groups", 1, 100, "/0/elements/0/option_groups", func(n int) string {
		return actions(object("static_select", `"option_groups":`+many(n, `{"label":`+plainText(1)+`,"options":[`+option(label(1))+`]}`)))
	}},
	{"option group options", 1, 100, "/0/elements/0/option_groups/0/options", func(n int) string {
		return actions(object("static_select", `"option_groups":[{"label":`+plainText(1)+`,"options":`+many(n, option(label(1)))+`}]`))
	}},
	{"option group label", 1, 75, "/0/elements/0/option_groups/0/label/text", func(n int) string {
		return actions(object("static_select", `"option_groups":[{"label":`+plainText(n)+`,"options":[`+option(label(1))+`]}]`))
	}},
	{"select placeholder", 1, 150, "/0/elements/0/placeholder/text", func(n int) string { return actions(object("users_select", `"placeholder":`+plainText(n))) }},
	{"option text", 1, 75, "/0/elements/0/options/0/text/text", func(n int) string {
		return actions(object("overflow", `"options":[`+option(label(n))+`]`))
	}},
	{"option value", 1, 150, "/0/elements/0/options/0/value", func(n int) string {
		return actions(object("overflow", `"options":[{"value":"`+x(n)+`",`+label(1)+`}]`))
	}},
	{"option description", 1, 75, "/0/elements/0/options/0/description/text", func(n int) string {
		return actions(object("overflow", `"options":[`+option(label(1)+`,"description":`+plainText(n))+`]`))
	}},
	{"image alt_text", 1, 2000, "/0/alt_text", func(n int) string {
		return frame("image", `"image_url":"https://example.com/i","alt_text":"`+x(n)+`"`)
	}},
	{"image title", 1, 2000, "/0/title/text", func(n int) string {
		return frame("image", `"image_url":"https://example.com/i","alt_text":"a","title":`+plainText(n))
	}},
	{"image_url", 0, 3000, "/0/image_url", func(n int) string { return frame("image", `"alt_text":"a","image_url":"`+link(n)+`"`) }},
	{"input label", 1, 2000, "/0/label/text", func(n int) string { return input(anyInput + `,"label":` + plainText(n)) }},
	{"input hint", 1, 2000, "/0/hint/text", func(n int) string { return input(anyInput + `,"label":` + plainText(1) + `,"hint":` + plainText(n)) }},
	{"plain_text_input max_length", 0, 3000, "/0/element/max_length", func(n int) string {
		return input(`"label":` + plainText(1) + fmt.Sprintf(`,"element":{"type":"plain_text_input","max_length":%d}`, n))
	}},
	{"file_input max_files", 1, 10, "/0/element/max_files", func(n int) string {
		return input(`"label":` + plainText(1) + fmt.Sprintf(`,"element":{"type":"file_input","max_files":%d}`, n))
	}},
	{"markdown", 1, 12000, "/0/text", func(n int) string { return frame("markdown", `"text":"`+x(n)+`"`) }},
	{"all markdown", 0, 12000, "", func(n int) string {
		return "[" + object("markdown", `"text":"`+x(6000)+`"`) + "," + object("markdown", `"text":"`+x(n-6000)+`"`) + "]"
	}},
	{"video alt_text", 1, 200, "/0/alt_text", func(n int) string { return video(n, 1, 1, 1, 1) }},
	{"video title", 1, 200, "/0/title/text", func(n int) string { return video(1, n, 1, 1, 1) }},
	{"video author_name", 1, 50, "/0/author_name", func(n int) string { return video(1, 1, n, 1, 1) }},
	{"video provider_name", 1, 50, "/0/provider_name", func(n int) string { return video(1, 1, 1, n, 1) }},
	{"video description", 1, 200, "/0/description/text", func(n int) string { return video(1, 1, 1, 1, n) }},
	{"table rows", 1, 100, "/0/rows", func(n int) string { return tableOf(n, 20, 1) }},
	{"table columns", 1, 20, "/0/rows/0", func(n int) string { return tableOf(1, n, 1) }},
	{"table cell", 1, 0, "/0/rows/0/0/text", func(n int) string { return tableOf(1, 1, n) }},
	{"table content", 0, 10000, "/0/rows", func(n int) string { return tableOf(1, 1, n) }},
	{"table column settings", 0, 20, "/0/column_settings", func(n int) string {
		return frame("table", `"rows":[[`+object("raw_number", `"value":1`)+`]],"column_settings":`+many(n, `{"align":"left","is_wrapped":true}`))
	}},
	{"tables", 0, 1, "/1", func(n int) string {
		one := tableOf(1, 1, 1)
		return many(n, one[1:len(one)-1])
	}},
	{"data_table rows", 2, 101, "/0/rows", func(n int) string { return rows("data_table", n, 20, 1) }},
	{"data_table columns", 1, 20, "/0/rows/0", func(n int) string { return rows("data_table", 2, n, 1) }},
	{"data_table cell", 1, 0, "/0/rows/0/0/text", func(n int) string { return rows("data_table", 2, 1, n) }},
	{"data_table content", 0, 10000, "/0/rows", func(n int) string { return rows("data_table", 2, 1, n) }},
	{"data_table page_size", 1, 100, "/0/page_size", func(n int) string {
		return strings.Replace(rows("data_table", 2, 1, 1), `"caption"`, fmt.Sprintf(`"page_size":%d,"caption"`, n), 1)
	}},
	{"chart title", 1, 50, "/0/title", func(n int) string {
		return strings.Replace(bar(1, 1, 2, 2), `"title":"t"`, `"title":"`+x(n)+`"`, 1)
	}},
	{"chart segments", 1, 6, "/0/chart/segments", func(n int) string { return chart("pie", `"segments":`+many(n, `{"label":"#","value":1}`)) }},
	{"chart segment label", 1, 20, "/0/chart/segments/0/label", func(n int) string { return chart("pie", `"segments":[{"label":"`+x(n)+`","value":1}]`) }},
	{"chart segment value", 1, 0, "/0/chart/segments/0/value", func(n int) string { return chart("pie", fmt.Sprintf(`"segments":[{"label":"a","value":%d}]`, n)) }},
	{"chart series", 1, 6, "/0/chart/series", func(n int) string { return bar(n, 1, 2, 2) }},
	{"chart series name", 0, 20, "/0/chart/series/0/name", func(n int) string { return bar(1, 1, 2, n) }},
	{"chart points", 1, 20, "/0/chart/series/0/data", func(n int) string { return bar(1, n, 2, 2) }},
	{"chart point label", 0, 20, "/0/chart/series/0/data/0/label", func(n int) string { return bar(1, 1, n, 2) }},
	{"chart category", 0, 20, "/0/chart/axis_config/categories/0", func(n int) string { return bar(1, 1, n, 2) }},
	{"chart axis label", 1, 50, "/0/chart/axis_config/x_label", func(n int) string {
		return strings.Replace(bar(1, 1, 2, 2), `"categories"`, `"x_label":"`+x(n)+`","categories"`, 1)
	}},
	{"charts", 0, 2, "/2", func(n int) string {
		one := bar(1, 1, 2, 2)
		return many(n, one[1:len(one)-1])
	}},
	{"card title", 1, 150, "/0/title/text", func(n int) string { return frame("card", `"title":`+mrkdwn(n)) }},
	{"card subtitle", 1, 150, "/0/subtitle/text", func(n int) string { return frame("card", `"title":`+mrkdwn(1)+`,"subtitle":`+mrkdwn(n)) }},
	{"card body", 1, 200, "/0/body/text", func(n int) string { return frame("card", `"body":`+mrkdwn(n)) }},
	{"card subtext", 1, 200, "/0/subtext/text", func(n int) string { return frame("card", `"body":`+mrkdwn(1)+`,"subtext":`+mrkdwn(n)) }},
	{"card actions", 1, 3, "/0/actions", func(n int) string { return frame("card", `"actions":`+many(n, object("button", label(1)))) }},
	{"carousel", 1, 10, "/0/elements", func(n int) string {
		return frame("carousel", `"elements":`+many(n, object("card", `"body":`+mrkdwn(1))))
	}},
	{"container title", 1, 150, "/0/title/text", func(n int) string {
		return frame("container", `"title":`+plainText(n)+`,"child_blocks":[{"type":"divider"}]`)
	}},
	{"container subtitle", 1, 150, "/0/subtitle/text", func(n int) string {
		return frame("container", `"title":`+plainText(1)+`,"subtitle":`+mrkdwn(n)+`,"child_blocks":[{"type":"divider"}]`)
	}},
	{"container children", 1, 10, "/0/child_blocks", func(n int) string {
		return frame("container", `"title":`+plainText(1)+`,"child_blocks":`+many(n, `{"type":"divider"}`))
	}},
	{"task source url", 0, 3000, "/0/sources/0/url", func(n int) string {
		return frame("task_card", `"task_id":"t","title":"t","sources":[{"type":"url","text":"t","url":"`+link(n)+`"}]`)
	}},
}

// validate asks Slack's own checker, and returns what it points at.
func validate(t *testing.T, base, what, payload string) (ok bool, pointers []string) {
	t.Helper()
	a := call(t, base+"/api/blocks.validate", jsonKind, token, fmt.Sprintf(`{%q:%s}`, what, payload))
	list, _ := a["errors"].([]any)
	for _, e := range list {
		fault, _ := e.(map[string]any)
		pointer, _ := fault["pointer"].(string)
		pointers = append(pointers, pointer)
	}
	if word, _ := a["error"].(string); a["ok"] != true && word != "invalid_"+what {
		t.Errorf("answer %v", a)
	}
	return a["ok"] == true, pointers
}

func TestLimits(t *testing.T) {
	_, _, base := open(t, options())
	for _, test := range limitTable {
		t.Run(test.name, func(t *testing.T) {
			accepted := func(n int) {
				t.Helper()
				if ok, pointers := validate(t, base, "blocks", test.blocks(n)); !ok {
					t.Errorf("%d is refused at %q: %.300s", n, pointers, test.blocks(n))
				}
			}
			refused := func(n int) {
				t.Helper()
				ok, pointers := validate(t, base, "blocks", test.blocks(n))
				if ok || !slices.Contains(pointers, test.at) {
					t.Errorf("%d: accepted %v, pointers %q, want %q", n, ok, pointers, test.at)
				}
			}
			if test.least > 0 {
				accepted(test.least)
				refused(test.least - 1)
			}
			if test.most > 0 {
				accepted(test.most)
				refused(test.most + 1)
			}
		})
	}
}
