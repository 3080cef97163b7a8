#!/usr/bin/env node

import { readFile } from "node:fs/promises";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { openContent, sealContent } from "../boundary/envelope.js";
import { parseHttpDate, signByHand, verifyByHand } from "../boundary/signatures.js";
import { checkMessage, MESSAGES } from "../definitions/check.js";
import { explain } from "../definitions/explain.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import { sentence } from "../errors/sentences.js";
import { type Diagnosis, diagnose } from "../ticket/diagnosis.js";
import { ACCEPT, accept } from "./accept.js";
import { type Input, needed, noArguments, time, UsageError } from "./arguments.js";
import { MOCK_RIDE, MOCK_TICKET, mockRide, mockTicket } from "./mock.js";
import { complain, output, print, printJson } from "./print.js";

const USAGE = `usage:
  meituan-protocol ba sign --method <method> --uri <uri> [--date <HTTP date>] [--explain]
                           --client-id <id> --client-secret <secret>
  meituan-protocol ba verify --method <method> --uri <uri> --date <HTTP date> --authorization <header>
                           --client-id <id> --client-secret <secret> [--now <time>] [--tolerance <seconds>] [--explain]
  meituan-protocol envelope seal --secret-key <key> [<file> | -]
  meituan-protocol envelope open --secret-key <key> [<file> | -]
  meituan-protocol check --list
  meituan-protocol check <message> [<file> | -] [--quantity <tickets of the order>] [--now <time>]
  meituan-protocol accept <base-url> --partner-id <id> --client-id <id> --client-secret <secret> --price <yuan>
                           [--instant <product>] [--issues <product>] [--refuses <product>] [--unknown <product>]
                           [--notices <port>] [--gate <url>] [--travel-date <day>] [--routes <file>]
                           [--production-url <url>] [--announced-at <time> --upgrade-at <time>]
                           [--strict] [--strict-coverage]
  meituan-protocol mock ticket --port <port> --partner-id <id> --client-id <id> --client-secret <secret> [--answer <code>]
  meituan-protocol mock ride --port <port> --ent-id <id> --access-key <key> --secret-key <key>
                           [--push <base-url>] [--every <seconds>] [--routes <file>]

--json prints JSON instead. Id, secret and key can also be given by MEITUAN_CLIENT_ID, MEITUAN_CLIENT_SECRET and
MEITUAN_SECRET_KEY: arguments are seen by everyone on the machine. --date is now if left out; a time (--now is the present
one if left out) is an HTTP date, an ISO date or milliseconds. What envelope seals and opens is written without a line feed at its end.

accept plays Meituan against a running supplier, and reports every acceptance point. Name what it sells: a product that is
issued and refunded at once, one that is issued later (598, 602 and notices), one that then cannot be issued. Its notices
must come to http://127.0.0.1:<port of --notices>; guests go in by POST of {"orderId", "vouchers"} to --gate, which answers
{"entered": […]}, with the bearer token of GATE_TOKEN. Without these two, what needs them is not played. Every notice is
answered as soon as it comes. --production-url is registered with Meituan; --announced-at and --upgrade-at are when a change
of address or an upgrade was announced by mail, and when it begins. --routes is a file with the registered paths,
{ "/mt/order/create": "orderCreate", … }; without it they are those of the examples. The last line counts the acceptance
points, and names the options for those that were not exercised. --strict fails what is only inferred, too;
--strict-coverage fails where a point was not exercised.
mock is Meituan's side on localhost: ticket judges and answers notices; ride answers the calls of a RideClient, lets its
rides go on every few seconds, and pushes what happens to --push. It ends by SIGINT or SIGTERM.
Also from the environment: MEITUAN_PARTNER_ID, MEITUAN_ENT_ID, MEITUAN_ACCESS_KEY.
Exit: 0 good, 1 the checked thing is bad, 2 wrong usage.
`;

const COMMON: ParseArgsConfig["options"] = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } };
const SIGNING: ParseArgsConfig["options"] = {
  method: { type: "string" },
  uri: { type: "string" },
  date: { type: "string" },
  "client-id": { type: "string" },
  "client-secret": { type: "string" },
  explain: { type: "boolean" },
};

const SEALING: ParseArgsConfig["options"] = { "secret-key": { type: "string" } };

