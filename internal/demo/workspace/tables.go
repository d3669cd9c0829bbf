package workspace

import (
	"strconv"
	"unicode/utf8"
)

var (
	numberCell = typed(need("value", numeric("")), may("text", str("")))
	cells      = map[string]check{
		"raw_text":   typed(need("text", str("table.cell"))),
		"raw_number": numberCell,
		"rich_text":  richText,
	}
	dataCells = map[string]check{
		"raw_text":   typed(need("text", str("data_table.cell_text"))),
		"raw_number": numberCell,
		"rich_text":  richText,
		"action_cell": typed(need("element", only(elements, "button")),
			may("fallback", only(cells, "raw_text", "raw_number"))),
	}
	tableBlock = block(
		need("rows", list("table.rows", list("table.columns", byType(cells)))),
		may("column_settings", list("table.columns", columnSetting)),
		content(tableContent),
	)
	dataTable = block(
		need("caption", str("")),
		need("rows", list("data_table.rows", list("data_table.columns", byType(dataCells)))),
		may("page_size", integer("data_table.page_size")), may("row_header_column_index", integer("")),
		rule(dataRows), content(int(boundOf("data_table.content").most)),
	)
)

// columnSetting may be null, for a column with no setting. An align of "" is
// what slack-go sends for one that was not set, and Slack refuses it.
func columnSetting(k *checker, at string, v any) {
	if v != nil {
		object(may("align", enum("left", "center", "right")), may("is_wrapped", boolean))(k, at, v)
	}
}

// dataRows holds all rows to the width of the header, which is plain.
func dataRows(k *checker, at string, o map[string]any) {
	rows, _ := o["rows"].([]any)
	if len(rows) == 0 {
		return
	}
	header, _ := rows[0].([]any)
	for i, cell := range header {
		c, _ := cell.(map[string]any)
		if kind := c["type"]; kind == "rich_text" || kind == "action_cell" {
			k.fault(at+"/rows/0/"+strconv.Itoa(i)+"/type", "unsupported type in the header row: %s", kind)
		}
	}
	for i, row := range rows[1:] {
		if r, _ := row.([]any); len(r) != len(header) {
			k.fault(at+"/rows/"+strconv.Itoa(i+1), "must have as many cells as the header row: %d", len(header))
		}
	}
	if column, ok := o["row_header_column_index"].(float64); ok && (column < 0 || int(column) >= len(header)) {
		k.fault(at+"/row_header_column_index", "there is no such column")
	}
}

// content bounds the characters of all cells together.
func content(most int) part {
	return rule(func(k *checker, at string, o map[string]any) {
		if n := textLength(o["rows"]); n > most {
			k.fault(at+"/rows", "must be less than %d characters in all cells, they have %d", most+1, n)
		}
	})
}

// textLength is the characters of all texts in a value.
func textLength(v any) (n int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			n += textLength(e)
		}
	case map[string]any:
		for name, e := range v {
			if text, ok := e.(string); ok && name == "text" {
				n += utf8.RuneCountInString(text)
			} else {
				n += textLength(e)
			}
		}
	}
	return n
}

// charts are the kinds of data_visualization.
var charts = map[string]check{
	"pie": typed(need("segments", list("data_visualization.segments", object(
		need("label", str("data_visualization.segment.label")),
		need("value", numeric("data_visualization.segment.value")),
	)))),
	"bar": seriesChart, "area": seriesChart, "line": seriesChart,
}

var seriesChart = typed(
	need("series", list("data_visualization.series", object(
		need("name", str("data_visualization.series_name")),
		need("data", list("data_visualization.data", object(
			need("label", str("data_visualization.point_label")), need("value", numeric("")),
		))),
	))),
	need("axis_config", object(
		need("categories", list("data_visualization.categories", str("data_visualization.category_label"))),
		may("x_label", str("data_visualization.axis_label")), may("y_label", str("data_visualization.axis_label")),
	)),
	rule(onePointEach),
)

// onePointEach holds every series to exactly one point for every category,
// and names and categories to being unique.
func onePointEach(k *checker, at string, o map[string]any) {
	axis, _ := o["axis_config"].(map[string]any)
	categories := labels(axis["categories"], "")
	for category, n := range categories {
		if n > 1 {
			k.fault(at+"/axis_config/categories", "duplicate category: %s", category)
		}
	}
	series, _ := o["series"].([]any)
	for name, n := range labels(series, "name") {
		if n > 1 {
			k.fault(at+"/series", "duplicate series name: %s", name)
		}
	}
	for i, s := range series {
		line, _ := s.(map[string]any)
		where := at + "/series/" + strconv.Itoa(i) + "/data"
		points := labels(line["data"], "label")
		for label, n := range points {
			if categories[label] == 0 {
				k.fault(where, "%s is not among the categories", label)
			} else if n > 1 {
				k.fault(where, "duplicate label: %s", label)
			}
		}
		if len(points) < len(categories) {
			k.fault(where, "must have one point for every category")
		}
	}
}

// labels counts the strings of a list, or a member of its objects.
func labels(v any, member string) map[string]int {
	seen := map[string]int{}
	values, _ := v.([]any)
	for _, value := range values {
		if o, ok := value.(map[string]any); ok {
			value = o[member]
		}
		if text, ok := value.(string); ok {
			seen[text]++
		}
	}
	return seen
}
