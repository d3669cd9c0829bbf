package workspace

import "maps"

// block is a block's shape; byType has looked at its type.
func block(parts ...part) check {
	return typed(append([]part{may("block_id", str("block_id"))}, parts...)...)
}

// blocks are the kinds of block that a message may hold, and input, which is
// for views. Newer or retired kinds (layout, call, file) are not among them.
var blocks = map[string]check{
	"divider": block(),
	"header":  block(need("text", plainText("header.text")), may("level", integer("header.level"))),
	"section": block(
		may("text", anyText("section.text")),
		may("fields", list("section.fields", anyText("section.fields.item"))),
		may("accessory", only(elements, asAccessory...)), may("expand", boolean),
		anyOf("text", "fields"),
	),
	"context": block(need("elements", list("context.elements", only(elements, inContext...)))),
	"context_actions": block(
		need("elements", list("context_actions.elements", only(elements, inFeedback...))), uniqueActions,
	),
	"actions": block(
		need("elements", list("actions.elements", only(elements, inActions...))), uniqueActions,
	),
	"image": block(
		need("alt_text", str("image.alt_text")), may("title", plainText("image.title")),
		may("image_url", link("image.image_url")), may("slack_file", slackFile),
		oneOf("image_url", "slack_file"),
	),
	"input": block(
		need("label", plainText("input.label")), may("hint", plainText("input.hint")),
		need("element", only(elements, inInput...)), may("optional", boolean), may("dispatch_action", boolean),
	),
	"markdown": block(need("text", str("markdown.text"))),
	"video": block(
		need("alt_text", str("video.alt_text")), need("title", plainText("video.title")),
		need("video_url", link("")), need("thumbnail_url", link("")),
		may("title_url", link("")), may("provider_icon_url", link("")),
		may("author_name", str("video.author_name")), may("provider_name", str("video.provider_name")),
		may("description", plainText("video.description")),
	),
	"rich_text":          richText,
	"table":              tableBlock,
	"data_table":         dataTable,
	"data_visualization": block(need("title", str("data_visualization.title")), need("chart", byType(charts))),
	"card":               card,
	"carousel":           block(need("elements", list("carousel.elements", only(map[string]check{"card": card}, "card")))),
	"container":          container,
	"task_card":          taskCard,
	"plan": block(
		need("title", str("")), may("tasks", list("", only(map[string]check{"task_card": taskCard}, "task_card"))),
	),
}

// messageBlocks are the kinds of block that a message may hold.
var messageBlocks = func() map[string]check {
	kinds := maps.Clone(blocks)
	delete(kinds, "input")
	return kinds
}()

// modalBlocks are the kinds of block that a modal or a home tab may hold.
var modalBlocks = map[string]check{
	"divider": blocks["divider"], "header": blocks["header"], "section": blocks["section"],
	"context": blocks["context"], "actions": blocks["actions"], "image": blocks["image"],
	"input": blocks["input"], "video": blocks["video"], "rich_text": richText, "container": container,
	"alert": block(
		need("text", anyText("alert.text")), may("level", enum("default", "info", "warning", "error", "success")),
	),
}

var (
	richText = block(need("elements", list("", byType(richElements))))
	slackDot = object(need("type", enum("icon")), need("name", str("")))
	card     = block(
		may("hero_image", only(elements, "image")), may("icon", only(elements, "image")), may("slack_icon", slackDot),
		may("title", anyText("card.title")), may("subtitle", anyText("card.subtitle")),
		may("body", anyText("card.body")), may("subtext", anyText("card.subtext")),
		may("actions", list("card.actions", only(elements, "button"))),
		anyOf("hero_image", "title", "body", "actions"),
	)
	container = block(
		may("title", plainText("container.title")), may("rich_text_title", richText), anyOf("title", "rich_text_title"),
		may("subtitle", anyText("container.subtitle")), may("icon", only(elements, "image")),
		may("width", enum("narrow", "standard", "wide", "full")),
		may("is_collapsible", boolean), may("default_collapsed", boolean), may("has_header_divider", boolean),
		need("child_blocks", list("container.child_blocks", child)),
	)
	taskCard = block(
		need("task_id", str("")), need("title", str("")),
		may("status", enum("pending", "in_progress", "complete", "error")),
		may("details", richText), may("output", richText), may("hide_title", boolean),
		may("sources", list("", object(
			need("type", enum("url")), need("url", link("url_source.url")), need("text", str("")),
		))),
	)
)

// child is a block inside a container: one the payload may hold, but no
// block that is itself a frame, and none that only messages have.
func child(k *checker, at string, v any) {
	inside := map[string]check{}
	for _, kind := range []string{"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table", "video"} {
		if c := k.blocks[kind]; c != nil {
			inside[kind] = c
		}
	}
	byType(inside)(k, at, v)
}

// uniqueActions refuses two elements of a block with one action_id.
var uniqueActions = rule(func(k *checker, at string, o map[string]any) {
	seen := map[string]bool{}
	elements, _ := o["elements"].([]any)
	for _, e := range elements {
		control, _ := e.(map[string]any)
		id, _ := control["action_id"].(string)
		if id != "" && seen[id] {
			k.fault(at+"/elements", "action_id %q already exists for another action", id)
		}
		seen[id] = true
	}
})

// view is a modal or a home tab.
var (
	viewParts = []part{
		need("type", str("")), need("blocks", list("view.blocks", byType(modalBlocks))),
		may("private_metadata", str("view.private_metadata")), may("callback_id", str("view.callback_id")),
		may("external_id", str("block_id")),
	}
	views = map[string]check{
		"home": object(viewParts...),
		"modal": object(append([]part{
			need("title", plainText("view.title")), may("close", plainText("view.close")), may("submit", plainText("view.submit")),
			may("clear_on_close", boolean), may("notify_on_close", boolean), may("submit_disabled", boolean),
			rule(needsSubmit),
		}, viewParts...)...),
	}
)

// needsSubmit refuses a form that nobody could send.
func needsSubmit(k *checker, at string, o map[string]any) {
	list, _ := o["blocks"].([]any)
	if o["submit"] == nil && nth(list, 1, "input") >= 0 {
		k.fault(at+"/submit", "missing required field: submit")
	}
}
