// Receives Meituan's calls: authenticated, read, and with the replies that may be given to them.

import {
  answerRefused,
  callIndex,
  judgeHead,
  OF_FAMILY,
  type ReceivedParts,
  receiveCall,
  writeFailure,
} from "../boundary/ticket-calls.js";
import { answerInstead, answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import { cut, emptied, isArriving, readBody, receivedBody } from "../http/bodies.js";
import { decoded, decompressed, encodedOtherwise, isGzip, plain } from "../http/encodings.js";
import { headerNames, limitedHead, lookedAtHeaders, type Names } from "../http/headers.js";
import type { IncomingRequest, ReceiveOptions } from "../http/incoming.js";
import { asReply, asResponse, type Reply, replyOf, type TicketResponse } from "../http/reply.js";
import { pathOf, uriOf } from "../http/urls.js";
import { steady } from "../runtime/time-limits.js";
import { anyString, flag, nowOf } from "../values/arguments.js";
import { isWellFormed } from "../values/content.js";
import { blamed } from "../values/culprits.js";
import { unexpected } from "../values/faults.js";
import { fieldOf, record } from "../values/options.js";
import type { Call } from "./call.js";
import type { SupplierCallName } from "./calls.js";
import { type Configuration, configure, type TicketSupplierOptions } from "./configuration.js";
import { type Arrival, ReceivedCall } from "./received-call.js";
import { requestsOf, type TicketRequests } from "./requests.js";

/** The head of a request. */
type Head = Omit<IncomingRequest, "body">;

/** An address that several suppliers share. */
export interface SharedAddress {
  routes: unknown;
  headerNames?: unknown;
  /** The reply to a caller who has not proven to be Meituan, the same of each supplier. */
  refuse?: (head: Head) => Reply;
}

/** The places that have to be right before it is known that Meituan calls. */
const PROOF = /^headers(?:\.(?:partnerid|date|authorization))?$/;

/** How the package's own files have a call received. */
interface ReceiveHow extends ReceiveOptions {
  /** Until when the body must be there, by the steady clock. */
  until?: number;
  /** Gets the body as it came. */
  heard?: ((body: string | Uint8Array) => void) | undefined;
}

/** The head of a request, and how it came. */
interface CallHead {
  /** As the module wants it. */
  text: string;
  headers: unknown;
  arrival: Arrival;
}

/** Reads a call in a module. */
type Receive = (head: string, body: string | Uint8Array, now: number) => ReceivedParts;

/** A supplier as the package's own files need it; users have it as a TicketSupplier. */
export class TicketReceiver {
  declare readonly configuration: Configuration;
  declare readonly requests: TicketRequests;
  /** The names that headers arrive by. */
  declare readonly headerNames: Names;
  #address: SharedAddress | undefined;

  constructor(options: TicketSupplierOptions, address?: SharedAddress) {
    this.configuration = configure(options, address);
    this.requests = requestsOf(this.configuration);
    this.headerNames = headerNames(address === undefined ? fieldOf(options, "headerNames", "headerNames") : address.headerNames);
    this.#address = address;
  }

  /** Which of several it is; nothing where it is the only one. */
  get isOneOf(): number | undefined {
    return this.#address?.refuse && this.configuration.partnerId;
  }

  /** The call that a URL is registered for. */
  callFor(url: string): SupplierCallName | undefined {
    return this.configuration.routes.get(pathOf(uriOf(url))) as SupplierCallName | undefined;
  }

  receiveSync(request: IncomingRequest, options?: ReceiveOptions): Call<Reply> {
    let head: CallHead | undefined;
    try {
      head = this.#headOf(request, options);
      if (this.#address?.refuse) this.#judge(head);
      return this.#take(head, this.#bodyAtHand(head, request), asReply);
    } catch (error) {
      throw this.#answerable(MeituanError.is(error) ? error : blamed(error, { request, options }), request, head);
    }
  }

  /** @param receive where the module of messages does not do it */
  async receive(request: Request, options?: ReceiveHow, receive?: Receive): Promise<Call<TicketResponse>> {
    let head: CallHead | undefined;
    try {
      const { maxBodyBytes, bodyTimeoutMs } = this.configuration;
      const given = options === undefined ? undefined : fieldOf(record(options, "options"), "until", "until");
      const heard = options === undefined ? undefined : fieldOf(record(options, "options"), "heard", "heard");
      head = this.#reading(request, options, () => this.#headOf(request, options));
      // The signature does not cover the body: of a caller who is not authenticated nothing is read.
      const isJudged = isArriving(request) || this.#address?.refuse !== undefined;
      if (isJudged) this.#judge(head);
      const until = Math.min(given ?? Number.POSITIVE_INFINITY, steady() + bodyTimeoutMs);
      const came = await readBody(request, maxBodyBytes, until);
      if (isGzip(came) && !isJudged) this.#judge(head);
      const body = isGzip(came) ? await decompressed(came, request.headers, maxBodyBytes, until) : came;
      heard?.(body);
      return this.#take(head, body, asResponse, receive);
    } catch (error) {
      throw this.#answerable(error, request, head);
    }
  }

  /** Throws what is wrong with a head, whatever the body is. */
  #judge({ text, arrival }: CallHead): void {
    const error = judgeHead(this.configuration.handle, text, arrival.receivedAt);
    if (error) throw error;
  }

  /** A stranger does not hear what his body is: his head is refused before. */
  #bodyAtHand(head: CallHead, { body, isBase64Encoded }: IncomingRequest): string | Uint8Array {
    try {
      const { maxBodyBytes } = this.configuration;
      const came = isBase64Encoded === undefined ? body : decoded(body, flag(isBase64Encoded, "isBase64Encoded"), maxBodyBytes);
      return plain(receivedBody(came));
    } catch (error) {
      this.#judge(head);
      throw error;
    }
  }

  /** An error of its parts when they are read is about them; an error of its stream is somebody else's. */
  #reading<T>(request: Request, options: ReceiveHow | undefined, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw MeituanError.is(error) ? error : blamed(error, { request, options });
    }
  }

  /** The reply of last resort to whatever came to a URL. */
  failFor(url: string, describe: string): Reply {
    anyString(describe, "describe");
    const call = callIndex(this.callFor(url) ?? "");
    return replyOf(writeFailure(this.configuration.handle, call, OF_FAMILY, 0, describe, false));
  }

  /** The head of a request, as the module wants it, and when it came. */
  #headOf({ method, url, headers }: Head, options: ReceiveOptions | undefined): CallHead {
    const { configuration } = this;
    if (typeof method !== "string") unexpected("method", method, "a string, such as POST", "字符串，如 POST");
    // A time that the caller sets is that of the reply too.
    const fixed = options === undefined ? undefined : nowOf(options);
    const clock = fixed === undefined ? configuration.clock : () => fixed;
    const receivedAt = clock();
    const found = lookedAtHeaders(headers, this.headerNames);
    const uris = `${uriOf(url)}\n${configuration.signedUri(url)}`;
    const text = limitedHead(`${method}\n${uris}\n${found[0]}\n${found[1]}\n${found[2]}\n${found[3]}`, "headers");
    return { text, headers, arrival: { receivedAt, clock, date: found[1], authorization: found[2] } };
  }

  /** @param receive where the module of messages does not do it */
  #take<Answer>(head: CallHead, body: string | Uint8Array, finish: (reply: Reply) => Answer, receive?: Receive): Call<Answer> {
    const { configuration } = this;
    const { text, arrival } = head;
    const { receivedAt } = arrival;
    const content = cut(body, configuration.maxBodyBytes);
    const received =
      receive === undefined ? receiveCall(configuration.handle, text, content, receivedAt) : receive(text, content, receivedAt);
    const { index } = received;
    const error = received.error ?? (isWellFormed(body) ? undefined : new MeituanError("LONE_SURROGATE", { path: "body" }));
    if (error && body.length === 0) throw emptied(error);
    // Whatever encoding the body of a stranger has, it is not looked at.
    if (error && error.code !== "BODY_TOO_LARGE" && !PROOF.test(error.path)) {
      const encoded = encodedOtherwise(content, head.headers);
      if (encoded) this.#judge(head);
      throw encoded ?? error;
    }
    if (error || index === undefined) throw error;
    const call: unknown = new ReceivedCall(configuration, index, received, arrival, finish);
    // Which call it is, is known at run time: its type says it.
    return call as Call<Answer>;
  }

  /** A refusal knows its answer. One of the module's knows it already. */
  #answerable(error: unknown, request: Head, head: CallHead | undefined): unknown {
    if (!MeituanError.is(error)) return error;
    const refuse = this.#address?.refuse;
    if (refuse && PROOF.test(error.path)) answerInstead(error, () => refuse(request));
    answerWith(error, () => replyOf(answerRefused(this.configuration.handle, head?.text ?? headWithout(request), error)));
    return error;
  }
}

/** The head of what has none that can be read: perhaps its URL says which call it is. */
function headWithout(request: Pick<Head, "url">): string {
  let uri = "";
  try {
    uri = limitedHead(uriOf(request.url), "url");
  } catch {
    // It was refused for that.
  }
  return `\n${uri.replaceAll("\n", "")}\n\n\n\n\n`;
}
