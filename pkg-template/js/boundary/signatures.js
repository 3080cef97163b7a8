// Signatures that are made, checked and explained by themselves, in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { stringify } from "../values/json.js";
import { answered, asked, boundary } from "./orders-module.js";

/**
 * @param {string} secret
 * @param {boolean} prefix
 * @param {{ name: string, value: string }[]} parameters
 * @returns {string}
 */
export const sortedSign = (secret, prefix, parameters) =>
  answered([secret, stringify({ parameters })], (secret, length) => glue.sorted_sign(secret, prefix, length));

/** Ends a text: UTF-8 never has this byte. */
const END = Uint8Array.of(0xff);

/** @param {string[]} texts */
const terminated = (...texts) => texts.flatMap((text) => [text, END]);

/** @param {number[]} lengths */
const together = (...lengths) => lengths.reduce((sum, length) => sum + length, 0);

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @returns {{ authorization: string, signature: string, stringToSign: string }}
 */
export const signByHand = (clientId, secret, method, uri, date) =>
  JSON.parse(answered(terminated(clientId, secret, method, uri, date), (...lengths) => glue.ba_sign(together(...lengths))));

/**
 * @param {string} clientId
 * @param {string} secret
 * @param {string} method
 * @param {string} uri
 * @param {string} date
 * @param {string} authorization
 * @returns what is wrong with it, if anything is
 */
export function verifyByHand(clientId, secret, method, uri, date, authorization) {
  const texts = terminated(clientId, secret, method, uri, date, authorization);
  return asked(texts, (...lengths) => (glue.ba_verify(together(...lengths)) === 0 ? undefined : boundary.failure()));
}

/** @param {string} text */
export const parseHttpDate = (text) => asked([text], glue.parse_http_date);

/**
 * @param {object} questioned as src/wasm/diagnosis.rs names it
 * @returns {any}
 */
export const diagnoseSignature = (questioned) =>
  JSON.parse(answered([stringify(questioned)], (length) => glue.ba_diagnose(length)));
