package workspace

import "slices"

// typed is an object with a type, which byType has looked at.
func typed(parts ...part) check {
	return object(append([]part{need("type", str(""))}, parts...)...)
}

func plainText(path string) check {
	return only(map[string]check{"plain_text": typed(need("text", str(path)), may("emoji", boolean))}, "plain_text")
}

func anyText(path string) check {
	return byType(map[string]check{
		"plain_text": typed(need("text", str(path)), may("emoji", boolean)),
		"mrkdwn":     typed(need("text", str(path)), may("verbatim", boolean)),
	})
}

var confirmation = object(
	need("title", plainText("confirmation.title")),
	need("text", anyText("confirmation.text")),
	need("confirm", plainText("confirmation.confirm")),
	need("deny", plainText("confirmation.deny")),
	may("style", enum("primary", "danger")),
)

var slackFile = object(may("id", fileID), may("url", link("")), oneOf("id", "url"))

// fileID is F and at least eight more capitals or digits.
func fileID(k *checker, at string, v any) {
	id, _ := v.(string)
	good := len(id) >= 9 && id[0] == 'F'
	for _, r := range id {
		good = good && (r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	}
	if !good {
		k.fault(at, "invalid slack file")
	}
}

// option is plain text in menus; check boxes and radio buttons take mrkdwn.
// Only an overflow menu's may have a url.
func option(text func(string) check, more ...part) check {
	return object(append([]part{
		need("text", text("option.text")),
		need("value", str("option.value")),
		may("description", text("option.description")),
	}, more...)...)
}

// control is an element that sends what a person did with it.
func control(parts ...part) check {
	return typed(append([]part{may("action_id", str("action_id"))}, parts...)...)
}

// field is a control that a person fills in.
func field(parts ...part) check {
	return control(append([]part{
		may("focus_on_load", boolean), may("placeholder", plainText("placeholder")),
		may("confirm", confirmation), may("dispatch_action_config", anything),
	}, parts...)...)
}

var (
	image = typed(
		need("alt_text", str("image.alt_text")),
		may("image_url", link("image.image_url")), may("slack_file", slackFile),
		oneOf("image_url", "slack_file"),
	)
	button = control(
		need("text", plainText("button.text")),
		may("url", link("button.url")), may("value", str("button.value")),
		may("style", enum("primary", "danger")), may("confirm", confirmation),
		may("accessibility_label", str("button.accessibility_label")),
		may("visible_to_user_ids", anything), may("agent_prompt", anything), may("agent_prompt_display", anything),
	)
	feedbackButton = object(
		need("text", plainText("feedback_button.text")), need("value", str("feedback_button.value")),
		may("accessibility_label", str("feedback_button.accessibility_label")),
	)
	optionGroup = object(
		need("label", plainText("option_group.label")),
		need("options", list("option_group.options", option(plainText))),
	)
)

// elements are what blocks hold, by type.
var elements = map[string]check{
	"plain_text": plainText("text"),
	"mrkdwn":     anyText("text"),
	"image":      image,
	"button":     button,
	"icon_button": control(
		need("icon", str("")), need("text", plainText("button.text")), may("value", str("button.value")),
		may("accessibility_label", str("button.accessibility_label")), may("confirm", confirmation),
		may("visible_to_user_ids", list("icon_button.visible_to_user_ids", str(""))),
	),
	"feedback_buttons": control(need("positive_button", feedbackButton), need("negative_button", feedbackButton)),
	"overflow": control(
		need("options", list("overflow.options", option(plainText, may("url", link("option.url"))))),
		may("confirm", confirmation),
	),
	"checkboxes": field(
		need("options", list("checkboxes.options", option(anyText))), may("initial_options", anything),
		may("visible_to_user_ids", anything),
	),
	"radio_buttons": field(
		need("options", list("radio_buttons.options", option(anyText))), may("initial_option", anything),
	),
	"static_select":       staticSelect(may("initial_option", anything)),
	"multi_static_select": staticSelect(may("initial_options", anything), may("max_selected_items", integer(""))),
	"users_select":        field(may("initial_user", str(""))),
	"channels_select":     field(may("initial_channel", str("")), may("response_url_enabled", boolean)),
	"conversations_select": field(
		may("initial_conversation", str("")), may("default_to_current_conversation", boolean),
		may("filter", anything), may("response_url_enabled", boolean),
	),
	"external_select": field(may("initial_option", anything), may("min_query_length", integer(""))),
	"datepicker":      field(may("initial_date", str(""))),
	"timepicker":      field(may("initial_time", str("")), may("timezone", str(""))),
	"datetimepicker":  field(may("initial_date_time", integer(""))),
	"plain_text_input": field(
		may("initial_value", str("")), may("multiline", boolean),
		may("min_length", integer("plain_text_input.max_length")),
		may("max_length", integer("plain_text_input.max_length")),
	),
	"email_text_input": field(may("initial_value", str(""))),
	"url_text_input":   field(may("initial_value", str(""))),
	"number_input": field(
		need("is_decimal_allowed", boolean), may("initial_value", str("")),
		may("min_value", str("")), may("max_value", str("")),
	),
	"file_input": field(may("filetypes", anything), may("max_files", integer("file_input.max_files"))),
}

func staticSelect(more ...part) check {
	return field(append([]part{
		may("options", list("select.options", option(plainText))),
		may("option_groups", list("select.option_groups", optionGroup)),
		oneOf("options", "option_groups"),
	}, more...)...)
}

// The elements that each place takes.
var (
	interactive = []string{
		"button", "overflow", "checkboxes", "radio_buttons", "static_select", "multi_static_select",
		"users_select", "channels_select", "conversations_select", "external_select", "datepicker", "timepicker",
	}
	inActions   = append(slices.Clone(interactive), "datetimepicker")
	asAccessory = append(slices.Clone(interactive), "image")
	// An input takes what actions take, but for what has no value to submit.
	inInput = append(slices.Clone(inActions[2:]),
		"plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input")
	inContext  = []string{"plain_text", "mrkdwn", "image"}
	inFeedback = []string{"feedback_buttons", "icon_button"}
)

// richElements are the parts of a rich_text block.
var richElements = map[string]check{
	"rich_text_section":      typed(need("elements", anyRun)),
	"rich_text_quote":        typed(need("elements", anyRun), may("border", integer(""))),
	"rich_text_preformatted": typed(need("elements", anyRun), may("border", integer("")), may("language", str(""))),
	"rich_text_list": typed(
		need("elements", anyRun), need("style", enum("bullet", "ordered")),
		may("indent", integer("")), may("border", integer("")), may("offset", integer("")),
	),
}

// anyRun is the inside of rich text: objects with a type, and text where the
// type is text. The rest of its many shapes is let through.
func anyRun(k *checker, at string, v any) {
	list("", func(k *checker, at string, v any) {
		o, _ := v.(map[string]any)
		if kind, _ := o["type"].(string); kind == "" {
			k.fault(at+"/type", "unsupported type: ")
		} else if kind == "text" {
			str("")(k, at+"/text", o["text"])
		}
	})(k, at, v)
}
