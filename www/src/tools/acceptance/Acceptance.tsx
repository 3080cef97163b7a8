import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { testing } from "../../library.ts";
import { Code } from "../../parts/Code.tsx";
import { Failed, Guard } from "../../parts/Guard.tsx";
import { type Tone, Verdict } from "../../parts/Verdict.tsx";
import { language } from "../../shell/language.ts";
import "./acceptance.css";
import { text } from "./texts.ts";
import { BUILT_IN, type Recording, read } from "./trace.ts";

type Point = testing.PointReport;
type Report = ReturnType<typeof testing.checkTrace>;

export default function Acceptance() {
  const t = text();
  const [loaded, setLoaded] = useState<ReturnType<typeof read>>();
  const [isStrict, setStrict] = useState(false);
  const [error, setError] = useState<unknown>();
  const [name, setName] = useState("");
  const load = async (file: File | undefined) => {
    if (file === undefined) return;
    setName(file.name);
    try {
      setLoaded(read(await file.text()));
      setError(undefined);
    } catch (error) {
      // A folder was dropped, or the file has gone.
      setLoaded(undefined);
      setError(error);
    }
  };
  const begin = (text: string) => {
    setName("");
    setError(undefined);
    setLoaded(read(text));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a way more; the field does the same
    <div
      class="acceptance"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        load(event.dataTransfer?.files[0]);
      }}
    >
      <div class="panel">
        <div class="row">
          <div class="field">
            <label for="recording">{t.file}</label>
            <div class="chosen-file">
              <span class="button">{t.choose}</span>
              <span class="minor">{name}</span>
              <input
                id="recording"
                type="file"
                accept=".json,application/json"
                onChange={(event) => load(event.currentTarget.files?.[0])}
              />
            </div>
            <p class="hint">{t.drop}</p>
          </div>
          <div class="built-in">
            <button type="button" class="quiet" onClick={() => begin(BUILT_IN.good)}>
              {t.good}
            </button>
            <button type="button" class="quiet" onClick={() => begin(BUILT_IN.bad)}>
              {t.bad}
            </button>
          </div>
        </div>
        <label class="strict">
          <input type="checkbox" checked={isStrict} onChange={(event) => setStrict(event.currentTarget.checked)} /> {t.strict}
        </label>
      </div>
      {error !== undefined && <Failed error={error} />}
      {loaded === undefined && error === undefined && <Verdict tone="calm" title={t.waiting} />}
      {loaded && "wrong" in loaded && (
        <Verdict tone="bad" title={t.broken}>
          <p>{loaded.wrong.text(language.value)}</p>
        </Verdict>
      )}
      {loaded && "exchanges" in loaded && (
        <Guard>
          <Walk key={loaded.id} recording={loaded} isStrict={isStrict} />
        </Guard>
      )}
    </div>
  );
}

function Walk({ recording, isStrict }: { recording: Recording; isStrict: boolean }) {
  const t = text();
  const [at, setAt] = useState(0);
  const { exchanges } = recording;
  const whole = useMemo(() => judged(recording, exchanges.length, isStrict), [recording, exchanges.length, isStrict]);
  const before = useMemo(() => judged(recording, at, isStrict), [recording, at, isStrict]);
  const after = useMemo(() => judged(recording, at + 1, isStrict), [recording, at, isStrict]);
  const exchange = exchanges[at];
  const go = (to: number) => setAt(Math.max(0, Math.min(exchanges.length - 1, to)));
  const section = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => reveal(list.current, at), [at]);
  /** From a finding, which is below: the exchange is shown. */
  const lead = (to: number) => {
    go(to);
    section.current?.focus({ preventScroll: true });
    section.current?.scrollIntoView({ block: "start" });
  };
  return (
    <>
      <Summary report={whole} isEmpty={exchanges.length === 0} />
      {exchange && (
        <section class="panel" ref={section} tabIndex={-1}>
          <div class="panel-head">
            <h2>{t.walk}</h2>
            <div class="row">
              <button type="button" class="quiet" disabled={at === 0} onClick={() => go(at - 1)}>
                {t.previous}
              </button>
              <button type="button" disabled={at === exchanges.length - 1} onClick={() => go(at + 1)}>
                {t.next}
              </button>
            </div>
          </div>
          <ol class="exchanges" aria-label={t.walk} ref={list}>
            {exchanges.map(({ call, code, toSupplier }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an exchange is its place in the recording
              <li key={index}>
                <button
                  type="button"
                  class={`exchange ${toneAt(whole, index)}`}
                  aria-current={index === at ? "step" : undefined}
                  title={`${call} ${code}`}
                  onClick={() => go(index)}
                >
                  <span class="number">{index + 1}</span>
                  <span class="code">
                    {toSupplier ? "" : "↗ "}
                    {call}
                  </span>
                  <span class="code">{code}</span>
                </button>
              </li>
            ))}
          </ol>
          <div role="status">
            <h3>
              {t.step(at + 1, exchanges.length)}: <span class="code">{exchange.call}</span> ·{" "}
              {exchange.toSupplier ? t.toSupplier : t.toMeituan} · {clock(exchange.at)}
            </h3>
            <Changes before={before} after={after} />
            <Found report={whole} at={at} />
          </div>
          <div class="columns">
            <div>
              <h3>{t.request}</h3>
              <Code value={exchange.request} json />
            </div>
            <div>
              <h3>{t.response}</h3>
              {exchange.response === "" ? <p>{t.noResponse}</p> : <Code value={exchange.response} json />}
            </div>
          </div>
        </section>
      )}
      <section class="panel">
        <h2>{t.points}</h2>
        <ul class="points">
          {whole.points.toSorted(worstFirst).map((point) => (
            <One key={point.id} point={point} onExchange={lead} />
          ))}
        </ul>
      </section>
    </>
  );
}

