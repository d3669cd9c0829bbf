package workspace_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/slack-go/slack"
)

func wireTexts(messages []slack.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}

func TestHistory(t *testing.T) {
	_, c, _ := open(t, options())
	var ts []string
	for i := range 5 {
		ts = append(ts, post(t, c, words(fmt.Sprint(i)), keyed(fmt.Sprint("key ", i))))
	}
	post(t, c, words("reply"), slack.MsgOptionTS(ts[1]))
	post(t, c, words("broadcast"), slack.MsgOptionTS(ts[1]), slack.MsgOptionBroadcast())
	if _, err := c.PostEphemeralContext(t.Context(), alerts, alice, words("whisper")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		ask  slack.GetConversationHistoryParameters
		want []string
	}{
		{"all, newest first", slack.GetConversationHistoryParameters{}, []string{"broadcast", "4", "3", "2", "1", "0"}},
		{"after", slack.GetConversationHistoryParameters{Oldest: ts[3]}, []string{"broadcast", "4"}},
		{"from", slack.GetConversationHistoryParameters{Oldest: ts[3], Inclusive: true}, []string{"broadcast", "4", "3"}},
		{"before", slack.GetConversationHistoryParameters{Latest: ts[1]}, []string{"0"}},
		{"to", slack.GetConversationHistoryParameters{Latest: ts[1], Inclusive: true}, []string{"1", "0"}},
		{"between", slack.GetConversationHistoryParameters{Oldest: ts[0], Latest: ts[3]}, []string{"2", "1"}},
		{"whole seconds", slack.GetConversationHistoryParameters{Oldest: "1", Latest: "2"}, nil},
		{"first page", slack.GetConversationHistoryParameters{Limit: 2}, []string{"broadcast", "4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.ask.ChannelID = alerts
			page, err := c.GetConversationHistoryContext(t.Context(), &test.ask)
			if err != nil {
				t.Fatal(err)
			}
			if got := wireTexts(page.Messages); !slices.Equal(got, test.want) {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
	t.Run("pages", func(t *testing.T) {
		var got []string
		ask := slack.GetConversationHistoryParameters{ChannelID: alerts, Limit: 4}
		for more := true; more; more = ask.Cursor != "" {
			page, err := c.GetConversationHistoryContext(t.Context(), &ask)
			if err != nil {
				t.Fatal(err)
			}
			if page.HasMore != (page.ResponseMetaData.NextCursor != "") {
				t.Error("has_more and next_cursor disagree")
			}
			got, ask.Cursor = append(got, wireTexts(page.Messages)...), page.ResponseMetaData.NextCursor
		}
		if len(got) != 6 || got[5] != "0" {
			t.Errorf("pages %q", got)
		}
	})
	t.Run("metadata only when asked for", func(t *testing.T) {
		for _, all := range []bool{false, true} {
			page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{
				ChannelID: alerts, Oldest: ts[4], Inclusive: true, Limit: 2, IncludeAllMetadata: all,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Messages[1].Metadata.EventPayload["dedupe_key"]; (got == "key 4") != all {
				t.Errorf("include_all_metadata=%v: %v", all, got)
			}
		}
	})
}

func TestReplies(t *testing.T) {
	_, c, _ := open(t, options())
	parent := post(t, c, words("parent"))
	for i := range 3 {
		post(t, c, words(fmt.Sprint("reply ", i)), slack.MsgOptionTS(parent), keyed(fmt.Sprint(i)))
	}
	ask := slack.GetConversationRepliesParameters{ChannelID: alerts, Timestamp: parent, Limit: 2, IncludeAllMetadata: true}
	page, more, cursor, err := c.GetConversationRepliesContext(t.Context(), &ask)
	if err != nil || !more || !slices.Equal(wireTexts(page), []string{"parent", "reply 0", "reply 1"}) {
		t.Fatalf("first page %q, %v, %v", wireTexts(page), more, err)
	}
	if page[0].ReplyCount != 3 || page[1].ThreadTimestamp != parent || page[1].Metadata.EventPayload["dedupe_key"] != "0" {
		t.Errorf("page %+v", page)
	}
	ask.Cursor = cursor
	page, more, _, err = c.GetConversationRepliesContext(t.Context(), &ask)
	if err != nil || more || !slices.Equal(wireTexts(page), []string{"parent", "reply 2"}) {
		t.Errorf("second page %q, %v, %v", wireTexts(page), more, err)
	}
	ask.Timestamp = "1.000000"
	_, _, _, err = c.GetConversationRepliesContext(t.Context(), &ask)
	wantError(t, err, "thread_not_found")
}

func TestHistoryErrors(t *testing.T) {
	_, c, _ := open(t, options())
	for _, test := range []struct {
		word string
		ask  slack.GetConversationHistoryParameters
	}{
		{"channel_not_found", slack.GetConversationHistoryParameters{ChannelID: "C0NOWHERE1"}},
		{"not_in_channel", slack.GetConversationHistoryParameters{ChannelID: "C0OTHER001"}},
		{"invalid_ts_oldest", slack.GetConversationHistoryParameters{ChannelID: alerts, Oldest: "yesterday"}},
		{"invalid_ts_latest", slack.GetConversationHistoryParameters{ChannelID: alerts, Latest: "1.x"}},
		{"invalid_limit", slack.GetConversationHistoryParameters{ChannelID: alerts, Limit: 1000}},
		{"invalid_cursor", slack.GetConversationHistoryParameters{ChannelID: alerts, Cursor: "abc"}},
	} {
		_, err := c.GetConversationHistoryContext(t.Context(), &test.ask)
		wantError(t, err, test.word)
	}
}
