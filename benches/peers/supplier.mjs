// A supplier as a careful engineer writes it, around a signer and a validator: the same work as one call of the library.

import { CLIENT_ID, NOW, PARTNER_ID, ROUTES } from "../settings.mjs";
import {
  codesAreDistinct,
  orderCreateForPrograms,
  orderPayForPrograms,
  orderRefundForPrograms,
  orderStateForPrograms,
  paysForAll,
  quantitiesAgree,
} from "./rules.mjs";

const TOLERANCE = 600_000;
const SCHEME = `MWS ${CLIENT_ID}:`;
const HEADERS = { "content-type": "application/json; charset=utf-8" };
const routes = new Map(Object.entries(ROUTES));

/** Node's way. @param {Uint8Array} bytes */
export const decodeByBuffer = (bytes) => /** @type {Buffer} */ (bytes).toString();
const decoder = new TextDecoder();
/** Everybody's way. @param {Uint8Array} bytes */
export const decodeByTextDecoder = (bytes) => decoder.decode(bytes);

/** @type {Record<string, (body: any) => any>} */
const forPrograms = {
  orderCreate: orderCreateForPrograms,
  orderPay: orderPayForPrograms,
  orderRefund: orderRefundForPrograms,
  heartbeat: (body) => body,
};

/**
 * @typedef {{ accepts: (value: any) => boolean, read: (value: any) => any }} Validator
 * @typedef {{ sign: (text: string) => string, verify: (text: string, signature: string) => boolean }} Signer
 * @typedef {{ verify: (text: string, signature: string) => boolean | Promise<boolean> }} Verifier
 * @typedef {{ method: string, url: string, headers: Record<string, string>, body: Uint8Array }} Incoming
 * @typedef {(bytes: Uint8Array) => string} Decode how the runtime makes text of bytes
 */

/**
 * @param {Signer} signer
 * @param {Record<string, Validator>} validators
 * @param {Decode} decode
 */
export function supplier(signer, validators, decode) {
  /** What comes before the body: which call it is, what was signed, and its signature. @param {Omit<Incoming, "body">} request */
  function readHead({ method, url, headers }) {
    const query = url.indexOf("?");
    const type = routes.get(query < 0 ? url : url.slice(0, query));
    if (type === undefined) throw new Error("no such route");
    const { date, authorization, partnerid } = headers;
    if (partnerid !== String(PARTNER_ID)) throw new Error("another partner");
    if (!(Math.abs(Date.parse(date) - NOW) <= TOLERANCE)) throw new Error("stale");
    if (authorization === undefined || !authorization.startsWith(SCHEME)) throw new Error("another scheme or client");
    return { type, signed: `${method} ${url}\n${date}`, signature: authorization.slice(SCHEME.length) };
  }

  /** @param {string} type @param {Uint8Array} body */
  function readBody(type, body) {
    const envelope = validators[type].read(JSON.parse(decode(body)));
    if (envelope.partnerId !== PARTNER_ID) throw new Error("another partner");
    return { type, body: forPrograms[type](envelope.body) };
  }

  /** @param {Incoming} request */
  function receive(request) {
    const { type, signed, signature } = readHead(request);
    if (!signer.verify(signed, signature)) throw new Error("wrong signature");
    return readBody(type, request.body);
  }

  /** @param {object | undefined} body */
  const success = (body) => ({
    status: 200,
    headers: HEADERS,
    body: JSON.stringify({ code: 200, describe: "success", partnerId: PARTNER_ID, body }),
  });

  /** @param {any} body @param {any} reply @param {number} quantity */
  function pay(body, reply, quantity) {
    const paid = validators.orderPaid.read({ orderId: Number(body.orderId), ...reply });
    if (!paysForAll(paid, quantity) || !codesAreDistinct(paid)) throw new Error("not a code for each ticket");
    return { ...success(paid), warnings: [] };
  }

  // It is the same each time, so it is written once.
  const alive = success(undefined);

  return {
    ...{ receive, readHead, readBody, success },
    heartbeat(/** @type {Incoming} */ request) {
      receive(request);
      return alive;
    },
    orderCreate(/** @type {Incoming} */ request) {
      const { body } = receive(request);
      return success(validators.orderCreated.read({ partnerOrderId: `P${body.orderId}` }));
    },
    orderPay(/** @type {{ request: Incoming, reply: any, quantity: number }} */ { request, reply, quantity }) {
      const { body } = receive(request);
      return pay(body, reply, quantity);
    },
    /** The same where the reply repeats a value of the request. */
    orderPayEchoing(/** @type {{ request: Incoming, reply: any, quantity: number }} */ { request, reply, quantity }) {
      const { body } = receive(request);
      return pay(body, { ...reply, partnerOrderId: body.partnerOrderId }, quantity);
    },
  };
}

/**
 * The same of order create, where a signature is verified, or a body read, by a promise.
 * @param {Verifier} signer
 * @param {Record<string, Validator>} validators
 * @param {Decode} decode
 */
export function asyncSupplier(signer, validators, decode) {
  const { readHead, readBody, success } = supplier(/** @type {any} */ (signer), validators, decode);
  return async (/** @type {any} */ { body: given, ...head }) => {
    const { type, signed, signature } = readHead(head);
    if (!(await signer.verify(signed, signature))) throw new Error("wrong signature");
    const { body } = readBody(type, typeof given === "function" ? await given() : given);
    return success(validators.orderCreated.read({ partnerOrderId: `P${body.orderId}` }));
  };
}

/**
 * Reads the reply to order query: the plain object for programs.
 * @param {Validator} validator
 * @param {Decode} decode
 */
export const orderStateReader = (validator, decode) => (/** @type {Uint8Array} */ text) => {
  const reply = validator.read(JSON.parse(decode(text)));
  return {
    code: reply.code,
    describe: reply.describe,
    partnerId: reply.partnerId,
    body: orderStateForPrograms(reply.body),
    warnings: quantitiesAgree(reply.body) ? [] : ["query.quantities-agree"],
  };
};

/** @param {Validator} validator @param {Decode} decode */
export const orderStateJudge = (validator, decode) => (/** @type {Uint8Array} */ text) =>
  validator.accepts(JSON.parse(decode(text)));

/** A signed request without a body to speak of: what it is made of is the signature. @param {Signer} signer */
export const heartbeatSigner =
  (signer) =>
  (/** @type {{ url: string, now: number }} */ { url, now }) => {
    const date = new Date(now).toUTCString();
    const stringToSign = `POST ${url}\n${date}`;
    return {
      method: "POST",
      url,
      headers: {
        PartnerId: String(PARTNER_ID),
        Date: date,
        Authorization: SCHEME + signer.sign(stringToSign),
        "Content-Type": "application/json; charset=utf-8",
      },
      body: JSON.stringify({ partnerId: PARTNER_ID }),
      stringToSign,
    };
  };
