package workspace_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

// call speaks plain HTTP, as clients other than slack-go do.
func call(t *testing.T, address, kind, bearer, body string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return answer
}

const (
	formKind = "application/x-www-form-urlencoded"
	jsonKind = "application/json; charset=utf-8"
)

func TestTokens(t *testing.T) {
	_, _, base := open(t, options())
	for _, test := range []struct{ name, kind, bearer, body, word string }{
		{"header", formKind, token, "", ""},
		{"form", formKind, "", "token=" + token, ""},
		{"none", formKind, "", "", "not_authed"},
		{"wrong in the header", formKind, "xoxb-test-other", "", "invalid_auth"},
		{"wrong in the form", formKind, "", "token=xoxb-test-other", "invalid_auth"},
		{"header with JSON", jsonKind, token, "{}", ""},
		{"JSON is no place for it", jsonKind, "", `{"token":"` + token + `"}`, "not_authed"},
		{"broken JSON", jsonKind, token, "{", "invalid_form_data"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := call(t, base+"/api/auth.test", test.kind, test.bearer, test.body)
			if word, _ := answer["error"].(string); word != test.word || answer["ok"] != (test.word == "") {
				t.Errorf("answer %v, want %q", answer, test.word)
			}
		})
	}
}

func TestMethodsApartFromMessages(t *testing.T) {
	_, c, base := open(t, options())
	who, err := c.AuthTestContext(t.Context())
	if err != nil || who.UserID != workspace.BotUser || who.TeamID != "T0TEST0001" {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	if a := call(t, base+"/api/api.test", formKind, "", ""); a["ok"] != true {
		t.Errorf("api.test: %v", a)
	}
	if a := call(t, base+"/api/api.test", formKind, "", "error=my_error"); a["error"] != "my_error" {
		t.Errorf("api.test: %v", a)
	}
	if a := call(t, base+"/api/chat.shout", formKind, token, ""); a["error"] != "unknown_method" || a["req_method"] != "chat.shout" {
		t.Errorf("unknown method: %v", a)
	}
	person, err := c.GetUserInfoContext(t.Context(), alice)
	if err != nil || person.Name != "alice" || person.TZ != "Europe/Berlin" || person.TZOffset == 0 {
		t.Errorf("users.info: %+v, %v", person, err)
	}
	if bot, err := c.GetUserInfoContext(t.Context(), workspace.BotUser); err != nil || !bot.IsBot || bot.TZ != "UTC" {
		t.Errorf("users.info of the bot: %+v, %v", bot, err)
	}
	_, err = c.GetUserInfoContext(t.Context(), "U0NOBODY01")
	wantError(t, err, "user_not_found")
	_, _, err = slack.New(token, slack.OptionAPIURL(base+"/api/"), slack.OptionAppLevelToken("xapp-test")).StartSocketModeContext(t.Context())
	wantError(t, err, "not_allowed_token_type")
	for _, path := range []string{"/services/T/B/X", "/elsewhere"} {
		response, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

func TestConversations(t *testing.T) {
	_, c, _ := open(t, options())
	var names []string
	cursor := ""
	for {
		page, next, err := c.GetConversationsContext(t.Context(), &slack.GetConversationsParameters{
			Cursor: cursor, Limit: 2, Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range page {
			names = append(names, found.Name)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if want := []string{"alerts", "other", "private"}; !slices.Equal(names, want) {
		t.Errorf("conversations.list %q, want %q", names, want)
	}
	_, _, err := c.GetConversationsContext(t.Context(), &slack.GetConversationsParameters{Cursor: "???"})
	wantError(t, err, "invalid_cursor")

	info, err := c.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: "C0OTHER001", IncludeNumMembers: true})
	if err != nil || info.Name != "other" || info.IsMember || info.NumMembers != 2 {
		t.Errorf("conversations.info: %+v, %v", info, err)
	}
	_, err = c.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: "G0SECRET01"})
	wantError(t, err, "channel_not_found")

	_, _, err = c.PostMessageContext(t.Context(), "C0OTHER001", words("hello"))
	wantError(t, err, "not_in_channel")
	if joined, _, _, err := c.JoinConversationContext(t.Context(), "C0OTHER001"); err != nil || !joined.IsMember {
		t.Errorf("conversations.join: %+v, %v", joined, err)
	}
	if _, warning, _, err := c.JoinConversationContext(t.Context(), "C0OTHER001"); err != nil || warning != "already_in_channel" {
		t.Errorf("second conversations.join: %q, %v", warning, err)
	}
	if _, _, err = c.PostMessageContext(t.Context(), "C0OTHER001", words("hello")); err != nil {
		t.Errorf("after joining: %v", err)
	}
	_, _, _, err = c.JoinConversationContext(t.Context(), "C0OLD00001")
	wantError(t, err, "is_archived")
	_, _, _, err = c.JoinConversationContext(t.Context(), "G0PRIVATE1")
	wantError(t, err, "method_not_supported_for_channel_type")
}

func TestChatErrors(t *testing.T) {
	s, c, base := open(t, options())
	ts := post(t, c, words("mine"))
	theirs, ok := s.Say(alerts, alice, "not the bot's")
	if !ok {
		t.Fatal("Say found no channel")
	}
	long := strings.Repeat("x", 9000)
	metadata := func(v any) slack.MsgOption {
		return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"v": v}})
	}
	for _, test := range []struct {
		name, channel, word string
		options             []slack.MsgOption
	}{
		{"no such channel", "C0NOWHERE1", "channel_not_found", []slack.MsgOption{words("a")}},
		{"hidden channel", "G0SECRET01", "channel_not_found", []slack.MsgOption{words("a")}},
		{"archived", "C0OLD00001", "is_archived", []slack.MsgOption{words("a")}},
		{"not a member", "C0OTHER001", "not_in_channel", []slack.MsgOption{words("a")}},
		{"nothing", alerts, "no_text", nil},
		{"blank", alerts, "no_text", []slack.MsgOption{words(" \n")}},
		{"no such thread", alerts, "thread_not_found", []slack.MsgOption{words("a"), slack.MsgOptionTS("1.000000")}},
		{"big metadata", alerts, "metadata_too_large", []slack.MsgOption{words("a"), metadata(long)}},
		{"event type", alerts, "invalid_metadata_format", []slack.MsgOption{words("a"), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "a b", EventPayload: map[string]any{}})}},
		{"no payload", alerts, "invalid_metadata_format", []slack.MsgOption{words("a"), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "a"})}},
		{"list in metadata", alerts, "", []slack.MsgOption{words("a"), metadata([]any{"b", 1, true})}},
		{"object in metadata", alerts, "", []slack.MsgOption{words("a"), metadata(map[string]any{"a": "b"})}},
		{"null in metadata", alerts, "invalid_metadata_schema", []slack.MsgOption{words("a"), metadata(nil)}},
		{"ephemeral: nothing", alerts, "no_text", []slack.MsgOption{slack.MsgOptionPostEphemeral(alice)}},
		{"ephemeral: hidden channel", "G0SECRET01", "channel_not_found", []slack.MsgOption{words("a"), slack.MsgOptionPostEphemeral(alice)}},
		{"deep metadata", alerts, "invalid_metadata_schema", []slack.MsgOption{words("a"), metadata(map[string]any{"a": []any{"b"}})}},
		{"edit: gone", alerts, "message_not_found", []slack.MsgOption{words("a"), slack.MsgOptionUpdate("1.000000")}},
		{"edit: a person's", alerts, "cant_update_message", []slack.MsgOption{words("a"), slack.MsgOptionUpdate(theirs.TS)}},
		{"edit: 4,000 characters", alerts, "", []slack.MsgOption{words(long[:4000]), slack.MsgOptionUpdate(ts)}},
		{"edit: 4,001 characters", alerts, "msg_too_long", []slack.MsgOption{words(long[:4001]), slack.MsgOptionUpdate(ts)}},
		{"edit: nothing", alerts, "no_text", []slack.MsgOption{slack.MsgOptionUpdate(ts)}},
		{"delete: gone", alerts, "message_not_found", []slack.MsgOption{slack.MsgOptionDelete("1.000000")}},
		{"delete: a person's", alerts, "cant_delete_message", []slack.MsgOption{slack.MsgOptionDelete(theirs.TS)}},
		{"ephemeral: to a stranger", alerts, "user_not_in_channel", []slack.MsgOption{words("a"), slack.MsgOptionPostEphemeral("U0NOBODY01")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := len(s.Posts())
			_, _, _, err := c.SendMessageContext(t.Context(), test.channel, test.options...)
			if test.word == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, test.word)
			if len(s.Posts()) != before {
				t.Error("a refused write is in the log")
			}
		})
	}
	for body, word := range map[string]string{
		"blocks={":                     "invalid_blocks_format",
		`blocks={"type":"divider"}`:    "invalid_blocks_format",
		"text=a&metadata=x":            "invalid_metadata_format",
		`text=a&metadata=["a"]`:        "invalid_metadata_format",
		`text=&blocks=[]`:              "no_text",
		`text=a&blocks=[]&metadata={}`: "",
	} {
		a := call(t, base+"/api/chat.postMessage", formKind, token, "channel="+alerts+"&"+body)
		if got, _ := a["error"].(string); got != word {
			t.Errorf("%s: %v, want %q", body, a, word)
		}
	}
}

