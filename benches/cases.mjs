// What is measured, against whom, and what must hold.
//
// There are two kinds of runtime. On Node a handler has node:crypto, Buffer, and libraries that compile validators with
// `new Function`. At the edge there is none of these; the names of such cases begin with `edge-`, and they are measured in a
// process without Buffer.

import * as crypto from "node:crypto";
import { nodeCipher } from "meituan-protocol/ride";
import {
  heartbeatCalls,
  orderCreateCalls,
  orderLives,
  orderPayCalls,
  orderStates,
  texts,
  vouchersIn,
  wrongOrderCreateCalls,
  wrongOrderLives,
  wrongOrderPayCalls,
  wrongOrderStates,
} from "./bodies.mjs";
import * as fetching from "./fetch.mjs";
import * as library from "./library.mjs";
import { validators as ajv } from "./peers/ajv.mjs";
import { validators as byHand } from "./peers/by-hand.mjs";
import * as cryptoJs from "./peers/crypto-js.mjs";
import * as noble from "./peers/noble.mjs";
import * as nodeCrypto from "./peers/node-crypto.mjs";
import {
  asyncSupplier,
  decodeByBuffer,
  decodeByTextDecoder,
  heartbeatSigner,
  orderStateJudge,
  orderStateReader,
  supplier,
} from "./peers/supplier.mjs";
import { validators as typebox } from "./peers/typebox.mjs";
import { validators as valibot } from "./peers/valibot.mjs";
import * as webcrypto from "./peers/webcrypto.mjs";
import { validators as zodValidators } from "./peers/zod.mjs";
import * as receive from "./receive.mjs";
import { CLIENT_SECRET, NOW } from "./settings.mjs";
import * as stored from "./stored.mjs";

/**
 * @typedef {[gate: number, goal: number]} Demand
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {RuntimeName} runtime
 * @property {number} [bytes] about how many are read, or written
 * @property {Script} script
 * @property {() => readonly any[]} inputs
 * @property {() => readonly any[]} [wrong] inputs that everybody refuses: by throwing, or by the answer false
 * @property {boolean} [isAsync] the contenders answer by promises
 * @property {import("./measure.mjs").Contender} library
 * @property {Record<string, import("./measure.mjs").Contender>} peers
 * @property {(answer: any) => unknown} answer what must be the same for all
 *
 * @typedef {import("./bodies.mjs").Script} Script
 * @typedef {keyof typeof RUNTIMES} RuntimeName
 * @typedef {{ runtime: RuntimeName, size: number, script: Script }} Choice size in KB
 */

/**
 * What our time may be, by the peer's: the gate must hold, the goal is what we aim at. Chinese bodies have their own gates, a
 * sixth above what was measured; what we aim at is the gate of ASCII.
 * @type {Record<string, Record<string, Demand>>}
 */
export const DEMANDS = {
  sign: { "node:crypto": [0.36, 0.28] },
  verify: { "node:crypto": [0.36, 0.28] },
  "verdict-1.5k": { zod: [0.25, 0.2], ajv: [0.36, 0.28] },
  "verdict-64k": { zod: [0.3, 0.2] },
  "object-1.5k": { zod: [0.36, 0.3], ajv: [0.55, 0.42] },
  "call-1.5k": { "node:crypto + zod": [0.32, 0.26], "node:crypto + by hand": [0.53, 0.42] },
  "pay-1.5k": { "node:crypto + zod": [0.6, 0.4], "node:crypto + by hand": [0.8, 0.5] },
  "pay-4k": { "node:crypto + zod": [0.6, 0.4], "node:crypto + by hand": [0.8, 0.5] },
  "edge-call-1.5k": { "noble + zod jitless": [0.26, 0.18] },
  "edge-pay-1.5k": { "noble + zod jitless": [0.6, 0.45] },
  "stored-1.5k": { "node:crypto + by hand": [2.6, 2] },
  "stored-core-1.5k": { "node:crypto + by hand": [4.6, 3] },
  "receive-1.5k": { "the module of messages": [1.15, 1.05] },
  "seal-0.25k": { "node:crypto": [1, 0.85] },
  "open-0.25k": { "node:crypto": [1.2, 1] },
  "seal-1.5k": { "node:crypto": [1.25, 1.05] },
  "open-1.5k": { "node:crypto": [1.25, 1.05] },
  "seal-64k": { "node:crypto": [1.25, 1.05] },
  "open-64k": { "node:crypto": [1.25, 1.05] },
  "edge-seal-1.5k": { "@noble/ciphers": [0.18, 0.15] },
  "edge-open-1.5k": { "@noble/ciphers": [0.5, 0.4] },

  "verdict-1.5k-chinese": { zod: [0.25, 0.22], ajv: [0.32, 0.3] },
  "object-1.5k-chinese": { zod: [0.41, 0.3], ajv: [0.52, 0.4] },
  "call-1.5k-chinese": { "node:crypto + zod": [0.42, 0.25], "node:crypto + by hand": [0.65, 0.42] },
  "edge-call-1.5k-chinese": { "noble + zod jitless": [0.39, 0.15] },
};

