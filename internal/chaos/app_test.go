package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/slack-go/slack"

	"rootwatch/internal/demo/page"
	"rootwatch/internal/demo/workspace"
)

const (
	fakeToken = "xoxb-not-a-real-token"
	general   = "C0GENERAL0"
	bob       = "U0BOB00000"
)

// hostile is a name that would do harm where it became markup.
const hostile = `<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>`

// fakeApp is an app that has every kind of control, behind the demo's page.
type fakeApp struct {
	*slack.Client
	workspace *workspace.Server
	heard     chan slack.InteractionCallback
	address   string
}

func newFakeApp(t *testing.T) *fakeApp {
	t.Helper()
	a := &fakeApp{heard: make(chan slack.InteractionCallback, 16)}
	person := workspace.User{ID: bob, Name: "bob " + hostile}
	a.workspace = workspace.New(workspace.Options{
		BotToken: fakeToken, SigningSecret: "not-a-real-secret", TeamID: "T0TEST0001",
		Channels: []workspace.Channel{{ID: general, Name: "general"}}, Users: []workspace.User{person},
	})
	slackSide, appSide := httptest.NewServer(a.workspace), httptest.NewServer(http.HandlerFunc(a.interaction))
	a.workspace.SetBaseURL(slackSide.URL)
	a.workspace.SetInteractivityURL(appSide.URL)
	a.Client = slack.New(fakeToken, slack.OptionAPIURL(slackSide.URL+"/api/"))
	p := page.New(page.Options{
		Workspace: a.workspace, Person: person, Now: time.Now,
		Places:   []page.Place{{ID: general, Name: "general " + hostile, Topic: hostile, Kind: "channel"}},
		Accounts: func() []page.Account { return []page.Account{{ID: "111122223333", Name: hostile}} },
		Controls: []page.Control{{ID: "one", Label: hostile, Group: "Faults", Will: hostile, Do: func(_ context.Context, tell page.Tell) error {
			tell(page.Good, hostile)
			return nil
		}}},
	})
	pageSide := httptest.NewServer(p)
	a.address = p.Address(pageSide.URL)
	t.Cleanup(func() {
		pageSide.CloseClientConnections()
		for _, s := range []*httptest.Server{pageSide, appSide, slackSide} {
			s.Close()
		}
	})
	return a
}

