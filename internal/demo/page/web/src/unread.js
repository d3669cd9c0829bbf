// What arrived while the reader looked elsewhere, and what to read out.
import { useCallback, useEffect, useRef, useState } from "react";
import { onArrival } from "./wire.js";

export function useUnread(world, place) {
  const [unread, setUnread] = useState({});
  const [heard, setHeard] = useState("");
  const here = useRef(place);
  here.current = place;
  const names = useRef(new Map());
  names.current = new Map(world.channels.map((c) => [c.id, c.kind === "im" ? c.name : `#${c.name}`]));
  useEffect(() => onArrival((keys, old, next) => {
    const messages = keys.filter((k) => k.startsWith("m/")).map((k) => [next.get(k), !old.has(k)]);
    const news = messages.filter(([m, fresh]) => fresh && m.author !== world.person.id);
    const away = news.filter(([m]) => m.channel !== here.current);
    if (away.length > 0) setUnread((all) => away.reduce((u, [m]) => ({ ...u, [m.channel]: (u[m.channel] ?? 0) + 1 }), all));
    const [last, fresh] = messages.at(-1) ?? [];
    if (last && (fresh || last.channel === here.current)) {
      setHeard(`${fresh ? "New message" : "Changed message"} from ${last.name} in ${names.current.get(last.channel) ?? "another channel"}: ${last.text.slice(0, 160)}`);
    }
  }), [world.person.id]);
  const visit = useCallback((id) => setUnread(({ [id]: _, ...rest }) => rest), []);
  return { unread, heard, visit };
}
