package page

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rootwatch/internal/demo/workspace"
)

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type world struct {
	Ahead    int64   `json:"ahead"` // of the world's clock, in milliseconds
	Bot      named   `json:"bot"`
	Person   named   `json:"person"`
	Channels []Place `json:"channels"`
	Users    []named `json:"users"`
}

type stage struct {
	Controls []Control `json:"controls"`
	Busy     string    `json:"busy"`
}

type message struct {
	Channel   string          `json:"channel"`
	TS        string          `json:"ts"`
	Thread    string          `json:"thread,omitempty"`
	Author    string          `json:"author"`
	Name      string          `json:"name"`
	Text      string          `json:"text"`
	Blocks    json.RawMessage `json:"blocks,omitempty"`
	Ephemeral bool            `json:"ephemeral,omitempty"`
	Edited    bool            `json:"edited,omitempty"`
	Warning   string          `json:"warning,omitempty"`
	Files     []picture       `json:"files,omitempty"`
	Reactions []string        `json:"reactions,omitempty"`
}

type picture struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

type words struct {
	Text string `json:"text"`
}

type view struct {
	ID      string            `json:"id"`
	Hash    string            `json:"hash"`
	Title   *words            `json:"title,omitempty"`
	Submit  *words            `json:"submit,omitempty"`
	Close   *words            `json:"close,omitempty"`
	Blocks  json.RawMessage   `json:"blocks"`
	Errors  map[string]string `json:"errors,omitempty"`
	Warning string            `json:"warning,omitempty"`
}

// The workspace's own voice, where the bot has failed.
const slackbot = "USLACKBOT"

// items are everything that the page shows, by name.
func (p *Page) items() map[string]any {
	items := map[string]any{"world": p.world()}
	for _, place := range p.options.Places {
		for _, m := range p.options.Workspace.Messages(place.ID) {
			if !m.Ephemeral || m.User == p.options.Person.ID {
				items["m/"+m.Channel+"/"+m.TS] = p.message(m)
			}
		}
	}
	views := []view{}
	for _, v := range p.options.Workspace.Views(p.options.Person.ID) {
		views = append(views, shown(v))
	}
	items["views"] = views
	if home, published := p.options.Workspace.HomeOf(p.options.Person.ID); published {
		items["home"] = shown(home)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.options.Controls) > 0 {
		items["stage"] = stage{Controls: p.options.Controls, Busy: p.busy}
	}
	for _, l := range p.log {
		items[fmt.Sprintf("log/%d", l.N)] = l
	}
	return items
}

func (p *Page) world() world {
	person := named{p.options.Person.ID, p.options.Person.Name}
	bot := named{workspace.BotUser, "rootwatch"}
	return world{
		// Whole seconds: what moves by itself is no news.
		Ahead: time.Until(p.options.Now()).Round(time.Second).Milliseconds(),
		Bot:   bot, Person: person, Channels: p.options.Places, Users: []named{person, bot},
	}
}

func (p *Page) message(m workspace.Message) message {
	out := message{
		Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS, Author: m.User, Name: m.User, Text: m.Text, Blocks: m.Blocks,
		Ephemeral: m.Ephemeral, Warning: m.Warning, Reactions: m.Reactions,
		Edited: m.Edited > 0 && m.Blocks == nil, // Slack marks no edit of blocks
	}
	if m.Ephemeral {
		// Of these User is the reader. The bot has said them, or the workspace about the bot.
		out.Author = workspace.BotUser
		if m.Blocks == nil && strings.HasPrefix(m.Text, "/") && strings.Contains(m.Text, " failed with the error ") {
			out.Author = slackbot
		}
	}
	for _, known := range []named{{workspace.BotUser, "rootwatch"}, {slackbot, "Slackbot"}, {p.options.Person.ID, p.options.Person.Name}} {
		if known.ID == out.Author {
			out.Name = known.Name
		}
	}
	for _, id := range m.Files {
		if f, there := p.options.Workspace.File(id); there {
			out.Files = append(out.Files, picture{ID: id, Title: f.Title})
		}
	}
	return out
}

func shown(v workspace.View) view {
	out := view{ID: v.ID, Hash: v.Hash, Blocks: v.Blocks, Errors: v.Errors, Warning: v.Warning}
	for text, to := range map[string]**words{v.Title: &out.Title, v.Submit: &out.Submit, v.Close: &out.Close} {
		if text != "" {
			*to = &words{text}
		}
	}
	return out
}
