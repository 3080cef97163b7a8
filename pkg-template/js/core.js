// The boundary to the WebAssembly module of messages (src/wasm/mod.rs is its other side). Everything that knows addresses, the
// row of numbers and the numbers of calls and messages is here; no other file touches its memory.

import { Ciphers } from "./cipher.js";
import { MeituanError } from "./errors.js";
import * as glue from "./glue.js";
import { memory } from "./instance.js";
import { stringify } from "./json.js";
import { messages, read } from "./messages.js";
import { interfaces, read as readRide } from "./ride-messages.js";
import { open, root } from "./slots.js";
import { calls, read as readTicket } from "./ticket-messages.js";
import { MemoryView } from "./view.js";

/** @typedef {import("./errors.js").Finding} Finding */

/** @type {MemoryView} */
let view;
/** @type {WebAssembly.Memory | undefined} */
let viewed;
let row = new Uint32Array(0);
let inputAt = 0;
// Less than any length, so that the first use asks for room.
let inputRoom = -1;

/** What the numbers of the row mean; src/wasm/mod.rs has the same table. */
const CALL = 0;
const SLOTS = 1;
const TEXT = 2;
const MARKS = 4;
const FINDINGS = 5;
const OUTPUT = 6;

const ASCII = 1;
const ENCRYPTED = 2;
const OTHER = 4;
const NONE = 0xffffffff;

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

// Growing the memory detaches every view of it, and writes to a detached view are lost without a word. Such a view has no
// length; asking the memory for its buffer each time would cost more than the call.
function refresh() {
  if (row.length !== 0 && viewed === memory) return;
  viewed = memory;
  view = new MemoryView(memory, inputAt);
  row = new Uint32Array(memory.buffer, glue.result(), 8);
}

/** @param {number} length */
function reserve(length) {
  if (length > inputRoom) {
    // In meituan-protocol/slim the user brings the module, hopefully.
    if (memory === undefined) throw new Error("meituan-protocol/slim: call init or initSync first");
    const room = Math.max(length, 4096);
    inputAt = glue.input(room);
    inputRoom = room;
    viewed = undefined;
  }
  refresh();
}

/** @param {string | Uint8Array} value */
const mostBytes = (value) => (typeof value === "string" ? 3 * value.length : value.length);

/**
 * @param {string | Uint8Array} value
 * @param {number} offset
 * @returns {number} how many bytes it took
 */
function put(value, offset) {
  if (typeof value === "string") return view.write(value, offset);
  view.input.set(value, offset);
  return value.length;
}

/** @param {string | Uint8Array} value */
function putAlone(value) {
  reserve(mostBytes(value));
  return put(value, 0);
}

/** A view: the next call may write something else there. */
function outputBytes() {
  refresh();
  return view.bytes.subarray(row[OUTPUT], row[OUTPUT] + row[OUTPUT + 1]);
}

function output() {
  refresh();
  return view.utf8(row[OUTPUT], row[OUTPUT] + row[OUTPUT + 1]);
}

/** The same, where it is known to be ASCII. */
function asciiOutput() {
  refresh();
  return view.ascii(row[OUTPUT], row[OUTPUT] + row[OUTPUT + 1]);
}

/** What was written from the message that was read last: names are ASCII, so it is when that was. */
function written() {
  refresh();
  return row[MARKS] & ASCII ? asciiOutput() : output();
}

/** @returns {readonly Finding[]} */
function findings() {
  if (row[FINDINGS] === 0) return NOTHING;
  glue.write_findings();
  return JSON.parse(output());
}
/** @type {readonly Finding[]} */
const NOTHING = Object.freeze([]);

/** @returns {import("./glue.js").Failure} why the last call failed; what it wrote must have been read before */
function failure() {
  glue.write_error();
  return JSON.parse(output());
}

/** @param {any} failure what failure() returns */
export const failed = (failure) => new MeituanError(failure.code, failure);

