// What is really true of each account beside what the bot says of it.
import { useCallback, useEffect, useState } from "react";
import { clock, longDay } from "./dates.js";
import { get } from "./wire.js";

const words = { pass: "pass", fail: "fail", unknown: "unknown", not_applicable: "n/a", manual: "by hand", "": "not yet" };
const shows = {
  all: { label: "All accounts", want: () => true },
  found: { label: "With something to find", want: (a) => a.cells.some((c) => c.bad) },
  unknown: { label: "Unknown to the bot", want: (a) => a.cells.some((c) => c.said === "unknown") },
  differ: { label: "Disagreements", want: (a) => a.cells.some((c) => c.match === "differs") },
};

export function Truth({ stamp, go }) {
  const [truth, setTruth] = useState(null);
  const [error, setError] = useState("");
  const [show, setShow] = useState("all");
  const load = useCallback(() => get("truth").then((t) => { setTruth(t); setError(""); }, (e) => setError(e.message)), []);
  useEffect(() => { load(); }, [load, stamp]);
  if (!truth) return <div className="scroll"><p className="empty" role="status">{error || "Looking…"}</p></div>;
  const listed = truth.accounts.filter(shows[show].want);
  return (
    <div className="scroll truth" tabIndex={0} role="region" aria-label="Truth and verdicts">
      <p className="lead">The emulated organization knows what is true; the bot sees only what AWS's API tells it. Here both stand side by side, as of {clock(new Date(truth.at))} on {longDay(new Date(truth.at))}.</p>
      <dl className="counts">
        <div><dt>agree</dt><dd>{truth.agree}</dd></div>
        <div><dt>unknown to the bot, and said so</dt><dd>{truth.unknown}</dd></div>
        <div className={truth.differ ? "bad" : ""}><dt>disagree</dt><dd>{truth.differ}</dd></div>
      </dl>
      {error && <p className="error" role="alert">{error}</p>}
      <h3>Planted costs</h3>
      <ul className="costs">
        {truth.costs.map((c) => (
          <li key={c.what} className={c.match}>
            <span className="mark" aria-hidden="true">{marks[c.match]}</span>
            <span><b>{c.account}</b> {c.what}<br /><span className="quiet">{c.said}</span>{c.ts && <> <button type="button" className="plainlink" onClick={() => go(c.channel, c.ts)}>See the alert</button></>}</span>
          </li>
        ))}
      </ul>
      <h3>Accounts</h3>
      <fieldset className="shows"><legend className="sr">Show</legend>
        {Object.entries(shows).map(([id, s]) => (
          <label key={id}><input type="radio" name="show" checked={show === id} onChange={() => setShow(id)} /> {s.label}</label>
        ))}
      </fieldset>
      <table className="verdicts">
        <caption className="sr">What is true of each account, and the bot's newest verdict for each check</caption>
        <thead><tr><th scope="col">Account</th>{truth.checks.map((c) => <th key={c.id} scope="col">{c.id}</th>)}</tr></thead>
        <tbody>{listed.map((a) => <Row key={a.id} a={a} checks={truth.checks} />)}</tbody>
      </table>
      {listed.length === 0 && <p className="empty">None.</p>}
    </div>
  );
}

const marks = { agrees: "✓", unknown: "?", differs: "≠", waiting: "…" };

function Row({ a, checks }) {
  return (
    <tr>
      <th scope="row"><b>{a.name}</b><code>{a.id}</code>{a.note && <span className="note">{a.note}</span>}</th>
      {a.cells.map((c, i) => (
        <td key={checks[i].id} data-check={checks[i].id} className={c.match}>
          <span className="true">{c.truth}</span>
          <span className={`said ${c.said}`} title={c.summary || undefined}><span aria-hidden="true">{{ pass: "✓", fail: "✗", unknown: "?" }[c.said] ?? "–"}</span> {words[c.said] ?? c.said}</span>
          {c.match === "differs" && <strong className="differs">disagrees</strong>}
        </td>
      ))}
    </tr>
  );
}