/** Scrolls a list sideways, and nothing else. */
function reveal(list: HTMLElement | null, at: number): void {
  const one = list?.children[at];
  if (list && one instanceof HTMLElement) list.scrollLeft = one.offsetLeft - list.clientWidth / 3;
}

const judged = (recording: Recording, count: number, strict: boolean) => testing.checkTrace(recording.upTo(count), { strict });

const TONES = { failed: "bad", unchecked: "warn", passed: "good", notExercised: "calm" } as const satisfies Record<string, Tone>;
const ORDER = Object.keys(TONES);
const worstFirst = (one: Point, other: Point) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict);
const count = ({ points }: Report, verdict: Point["verdict"]) => points.filter((point) => point.verdict === verdict).length;

function Summary({ report, isEmpty }: { report: Report; isEmpty: boolean }) {
  const t = text();
  const [failed, passed, unchecked] = [count(report, "failed"), count(report, "passed"), count(report, "unchecked")];
  const title = failed > 0 ? t.someFailed(failed) : passed === 0 ? t.nothing : t.allPassed(passed);
  return (
    <Verdict tone={failed > 0 ? "bad" : passed === 0 || unchecked > 0 ? "warn" : "good"} title={title}>
      {isEmpty && <p>{t.empty}</p>}
      <p>{t.rest(passed, count(report, "notExercised"), unchecked)}</p>
    </Verdict>
  );
}

/** The worst that was found in an exchange. */
function toneAt({ points }: Report, index: number): Tone {
  const effects = points.flatMap(({ findings }) =>
    findings.filter(({ exchange }) => exchange === index).map(({ effect }) => effect),
  );
  return effects.includes("fails") ? "bad" : effects.includes("warns") ? "warn" : "calm";
}

/** The points whose verdict differs after this exchange. */
function Changes({ before, after }: { before: Report; after: Report }) {
  const t = text();
  const was = new Map(before.points.map((point) => [point.id, point.verdict]));
  const changed = after.points.filter(({ id, verdict }) => was.get(id) !== verdict);
  return (
    <>
      <h3>{t.changes}</h3>
      {changed.length === 0 && <p class="minor">{t.noChanges}</p>}
      <ul class="points">
        {changed.map((point) => (
          <li key={point.id} class={TONES[point.verdict]}>
            <PointHead point={point} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Found({ report, at }: { report: Report; at: number }) {
  const t = text();
  const found = report.points.flatMap((point) =>
    point.findings.filter(({ exchange }) => exchange === at).map((finding) => ({ point, finding })),
  );
  if (found.length === 0) return null;
  return (
    <>
      <h3>{t.found}</h3>
      <ul class="points">
        {found.map(({ point, finding }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: findings have no other identity
          <li key={index} class={finding.effect === "fails" ? "bad" : "warn"}>
            <PointHead point={point} />
            <Finding finding={finding} />
          </li>
        ))}
      </ul>
    </>
  );
}

function One({ point, onExchange }: { point: Point; onExchange: (index: number) => void }) {
  const t = text();
  return (
    <li class={TONES[point.verdict]} data-point={point.id}>
      <PointHead point={point} />
      {point.shown > 0 && <p class="minor">{t.shownBy(point.shown)}</p>}
      {point.findings.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: findings have no other identity
        <Finding key={index} finding={finding} onExchange={onExchange} />
      ))}
    </li>
  );
}

function PointHead({ point }: { point: Point }) {
  const t = text();
  return (
    <>
      <p class="finding-head">
        <b>{t.verdicts[point.verdict]}</b> <cite lang="zh-CN">{point.section}</cite>
        <span class="code-name">{point.id}</span>
      </p>
      <p>
        {point.text[language.value]}
        {point.basis === "inferred" && <small> ({t.inferred})</small>}
      </p>
    </>
  );
}

function Finding({ finding, onExchange }: { finding: testing.PointFinding; onExchange?: (index: number) => void }) {
  const t = text();
  const { effect, exchange, path, rule, code } = finding;
  const detail = language.value === "zh" ? finding.detailZh : finding.detail;
  return (
    <p class="minor">
      <b>{t.effects[effect]}</b>{" "}
      {exchange !== undefined && onExchange && (
        <button type="button" class="link" onClick={() => onExchange(exchange)}>
          {t.exchange(exchange + 1)}
        </button>
      )}{" "}
      {path && <span class="code">{path}</span>} {code && <span class="code">{code}</span>}{" "}
      {rule && (
        <>
          {t.rule} <span class="code">{rule}</span>
        </>
      )}{" "}
      {detail && <span>{detail}</span>}
    </p>
  );
}

/** Day and time in UTC+8. */
const clock = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");
