// The ticket API in the module of messages: suppliers, calls, replies, requests.

import type { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { Delivery } from "../generated/messages.js";
import { calls, read as readTicket } from "../generated/ticket-messages.js";
import * as glue from "../loaders/glue.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { ANSWER, CALL, ENCRYPTED, MARKS, mostBytes, NONE, NOTHING } from "./boundary.js";
import type { Failure } from "./failures.js";
import type { HostCipher } from "./host-cipher.js";
import { boundary, indexOf, NOWHERE, opened, saidOf, take, written } from "./messages-module.js";
import type { Opened } from "./opened.js";
import { Places } from "./places.js";

export const callIndex = /* @__PURE__ */ indexOf(() => calls.map(({ name }) => name));

export const replyIndex = (call: number): number => calls.length + call;

let suppliers: Places | undefined;
/** Made when the first is opened: bundlers keep what is made at import, and the exports that it names. */
const places = (): Places => {
  suppliers ??= new Places(boundary, "suppliers", glue.ticket_supplier);
  return suppliers;
};

const ofSupplier = (place: number) => 2 * place + 1;

/** @param settings as src/wasm/ticket.rs names them */
export const openSupplier = (settings: object, cipher?: HostCipher): Opened => opened(places(), settings, cipher, ofSupplier);

/** A call as a module has read it. */
export interface ReceivedParts {
  /** Which call it is, where that is known. */
  readonly index: number | undefined;
  readonly envelope: unknown;
  readonly warnings: readonly Finding[];
  readonly encrypted: boolean;
  readonly error: MeituanError | undefined;
}

/**
 * The hot path: one call of the module for one request.
 * @param head seven lines
 */
export const receiveCall = (supplier: Opened, head: string, body: string | Uint8Array, now: number): ReceivedParts =>
  boundary.call(() => {
    const { number } = supplier;
    boundary.reserve(3 * head.length + mostBytes(body));
    const headLength = boundary.put(head, 0);
    const bodyLength = boundary.put(body, headLength);
    const refused = glue.ticket_receive(number, headLength, bodyLength, now) !== 0;
    boundary.refresh();
    const { row } = boundary;
    const index = row[CALL] === NONE ? undefined : row[CALL];
    const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
    if (refused || index === undefined) {
      return { index, envelope: undefined, warnings: NOTHING, encrypted, error: boundary.refused() };
    }
    const envelope = take(readTicket[index], body);
    return { index, envelope, warnings: boundary.findings(), encrypted, error: undefined };
  });

/**
 * Judges what comes before a body.
 * @param head as above
 * @returns why the call is refused whatever its body is
 */
export const judgeHead = (supplier: Opened, head: string, now: number): MeituanError | undefined =>
  boundary.call(() =>
    glue.ticket_receive(supplier.number, boundary.putAlone(head), NONE, now) === 0 ? undefined : boundary.refused(),
  );

/**
 * The answer to a call that is refused for what was found before the module saw it.
 * @param head as above, as far as it is known
 */
export const answerRefused = (supplier: Opened, head: string, error: MeituanError) =>
  boundary.call(() => {
    const { number } = supplier;
    const [headLength, length] = boundary.putAll([head, saidOf(error)]);
    glue.ticket_refuse(number, headLength, length);
    boundary.refresh();
    return boundary.answer();
  });

/** The answer to a call whose reply cannot be sent. */
export const answerFault = (supplier: Opened, call: number, error: MeituanError, encrypted: boolean) =>
  boundary.call(() => {
    glue.ticket_fault(supplier.number, call, boundary.putAlone(saidOf(error)), encrypted);
    boundary.refresh();
    return boundary.answer();
  });

/** Which code a failure has: that of the call's family, a listed one, or another. */
export const OF_FAMILY = 0;
export const LISTED = 1;
export const UNLISTED = 2;

/** Writes a failure. */
export const writeFailure = (
  supplier: Opened,
  call: number | undefined,
  how: number,
  code: number,
  describe: string,
  encrypted: boolean,
) =>
  boundary.call(() => {
    if (glue.ticket_fail(supplier.number, call ?? NONE, how, code, boundary.putAlone(describe), encrypted) !== 0)
      throw boundary.failed();
    boundary.refresh();
    return { ...boundary.answer(), warnings: boundary.findings() };
  });

/**
 * Reads a reply to a request, by the HTTP status that it came with.
 * @param quantity of the order; -1 where it is not known
 */
export const readReply = (
  supplier: Opened,
  call: number,
  status: number,
  body: string | Uint8Array,
  quantity: number,
): { reply: any; delivery?: Delivery; warnings: readonly Finding[]; failure: Failure | undefined } =>
  boundary.call(() => {
    const refused = glue.ticket_read_reply(supplier.number, call, status, boundary.putAlone(body), quantity) !== 0;
    boundary.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, failure: boundary.failure() };
    // The JSON that was read is not always the body: it may have been opened.
    const reply = take(readTicket[replyIndex(call)], NOWHERE);
    return { reply, delivery: boundary.row[ANSWER] as Delivery, warnings: boundary.findings(), failure: undefined };
  });

