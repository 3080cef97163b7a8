import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { text } from "./texts.ts";

interface FieldProps {
  readonly label: ComponentChildren;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly placeholder?: string;
  /** Rows of a field that has more than one line. */
  readonly rows?: number;
  readonly isCode?: boolean;
}

/** A string that somebody types. */
export function Field({ label, value, onValue, hint, placeholder, rows, isCode = true }: FieldProps) {
  const id = useId();
  const common = {
    id,
    value,
    placeholder,
    class: isCode ? "code" : undefined,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    onInput: (event: { currentTarget: { value: string } }) => onValue(event.currentTarget.value),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows === undefined ? <input type="text" {...common} /> : <textarea rows={rows} {...common} />}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** A secret: kept in memory alone, and hidden until somebody wants to see it. */
export function SecretField({ label, value, onValue, hint, placeholder }: FieldProps) {
  const id = useId();
  const [isShown, setShown] = useState(false);
  const t = text();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="with-button">
        <input
          id={id}
          // A password field would be offered to the browser's store of passwords.
          type="text"
          class={isShown ? "code" : "code concealed"}
          value={value}
          placeholder={placeholder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
        <button type="button" class="quiet" aria-controls={id} aria-pressed={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? t.hide : t.show}
        </button>
      </div>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** One of a few: groups keep their order. */
export function Choice<T extends string>({
  label,
  value,
  onValue,
  options,
}: {
  label: ComponentChildren;
  value: T;
  onValue: (value: T) => void;
  options: ReadonlyArray<{ readonly value: T; readonly text: string; readonly group?: string }>;
}) {
  const id = useId();
  const groups = Map.groupBy(options, ({ group }) => group ?? "");
  const shown = (list: typeof options) =>
    list.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text}
      </option>
    ));
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onValue(event.currentTarget.value as T)}>
        {[...groups].map(([group, list]) =>
          group === "" ? (
            shown(list)
          ) : (
            <optgroup key={group} label={group}>
              {shown(list)}
            </optgroup>
          ),
        )}
      </select>
    </div>
  );
}
