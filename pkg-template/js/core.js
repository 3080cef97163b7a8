// The boundary to the WebAssembly module of messages (src/wasm/mod.rs is its other side). Everything that knows addresses, the
// row of numbers and the numbers of calls and messages is here; no other file touches its memory.

import { anyText, content as contentOf, unset } from "./arguments.js";
import { ANSWER, ASCII, Border, CALL, ENCRYPTED, MARKS, mostBytes, NONE, NOTHING, OTHER, SLOTS, TEXT } from "./border.js";
import { Ciphers } from "./cipher.js";
import { MeituanError } from "./errors.js";
import { withFound } from "./found.js";
import * as glue from "./glue.js";
import { limited } from "./http.js";
import { instantiate } from "./instance.js";
import { stringify } from "./json.js";
import { messages, read } from "./messages.js";
import { interfaces, read as readRide } from "./ride-messages.js";
import { open, parseExactly, root } from "./slots.js";
import { calls, read as readTicket } from "./ticket-messages.js";
import { isUnset } from "./values.js";

/** @typedef {import("./errors.js").Finding} Finding */

// Each by its name: as a whole, the glue would bring all of its exports into every bundle.
const border = /* @__PURE__ */ new Border(
  { input: glue.input, result: glue.result, write_error: glue.write_error, write_findings: glue.write_findings },
  instantiate,
);

/**
 * The place of a name. The map is made when it is first needed.
 * @param {() => readonly string[]} names
 * @returns {(name: string) => number | undefined}
 */
function indexOf(names) {
  /** @type {ReadonlyMap<string, number> | undefined} */
  let indices;
  return (name) => {
    indices ??= new Map(names().map((each, index) => [each, index]));
    return indices.get(name);
  };
}

export const callIndex = /* @__PURE__ */ indexOf(() => calls.map(({ name }) => name));
export const interfaceIndex = /* @__PURE__ */ indexOf(() => interfaces.map(({ name }) => name));
export const messageIndex = /* @__PURE__ */ indexOf(() => messages);
/** @param {number} call */
export const replyIndex = (call) => calls.length + call;

/** What was written from the message that was read last: names are ASCII, so it is when that was. */
function written() {
  border.refresh();
  return border.row[MARKS] & ASCII ? border.asciiOutput() : border.output();
}

/**
 * The plain object of the message that was read last. `text` is what was read, where that is at hand as a string.
 * @param {import("./messages.js").Reader} read
 * @param {string | Uint8Array} text
 * @returns {any}
 */
function take(read, text) {
  const { row, view } = border;
  const isAtHand = typeof text === "string" && row[MARKS] === ASCII;
  open(view, row[SLOTS], row[TEXT], row[TEXT + 1], (row[MARKS] & ASCII) !== 0, isAtHand ? text : undefined);
  return read(root());
}

/**
 * What UTF-8 cannot hold would be replaced on its way in, so it has to be found before.
 * @param {any} text
 * @returns {boolean}
 */
export function isWellFormed(text) {
  if (typeof text !== "string") return true;
  // The expression is for runtimes older than the method: with the flag u, only lone surrogates are characters.
  return "isWellFormed" in String.prototype ? /** @type {any} */ (text).isWellFormed() : !/\p{Surrogate}/u.test(text);
}

/** @typedef {import("./cipher.js").HostCipher} HostCipher */

/** @type {Ciphers | undefined} */
let ciphers;

/** The numbers of the host's ciphers, as src/wasm/cipher.rs counts them. */
const OF_CALL = 0;
const ofSupplier = (/** @type {number} */ handle) => 2 * handle + 1;
const ofClient = (/** @type {number} */ handle) => 2 * handle + 2;

/** @param {number} number @param {HostCipher | undefined} cipher */
function keepCipher(number, cipher) {
  if (cipher === undefined) return;
  if (ciphers === undefined) {
    const made = new Ciphers(border);
    ciphers = made;
    glue.host_ciphers(made);
    border.keep("ciphers", () => glue.host_ciphers(made));
  }
  ciphers.keep(number, cipher);
}

/**
 * Settings stay in memory here, with their secrets, as they do where they came from: texts of JavaScript cannot be overwritten.
 * @param {string} kind
 * @param {(length: number) => number} make
 * @param {object} settings
 * @param {HostCipher | undefined} cipher
 * @param {(handle: number) => number} numberOf its cipher
 */
