// Inputs, each by the browser's own control, with values in Slack's form.
import { useSettings } from "./settings.js";

// initial is what an element holds before anybody touches it.
export function initial(e) {
  switch (e.type) {
    case "static_select":
    case "radio_buttons": return { type: e.type, selected_option: e.initial_option ?? null };
    case "checkboxes":
    case "multi_static_select": return { type: e.type, selected_options: e.initial_options ?? [] };
    case "users_select": return { type: e.type, selected_user: e.initial_user ?? null };
    case "channels_select": return { type: e.type, selected_channel: e.initial_channel ?? null };
    case "conversations_select": return { type: e.type, selected_conversation: e.initial_conversation ?? null };
    case "datepicker": return { type: e.type, selected_date: e.initial_date ?? null };
    case "timepicker": return { type: e.type, selected_time: e.initial_time ?? null };
    default: return { type: e.type, value: e.initial_value ?? null };
  }
}

// textOf is a value as the workspace takes it. Of several marks it takes one.
export function textOf(v) {
  const held = v.selected_option ?? v.selected_options?.[0] ?? v.selected_user ?? v.selected_channel ?? v.selected_conversation ?? v.selected_date ?? v.selected_time ?? v.value;
  return held?.value ?? held ?? "";
}

// Choice draws one element; change is given its whole new value.
export function Choice({ id, element: e, label, labelledBy, describedBy, required, invalid, busy, value, change }) {
  const { users, channels } = useSettings();
  const common = {
    id, className: "input", disabled: busy, required, "aria-label": labelledBy ? undefined : label, "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined, autoFocus: e.focus_on_load || undefined, placeholder: e.placeholder?.text,
  };
  const named = (field) => ({ value: value[field] ?? "", onChange: (ev) => change({ ...value, [field]: ev.target.value || null }) });
  switch (e.type) {
    case "static_select":
      return <Options common={common} groups={e.option_groups ?? [{ options: e.options }]} chosen={value.selected_option} change={(o) => change({ ...value, selected_option: o })} />;
    case "users_select":
      return <Named common={common} list={users} {...named("selected_user")} />;
    case "channels_select":
      return <Named common={common} list={channels} {...named("selected_channel")} />;
    case "conversations_select":
      return <Named common={common} list={channels} {...named("selected_conversation")} />;
    case "radio_buttons":
      return <Marks kind="radio" id={id} e={e} labelledBy={labelledBy} label={label} chosen={value.selected_option ? [value.selected_option] : []} change={([o]) => change({ ...value, selected_option: o ?? null })} />;
    case "checkboxes":
    case "multi_static_select":
      return <Marks kind="checkbox" id={id} e={e} labelledBy={labelledBy} label={label} chosen={value.selected_options} change={(all) => change({ ...value, selected_options: all })} />;
    case "datepicker":
      return <input {...common} type="date" {...named("selected_date")} />;
    case "timepicker":
      return <input {...common} type="time" {...named("selected_time")} />;
    case "number_input":
      return <input {...common} type="number" step={e.is_decimal_allowed ? "any" : 1} min={e.min_value} max={e.max_value} {...named("value")} />;
    case "email_text_input":
    case "url_text_input":
      return <input {...common} type={e.type === "email_text_input" ? "email" : "url"} {...named("value")} />;
    case "plain_text_input":
      return e.multiline
        ? <textarea {...common} rows={4} maxLength={e.max_length} {...named("value")} />
        : <input {...common} type="text" autoComplete="off" maxLength={e.max_length} {...named("value")} />;
  }
  return <p className="quiet">[{e.type} cannot be filled in here]</p>;
}

function Options({ common, groups, chosen, change }) {
  const all = groups.flatMap((g) => g.options);
  const list = (options) => options.map((o) => <option key={o.value} value={o.value}>{o.text.text}</option>);
  return (
    <select {...common} placeholder={undefined} value={chosen?.value ?? ""} onChange={(ev) => change(all.find((o) => o.value === ev.target.value) ?? null)}>
      <option value="">{common.placeholder ?? "Choose"}</option>
      {groups.map((g, i) => (g.label ? <optgroup key={i} label={g.label.text}>{list(g.options)}</optgroup> : list(g.options)))}
    </select>
  );
}

function Named({ common, list, value, onChange }) {
  return (
    <select {...common} placeholder={undefined} value={value} onChange={onChange}>
      <option value="">{common.placeholder ?? "Choose"}</option>
      {list.map((o) => <option key={o.id} value={o.id}>{o.name}</option>)}
    </select>
  );
}

function Marks({ kind, id, e, labelledBy, label, chosen, change }) {
  const is = (o) => chosen.some((c) => c.value === o.value);
  const toggle = (o) => change(kind === "radio" ? [o] : is(o) ? chosen.filter((c) => c.value !== o.value) : [...chosen, o]);
  return (
    <div className="marks" role={kind === "radio" ? "radiogroup" : "group"} aria-labelledby={labelledBy} aria-label={labelledBy ? undefined : label}>
      {(e.options ?? []).map((o) => (
        <label key={o.value}><input type={kind} name={id ?? e.action_id} checked={is(o)} onChange={() => toggle(o)} /> <span>{o.text.text}{o.description && <small>{o.description.text}</small>}</span></label>
      ))}
    </div>
  );
}
