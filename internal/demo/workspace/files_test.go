package workspace_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"rootwatch/internal/demo/workspace"
)

func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload uploads a picture as slack-go does, and returns its id.
func upload(t *testing.T, c *slack.Client) string {
	t.Helper()
	picture := pixel(t)
	f, err := c.UploadFileContext(t.Context(), slack.UploadFileParameters{
		Filename: "chart.png", Title: "Spend", AltTxt: "EC2 cost 100 dollars", FileSize: len(picture), Reader: bytes.NewReader(picture),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.ID
}

func picture(id string) slack.MsgOption {
	return slack.MsgOptionBlocks(slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: id}, "EC2 cost 100 dollars", "", nil))
}

func TestPictureIsReadyAfterSomePolls(t *testing.T) {
	o := options()
	o.FilePolls = 2
	s, c, _ := open(t, o)
	id := upload(t, c)
	for poll := 1; poll <= 3; poll++ {
		_, _, err := c.PostMessageContext(t.Context(), alerts, picture(id))
		wantError(t, err, "invalid_blocks")
		f, _, _, err := c.GetFileInfoContext(t.Context(), id, 1, 1)
		if err != nil || (f.Mimetype == "image/png") != (poll == 3) || (f.Thumb360 != "") != (poll == 3) {
			t.Fatalf("poll %d: %+v, %v", poll, f, err)
		}
		if f.Name != "chart.png" || f.Title != "Spend" || f.Size != len(pixel(t)) {
			t.Errorf("file %+v", f)
		}
	}
	ts := post(t, c, picture(id))
	f, there := s.File(id)
	if !there || !f.Ready || f.AltText != "EC2 cost 100 dollars" || !bytes.Equal(f.Bytes, pixel(t)) || f.MediaType != "image/png" {
		t.Errorf("file %+v", f)
	}
	response, err := http.Get(f.URL)
	if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != "image/png" {
		t.Errorf("a browser reads %+v, %v", response, err)
	}
	var content bytes.Buffer
	info, _, _, err := c.GetFileInfoContext(t.Context(), id, 1, 1)
	if err != nil || c.GetFileContext(t.Context(), info.URLPrivate, &content) != nil || !bytes.Equal(content.Bytes(), pixel(t)) {
		t.Errorf("the bot reads %d bytes: %v", content.Len(), err)
	}
	if response, err := http.Get(info.URLPrivate); err != nil || response.StatusCode != 404 {
		t.Errorf("without a token: %+v, %v", response, err)
	}
	_, _, _, err = c.UpdateMessageContext(t.Context(), alerts, ts, slack.MsgOptionBlocks(
		slack.NewImageBlockSlackFile(&slack.SlackFileObject{URL: info.URLPrivate}, "alt", "", nil)))
	if err != nil {
		t.Errorf("by its address: %v", err)
	}
}

func TestFilesThatCannotBeShown(t *testing.T) {
	s, c, _ := open(t, options())
	_, _, err := c.PostMessageContext(t.Context(), alerts, picture("F0NONE00000"))
	wantError(t, err, "invalid_blocks")
	if !strings.Contains(details(err), "json-pointer:/blocks/0/slack_file") {
		t.Errorf("%+v", err)
	}
	words := "no picture at all"
	f, err := c.UploadFileContext(t.Context(), slack.UploadFileParameters{Filename: "a.png", FileSize: len(words), Reader: strings.NewReader(words)})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = c.PostMessageContext(t.Context(), alerts, picture(f.ID))
	wantError(t, err, "invalid_blocks")
	if seen, _ := s.File(f.ID); seen.Title != "a.png" {
		t.Errorf("file %+v", seen)
	}

	var address string
	presses(t, s, func(_ http.ResponseWriter, i slack.InteractionCallback) { address = i.ResponseURL })
	if _, err := s.Press(t.Context(), alice, alerts, post(t, c, controls()), "check"); err != nil {
		t.Fatal(err)
	}
	show := &slack.WebhookMessage{Text: "a", Blocks: &slack.Blocks{BlockSet: []slack.Block{
		slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: upload(t, c)}, "alt", "", nil),
	}}}
	if slack.PostWebhookContext(t.Context(), address, show) == nil {
		t.Error("a response URL shows a file")
	}
}