func TestPostMessageForms(t *testing.T) {
	s, c, base := open(t, options())
	body := `{"channel":"` + alerts + `","text":"as JSON","blocks":[{"type":"divider"}],"metadata":{"event_type":"e","event_payload":{"key":"k"}}}`
	if a := call(t, base+"/api/chat.postMessage", jsonKind, token, body); a["ok"] != true {
		t.Fatalf("JSON: %v", a)
	}
	form := url.Values{"channel": {"#alerts"}, "text": {"by name"}, "token": {token}}
	if a := call(t, base+"/api/chat.postMessage", formKind, "", form.Encode()); a["ok"] != true || a["channel"] != alerts {
		t.Fatalf("form: %v", a)
	}
	got := s.Messages(alerts)
	if len(got) != 2 || string(got[0].Blocks) != `[{"type":"divider"}]` || got[0].User != workspace.BotUser || got[0].Posts != 1 {
		t.Errorf("messages %+v", got)
	}
	if s.Posts()[0].Key != "k" {
		t.Errorf("log %+v", s.Posts())
	}
	direct, _, err := c.PostMessageContext(t.Context(), alice, words("to a person"))
	if err != nil || !strings.HasPrefix(direct, "D") || len(s.Messages(direct)) != 1 {
		t.Errorf("direct message: %s, %v", direct, err)
	}
	again, _, err := c.PostMessageContext(t.Context(), alice, words("again"))
	if err != nil || again != direct {
		t.Errorf("second direct message: %s, %v", again, err)
	}
	info, err := c.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: direct})
	if err != nil || !info.IsIM || info.User != alice {
		t.Errorf("conversations.info: %+v, %v", info, err)
	}
	long := strings.Repeat("ü", 40_001)
	post(t, c, words(long))
	if n := len([]rune(s.Messages(alerts)[2].Text)); n != 40_000 {
		t.Errorf("%d characters kept", n)
	}
}

