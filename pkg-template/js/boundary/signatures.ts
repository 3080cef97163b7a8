// Signatures that are made, checked and explained by themselves, in the module of orders.

import type { MistakeId } from "../generated/mistakes.js";
import * as glue from "../loaders/orders-glue.js";
import { stringify } from "../values/json.js";
import type { Failure } from "./failures.js";
import { answered, boundary, requested } from "./orders-module.js";

export const sortedSign = (secret: string, prefix: boolean, parameters: { name: string; value: string }[]): string =>
  answered([secret, stringify({ parameters })], (secret, length) => glue.sorted_sign(secret, prefix, length));

/** The signature, and what it was made of. */
export interface Signed {
  authorization: string;
  signature: string;
  stringToSign: string;
}

export const signByHand = (clientId: string, secret: string, method: string, uri: string, date: string): Signed =>
  requested([], () => glue.ba_sign(clientId, secret, method, uri, date));

/** @returns what is wrong with it, if anything is */
export const verifyByHand = (
  clientId: string,
  secret: string,
  method: string,
  uri: string,
  date: string,
  authorization: string,
): Failure | undefined =>
  requested([], () => (glue.ba_verify(clientId, secret, method, uri, date, authorization) ? undefined : boundary.failure()));

export const parseHttpDate = (text: string) => requested([text], glue.parse_http_date);

/** What src/wasm/diagnosis.rs reads. */
export interface Questioned {
  method: string;
  url: string;
  date: string | undefined;
  authorization: string | undefined;
  body: string | undefined;
  clientId: string | undefined;
  partnerId: string | undefined;
  secrets: string[];
}

/** What src/ba/diagnosis.rs finds. */
export interface FoundOut {
  stringToSign: string;
  expected: string;
  received: string;
  signed?: string;
  mistakes: MistakeId[];
  isExplained: boolean;
}

export const diagnoseSignature = (questioned: Questioned): FoundOut => requested([], () => glue.ba_diagnose(questioned));
