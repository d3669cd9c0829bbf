package slack

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"
)

// Probe looks at what Slack says of the app, and says nothing itself. Its
// errors are *bot.Fault.
type Probe struct {
	mouth *Mouth
	api   *slackgo.Client
}

// NewProbe makes a Probe with the tokens of o. Nothing is sent yet.
func NewProbe(o Options) *Probe {
	o = o.withDefaults()
	return &Probe{mouth: NewMouth(o), api: slackgo.New(o.BotToken, slackgo.OptionAPIURL(o.APIURL),
		slackgo.OptionHTTPClient(o.HTTPClient), slackgo.OptionAppLevelToken(o.AppToken))}
}

// Standing is whose the bot token is.
type Standing struct {
	Team, TeamName string
	User           string
	Scopes         []string // empty where Slack does not say
	// Ahead is how far our clock is ahead of Slack's, where Slack told its own.
	Ahead      time.Duration
	AheadKnown bool
}

// Stand asks Slack whose the bot token is.
func (p *Probe) Stand(ctx context.Context) (Standing, error) {
	asked := time.Now()
	answer, err := p.api.AuthTestContext(ctx)
	if err == nil && answer.TeamID == "" {
		err = errUndecodable
	}
	if err != nil {
		return Standing{}, p.mouth.faultOf(err)
	}
	s := Standing{Team: answer.TeamID, TeamName: answer.Team, User: answer.User, Scopes: listed(answer.Header.Get("X-OAuth-Scopes"))}
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil { // in whole seconds
		ours := asked.Add(time.Since(asked) / 2)
		s.Ahead, s.AheadKnown = ours.Sub(at.Add(500*time.Millisecond)), true
	}
	return s, nil
}

func listed(header string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(header, func(r rune) bool { return r == ',' || r == ' ' }), func(s string) bool { return s == "" })
}

// ChannelStanding is what Slack says of a channel.
type ChannelStanding struct {
	ID, Name                  string
	Archived, Member, Private bool
}

// Channel asks about one channel.
func (p *Probe) Channel(ctx context.Context, id string) (ChannelStanding, error) {
	c, err := p.api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: id})
	if err == nil && c.ID == "" {
		err = errUndecodable
	}
	if err != nil {
		return ChannelStanding{ID: id}, p.mouth.faultOf(err)
	}
	return ChannelStanding{ID: id, Name: c.Name, Archived: c.IsArchived, Member: c.IsMember || c.IsIM, Private: c.IsPrivate || c.IsIM}, nil
}

// OpenSocket asks for an address of Socket Mode, which only a valid app-level
// token gets, and leaves it alone: it lapses by itself.
func (p *Probe) OpenSocket(ctx context.Context) error {
	if _, _, err := p.api.StartSocketModeContext(ctx); err != nil {
		return p.mouth.faultOf(err)
	}
	return nil
}

// ManifestScopes are the scopes that the app's manifest asks for.
func ManifestScopes() []string {
	var scopes []string
	inside := false
	for line := range strings.Lines(manifest) {
		line, _, _ = strings.Cut(line, "#")
		item, isItem := strings.CutPrefix(strings.TrimSpace(line), "- ")
		switch {
		case strings.TrimSpace(line) == "bot:":
			inside = true
		case inside && isItem:
			scopes = append(scopes, strings.TrimSpace(item))
		case strings.TrimSpace(line) != "":
			inside = false
		}
	}
	return scopes
}
