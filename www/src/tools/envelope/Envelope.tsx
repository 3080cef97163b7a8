import { useState } from "preact/hooks";
import { checkMessage, MeituanError, openEnvelope, sealEnvelope } from "../../library.ts";
import { Code } from "../../parts/Code.tsx";
import { Choice, Field, SecretField } from "../../parts/Field.tsx";
import { Findings } from "../../parts/Findings.tsx";
import { Guard } from "../../parts/Guard.tsx";
import { parseJson, printJson } from "../../parts/json.ts";
import { indexOfByte } from "../../parts/offsets.ts";
import { Verdict } from "../../parts/Verdict.tsx";
import { language } from "../../shell/language.ts";
import { exampleOf } from "../message/example.ts";
import { guess } from "../message/guess.ts";
import { type Reason, readContent, reasonOf } from "./content.ts";
import { text } from "./texts.ts";

/** The key's bytes are 0 to 15. */
const KEY = "AAECAwQFBgcICQoLDA0ODw==";

export default function Envelope() {
  const t = text();
  const [direction, setDirection] = useState<"open" | "seal">("open");
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const begin = () => {
    const example = exampleOf("ride.cancelOrder.request");
    setKey(KEY);
    setValue(direction === "open" ? sealEnvelope(KEY, example) : example);
  };
  return (
    <div class="columns">
      <div class="panel">
        <Choice
          label={t.direction}
          value={direction}
          onValue={setDirection}
          options={[
            { value: "open", text: t.open },
            { value: "seal", text: t.seal },
          ]}
        />
        <SecretField label={t.secretKey} value={key} onValue={setKey} hint={t.keyHint} />
        <Field label={direction === "open" ? t.sealed : t.plain} value={value} onValue={setValue} rows={9} />
        <div class="row">
          <button type="button" class="quiet" onClick={begin}>
            {t.example}
          </button>
        </div>
      </div>
      <div>
        <Guard>{direction === "open" ? <Opened secretKey={key} value={value} /> : <Sealed secretKey={key} value={value} />}</Guard>
      </div>
    </div>
  );
}

function Opened({ secretKey, value }: { secretKey: string; value: string }) {
  const t = text();
  if (secretKey === "" || value.trim() === "") return <Verdict tone="calm" title={t.waiting} />;
  const { content, beside } = readContent(value);
  let opened: string;
  try {
    opened = openEnvelope(secretKey.trim(), content);
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    return (
      <Verdict tone="bad" title={t.failed}>
        <p>{sentence(reasonOf(secretKey, content))}</p>
      </Verdict>
    );
  }
  const version = beside.find(([name]) => name === "version")?.[1];
  return (
    <>
      <Verdict tone="good" title={version === undefined ? t.opened : `${t.opened} · ${t.version(version)}`}>
        <p>{t.integrity}</p>
      </Verdict>
      <div class="panel">
        <Plain value={opened} />
        {beside.length > 0 && (
          <>
            <h3>{t.beside}</h3>
            <dl class="compare">
              {beside.map(([name, other]) => (
                <div key={name}>
                  <dt class="code">{name}</dt>
                  <dd class="code">{other}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
    </>
  );
}

/** The opened content, read as the message that it looks like. */
function Plain({ value }: { value: string }) {
  const t = text();
  const json = parseJson(value);
  if (json === undefined) return <Code value={value} />;
  const printed = printJson(json);
  const guessed = guess(printed);
  const name = guessed?.startsWith("ride.") ? guessed : undefined;
  const issues = name === undefined ? [] : checkMessage(name, printed).issues;
  const marks = issues.map(({ offset, refuses }) => ({ index: indexOfByte(printed, offset), isBad: refuses }));
  return (
    <>
      <Code value={printed} marks={marks} json />
      {name !== undefined && (
        <>
          <h3>{t.asMessage(name)}</h3>
          {issues.length === 0 ? <p>{t.good}</p> : <Findings source={printed} findings={issues} />}
        </>
      )}
    </>
  );
}

function Sealed({ secretKey, value }: { secretKey: string; value: string }) {
  const t = text();
  if (secretKey === "" || value === "") return <Verdict tone="calm" title={t.waitingToSeal} />;
  let content: string;
  try {
    content = sealEnvelope(secretKey.trim(), value);
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    return (
      <Verdict tone="bad" title={t.unusable}>
        <p>{error.code === "INVALID_CONFIG" ? t.key : error.text(language.value)}</p>
      </Verdict>
    );
  }
  return (
    <>
      <Verdict tone="good" title={t.isSealed}>
        <p>{t.integrity}</p>
      </Verdict>
      <div class="panel">
        <h3>{t.content}</h3>
        <Code value={content} />
        <h3>{t.form}</h3>
        <Code value={`content=${encodeURIComponent(content)}`} />
      </div>
    </>
  );
}

function sentence(reason: Reason): string {
  const t = text();
  if (reason.why === "base64") return t.base64(reason.sign);
  if (reason.why === "cut") return t.cut(reason.bytes);
  return t[reason.why];
}
