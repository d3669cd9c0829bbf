// Where one can go. Arrow keys move along it, as in a list.
import { Bot, Home, Scales } from "./icons.jsx";

export function Sidebar({ box, places, place, go, unread }) {
  const keys = (e) => {
    const all = [...box.current.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    const next = step ? all[all.indexOf(document.activeElement) + step] : { Home: all[0], End: all.at(-1) }[e.key];
    if (!next) return;
    next.focus();
    e.preventDefault();
  };
  const groups = [...new Set(places.map((p) => p.group))];
  return (
    <nav className="sidebar" aria-label="Channels" ref={box} onKeyDown={keys}>
      {groups.map((group) => (
        <section key={group}>
          <h2>{group}</h2>
          <ul>
            {places.filter((p) => p.group === group).map((p) => (
              <li key={p.id}>
                <button type="button" aria-current={p.id === place ? "page" : undefined} data-unread={unread[p.id] ? true : undefined} tabIndex={p.id === place ? 0 : -1} onClick={() => go(p.id)}>
                  <span className="sign" aria-hidden="true">{{ im: <Bot size={18} />, home: <Home />, truth: <Scales /> }[p.kind] ?? "#"}</span>
                  <span className="name">{p.name}</span>
                  {unread[p.id] && <span className="count" aria-label={`${unread[p.id]} new`}>{unread[p.id]}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
