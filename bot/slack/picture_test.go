package slack_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"rootwatch/bot"
	"rootwatch/bot/bottest"
	"rootwatch/bot/slack"
	"rootwatch/internal/demo/workspace"
)

// The picture of a spike was looked at. Other processors may round a pixel's
// shade another way, so it is compared loosely.
func TestPictureGolden(t *testing.T) {
	samples := map[string]bot.Message{}
	for _, s := range bottest.Samples() {
		samples[s.Name] = s.Message
	}
	for _, name := range []string{"spike", "spend_all", "spike_first_spend"} {
		drawn, _, ok, err := slack.Picture(samples[name])
		if !ok || err != nil {
			t.Fatalf("%s: %v, %v", name, ok, err)
		}
		path := filepath.Join("testdata", "picture_"+name+".png")
		if *update {
			if err := os.WriteFile(path, drawn, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		stored, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if off := apart(decoded(t, stored), decoded(t, drawn)); off > 0.002 {
			t.Errorf("%s differs in %.2f %% of its pixels; look at it, then run with -update", name, 100*off)
		}
	}
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// apart is the part of the pixels that differ to the eye.
func apart(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	differ := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := color.GrayModel.Convert(a.At(x, y)).(color.Gray), color.GrayModel.Convert(b.At(x, y)).(color.Gray)
			if max(p.Y, q.Y)-min(p.Y, q.Y) > 48 {
				differ++
			}
		}
	}
	return float64(differ) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}

// Whatever a chart holds, its picture has the size that was meant, is opaque
// (Slack's dark theme shines through what is not), small, and said in words.
func TestPictureOfAnything(t *testing.T) {
	messages := map[string]bot.Message{}
	for _, hostile := range []string{nasty, "", "日本語アカウント🚀", strings.Repeat("W", 10_000)} {
		for _, s := range bottest.Spoiled(hostile) {
			if s.Name == "spike" || s.Name == "spend" {
				messages[s.Name+" with "+hostile[:min(len(hostile), 20)]] = s.Message
			}
		}
	}
	for name, amounts := range map[string][]string{"nothing": {"0", "0"}, "credits": {"-5", "3", "-900.5"}, "cents": {"0.01", "0.02", "0.015"}, "millions": {"1200000", "1450000.4"}, "one dollar": {"1", "1"}} {
		m := bottest.SpikeAlert()
		m.Incident.Recent = m.Incident.Recent[:0]
		for n, a := range amounts {
			m.Incident.Recent = append(m.Incident.Recent, bottest.Point(n, a))
		}
		m.Incident.Day = m.Incident.Recent[len(amounts)-1].Day
		messages[name] = m
	}
	drawn := 0
	for name, m := range messages {
		picture, alt, ok, err := slack.Picture(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !ok {
			continue
		}
		drawn++
		p := decoded(t, picture)
		if p.Bounds() != image.Rect(0, 0, 1200, 600) || len(picture) > 300_000 {
			t.Errorf("%s: %v in %d bytes", name, p.Bounds(), len(picture))
		}
		if o, ok := p.(interface{ Opaque() bool }); !ok || !o.Opaque() {
			t.Errorf("%s: not opaque", name)
		}
		if n := utf8.RuneCountInString(alt); n == 0 || n > 1000 || strings.IndexFunc(alt, steers) >= 0 {
			t.Errorf("%s: in words, %d characters: %.100q", name, n, alt)
		}
	}
	if drawn < 10 {
		t.Errorf("%d pictures", drawn)
	}
	_, alt, _, _ := slack.Picture(bottest.SpikeAlert())
	for _, must := range []string{"EC2 spend a day (USD)", "7 Nov $551,", "19 Nov $1,020, 20 Nov $1,930", "the usual $565", "Outlined: Fri 20 Nov"} {
		if !strings.Contains(alt, must) {
			t.Errorf("%q is not in %q", must, alt)
		}
	}
}

// gallery is a workspace that refuses native charts, and what it was asked.
type gallery struct {
	*workspace.Server
	options slack.Options
	mouth   *slack.Mouth
	log     *bytes.Buffer

	mu    sync.Mutex
	calls []string // "files.info", "chat.postMessage", ..., in order
}

func openGallery(t *testing.T, o workspace.Options) *gallery {
	t.Helper()
	o.BotToken, o.TeamID, o.RefuseCharts = token, "T1", true
	o.Channels = []workspace.Channel{{ID: bottest.Channel, Name: "security"}}
	o.Users = []workspace.User{{ID: "U01ALICE", Name: "alice"}}
	g := &gallery{Server: workspace.New(o), log: &bytes.Buffer{}}
	api := httptest.NewServer(g.Server)
	t.Cleanup(api.Close)
	g.SetBaseURL(api.URL)
	g.options = slack.Options{
		BotToken: token, APIURL: api.URL + "/api", PerChannel: 1000, HTTPClient: &http.Client{Transport: g},
		Log: slog.New(slog.NewTextHandler(g.log, nil)),
	}
	g.restart()
	return g
}

// restart is a new process in the same workspace.
func (g *gallery) restart() {
	g.mouth = slack.NewMouth(g.options)
	g.mouth.PollEvery(time.Millisecond)
}

// RoundTrip remembers which methods were called.
func (g *gallery) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.calls = append(g.calls, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	g.mu.Unlock()
	return http.DefaultTransport.RoundTrip(r)
}

// called empties and returns the calls whose method has a part.
func (g *gallery) called(part string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	calls := slices.DeleteFunc(g.calls, func(c string) bool { return !strings.Contains(c, part) })
	g.calls = nil
	return calls
}

// post says the spike of the samples, and returns its one message.
func (g *gallery) post(t *testing.T) (bot.Ref, workspace.Message) {
	t.Helper()
	before := len(g.Messages(bottest.Channel))
	out := inChannel(bottest.SpikeAlert())
	ref, err := g.mouth.Post(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	messages := g.Messages(bottest.Channel)
	if len(messages) != before+1 {
		t.Fatalf("%d messages more", len(messages)-before)
	}
	return ref, messages[before]
}

func showsFile(m workspace.Message) (id string) {
	_, rest, _ := strings.Cut(string(m.Blocks), `"slack_file":{"id":"`)
	id, _, _ = strings.Cut(rest, `"`)
	return id
}

func showsNumbers(m workspace.Message) bool {
	return strings.Contains(workspace.Text(m), "20 Nov  1930.12") && showsFile(m) == ""
}

func TestPictureInsteadOfAChart(t *testing.T) {
	g := openGallery(t, workspace.Options{FilePolls: 3})
	ref, m := g.post(t)
	f, ok := g.File(showsFile(m))
	if !ok || !f.Ready || f.MediaType != "image/png" || !strings.Contains(f.AltText, "20 Nov $1,930") || f.Title != "EC2 spend a day (USD)" {
		t.Fatalf("the message shows %+v: %s", f, m.Blocks)
	}
	if want, _, _, _ := slack.Picture(bottest.SpikeAlert()); !bytes.Equal(f.Bytes, want) {
		t.Error("another picture was uploaded")
	}
	if text := workspace.Text(m); !strings.Contains(text, "(image: Bar chart, EC2 spend a day (USD): 7 Nov $551") {
		t.Errorf("the numbers are not in its words: %s", text)
	}
	if !strings.Contains(g.log.String(), "plainer form") {
		t.Error("what Slack refused is not in the log")
	}
	g.called("")

	// An edit with the same figures shows the same file, one with others a new one.
	out := inChannel(bottest.SpikeAlert())
	taken := bottest.SpikeAlert()
	taken.Incident.AcknowledgedBy = "U01ALICE"
	grown := bottest.SpikeAlert()
	grown.Incident.Recent[13].Amount = grown.Incident.Peak.Add(grown.Incident.Peak)
	for _, c := range []struct {
		m    bot.Message
		same bool
	}{{taken, true}, {grown, false}} {
		out.Revision, out.Message = out.Revision+1, c.m
		if err := g.mouth.Update(t.Context(), ref, out); err != nil {
			t.Fatal(err)
		}
		shown := showsFile(g.Messages(bottest.Channel)[0])
		if calls := g.called("files"); (len(calls) == 0) != c.same || (shown == f.ID) != c.same || shown == "" {
			t.Errorf("edited, it shows %s after %s; called %v", shown, f.ID, calls)
		}
	}
	if n := strings.Count(g.log.String(), "plainer form"); n != 1 {
		t.Errorf("Slack was asked %d times whether it takes charts", n)
	}
}

// What a call for a picture can come to: never a message lost, or said twice.
func TestPictureThatFails(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "upload_url", "files.completeUploadExternal", "files.info"} {
		for name, fault := range map[string]workspace.Fault{
			"refused": {Kind: workspace.FaultError, Code: "internal_error"}, "too many": {Kind: workspace.FaultRateLimit}, "lost": {Kind: workspace.FaultLostAnswer},
		} {
			t.Run(method+" "+name, func(t *testing.T) {
				g := openGallery(t, workspace.Options{})
				fault.Method, fault.Times = method, 1
				g.AddFault(fault)
				if _, m := g.post(t); !showsNumbers(m) && !(method == "upload_url" && showsFile(m) != "") {
					t.Errorf("it says %q", workspace.Text(m))
				}
				if name != "refused" { // a refusal is not asked again so soon
					g.called("")
					if _, m := g.post(t); showsFile(m) == "" {
						t.Errorf("the next one has no picture: %q", workspace.Text(m))
					}
					if calls := g.called("files."); method == "files.info" && !slices.Equal(calls, []string{"files.info"}) {
						t.Errorf("a file that was uploaded is asked for, not uploaded again: %v", calls)
					}
				}
			})
		}
	}
}

// Without the scope one call says so, and it is not made for each message.
func TestPictureWithoutTheScope(t *testing.T) {
	g := openGallery(t, workspace.Options{Scopes: []string{"chat:write"}})
	for range 3 {
		if _, m := g.post(t); !showsNumbers(m) {
			t.Errorf("it says %q", workspace.Text(m))
		}
	}
	if calls := g.called("files."); len(calls) != 1 || !strings.Contains(g.log.String(), "files:write") {
		t.Errorf("called %v; the log: %s", calls, g.log)
	}
}

// A file that Slack does not show any more costs the message its picture once.
func TestPictureThatIsGone(t *testing.T) {
	g := openGallery(t, workspace.Options{})
	_, m := g.post(t)
	first := showsFile(m)
	g.AddFault(workspace.Fault{Method: "chat.postMessage", Times: 1, Kind: workspace.FaultError, Code: "invalid_blocks"})
	if _, m := g.post(t); !showsNumbers(m) {
		t.Errorf("it says %q", workspace.Text(m))
	}
	if _, m := g.post(t); showsFile(m) == "" || showsFile(m) == first {
		t.Errorf("it shows %q", showsFile(m))
	}
}

// A picture is not worth the message: too late for one, the numbers go out.
func TestPictureTooLate(t *testing.T) {
	g := openGallery(t, workspace.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), slack.KeptForMessage) // all of it is the message's
	defer cancel()
	if _, err := g.mouth.Post(ctx, inChannel(bottest.SpikeAlert())); err != nil {
		t.Fatal(err)
	}
	if m := g.Messages(bottest.Channel); len(m) != 1 || !showsNumbers(m[0]) {
		t.Errorf("it says %+v", m)
	}
	if _, m := g.post(t); showsFile(m) == "" {
		t.Errorf("the next one has no picture: %q", workspace.Text(m))
	}
}

// A response URL cannot show files, and none is uploaded for it.
func TestPictureIsNotForResponseURLs(t *testing.T) {
	server := script(t, answer(400, "invalid_blocks"), answer(200, "ok"))
	if _, err := mouthAt(t, server.URL, nil, io.Discard).Post(t.Context(), toAsker(server.URL, bottest.SpikeAlert())); err != nil {
		t.Fatal(err)
	}
	if calls := server.all(); len(calls) != 2 || !strings.Contains(calls[1].blocks, "```") || server.files() != 0 {
		t.Errorf("called %+v, and for files %d times", calls, server.files())
	}
}

// shelf is a store's memory of workspaces.
type shelf struct {
	mu     sync.Mutex
	traits map[string]time.Time
	asked  int
	err    error
}

func (s *shelf) Trait(_ context.Context, team, name string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.traits[team+" "+name], s.err
}

func (s *shelf) SetTrait(_ context.Context, team, name string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.traits[team+" "+name] = at
	}
	return s.err
}

