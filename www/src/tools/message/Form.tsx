// A form made from the field table. It writes into the message's JSON, which stays the only copy.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { definitions, type FieldDefinition, values } from "../../library.ts";
import { isObject, type Json, parseJson, printJson, Raw } from "../../parts/json.ts";
import { language } from "../../shell/language.ts";
import { single } from "./example.ts";
import { typeOf } from "./Fields.tsx";
import { spoken, text } from "./texts.ts";

export function Form({ name, value, onValue }: { name: string; value: string; onValue: (value: string) => void }) {
  const t = text();
  const message = value.trim() === "" ? {} : parseJson(value);
  if (!isObject(message)) return <p>{t.notJson}</p>;
  return <Fieldset of={name} value={message} onValue={(changed) => onValue(printJson(changed))} />;
}

interface Part<Value> {
  readonly value: Value;
  readonly onValue: (value: Value) => void;
}

function Fieldset({ of, value, onValue }: Part<{ [name: string]: Json }> & { of: string }) {
  const set = (name: string, field: Json | undefined) => {
    const { [name]: _, ...rest } = value;
    if (field === undefined) return onValue(rest);
    // A field that was there keeps its place.
    onValue(name in value ? { ...value, [name]: field } : { ...rest, [name]: field });
  };
  return (
    <div class="form-fields">
      {definitions[of]?.fields.map((field) => (
        <FormField key={field.name} field={field} value={value[field.name]} onValue={(changed) => set(field.name, changed)} />
      ))}
    </div>
  );
}

function FormField({ field, value, onValue }: Part<Json | undefined> & { field: FieldDefinition }) {
  const t = text();
  const label = (
    <>
      <span class="code">{field.name}</span>
      {field.needed === "always" && <abbr title={t.needed}>*</abbr>} <small>{typeOf(field)}</small>
    </>
  );
  if (field.list) {
    const items = Array.isArray(value) ? value : [];
    const replace = (index: number, item: Json | undefined) =>
      onValue(items.flatMap((old, at) => (at !== index ? [old] : item === undefined ? [] : [item])));
    return (
      <Group label={label} doc={field.doc}>
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no other identity
          <div class="form-item" key={index}>
            <One field={field} value={item} onValue={(changed) => replace(index, changed)} label={`${field.name} ${index + 1}`} />
            <button
              type="button"
              class="quiet"
              aria-label={`${t.remove} ${field.name} ${index + 1}`}
              onClick={() => replace(index, undefined)}
            >
              {t.remove}
            </button>
          </div>
        ))}
        <button type="button" class="quiet" aria-label={`${t.add} ${field.name}`} onClick={() => onValue([...items, first(field)])}>
          {t.add}
        </button>
      </Group>
    );
  }
  if (field.type === "object") {
    return (
      <Group label={label} doc={field.doc}>
        {value === undefined ? (
          <button type="button" class="quiet" aria-label={`${t.add} ${field.name}`} onClick={() => onValue(first(field))}>
            {t.add}
          </button>
        ) : (
          <One field={field} value={value} onValue={onValue} label={field.name} />
        )}
      </Group>
    );
  }
  return <Simple field={field} value={value} onValue={onValue} label={label} />;
}

const Group = ({ label, doc, children }: { label: ComponentChildren; doc: string; children: ComponentChildren }) => (
  <fieldset>
    <legend>{label}</legend>
    {doc && <p class="hint">{spoken(doc, language.value)}</p>}
    {children}
  </fieldset>
);

/** The value to add: an object to be filled, or the example's value. */
const first = (field: FieldDefinition): Json => (field.type === "object" ? {} : jsonOf(single(field)));

const jsonOf = (value: unknown): Json => parseJson(JSON.stringify(value)) ?? null;

function One({ field, value, onValue, label }: Part<Json> & { field: FieldDefinition; label: string }) {
  if (field.type === "object") return <Fieldset of={field.of ?? ""} value={isObject(value) ? value : {}} onValue={onValue} />;
  return <Simple field={field} value={value} onValue={(changed) => onValue(changed ?? "")} label={label} />;
}

function Simple({ field, value, onValue, label }: Part<Json | undefined> & { field: FieldDefinition; label: ComponentChildren }) {
  const id = useId();
  const written = textOf(value);
  const choices = field.type === "code" ? values[field.of ?? ""] : field.type === "flag" ? { true: "", false: "" } : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {choices === undefined ? (
        <input
          id={id}
          class="code"
          value={written}
          autocomplete="off"
          onInput={(event) => onValue(jsonFor(field, event.currentTarget.value))}
        />
      ) : (
        <select id={id} value={written} onChange={(event) => onValue(jsonFor(field, event.currentTarget.value))}>
          <option value="" />
          {Object.entries(choices).map(([choice, doc]) => (
            <option key={choice} value={choice}>
              {choice} {spoken(doc, language.value)}
            </option>
          ))}
          {written !== "" && !(written in choices) && <option value={written}>{written}</option>}
        </select>
      )}
      {field.doc && <p class="hint">{spoken(field.doc, language.value)}</p>}
    </div>
  );
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return value instanceof Raw ? value.text : JSON.stringify(value);
}

/** The typed value, as JSON: a number where the field is one and it looks like one. Nothing typed is no field. */
function jsonFor({ type }: FieldDefinition, written: string): Json | undefined {
  if (written === "") return undefined;
  if (type === "string" || type === "date" || type === "wallClock") return written;
  return parseJson(written) ?? written;
}
