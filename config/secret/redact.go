package secret

import "regexp"

// Every token is matched from its prefix to the last character that one could
// have, so that no tail of it remains.
var (
	slackToken = regexp.MustCompile(`(?i)(xox[a-z]|xapp)-[A-Za-z0-9_.-]+`)
	hexSecret  = regexp.MustCompile(`[0-9A-Fa-f]{32,}`)

	patterns = []struct {
		find *regexp.Regexp
		put  string
	}{
		{slackToken, Mask},
		// A response URL speaks for the app while it lives; a webhook, for ever.
		// The second form is how a request body carries it.
		{regexp.MustCompile(`(?i)(hooks\.slack(?:-gov)?\.com)((?:/|%2F)[^\s"'\\<>&]*)`), "$1/" + Mask},
		// Access key ids (AKIA long-lived, ASIA temporary), then session tokens.
		{regexp.MustCompile(`(AKIA|ASIA)[A-Z0-9]{12,}`), "$1" + Mask},
		{regexp.MustCompile(`(?i)(X-Amz-(?:Security-Token|Signature|Credential)=)[^\s"'\\<>&]+`), "$1" + Mask},
		{regexp.MustCompile(`\b(?:IQoJ|FwoG|FQoG)[A-Za-z0-9+/=%_-]{40,}`), Mask},
		// The password of a database's URL; one with an @ in it ends at the last.
		{regexp.MustCompile(`(?i)(\bpostgres(?:ql)?://[^\s:/@]*:)[^\s"'\\<>]+@`), "$1" + Mask + "@"},
		// Slack's signature of a request can be replayed for five minutes.
		{regexp.MustCompile(`\bv0=[0-9a-f]{64}`), "v0=" + Mask},
	}
)

// LooksLike reports whether text holds what looks like a secret: a Slack
// token, or 32 hexadecimal digits (the form of a Slack signing secret).
func LooksLike(text string) bool { return slackToken.MatchString(text) || hexSecret.MatchString(text) }

// Redact masks Slack tokens, Slack's response and webhook URLs, request
// signatures, AWS keys and passwords of Postgres wherever they stand in text. Signing secrets, which
// look like any digest, are left to Value.
func Redact(text string) string {
	for _, p := range patterns {
		text = p.find.ReplaceAllString(text, p.put)
	}
	return text
}
