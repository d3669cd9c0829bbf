// What can be pressed or filled in. Names and values are the app's own; they
// are text here and never markup.
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { ask } from "./wire.js";
import { Dots } from "./icons.jsx";
import { Choice, initial, textOf } from "./inputs.jsx";
import { useSettings } from "./settings.js";

const pressed = ["button", "overflow", "static_select", "users_select", "channels_select", "conversations_select", "checkboxes", "radio_buttons", "datepicker", "timepicker", "icon_button", "multi_static_select"];
export const canPress = (element) => element !== undefined && pressed.includes(element.type);

// usePress sends one press and says while it is under way.
function usePress(at, element) {
  const [busy, setBusy] = useState(false);
  const { complain } = useSettings();
  const alive = useRef(true);
  useEffect(() => () => { alive.current = false; }, []);
  const press = async (value) => {
    if (busy && value.choice === undefined) return; // a double click is one press
    setBusy(true);
    const { error } = await ask("press", { ...at, action_id: element.action_id ?? "", ...value });
    if (error) complain(error);
    if (alive.current) setBusy(false);
  };
  return [busy, press];
}

// Control is one element of an actions block, or an accessory.
export function Control({ element, block, at, form }) {
  const [busy, press] = usePress(at, element);
  const [asking, setAsking] = useState(null);
  const go = (value) => (element.confirm ? setAsking({ value }) : press(value));
  return (
    <>
      <Shape element={element} busy={busy} go={go} form={form} block={block} />
      {asking && <Confirm words={element.confirm} yes={() => { setAsking(null); press(asking.value); }} no={() => setAsking(null)} />}
    </>
  );
}

function Shape({ element, busy, go, form, block }) {
  switch (element.type) {
    case "button":
    case "icon_button":
      return <Button element={element} busy={busy} go={go} />;
    case "overflow":
      return <Overflow element={element} busy={busy} go={go} />;
    default:
      return canPress(element)
        ? <Choice element={element} label={element.placeholder?.text ?? "Choose"} value={form?.value(block, element) ?? initial(element)} busy={busy}
            change={(value) => { form?.set(block, element, value); go({ choice: textOf(value) }); }} />
        : <span className="quiet">[{element.type}]</span>;
  }
}

function Button({ element, busy, go }) {
  const style = `press ${element.style ?? ""}`;
  const shared = { className: style, "aria-label": element.accessibility_label, "aria-busy": busy || undefined };
  if (element.url && /^https?:/i.test(element.url)) {
    return <a {...shared} href={element.url} target="_blank" rel="noopener noreferrer" onClick={() => go({})}>{element.text.text}</a>;
  }
  return <button {...shared} type="button" aria-disabled={busy || undefined} onClick={() => go({})}>{element.text.text}</button>;
}

function Overflow({ element, busy, go }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const id = useId();
  useLayoutEffect(() => { // before the next key
    if (!open) return undefined;
    box.current.querySelector("[role=menuitem]")?.focus();
    const outside = (e) => !box.current?.contains(e.target) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => { setOpen(false); box.current?.querySelector("button").focus(); };
  const keys = (e) => {
    const all = [...box.current.querySelectorAll("[role=menuitem]")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step && open) {
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
      e.preventDefault();
    } else if (step) {
      setOpen(true);
      e.preventDefault();
    } else if (e.key === "Escape" && open) {
      close();
      e.stopPropagation();
      e.preventDefault();
    } else if (e.key === "Tab") setOpen(false);
  };
  return (
    <div className="overflow" ref={box} onKeyDown={keys}>
      <button type="button" className="press dots" aria-haspopup="menu" aria-expanded={open} aria-controls={id} aria-label="More actions" aria-busy={busy || undefined} onClick={() => setOpen(!open)}><Dots /></button>
      {open && (
        <div className="menu" role="menu" id={id} aria-label="More actions">
          {element.options.map((o) => (
            <button key={o.value} type="button" role="menuitem" tabIndex={-1} onClick={() => { close(); go({ choice: o.value }); }}>
              {o.text.text}{o.description && <small>{o.description.text}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function Confirm({ words, yes, no }) {
  const box = useRef(null);
  useEffect(() => box.current.showModal(), []);
  return (
    <dialog ref={box} className="modal small" aria-label={words.title.text} onCancel={(e) => { e.preventDefault(); no(); }}>
      <h2>{words.title.text}</h2>
      <p className="pad">{words.text.text}</p>
      <footer>
        <button type="button" className="press" onClick={no}>{words.deny.text}</button>
        <button type="button" className={`press ${words.style ?? "primary"}`} onClick={yes}>{words.confirm.text}</button>
      </footer>
    </dialog>
  );
}

// Field is an input block with its label, hint and error.
export function Field({ block, at, form }) {
  const id = useId();
  const { element } = block;
  const [, press] = usePress(at, element);
  const error = form?.errors?.[block.block_id];
  const value = form?.value(block, element) ?? initial(element);
  const group = ["checkboxes", "radio_buttons", "multi_static_select"].includes(element.type);
  const Label = group ? "p" : "label";
  return (
    <div className="field">
      <Label className="label" id={`${id}l`} {...(group ? {} : { htmlFor: id })}>{block.label.text}{block.optional && <span className="quiet"> (optional)</span>}</Label>
      <Choice id={id} element={element} labelledBy={`${id}l`} required={!block.optional} value={value}
        describedBy={[block.hint && `${id}h`, error && `${id}e`].filter(Boolean).join(" ") || undefined} invalid={Boolean(error)}
        change={(v) => { form?.set(block, element, v); if (block.dispatch_action) press({ choice: textOf(v) }); }} />
      {error && <p className="error" id={`${id}e`}>{error}</p>}
      {block.hint && <p className="hint" id={`${id}h`}>{block.hint.text}</p>}
    </div>
  );
}
