import { useMemo, useState } from "preact/hooks";
import { diagnosis } from "../../library.ts";
import { Field, SecretField } from "../../parts/Field.tsx";
import { Guard } from "../../parts/Guard.tsx";
import { Verdict } from "../../parts/Verdict.tsx";
import { Visible } from "../../parts/Visible.tsx";
import { language } from "../../shell/language.ts";
import { EXAMPLE } from "./example.ts";
import { NOTHING, type PastedRequest, type Reading, readRequest } from "./request.ts";
import { text } from "./texts.ts";

export default function Signature() {
  const t = text();
  const [pasted, setPasted] = useState("");
  const [reading, setReading] = useState<Reading>(NOTHING);
  const [areFieldsOpen, setFieldsOpen] = useState(false);
  const [clientId, setClientId] = useState("");
  const [secret, setSecret] = useState("");
  const [others, setOthers] = useState("");
  const paste = (value: string) => {
    const read = readRequest(value);
    setPasted(value);
    setReading(read);
    // Fields for what could not be read, placed so that they do not push the verdict away.
    if (value.trim() !== "" && unreadOf(read).length > 0 && matchMedia("(min-width: 62rem)").matches) setFieldsOpen(true);
  };
  const begin = (example: { readonly request: string; readonly secret: string }) => {
    paste(example.request);
    setSecret(example.secret);
    setOthers("");
    setClientId("");
  };
  const field = (name: keyof PastedRequest) => ({
    label: t[name],
    value: reading[name],
    onValue: (value: string) => setReading({ ...reading, [name]: value }),
  });
  const isEmpty = pasted.trim() === "" && !reading.url && !reading.authorization;
  return (
    <div class="columns">
      <div class="panel">
        <Field label={t.paste} value={pasted} onValue={paste} rows={9} placeholder={t.placeholder} />
        <div class="row below-field">
          <button type="button" class="quiet" onClick={() => begin(EXAMPLE)}>
            {t.example}
          </button>
          <button type="button" class="quiet" onClick={() => begin({ request: "", secret: "" })}>
            {t.clear}
          </button>
        </div>
        <SecretField label={t.secret} value={secret} onValue={setSecret} hint={t.secretHint} />
        <details open={areFieldsOpen} onToggle={(event) => setFieldsOpen(event.currentTarget.open)}>
          <summary>{t.fields}</summary>
          <div class="row">
            <Field {...field("method")} />
            <Field {...field("partnerId")} />
          </div>
          <Field {...field("url")} />
          <Field {...field("host")} />
          <Field {...field("date")} />
          <Field {...field("authorization")} />
          <Field {...field("body")} rows={3} />
          <Field label={t.clientId} value={clientId} onValue={setClientId} />
          <SecretField label={t.otherSecrets} value={others} onValue={setOthers} hint={t.otherHint} />
        </details>
      </div>
      <div>
        <Guard>
          {isEmpty ? (
            <Verdict tone="calm" title={t.waiting}>
              <p>{t.waitingMore}</p>
            </Verdict>
          ) : (
            <Answer reading={reading} clientId={clientId} secret={secret} others={others} />
          )}
        </Guard>
      </div>
    </div>
  );
}

const NEEDED = ["url", "date", "authorization"] as const;

/** Values that a verdict needs and nobody has given. A header that is known not to be there is no such thing. */
const unreadOf = (reading: Reading) => NEEDED.filter((name) => reading[name] === "" && (name === "url" || !reading.isWhole));

/** In minutes. An older request was pasted from a log: its age says nothing. */
const DAY = 24 * 60;

interface AnswerProps {
  readonly reading: Reading;
  readonly clientId: string;
  readonly secret: string;
  readonly others: string;
}