/**
 * The plain object of the message that was read last. `text` is what was read, where that is at hand as a string.
 * @param {import("./messages.js").Reader} read
 * @param {string | Uint8Array} text
 * @returns {any}
 */
function take(read, text) {
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
    ciphers = new Ciphers(() => memory.buffer);
    glue.host_ciphers(ciphers);
  }
  ciphers.keep(number, cipher);
}

/**
 * @param {object} settings as src/wasm/ticket.rs names them
 * @param {HostCipher} [cipher]
 * @returns {number} the supplier's handle
 */
export function openSupplier(settings, cipher) {
  const handle = glue.ticket_supplier(putAlone(stringify({ ...settings, hasCipher: cipher && true })));
  if (handle === NONE) throw failed(failure());
  keepCipher(ofSupplier(handle), cipher);
  return handle;
}

/**
 * The hot path: one call of the module for one request.
 * @param {number} supplier
 * @param {string} head seven lines
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ index: number | undefined, envelope: any, warnings: readonly Finding[], encrypted: boolean, error: MeituanError | undefined }}
 */
export function receiveCall(supplier, head, body, now) {
  reserve(3 * head.length + mostBytes(body));
  const headLength = put(head, 0);
  const bodyLength = put(body, headLength);
  const refused = glue.ticket_receive(supplier, headLength, bodyLength, now) !== 0;
  refresh();
  const index = row[CALL] === NONE ? undefined : row[CALL];
  const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
  if (refused || index === undefined) {
    return { index, envelope: undefined, warnings: NOTHING, encrypted, error: failed(failure()) };
  }
  const envelope = take(readTicket[index], body);
  return { index, envelope, warnings: findings(), encrypted, error: undefined };
}

/**
 * Writes a reply in the wire's notation.
 * @param {number} supplier
 * @param {number} call
 * @param {{ code: number, describe: string, partnerId: number, body: unknown, fields?: object }} envelope and fields beside these
 * @param {number} quantity of the order; -1 where it is not known
 * @param {boolean} leftOut whether the request lacked the order's number, which the reply may then lack too
 * @param {boolean} encrypted
 */
export function writeReply(supplier, call, { code, describe, partnerId, body, fields }, quantity, leftOut, encrypted) {
  const length = putAlone(
    fields === undefined
      ? `{"code":${code},"describe":${stringify(describe)},"partnerId":${partnerId}${ending(body)}`
      : stringify({ ...fields, code, describe, partnerId, body }),
  );
  if (glue.ticket_reply(supplier, call, code, length, quantity, leftOut, encrypted) !== 0) throw failed(failure());
  const text = written();
  return { text, warnings: findings() };
}

/**
 * Writes a request in the wire's notation, encrypted where it must be.
 * @param {number} supplier
 * @param {number} call
 * @param {object} envelope
 */
export function writeRequest(supplier, call, envelope) {
  const length = putAlone(stringify(envelope));
  if (glue.ticket_request(supplier, call, length) !== 0) throw failed(failure());
  const text = written();
  return { text, warnings: findings(), encrypted: (row[MARKS] & ENCRYPTED) !== 0 };
}

/**
 * @param {number} supplier
 * @param {string} uri
 * @param {number} now
 */
export function signPost(supplier, uri, now) {
  const length = putAlone(uri);
  glue.ticket_sign(supplier, true, length, now);
  // A byte for each unit: the URI is ASCII, and so is all that comes of it.
  const text = length === uri.length ? asciiOutput() : output();
  const end = text.lastIndexOf("\n");
  const date = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  return { authorization: text.slice(end + 1), stringToSign: text.slice(0, end), date };
}

/**
 * Encrypts a whole body; undefined where no key is configured.
 * @param {number} supplier
 * @param {string} text
 * @returns {string | undefined}
 */
export const seal = (supplier, text) => (glue.ticket_seal(supplier, putAlone(text)) === 0 ? asciiOutput() : undefined);

/**
 * Opens an encrypted body; undefined when it does not open.
 * @param {number} supplier
 * @param {string | Uint8Array} body
 * @returns {Uint8Array | undefined}
 */
