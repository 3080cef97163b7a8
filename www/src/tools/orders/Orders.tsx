import { useMemo } from "preact/hooks";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { Choice } from "../../parts/Field.tsx";
import { Verdict } from "../../parts/Verdict.tsx";
import { language } from "../../shell/language.ts";
import type { Entry, Machine, Step } from "./machine.ts";
import "./orders.css";
import { Picture } from "./Picture.tsx";
import { Timeline } from "./Timeline.tsx";
import { text } from "./texts.ts";
import { add, begin, choose, chosen, MACHINES, machine, preview, shuffle, shuffled, steps, timeline } from "./timeline.ts";

export default function Orders() {
  const t = text();
  const spoken = language.value;
  const of = machine.value;
  const at = Math.min(chosen.value ?? Number.POSITIVE_INFINITY, steps.value.length - 1);
  const [step, previous] = [steps.value[at], steps.value[at - 1]];
  const state = step?.state ?? of.start;
  const name = nameOf(of, state)[spoken];
  const isLast = at === steps.value.length - 1;
  const next = isLast ? of.next?.(timeline.value) : undefined;
  return (
    <div class="orders">
      <div class="row">
        <Choice label={t.api} value={of.id} onValue={choose} options={MACHINES.map(({ id }) => ({ value: id, text: t[id] }))} />
        <fieldset class="examples">
          <legend>{t.examples}</legend>
          <div class="row">
            {of.examples.map(({ text, ids }) => (
              <button key={text.en} type="button" class="quiet" onClick={() => begin(ids)}>
                {text[spoken]}
              </button>
            ))}
          </div>
        </fieldset>
      </div>
      <div class="panel picture-panel">
        <div class="now">
          <Verdict tone={step === undefined ? "calm" : step.tone} title={isLast ? t.isNow(name) : t.wasThen(name, at + 1)}>
            {step && <p>{step.outcome[spoken]}</p>}
            {step?.counts && <p class="counts">{step.counts[spoken]}</p>}
            {step?.conflicts.map(({ id, text }) => (
              <p key={id} class="conflict">
                <b>{t.conflict}</b> <span class="code">{id}</span> {text?.[spoken]}
              </p>
            ))}
            {of.next && isLast && (
              <p>
                <b>{t.nextAction}</b> {next?.[spoken] ?? t.nothingNext}
              </p>
            )}
          </Verdict>
        </div>
        <Picture machine={of} state={state} before={step === undefined ? undefined : (previous?.state ?? of.start)} />
        <List machine={of} />
      </div>
      <div class="columns events">
        <div class="panel">
          <h2>{t.happens}</h2>
          <p class="minor">{t.happensHint}</p>
          <Palette machine={of} />
        </div>
        <div>
          <div class="panel">
            <div class="panel-head">
              <h2>{t.timeline}</h2>
              <div class="row">
                <button type="button" class="quiet" disabled={timeline.value.length < 2} onClick={shuffle}>
                  {t.shuffle}
                </button>
                <button type="button" class="quiet" disabled={timeline.value.length === 0} onClick={() => begin([])}>
                  {t.clear}
                </button>
                <CopyButton label={t.link} value={location.href} />
              </div>
            </div>
            <Timeline machine={of} />
          </div>
          {of.converges && <Convergence machine={of} list={timeline.value} />}
          {step && (
            <details class="panel">
              <summary>{t.whole}</summary>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
              <pre class="stored" tabIndex={0}>
                {JSON.stringify(step.order ?? null, null, 2)}
              </pre>
            </details>
          )}
        </div>
      </div>
    </div>
  );
}

const nameOf = ({ states }: Machine, id: string) => states.find((state) => state.id === id)?.name ?? { en: id, zh: id };

/** Events that may happen, each with the result that it would have now. */
function Palette({ machine }: { machine: Machine }) {
  const spoken = language.value;
  return (
    <>
      {machine.groups.map((group, index) => (
        <details key={group.id} class="group" open={index === 0 || machine.id === "ticket"}>
          <summary>{group.text[spoken]}</summary>
          <ul class="palette">
            {machine.happenings
              .filter((happening) => happening.group === group.id)
              .map(({ id, name, text }) => (
                <li key={id}>
                  <button type="button" class="quiet happening" data-happening={id} onClick={() => add(id)}>
                    <span class="code">{name}</span> {text[spoken]}
                  </button>
                  <Outcome machine={machine} step={preview.value.get(id)} />
                </li>
              ))}
          </ul>
        </details>
      ))}
    </>
  );
}

function Outcome({ machine, step }: { machine: Machine; step: Step | undefined }) {
  const spoken = language.value;
  const now = steps.value.at(-1)?.state ?? machine.start;
  if (step === undefined) return null;
  const moved = step.state === now ? "" : ` → ${nameOf(machine, step.state)[spoken]}`;
  return (
    <span class={`outcome ${step.tone}`}>
      {step.outcome[spoken]}
      {moved}
      {step.isConflict && ` · ${text().conflict}`}
    </span>
  );
}

const ROUNDS = 40;

/** Facts that are lost, doubled and reordered must come to the same. Here they are, before the reader's eyes. */
function Convergence({ machine, list }: { machine: Machine; list: readonly Entry[] }) {
  const t = text();
  const result = useMemo(() => {
    const own = new Set(machine.happenings.filter(({ group }) => group === "own").map(({ id }) => id));
    const facts = list.filter(({ id }) => !own.has(id));
    const end = (told: readonly Entry[]) => machine.tell(told).at(-1)?.state ?? machine.start;
    const expected = end(facts);
    const others = Array.from({ length: ROUNDS }, () => end(shuffled([...facts, ...facts.filter(() => Math.random() < 0.5)])));
    return { count: facts.length, expected, different: others.filter((state) => state !== expected).length };
  }, [machine, list]);
  if (result.count < 2) return null;
  const name = nameOf(machine, result.expected)[language.value];
  return (
    <div class="converges">
      <Verdict
        tone={result.different === 0 ? "good" : "bad"}
        title={result.different === 0 ? t.converged(ROUNDS, name) : t.differs(result.different, ROUNDS)}
      >
        <p class="minor">{t.convergedHint}</p>
      </Verdict>
    </div>
  );
}

/** The picture in words, for whom a picture says nothing. */
function List({ machine }: { machine: Machine }) {
  const t = text();
  const spoken = language.value;
  const targets = Map.groupBy(machine.moves, ({ from }) => from);
  return (
    <details>
      <summary>{t.table}</summary>
      <div class="table-wrap">
        <table>
          <thead>
            <tr>
              <th scope="col">{t.from}</th>
              <th scope="col">{t.to}</th>
            </tr>
          </thead>
          <tbody>
            {[...targets].map(([from, moves]) => (
              <tr key={from}>
                <th scope="row">{nameOf(machine, from)[spoken]}</th>
                <td>{[...new Set(moves.map(({ to }) => nameOf(machine, to)[spoken]))].join(spoken === "zh" ? "、" : ", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
