// One message in the frame that Slack gives it.
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { Message } from "slack-blocks-to-jsx";
import "@fontsource/lato/latin-400.css";
import "@fontsource/lato/latin-400-italic.css";
import "@fontsource/lato/latin-700.css";
import "@fontsource/lato/latin-900.css";
import "slack-blocks-to-jsx/dist/style.css";
import "./page.css";

const users = [{ id: "U01ALICE", name: "alice" }];

// show draws the message and answers how many blocks came out.
window.show = async (message, { theme, at, private: whisper, home }) => {
  const now = new Date(at);
  document.documentElement.dataset.theme = theme;
  // "verbatim" keeps Slack from linking bare names; the renderer takes it for
  // "no markup at all".
  const blocks = JSON.parse(JSON.stringify(message.blocks, (key, value) => (key === "verbatim" ? undefined : value)));
  flushSync(() => createRoot(document.body).render(
    home ? <div id="frame"><div className="body"><Message blocks={blocks} name="rootwatch" logo="" theme={theme} withoutWrapper data={{ users }}
      hooks={{ date: (d) => <span>{date(d, now)}</span> }} /></div></div> :
    <div id="frame">
      {whisper && <p className="whisper"><Eye /> Only visible to you</p>}
      <div className="message">
        <Avatar />
        <div className="body">
          <p className="who"><b>rootwatch</b><span className="badge">APP</span><time>{clock(now)}</time></p>
          <Message blocks={blocks} name="rootwatch" logo="" theme={theme} withoutWrapper data={{ users }}
            hooks={{ date: (d) => <span>{date(d, now)}</span> }} />
        </div>
      </div>
    </div>,
  ));
  await document.fonts.ready;
  document.querySelectorAll("svg[class*='data_visualization_chart']").forEach(thin);
  return document.querySelectorAll(".body [class*='block_wrapper'] > *").length;
};

const show = (options) => (t) => new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }).format(t);
const clock = show({ hour: "numeric", minute: "2-digit" });
const short = show({ month: "short", day: "numeric", year: "numeric" });

// date is Slack's <!date^...> for a reader in UTC, for the two tokens in use.
function date({ timestamp, format }, now) {
  const t = new Date(Number(timestamp) * 1000);
  const days = Math.floor(t / 864e5) - Math.floor(now / 864e5);
  const pretty = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? short(t);
  const text = format.replace("{date_short_pretty}", pretty).replace("{time}", clock(t));
  if (text.includes("{")) throw new Error(`no picture of the date format ${format} yet`);
  return text;
}

// thin keeps every nth label of a chart's days, counted from the newest, where
// the renderer draws them over one another.
function thin(chart) {
  const days = [...chart.querySelectorAll(":scope > text[text-anchor='middle']:not([transform])")].filter((t) => t.getAttribute("font-size") === "11");
  if (days.length < 2) return;
  const apart = Number(days[1].getAttribute("x")) - Number(days[0].getAttribute("x"));
  const widest = Math.max(...days.map((t) => t.getComputedTextLength())) + 6;
  const nth = Math.ceil(widest / apart);
  days.forEach((t, i) => (days.length - 1 - i) % nth !== 0 && t.remove());
}

const Avatar = () => (
  <svg className="avatar" viewBox="0 0 36 36" aria-hidden="true">
    <rect width="36" height="36" rx="8" fill="#1d2b3a" />
    <path d="M5.5 18C8.6 12.4 13 9.6 18 9.6S27.4 12.4 30.5 18C27.4 23.6 23 26.4 18 26.4S8.6 23.6 5.5 18Z" fill="none" stroke="#fff" strokeWidth="2.2" />
    <circle cx="18" cy="18" r="5.6" fill="#f2a33a" />
    <path d="M15.2 18.6l2 2 3.8-4.4" fill="none" stroke="#1d2b3a" strokeWidth="1.9" strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);

const Eye = () => (
  <svg viewBox="0 0 20 20" width="14" height="14" aria-hidden="true">
    <path d="M1.5 10C3.6 6.2 6.6 4.4 10 4.4S16.4 6.2 18.5 10C16.4 13.8 13.4 15.6 10 15.6S3.6 13.8 1.5 10Z" fill="none" stroke="currentColor" strokeWidth="1.6" />
    <circle cx="10" cy="10" r="2.7" fill="currentColor" />
  </svg>
);