// What was learned of a workspace outlives the process, for a month.
func TestWorkspaceWithoutChartsIsRemembered(t *testing.T) {
	g, store, now := openGallery(t, workspace.Options{}), &shelf{traits: map[string]time.Time{}}, bottest.Now
	g.options.Traits, g.options.Now = store, func() time.Time { return now }
	asks := func(what string, charts int) {
		t.Helper()
		g.restart()
		g.called("")
		for range 2 {
			if _, m := g.post(t); showsFile(m) == "" && charts < 3 {
				t.Errorf("%s: %q", what, workspace.Text(m))
			}
		}
		if posts := g.called("chat."); len(posts) != 2+charts%3 {
			t.Errorf("%s: %d posts", what, len(posts))
		}
	}
	asks("the first time", 1)
	if at := store.traits["T1 no_native_charts"]; !at.Equal(now) {
		t.Errorf("remembered %v", store.traits)
	}
	asked := store.asked
	asks("after a restart", 0)
	if store.asked != asked+1 {
		t.Errorf("the store was asked %d times", store.asked-asked)
	}
	now = now.Add(slack.ChartsAgainAfter)
	asks("a month later", 1)
	if at := store.traits["T1 no_native_charts"]; !at.Equal(now) {
		t.Errorf("remembered %v", store.traits)
	}
	now = now.Add(slack.ChartsAgainAfter)
	g.RefuseCharts(false)
	asks("when the workspace takes charts at last", 3)
	if at := store.traits["T1 no_native_charts"]; !at.IsZero() {
		t.Errorf("remembered %v", store.traits)
	}
	g.RefuseCharts(true)
	store.err = errors.New("the store is away")
	asks("without the store", 1)
}
