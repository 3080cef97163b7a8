import { useState } from "preact/hooks";
import { text } from "./texts.ts";

/** Copies a string, and says so for a second. */
export function CopyButton({ value, label }: { value: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const t = text();
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="quiet copy" onClick={copy}>
      <span aria-live="polite">{isCopied ? t.copied : (label ?? t.copy)}</span>
    </button>
  );
}
