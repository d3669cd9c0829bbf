package workspace

import (
	"regexp"
	"strings"
	"unicode"
)

var (
	aside = regexp.MustCompile("`[^`\n]+`|<[^<>]+>")
	// A mark opens behind a character that is no part of a word, and closes
	// before another such character.
	emphasis = []*regexp.Regexp{
		regexp.MustCompile(`(^|[^\pL\pN_*])\*([^\s*](?:[^*\n]*[^\s*])?)\*($|[^\pL\pN_*])`),
		regexp.MustCompile(`(^|[^\pL\pN_])_([^\s_](?:[^_\n]*[^\s_])?)_($|[^\pL\pN_])`),
		regexp.MustCompile(`(^|[^\pL\pN_~])~([^\s~](?:[^~\n]*[^\s~])?)~($|[^\pL\pN_~])`),
	}
	shortcode = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	unescape  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// emoji are the pictures that a terminal shows as one sign; others keep their name.
var emoji = map[string]string{
	":white_check_mark:": "✔", ":heavy_check_mark:": "✔", ":x:": "✘", ":warning:": "!", ":red_circle:": "●",
	":large_orange_circle:": "●", ":large_yellow_circle:": "●", ":large_blue_circle:": "●", ":white_circle:": "○",
	":grey_question:": "?", ":question:": "?", ":chart_with_upwards_trend:": "↗", ":hourglass_flowing_sand:": "…", ":hourglass:": "…",
	":bust_in_silhouette:": "☺", ":eyes:": "◉", ":new:": "+",
}

// plain is mrkdwn as a terminal can show it: references resolved, emphasis
// dropped, code left in its backticks, escapes undone.
func plain(mrkdwn string) string {
	var kept []string // what emphasis does not reach into: code and references
	text := aside.ReplaceAllStringFunc(printable(mrkdwn), func(token string) string {
		if token[0] == '<' {
			token = resolve(token)
		}
		kept = append(kept, token)
		return "\x00"
	})
	for _, mark := range emphasis {
		for range 2 { // neighbours share the character between them
			text = mark.ReplaceAllString(text, "$1$2$3")
		}
	}
	parts := strings.Split(pictures(text), "\x00")
	for i, token := range kept {
		parts[i] += token
	}
	return printable(unescape.Replace(strings.Join(parts, "")))
}

func pictures(text string) string {
	return shortcode.ReplaceAllStringFunc(text, func(code string) string {
		if sign, ok := emoji[code]; ok {
			return sign
		}
		return code
	})
}

// resolve shows a reference as its label: a date as its fallback, a person, a
// group or a channel with its sign, a link with its address behind it.
func resolve(token string) string {
	target, label, labelled := strings.Cut(token[1:len(token)-1], "|")
	sign, id := "", target
	switch {
	case strings.HasPrefix(target, "!date^"):
		if !labelled {
			return token
		}
		return label
	case strings.HasPrefix(target, "!subteam^"):
		sign, id = "@", strings.TrimPrefix(target, "!subteam^")
	case strings.HasPrefix(target, "!"):
		sign, id = "@", target[1:]
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		sign, id = target[:1], target[1:]
	case labelled:
		return label + " (" + target + ")"
	}
	if labelled {
		id = strings.TrimPrefix(label, sign)
	}
	return sign + id
}

// printable drops what could steer a terminal: control characters but the line
// break, and marks that change the direction of writing.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || !unicode.IsControl(r) && !unicode.Is(unicode.Bidi_Control, r) {
			return r
		}
		return -1
	}, text)
}
