// Signatures that are made, checked and explained by themselves, in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { stringify } from "../values/json.js";
import { answered, asked, boundary } from "./orders-module.js";

export const sortedSign = (secret: string, prefix: boolean, parameters: { name: string; value: string }[]): string =>
  answered([secret, stringify({ parameters })], (secret, length) => glue.sorted_sign(secret, prefix, length));

/** Ends a text: UTF-8 never has this byte. */
const END = Uint8Array.of(0xff);

const terminated = (...texts: string[]) => texts.flatMap((text) => [text, END]);

const together = (...lengths: number[]) => lengths.reduce((sum, length) => sum + length, 0);

export const signByHand = (
  clientId: string,
  secret: string,
  method: string,
  uri: string,
  date: string,
): { authorization: string; signature: string; stringToSign: string } =>
  JSON.parse(answered(terminated(clientId, secret, method, uri, date), (...lengths) => glue.ba_sign(together(...lengths))));

/** @returns what is wrong with it, if anything is */
export function verifyByHand(clientId: string, secret: string, method: string, uri: string, date: string, authorization: string) {
  const texts = terminated(clientId, secret, method, uri, date, authorization);
  return asked(texts, (...lengths) => (glue.ba_verify(together(...lengths)) === 0 ? undefined : boundary.failure()));
}

export const parseHttpDate = (text: string) => asked([text], glue.parse_http_date);

/** @param questioned as src/wasm/diagnosis.rs names it */
export const diagnoseSignature = (questioned: object): any =>
  JSON.parse(answered([stringify(questioned)], (length) => glue.ba_diagnose(length)));
