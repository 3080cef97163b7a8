import { useMemo, useRef, useState } from "preact/hooks";
import { checkMessage, definitions, MESSAGES, type MessageName } from "../../library.ts";
import { Choice, Field } from "../../parts/Field.tsx";
import { Findings } from "../../parts/Findings.tsx";
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
  const name = chosen || guessed || "ticket.orderPay.response";
  const checked = useMemo(
    () =>
      value.trim() === ""
        ? undefined
        : checkMessage(name, value, { quantity: /^\d+$/.test(quantity) ? Number(quantity) : undefined }),
    [name, value, quantity],
  );
  const format = () => {
    const json = parseJson(value);
    if (json !== undefined) setValue(printJson(json));
  };
  const issues = checked?.issues ?? [];
  const marks = issues.map(({ offset, refuses }) => ({ index: indexOfByte(value, offset), isBad: refuses }));
  return (
    <div class="columns">
      <div class="panel">
        <Choice
          label={t.message}
          value={chosen}
          onValue={setChosen}
          options={[{ value: "" as const, text: chosen || !guessed ? t.guess : `${t.guess}: ${guessed}` }, ...MESSAGES.map(option)]}
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
        {checked === undefined ? (
          <Verdict tone="calm" title={t.waiting} />
        ) : (
          <Answer name={name} refusing={issues.filter(({ refuses }) => refuses).length} all={issues.length} />
        )}
        <Findings source={value} findings={issues} onPlace={(index) => editor.current && goTo(editor.current, index)} />
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
      </div>
    </div>
  );
}

function Answer({ name, refusing, all }: { name: MessageName; refusing: number; all: number }) {
  const t = text();
  const tone = refusing > 0 ? "bad" : all > 0 ? "warn" : "good";
  return (
    <Verdict tone={tone} title={refusing > 0 ? t.refused(refusing) : all > 0 ? t.warned(all) : t.good}>
      <p>
        <code>{name}</code> {spoken(definitions[name].doc, language.value)}
      </p>
    </Verdict>
  );
}

function option(name: MessageName) {
  const t = text();
  const api = name.startsWith("ticket.") ? t.api.ticket : t.api.ride;
  return { value: name, text: name, group: api };
}