export const unseal = (supplier, body) => (glue.ticket_open(supplier, putAlone(body)) === 0 ? outputBytes().slice() : undefined);

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
  const length = putAlone(text);
  const refused = glue.read_message(message, program, length, quantity, now) !== 0;
  refresh();
  const issues = findings();
  return refused ? { value: undefined, issues, error: failed(failure()) } : { value: take(read, text), issues, error: undefined };
}

/**
 * Whether nothing refuses a message. Nothing is built of it.
 * @param {number} message
 * @param {string | Uint8Array} text
 * @param {number} quantity of the order; -1 where it is not known
 */
export const acceptsMessage = (message, text, quantity) =>
  isWellFormed(text) && glue.read_message(message, false, putAlone(text), quantity, Number.NaN) === 0;

/**
 * Checks a message of the ride API by itself, a request's text or a reply's.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 * @returns {{ value: any, issues: readonly Finding[] }}
 */
export function checkRide(of, isReply, text) {
  const refused = glue.ride_check(of, isReply, putAlone(text)) !== 0;
  refresh();
  const issues = findings();
  return { value: refused ? undefined : take(readRide[isReply ? interfaces.length + of : of], NOWHERE), issues };
}

/**
 * Whether nothing refuses it. Nothing is built of it.
 * @param {number} of the interface
 * @param {boolean} isReply
 * @param {string | Uint8Array} text
 */
export function acceptsRide(of, isReply, text) {
  // A failure of the gateway is no message, and a good reply all the same.
  glue.ride_check(of, isReply, putAlone(text));
  refresh();
  return !findings().some(({ refuses }) => refuses);
}

/**
 * Writes a message of either API in the wire's notation.
 * @param {number} message
 * @param {object} program
 * @returns {string}
 */
export function writeMessage(message, program) {
  const length = putAlone(stringify(program));
  if (glue.read_message(message, true, length, -1, Number.NaN) !== 0) throw failed(failure());
  glue.write_message(message, length);
  return output();
}

/**
 * @param {object} settings as src/wasm/ride.rs names them
 * @param {HostCipher} [cipher]
 * @returns {number} the client's handle
 */
export function openClient(settings, cipher) {
  const handle = glue.ride_client(putAlone(stringify({ ...settings, hasCipher: cipher && true })));
  if (handle === NONE) throw failed(failure());
  keepCipher(ofClient(handle), cipher);
  return handle;
}

/**
 * Writes and seals a request of the ride API.
 * @param {number} client
 * @param {number} of the interface
 * @param {object} program
 * @param {number} now
 */
export function sealRequest(client, of, program, now) {
  const written = stringify(program);
  refuseLostNumbers(program, "");
  if (glue.ride_request(client, of, putAlone(written), now) !== 0) throw failed(failure());
  const text = output();
  const end = text.indexOf("\n");
  return { url: text.slice(0, end), body: text.slice(end + 1), warnings: findings() };
}

/**
 * JSON has no NaN and no infinity: they are written as null, which looks like a field that was left out.
 * @param {any} value
 * @param {string} path
 */
function refuseLostNumbers(value, path) {
  if (typeof value === "number" || value instanceof Date) {
    if (!Number.isFinite(Number(value)))
      throw new MeituanError("WRONG_TYPE", { path, detail: `expected a number, found ${value}` });
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => {
      refuseLostNumbers(item, `${path}[${index}]`);
    });
  } else if (typeof value === "object" && value !== null) {
    for (const [name, field] of Object.entries(value)) refuseLostNumbers(field, path === "" ? name : `${path}.${name}`);
  }
}

/**
 * Reads a reply of the ride API, in whichever form it comes.
 * @param {number} client
 * @param {number} of the interface
 * @param {string | Uint8Array} body
 * @returns {{ reply: any, warnings: readonly Finding[], traceId: string, failure: any }}
 */
