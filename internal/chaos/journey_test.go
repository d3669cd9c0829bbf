package chaos

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// watch opens the stage and its page.
func watch(t *testing.T, s size) *tab {
	t.Helper()
	chromium(t) // before the stage is built for nothing
	stage := open(t)
	address, err := stage.Watch(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return browse(t, address, s)
}

// happened is an expression for a sentence of what happened on the stage.
func happened(words string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".log li")].some((l) => l.innerText.includes(%q)) && !document.querySelector(".hand [aria-busy]")`, words)
}

// TestBrowserJourney asks, presses, reads and moves the world on the demo's
// page, with the real bot behind it.
func TestBrowserJourney(t *testing.T) {
	b := watch(t, desk)
	b.place("cloud-alerts")
	b.wait("the spike alert", said("First spend in us-west-2"))

	// A command with completion, and its answer.
	b.do(focusLine)
	b.keys("/roo")
	b.wait("the command offered", `document.querySelector("[role=option][aria-selected=true]")?.innerText.includes("/rootcheck")`)
	b.keys(kb.Tab, "org-m")
	b.wait("the account offered", `document.querySelector("[role=option][aria-selected=true]")?.innerText.includes("111122223333")`)
	b.keys(kb.Enter)
	b.wait("the account taken", `document.querySelector(".line").value === "/rootcheck org-management "`)
	b.keys(kb.Enter)
	b.wait("the answer", said("Checked today"))
	b.ask("/rootcheck 111122223333")
	b.wait("the answer to an id", said("111122223333")+`?.classList.contains("whisper")`)
	b.ask("/rootcheck legacy-web")
	b.wait("a failing account", said("legacy-web")+`?.innerText.includes("Check again")`)

	// Buttons: a modal, the same answer for everybody, a fresh answer.
	b.press(".middle", "How to fix")
	b.wait("the modal", `document.querySelector("dialog[open] h2")`)
	b.snap("modal", false)
	b.keys(kb.Escape)
	b.wait("the modal closed", `!document.querySelector("dialog[open]")`)
	b.press(".middle", "Show to channel")
	b.wait("the answer for all", `[...document.querySelectorAll(".message:not(.whisper)")].some((m) => m.innerText.includes("legacy-web"))`)

	// The next morning: the digest, and somebody looks after the spike.
	b.press(".dock", "Next day")
	b.wait("the digest posted", happened("the digest is posted"))
	b.place("cloud-digest")
	b.wait("the digest", said("Spend on"))
	b.place("cloud-alerts")
	b.press(".middle", "Acknowledge")
	b.wait("who looks after it", said("First spend in us-west-2")+`?.innerText.includes("alice")`)
	b.do(click(`.replies`))
	b.wait("the thread", `document.querySelector(".dock h2").innerText === "Thread" && document.querySelectorAll(".dock .message").length > 1`)
	b.snap("thread", false)
	b.press(".dock", "Close thread")

	// A question in the direct message with the bot.
	b.place("rootwatch")
	b.ask("/spend payments 7d")
	b.wait("the bill", said("prod-payments"))

	// App Home, and its form.
	b.place("Home")
	b.wait("App Home", `document.querySelector(".home .drawn")`)
	b.snap("home", false)
	b.press(".home", "Check accounts...")
	b.wait("the form", `document.querySelector("dialog[open] input, dialog[open] textarea")`)
	b.do(click("dialog[open] input, dialog[open] textarea"))
	b.keys("nobody-knows-this")
	b.press("dialog[open]", eval[string](b, `document.querySelector("dialog[open] .primary").innerText`))
	b.wait("what is wrong with it", `document.querySelector("dialog[open] .error")?.innerText`)
	b.keys(kb.Escape)
	b.wait("no form", `!document.querySelector("dialog[open]")`)

	// The bot is killed while it works, comes back and answers.
	b.place("cloud-alerts")
	b.ask("/rootcheck all")
	b.press(".dock", "Kill the bot")
	b.wait("the bot back", happened("It is back"))
	b.wait("the answer of the one before", said("Check all")+`|| `+said("40 accounts"))
	b.ask("/rootcheck data-lake")
	b.wait("an answer after it", said("444455556666"))

	// The truth, and from it to the alert.
	b.agrees()
	if !eval[bool](b, `document.querySelector(".dock").checkVisibility({visibilityProperty: true})`) {
		b.Error("the stage is shut beside the truth, where there is room for both")
	}
	b.snap("truth", false)
	b.press(".middle", "See the alert")
	b.wait("the alert", `document.activeElement.matches(".message") && document.activeElement.innerText.includes("prod-payments")`)
	b.snap("wide", false)
}

// TestBrowserFaults throttles AWS, loses Slack's answer and goes on to Friday;
// each time the page says what happened, and the truth stays the truth.
func TestBrowserFaults(t *testing.T) {
	b := watch(t, desk)
	b.wait("the first alert", said("First spend in us-west-2"))
	b.press(".dock", "Throttle AWS")
	b.wait("what throttling did", happened("AWS answers as before now"))
	b.wait("the answer of all", said("40 accounts"))
	b.agrees()
	b.place("cloud-digest")
	b.press(".dock", "Lose Slack's answer")
	b.wait("what the loss did", happened("it stands there once"))
	b.press(".dock", "Next Friday")
	b.wait("Friday", happened("It is Friday"))
	b.agrees()
	b.press(".middle", "See the alert")
	b.wait("the alert", `document.activeElement.matches(".message") && document.activeElement.innerText.includes("sandbox-dev")`) // the last of them
}

// agrees fails where the bot has said what is not so, or not said what is.
func (b *tab) agrees() {
	b.Helper()
	b.place("Truth")
	b.wait("the truth", `document.querySelector(".verdicts tbody tr")`)
	if differ := eval[string](b, `[...document.querySelectorAll("td.differs, .costs .differs")].map((c) => (c.dataset.check ?? "") + " " + c.innerText).join("; ")`); differ != "" {
		b.Errorf("the bot disagrees with the truth: %s", differ)
	}
}
