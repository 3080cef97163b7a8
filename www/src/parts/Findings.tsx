import { explain, type Finding } from "../library.ts";
import { language } from "../shell/language.ts";
import { indexOfByte, lineOf } from "./offsets.ts";
import { text } from "./texts.ts";

/** The findings in an input, the worst first, each with its place, its meaning and what to do about it. */
export function Findings({
  source,
  findings,
  onPlace,
}: {
  source: string;
  findings: readonly Finding[];
  onPlace?: (index: number) => void;
}) {
  const inOrder = findings.toSorted((a, b) => Number(b.refuses) - Number(a.refuses) || a.offset - b.offset);
  return (
    <ul class="findings">
      {inOrder.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same may be found twice
        <li key={index} class={finding.refuses ? "bad" : "warn"}>
          <One finding={finding} index={indexOfByte(source, finding.offset)} source={source} onPlace={onPlace} />
        </li>
      ))}
    </ul>
  );
}

function One({
  finding,
  index,
  source,
  onPlace,
}: {
  finding: Finding;
  index: number;
  source: string;
  onPlace: ((index: number) => void) | undefined;
}) {
  const t = text();
  const { meaning, hint, rule, points, detail } = explain(finding);
  const place = `${finding.path || "$"} · ${t.line(lineOf(source, index))}`;
  return (
    <>
      <p class="finding-head">
        <b>{finding.refuses ? t.refused : t.warning}</b>{" "}
        {onPlace ? (
          <button type="button" class="link code" onClick={() => onPlace(index)}>
            {place}
          </button>
        ) : (
          <span class="code">{place}</span>
        )}
        <span class="code-name">{finding.code}</span>
      </p>
      <p>
        {meaning[language.value]}
        {detail && (
          <>
            {language.value === "zh" ? "：" : ": "}
            <span class="code">{detail[language.value]}</span>
          </>
        )}
      </p>
      {rule && (
        <p class="minor">
          {t.rule} <span class="code">{finding.rule}</span> {rule.demand[language.value]} (
          {rule.basis === "documented" ? t.documented : t.inferred})
        </p>
      )}
      {points.map((point) => (
        <p class="minor point" key={point.id}>
          {t.acceptancePoint} <span class="code">{point.id}</span> {point.demand[language.value]} <cite>{point.section}</cite>
        </p>
      ))}
      <p class="minor">
        {t.hint}
        {language.value === "zh" ? "：" : ": "}
        {hint[language.value]}
      </p>
    </>
  );
}