func TestUploads(t *testing.T) {
	s, c, base := open(t, options())
	ask := func() (string, string) {
		t.Helper()
		u, err := c.GetUploadURLExternalContext(t.Context(), slack.GetUploadURLExternalParameters{FileName: "a.png", FileSize: 5})
		if err != nil {
			t.Fatal(err)
		}
		return u.UploadURL, u.FileID
	}
	send := func(address, body string) int {
		t.Helper()
		response, err := http.Post(address, "application/octet-stream", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode
	}
	address, id := ask()
	complete := func(id, channel string) error {
		_, err := c.CompleteUploadExternalContext(t.Context(), slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: id, Title: "a"}}, Channel: channel, InitialComment: "look",
		})
		return err
	}
	wantError(t, complete(id, ""), "file_not_found")
	for name, status := range map[string]int{
		"wrong length": send(address, "123456"), "wrong host": send(strings.Replace(address, "127.0.0.1", "localhost", 1), "12345"),
		"unknown": send(base+"/upload/v1/guess", "12345"),
	} {
		if status < 400 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if status := send(address, "12345"); status != 200 {
		t.Errorf("status %d", status)
	}
	wantError(t, complete(id, "C0OTHER001"), "not_in_channel")
	if err := complete(id, alerts); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages(alerts); len(m) != 1 || m[0].Text != "look" || !slices.Equal(m[0].Files, []string{id}) || s.Posts()[0].Method != "files.completeUploadExternal" {
		t.Errorf("shown %+v", m)
	}
	page, err := c.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: alerts})
	if err != nil || len(page.Messages) != 1 || len(page.Messages[0].Files) != 1 || page.Messages[0].Files[0].ID != id {
		t.Errorf("history %+v, %v", page, err)
	}
	_, _, _, err = c.GetFileInfoContext(t.Context(), "F0NONE00000", 1, 1)
	wantError(t, err, "file_not_found")
	s.AddFault(workspace.Fault{Method: "upload_url", Kind: workspace.FaultServerError})
	if other, _ := ask(); send(other, "12345") != 503 {
		t.Error("a fault spares the upload")
	}
}

// A workspace that has no charts yet says which block it does not know, and
// may learn it while it runs.
func TestChartsThatAreRefused(t *testing.T) {
	o := options()
	o.RefuseCharts = true
	s, c, _ := open(t, o)
	chart := slack.MsgOptionBlocks(slack.NewDividerBlock(),
		slack.NewDataVisualizationBlock("pie", slack.NewDataVisualizationPieChart(slack.NewDataVisualizationSegment("a", 1))))
	_, _, err := c.PostMessageContext(t.Context(), alerts, chart)
	wantError(t, err, "invalid_blocks")
	if !strings.Contains(details(err), "json-pointer:/blocks/1/type") {
		t.Errorf("%+v", err)
	}
	s.RefuseCharts(false)
	post(t, c, chart)
}

func TestSharedFiles(t *testing.T) {
	s, c, _ := open(t, options())
	parent := post(t, c, words("parent"))
	share := func(p slack.UploadFileParameters) error {
		p.Filename, p.FileSize, p.Reader, p.Channel = "a.png", len(pixel(t)), bytes.NewReader(pixel(t)), alerts
		_, err := c.UploadFileContext(t.Context(), p)
		return err
	}
	block := func(b slack.Block) slack.Blocks { return slack.Blocks{BlockSet: []slack.Block{b}} }
	if err := share(slack.UploadFileParameters{ThreadTimestamp: parent, Blocks: block(slack.NewSectionBlock(plain("look"), nil, nil))}); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages(alerts)[1]; m.ThreadTS != parent || len(m.Files) != 1 || !strings.Contains(string(m.Blocks), "look") {
		t.Errorf("shown %+v", m)
	}
	for word, p := range map[string]slack.UploadFileParameters{
		"thread_not_found": {ThreadTimestamp: "1.000001"},
		"internal_error":   {Blocks: block(slack.NewMarkdownBlock("", "**bold**"))},
		"invalid_blocks":   {Blocks: block(slack.NewHeaderBlock(plain(strings.Repeat("x", 151))))},
	} {
		if err := share(p); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v, want %s", err, word)
		}
	}
	for _, p := range []slack.GetUploadURLExternalParameters{
		{FileName: "a.png", FileSize: 5 << 20}, {FileName: "a.png", FileSize: -1}, {FileName: "a.png", FileSize: 1, AltTxt: strings.Repeat("x", 1001)},
	} {
		if _, err := c.GetUploadURLExternalContext(t.Context(), p); err == nil {
			t.Errorf("%s of %d bytes is taken", p.FileName, p.FileSize)
		}
	}
}