// interaction opens a modal for the button "open", pushes one for "push", and
// refuses what is submitted until it says yes.
func (a *fakeApp) interaction(w http.ResponseWriter, r *http.Request) {
	c, err := slack.InteractionCallbackParse(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.heard <- c
	if c.Type == slack.InteractionTypeViewSubmission {
		if reason := c.View.State.Values["why"]["reason"].Value; reason != "yes" {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(slack.NewErrorsViewSubmissionResponse(map[string]string{"why": "Say yes. " + hostile}))
		}
		return
	}
	if c.Type != slack.InteractionTypeBlockActions {
		return
	}
	switch c.ActionCallback.BlockActions[0].ActionID {
	case "open":
		_, err = a.OpenViewContext(r.Context(), c.TriggerID, form("First "))
	case "push":
		_, err = a.PushViewContext(r.Context(), c.TriggerID, form("Second "))
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func words(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

func form(title string) slack.ModalViewRequest {
	options := []*slack.OptionBlockObject{slack.NewOptionBlockObject("a", words("Option A"), nil), slack.NewOptionBlockObject("b", words(hostile[:30]), nil)}
	reason := slack.NewPlainTextInputBlockElement(words("because"), "reason")
	return slack.ModalViewRequest{
		Type: slack.VTModal, Title: words(title + "<b>"), Submit: words("Save"), Close: words("Back"), NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("why", words("Reason "+hostile), words("A hint "+hostile), reason),
			slack.NewInputBlock("what", words("Scope"), nil, slack.NewRadioButtonsBlockElement("scope", options...)).WithOptional(true),
			slack.NewActionBlock("more", slack.NewButtonBlockElement("push", "v", words("Another"))),
		}},
	}
}

// next is the newest thing that the app heard.
func (a *fakeApp) next(b *tab) slack.InteractionCallback {
	b.Helper()
	select {
	case c := <-a.heard:
		return c
	case <-time.After(patience):
		b.Fatal("the app heard nothing")
		return slack.InteractionCallback{}
	}
}

// TestBrowserControls presses and fills in one of each with a mouse, between
// names that would like to be markup.
func TestBrowserControls(t *testing.T) {
	chromium(t)
	a := newFakeApp(t)
	one, two := slack.NewOptionBlockObject("one", words("One"), nil), slack.NewOptionBlockObject("two", words(hostile[:40]), nil)
	post := func(options ...slack.MsgOption) {
		t.Helper()
		if _, _, err := a.PostMessageContext(t.Context(), general, options...); err != nil {
			t.Fatal(err)
		}
	}
	post(slack.MsgOptionText("Plain "+hostile+" <javascript:window.harmed=1|link> <https://example.com/|fine>", false))
	post(slack.MsgOptionText("controls", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(words("Header "+hostile)),
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "*Bold* `code` :white_check_mark: "+hostile, false, true), nil,
			slack.NewAccessory(slack.NewOverflowBlockElement("more", one, two))),
		slack.NewContextBlock("", slack.NewImageBlockElement("https://tracker.example.com/pixel.png", "A picture from elsewhere")),
		slack.NewImageBlock("https://tracker.example.com/large.png", "Another "+hostile, "", nil),
		slack.NewActionBlock("row",
			slack.NewButtonBlockElement("open", "v", words("Open")).WithStyle(slack.StylePrimary),
			slack.NewButtonBlockElement("sure", "v", words("Delete")).WithStyle(slack.StyleDanger).
				WithConfirm(slack.NewConfirmationBlockObject(words("Sure?"), words("Really "+hostile), words("Yes, delete"), words("No"))),
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, words("Pick"), "pick", one, two))))
	_, ts, err := a.PostMessageContext(t.Context(), general, slack.MsgOptionText("with a reaction", false))
	if err == nil {
		err = a.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(general, ts))
	}
	if err != nil {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	red := image.NewPaletted(image.Rect(0, 0, 240, 80), color.Palette{color.RGBA{R: 200, A: 255}})
	if err := png.Encode(&drawn, red); err != nil {
		t.Fatal(err)
	}
	f, err := a.UploadFileContext(t.Context(), slack.UploadFileParameters{Filename: "chart.png", Title: "Chart", FileSize: drawn.Len(), Reader: &drawn})
	if err != nil {
		t.Fatal(err)
	}
	post(slack.MsgOptionText("picture", false), slack.MsgOptionBlocks(slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: f.ID}, "An uploaded chart", "", nil)))

	b := browse(t, a.address, desk)
	b.wait("the picture", `[...document.querySelectorAll(".message img")].some((i) => i.alt === "An uploaded chart" && i.naturalWidth === 240)`)

	b.wait("the reaction", said("with a reaction")+`?.querySelector(".reactions")?.innerText.includes("👀")`)
	b.press(".middle", "More actions")
	b.wait("the menu", `document.querySelectorAll("[role=menuitem]").length === 2`)
	b.press(".menu", "One")
	if c := a.next(b); c.ActionCallback.BlockActions[0].SelectedOption.Value != "one" {
		t.Errorf("the overflow said %+v", c.ActionCallback.BlockActions[0])
	}
	b.keys(kb.ArrowDown)
	b.wait("the menu by key", `document.activeElement.innerText === "One"`)
	b.keys(kb.ArrowDown, kb.Escape)
	b.wait("the menu shut", `!document.querySelector("[role=menuitem]") && document.activeElement.getAttribute("aria-label") === "More actions"`)
	b.keys(kb.ArrowDown, kb.ArrowDown, kb.Enter)
	if c := a.next(b); c.ActionCallback.BlockActions[0].SelectedOption.Value != "two" {
		t.Errorf("the overflow by key said %+v", c.ActionCallback.BlockActions[0])
	}
	eval[bool](b, `(() => { const s = document.querySelector(".message select"); s.value = "two"; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`)
	if c := a.next(b); c.ActionCallback.BlockActions[0].SelectedOption.Value != "two" {
		t.Errorf("the menu said %+v", c.ActionCallback.BlockActions[0])
	}
	b.press(".middle", "Delete")
	b.press("dialog[open]", "No")
	b.press(".middle", "Delete")
	b.press("dialog[open]", "Yes, delete")
	if c := a.next(b); c.ActionCallback.BlockActions[0].ActionID != "sure" {
		t.Errorf("the button said %+v", c.ActionCallback.BlockActions[0])
	}

	// A modal: missing, refused, pushed, closed, taken.
	b.press(".middle", "Open")
	a.next(b)
	b.wait("the modal", `document.querySelector("dialog[open] h2")?.innerText === "First <b>"`)
	b.press("dialog[open]", "Save")
	b.wait("what is missing", `document.querySelector("dialog[open] .error")?.innerText.includes("required")`)
	b.wait("the focus on it", `document.activeElement.getAttribute("aria-invalid") === "true" && document.activeElement.tagName === "INPUT"`)
	b.keys("no")
	b.press("dialog[open]", "Save")
	if c := a.next(b); c.View.State.Values["why"]["reason"].Value != "no" {
		t.Errorf("submitted %+v", c.View.State.Values)
	}
	b.wait("the refusal", `document.querySelector("dialog[open] .error")?.innerText.includes("Say yes. <img")`)
	b.press("dialog[open]", "Another")
	a.next(b)
	b.wait("the second modal", `document.querySelector("dialog[open] h2")?.innerText === "Second <b>"`)
	b.keys(kb.Escape)
	if c := a.next(b); c.Type != slack.InteractionTypeViewClosed {
		t.Errorf("closing said %s", c.Type)
	}
	b.wait("the first modal again", `document.querySelector("dialog[open] h2")?.innerText === "First <b>"`)
	b.do(click("dialog[open] input[type=text]"))
	eval[bool](b, `(document.querySelector("dialog[open] input[type=text]").select(), true)`)
	b.keys("yes")
	b.press("dialog[open]", "Save")
	if c := a.next(b); c.View.State.Values["why"]["reason"].Value != "yes" {
		t.Errorf("submitted %+v", c.View.State.Values)
	}
	b.wait("no modal", `!document.querySelector("dialog[open]")`)

	b.do(focusLine)
	b.keys("/rootcheck 1111")
	b.wait("the hostile account", `document.querySelector("[role=option]")?.innerText.includes("<img")`)
	b.keys(kb.Escape)
	b.press(".dock", hostile)
	b.wait("what happened", happened("<img"))
	b.unharmed()
}

