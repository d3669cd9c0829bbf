// What the server says, and what is said to it.
import { useSyncExternalStore } from "react";

// items are everything on the page by name: world, stage, view, home, m/..., log/...
let items = new Map();
let live = "connecting"; // connecting, live, lost
let snapshot = { items, live };
const listeners = new Set();
const arrivals = new Set();

function changed() {
  snapshot = { items, live };
  listeners.forEach((tell) => tell());
}

// listen opens the stream. EventSource comes back by itself; the first patch
// after that is a whole one.
export function listen() {
  const stream = new EventSource("/api/stream");
  stream.onmessage = (e) => {
    const patch = JSON.parse(e.data);
    const before = patch.whole ? new Map() : items;
    const next = new Map(before);
    for (const [key, value] of Object.entries(patch.set ?? {})) next.set(key, value);
    for (const key of patch.gone ?? []) next.delete(key);
    const old = items;
    items = next;
    live = "live";
    if (!patch.whole) arrivals.forEach((tell) => tell(Object.keys(patch.set ?? {}), old, next));
    changed();
  };
  stream.onerror = () => {
    live = "lost";
    changed();
  };
}

// onArrival tells of names that were set after the page opened.
export function onArrival(tell) {
  arrivals.add(tell);
  return () => arrivals.delete(tell);
}

export function useWire() {
  return useSyncExternalStore((tell) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  }, () => snapshot);
}

// ask posts to the page's own server. Its answer has an error, a sentence,
// where something went wrong.
export async function ask(what, body) {
  try {
    const response = await fetch(`/api/${what}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}), credentials: "same-origin",
    });
    return await response.json();
  } catch {
    return { error: "The demo does not answer. Is it still running in its terminal?" };
  }
}

export async function get(what) {
  const response = await fetch(`/api/${what}`, { credentials: "same-origin" });
  const answer = await response.json();
  if (answer.error) throw new Error(answer.error);
  return answer;
}
