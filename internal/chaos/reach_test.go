package chaos

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tabTo presses Tab until the focus is where an expression holds of e, as
// somebody does who has no mouse. On the way each stop must be visible, have a
// name and show that it has the focus.
func (b *tab) tabTo(what, holds string) {
	b.Helper()
	const most = 80
	for range most {
		b.keys(kb.Tab)
		stop := eval[struct {
			Here  bool
			Fault string
		}](b, `(() => {
			const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect(), around = e.closest(".composer");
			const name = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || document.getElementById(e.getAttribute("aria-labelledby"))?.innerText;
			const shown = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || around && getComputedStyle(around).boxShadow !== "none";
			const fault = e === document.body ? "" : !name?.trim() ? "has no name" : !shown ? "does not show its focus" : r.width === 0 ? "cannot be seen" : "";
			return {Here: Boolean(e !== document.body && (`+holds+`)), Fault: fault && e.outerHTML.slice(0, 160) + " " + fault};
		})()`)
		if stop.Fault != "" {
			b.Error(stop.Fault)
		}
		if stop.Here {
			return
		}
	}
	b.snap("fault", true)
	b.Fatalf("%s is not reached within %d presses of Tab", what, most)
}

func labelled(label string) string {
	return fmt.Sprintf("[e.getAttribute('aria-label'), e.innerText?.trim()].includes(%q)", label)
}

// TestBrowserKeyboard does the journey without a mouse.
func TestBrowserKeyboard(t *testing.T) {
	b := watch(t, desk)
	b.wait("the first alert", said("First spend in us-west-2"))
	b.tabTo("the way past the channels", labelled("Skip to the messages"))
	b.tabTo("the theme", labelled("Switch to dark"))
	b.keys(kb.Enter)
	b.wait("the dark theme", `document.documentElement.dataset.theme === "dark"`)
	b.keys(kb.Enter)

	b.tabTo("the channel", `e.closest(".sidebar")`)
	b.keys(kb.Home)
	b.wait("the first channel", `document.activeElement.innerText.includes("cloud-digest")`)
	b.keys(kb.ArrowDown, kb.Enter)
	b.wait("the place", `document.querySelector("h1").innerText === "#cloud-alerts" && document.activeElement === document.querySelector("h1")`)
	b.tabTo("the line", `e.classList.contains("line")`)

	b.keys("/")
	b.wait("the commands", `document.querySelectorAll("[role=option]").length === 2`)
	b.keys(kb.ArrowDown)
	b.wait("the second command", `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.innerText.includes("/spend")`)
	b.keys(kb.ArrowUp, kb.Tab, "legacy")
	b.wait("the account", `document.querySelector("[role=option][aria-selected=true]")?.innerText.includes("legacy-web")`)
	b.keys(kb.Enter)
	b.wait("the account taken", `document.querySelector(".line").value === "/rootcheck legacy-web "`)
	b.keys(kb.Enter)
	b.wait("the answer", said("legacy-web")+`?.innerText.includes("How to fix")`)
	b.wait("the word for the ear", `document.querySelector("[aria-live]").innerText.includes("rootwatch")`)

	back := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	for range 10 {
		b.do(back)
		if eval[bool](b, `document.activeElement.innerText === "How to fix"`) {
			break
		}
	}
	b.keys(kb.Enter)
	b.wait("the modal", `document.querySelector("dialog[open]")?.contains(document.activeElement)`)
	b.tabTo("its end", labelled("Close"))
	b.keys(kb.Escape)
	b.wait("the button again", `!document.querySelector("dialog[open]") && document.activeElement.innerText === "How to fix"`)

	b.tabTo("the next day", labelled("Next day"))
	b.keys(kb.Enter)
	b.wait("the digest posted", happened("the digest is posted"))
	b.tabTo("the button of the alert", labelled("Acknowledge"))
	b.keys(kb.Enter)
	b.wait("a thread", `document.querySelector(".replies")`)
	b.tabTo("the thread", `e.classList.contains("replies")`)
	b.keys(" ")
	b.wait("the thread", `document.querySelector(".dock h2").innerText === "Thread"`)
	b.keys(kb.Escape)
	b.wait("the stage again", `document.querySelector(".dock h2").innerText === "Stage"`)
}