// unharmed fails where a name has become markup.
func (b *tab) unharmed() {
	b.Helper()
	found := eval[string](b, `[window.harmed ? "a script ran" : "", ...[...document.querySelectorAll("img")].filter((i) => !i.src.startsWith(location.origin + "/files/")).map((i) => i.outerHTML),
		...[...document.querySelectorAll("script")].filter((s) => !s.src).map((s) => s.outerHTML),
		...[...document.querySelectorAll("a")].filter((a) => !/^(https?:|mailto:)|#main$/.test(a.href)).map((a) => a.outerHTML)].filter(Boolean).join(" ")`)
	if found != "" {
		b.Errorf("names have become markup: %s", found)
	}
}

// readable fails where text stands out less than WCAG's level AA asks for.
func (b *tab) readable() {
	b.Helper()
	faint := eval[[]string](b, contrast)
	if len(faint) > 0 {
		b.Errorf("too faint:\n%s", strings.Join(faint, "\n"))
	}
}

const contrast = `(() => {
	const parse = (c) => { const m = c.match(/[\d.]+/g).map(Number); return {r: m[0], g: m[1], b: m[2], a: m[3] ?? 1}; };
	const over = (f, b) => ({r: f.r * f.a + b.r * (1 - f.a), g: f.g * f.a + b.g * (1 - f.a), b: f.b * f.a + b.b * (1 - f.a), a: 1});
	const light = ({r, g, b}) => { const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * x + .7152 * y + .0722 * z; };
	const paper = (e) => { const c = parse(getComputedStyle(e).backgroundColor); return c.a === 1 || !e.parentElement ? (c.a ? c : {r: 255, g: 255, b: 255, a: 1}) : c.a ? over(c, paper(e.parentElement)) : paper(e.parentElement); };
	const faint = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, s = getComputedStyle(e);
		if (!walk.currentNode.data.trim() || !e.checkVisibility({visibilityProperty: true, opacityProperty: true}) || e.closest(".sr, :disabled, [aria-disabled=true], .skip, option")) continue;
		const back = paper(e), ink = over(parse(e instanceof SVGElement ? s.fill : s.color), back), [hi, lo] = [light(ink), light(back)].sort((x, y) => y - x);
		const ratio = (hi + .05) / (lo + .05), size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && s.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) faint.add(ratio.toFixed(2) + " " + e.tagName + "." + (e.getAttribute("class") ?? "") + " " + walk.currentNode.data.trim().slice(0, 30));
	}
	return [...faint];
})()`
