import { definitions, type FieldDefinition, values } from "../../library.ts";
import { language } from "../../shell/language.ts";
import { spoken, text } from "./texts.ts";

/** The field tables of a message and of the objects in it. */
export function Fields({ name }: { name: string }) {
  return objectsIn(name).map((object) => <Table key={object} name={object} isMessage={object === name} />);
}

function Table({ name, isMessage }: { name: string; isMessage: boolean }) {
  const t = text();
  const definition = definitions[name];
  if (definition === undefined || definition.fields.length === 0) return null;
  return (
    <section>
      <h3 class={isMessage ? undefined : "code"}>{isMessage ? spoken(definition.doc, language.value) : name}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div class="table-wrap fields" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.field}</th>
              <th scope="col">{t.type}</th>
              <th scope="col">{t.needed}</th>
              <th scope="col">{t.meaning}</th>
            </tr>
          </thead>
          <tbody>
            {definition.fields.map((field) => (
              <tr key={field.name}>
                <td class="code">{field.name}</td>
                <td>{typeOf(field)}</td>
                <td data-label={t.needed}>
                  {field.needed === "always" ? t.yes : field.needed === "onSuccess" ? t.onSuccess : t.no}
                </td>
                <td>
                  {spoken(field.doc, language.value)}
                  {field.type === "code" && <Values of={field.of} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Values({ of }: { of: string | undefined }) {
  const rows = Object.entries(values[of ?? ""] ?? {});
  return (
    <ul class="values">
      {rows.map(([value, doc]) => (
        <li key={value}>
          <span class="code">{value}</span> {spoken(doc, language.value)}
        </li>
      ))}
    </ul>
  );
}

export function typeOf({ type, list, maxItems, of, min, max }: FieldDefinition): string {
  const t = text();
  const name = type === "object" ? (of ?? "") : t.types[type];
  const bounds =
    type === "integer" && max !== undefined && max < 2 ** 31 - 1 ? ` ${min}–${max}` : type === "string" && max ? ` ≤ ${max}` : "";
  return `${list ? t.listOf : ""}${name}${bounds}${maxItems === undefined ? "" : ` ≤ ${maxItems}`}`;
}

/** The message, then the objects that it consists of, outermost first. */
function objectsIn(message: string): string[] {
  const found = [message];
  for (const name of found) {
    for (const { of, type } of definitions[name]?.fields ?? []) {
      if (type === "object" && of !== undefined && !found.includes(of)) found.push(of);
    }
  }
  return found;
}
