// Sealed requests to Meituan, and what comes back.

import { type Failure, rejected } from "../boundary/failures.js";
import { readRideReply, type Sealed, sealRequest } from "../boundary/ride-calls.js";
import type { Finding } from "../errors/finding.js";
import type { RideInterfaces } from "../generated/messages.js";
import { interfaces } from "../generated/ride-messages.js";
import { resultCodes } from "../generated/ride-tables.js";
import type { Text } from "../generated/texts.js";
import { cut, type RawBody, rawBody, readBody } from "../http/bodies.js";
import { fetchable, isResponse } from "../http/fetch.js";
import { anyString, integer, nowOf } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { optionsOf } from "../values/options.js";
import { type Configuration, configure, type RideClientOptions } from "./configuration.js";
import type { RideRequestName } from "./interfaces.js";

/** The fields of a reply beside its data. None of it is enumerable: copies and JSON hold the data alone. */
export interface ReplyFacts<Data> {
  /** The data as such: where it may be absent, or is not documented (confirmOrder, notifyPaidResult), this is where it is. */
  readonly data: Data;
  /** Meituan's words (响应提示信息). */
  readonly message: string | undefined;
  /** Deviations from the ride spec that were accepted. */
  readonly warnings: readonly Finding[];
  /** The reply's `M-TraceId`, or `traceId` of its body: log it, Meituan's support asks for it. */
  readonly traceId: string | undefined;
}

/** The data of a reply, with what was said beside it: `const { mtOrderId, warnings } = await request.parseResponse(response)`. */
export type Answered<Data> = (unknown extends Data
  ? unknown
  : undefined extends Data
    ? NonNullable<Data> extends readonly unknown[]
      ? unknown
      : Partial<NonNullable<Data>>
    : Data) &
  ReplyFacts<Data>;

/** A request that is ready to go: plain values, which may be queued and sent by anything. */
export interface SealedRequest<Name extends RideRequestName = RideRequestName> {
  readonly type: Name;
  readonly method: "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The form: token, version and the sealed content. */
  readonly body: string;
  /** Findings in the message that do not refuse it: inferred rules that it breaks. */
  readonly warnings: readonly Finding[];
  toRequest(): Request;
  /** Reads the reply's body, in any of its forms. Throws `REMOTE_REJECTED` when its code is not 0. */
  parse(body: RawBody, facts?: { traceId?: string | undefined; status?: number }): Answered<RideInterfaces[Name]["reply"]>;
  /**
   * Reads the reply. Throws `REMOTE_REJECTED` with `remoteCode`, `remoteName`, `meaning`, `retryable` and `traceId` when its
   * code is not 0, whatever its HTTP status is. A submit whose outcome is not known may be repeated with the same
   * channelPartnerOrderId, and only with that.
   */
  parseResponse(response: Response | RawBody): Promise<Answered<RideInterfaces[Name]["reply"]>>;
}

/** One method for each interface that the enterprise calls. `entId`, `method` and `ts` are filled in. */
export type RideRequests = {
  readonly [Name in RideRequestName]: (
    message: RideInterfaces[Name]["request"],
    options?: { now?: number | Date | undefined },
  ) => SealedRequest<Name>;
};

/** One method for each interface that the enterprise calls, by its name. */
class Requests {
  #configuration: Configuration;

  static {
    const configurationOf = (requests: unknown): Configuration =>
      typeof requests === "object" && requests !== null && #configuration in requests
        ? requests.#configuration
        : invalid("this", "call it as a method: requests.name(message)", "请作为方法调用：requests.name(message)");
    interfaces.forEach(({ name, direction }, of) => {
      if (direction !== "toMeituan") return;
      const request = function (this: Requests, message: object, options?: { now?: number | Date | undefined }) {
        const configuration = configurationOf(this);
        const at = nowOf(options) ?? configuration.clock();
        return new PreparedRequest(configuration, of, sealRequest(configuration.handle, of, message, at));
      };
      Object.defineProperty(Requests.prototype, name, { value: request });
    });
  }

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }
}

/** Its methods are made of the table of interfaces, which the compiler does not see. */
export const requestsOf = (configuration: Configuration): RideRequests => new Requests(configuration) as unknown as RideRequests;

/**
 * The requests alone, for programs that take no pushes: a bundle of them leaves out what does. The options are a client's.
 *
 * @example
 * const request = new RideRequests({ entId, accessKey, secretKey }).queryRealTimeOrder({ mtOrderId });
 * const order = await request.parseResponse(await fetch(request.toRequest()));
 */
export const RideRequests = class RideRequests extends Requests {
  constructor(options: RideClientOptions) {
    super(configure(options));
  }
} as unknown as new (
  options: RideClientOptions,
) => RideRequests;

class PreparedRequest implements SealedRequest {
  declare readonly type: RideRequestName;
  declare readonly method: "POST";
  declare readonly url: string;
  declare readonly headers: Readonly<Record<string, string>>;
  declare readonly body: string;
  declare readonly warnings: readonly Finding[];
  #configuration: Configuration;
  #of: number;

  /** @param of the interface */
  constructor(configuration: Configuration, of: number, { url, body, warnings }: Sealed) {
    this.type = interfaces[of].name as RideRequestName;
    this.method = "POST";
    this.url = url;
    this.headers = { "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json" };
    this.body = body;
    this.warnings = warnings;
    this.#configuration = configuration;
    this.#of = of;
  }

  toRequest(): Request {
    return fetchable(this);
  }

  parse(body: RawBody, facts?: { traceId?: string | undefined; status?: number }): Answered<any> {
    const { traceId, status = 200 } = optionsOf(facts, "facts", ["traceId", "status"], "");
    if (traceId !== undefined) anyString(traceId, "traceId");
    integer(status, "status", 0, 999);
    const { handle, maxBodyBytes } = this.#configuration;
    const text = cut(rawBody(body), maxBodyBytes);
    const { reply, warnings, traceId: own, failure } = readRideReply(handle, this.#of, status, text);
    if (failure === undefined) return answered(reply, interfaces[this.#of].hasData, warnings, traceId || own || undefined);
    const { remoteCode, remoteName, describe } = failure;
    // A number that could not be read is in the detail, with the words.
    const detail = remoteCode ? [remoteCode, remoteName, describe].filter(Boolean).join(" ") : failure.detail;
    const more = { meaning: meaningOf(failure), traceId: traceId || failure.traceId };
    throw rejected(this.type, { ...failure, detail }, more);
  }

  async parseResponse(response: Response | RawBody): Promise<Answered<any>> {
    if (!isResponse(response)) return this.parse(response);
    const traceId = response.headers?.get?.("m-traceid") ?? undefined;
    const body = await readBody(response, this.#configuration.maxBodyBytes);
    return this.parse(body, { traceId, status: response.status });
  }
}

const meaningOf = ({ gateway, remoteCode }: Failure): Text | undefined =>
  gateway ? undefined : resultCodes.find(({ code }) => code === remoteCode)?.meaning;

/**
 * The result; the other parts of the reply go along, out of the way of copies and print-outs. Data that is not
 * documented may have fields of these very names, so nothing is put on it, and it goes along as well.
 * @param hasData whether the data is documented
 */
function answered({ data, message }: any, hasData: boolean, warnings: readonly Finding[], traceId: string | undefined): any {
  const result = hasData && typeof data === "object" && data !== null ? data : {};
  return Object.defineProperties(result, {
    data: { value: data },
    message: { value: message },
    warnings: { value: warnings },
    traceId: { value: traceId },
  });
}