function opened(kind, make, settings, cipher, numberOf) {
  const text = stringify({ ...settings, hasCipher: cipher && true });
  return border.call(() => {
    const handle = make(border.putAlone(text));
    if (handle === NONE) throw withFound(border.failed(), settings);
    border.keep(kind + text, () => make(border.putAlone(text)));
    keepCipher(numberOf(handle), cipher);
    return handle;
  });
}

/**
 * @param {object} settings as src/wasm/ticket.rs names them
 * @param {HostCipher} [cipher]
 * @returns {number} the supplier's handle
 */
export const openSupplier = (settings, cipher) => opened("supplier", glue.ticket_supplier, settings, cipher, ofSupplier);

/**
 * The hot path: one call of the module for one request.
 * @param {number} supplier
 * @param {string} head seven lines
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ index: number | undefined, envelope: any, warnings: readonly Finding[], encrypted: boolean, error: MeituanError | undefined }}
 */
export const receiveCall = (supplier, head, body, now) =>
  border.call(() => {
    border.reserve(3 * head.length + mostBytes(body));
    const headLength = border.put(head, 0);
    const bodyLength = border.put(body, headLength);
    const refused = glue.ticket_receive(supplier, headLength, bodyLength, now) !== 0;
    border.refresh();
    const { row } = border;
    const index = row[CALL] === NONE ? undefined : row[CALL];
    const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
    if (refused || index === undefined) {
      return { index, envelope: undefined, warnings: NOTHING, encrypted, error: border.refused() };
    }
    const envelope = take(readTicket[index], body);
    return { index, envelope, warnings: border.findings(), encrypted, error: undefined };
  });

/**
 * Judges what comes before a body.
 * @param {number} supplier
 * @param {string} head as above
 * @param {number} now
 * @returns {MeituanError | undefined} why the call is refused whatever its body is
 */
export const judgeHead = (supplier, head, now) =>
  border.call(() => (glue.ticket_receive(supplier, border.putAlone(head), NONE, now) === 0 ? undefined : border.refused()));

/** @param {MeituanError} error */
const saidOf = ({ code, path }) => `${code}\n${path}`;

/**
 * The answer to a call that is refused for what was found before the module saw it.
 * @param {number} supplier
 * @param {string} head as above, as far as it is known
 * @param {MeituanError} error
 */
export const answerRefused = (supplier, head, error) =>
  border.call(() => {
    const [headLength, length] = border.putAll([head, saidOf(error)]);
    glue.ticket_refuse(supplier, headLength, length);
    border.refresh();
    return border.answer();
  });

/**
 * The answer to a call whose reply cannot be sent.
 * @param {number} supplier
 * @param {number} call
 * @param {MeituanError} error
 * @param {boolean} encrypted
 */
export const answerFault = (supplier, call, error, encrypted) =>
  border.call(() => {
    glue.ticket_fault(supplier, call, border.putAlone(saidOf(error)), encrypted);
    border.refresh();
    return border.answer();
  });

/** Which code a failure has: that of the call's family, a listed one, or another. */
export const OF_FAMILY = 0;
export const LISTED = 1;
export const UNLISTED = 2;

/**
 * Writes a failure.
 * @param {number} supplier
 * @param {number | undefined} call
 * @param {number} how
 * @param {number} code
 * @param {string} describe
 * @param {boolean} encrypted
 */
export const writeFailure = (supplier, call, how, code, describe, encrypted) =>
  border.call(() => {
    if (glue.ticket_fail(supplier, call ?? NONE, how, code, border.putAlone(describe), encrypted) !== 0) throw border.failed();
    border.refresh();
    return { ...border.answer(), warnings: border.findings() };
  });

/**
 * Reads a reply to a request, by the HTTP status that it came with.
 * @param {number} supplier
 * @param {number} call
 * @param {number} status
 * @param {string | Uint8Array} body
 * @param {number} quantity of the order; -1 where it is not known
 * @returns {{ reply: any, warnings: readonly Finding[], failure: any }}
 */