const COMMANDS: Record<string, { options: ParseArgsConfig["options"]; run: (input: Input) => number | Promise<number> }> = {
  "ba sign": { options: SIGNING, run: sign },
  "ba verify": {
    options: { ...SIGNING, authorization: { type: "string" }, now: { type: "string" }, tolerance: { type: "string" } },
    run: verify,
  },
  "envelope seal": { options: SEALING, run: seal },
  "envelope open": { options: SEALING, run: open },
  check: { options: { list: { type: "boolean" }, quantity: { type: "string" }, now: { type: "string" } }, run: check },
  accept: { options: ACCEPT, run: accept },
  "mock ticket": { options: MOCK_TICKET, run: mockTicket },
  "mock ride": { options: MOCK_RIDE, run: mockRide },
};

function visible(text: string) {
  const shown = text.replaceAll(" ", "␠").replaceAll("\r", "␍");
  const end = shown.lastIndexOf("\n");
  // The date is the last line. Line feeds before it are the URI's, and begin no line here.
  const lines = end < 0 ? [shown] : [`${shown.slice(0, end)}\n`, shown.slice(end + 1)];
  return lines.map((line) => line.replaceAll("\n", "␊"));
}

function signedParts(options: Record<string, any>) {
  return {
    clientId: needed(options, "client-id", "MEITUAN_CLIENT_ID"),
    secret: needed(options, "client-secret", "MEITUAN_CLIENT_SECRET"),
    method: needed(options, "method").toUpperCase(),
    uri: needed(options, "uri"),
  };
}

function sign(input: Input) {
  noArguments(input);
  const { options } = input;
  const { clientId, secret, method, uri } = signedParts(options);
  const date = options.date ?? new Date().toUTCString();
  if (Number.isNaN(parseHttpDate(date))) throw new UsageError("--date is not an HTTP date, such as Fri, 17 Feb 2012 23:34:53 GMT");
  const signed = signByHand(clientId, secret, method, uri, date);
  if (options.json) {
    printJson({ ...signed, date });
  } else if (options.explain) {
    print("string to sign", ...visible(signed.stringToSign), "");
    print(`Date: ${date}`, `Authorization: ${signed.authorization}`, "", signed.signature);
  } else {
    print(signed.signature);
  }
  return 0;
}

function verify(input: Input) {
  noArguments(input);
  const { options } = input;
  const { clientId, secret, method, uri } = signedParts(options);
  const date = needed(options, "date");
  const authorization = needed(options, "authorization");
  const tolerance = Number(options.tolerance ?? 600);
  if (!Number.isInteger(tolerance) || tolerance < 0) throw new UsageError("--tolerance is not a number of seconds");
  const now = options.now === undefined ? Date.now() : time("now", options.now);
  const error = dateError(date, now, tolerance) ?? signatureError(verifyByHand(clientId, secret, method, uri, date, authorization));
  const { stringToSign } = signByHand("", "", method, uri, date);
  const found =
    error && options.explain
      ? diagnose({ method, url: uri, headers: { date, authorization }, clientId, secrets: secret })
      : undefined;
  if (options.json) {
    printJson(error ? { ok: false, error, stringToSign, ...(found && { diagnosis: found }) } : { ok: true, stringToSign });
  } else {
    print(...(error ? [error.message, `hint: ${error.hint}`] : ["the signature is right"]));
    if (options.explain || error?.code === "BAD_SIGNATURE") print("", "string to sign", ...visible(stringToSign));
    if (found) print("", ...explanation(found));
  }
  return error ? 1 : 0;
}

function explanation({ outcome, signed, mistakes }: Diagnosis) {
  if (outcome === "right") return ["the signature itself is right"];
  const lines = mistakes.flatMap(({ id, what, fix }) => [`${what.en} (${id})`, `fix: ${fix.en}`]);
  if (outcome === "unexplained")
    lines.unshift("no known mistake makes this signature, nor a pair of them: look at the secret first");
  else if (signed !== undefined) lines.push("", "the string that was signed", ...visible(signed));
  return lines;
}

function dateError(date: string, now: number, tolerance: number) {
  const sent = parseHttpDate(date);
  if (Number.isNaN(sent)) return new MeituanError("MALFORMED_DATE", { path: "date", detail: date });
  if (Math.abs(sent - now) <= tolerance * 1000) return undefined;
  return new MeituanError("STALE_DATE", { path: "date", detail: `sent ${date}, now ${new Date(now).toUTCString()}` });
}