const KILOBYTE = 1024;
const SIZES = [0.5, 1.5, 4, 64];
const SEALED_SIZES = [0.25, 1.5, 64];
const SCRIPTS = /** @type {const} */ (["ascii", "chinese"]);
export const SECRET_KEY = "AAECAwQFBgcICQoLDA0ODw==";

const zod = zodValidators({ jitless: false });
const zodJitless = zodValidators({ jitless: true });
const signers = {
  "node:crypto": nodeCrypto.signer(CLIENT_SECRET),
  noble: noble.signer(CLIENT_SECRET),
  "crypto-js": cryptoJs.signer(CLIENT_SECRET),
};

/**
 * @param {[keyof typeof signers, string, any][]} pairs
 * @param {import("./peers/supplier.mjs").Decode} decode
 */
const suppliersOf = (pairs, decode) =>
  Object.fromEntries(
    pairs.map(([signer, name, validators]) => [`${signer} + ${name}`, supplier(signers[signer], validators, decode)]),
  );

export const RUNTIMES = {
  node: {
    prefix: "",
    decode: decodeByBuffer,
    signers: { "node:crypto": signers["node:crypto"] },
    readers: { zod, ajv, valibot, typebox, "by hand": byHand },
    suppliers: suppliersOf(
      [
        ["node:crypto", "zod", zod],
        ["node:crypto", "ajv", ajv],
        ["node:crypto", "valibot", valibot],
        ["node:crypto", "typebox", typebox],
        ["node:crypto", "by hand", byHand],
      ],
      decodeByBuffer,
    ),
    envelopes: { "node:crypto": nodeCrypto.envelope(SECRET_KEY) },
    /** What a body is. @param {Buffer} bytes @returns {Uint8Array} */
    bytes: (bytes) => bytes,
  },
  edge: {
    prefix: "edge-",
    decode: decodeByTextDecoder,
    signers: { "@noble/hashes": signers.noble, "crypto-js": signers["crypto-js"] },
    readers: { "zod jitless": zodJitless, valibot, "by hand": byHand },
    suppliers: suppliersOf(
      [
        ["noble", "zod jitless", zodJitless],
        ["noble", "valibot", valibot],
        ["noble", "by hand", byHand],
        ["crypto-js", "zod jitless", zodJitless],
      ],
      decodeByTextDecoder,
    ),
    envelopes: { "@noble/ciphers": noble.envelope(SECRET_KEY), "crypto-js": cryptoJs.envelope(SECRET_KEY) },
    /** @param {Buffer} bytes @returns {Uint8Array} */
    bytes: (bytes) => Uint8Array.from(bytes),
  },
};

/** @template From, To @param {Record<string, From>} record @param {(value: From) => To} change @returns {Record<string, To>} */
const mapped = (record, change) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** A reply as its reader sees it: names and values, in whatever order. @param {{ status: number, body: string }} reply */
const asRead = ({ status, body }) => ({ status, body: JSON.parse(body) });

/** Values without what is absent, and without the order of names. @param {unknown} value */
const plain = (value) => JSON.parse(JSON.stringify(value));

/** What all contenders read in a reply: the outcome and the delivery are our words for its code. @param {any} reply */
const asAllRead = ({ warnings, delivery, outcome, ...reply }) => ({ ...plain(reply), warnings: warnings.length });

/** A call as the runtime hands it over. @param {RuntimeName} runtime */
const receivedBy = (runtime) => (/** @type {any} */ call) => ({ ...call, body: RUNTIMES[runtime].bytes(call.body) });

/** @param {string} verb @param {Choice} choice */
const nameOf = (verb, { runtime, size, script }) =>
  `${RUNTIMES[runtime].prefix}${verb}-${size}k${script === "ascii" ? "" : `-${script}`}`;

/** @param {number[]} sizes @param {(choice: Choice) => Case} make */
const bySize = (sizes, make) =>
  runtimes.flatMap((runtime) => SCRIPTS.flatMap((script) => sizes.map((size) => make({ runtime, size, script }))));

