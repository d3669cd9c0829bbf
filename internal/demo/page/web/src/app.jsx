// The workspace: places to the left, the chosen one in the middle, the stage
// or a thread to the right. On a telephone one of them at a time.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Channel, Thread } from "./channel.jsx";
import { AppHome, Modal } from "./modal.jsx";
import { Sidebar } from "./sidebar.jsx";
import { Stage } from "./stage.jsx";
import { Truth } from "./truth.jsx";
import { Cross, Menu, Moon, Sliders, Sun } from "./icons.jsx";
import { briefDay, clock, longDay } from "./dates.js";
import { Settings } from "./settings.js";
import { useReturn } from "./focus.js";
import { useNarrow, useTheme } from "./theme.js";
import { useUnread } from "./unread.js";
import { ask, get, useWire } from "./wire.js";

export function App() {
  const { items, live } = useWire();
  const world = items.get("world");
  if (!world) return <p className="empty" role="status">{live === "lost" ? "The demo does not answer. Open the address that it printed in its terminal." : "Opening the workspace…"}</p>;
  return <Workspace items={items} live={live} world={world} />;
}

function Workspace({ items, live, world }) {
  const [place, setPlace] = useState(() => liveliest(items, world));
  const [thread, setThread] = useState(null); // {channel, ts}
  const [target, setTarget] = useState(null);
  const [drawer, setDrawer] = useState(false);
  const [dock, setDock] = useState(false); // the stage, where there is no room for it
  const [accounts, setAccounts] = useState([]);
  const [fault, setFault] = useState("");
  const [theme, switchTheme] = useTheme();
  const { unread, heard, visit } = useUnread(world, place);
  const heading = useRef(null);
  const moved = useRef(false);

  useEffect(() => { get("accounts").then((a) => setAccounts(a.accounts), (e) => setFault(e.message)); }, []);
  const complain = useCallback((text) => setFault(text), []);
  const shift = useRef(0);
  shift.current = world.ahead;
  const now = useCallback(() => new Date(Date.now() + shift.current), []);
  const settings = useMemo(() => ({ world, theme, now, complain, users: world.users, channels: world.channels }), [world, theme, now, complain]);

  const { byChannel, replies } = useMemo(() => sort(items, world), [items, world]);
  const log = useMemo(() => [...items].filter(([k]) => k.startsWith("log/")).map(([, v]) => v).sort((a, b) => b.n - a.n), [items]);
  const stage = items.get("stage");
  const views = items.get("views") ?? [];
  const parent = thread && items.get(`m/${thread.channel}/${thread.ts}`);

  const go = useCallback((id, ts) => {
    moved.current = true;
    setPlace(id);
    setTarget(ts ? { ts } : null);
    setDrawer(false);
    setDock(false);
    visit(id);
    if (id === "home") ask("home").then(({ error }) => error && setFault(error));
    if (!ts) requestAnimationFrame(() => heading.current?.focus());
  }, [visit]);
  // Whoever has not moved yet and looks at an empty channel is taken to the first message.
  useEffect(() => {
    const first = !moved.current && !byChannel.has(place) && liveliest(items, world);
    if (first && first !== place) {
      setPlace(first);
      visit(first);
    }
  }, [items, world, byChannel, place, visit]);
  const openThread = useCallback((m) => setThread({ channel: m.channel, ts: m.ts }), []);

  useEffect(() => {
    const keys = (e) => {
      if (e.key !== "Escape" || e.defaultPrevented) return;
      if (drawer) setDrawer(false);
      else if (parent) setThread(null);
      else if (dock) setDock(false);
    };
    document.addEventListener("keydown", keys);
    return () => document.removeEventListener("keydown", keys);
  }, [drawer, parent, dock]);

  const narrow = useNarrow();
  const side = useReturn(drawer, "[aria-current]");
  const beside = useReturn(parent ? thread.ts : dock && "stage", "h2");

  const here = places(world, stage).find((p) => p.id === place);
  return (
    <Settings.Provider value={settings}>
      <div className="page" data-drawer={drawer || undefined} data-dock={dock || Boolean(parent) || undefined} data-bare={stage ? undefined : true} data-place={place}>
        <a className="skip" href="#main">Skip to the messages</a>
        <header className="top">
          <button type="button" className="plain only-narrow" aria-label="Channels" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}><Menu /></button>
          <p className="brand">Rootwatch <span>demo</span></p>
          <Clock now={now} live={live} />
          <button type="button" className="plain" aria-label={theme === "dark" ? "Switch to light" : "Switch to dark"} onClick={switchTheme}>{theme === "dark" ? <Sun /> : <Moon />}</button>
          {stage && <button type="button" className="plain only-middle" aria-label="Controls of the demo" aria-expanded={dock} onClick={() => setDock(!dock)}><Sliders /></button>}
        </header>
        <Sidebar box={side} places={places(world, stage)} place={place} go={go} unread={unread} />
        <main id="main" className="middle" inert={drawer || (narrow && (dock || Boolean(parent)))}>
          <header className="head"><h1 ref={heading} tabIndex={-1}>{here.title}</h1><p className="quiet">{here.about}</p></header>
          {place === "home" && <AppHome home={items.get("home")} />}
          {place === "truth" && <Truth stamp={`${log.length}/${heard}`} go={go} />}
          {here.channel && <Channel place={here} messages={byChannel.get(place) ?? none} replies={replies} openThread={openThread} accounts={accounts} target={target} />}
        </main>
        {(parent || stage) && (
          <aside className="dock" ref={beside} aria-label={parent ? "Thread" : "Stage"}>
            <header className="head">
              <h2 tabIndex={-1}>{parent ? "Thread" : "Stage"}</h2>
              <button type="button" className={`plain${parent ? "" : " only-middle"}`} aria-label={parent ? "Close thread" : "Close"} onClick={() => (parent ? setThread(null) : setDock(false))}><Cross /></button>
            </header>
            {parent ? <Thread parent={parent} replies={replies.get(parent.ts) ?? none} /> : <Stage stage={stage} log={log} />}
          </aside>
        )}
        {drawer && <div className="veil" onClick={() => setDrawer(false)} />}
        {views.length > 0 && <Modal key={views.at(-1).id} view={views.at(-1)} depth={views.length} />}
        {fault && <div className="toast" role="alert"><p>{fault}</p><button type="button" className="plain" aria-label="Dismiss" onClick={() => setFault("")}><Cross /></button></div>}
        <p className="sr" role="status" aria-live="polite">{heard}</p>
      </div>
    </Settings.Provider>
  );
}

