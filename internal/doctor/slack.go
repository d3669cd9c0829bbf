package doctor

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rootwatch/bot"
	"rootwatch/bot/slack"
)

// Workspace is what was found of Slack.
type Workspace struct {
	// SigningSecret is whether commands come over HTTP, and SecretFits whether
	// the secret has the form of Slack's.
	SigningSecret, SecretFits bool
	AppToken                  bool  // Socket Mode is set up
	Socket                    error // why the app-level token opens none
	NoToken                   bool  // there is no bot token; the configuration's lines say why
	Refused                   error // why the bot token is refused
	Standing                  slack.Standing
	Wanted                    []string // scopes, as the manifest asks for them
	Channels                  []Channel
}

// Channel is one that the configuration names.
type Channel struct {
	Key string // organizations[0].channels.digest
	slack.ChannelStanding
	Err error
}

var slackSecret = regexp.MustCompile(`^[0-9a-f]{32}$`)

// SecretFits reports whether a signing secret has the form of Slack's.
func SecretFits(text string) bool { return slackSecret.MatchString(text) }

// Judge tells of tokens, scopes and channels.
func (w Workspace) Judge() []Line {
	lines := w.secrets()
	if w.NoToken {
		return lines
	}
	if w.Refused != nil {
		return append(lines, refusedToken("slack.bot_token", w.Refused))
	}
	lines = append(lines,
		Line{Area: Slack, Subject: "slack.bot_token", Status: OK, Found: fmt.Sprintf("it is %s's in the workspace %s (%s)", or(w.Standing.User, "the bot"), w.Standing.TeamName, w.Standing.Team)},
		JudgeClock("Slack", w.Standing.Ahead, w.Standing.AheadKnown))
	lines = append(lines, w.scopes())
	for _, c := range w.Channels {
		lines = append(lines, w.channel(c))
	}
	return lines
}

func (w Workspace) secrets() []Line {
	var lines []Line
	if w.SigningSecret {
		l := Line{Area: Slack, Subject: "slack.signing_secret", Status: OK, Found: "it has the form of one; only a command from Slack shows whether it is the right one"}
		if !w.SecretFits {
			l.Status, l.Found = Problem, "it is not 32 hexadecimal digits, as Slack's are, so that every command would be refused as forged"
			l.Do = "Copy the Signing Secret from Basic Information in the app's settings; the Client Secret and the Verification Token are others."
		}
		lines = append(lines, l)
	}
	if !w.AppToken {
		return lines
	}
	if w.Socket != nil {
		return append(lines, refusedToken("slack.app_token", w.Socket))
	}
	return append(lines, Line{Area: Slack, Subject: "slack.app_token", Status: OK, Found: "Slack gives it an address for Socket Mode"})
}

// remedies are for Slack's words about tokens.
var remedies = map[string]string{
	"slack.bot_token": "Install the app again under Install App in its settings, and put the new Bot User OAuth Token (xoxb-) where slack.bot_token points.",
	"slack.app_token": "Make a new app-level token with the scope connections:write under Basic Information, switch Socket Mode on, and put the token (xapp-) where slack.app_token points.",
}

func refusedToken(key string, err error) Line {
	l := Line{Area: Slack, Subject: key, Status: Problem, Do: remedies[key]}
	var fault *bot.Fault
	if !errors.As(err, &fault) {
		l.Status, l.Found, l.Do = NotKnown, "Slack was not asked", "See the line about the configuration."
		return l
	}
	l.Found = "Slack refuses it: " + fault.Code
	if unanswered(fault) {
		l.Status, l.Found = NotKnown, "Slack did not answer: "+fault.Code
		l.Do = "Check the network, the proxy and slack.api_url, and ask again."
	}
	return l
}

// unanswered is a fault that is not Slack's word about what was asked.
func unanswered(f *bot.Fault) bool {
	return f.Kind == bot.RateLimited || f.Kind == bot.Ambiguous || f.Code == "unreachable" || strings.HasPrefix(f.Code, "http_")
}

func (w Workspace) scopes() Line {
	l := Line{Area: Scopes, Status: OK, Found: bot.Count(len(w.Standing.Scopes), "scope", "scopes") + ", all that the manifest asks for among them"}
	if len(w.Standing.Scopes) == 0 {
		l.Status, l.Found, l.Do = NotKnown, "Slack does not say which scopes the token has", "Compare OAuth & Permissions in the app's settings with `rootwatch manifest`."
		return l
	}
	lacking := slices.DeleteFunc(slices.Clone(w.Wanted), func(s string) bool { return slices.Contains(w.Standing.Scopes, s) })
	if len(lacking) > 0 {
		l.Status, l.Subject = Problem, strings.Join(lacking, ", ")
		l.Found = "the bot token lacks " + strings.Join(lacking, ", ")
		l.Do = "Add it under OAuth & Permissions in the app's settings (or paste `rootwatch manifest` there), and install the app again: a token gets new scopes only then."
	}
	return l
}

func (w Workspace) channel(c Channel) Line {
	l := Line{Area: Channels, Subject: fmt.Sprintf("%s (%s)", c.ID, c.Key), Status: OK}
	invite := "Type /invite @rootwatch in the channel"
	var fault *bot.Fault
	switch {
	case errors.As(c.Err, &fault) && unanswered(fault):
		l.Status, l.Found, l.Do = NotKnown, "Slack did not answer: "+fault.Code, "Ask again in a few minutes."
	case errors.As(c.Err, &fault) && fault.Code == "missing_scope":
		l.Status, l.Found, l.Do = NotKnown, "the bot token lacks the scope to look at it", fault.Sentence
	case errors.As(c.Err, &fault):
		l.Status, l.Found = Problem, "Slack knows no such channel, or does not show it to the bot: "+fault.Code
		l.Do = invite + " if it is private, or correct the id: it stands at the end of the channel's About page."
	case c.Archived:
		l.Status, l.Found, l.Do = Problem, "#"+c.Name+" is archived, so that nothing can be posted there", "Unarchive it, or name another channel."
	case c.Member:
		l.Found = "the bot is in #" + c.Name
	case !c.Private && slices.Contains(w.Standing.Scopes, "chat:write.public"):
		l.Found = "#" + c.Name + " is public, and the bot may post there without being in it"
	default:
		l.Status, l.Found, l.Do = Problem, "the bot is not in #"+c.Name+" and may not post there", invite+"."
	}
	return l
}