export const readReply = (supplier, call, status, body, quantity) =>
  border.call(() => {
    const refused = glue.ticket_read_reply(supplier, call, status, border.putAlone(body), quantity) !== 0;
    border.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, failure: border.failure() };
    // What was read is not always the body: it may have been opened.
    return { reply: take(readTicket[replyIndex(call)], NOWHERE), warnings: border.findings(), failure: undefined };
  });

/** Which outcome a reply says. */
export const DONE = 0;
export const ALREADY = 1;
export const PENDING = 2;

/**
 * Writes an outcome in the wire's notation.
 * @param {number} supplier
 * @param {number} call
 * @param {number} outcome
 * @param {{ asked?: string, fields?: object, body: unknown }} said what the request said of what the reply repeats, as JSON; fields beside the body
 * @param {number} quantity of the order; -1 where it is not known
 * @param {number} receivedAt
 * @param {number} now
 * @param {boolean} encrypted
 */
export function writeReply(supplier, call, outcome, { asked = "", fields, body }, quantity, receivedAt, now, encrypted) {
  const program = body === undefined ? "" : stringify(body);
  const beside = fields === undefined ? "" : stringify(fields, "");
  return border.call(() => {
    border.reserve(3 * (asked.length + beside.length + program.length));
    // Each write of nothing would cost as much as one of little.
    const askedLength = asked === "" ? 0 : border.put(asked, 0);
    const besideLength = beside === "" ? 0 : border.put(beside, askedLength);
    const bodyLength = program === "" ? 0 : border.put(program, askedLength + besideLength);
    const length = body === undefined ? NONE : bodyLength;
    if (glue.ticket_reply(supplier, call, outcome, askedLength, besideLength, length, quantity, receivedAt, now, encrypted) !== 0)
      throw withFound(border.failed(), { ...fields, body }, { quantity });
    const text = written();
    return { code: border.row[ANSWER], text, warnings: border.findings() };
  });
}

/**
 * Writes a request in the wire's notation, encrypted where it must be.
 * @param {number} supplier
 * @param {number} call
 * @param {object} envelope
 */
export function writeRequest(supplier, call, envelope) {
  const program = stringify(envelope, "");
  return border.call(() => {
    if (glue.ticket_request(supplier, call, border.putAlone(program)) !== 0)
      throw withFound(border.failed(), envelope, { whole: "message" });
    const text = written();
    return { text, warnings: border.findings(), encrypted: (border.row[MARKS] & ENCRYPTED) !== 0 };
  });
}

/**
 * @param {number} supplier
 * @param {string} uri
 * @param {string | undefined} signed what is signed in its place
 * @param {number} now
 */
export function signPost(supplier, uri, signed, now) {
  const text = border.call(() => {
    const [length, signedLength = NONE] = signed === undefined ? [border.putAlone(uri)] : border.putAll([uri, signed]);
    if (glue.ticket_sign(supplier, length, signedLength, now) !== 0) throw border.failed();
    // What is no ASCII is refused.
    return border.asciiOutput();
  });
  const urlAt = text.lastIndexOf("\n");
  const end = text.lastIndexOf("\n", urlAt - 1);
  const date = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  return { authorization: text.slice(end + 1, urlAt), stringToSign: text.slice(0, end), date, url: text.slice(urlAt + 1) };
}

/**
 * Encrypts a whole body; undefined where no key is configured.
 * @param {number} supplier
 * @param {string} text
 * @returns {string | undefined}
 */
export const seal = (supplier, text) =>
  border.call(() => (glue.ticket_seal(supplier, border.putAlone(text)) === 0 ? border.asciiOutput() : undefined));

/**
 * Opens an encrypted body; undefined when it does not open.
 * @param {number} supplier
 * @param {string | Uint8Array} body
 * @returns {Uint8Array | undefined}
 */
export const unseal = (supplier, body) =>
  border.call(() => (glue.ticket_open(supplier, border.putAlone(body)) === 0 ? border.outputBytes().slice() : undefined));

/** @typedef {{ program?: boolean, quantity?: number, now?: number }} How a message is read; `now` in epoch milliseconds */

/**
 * Reads any message.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 */
export const readMessage = (message, text, how) => readBy(read[message], message, text, how);

/**
 * Reads a message of the ticket API: callers that read no others bring no readers of others along.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 */
