import { useMemo, useRef, useState } from "preact/hooks";
import { checkMessage, definitions, type Finding, MESSAGES, type MessageName } from "../../library.ts";
import { Choice, Field } from "../../parts/Field.tsx";
import { Findings } from "../../parts/Findings.tsx";
import { Failed, Guard } from "../../parts/Guard.tsx";
import { goTo, JsonEditor } from "../../parts/JsonEditor.tsx";
import { parseJson, printJson } from "../../parts/json.ts";
import { indexOfByte } from "../../parts/offsets.ts";
import { Tabs } from "../../parts/Tabs.tsx";
import { Verdict } from "../../parts/Verdict.tsx";
import { language } from "../../shell/language.ts";
import { exampleOf } from "./example.ts";
import { Fields } from "./Fields.tsx";
import { Form } from "./Form.tsx";
import { guess } from "./guess.ts";
import { SignedRequest } from "./SignedRequest.tsx";
import { spoken, text } from "./texts.ts";

export default function Message() {
  const t = text();
  const [value, setValue] = useState("");
  const [chosen, setChosen] = useState<MessageName | "">("");
  const [quantity, setQuantity] = useState("");
  const editor = useRef<HTMLTextAreaElement>(null);
  const guessed = useMemo(() => guess(value), [value]);
  const isNamed = chosen !== "" || guessed !== undefined;
  const name = chosen || guessed || "ticket.orderPay.response";
  const { issues, error } = useMemo(() => {
    try {
      return { issues: value.trim() === "" ? undefined : issuesOf(name, value, quantity, isNamed), error: undefined };
    } catch (error) {
      return { issues: undefined, error };
    }
  }, [name, value, quantity, isNamed]);
  const format = () => {
    const json = parseJson(value);
    if (json !== undefined) setValue(printJson(json));
  };
  const marks = (issues ?? []).map(({ offset, refuses }) => ({ index: indexOfByte(value, offset), isBad: refuses }));
  return (
    <div class="columns">
      <div class="panel">
        <Choice
          label={t.message}
          value={chosen}
          onValue={setChosen}
          options={[{ value: "" as const, text: chosen || !guessed ? t.guess : t.guessedAs(guessed) }, ...MESSAGES.map(option)]}
        />
        {!chosen && guessed && <p class="hint below-field">{t.guessed}</p>}
        <JsonEditor label={t.paste} value={value} onValue={setValue} marks={marks} placeholder={t.placeholder} textarea={editor} />
        <div class="row below-field">
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setChosen(name);
              setValue(exampleOf(name));
            }}
          >
            {t.example}
          </button>
          <button type="button" class="quiet" onClick={format}>
            {t.format}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setChosen("");
              setValue("");
            }}
          >
            {t.clear}
          </button>
        </div>
        {name.startsWith("ticket.orderPay") && (
          <Field label={t.quantity} value={quantity} onValue={setQuantity} hint={t.quantityHint} />
        )}
      </div>
      <div>
        {error !== undefined && <Failed error={error} />}
        {issues === undefined && error === undefined && <Verdict tone="calm" title={t.waiting} />}
        <Guard>
          {issues && (
            <Answer
              name={isNamed ? name : undefined}
              refusing={issues.filter(({ refuses }) => refuses).length}
              all={issues.length}
            />
          )}
          {issues && (
            <Findings source={value} findings={issues} onPlace={(index) => editor.current && goTo(editor.current, index)} />
          )}
        </Guard>
        <Guard>
          <div class="panel">
            <Tabs
              label={t.views}
              tabs={[
                { id: "fields", title: t.fields, content: <Fields name={name} /> },
                { id: "form", title: t.form, content: <Form name={name} value={value} onValue={setValue} /> },
                { id: "request", title: t.request, content: <SignedRequest name={name} value={value} /> },
              ]}
            />
          </div>
        </Guard>
      </div>
    </div>
  );
}

/** The faults of an input. If its message is not known, the faults are those for any message. */
function issuesOf(name: MessageName, value: string, quantity: string, isNamed: boolean): readonly Finding[] {
  const { issues } = checkMessage(name, value, { quantity: /^\d+$/.test(quantity) ? Number(quantity) : undefined });
  return isNamed ? issues : issues.filter(({ path }) => path === "");
}

function Answer({ name, refusing, all }: { name: MessageName | undefined; refusing: number; all: number }) {
  const t = text();
  if (name === undefined && all === 0) {
    return (
      <Verdict tone="warn" title={t.unknown}>
        <p>{t.unknownMore}</p>
      </Verdict>
    );
  }
  const tone = refusing > 0 ? "bad" : all > 0 ? "warn" : "good";
  return (
    <Verdict tone={tone} title={refusing > 0 ? t.refused(refusing) : all > 0 ? t.warned(all) : t.good}>
      {name && (
        <p>
          <code>{name}</code> {spoken(definitions[name].doc, language.value)}
        </p>
      )}
    </Verdict>
  );
}

function option(name: MessageName) {
  const t = text();
  const api = name.startsWith("ticket.") ? t.api.ticket : t.api.ride;
  return { value: name, text: name, group: api };
}
