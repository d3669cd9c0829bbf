// One message, framed as Slack frames it.
import { memo, useMemo } from "react";
import { Blocks } from "./blocks.jsx";
import { Bot, Bubble, Eye, Person } from "./icons.jsx";
import { clock, ofTS, relativeDay } from "./dates.js";
import { useSettings } from "./settings.js";

export const Message = memo(function Message({ m, replies, openThread, inThread }) {
  const { world } = useSettings();
  const at = useMemo(() => ({ channel: m.channel, ts: m.ts }), [m.channel, m.ts]);
  const blocks = useMemo(() => (m.blocks?.length ? m.blocks : [{ type: "section", text: { type: "mrkdwn", text: m.text || " " } }]), [m.blocks, m.text]);
  const t = ofTS(m.ts);
  const byBot = m.author === world.bot.id;
  return (
    <article className={`message${m.ephemeral ? " whisper" : ""}`} id={`m${m.ts}`} data-ts={m.ts} aria-label={`${m.name} at ${clock(t)}${m.ephemeral ? ", only visible to you" : ""}`}>
      {byBot ? <Bot /> : <Person name={m.name} />}
      <div className="body">
        {m.ephemeral && <p className="only"><Eye /> Only visible to you</p>}
        <p className="who"><b>{m.name}</b>{byBot && <span className="badge">APP</span>}<time dateTime={t.toISOString()}>{clock(t)}</time></p>
        <Blocks blocks={blocks} at={at} />
        {m.warning && <p className="error" role="alert">Slack: {m.warning === "operation_timeout" ? "the app took too long to answer" : "the app did not answer"} ({m.warning})</p>}
        {m.edited && <span className="edited">(edited)</span>}
        {m.files?.map((f) => <figure className="picture" key={f.id}><figcaption>{f.title}</figcaption><img src={`/files/${f.id}`} alt={f.title} /></figure>)}
        {m.reactions?.length > 0 && <p className="reactions" aria-label="Reactions">{m.reactions.map((r) => <span key={r}>{faces[r] ?? `:${r}:`} 1</span>)}</p>}
        {replies?.length > 0 && !inThread && <Replies replies={replies} open={() => openThread(m)} />}
      </div>
    </article>
  );
});

const faces = { eyes: "👀", white_check_mark: "✅", warning: "⚠️", rotating_light: "🚨", hourglass: "⌛", hourglass_flowing_sand: "⏳", x: "❌", "+1": "👍", mute: "🔇" };

function Replies({ replies, open }) {
  const { now } = useSettings();
  const last = ofTS(replies.at(-1).ts);
  return (
    <button type="button" className="replies" onClick={open}>
      <Bubble /> <b>{replies.length === 1 ? "1 reply" : `${replies.length} replies`}</b> <span className="quiet">last {relativeDay(last, now())} at {clock(last)}</span>
    </button>
  );
}
