// Focus goes into what opens, and back where it was when that closes.
import { useLayoutEffect, useRef } from "react";

// useReturn is a ref of what opens; open is falsy while it is closed, and
// changes when something else is shown in it.
export function useReturn(open, first) {
  const box = useRef(null);
  const before = useRef(null);
  useLayoutEffect(() => {
    if (open) {
      before.current ??= document.activeElement;
      box.current?.querySelector(first)?.focus({ preventScroll: true });
      return;
    }
    const back = before.current;
    before.current = null;
    // Whoever has gone elsewhere meanwhile stays there.
    if (back?.isConnected && (document.activeElement === document.body || box.current?.contains(document.activeElement))) back.focus({ preventScroll: true });
  }, [open, first]);
  return box;
}
