import { CopyButton } from "./CopyButton.tsx";
import { highlighted, type Mark } from "./highlight.tsx";

/** A string to read and copy; marks are places in it. */
export function Code({ value, marks = [], json = false }: { value: string; marks?: readonly Mark[]; json?: boolean }) {
  return (
    <div class="code-view">
      <CopyButton value={value} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre tabIndex={0}>{json ? highlighted(value, marks) : value}</pre>
    </div>
  );
}