const none = [];

// liveliest is where the newest message is: what somebody who comes in wants to see.
function liveliest(items, world) {
  const newest = [...items.values()].filter((m) => m.ts).sort((a, b) => (a.ts < b.ts ? 1 : -1))[0];
  return newest?.channel ?? world.channels[0].id;
}

// places are what the sidebar lists, top to bottom.
function places(world, stage) {
  return [
    ...world.channels.map((c) => ({
      id: c.id, channel: true, kind: c.kind, name: c.name, title: c.kind === "im" ? c.name : `#${c.name}`, about: c.topic,
      group: c.kind === "im" ? "Direct messages" : "Channels", empty: c.kind === "im" ? "Ask the bot something: /rootcheck all, say." : "Nothing was said here yet.",
    })),
    { id: "home", kind: "home", name: "Home", title: `${world.bot.name} Home`, about: "What the app shows to you alone", group: "App" },
    ...(stage ? [{ id: "truth", kind: "truth", name: "Truth", title: "Truth", about: "What is really so, beside what the bot says", group: "Behind the scenes" }] : []),
  ];
}

// sort puts messages into their channels and replies under their parents.
function sort(items, world) {
  const byChannel = new Map(), replies = new Map();
  const all = [...items].filter(([k]) => k.startsWith("m/")).map(([, m]) => m).sort((a, b) => (a.ts < b.ts ? -1 : 1));
  for (const m of all) {
    const list = m.thread && m.thread !== m.ts ? replies : byChannel;
    const key = list === replies ? m.thread : m.channel;
    if (!list.has(key)) list.set(key, []);
    list.get(key).push(m);
  }
  return { byChannel, replies };
}

function Clock({ now, live }) {
  const [t, setT] = useState(now());
  useEffect(() => {
    setT(now());
    const timer = setInterval(() => setT(now()), 1000);
    return () => clearInterval(timer);
  }, [now, live]);
  return <p className="clock">{live === "lost" ? <b>not connected</b> : <><time dateTime={t.toISOString()}><span className="wide">{longDay(t)}</span><span className="brief">{briefDay(t)}</span>, {clock(t)}</time> <small>UTC</small></>}</p>;
}
