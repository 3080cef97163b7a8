import { useState } from "preact/hooks";
import { checkMessage, definitions, explain, MeituanError, type MessageName, RideRequests, TicketRequests } from "../../library.ts";
import { Code } from "../../parts/Code.tsx";
import { Field, SecretField } from "../../parts/Field.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { Verdict } from "../../parts/Verdict.tsx";
import { language } from "../../shell/language.ts";
import { text } from "./texts.ts";

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly address: string;
  readonly entId: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The message as a request that is ready to go, for what is sent and not answered. */
export function SignedRequest({ name, value }: { name: MessageName; value: string }) {
  const t = text();
  const [credentials, setCredentials] = useState<Credentials>({
    clientId: "example-client",
    clientSecret: "not-a-real-secret",
    address: "https://supplier.example/mt",
    entId: "1001",
    accessKey: "example-access-key",
    secretKey: "AAECAwQFBgcICQoLDA0ODw==",
  });
  const field = (key: keyof Credentials) => ({
    value: credentials[key],
    onValue: (changed: string) => setCredentials({ ...credentials, [key]: changed }),
  });
  const [api, call = "", side] = name.split(".");
  const isPush = api === "ride" && !(call in RideRequests.prototype);
  if (side !== "request" || isPush) return <p>{t.noRequest}</p>;
  return (
    <>
      <div class="row">
        {api === "ticket" ? (
          <>
            <Field label={t.clientId} {...field("clientId")} />
            <SecretField label={t.secret} {...field("clientSecret")} />
            {!call.endsWith("Notice") && <Field label={t.address} {...field("address")} />}
          </>
        ) : (
          <>
            <Field label={t.entId} {...field("entId")} />
            <SecretField label={t.accessKey} {...field("accessKey")} />
            <SecretField label={t.secretKey} {...field("secretKey")} />
          </>
        )}
      </div>
      <p class="hint">{t.credentials}</p>
      <Result name={name} value={value} credentials={credentials} />
    </>
  );
}

function Result({ name, value, credentials }: { name: MessageName; value: string; credentials: Credentials }) {
  const t = text();
  let request: Request;
  let code: string;
  try {
    [request, code] = made(name, value, credentials);
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    return (
      <Verdict tone="warn" title={t.notSigned}>
        <p>{error.text(language.value)}</p>
      </Verdict>
    );
  }
  return (
    <Tabs
      label={t.formats}
      tabs={[
        { id: "curl", title: t.curl, content: <Code value={curlOf(request)} /> },
        { id: "fetch", title: t.fetch, content: <Code value={fetchOf(request)} /> },
        { id: "library", title: t.library, content: <Code value={code} /> },
      ]}
    />
  );
}

/** The request, and the code that makes it. */
function made(name: MessageName, text: string, credentials: Credentials): [Request, string] {
  const [api, call = ""] = name.split(".");
  const { value, issues, ok } = checkMessage(name, text);
  if (!ok || value === undefined) {
    const first = issues.find(({ refuses }) => refuses);
    const detail = (first && explain(first).detail) ?? "";
    throw new MeituanError(first?.code ?? "INVALID_JSON", { path: first?.path ?? "", detail });
  }
  const own = definitions[name].fields.map((field) => field.name);
  if (api === "ride") {
    const { supplyCode: _supplyCode, entId: _entId, method: _method, ts: _ts, ...message } = value;
    const { entId, accessKey, secretKey } = credentials;
    const calls = new RideRequests({ entId, accessKey, secretKey }) as unknown as Calls;
    return [
      send(calls, call, message),
      `import { RideClient } from "meituan-protocol/ride";

const ride = new RideClient({
  entId: ${JSON.stringify(entId)},
  accessKey: process.env.MEITUAN_ACCESS_KEY,
  secretKey: process.env.MEITUAN_SECRET_KEY,
});
const request = ride.requests.${call}(${JSON.stringify(message, null, 2)});
const reply = await request.parseResponse(await fetch(request.toRequest()));
`,
    ];
  }
  const { partnerId, ...envelope } = value;
  const message = own.some((field) => field !== "partnerId" && field !== "body") ? envelope : envelope.body;
  const { clientId, clientSecret, address } = credentials;
  const calls = new TicketRequests({ partnerId: Number(partnerId), clientId, clientSecret }) as unknown as Calls;
  const isNotice = call.endsWith("Notice");
  return [
    send(calls, call, message, isNotice ? {} : { url: address }),
    `import { TicketSupplier } from "meituan-protocol/ticket";

const meituan = new TicketSupplier({
  partnerId: ${partnerId},
  clientId: ${JSON.stringify(clientId)},
  clientSecret: process.env.MEITUAN_CLIENT_SECRET,
});
const request = meituan.requests.${call}(${JSON.stringify(message, null, 2) ?? "undefined"}${isNotice ? "" : `, { url: ${JSON.stringify(address)} }`});
const reply = await request.parseResponse(await fetch(request.toRequest()));
`,
  ];
}

/** Which call it is, is known at run time only. */
type Calls = Record<string, (message: unknown, options?: object) => Request>;

function send(calls: Calls, call: string, message: unknown, options?: object): Request {
  const make = calls[call];
  if (make === undefined) throw new MeituanError("UNKNOWN_VALUE", { path: call });
  return make.call(calls, message, options);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const curlOf = ({ method, url, headers, body }: Request): string =>
  [
    `curl -X ${method} ${quoted(url)}`,
    ...Object.entries(headers).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    `  --data-raw ${quoted(body)}`,
  ].join(" \\\n");

const fetchOf = ({ method, url, headers, body }: Request): string =>
  `await fetch(${JSON.stringify(url)}, ${JSON.stringify({ method, headers, body }, null, 2)});\n`;
