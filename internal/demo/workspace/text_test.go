package workspace_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rootwatch/internal/demo/workspace"
)

func TestTextOfMrkdwn(t *testing.T) {
	for in, want := range map[string]string{
		"*bold* _it_ ~no~ `co*d*e`":                         "bold it no `co*d*e`",
		"*a* *b* *c*":                                       "a b c",
		"*Could not check `111122223333`.* Why":             "Could not check `111122223333`. Why",
		"a_b_c 2*3*4 * x *":                                 "a_b_c 2*3*4 * x *",
		"a &lt;b&gt; &amp;amp; c":                           "a <b> &amp; c",
		"<!date^1795322814^{date} {time}|22 Nov 04:46 UTC>": "22 Nov 04:46 UTC",
		"<!date^1^{date}^https://example.com|then>":         "then",
		"<@U1> <@U1|alice> <#C1|alerts> <#C1>":              "@U1 @alice #alerts #C1",
		"<!subteam^S1|@sec> <!subteam^S1> <!here>":          "@sec @S1 @here",
		"<https://example.com/_a_/|*why*>":                  "*why* (https://example.com/_a_/)",
		"<https://example.com/_a_/>":                        "https://example.com/_a_/",
		":white_check_mark: at 10:30:00 :zzz:":              "✔ at 10:30:00 :zzz:",
		"\x1b[31mred\x07 \u202egnp \x00<@U1>\nline":         "[31mred gnp @U1\nline",
		"`<b>` & `*`":                                       "`<b>` & `*`",
		"one ` backtick and *bold*":                         "one ` backtick and bold",
	} {
		if got := workspace.Text(workspace.Message{Text: in}); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTextOfBlocks(t *testing.T) {
	for name, test := range map[string]struct{ blocks, want string }{
		"header": {frame("header", `"text":{"type":"plain_text","text":"*Root* check"}`), "*Root* check\n============"},
		"section with fields": {`[{"type":"section","fields":[{"type":"mrkdwn","text":"*Usual*\n$5"},{"type":"mrkdwn","text":"*Yesterday*\n$1,930"},{"type":"plain_text","text":"alone"}]}]`,
			"Usual      $5\nYesterday  $1,930\nalone"},
		"buttons": {`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Check again"}},{"type":"overflow","options":[{"text":{"type":"plain_text","text":"Fix"},"value":"f"}]},{"type":"datepicker"}]}]`,
			"[Check again]  [Fix]  (datepicker)"},
		"context with a picture": {`[{"type":"context","elements":[{"type":"mrkdwn","text":"_a_"},{"type":"image","alt_text":"logo","image_url":"https://example.com"}]},{"type":"divider"}]`,
			"a  (image: logo)\n\n----------------------------------------"},
		"table": {`[{"type":"table","column_settings":[{"align":"left"},{"align":"right"},null],"rows":[
			[{"type":"raw_text","text":"Account"},{"type":"raw_text","text":"Age"},{"type":"raw_text","text":"Owner"}],
			[{"type":"raw_text","text":"prod"},{"type":"raw_text","text":"31 d"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U1"}]}]}],
			[{"type":"raw_text","text":"legacy-web"},{"type":"raw_number","value":4.5},{"type":"raw_text","text":"\u001b[2Jbob"}]]}]`,
			"Account      Age  Owner\n──────────────────────────\nprod        31 d  @U1\nlegacy-web   4.5  [2Jbob"},
		"bars": {`[{"type":"data_visualization","title":"Spend","chart":{"type":"bar","series":[{"name":"EC2","data":[{"label":"9","value":10},{"label":"10","value":30},{"label":"11","value":-2}]}],"axis_config":{"categories":["9","10","11"],"y_label":"USD"}}}]`,
			"Spend\n9   ██████████ 10\n10  ██████████████████████████████ 30\n11  -2\nUSD"},
		"two series": {`[{"type":"data_visualization","title":"Spend","chart":{"type":"line","series":[{"name":"A","data":[{"label":"1","value":0}]},{"name":"B","data":[{"label":"1","value":0}]}],"axis_config":{"categories":["1"]}}}]`,
			"Spend\nA:\n1  0\nB:\n1  0"},
		"pie": {`[{"type":"data_visualization","title":"Share","chart":{"type":"pie","segments":[{"label":"EC2","value":0.5}]}}]`,
			"Share\nEC2  ██████████████████████████████ 0.5"},
		"rich text": {`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"see "},{"type":"link","url":"https://example.com"},{"type":"emoji","name":"x"}]}]},
			{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]}]}]`,
			"see https://example.com✘\n\n- a\n- b"},
		"others": {`[{"type":"markdown","text":"# Title"},{"type":"container","title":{"type":"plain_text","text":"Box"},"child_blocks":[{"type":"divider"}]},{"type":"card","body":{"type":"mrkdwn","text":"b"}}]`,
			"# Title\n\nBox\n----------------------------------------\n\n(card)"},
	} {
		t.Run(name, func(t *testing.T) {
			got := workspace.Text(workspace.Message{Text: "fallback", Blocks: json.RawMessage(test.blocks)})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTextOfASample(t *testing.T) {
	raw, err := os.ReadFile("testdata/b_daily_digest.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(raw, &sample); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/b_daily_digest.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), workspace.Text(workspace.Message{Blocks: sample.Blocks})+"\n"); diff != "" {
		t.Error(diff)
	}
}
