// The ride API in the module of messages: clients, requests, replies, pushes.

import type { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import { interfaces, read as readRide } from "../generated/ride-messages.js";
import type { Written } from "../http/reply.js";
import * as glue from "../loaders/glue.js";
import { withFound } from "../values/culprits.js";
import { stringify } from "../values/json.js";
import { CALL, MARKS, mostBytes, NONE, NOTHING, OTHER } from "./boundary.js";
import type { Failure } from "./failures.js";
import type { HostCipher } from "./host-cipher.js";
import { boundary, indexOf, NOWHERE, opened, saidOf, take } from "./messages-module.js";
import type { Opened } from "./opened.js";
import { Places } from "./places.js";

export const interfaceIndex = /* @__PURE__ */ indexOf(() => interfaces.map(({ name }) => name));

let clients: Places | undefined;
/** Made when the first is opened: bundlers keep what is made at import, and the exports that it names. */
const places = (): Places => {
  clients ??= new Places(boundary, "clients", glue.ride_client);
  return clients;
};

const ofClient = (place: number) => 2 * place + 2;

/** @param settings as src/wasm/ride.rs names them */
export const openClient = (settings: object, cipher?: HostCipher): Opened => opened(places(), settings, cipher, ofClient);

/** A request that is sealed. */
export interface Sealed {
  readonly url: string;
  readonly body: string;
  readonly warnings: readonly Finding[];
}

/**
 * Writes and seals a request of the ride API.
 * @param of the interface
 */
export function sealRequest(client: Opened, of: number, program: object, now: number): Sealed {
  const written = stringify(program, "");
  return boundary.call(() => {
    if (glue.ride_request(client.number, of, boundary.putAlone(written), now) !== 0)
      throw withFound(boundary.failed(), program, { whole: "message" });
    const text = boundary.output();
    const end = text.indexOf("\n");
    return { url: text.slice(0, end), body: text.slice(end + 1), warnings: boundary.findings() };
  });
}

/**
 * Reads a reply of the ride API, in whichever form it comes.
 * @param of the interface
 */
export const readRideReply = (
  client: Opened,
  of: number,
  status: number,
  body: string | Uint8Array,
): { reply: unknown; warnings: readonly Finding[]; traceId: string; failure: Failure | undefined } =>
  boundary.call(() => {
    const refused = glue.ride_read_reply(client.number, of, status, boundary.putAlone(body)) !== 0;
    boundary.refresh();
    if (refused) return { reply: undefined, warnings: NOTHING, traceId: "", failure: boundary.failure() };
    const traceId = boundary.output();
    // The JSON that was read is not always the body: it may be inside it, or have been sealed.
    const reply = take(readRide[interfaces.length + of], NOWHERE);
    return { reply, warnings: boundary.findings(), traceId, failure: undefined };
  });

/** A push as the module has read it. */
export interface ReceivedMessage {
  /** The interface. */
  readonly of: number;
  /** Whether it is about another business than rides. */
  readonly isOther: boolean;
  readonly message: unknown;
  readonly warnings: readonly Finding[];
  readonly key: string;
}

/** Reads a push of the ride API. */
export const receivePush = (
  client: Opened,
  uri: string,
  body: string | Uint8Array,
  now: number,
): (ReceivedMessage & { error: undefined }) | { error: MeituanError } =>
  boundary.call(() => {
    const { number } = client;
    boundary.reserve(3 * uri.length + mostBytes(body));
    const headLength = boundary.put(uri, 0);
    const bodyLength = boundary.put(body, headLength);
    const refused = glue.ride_receive(number, headLength, bodyLength, now) !== 0;
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

/** The answer to a push that is refused for what was found before the module saw it, or for a fault of our own. */
export const answerRefusedPush = (error: MeituanError): Written =>
  boundary.call(() => {
    glue.ride_refuse(boundary.putAlone(saidOf(error)));
    boundary.refresh();
    return { ...boundary.answer(), encrypted: false };
  });

/** The answer to a push: 0, or the code of a failure and its message. */
export const answerPush = (code: number, message: string): string =>
  boundary.call(() => {
    if (glue.ride_answer(code, boundary.putAlone(message)) !== 0) throw boundary.failed();
    return boundary.output();
  });
