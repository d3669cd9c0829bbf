// The line to type in: slash commands with completion, or a plain message.
import { useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { complete } from "./complete.js";
import { Send } from "./icons.jsx";
import { useSettings } from "./settings.js";
import { ask } from "./wire.js";

export function Composer({ place, accounts }) {
  const { complain } = useSettings();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [chosen, setChosen] = useState(-1); // of the choices; -1 none
  const [shut, setShut] = useState(false); // Escape closed the choices until more is typed
  const line = useRef(null);
  const past = useRef({ lines: [], at: 0 });
  const id = useId();
  const { from, choices } = shut ? { from: 0, choices: [] } : complete(text, at, accounts);
  const open = choices.length > 0;
  // While a word is being typed, Enter takes the first choice; behind a blank it sends.
  const marked = chosen >= 0 ? Math.min(chosen, choices.length - 1) : open && at > from ? 0 : -1;

  const put = (next, cursor = next.length) => {
    flushSync(() => { // the next key may already be on its way
      setText(next);
      setAt(cursor);
      setChosen(-1);
      setShut(false);
    });
    line.current?.setSelectionRange(cursor, cursor);
  };
  const take = (i) => put(text.slice(0, from) + choices[i].insert + text.slice(at), from + choices[i].insert.length);
  const send = async () => {
    const said = text.trim();
    if (said === "") return;
    past.current.lines.push(said);
    past.current.at = past.current.lines.length;
    put("");
    const { error } = await ask("say", { channel: place.id, text: said });
    if (error) complain(error);
  };
  const remember = (step) => {
    const { lines } = past.current;
    past.current.at = Math.max(0, Math.min(lines.length, past.current.at + step));
    put(lines[past.current.at] ?? "");
  };
  const keys = (e) => {
    if (e.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && open) setChosen((marked + step + choices.length) % choices.length);
    else if (step && (text === "" || past.current.lines.includes(text))) remember(step);
    else if (e.key === "Enter" && marked >= 0) take(marked);
    else if (e.key === "Enter") send();
    else if (e.key === "Tab" && !e.shiftKey && open) take(Math.max(marked, 0));
    else if (e.key === "Escape" && open) {
      setShut(true);
      e.stopPropagation();
    } else return;
    e.preventDefault();
  };
  return (
    <div className="composer">
      {open && (
        <ul className="choices" role="listbox" id={`${id}l`} aria-label="Completions">
          {choices.map((c, i) => (
            <li key={c.insert} id={`${id}${i}`} role="option" aria-selected={i === marked} onPointerDown={(e) => { e.preventDefault(); take(i); line.current.focus(); }}>
              <b>{c.label}</b> <span className="quiet">{c.note}</span>
            </li>
          ))}
          <li className="keys" role="presentation" aria-hidden="true"><kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Tab</kbd> take <kbd>Esc</kbd> close</li>
        </ul>
      )}
      <input ref={line} className="line" value={text} placeholder={`Message ${place.title}, or / for a command`} aria-label={`Message ${place.title}, or a slash command`}
        role="combobox" aria-autocomplete="list" aria-expanded={open} aria-controls={open ? `${id}l` : undefined} aria-activedescendant={open && marked >= 0 ? `${id}${marked}` : undefined}
        autoComplete="off" autoCapitalize="none" spellCheck={false} enterKeyHint="send" maxLength={3500}
        onChange={(e) => { setText(e.target.value); setAt(e.target.selectionStart); setChosen(-1); setShut(false); }}
        onSelect={(e) => setAt(e.target.selectionStart)} onKeyDown={keys} onBlur={() => setShut(true)} onFocus={() => setShut(false)} />
      <button type="button" className="send" aria-label="Send" disabled={text.trim() === ""} onClick={send}><Send /></button>
    </div>
  );
}