const signatureError = (failure: any) => (failure === undefined ? undefined : new MeituanError(failure.code, failure));

async function seal(input: Input) {
  return convert(input, "content", (key, bytes) => sealContent(key, textOf(bytes)));
}

async function open(input: Input) {
  // A pasted content often ends with a line feed. A space is content: a plus that went through a form.
  return convert(input, "text", (key, bytes) => openContent(key, textOf(bytes).replace(/^[\r\n]+|[\r\n]+$/g, "")));
}

/** @param name of what comes out */
async function convert(
  { arguments: [file, ...rest], options }: Input,
  name: string,
  work: (key: string, bytes: Uint8Array) => string,
) {
  const key = needed(options, "secret-key", "MEITUAN_SECRET_KEY");
  if (rest.length > 0) throw new UsageError("one file at a time");
  const bytes = await content(file);
  try {
    const result = work(key, bytes);
    if (options.json) printJson({ ok: true, [name]: result });
    else output(result);
    return 0;
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    if (options.json) printJson({ ok: false, error });
    else complain(error.message, `hint: ${error.hint}`);
    return 1;
  }
}

function textOf(bytes: Uint8Array) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new MeituanError("INVALID_UTF8", { cause });
  }
}

async function check({ arguments: [name, file, ...rest], options }: Input) {
  if (options.list) {
    if (options.json) printJson(MESSAGES);
    else print(...MESSAGES);
    return 0;
  }
  if (name === undefined) throw new UsageError("which message? check --list names them");
  const message = MESSAGES.find((known) => known === name);
  if (message === undefined) throw new UsageError("there is no message of this name; check --list names them");
  if (rest.length > 0) throw new UsageError("one file at a time");
  const quantity = options.quantity === undefined ? undefined : Number(options.quantity);
  if (quantity !== undefined && !(Number.isInteger(quantity) && quantity >= 0))
    throw new UsageError("--quantity is not a number of tickets");
  const now = options.now === undefined ? Date.now() : time("now", options.now);
  const { ok, issues } = checkMessage(message, await content(file), { quantity, now });
  if (options.json) printJson({ message, ok, issues: issues.map(explained) });
  else print(...report(message, ok, issues));
  return ok ? 0 : 1;
}

async function content(file: string | undefined) {
  if (file !== undefined && file !== "-") {
    try {
      return await readFile(file);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  }
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function explained(finding: Finding) {
  const { meaning, hint, rule } = explain(finding);
  return { ...finding, meaning: meaning.en, hint: hint.en, ...(rule && { demands: rule.demand.en, basis: rule.basis }) };
}

function report(message: string, ok: boolean, issues: readonly Finding[]) {
  const lines = issues.flatMap((finding) => {
    const { code, path, detail, rule, refuses, offset } = finding;
    const { hint, demands, basis } = explained(finding);
    return [
      `${refuses ? "refused" : "warning"}  ${sentence(code, path, detail, rule, "en")}`,
      ...(demands ? [`         rule: ${demands} (${basis})`] : []),
      `         hint: ${hint}`,
      `         at byte ${offset}`,
    ];
  });
  const refusing = issues.filter((finding) => finding.refuses).length;
  const verdict = ok ? "ok" : `refused by ${refusing} of ${issues.length} findings`;
  const warned = ok && issues.length > 0 ? `, ${issues.length} ${issues.length === 1 ? "warning" : "warnings"}` : "";
  return [...lines, `${message}: ${verdict}${warned}`];
}

async function main(words: string[]) {
  const command = Object.keys(COMMANDS).find((name) => name.split(" ").every((word, index) => words[index] === word));
  if (command === undefined) {
    const asked = words.includes("--help") || words.includes("-h");
    (asked ? process.stdout : process.stderr).write(USAGE);
    return asked ? 0 : 2;
  }
  const { options: own, run } = COMMANDS[command];
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: words.slice(command.split(" ").length), options: { ...COMMON, ...own }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (parsed.values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  return run({ arguments: parsed.positionals, options: parsed.values });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    complain(error.message, "");
    process.stderr.write(USAGE);
    process.exitCode = 2;
  } else {
    complain(...String(error instanceof Error ? error.stack : error).split("\n"));
    process.exitCode = 1;
  }
}
