// Receives Meituan's pushes: opened, read, and with the answers that may be given to them.

import { receivePush } from "../boundary/ride-calls.js";
import { MeituanError } from "../errors/error.js";
import { cut, emptied, type RawBody, readBody, receivedBody } from "../http/bodies.js";
import { decoded, decompressed, encodedOtherwise, isGzip, plain } from "../http/encodings.js";
import { limitedHead } from "../http/headers.js";
import type { ReceiveOptions } from "../http/incoming.js";
import { asReply, asResponse, type Reply, type TicketResponse } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import { steady } from "../runtime/time-limits.js";
import { flag, nowOf } from "../values/arguments.js";
import { blamed } from "../values/culprits.js";
import { reading } from "../values/faults.js";
import { fieldOf, record } from "../values/options.js";
import { type Configuration, configure, type RideClientOptions } from "./configuration.js";
import type { RidePushName } from "./interfaces.js";
import type { RidePush } from "./push.js";
import { answerable, ReceivedPush } from "./received-push.js";
import { type RideRequests, requestsOf } from "./requests.js";
import { type Options, StoredRideOrders } from "./stored-orders.js";

/** How the package's own files have a push received. */
interface ReceiveHow extends ReceiveOptions {
  /** Until when the body must be there, by the steady clock. */
  until?: number;
}

/** A client as the package's own files need it; users have it as a RideClient. */
export class RideReceiver {
  declare readonly configuration: Configuration;
  declare readonly requests: RideRequests;

  constructor(options: RideClientOptions) {
    this.configuration = configure(options);
    this.requests = requestsOf(this.configuration);
  }

  /** The push that a URL is registered for. */
  callFor(url: string): RidePushName | undefined {
    return this.configuration.routes.get(pathOf(uriOf(url))) as RidePushName | undefined;
  }

  receiveSync(
    request: { url: string; body: RawBody; isBase64Encoded?: boolean | undefined },
    options?: ReceiveOptions,
  ): RidePush<Reply> {
    try {
      const { url, body, isBase64Encoded = false } = request;
      const came = decoded(body, flag(isBase64Encoded, "isBase64Encoded"), this.configuration.maxBodyBytes);
      return this.#receive(url, plain(receivedBody(came)), options, asReply);
    } catch (error) {
      throw answerable(blamed(error, { request, options }));
    }
  }

  async receive(request: Request, options?: ReceiveHow): Promise<RidePush<TicketResponse>> {
    try {
      const { maxBodyBytes, bodyTimeoutMs } = this.configuration;
      const given = options === undefined ? undefined : fieldOf(record(options, "options"), "until", "until");
      const until = Math.min(given ?? Number.POSITIVE_INFINITY, steady() + bodyTimeoutMs);
      const url = reading("url", () => request.url);
      // A request to no push's path is refused for that.
      const came = this.callFor(url) === undefined ? "" : await readBody(request, maxBodyBytes, until);
      const body = isGzip(came) ? await decompressed(came, request.headers, maxBodyBytes, until) : came;
      try {
        return this.#receive(url, body, options, asResponse);
      } catch (error) {
        throw (MeituanError.is(error) && error.code !== "BODY_TOO_LARGE" && encodedOtherwise(body, request.headers)) || error;
      }
    } catch (error) {
      throw answerable(error);
    }
  }

  /** The orders in a store. */
  ordersOf(store: unknown, options: Options): StoredRideOrders {
    const { entId, clock } = this.configuration;
    return new StoredRideOrders(this.requests, entId, store, { ...options, clock });
  }

  #receive<Answer>(
    url: string,
    body: string | Uint8Array,
    options: ReceiveOptions | undefined,
    finish: (reply: Reply) => Answer,
  ): RidePush<Answer> {
    const { handle, maxBodyBytes, clock } = this.configuration;
    const now = (options === undefined ? undefined : nowOf(options)) ?? clock();
    const received = receivePush(handle, limitedHead(uriOf(url), "url"), cut(body, maxBodyBytes), now);
    if (received.error === undefined) {
      const push: unknown = new ReceivedPush(received, finish);
      // Which push it is, is known at run time: its type says it.
      return push as RidePush<Answer>;
    }
    throw body.length === 0 ? emptied(received.error) : received.error;
  }
}
