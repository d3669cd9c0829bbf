// The hands behind the stage: the day, the faults, and what came of them.
import { clock } from "./dates.js";
import { ask } from "./wire.js";
import { useSettings } from "./settings.js";

export function Stage({ stage, log }) {
  const { complain } = useSettings();
  const groups = [...new Set(stage.controls.map((c) => c.group))];
  const run = async (id) => {
    const { error } = await ask("control", { id });
    if (error) complain(error);
  };
  return (
    <div className="scroll stage" tabIndex={0} role="region" aria-label="Controls of the demo">
      {groups.map((group) => (
        <section key={group}>
          <h3>{group}</h3>
          {stage.controls.filter((c) => c.group === group).map((c) => (
            <div className="hand" key={c.id}>
              <button type="button" className={`press${c.group === "Faults" ? " fault" : ""}`} aria-describedby={`hand-${c.id}`} aria-busy={stage.busy === c.id || undefined}
                aria-disabled={stage.busy ? true : undefined} onClick={() => !stage.busy && run(c.id)}>{c.label}</button>
              <p id={`hand-${c.id}`}>{c.will}</p>
            </div>
          ))}
        </section>
      ))}
      <section>
        <h3 id="happened">What happened</h3>
        <ol className="log" aria-labelledby="happened">
          {log.map((l) => <li key={l.n} className={l.kind}><time>{clock(new Date(l.at))}</time> {l.text}</li>)}
        </ol>
        {log.length === 0 && <p className="quiet">Nothing yet.</p>}
      </section>
    </div>
  );
}
