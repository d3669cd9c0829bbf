package chaos

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// pictures has the journeys write what docs/demo shows.
var pictures = flag.String("pictures", "", "directory for the pictures of docs/demo")

// patience bounds each wait in the browser; nothing waits for it to pass.
const patience = 60 * time.Second

// tab is a page in a browser of its own. A test fails with what the page
// writes to its console as an error, with what its security policy stops, and
// with any request that leaves the page's own server.
type tab struct {
	*testing.T
	ctx  context.Context
	base string

	mu     sync.Mutex
	faults []string
}

// size of a screen; a phone's has touch.
type size struct {
	width, height int64
	scale         float64
	dark          bool
}

var (
	desk  = size{width: 1440, height: 900, scale: 1.5}
	phone = size{width: 390, height: 844, scale: 2}
)

// chromium finds the browser. Where it is missing the test is left out, unless
// ROOTWATCH_TEST_REQUIRE names it.
func chromium(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err == nil {
		return path
	}
	if slices.Contains(strings.Split(os.Getenv("ROOTWATCH_TEST_REQUIRE"), ","), "browser") {
		t.Fatalf("a browser is required and chromium is not installed: %v", err)
	}
	t.Skipf("chromium is not installed")
	return ""
}

// browse opens the address in a browser of its own.
func browse(t *testing.T, address string, s size) *tab {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.NoFirstRun, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "en-US"))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	base, _, _ := strings.Cut(address, "/?")
	b := &tab{T: t, ctx: ctx, base: base}
	t.Cleanup(func() {
		cancel()
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, fault := range b.faults {
			t.Error(fault)
		}
	})
	if err := chromedp.Listen(ctx, b.hear); err != nil { // it starts the browser
		t.Fatal(err)
	}
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	b.do(command(log.Enable, cdp.Empty{}), command(network.Enable, network.EnableParams{}),
		chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(s.scale)),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
		chromedp.Navigate(address))
	b.wait("the workspace", `document.querySelector(".page .line, .page .verdicts")`)
	return b
}

// command is one of the browser's protocol, without its answer.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// hear collects what a page must not do.
func (b *tab) hear(event any) {
	fault := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = "the page threw " + (&chromedp.ExceptionError{ExceptionDetails: e.ExceptionDetails}).Error()
	case *runtime.EventConsoleAPICalled:
		if kind := string(e.Type); kind == "error" || kind == "warning" {
			fault = fmt.Sprintf("the page wrote to its console: %s", spoken(e.Args))
		}
	case *log.EventEntryAdded:
		if string(e.Entry.Level) == "error" {
			fault = "the browser complained: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.base+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:"+b.base) {
			fault = "the page asked for " + u
		}
	}
	if fault != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fault)
	}
}

func spoken(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		words = append(words, string(a.Value)+a.Description)
	}
	return strings.Join(words, " ")
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// eval is the value of an expression on the page.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%v\n%s", err, expression)
	}
	return value
}

// wait waits until an expression holds on the page.
func (b *tab) wait(what, expression string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingTimeout(0))); err != nil {
		b.snap("fault", true)
		b.Fatalf("%s did not come: %v\n%s\nthe line is %q\n%s", what, err, expression, eval[string](b, `document.querySelector(".line")?.value ?? ""`), eval[string](b, "document.body.innerText"))
	}
}

// button is an expression for the last button or link with this label, in the
// part of the page that a selector names.
func button(part, label string) string {
	quoted, err := json.Marshal(label)
	if err != nil {
		panic(err) // it is a string
	}
	selector, err := json.Marshal(part)
	if err != nil {
		panic(err) // likewise
	}
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].flatMap((p) => [...p.querySelectorAll("button, a, [role=menuitem]")])
		.filter((e) => [e.getAttribute("aria-label"), e.innerText?.trim()].includes(%s) && e.checkVisibility({visibilityProperty: true})).at(-1)`, selector, quoted)
}

// press clicks a button as a mouse or a finger would, where it is drawn.
func (b *tab) press(part, label string) {
	b.Helper()
	e := button(part, label)
	b.wait("the button "+label, e)
	at := eval[struct{ X, Y float64 }](b, `(() => { const e = `+e+`; e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect();
		const x = r.left + r.width / 2, y = r.top + r.height / 2, hit = document.elementFromPoint(x, y);
		return e === hit || e.contains(hit) ? {X: x, Y: y} : {X: -1, Y: -1}; })()`)
	if at.X < 0 {
		b.snap("fault", true)
		b.Fatalf("the button %s lies under something else", label)
	}
	b.do(chromedp.MouseClickXY(at.X, at.Y))
}

// place goes to a channel, Home or Truth.
func (b *tab) place(name string) {
	b.Helper()
	find := `[...document.querySelectorAll(".sidebar button")].find((e) => e.querySelector(".name").textContent === "` + name + `")`
	b.wait("the place "+name, find)
	eval[bool](b, "("+find+".click(), true)")
	b.wait("the place "+name, find+`.getAttribute("aria-current") === "page"`)
	// The heading takes the focus a frame later, which must not hit what is typed next.
	b.wait("the focus at the place "+name, `document.activeElement.matches("h1, h2")`)
}

// keys types into whatever has the focus.
func (b *tab) keys(keys ...string) {
	b.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// ask types a line into the composer and sends it.
func (b *tab) ask(line string) {
	b.Helper()
	b.do(focusLine, chromedp.KeyEvent(line))
	b.wait("the line", fmt.Sprintf(`document.querySelector(".line").value === %q`, line))
	b.keys(kb.Escape, kb.Enter)
	b.wait("the empty line", `document.querySelector(".line").value === ""`)
}

// said is an expression for the last message that contains some words.
func said(words string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".middle .message")].filter((m) => m.innerText.includes(%q)).at(-1)`, words)
}

// snap writes a picture of the page as it is, if pictures are wanted.
func (b *tab) snap(name string, always bool) {
	b.Helper()
	dir := *pictures
	if dir == "" && !always {
		return
	}
	if dir == "" {
		dir = b.ArtifactDir()
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	eval[float64](b, `document.fonts.ready.then(() => new Promise(requestAnimationFrame))`)
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Error(err)
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.Error(err)
	}
}

// focusLine puts the cursor into the composer.
var focusLine = chromedp.Focus(chromedp.CSS(".line"))

// click clicks the first thing that a selector names.
func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}