function Answer({ reading, clientId, secret, others }: AnswerProps) {
  const t = text();
  const unread: string[] = unreadOf(reading);
  const { found, method } = useMemo(() => judged(reading, clientId, secret, others), [reading, clientId, secret, others]);
  if (reading.count > 1) {
    return (
      <Verdict tone="warn" title={t.several(reading.count)}>
        <p>{t.severalMore}</p>
      </Verdict>
    );
  }
  // A log may have cut it, or hidden a part.
  const isCut = !reading.isWhole && reading.authorization !== "" && found?.received === "";
  if (isCut) unread.push("authorization");
  const minutes = Math.round(Math.abs(Date.now() - Date.parse(reading.date)) / 60_000);
  return (
    <>
      {unread.length > 0 ? (
        <Verdict tone="warn" title={unread.length === NEEDED.length ? t.nothing : t.unread(unread.map((name) => t[name as "url"]))}>
          <p>{unread.length === NEEDED.length ? t.nothingMore : t.unreadMore}</p>
        </Verdict>
      ) : (
        found && <Finding found={found} hasSecret={secret !== ""} isBodyKnown={reading.body !== ""} />
      )}
      {found && (
        <div class="panel">
          <h2>{t.mustSign}</h2>
          <Visible value={found.stringToSign} other={found.signed} tone="good" />
          {reading.method === "" && <p class="minor">{t.methodTaken(method)}</p>}
          {found.signed !== undefined && found.signed !== found.stringToSign && (
            <>
              <h2>{t.wasSigned}</h2>
              <Visible value={found.signed} other={found.stringToSign} tone="bad" />
            </>
          )}
          <dl class="compare">
            <dt>{t.expected}</dt>
            <dd class="code">{found.expected || (secret ? t.noneOfId : t.none)}</dd>
            <dt>{t.received}</dt>
            <dd class="code">{found.received || t.none}</dd>
          </dl>
          {minutes > 10 && minutes < DAY && <p class="minor">{t.age(minutes)}</p>}
        </div>
      )}
    </>
  );
}

/** Nothing where the string to sign is not known. A method that is not known is the one that explains most. */
function judged(
  { url, host, date, authorization, partnerId, body, ...reading }: Reading,
  clientId: string,
  secret: string,
  others: string,
) {
  const isKnown = url !== "" && (date !== "" || reading.isWhole);
  const methods = reading.method === "" ? METHODS : [reading.method];
  const all = (isKnown ? methods : []).map((method) => ({
    method,
    found: diagnosis.diagnose({
      method,
      body,
      clientId,
      partnerId,
      headers: { date, authorization },
      url: host && url.startsWith("/") ? `https://${host}${url}` : url,
      secrets: secret ? [secret, ...others.split(/\s+/).filter(Boolean)] : [],
    }),
  }));
  const by = (outcome: string) => all.find(({ found }) => found.outcome === outcome);
  return by("right") ?? by("explained") ?? all[0] ?? { method: "", found: undefined };
}

const METHODS = ["POST", "GET", "PUT"];

interface FindingProps {
  readonly found: diagnosis.Diagnosis;
  readonly hasSecret: boolean;
  readonly isBodyKnown: boolean;
}

function Finding({ found, hasSecret, isBodyKnown }: FindingProps) {
  const t = text();
  const spoken = language.value;
  if (found.outcome === "right") {
    return (
      <Verdict tone="good" title={t.right}>
        <p>{t.rightMore}</p>
      </Verdict>
    );
  }
  if (found.outcome === "explained") {
    return (
      <Verdict tone="bad" title={found.mistakes.map(({ id, what }) => <Mistake key={id} id={id} text={what[spoken]} />)}>
        <p class="fix-title">{t.fix}</p>
        {found.mistakes.map(({ id, fix }) => (
          <p key={id}>{fix[spoken]}</p>
        ))}
      </Verdict>
    );
  }
  const seen = found.mistakes.length > 0 && (
    <>
      <p>{t.seen}</p>
      <ul>
        {found.mistakes.map(({ id, what, fix }) => (
          <li key={id}>
            {what[spoken]} <code>{id}</code> — {fix[spoken]}
          </li>
        ))}
      </ul>
    </>
  );
  return hasSecret ? (
    <Verdict tone="warn" title={t.unexplained}>
      <p>{t.unexplainedMore}</p>
      {!isBodyKnown && <p>{t.noBody}</p>}
      {seen}
    </Verdict>
  ) : (
    <Verdict tone="calm" title={t.noSecret}>
      <p>{t.noSecretMore}</p>
      {seen}
    </Verdict>
  );
}

const Mistake = ({ id, text }: { id: string; text: string }) => (
  <span class="mistake">
    {text} <code>{id}</code>
  </span>
);
