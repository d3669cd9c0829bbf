// A conversation: its messages by day, and the line to type in.
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Composer } from "./composer.jsx";
import { Message } from "./message.jsx";
import { dayOf, longDay, ofTS } from "./dates.js";

export function Channel({ place, messages, replies, openThread, accounts, target }) {
  return (
    <>
      <Messages key={place.id} place={place} messages={messages} replies={replies} openThread={openThread} target={target} />
      <Composer key={`c${place.id}`} place={place} accounts={accounts} />
    </>
  );
}

function Messages({ place, messages, replies, openThread, target }) {
  const list = useRef(null);
  const stuck = useRef(true); // the reader is at the end and wants to stay there
  const [below, setBelow] = useState(false);
  const toEnd = () => { if (list.current) list.current.scrollTop = list.current.scrollHeight; };
  useLayoutEffect(() => { if (stuck.current) toEnd(); }, [messages]);
  useEffect(() => {
    // Pictures and fonts change heights after the first drawing.
    const watch = new ResizeObserver(() => { if (stuck.current) toEnd(); });
    watch.observe(list.current.firstElementChild);
    watch.observe(list.current);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const found = target && document.getElementById(`m${target.ts}`);
    if (!found) return;
    stuck.current = false;
    found.scrollIntoView({ block: "start" });
    found.tabIndex = -1;
    found.focus({ preventScroll: true });
  }, [target]);
  const scrolled = () => {
    const el = list.current;
    stuck.current = el.scrollHeight - el.scrollTop - el.clientHeight < 60;
    setBelow(!stuck.current);
  };
  return (
    <div className="scroll" ref={list} onScroll={scrolled} tabIndex={0} role="region" aria-label={`Messages in ${place.title}`}>
      <div className="messages">
        {messages.length === 0 && <p className="empty">{place.empty}</p>}
        {messages.map((m, i) => (
          <Fragment key={m.ts}>
            {(i === 0 || dayOf(ofTS(messages[i - 1].ts)) !== dayOf(ofTS(m.ts))) && <h3 className="day"><span>{longDay(ofTS(m.ts))}</span></h3>}
            <Message m={m} replies={replies.get(m.ts)} openThread={openThread} />
          </Fragment>
        ))}
      </div>
      {below && <button type="button" className="tolatest" onClick={() => { stuck.current = true; toEnd(); }}>Latest messages ↓</button>}
    </div>
  );
}

export function Thread({ parent, replies }) {
  const end = useRef(null);
  useEffect(() => { end.current?.scrollIntoView({ block: "nearest" }); }, [replies.length]);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Thread">
      <div className="messages">
        <Message m={parent} inThread />
        <h3 className="day"><span>{replies.length === 1 ? "1 reply" : `${replies.length} replies`}</span></h3>
        {replies.map((m) => <Message key={m.ts} m={m} inThread />)}
        <span ref={end} />
      </div>
    </div>
  );
}