func TestUpdate(t *testing.T) {
	s, c, _ := open(t, options())
	ts := post(t, c, words("fallback"), section("blocks"), keyed("a"))
	last := func() workspace.Message { return s.Messages(alerts)[0] }
	update := func(o ...slack.MsgOption) {
		t.Helper()
		if _, got, _, err := c.UpdateMessageContext(t.Context(), alerts, ts, o...); err != nil || got != ts {
			t.Fatalf("chat.update: %s, %v", got, err)
		}
	}
	update(section("new blocks"))
	if m := last(); m.Text != "fallback" || !strings.Contains(string(m.Blocks), "new blocks") || m.Metadata == nil {
		t.Errorf("blocks alone keep text and metadata: %+v", m)
	}
	update(words("text alone"))
	if m := last(); m.Text != "text alone" || m.Blocks != nil || m.Edited != 2 || m.Posts != 3 {
		t.Errorf("text alone drops the blocks: %+v", m)
	}
	update(words("rekeyed"), keyed("b"))
	if m := last(); m.Metadata.EventPayload["dedupe_key"] != "b" {
		t.Errorf("metadata is replaced: %+v", m.Metadata)
	}
	ephemeral, err := c.PostEphemeralContext(t.Context(), alerts, bob, words("for bob"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, _, err = c.UpdateMessageContext(t.Context(), alerts, ephemeral, words("x"))
	wantError(t, err, "message_not_found")
	if m := s.Messages(alerts)[1]; !m.Ephemeral || m.User != bob || m.TS != ephemeral {
		t.Errorf("ephemeral message %+v", m)
	}
	if _, _, err := c.DeleteMessageContext(t.Context(), alerts, ts); err != nil {
		t.Fatal(err)
	}
	if got := texts(s.Messages(alerts)); !slices.Equal(got, []string{"for bob"}) {
		t.Errorf("after chat.delete %q", got)
	}
	var methods []string
	for _, p := range s.Posts() {
		methods = append(methods, p.Method)
	}
	want := []string{"chat.postMessage", "chat.update", "chat.update", "chat.update", "chat.postEphemeral", "chat.delete"}
	if !slices.Equal(methods, want) {
		t.Errorf("log %q, want %q", methods, want)
	}
}

func TestReactions(t *testing.T) {
	s, c, _ := open(t, options())
	ts := post(t, c, words("a"))
	if err := c.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(alerts, ts)); err != nil {
		t.Fatal(err)
	}
	wantError(t, c.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(alerts, ts)), "already_reacted")
	wantError(t, c.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(alerts, "1.000000")), "message_not_found")
	page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: alerts})
	if err != nil || len(page.Messages) != 1 || len(page.Messages[0].Reactions) != 1 {
		t.Errorf("history %+v, %v", page, err)
	}
	if n := len(s.Posts()); n != 2 {
		t.Errorf("%d writes, want 2", n)
	}
}