export function readRideReply(client, of, body) {
  const refused = glue.ride_read_reply(client, of, putAlone(body)) !== 0;
  refresh();
  if (refused) return { reply: undefined, warnings: NOTHING, traceId: "", failure: failure() };
  const traceId = output();
  // What was read is not always the body: it may stand inside it, or have been sealed.
  return { reply: take(readRide[interfaces.length + of], NOWHERE), warnings: findings(), traceId, failure: undefined };
}
const NOWHERE = new Uint8Array(0);

/**
 * Takes a push of the ride API.
 * @param {number} client
 * @param {string} uri
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ of: number, isOther: boolean, message: any, warnings: readonly Finding[], key: string, error: undefined } | { error: MeituanError, answer: string }}
 */
export function receivePush(client, uri, body, now) {
  reserve(3 * uri.length + mostBytes(body));
  const headLength = put(uri, 0);
  const bodyLength = put(body, headLength);
  const refused = glue.ride_receive(client, headLength, bodyLength, now) !== 0;
  refresh();
  const of = row[CALL];
  if (refused || of === NONE) {
    const answer = output();
    return { error: failed(failure()), answer };
  }
  const key = output();
  const isOther = (row[MARKS] & OTHER) !== 0;
  return { of, isOther, message: take(readRide[of], NOWHERE), warnings: findings(), key, error: undefined };
}

/**
 * @param {Uint8Array} random 16 bytes
 * @returns {string | undefined}
 */
export const orderId = (random) => (glue.ride_order_id(putAlone(random)) === 0 ? output() : undefined);

/** @param {unknown} value */
const kindOf = (value) => (value === null ? "null" : Array.isArray(value) ? "a list" : typeof value);

/**
 * What the module's key for envelopes was made of. Who seals one does the next with the same key, and making it takes as long.
 * So the last secretKey stays in memory here, as it does where it came from: texts of JavaScript cannot be overwritten.
 */
let secretKeyMade = "";
/** @type {HostCipher | undefined} */
let cipherMade;

/**
 * @param {unknown} secretKey
 * @param {HostCipher | undefined} cipher
 */
function makeKey(secretKey, cipher) {
  if (secretKey === secretKeyMade && cipher === cipherMade && secretKey !== "") return;
  if (typeof secretKey !== "string")
    throw new MeituanError("INVALID_CONFIG", { path: "secretKey", detail: `expected a text, found ${kindOf(secretKey)}` });
  secretKeyMade = "";
  keepCipher(OF_CALL, cipher);
  if (glue.envelope_key(putAlone(secretKey), cipher !== undefined) !== 0) throw failed(failure());
  secretKeyMade = secretKey;
  cipherMade = cipher;
}

/**
 * @param {string} secretKey
 * @param {string} text
 * @param {HostCipher} [cipher]
 * @returns {string}
 */
export function sealEnvelope(secretKey, text, cipher) {
  if (typeof text !== "string")
    throw new MeituanError("WRONG_TYPE", { path: "text", detail: `expected a text, found ${kindOf(text)}` });
  if (!isWellFormed(text)) throw new MeituanError("LONE_SURROGATE", {});
  makeKey(secretKey, cipher);
  if (glue.envelope_seal(putAlone(text)) !== 0) throw failed(failure());
  return asciiOutput();
}

/**
 * @param {string} secretKey
 * @param {string | Uint8Array} content
 * @param {HostCipher} [cipher]
 * @returns {string}
 */
export function openEnvelope(secretKey, content, cipher) {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) {
    throw new MeituanError("WRONG_TYPE", { path: "content", detail: `expected a text or its bytes, found ${kindOf(content)}` });
  }
  makeKey(secretKey, cipher);
  if (glue.envelope_open(putAlone(content)) !== 0) throw failed(failure());
  return output();
}

/**
 * The end of an envelope that has no more fields: written as text, it costs less than an object around the body.
 * @param {unknown} body
 */
const ending = (body) => (body === undefined ? "}" : `,"body":${stringify(body)}}`);
