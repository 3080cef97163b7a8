// The ride API in the module of messages: clients, requests, replies, pushes.

import { interfaces, read as readRide } from "../generated/ride-messages.js";
import * as glue from "../loaders/glue.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { CALL, MARKS, mostBytes, NONE, NOTHING, OTHER } from "./boundary.js";
import { boundary, indexOf, NOWHERE, opened, saidOf, take } from "./messages-module.js";

/**
 * @typedef {import("../errors/error.js").Finding} Finding
 * @typedef {import("../entries/ticket.js").HostCipher} HostCipher
 * @typedef {import("../errors/error.js").MeituanError} MeituanError
 */

export const interfaceIndex = /* @__PURE__ */ indexOf(() => interfaces.map(({ name }) => name));

const ofClient = (/** @type {number} */ handle) => 2 * handle + 2;

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
  return boundary.call(() => {
    if (glue.ride_request(client, of, boundary.putAlone(written), now) !== 0)
      throw withFound(boundary.failed(), program, { whole: "message" });
    const text = boundary.output();
    const end = text.indexOf("\n");
    return { url: text.slice(0, end), body: text.slice(end + 1), warnings: boundary.findings() };
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
  boundary.call(() => {
    const refused = glue.ride_read_reply(client, of, status, boundary.putAlone(body)) !== 0;
    boundary.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, traceId: "", failure: boundary.failure() };
    const traceId = boundary.output();
    // What was read is not always the body: it may stand inside it, or have been sealed.
    const reply = take(readRide[interfaces.length + of], NOWHERE);
    return { reply, warnings: boundary.findings(), traceId, failure: undefined };
  });

/**
 * Takes a push of the ride API.
 * @param {number} client
 * @param {string} uri
 * @param {string | Uint8Array} body
 * @param {number} now
 * @returns {{ of: number, isOther: boolean, message: any, warnings: readonly Finding[], key: string, error: undefined } | { error: MeituanError }}
 */
export const receivePush = (client, uri, body, now) =>
  boundary.call(() => {
    boundary.reserve(3 * uri.length + mostBytes(body));
    const headLength = boundary.put(uri, 0);
    const bodyLength = boundary.put(body, headLength);
    const refused = glue.ride_receive(client, headLength, bodyLength, now) !== 0;
    boundary.refresh();
    const { row } = boundary;
    const of = row[CALL];
    if (refused || of === NONE) {
      return { error: boundary.refused() };
    }
    const key = boundary.output();
    const isOther = (row[MARKS] & OTHER) !== 0;
    return { of, isOther, message: take(readRide[of], NOWHERE), warnings: boundary.findings(), key, error: undefined };
  });

/**
 * The answer to a push that is refused for what was found before the module saw it, or for a fault of our own.
 * @param {MeituanError} error
 */
export const answerRefusedPush = (error) =>
  boundary.call(() => {
    glue.ride_refuse(boundary.putAlone(saidOf(error)));
    boundary.refresh();
    return { ...boundary.answer(), encrypted: false };
  });

/**
 * The answer to a push: 0, or the code of a failure and its message.
 * @param {number} code
 * @param {string} message
 */
export const answerPush = (code, message) =>
  boundary.call(() => {
    if (glue.ride_answer(code, boundary.putAlone(message)) !== 0) throw boundary.failed();
    return boundary.output();
  });
