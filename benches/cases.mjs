// What is measured, against whom, and what must hold.

import {
  CLIENT_SECRET,
  heartbeatCalls,
  NOW,
  orderCreateCalls,
  orderPayCalls,
  orderStates,
  texts,
  vouchersIn,
  wrongOrderCreateCalls,
  wrongOrderPayCalls,
  wrongOrderStates,
} from "./bodies.mjs";
import * as library from "./library.mjs";
import { validators as ajv } from "./peers/ajv.mjs";
import { validators as byHand } from "./peers/by-hand.mjs";
import * as cryptoJs from "./peers/crypto-js.mjs";
import * as noble from "./peers/noble.mjs";
import * as nodeCrypto from "./peers/node-crypto.mjs";
import { heartbeatSigner, orderStateJudge, orderStateReader, supplier } from "./peers/supplier.mjs";
import { validators as typebox } from "./peers/typebox.mjs";
import { validators as valibot } from "./peers/valibot.mjs";
import { validators as zodValidators } from "./peers/zod.mjs";

/**
 * @typedef {{ gate: number, goal: number }} Demand
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {number} [bytes] about how many are read, or written
 * @property {"ascii" | "chinese"} script
 * @property {() => readonly any[]} inputs
 * @property {() => readonly any[]} [wrong] inputs that everybody refuses: by throwing, or by the answer false
 * @property {import("./measure.mjs").Contender} library
 * @property {Record<string, import("./measure.mjs").Contender>} peers
 * @property {Record<string, Demand>} [demands] by peer
 * @property {(answer: any) => unknown} answer what must be the same for all
 */

const KILOBYTE = 1024;
const SIZES = [0.5, 1.5, 4, 64];
const SCRIPTS = /** @type {const} */ (["ascii", "chinese"]);
export const SECRET_KEY = "AAECAwQFBgcICQoLDA0ODw==";

const zod = zodValidators({ jitless: false });
const zodJitless = zodValidators({ jitless: true });
const signers = {
  node: nodeCrypto.signer(CLIENT_SECRET),
  noble: noble.signer(CLIENT_SECRET),
  cryptoJs: cryptoJs.signer(CLIENT_SECRET),
};
export const suppliers = {
  "node:crypto + zod": supplier(signers.node, zod),
  "node:crypto + ajv": supplier(signers.node, ajv),
  "node:crypto + valibot": supplier(signers.node, valibot),
  "node:crypto + typebox": supplier(signers.node, typebox),
  "node:crypto + by hand": supplier(signers.node, byHand),
  "noble + zod jitless": supplier(signers.noble, zodJitless),
  "crypto-js + zod jitless": supplier(signers.cryptoJs, zodJitless),
};
export const readers = { zod, "zod jitless": zodJitless, ajv, valibot, typebox, "by hand": byHand };
const envelopes = {
  "node:crypto": nodeCrypto.envelope(SECRET_KEY),
  "@noble/ciphers": noble.envelope(SECRET_KEY),
  "crypto-js": cryptoJs.envelope(SECRET_KEY),
};

/** @template From, To @param {Record<string, From>} record @param {(value: From) => To} change @returns {Record<string, To>} */
const mapped = (record, change) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** A reply as its reader sees it: names and values, in whatever order. @param {{ status: number, body: string }} reply */
const asRead = ({ status, body }) => ({ status, body: JSON.parse(body) });

/** Values without what is absent, and without the order of names. @param {unknown} value */
export const plain = (value) => JSON.parse(JSON.stringify(value));

/** @param {any} reply */
const withoutWarningTexts = ({ warnings, ...reply }) => ({ ...plain(reply), warnings: warnings.length });

/** @param {number} size @param {string} script */
const suffix = (size, script) => `${size}k${script === "ascii" ? "" : `-${script}`}`;

/** The gates hold for ASCII bodies of 1.5 KB unless a case says otherwise. @param {number} size @param {string} script */
const isGated = (size, script) => size === 1.5 && script === "ascii";

const WHOLE_CALL = {
  "node:crypto + zod": { gate: 0.25, goal: 0.17 },
  "node:crypto + by hand": { gate: 0.42, goal: 0.28 },
  "noble + zod jitless": { gate: 0.15, goal: 0.1 },
};