const runtimes = /** @type {RuntimeName[]} */ (Object.keys(RUNTIMES));

/** @type {Case[]} */
export const cases = [
  ...runtimes.map(sign),
  ...runtimes.map(verify),
  ...bySize(SIZES, verdict),
  ...bySize(SIZES, object),
  ...bySize(SIZES, call),
  ...bySize([0.5, 1.5, 4], pay).filter(({ script }) => script === "ascii"),
  ...runtimes.map(echoed),
  fetched(),
  awaited(),
  received(),
  storedLife("stored", stored.onPlatform),
  storedLife("stored-core", stored.onLight),
  ...bySize(SEALED_SIZES, seal),
  ...bySize(SEALED_SIZES, open),
  ...[0.25, 1.5, 4, 64].flatMap((size) => {
    const choice = /** @type {const} */ ({ runtime: "node", size, script: "ascii" });
    return [hosted(seal(choice)), hosted(open(choice))];
  }),
];

/** @param {RuntimeName} runtime @returns {Case} */
function sign(runtime) {
  return {
    name: `${RUNTIMES[runtime].prefix}sign`,
    title: "sign a request",
    ...{ runtime, script: "ascii" },
    inputs: () => Array.from({ length: 16 }, (_, index) => ({ url: `/mt/heartbeat?beat=${index}`, now: NOW + index * 1000 })),
    library: library.signHeartbeat,
    peers: mapped(RUNTIMES[runtime].signers, heartbeatSigner),
    answer: ({ method, headers, body, stringToSign }) => ({
      method,
      headers: { ...headers },
      body: JSON.parse(body),
      stringToSign,
    }),
  };
}

/** @param {RuntimeName} runtime @returns {Case} */
function verify(runtime) {
  const { prefix, signers, decode } = RUNTIMES[runtime];
  return {
    name: `${prefix}verify`,
    title: "verify a call",
    ...{ runtime, script: "ascii" },
    inputs: () => heartbeatCalls().map(receivedBy(runtime)),
    library: library.heartbeat,
    peers: mapped(signers, (signer) => supplier(signer, byHand, decode).heartbeat),
    answer: asRead,
  };
}

/** @param {Choice} choice @returns {Case} */
function verdict(choice) {
  const { readers, decode, bytes } = RUNTIMES[choice.runtime];
  return {
    ...choice,
    name: nameOf("verdict", choice),
    title: "validate to a verdict",
    bytes: choice.size * KILOBYTE,
    inputs: () => orderStates(choice.size * KILOBYTE, choice.script).map(bytes),
    wrong: wrongOrderStates,
    library: library.judgeOrderState,
    peers: mapped(readers, ({ orderState }) => orderStateJudge(orderState, decode)),
    answer: (accepted) => accepted,
  };
}

/** @param {Choice} choice @returns {Case} */
function object(choice) {
  const { readers, decode, bytes } = RUNTIMES[choice.runtime];
  return {
    ...choice,
    name: nameOf("object", choice),
    title: "validate to a plain typed object",
    bytes: choice.size * KILOBYTE,
    inputs: () => orderStates(choice.size * KILOBYTE, choice.script).map(bytes),
    wrong: wrongOrderStates,
    library: library.readOrderState,
    peers: mapped(readers, ({ orderState }) => orderStateReader(orderState, decode)),
    answer: asAllRead,
  };
}

/** @param {Choice} choice @returns {Case} */
function call(choice) {
  return {
    ...choice,
    name: nameOf("call", choice),
    title: "whole call: order create",
    bytes: choice.size * KILOBYTE,
    inputs: () => orderCreateCalls(choice.size * KILOBYTE, choice.script).map(receivedBy(choice.runtime)),
    wrong: wrongOrderCreateCalls,
    library: library.orderCreate,
    peers: mapped(RUNTIMES[choice.runtime].suppliers, ({ orderCreate }) => orderCreate),
    answer: asRead,
  };
}

/** The body is that of the reply. @param {Choice} choice @returns {Case} */
function pay(choice) {
  const received = receivedBy(choice.runtime);
  return {
    ...choice,
    name: nameOf("pay", choice),
    title: "whole call: order pay, a code for each ticket",
    bytes: choice.size * KILOBYTE,
    inputs: () =>
      orderPayCalls(vouchersIn(choice.size * KILOBYTE)).map((input) => ({ ...input, request: received(input.request) })),
    wrong: wrongOrderPayCalls,
    library: library.orderPay,
    peers: mapped(RUNTIMES[choice.runtime].suppliers, ({ orderPay }) => orderPay),
    answer: asRead,
  };
}