export const readTicketMessage = (message, text, how) => readBy(readTicket[message], message, text, how);

/**
 * @param {import("./messages.js").Reader} read
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {How} [how]
 * @returns {{ value: any, issues: readonly Finding[], error: MeituanError | undefined }}
 */
function readBy(read, message, text, { program = false, quantity = -1, now = Number.NaN } = {}) {
  if (!isWellFormed(text)) {
    const error = new MeituanError("LONE_SURROGATE", {});
    return { value: undefined, issues: [{ code: error.code, refuses: true, path: "", detail: "", offset: 0 }], error };
  }
  return border.call(() => {
    const refused = glue.read_message(message, program, border.putAlone(text), quantity, now) !== 0;
    border.refresh();
    const issues = border.findings();
    return refused
      ? { value: undefined, issues, error: shownIn(border.failed(), text, quantity) }
      : { value: take(read, text), issues, error: undefined };
  });
}

/**
 * The error of a message that breaks a rule, with what stands there.
 * @param {MeituanError} error
 * @param {string | Uint8Array} text
 * @param {number} quantity
 */
function shownIn(error, text, quantity) {
  if (error.rule === undefined) return error;
  const value = parsed(text);
  return value === undefined ? error : withFound(error, value, { quantity });
}

/** @param {string | Uint8Array} text */
function parsed(text) {
  try {
    return parseExactly(typeof text === "string" ? text : new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/**
 * Whether nothing refuses a message. Nothing is built of it.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {number} quantity of the order; -1 where it is not known
 */
export const acceptsMessage = (message, text, quantity) =>
  isWellFormed(text) && border.call(() => glue.read_message(message, false, border.putAlone(text), quantity, Number.NaN) === 0);

/**
 * Checks a message of the ride API by itself, a request's text or a reply's.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 * @returns {{ value: any, issues: readonly Finding[] }}
 */
export const checkRide = (of, isReply, text) =>
  border.call(() => {
    const refused = glue.ride_check(of, isReply, border.putAlone(text)) !== 0;
    border.refresh();
    const issues = border.findings();
    return { value: refused ? undefined : take(readRide[isReply ? interfaces.length + of : of], NOWHERE), issues };
  });

/**
 * Whether nothing refuses it. Nothing is built of it.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 */
export const acceptsRide = (of, isReply, text) =>
  border.call(() => {
    // A failure of the gateway is no message, and a good reply all the same.
    glue.ride_check(of, isReply, border.putAlone(text));
    border.refresh();
    return !border.findings().some(({ refuses }) => refuses);
  });

/**
 * Writes a message of either API in the wire's notation.
 * @param {number} message
 * @param {object} program
 * @returns {string}
 */
export function writeMessage(message, program) {
  const written = stringify(program, "body");
  return border.call(() => {
    const length = border.putAlone(written);
    if (glue.read_message(message, true, length, -1, Number.NaN) !== 0)
      throw withFound(border.failed(), program, { whole: "body" });
    glue.write_message(message, length);
    return border.output();
  });
}

/**
 * @param {object} settings as src/wasm/ride.rs names them
 * @param {HostCipher} [cipher]
 * @returns {number} the client's handle
 */
export const openClient = (settings, cipher) => opened("client", glue.ride_client, settings, cipher, ofClient);

/**
 * Writes and seals a request of the ride API.
 * @param {number} client
 * @param {number} of the interface
 * @param {object} program
 * @param {number} now
 */
export function sealRequest(client, of, program, now) {
  const written = stringify(program, "");
  return border.call(() => {
    if (glue.ride_request(client, of, border.putAlone(written), now) !== 0)
      throw withFound(border.failed(), program, { whole: "message" });
    const text = border.output();
    const end = text.indexOf("\n");
    return { url: text.slice(0, end), body: text.slice(end + 1), warnings: border.findings() };
  });
}

/**
 * Reads a reply of the ride API, in whichever form it comes.
 * @param {number} client
 * @param {number} of the interface
 * @param {number} status
 * @param {string | Uint8Array} body
 * @returns {{ reply: any, warnings: readonly Finding[], traceId: string, failure: any }}
 */
export const readRideReply = (client, of, status, body) =>
  border.call(() => {
    const refused = glue.ride_read_reply(client, of, status, border.putAlone(body)) !== 0;
    border.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, traceId: "", failure: border.failure() };
    const traceId = border.output();
    // What was read is not always the body: it may stand inside it, or have been sealed.
    const reply = take(readRide[interfaces.length + of], NOWHERE);
    return { reply, warnings: border.findings(), traceId, failure: undefined };
  });
const NOWHERE = new Uint8Array(0);

/**
 * Takes a push of the ride API.
 * @param {number} client
 * @param {string} uri
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ of: number, isOther: boolean, message: any, warnings: readonly Finding[], key: string, error: undefined } | { error: MeituanError }}
 */
export const receivePush = (client, uri, body, now) =>
  border.call(() => {
    border.reserve(3 * uri.length + mostBytes(body));
    const headLength = border.put(uri, 0);
    const bodyLength = border.put(body, headLength);
    const refused = glue.ride_receive(client, headLength, bodyLength, now) !== 0;
    border.refresh();
    const { row } = border;
    const of = row[CALL];
    if (refused || of === NONE) {
      return { error: border.refused() };
    }
    const key = border.output();
    const isOther = (row[MARKS] & OTHER) !== 0;
    return { of, isOther, message: take(readRide[of], NOWHERE), warnings: border.findings(), key, error: undefined };
  });

/**
 * The answer to a push that is refused for what was found before the module saw it, or for a fault of our own.
 * @param {MeituanError} error
 */
export const answerRefusedPush = (error) =>
  border.call(() => {
    glue.ride_refuse(border.putAlone(saidOf(error)));
    border.refresh();
    return { ...border.answer(), encrypted: false };
  });

/**
 * The answer to a push: 0, or the code of a failure and its message.
 * @param {number} code
 * @param {string} message
 */
export const answerPush = (code, message) =>
  border.call(() => {
    if (glue.ride_answer(code, border.putAlone(message)) !== 0) throw border.failed();
    return border.output();
  });

/**
 * What the module's key for envelopes was made of. Who seals one does the next with the same key, and making it takes as long.
 * So the last secretKey stays in memory here, as it does where it came from: texts of JavaScript cannot be overwritten.
 */
let secretKeyMade = "";
/** @type {HostCipher | undefined} */
let cipherMade;
/** The generation of the instance that has it. */
let madeIn = 0;

/**
 * @param {unknown} secretKey
 * @param {HostCipher | undefined} cipher
 */
function makeKey(secretKey, cipher) {
  const isSame = secretKey === secretKeyMade && cipher === cipherMade && secretKey !== "";
  if (isSame && madeIn === border.generation) return;
  if (typeof secretKey !== "string" || isUnset(secretKey))
    return unset("secretKey", secretKey, "Base64 of exactly 16 bytes", "恰好 16 字节的 Base64");
  secretKeyMade = "";
  keepCipher(OF_CALL, cipher);
  if (glue.envelope_key(border.putAlone(secretKey), cipher !== undefined) !== 0) throw withFound(border.failed(), { secretKey });
  secretKeyMade = secretKey;
  cipherMade = cipher;
  madeIn = border.generation;
}

/**
 * @param {string} secretKey
 * @param {string} text
 * @param {HostCipher} [cipher]
 * @param {number} [maxBytes]
 * @returns {string}
 */
export function sealEnvelope(secretKey, text, cipher, maxBytes) {
  limited(anyText(text, "text", "WRONG_TYPE"), "text", maxBytes);
  if (!isWellFormed(text)) throw new MeituanError("LONE_SURROGATE", { path: "text" });
  return border.call(() => {
    makeKey(secretKey, cipher);
    if (glue.envelope_seal(border.putAlone(text)) !== 0) throw border.failed();
    return border.asciiOutput();
  });
}

/**
 * @param {string} secretKey
 * @param {string | Uint8Array} sealed
 * @param {HostCipher} [cipher]
 * @param {number} [maxBytes]
 * @returns {string}
 */
export function openEnvelope(secretKey, sealed, cipher, maxBytes) {
  const content = limited(contentOf(sealed, "content"), "content", maxBytes);
  return border.call(() => {
    makeKey(secretKey, cipher);
    if (glue.envelope_open(border.putAlone(content)) !== 0) throw border.failed();
    return border.output();
  });
}
