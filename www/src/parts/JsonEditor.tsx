import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";
import { highlighted, type Mark, tokenAt } from "./highlight.tsx";

interface JsonEditorProps {
  readonly label: ComponentChildren;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly marks?: readonly Mark[];
  readonly placeholder?: string;
  readonly textarea?: Ref<HTMLTextAreaElement>;
}

/** A plain textarea over the same content in colours, which gives it its height too. */
export function JsonEditor({ label, value, onValue, marks = [], placeholder, textarea }: JsonEditorProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="json-editor">
        <pre aria-hidden="true">{highlighted(value, marks)}</pre>
        <textarea
          id={id}
          ref={textarea}
          value={value}
          placeholder={placeholder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

/** Shows a place in the editor's content, and puts the cursor there. */
export function goTo(textarea: HTMLTextAreaElement, index: number): void {
  textarea.focus({ preventScroll: true });
  textarea.setSelectionRange(index, index);
  textarea.parentElement?.querySelector(`[data-at="${tokenAt(textarea.value, index)}"]`)?.scrollIntoView({ block: "nearest" });
}