/** What programs echo is a slice of the request with us, and a string of its own with the others. @param {RuntimeName} runtime @returns {Case} */
function echoed(runtime) {
  const contest = pay({ runtime, size: 1.5, script: "ascii" });
  return {
    ...contest,
    name: contest.name.replace("pay", "pay-echo"),
    title: "whole call: order pay, a code for each ticket, with a value of the request",
    library: library.orderPayEchoing,
    peers: mapped(RUNTIMES[runtime].suppliers, ({ orderPayEchoing }) => orderPayEchoing),
    wrong: () => wrongOrderPayCalls().slice(0, -1),
  };
}

/** @returns {Case} */
function fetched() {
  return {
    ...call({ runtime: "node", size: 1.5, script: "ascii" }),
    name: "fetch-1.5k",
    title: "whole call: order create, Request to Response",
    isAsync: true,
    library: fetching.library,
    peers: {
      "node:crypto + zod": fetching.peer(nodeCrypto.signer, zod),
      "node:crypto + by hand": fetching.peer(nodeCrypto.signer, byHand),
    },
  };
}

/** Against WebCrypto, which every edge has, and which answers by promises. @returns {Case} */
function awaited() {
  return {
    ...call({ runtime: "edge", size: 1.5, script: "ascii" }),
    name: "edge-call-webcrypto-1.5k",
    title: "whole call: order create, by promises",
    isAsync: true,
    library: async (request) => library.orderCreate(request),
    peers: mapped({ "WebCrypto + zod jitless": zodJitless, "WebCrypto + by hand": byHand }, (validators) =>
      asyncSupplier(webcrypto.signer(CLIENT_SECRET), validators, decodeByTextDecoder),
    ),
  };
}

/** @returns {Case} */
function received() {
  const choice = /** @type {const} */ ({ runtime: "node", size: 1.5, script: "ascii" });
  return {
    ...choice,
    name: nameOf("receive", choice),
    title: "take a call apart in the module of orders",
    bytes: choice.size * KILOBYTE,
    inputs: () => orderCreateCalls(choice.size * KILOBYTE, choice.script),
    wrong: wrongOrderCreateCalls,
    library: receive.orders,
    peers: { "the module of messages": receive.messages },
    answer: (accepted) => accepted,
  };
}

/**
 * The size is that of order create.
 * @param {string} verb
 * @param {typeof stored.onPlatform} contenders
 * @returns {Case}
 */
function storedLife(verb, contenders) {
  const choice = /** @type {const} */ ({ runtime: "node", size: 1.5, script: "ascii" });
  return {
    ...choice,
    name: nameOf(verb, choice),
    title: `stored order: create, pay and refund${verb === "stored" ? "" : ", without the platform's Request and Response"}`,
    bytes: choice.size * KILOBYTE,
    isAsync: true,
    inputs: () => orderLives(choice.size * KILOBYTE),
    wrong: wrongOrderLives,
    ...contenders,
    answer: (replies) => replies.map(JSON.parse),
  };
}

/** @param {Choice} choice @returns {Case} */
function seal(choice) {
  return {
    ...choice,
    name: nameOf("seal", choice),
    title: "seal an envelope",
    bytes: choice.size * KILOBYTE,
    inputs: () => texts(choice.size * KILOBYTE, choice.script),
    library: library.envelope(SECRET_KEY).seal,
    peers: mapped(RUNTIMES[choice.runtime].envelopes, ({ seal }) => seal),
    answer: (content) => content,
  };
}

/** @param {Choice} choice @returns {Case} */
function open(choice) {
  return {
    ...choice,
    name: nameOf("open", choice),
    title: "open an envelope",
    bytes: choice.size * KILOBYTE,
    inputs: () => texts(choice.size * KILOBYTE, choice.script).map(RUNTIMES.node.envelopes["node:crypto"].seal),
    library: library.envelope(SECRET_KEY).open,
    peers: mapped(RUNTIMES[choice.runtime].envelopes, ({ open }) => open),
    answer: (text) => text,
  };
}

/** The same with the host's cipher, which the user has handed over. @param {Case} contest @returns {Case} */
function hosted({ name, title, ...contest }) {
  const [verb] = name.split("-");
  const { seal, open } = library.envelope(SECRET_KEY, nodeCipher(crypto));
  return {
    ...contest,
    name: name.replace("-", "-hosted-"),
    title: `${title}, by nodeCipher`,
    library: verb === "seal" ? seal : open,
  };
}
