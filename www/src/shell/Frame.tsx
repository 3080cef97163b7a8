import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language } from "./language.ts";
import { remember } from "./memory.ts";
import { text } from "./texts.ts";
import { chosenTheme, theme } from "./theme.ts";
import { addressOf, TOOLS, type ToolName, titles } from "./tools.ts";

interface FrameProps {
  readonly tool: ToolName;
  readonly summary: string;
  readonly children: ComponentChildren;
}

/** The frame around the tool on each page. */
export function Frame({ tool, summary, children }: FrameProps) {
  const t = text();
  const title = titles()[tool];
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · meituan-protocol`;
  }, [title]);
  return (
    <>
      {/* No link: the address may hold what the tool keeps there. */}
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <header class="shell-header">
        <a class="brand" href="./">
          <Mark />
          <span>
            meituan-protocol <small>{t.about}</small>
          </span>
        </a>
        <Switches />
      </header>
      <nav class="shell-nav" aria-label={t.tools}>
        {TOOLS.map((name) => (
          <a key={name} href={addressOf(name)} aria-current={name === tool ? "page" : undefined}>
            {titles()[name]}
          </a>
        ))}
      </nav>
      <main ref={main} tabIndex={-1} aria-labelledby="tool-title">
        <h1 id="tool-title">{title}</h1>
        <p class="summary">{summary}</p>
        {children}
      </main>
      <footer class="shell-footer">
        <Lock /> {t.promise}
      </footer>
    </>
  );
}

function Switches() {
  const t = text();
  const isDark = theme() === "dark";
  const turnTheme = () => {
    chosenTheme.value = isDark ? "light" : "dark";
    remember("theme", chosenTheme.value);
  };
  const turnLanguage = () => {
    language.value = language.value === "zh" ? "en" : "zh";
    remember("language", language.value);
  };
  return (
    <div class="switches">
      <button type="button" class="quiet" lang={language.value === "zh" ? "en" : "zh-CN"} onClick={turnLanguage}>
        {t.otherLanguage}
      </button>
      <button type="button" class="quiet" onClick={turnTheme}>
        {isDark ? t.toLight : t.toDark}
      </button>
    </div>
  );
}

const Mark = () => (
  <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="#ffc300" />
    <path d="M8 11h16M8 16h10M8 21h16" stroke="#20242c" stroke-width="3" stroke-linecap="round" />
  </svg>
);

const Lock = () => (
  <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" fill="currentColor">
    <path d="M4 7V5a4 4 0 0 1 8 0v2h1v8H3V7h1Zm2 0h4V5a2 2 0 1 0-4 0v2Z" />
  </svg>
);