/** @type {Case[]} */
export const cases = [
  {
    name: "sign",
    title: "sign a request",
    script: "ascii",
    inputs: () => Array.from({ length: 16 }, (_, index) => ({ url: `/mt/heartbeat?beat=${index}`, now: NOW + index * 1000 })),
    library: library.signHeartbeat,
    peers: {
      "node:crypto": heartbeatSigner(signers.node),
      "@noble/hashes": heartbeatSigner(signers.noble),
      "crypto-js": heartbeatSigner(signers.cryptoJs),
    },
    demands: { "node:crypto": { gate: 0.4, goal: 0.28 } },
    answer: ({ method, headers, body, stringToSign }) => ({
      method,
      headers: { ...headers },
      body: JSON.parse(body),
      stringToSign,
    }),
  },
  {
    name: "verify",
    title: "verify a call",
    script: "ascii",
    inputs: heartbeatCalls,
    library: library.heartbeat,
    peers: {
      "node:crypto": supplier(signers.node, byHand).heartbeat,
      "@noble/hashes": supplier(signers.noble, byHand).heartbeat,
      "crypto-js": supplier(signers.cryptoJs, byHand).heartbeat,
    },
    demands: { "node:crypto": { gate: 0.3, goal: 0.2 } },
    answer: asRead,
  },
  ...SCRIPTS.flatMap((script) => SIZES.map((size) => verdict(size, script))),
  ...SCRIPTS.flatMap((script) => SIZES.map((size) => object(size, script))),
  ...SCRIPTS.flatMap((script) => SIZES.map((size) => call(size, script))),
  ...[0.5, 1.5, 4].map(pay),
  ...[0.25, 1.5, 64].flatMap((size) => SCRIPTS.map((script) => seal(size, script))),
  ...[0.25, 1.5, 64].flatMap((size) => SCRIPTS.map((script) => open(size, script))),
];

/** @param {number} size @param {"ascii" | "chinese"} script @returns {Case} */
function verdict(size, script) {
  const demands = isGated(size, script)
    ? { zod: { gate: 0.22, goal: 0.15 }, ajv: { gate: 0.42, goal: 0.3 } }
    : size === 64 && script === "ascii"
      ? { zod: { gate: 0.3, goal: 0.2 } }
      : undefined;
  return {
    name: `verdict-${suffix(size, script)}`,
    title: "validate to a verdict",
    bytes: size * KILOBYTE,
    script,
    inputs: () => orderStates(size * KILOBYTE, script),
    wrong: wrongOrderStates,
    library: library.judgeOrderState,
    peers: mapped(readers, ({ orderState }) => orderStateJudge(orderState)),
    demands,
    answer: (accepted) => accepted,
  };
}

/** @param {number} size @param {"ascii" | "chinese"} script @returns {Case} */
function object(size, script) {
  return {
    name: `object-${suffix(size, script)}`,
    title: "validate to a plain typed object",
    bytes: size * KILOBYTE,
    script,
    inputs: () => orderStates(size * KILOBYTE, script),
    wrong: wrongOrderStates,
    library: library.readOrderState,
    peers: mapped(readers, ({ orderState }) => orderStateReader(orderState)),
    demands: isGated(size, script) ? { zod: { gate: 0.3, goal: 0.2 }, ajv: { gate: 0.62, goal: 0.4 } } : undefined,
    answer: withoutWarningTexts,
  };
}

/** @param {number} size @param {"ascii" | "chinese"} script @returns {Case} */
function call(size, script) {
  return {
    name: `call-${suffix(size, script)}`,
    title: "whole call: order create",
    bytes: size * KILOBYTE,
    script,
    inputs: () => orderCreateCalls(size * KILOBYTE, script),
    wrong: wrongOrderCreateCalls,
    library: library.orderCreate,
    peers: mapped(suppliers, ({ orderCreate }) => orderCreate),
    demands: isGated(size, script) ? WHOLE_CALL : undefined,
    answer: asRead,
  };
}

/** @param {number} size @returns {Case} */
function pay(size) {
  return {
    name: `pay-${suffix(size, "ascii")}`,
    title: "whole call: order pay, a code for each ticket",
    bytes: size * KILOBYTE,
    script: "ascii",
    inputs: () => orderPayCalls(vouchersIn(size * KILOBYTE)),
    wrong: wrongOrderPayCalls,
    library: library.orderPay,
    peers: mapped(suppliers, ({ orderPay }) => orderPay),
    demands: isGated(size, "ascii") ? WHOLE_CALL : undefined,
    answer: asRead,
  };
}

/** @param {number} size @param {"ascii" | "chinese"} script @returns {Case} */
function seal(size, script) {
  /** @type {Record<string, Demand> | undefined} */
  let demands;
  if (script === "ascii" && size === 0.25) demands = { "node:crypto": { gate: 0.6, goal: 0.25 } };
  if (isGated(size, script)) {
    demands = {
      "node:crypto": { gate: 2.8, goal: 1 },
      "@noble/ciphers": { gate: 0.65, goal: 0.3 },
      "crypto-js": { gate: 0.045, goal: 0.02 },
    };
  }
  return {
    name: `seal-${suffix(size, script)}`,
    title: "seal an envelope",
    bytes: size * KILOBYTE,
    script,
    inputs: () => texts(size * KILOBYTE, script),
    library: library.envelope(SECRET_KEY).seal,
    peers: mapped(envelopes, ({ seal }) => seal),
    demands,
    answer: (content) => content,
  };
}

/** @param {number} size @param {"ascii" | "chinese"} script @returns {Case} */
function open(size, script) {
  return {
    name: `open-${suffix(size, script)}`,
    title: "open an envelope",
    bytes: size * KILOBYTE,
    script,
    inputs: () => texts(size * KILOBYTE, script).map(envelopes["node:crypto"].seal),
    library: library.envelope(SECRET_KEY).open,
    peers: mapped(envelopes, ({ open }) => open),
    answer: (text) => text,
  };
}
