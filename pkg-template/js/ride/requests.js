// Sealed requests to Meituan, and what comes back.

import { rejected } from "../boundary/failures.js";
import { readRideReply, sealRequest } from "../boundary/ride-calls.js";
import { interfaces } from "../generated/ride-messages.js";
import { resultCodes } from "../generated/ride-tables.js";
import { cut, rawBody, readBody } from "../http/bodies.js";
import { fetchable, isResponse } from "../http/fetch.js";
import { anyText, integer, nowOf } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { optionsOf } from "../values/options.js";
import { configure } from "./configuration.js";

/** @typedef {import("./configuration.js").Configuration} Configuration */

/**
 * @typedef {{ now?: number | Date }} RequestOptions
 */
/** One method for each interface that the enterprise calls, by its name. */
export class Requests {
  #configuration;

  static {
    const configurationOf = (/** @type {any} */ requests) =>
      typeof requests === "object" && requests !== null && #configuration in requests
        ? requests.#configuration
        : invalid("this", "call it as a method: requests.name(message)", "请作为方法调用：requests.name(message)");
    interfaces.forEach(({ name, direction }, of) => {
      if (direction !== "toMeituan") return;
      /** @this {Requests} @param {any} message @param {RequestOptions} [options] */
      const request = function (message, options) {
        const configuration = configurationOf(this);
        const at = nowOf(options) ?? configuration.clock();
        return new SealedRequest(configuration, of, sealRequest(configuration.handle, of, message, at));
      };
      Object.defineProperty(Requests.prototype, name, { value: request });
    });
  }

  /** @param {Configuration} configuration */
  constructor(configuration) {
    this.#configuration = configuration;
  }
}

/** Those of a program that takes no pushes: it needs nothing of what answers them. */
export class RideRequests extends Requests {
  /** @param {unknown} options of a client */
  constructor(options) {
    super(configure(options));
  }
}

export class SealedRequest {
  #configuration;
  #of;

  /**
   * @param {Configuration} configuration
   * @param {number} of the interface
   * @param {ReturnType<typeof sealRequest>} sealed
   */
  constructor(configuration, of, { url, body, warnings }) {
    this.type = interfaces[of].name;
    this.method = /** @type {const} */ ("POST");
    this.url = url;
    /** @type {Record<string, string>} */
    this.headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
    this.body = body;
    this.warnings = warnings;
    this.#configuration = configuration;
    this.#of = of;
  }

  toRequest() {
    return fetchable(this);
  }

  /**
   * @param {string | Uint8Array | ArrayBuffer} body
   * @param {{ traceId?: string | undefined, status?: number }} [facts]
   */
  parse(body, facts) {
    const { traceId, status = 200 } = optionsOf(facts, "facts", ["traceId", "status"], "");
    if (traceId !== undefined) anyText(traceId, "traceId");
    integer(status, "status", 0, 999);
    const { handle, maxBodyBytes } = this.#configuration;
    const text = cut(rawBody(body), maxBodyBytes);
    const { reply, warnings, traceId: own, failure } = readRideReply(handle, this.#of, status, text);
    if (failure === undefined) return answered(reply, interfaces[this.#of].hasData, warnings, traceId || own || undefined);
    // A number that could not be read stands in the detail, with the words.
    if (failure.remoteCode) {
      failure.detail = [failure.remoteCode, failure.remoteName, failure.describe].filter(Boolean).join(" ");
    }
    throw rejected(this.type, failure, { meaning: meaningOf(failure), traceId: traceId || failure.traceId });
  }

  /** @param {Response | string | Uint8Array | ArrayBuffer} response */
  async parseResponse(response) {
    if (!isResponse(response)) return this.parse(response);
    const traceId = response.headers?.get?.("m-traceid") ?? undefined;
    const body = await readBody(response, this.#configuration.maxBodyBytes);
    return this.parse(body, { traceId, status: response.status });
  }
}

/** @param {any} failure */
const meaningOf = ({ gateway, remoteCode }) => (gateway ? undefined : resultCodes.find(({ code }) => code === remoteCode)?.meaning);

/**
 * What was asked for; what else was said goes along, out of the way of whoever copies or prints it. Data that is not
 * documented may have fields of these very names, so nothing is put on it, and it goes along as well.
 * @param {any} reply
 * @param {boolean} hasData whether the data is documented
 * @param {readonly import("../errors/error.js").Finding[]} warnings
 * @param {string | undefined} traceId
 */
function answered({ data, message }, hasData, warnings, traceId) {
  const result = hasData && typeof data === "object" && data !== null ? data : {};
  return Object.defineProperties(result, {
    data: { value: data },
    message: { value: message },
    warnings: { value: warnings },
    traceId: { value: traceId },
  });
}