// TestBrowserPhone does the journey on a screen of 390 pixels.
func TestBrowserPhone(t *testing.T) {
	b := watch(t, phone)
	b.wait("the first alert", said("First spend in us-west-2"))
	b.fits("the alert")
	b.snap("phone", false)
	b.readable()
	b.press(".top", "Channels")
	b.wait("the drawer", `document.querySelector(".page[data-drawer]")`)
	b.do(click(".sidebar li:nth-child(1) button"))
	b.wait("the drawer shut", `!document.querySelector(".page[data-drawer]") && document.querySelector("h1").innerText === "#cloud-digest"`)

	b.press(".top", "Controls of the demo")
	b.wait("the stage", `document.querySelector(".page[data-dock] .dock").getBoundingClientRect().left === 0`)
	b.fits("the stage")
	b.readable()
	b.press(".dock", "Next day")
	b.wait("the digest posted", happened("the digest is posted"))
	b.press(".dock", "Close")
	b.wait("the digest", said("Spend on"))
	b.fits("the digest")
	if eval[bool](b, `[...document.querySelectorAll(".drawn, .drawn *")].some((e) => e.matches(":has(table)") && e.scrollWidth > e.clientWidth + 1)`) {
		b.snap("fault", true)
		b.Error("a table of the digest scrolls sideways")
	}
	b.readable()

	b.ask("/rootcheck legacy-web")
	b.wait("the answer", said("legacy-web")+`?.innerText.includes("How to fix")`)
	b.press(".middle", "How to fix")
	b.wait("the modal", `document.querySelector("dialog[open]")`)
	b.fits("the modal")
	b.readable()
	b.press("dialog[open]", "Close")
	b.wait("no modal", `!document.querySelector("dialog[open]")`)
	for _, name := range []string{"Home", "Truth"} {
		b.place(name)
		b.wait(name, `document.querySelector(".home .drawn, .verdicts tbody tr")`)
		b.fits(name)
		b.readable()
	}
}

// fits fails where the page is wider than its screen, or something lies
// outside of it that cannot be scrolled to.
func (b *tab) fits(what string) {
	b.Helper()
	wide := eval[[]string](b, `[...document.querySelectorAll("body *")].filter((e) => {
		const r = e.getBoundingClientRect();
		if (r.width === 0 || r.right <= innerWidth + 1 && r.left >= -1 || !e.checkVisibility({visibilityProperty: true})) return false;
		for (let p = e.parentElement; p; p = p.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX) && p.matches(".drawn, .sr, .scroll *, dialog *") || p.matches("svg, .sr, .skip")) return false;
		return !e.matches(".sr, .skip");
	}).map((e) => e.tagName + "." + e.className).slice(0, 5)`)
	if len(wide) > 0 || eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
		b.snap("fault", true)
		b.Errorf("%s is wider than the screen: %v", what, wide)
	}
}

// TestBrowserContrast looks at every place in both themes.
func TestBrowserContrast(t *testing.T) {
	for _, dark := range []bool{false, true} {
		t.Run(fmt.Sprintf("dark=%t", dark), func(t *testing.T) {
			s := desk
			s.dark = dark
			b := watch(t, s)
			b.place("cloud-alerts")
			b.wait("the first alert", said("First spend in us-west-2"))
			b.press(".dock", "Next day")
			b.wait("the digest posted", happened("the digest is posted"))
			b.ask("/rootcheck prod-payments")
			b.wait("an answer", said("How to fix"))
			b.readable()
			b.press(".middle", "How to fix")
			b.wait("the modal", `document.querySelector("dialog[open]")`)
			b.readable()
			b.keys(kb.Escape)
			b.wait("no modal", `!document.querySelector("dialog[open]")`) // its end gives the focus back
			for name, there := range map[string]string{"cloud-digest": `.message`, "Home": ".home .drawn", "Truth": ".verdicts tbody tr"} {
				b.place(name)
				b.wait(name, fmt.Sprintf("document.querySelector(%q)", there))
				b.readable()
			}
			if dark {
				b.place("Truth")
				b.press(".middle", "See the alert")
				b.press(".middle", "Acknowledge")
				b.wait("a thread", `document.querySelector(".replies")`)
				b.do(click(".replies"))
				b.wait("the thread", `document.querySelectorAll(".dock .message").length > 1`)
				b.readable()
				b.snap("dark", false)
			}
		})
	}
}
