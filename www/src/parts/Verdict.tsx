import type { ComponentChildren } from "preact";

export type Tone = "good" | "bad" | "warn" | "calm";

/** The answer, in one glance. It is read out when it changes. */
export function Verdict({ tone, title, children }: { tone: Tone; title: ComponentChildren; children?: ComponentChildren }) {
  return (
    <div class={`verdict ${tone}`} role="status">
      <Sign tone={tone} />
      <div>
        <p class="verdict-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

const SIGNS: Record<Tone, string> = {
  good: "M4 10.5 8.2 15 16 5.5",
  bad: "M5 5l10 10M15 5 5 15",
  warn: "M10 4v8M10 15.4v.2",
  calm: "M10 5v.2M10 9v6.5",
};

const Sign = ({ tone }: { tone: Tone }) => (
  <svg class="sign" viewBox="0 0 20 20" width="22" height="22" aria-hidden="true">
    <path d={SIGNS[tone]} fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);