/** Which outcome a reply says. */
export const DONE = 0;
export const ALREADY = 1;
export const PENDING = 2;

/** A reply in the wire's notation. */
export interface WrittenReply {
  readonly code: number;
  readonly text: string;
  readonly warnings: readonly Finding[];
}

/**
 * Writes an outcome in the wire's notation.
 * @param said what the request said of what the reply repeats, as JSON in ASCII; fields beside the body
 * @param quantity of the order; -1 where it is not known
 */
export function writeReply(
  supplier: Opened,
  call: number,
  outcome: number,
  { repeated = "", fields, body }: { repeated?: string; fields?: object; body: unknown },
  quantity: number,
  receivedAt: number,
  now: number,
  encrypted: boolean,
): WrittenReply {
  const program = body === undefined ? "" : stringify(body);
  const beside = fields === undefined ? "" : stringify(fields, "");
  return boundary.call(() => {
    const { number } = supplier;
    boundary.reserve(3 * (repeated.length + beside.length + program.length));
    // Each write costs something, however little it writes.
    const repeatedLength = repeated.length;
    const besideLength = beside === "" ? 0 : boundary.put(repeated + beside, 0) - repeatedLength;
    const before = beside === "" ? repeated : "";
    const whole = before + program;
    const taken = whole === "" ? 0 : boundary.put(whole, repeatedLength + besideLength - before.length);
    const length = body === undefined ? NONE : taken - before.length;
    if (glue.ticket_reply(number, call, outcome, repeatedLength, besideLength, length, quantity, receivedAt, now, encrypted) !== 0)
      throw withFound(boundary.failed(), { ...fields, body }, { quantity });
    const text = written();
    return { code: boundary.row[ANSWER], text, warnings: boundary.findings() };
  });
}

/** A request in the wire's notation. */
export interface WrittenRequest {
  readonly text: string;
  readonly warnings: readonly Finding[];
  readonly encrypted: boolean;
}

/** Writes a request in the wire's notation, encrypted where it must be. */
export function writeRequest(supplier: Opened, call: number, envelope: object): WrittenRequest {
  const program = stringify(envelope, "");
  return boundary.call(() => {
    if (glue.ticket_request(supplier.number, call, boundary.putAlone(program)) !== 0)
      throw withFound(boundary.failed(), envelope, { whole: "message" });
    const text = written();
    return { text, warnings: boundary.findings(), encrypted: (boundary.row[MARKS] & ENCRYPTED) !== 0 };
  });
}

/** The lengths of what is around the URI in the string to sign: the method, and the date behind a line feed. */
const METHOD = 5;
const DATE = 29;

/**
 * @param signed the URI that is signed instead
 * @returns `isPlain`: URL parsers leave the URI as it is. Parsing a URL costs more than signing it.
 */
export const signPost = (
  supplier: Opened,
  uri: string,
  signed: string | undefined,
  now: number,
): { authorization: string; stringToSign: string; date: string; isPlain: boolean } =>
  boundary.call(() => {
    const { number } = supplier;
    let length: number;
    let signedLength = NONE;
    if (signed === undefined) length = boundary.putAlone(uri);
    else [length, signedLength] = boundary.putAll([uri, signed]);
    const outcome = glue.ticket_sign(number, length, signedLength, now);
    if (outcome === 1) throw boundary.failed();
    // Strings beyond ASCII are refused.
    const text = boundary.asciiOutput();
    const end = METHOD + (signed ?? uri).length + 1 + DATE;
    return {
      authorization: text.slice(end + 1),
      stringToSign: text.slice(0, end),
      date: text.slice(end - DATE, end),
      isPlain: outcome === 0,
    };
  });

/** The host that requests of a supplier go to. */
export const hostOf = (supplier: Opened): string =>
  boundary.call(() => {
    glue.ticket_host(supplier.number);
    return boundary.output();
  });

/** Encrypts a whole body; undefined where no key is configured. */
export const seal = (supplier: Opened, text: string): string | undefined =>
  boundary.call(() => (glue.ticket_seal(supplier.number, boundary.putAlone(text)) === 0 ? boundary.asciiOutput() : undefined));

/** Opens an encrypted body; undefined when it does not open. */
export const unseal = (supplier: Opened, body: string | Uint8Array): Uint8Array | undefined =>
  boundary.call(() =>
    glue.ticket_open(supplier.number, boundary.putAlone(body)) === 0 ? boundary.outputBytes().slice() : undefined,
  );
