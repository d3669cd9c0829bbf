package workspace

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// limitsJSON is Block Kit's limits as data: paths of members with min_length,
// max_length, min_items, max_items, min, max or exclusive_min.
//
//go:embed limits.json
var limitsJSON []byte

var limits = readLimits()

// extra are limits that the data lacks, or that another source puts lower:
// what passes here passes under all of them.
var extra = map[string]bound{
	"message.blocks": {most: 50},
	"header.level":   {least: 1, most: 4},
	"image.title":    {most: 2000},
	"placeholder":    {most: 150},
	"table.rows":     {least: 1, most: 100},
	"table.columns":  {least: 1, most: 20},
	"table.cell":     {least: 1, most: tableContent}, // empty cells are refused for some senders
	// The data says 12 and 201; Slack's launch notes and slack-go say 6 and a
	// header with 100 rows.
	"data_visualization.series":   {least: 1, most: 6},
	"data_visualization.segments": {least: 1, most: 6},
	"data_table.rows":             {least: 2, most: 101},
}

// Limits of a whole message.
const (
	tableContent    = 10_000 // characters in a table's cells
	markdownContent = 12_000 // characters in all markdown blocks
	// messageContent is where msg_blocks_too_long was measured to begin. Texts
	// with 11,341 characters were refused once, so the blocks' JSON is counted,
	// which is the strictest reading.
	messageContent = 13_200
	maxCharts      = 2
)

// bound is a length, a count or a number; most 0 is no upper bound.
type bound struct {
	least, most float64
	above       bool // least itself is too little
}

func readLimits() map[string]any {
	var tree map[string]any
	if err := json.Unmarshal(limitsJSON, &tree); err != nil {
		panic(fmt.Sprintf("limits.json: %v", err))
	}
	return tree
}

// boundOf finds a bound when the package starts. A path that does not exist
// is a mistake in this package's tables; "" is no bound.
func boundOf(path string) bound {
	if path == "" {
		return bound{}
	}
	if b, ok := extra[path]; ok {
		return b
	}
	node := limits
	parts := strings.Split(path, ".")
	for i, part := range parts {
		next, ok := node[part].(map[string]any)
		if !ok && part == "item" && i == len(parts)-1 {
			return bound{least: 1, most: number(node, "item_max_length")}
		}
		if !ok {
			panic("limits.json has no " + path)
		}
		node = next
	}
	b := bound{
		least: max(number(node, "min_length"), number(node, "min_items"), number(node, "min")),
		most:  max(number(node, "max_length"), number(node, "max_items"), number(node, "max")),
	}
	if floor, ok := node["exclusive_min"].(float64); ok {
		b.least, b.above = floor, true
	}
	return b
}

func number(node map[string]any, name string) float64 {
	n, _ := node[name].(float64) // 0 is "no such bound"
	return n
}
