// Block Kit: the renderer draws what is read, elements.jsx what is pressed,
// for which the renderer has no hook.
import { memo, useLayoutEffect, useMemo, useRef } from "react";
import { Message } from "slack-blocks-to-jsx";
import { Control, Field, canPress } from "./elements.jsx";
import { slackDate } from "./dates.js";
import { useSettings } from "./settings.js";

// Blocks draws an array of blocks. at says where they stand, for what is
// pressed in them; form collects what is typed into inputs.
export const Blocks = memo(function Blocks({ blocks, at, form }) {
  const parts = useMemo(() => split(prepare(blocks)), [blocks]);
  return parts.map((part, i) => <Part key={part.key ?? i} part={part} at={at} form={form} />);
});

function Part({ part, at, form }) {
  const { block } = part;
  switch (part.kind) {
    case "drawn":
      return <Drawn blocks={part.blocks} />;
    case "controls":
      return <div className="controls">{block.elements.map((e, i) => <Control key={e.action_id ?? i} element={e} block={block} at={at} form={form} />)}</div>;
    case "beside":
      return <div className="beside"><Drawn blocks={[part.bare]} /><Control element={block.accessory} block={block} at={at} form={form} /></div>;
    case "input":
      return <Field block={block} at={at} form={form} />;
    case "picture":
      return <Picture block={block} />;
  }
}

// split keeps what the renderer draws together, apart from what is pressed.
function split(blocks) {
  const parts = [];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (block.type === "actions" || block.type === "context_actions") parts.push({ kind: "controls", block });
    else if (block.type === "section" && canPress(block.accessory)) parts.push({ kind: "beside", block, bare: { ...block, accessory: undefined } });
    else if (block.type === "input") parts.push({ kind: "input", block, key: block.block_id });
    else if (block.type === "image") parts.push({ kind: "picture", block });
    else if (last?.kind === "drawn") last.blocks.push(block);
    else parts.push({ kind: "drawn", blocks: [block] });
  }
  return parts;
}

// prepare takes out what the renderer would get wrong: "verbatim" keeps Slack
// from linking bare names, and the renderer takes it for "no markup at all".
// Pictures from elsewhere are named, not fetched: the page asks nobody.
function prepare(blocks) {
  const walk = (v, key) => {
    if (key === "verbatim") return undefined;
    if (Array.isArray(v)) return v.map((e) => walk(e));
    if (v === null || typeof v !== "object") return v;
    if (v.type === "image" && key !== "block") return { type: "mrkdwn", text: `[${plain(v.alt_text)}]` };
    return Object.fromEntries(Object.entries(v).map(([k, e]) => [k, walk(e, k)]).filter(([, e]) => e !== undefined));
  };
  return blocks.map((b) => (b.type === "image" ? b : walk(b, "block")));
}

const plain = (text) => String(text ?? "").replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

function Picture({ block }) {
  const id = block.slack_file?.id ?? /\/files\/(F[A-Z0-9]{8,})/.exec(block.slack_file?.url ?? "")?.[1];
  return (
    <figure className="picture">
      {block.title && <figcaption>{block.title.text}</figcaption>}
      {id ? <img src={`/files/${encodeURIComponent(id)}`} alt={block.alt_text} /> : <p className="quiet">[{block.alt_text}]</p>}
    </figure>
  );
}

// Drawn is the renderer's own drawing.
function Drawn({ blocks }) {
  const { theme, users, channels, now } = useSettings();
  const box = useRef(null);
  const hooks = useMemo(() => ({ date: (d) => <span>{slackDate(d, now())}</span>, link }), [now]);
  useLayoutEffect(() => mend(box.current));
  return (
    <div className="drawn" ref={box}>
      <Message blocks={blocks} name="" logo="" theme={theme} withoutWrapper data={{ users, channels }} hooks={hooks} />
    </div>
  );
}

// link lets nothing but the web and mail through.
function link({ href, children, className }) {
  if (!/^(https?:|mailto:)/i.test(href)) return <span>{children}</span>;
  return <a href={href} className={className} target="_blank" rel="noopener noreferrer">{children}</a>;
}

// mend gives names to what the renderer leaves without: charts to the ears,
// scrolling tables to the keyboard.
function mend(box) {
  for (const table of box.querySelectorAll(".slack_blocks_to_jsx__table")) {
    const wide = table.parentElement.scrollWidth > table.parentElement.clientWidth + 1;
    table.parentElement.tabIndex = wide ? 0 : -1;
    if (wide) {
      table.parentElement.setAttribute("role", "region");
      table.parentElement.setAttribute("aria-label", "Table; scrolls sideways");
    }
  }
  // Slack shows no empty line where a fence stands alone on its own.
  for (const code of box.querySelectorAll("code.slack_code")) {
    for (const [node, edge] of [[code.firstChild, /^\n/], [code.lastChild, /\n$/]]) {
      if (node?.nodeType === Node.TEXT_NODE && edge.test(node.nodeValue)) node.nodeValue = node.nodeValue.replace(edge, "");
    }
  }
  for (const chart of box.querySelectorAll("svg[class*='data_visualization_chart']")) {
    if (!chart.hasAttribute("role")) chart.setAttribute("role", "img");
    thin(chart);
  }
}

// thin keeps every nth label of a chart's days, counted from the newest, where
// the renderer draws them over one another.
function thin(chart) {
  const days = [...chart.querySelectorAll(":scope > text[text-anchor='middle']:not([transform])")].filter((t) => t.getAttribute("font-size") === "11");
  if (days.length < 2) return;
  const apart = Number(days[1].getAttribute("x")) - Number(days[0].getAttribute("x"));
  const widest = Math.max(...days.map((t) => t.getComputedTextLength())) + 6;
  const nth = Math.ceil(widest / apart);
  days.forEach((t, i) => { t.style.visibility = (days.length - 1 - i) % nth === 0 ? "" : "hidden"; });
}
