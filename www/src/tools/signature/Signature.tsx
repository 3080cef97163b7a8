import { useMemo, useState } from "preact/hooks";
import { diagnosis } from "../../library.ts";
import { Field, SecretField } from "../../parts/Field.tsx";
import { Verdict } from "../../parts/Verdict.tsx";
import { Visible } from "../../parts/Visible.tsx";
import { language } from "../../shell/language.ts";
import { EXAMPLE } from "./example.ts";
import { type PastedRequest, readRequest } from "./request.ts";
import { text } from "./texts.ts";

export default function Signature() {
  const t = text();
  const [pasted, setPasted] = useState("");
  const [request, setRequest] = useState(readRequest(""));
  const [clientId, setClientId] = useState("");
  const [secret, setSecret] = useState("");
  const [others, setOthers] = useState("");
  const paste = (value: string) => {
    setPasted(value);
    setRequest(readRequest(value));
  };
  const begin = (example: { readonly request: string; readonly secret: string }) => {
    paste(example.request);
    setSecret(example.secret);
    setOthers("");
    setClientId("");
  };
  const field = (name: keyof PastedRequest) => ({
    label: t[name],
    value: request[name],
    onValue: (value: string) => setRequest({ ...request, [name]: value }),
  });
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
        <details>
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
      <Answer request={request} clientId={clientId} secret={secret} others={others} />
    </div>
  );
}

/** In minutes. What is older was pasted from a log: its age says nothing. */
const DAY = 24 * 60;

interface AnswerProps {
  readonly request: PastedRequest;
  readonly clientId: string;
  readonly secret: string;
  readonly others: string;
}

function Answer({ request, clientId, secret, others }: AnswerProps) {
  const t = text();
  const { method, url, host, date, authorization, partnerId, body } = request;
  const isEmpty = !url && !authorization;
  const found = useMemo(
    () =>
      isEmpty
        ? undefined
        : diagnosis.diagnose({
            method: method || "POST",
            url: host && url.startsWith("/") ? `https://${host}${url}` : url,
            headers: { date, authorization },
            body,
            clientId,
            partnerId,
            secrets: secret ? [secret, ...others.split(/\s+/).filter(Boolean)] : [],
          }),
    [isEmpty, method, url, host, date, authorization, partnerId, body, clientId, secret, others],
  );
  if (found === undefined) {
    return (
      <Verdict tone="calm" title={t.waiting}>
        <p>{t.waitingMore}</p>
      </Verdict>
    );
  }
  const minutes = Math.round(Math.abs(Date.now() - Date.parse(date)) / 60_000);
  return (
    <div>
      <Finding found={found} hasSecret={secret !== ""} />
      <div class="panel">
        <h2>{t.mustSign}</h2>
        <Visible value={found.stringToSign} other={found.signed} tone="good" />
        {found.signed !== undefined && found.signed !== found.stringToSign && (
          <>
            <h2>{t.wasSigned}</h2>
            <Visible value={found.signed} other={found.stringToSign} tone="bad" />
          </>
        )}
        <dl class="compare">
          <dt>{t.expected}</dt>
          <dd class="code">{found.expected || t.none}</dd>
          <dt>{t.received}</dt>
          <dd class="code">{found.received || t.none}</dd>
        </dl>
        {minutes > 10 && minutes < DAY && <p class="minor">{t.age(minutes)}</p>}
      </div>
    </div>
  );
}

function Finding({ found, hasSecret }: { found: diagnosis.Diagnosis; hasSecret: boolean }) {
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
