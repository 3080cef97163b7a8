import { useRef } from "preact/hooks";
import { language } from "../../shell/language.ts";
import { BEGIN, type Machine, MINUTE, timeOf } from "./machine.ts";
import { text } from "./texts.ts";
import { chosen, double, drop, move, steps, timeline } from "./timeline.ts";

/** The events of an order, step by step. Entries are moved by dragging their handle, or by their buttons. */
export function Timeline({ machine }: { machine: Machine }) {
  const t = text();
  const spoken = language.value;
  const list = useRef<HTMLOListElement>(null);
  const items = timeline.value;
  const at = chosen.value ?? items.length - 1;

  /** The entry follows the pointer: it changes its place whenever the pointer is within another entry. */
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }, key: number) => {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const follow = ({ clientY }: PointerEvent) => {
      const entries = [...(list.current?.children ?? [])].map((entry) => entry.getBoundingClientRect());
      const to = entries.findIndex(({ top, bottom }) => clientY >= top && clientY < bottom);
      const from = timeline.value.findIndex((item) => item.key === key);
      if (to >= 0) move(from, to);
    };
    const stop = () => {
      handle.removeEventListener("pointermove", follow);
      handle.removeEventListener("pointerup", stop);
      handle.removeEventListener("pointercancel", stop);
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", stop);
    handle.addEventListener("pointercancel", stop);
  };

  if (items.length === 0) return <p class="minor">{t.empty}</p>;
  return (
    <ol class="timeline" ref={list}>
      {items.map(({ key, id, minute }, index) => {
        const happening = machine.happenings.find((one) => one.id === id);
        const what = `${happening?.name} ${happening?.text[spoken]}`;
        const step = steps.value[index];
        return (
          <li key={key} class={index === at ? "chosen" : undefined}>
            <button
              type="button"
              class="handle"
              aria-hidden="true"
              tabIndex={-1}
              title={t.drag(what)}
              onPointerDown={(event) => drag(event, key)}
            >
              ⠿
            </button>
            <button
              type="button"
              class="entry"
              aria-current={index === at ? "step" : undefined}
              onClick={() => (chosen.value = index)}
            >
              <span>
                <span class="code">{happening?.name}</span> {happening?.text[spoken]}
              </span>
              {machine.converges && <span class="minor">{t.happened(timeOf(BEGIN + minute * MINUTE))}</span>}
              {step && (
                <span class="minor">
                  <span class={`kind ${step.kind === "illegal" ? "bad" : step.tone}`}>{t.kinds[step.kind]}</span>{" "}
                  {step.outcome[spoken]}
                  {step.isConflict && ` · ${t.conflict}`}
                </span>
              )}
            </button>
            <span class="entry-buttons">
              <Small label={t.earlier(what)} isDisabled={index === 0} onClick={() => move(index, index - 1)} sign="↑" />
              <Small
                label={t.later(what)}
                isDisabled={index === items.length - 1}
                onClick={() => move(index, index + 1)}
                sign="↓"
              />
              <Small label={t.twice(what)} onClick={() => double(index)} sign="+" />
              <Small label={t.remove(what)} onClick={() => drop(index)} sign="✕" />
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Small({
  label,
  sign,
  onClick,
  isDisabled = false,
}: {
  label: string;
  sign: string;
  onClick: () => void;
  isDisabled?: boolean;
}) {
  return (
    <button type="button" class="quiet small" aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
