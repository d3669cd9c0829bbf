// Modals as the app opens, changes and pushes them: the topmost one is shown.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Blocks } from "./blocks.jsx";
import { initial, textOf } from "./inputs.jsx";
import { Cross } from "./icons.jsx";
import { useSettings } from "./settings.js";
import { ask } from "./wire.js";

export function Modal({ view, depth }) {
  const { complain } = useSettings();
  const box = useRef(null);
  const [busy, setBusy] = useState(false);
  const [values, setValues] = useState({});
  const at = useMemo(() => ({ view: view.id }), [view.id]);
  useLayoutEffect(() => {
    const before = document.activeElement, dialog = box.current;
    dialog.showModal();
    return () => {
      dialog.close(); // while it is open nothing else takes the focus
      if (before?.isConnected) before.focus?.();
    };
  }, []);
  useEffect(() => { if (view.errors) box.current.querySelector("[aria-invalid=true]")?.focus(); }, [view.errors]);
  const form = useMemo(() => ({
    errors: view.errors,
    value: (block, e) => values[block.block_id]?.[e.action_id],
    set: (block, e, v) => setValues((all) => ({ ...all, [block.block_id]: { ...all[block.block_id], [e.action_id]: v } })),
  }), [values, view.errors]);
  // What nobody touched is sent too, as it stood.
  const whole = () => {
    const all = {};
    for (const b of view.blocks) {
      for (const e of [b.type === "input" && b.element, b.accessory, ...(b.type === "actions" ? b.elements : [])]) {
        if (!e || ["button", "icon_button", "overflow", "image"].includes(e.type)) continue;
        all[e.action_id] = textOf(form.value(b, e) ?? initial(e));
      }
    }
    return all;
  };
  const submit = async (e) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    const { error } = await ask("submit", { view: view.id, values: whole() });
    setBusy(false);
    if (error) complain(error);
  };
  const close = async (all) => {
    const { error } = await ask("close", { view: view.id, all });
    if (error) complain(error);
  };
  return (
    <dialog ref={box} className="modal" aria-labelledby={`v${view.id}`} onCancel={(e) => { e.preventDefault(); close(false); }}>
      <form onSubmit={submit} noValidate>
        <header>
          <h2 id={`v${view.id}`}>{view.title?.text}</h2>
          <button type="button" className="plain" aria-label="Close" onClick={() => close(true)}><Cross /></button>
        </header>
        <div className="inside" tabIndex={0} role="region" aria-label={view.title?.text}><Blocks blocks={view.blocks} at={at} form={form} />{view.warning && <p className="error" role="alert">{view.warning}</p>}</div>
        <footer>
          <button type="button" className="press" onClick={() => close(false)}>{view.close?.text ?? (depth > 1 ? "Back" : view.submit ? "Cancel" : "Close")}</button>
          {view.submit && <button type="submit" className="press primary" aria-busy={busy || undefined}>{view.submit.text}</button>}
        </footer>
      </form>
    </dialog>
  );
}

export function AppHome({ home }) {
  const at = useMemo(() => ({ view: home?.id }), [home?.id]);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="App Home">
      <div className="messages home">
        {home ? <Blocks blocks={home.blocks} at={at} /> : <p className="empty">The app has not drawn its Home yet.</p>}
      </div>
    </div>
  );
}
