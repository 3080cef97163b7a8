// Several partners at one address, known by the header PartnerId. A caller who has not proven to be Meituan is refused alike, with
// such a partner and without.

import { answerInstead, answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import type { MaybePromise } from "../handler/maybe-promise.js";
import { type HeaderNames, lookedAtHeaders, type Names, headerNames as namesOf } from "../http/headers.js";
import type { IncomingRequest, ReceiveOptions } from "../http/incoming.js";
import { EnvelopeReply, NoReply, type Reply, type TicketResponse } from "../http/reply.js";
import { Cache } from "../runtime/cache.js";
import { endsInTime, inTime, LATE, steady } from "../runtime/time-limits.js";
import { duration, integer } from "../values/arguments.js";
import { blamed } from "../values/culprits.js";
import { invalid, reading, unexpected } from "../values/faults.js";
import { func } from "../values/functions.js";
import { fieldOf, optionsOf, record, settingsOf } from "../values/options.js";
import type { Call } from "./call.js";
import type { SupplierCallName } from "./calls.js";
import type { TicketSupplierOptions } from "./configuration.js";
import { MAX_PARTNER_ID, namedByKey } from "./partner-store.js";
import { type SharedAddress, TicketReceiver } from "./receiver.js";

/** The settings of one of several partners: those of the address are for all of them. */
export type PartnerConfig = Omit<TicketSupplierOptions, "routes" | "headerNames">;

/** Several partners at one address. */
export interface PartnersOptions<Context extends unknown[] = unknown[]> {
  /**
   * The settings of a partner, by the number that a call names; nothing where there is none. It is called before the call is
   * authenticated, with whatever number somebody sends. What it returns is kept for all calls of that partner, whatever their
   * context; where it throws, rejects or hangs, Meituan gets HTTP 503, and the next call asks again.
   */
  partners: (partnerId: number, ...context: Context) => MaybePromise<PartnerConfig | null | undefined>;
  /** Which path means which call, for all of them: `{ "/mt/order/create": "orderCreate" }`. */
  routes: Readonly<Record<string, SupplierCallName>>;
  /** The names that headers arrive by, likewise, where a gateway renames them. */
  headerNames?: HeaderNames | undefined;
  /**
   * How long an answer of `partners` is kept, in milliseconds (60,000 by default), and how many: 1000 partners by default, and as
   * many numbers without a partner. Beyond that, the least recently used go first. A new secret, a new partner and one who
   * has left are known when that time is over.
   */
  partnersCache?: { maxAgeMs?: number | undefined; max?: number | undefined } | undefined;
}

const SETTINGS = ["partners", "routes", "headerNames", "partnersCache"];
const MAX_AGE = 60_000;
const MAX_KEPT = 1000;
/** Time limit for `partners`, as for other settings. */
const LIMIT = 15_000;
/**
 * Time limit for a call that waits for the look-up of another one. That may have ended for good: Workers stop the work of a request
 * with it.
 */
const SHARED = 1000;

/** The parts of a request that name the caller. */
type Head = Pick<IncomingRequest, "method" | "url" | "headers">;

type Found = TicketReceiver | undefined;

/** The partners of an address as the package's own files need them; users have them as TicketPartners. */
export class PartnerReceivers {
  readonly path = "partners";
  #ask: (partnerId: number, ...context: unknown[]) => unknown;
  #address: { routes: unknown; headerNames: unknown };
  #names: Names;
  #known: Cache<number, TicketReceiver>;
  /** Numbers without a partner, which anybody can send: they push no partner out. */
  #unknown: Cache<number, true>;
  #asked = new Map<number, { asking: Promise<Found>; until: number }>();
  #isAsync = false;
  #strangers: Strangers | undefined;

  constructor(options: unknown) {
    const { partners, routes, headerNames, partnersCache } = optionsOf(options, "options", SETTINGS, "");
    this.#ask = func(partners, "partners", "a function that returns the settings of a partner", "返回合作方配置的函数");
    if (routes === undefined) unexpected("routes", routes, "the routes that all partners share", "各合作方共用的 `routes`");
    this.#address = { routes, headerNames };
    this.#names = namesOf(headerNames);
    const { maxAgeMs = MAX_AGE, max = MAX_KEPT } =
      partnersCache === undefined ? {} : settingsOf(partnersCache, "partnersCache", ["maxAgeMs", "max"]);
    duration(maxAgeMs, "partnersCache.maxAgeMs");
    integer(max, "partnersCache.max", 1, 2 ** 24);
    this.#known = new Cache(max as number, maxAgeMs as number);
    this.#unknown = new Cache(max as number, maxAgeMs as number);
    checkRoutes(this.#address);
  }

  /** The receiver of a call. */
  of(context: unknown[], request: Head): TicketReceiver | Promise<TicketReceiver> {
    const strangers = this.#strangersOf();
    let partnerId: number | undefined;
    try {
      // A scanner that knows no path has nobody looked up.
      if (strangers.callFor(request.url) !== undefined) partnerId = claimedBy(request, this.#names);
    } catch (error) {
      throw MeituanError.is(error) ? error : blamed(error, { request });
    }
    if (partnerId === undefined) return strangers;
    const found = this.#find(partnerId, context);
    return found instanceof Promise ? found.then((later) => later ?? strangers) : (found ?? strangers);
  }

  ofSync(context: unknown[], request: Head): TicketReceiver {
    const receiver = this.of(context, request);
    if (!this.#isAsync && !(receiver instanceof Promise)) return receiver;
    if (receiver instanceof Promise) receiver.catch(() => {});
    return invalid(
      "partners",
      "it returns a promise, which receiveSync cannot wait for: use receive",
      "`partners` 返回 Promise，receiveSync 无法等待：请改用 `receive`",
    );
  }

  /** Whose order it is that a store's key names. */
  async ofOrder(context: unknown[], key: string): Promise<TicketReceiver> {
    const { partnerId } = namedByKey(key);
    return (
      (await this.#find(partnerId, context)) ?? invalid("partners", `there is no partner ${partnerId}`, `没有合作方 ${partnerId}`)
    );
  }

  orderIdOf = (key: string): string => namedByKey(key).orderId;

  #find(partnerId: number, context: unknown[]): Found | Promise<Found> {
    const known = this.#known.get(partnerId);
    if (known !== undefined || this.#unknown.get(partnerId)) return known;
    const asked = this.#asked.get(partnerId);
    if (asked !== undefined && steady() < asked.until) return this.#join(asked, partnerId, context);
    const answer: any = this.#ask(partnerId, ...context);
    if (!reading("partners", () => typeof answer?.then === "function")) return this.#keep(partnerId, answer);
    this.#isAsync = true;
    const asking = endsInTime(answer, steady() + LIMIT, "partners")
      .then((settings) => this.#keep(partnerId, settings))
      .finally(() => this.#asked.get(partnerId)?.asking === asking && this.#asked.delete(partnerId));
    this.#asked.set(partnerId, { asking, until: steady() + SHARED });
    return asking;
  }

  /** What another call has requested, while it is shared; then once more. */
  async #join({ asking, until }: { asking: Promise<Found>; until: number }, partnerId: number, context: unknown[]): Promise<Found> {
    const found = await inTime(asking, until);
    return found === LATE ? this.#find(partnerId, context) : found;
  }

  #keep(partnerId: number, settings: unknown): Found {
    if (settings === undefined || settings === null) {
      this.#unknown.set(partnerId, true);
      return undefined;
    }
    const receiver = this.#make(partnerId, settings);
    this.#known.set(partnerId, receiver);
    return receiver;
  }

  #make(partnerId: number, settings: unknown): TicketReceiver {
    try {
      const fields = record(settings, "");
      for (const name of ["routes", "headerNames"]) {
        if (fieldOf(fields, name, name) === undefined) continue;
        invalid(name, "it is the same for all partners: give it to the handler", "该项由各合作方共用：请传给 handler");
      }
      const strangers = this.#strangersOf();
      const receiver = new TicketReceiver(fields as any, { ...this.#address, refuse: (head) => strangers.replyTo(head) });
      const found = receiver.configuration.partnerId;
      if (found === partnerId) return receiver;
      return invalid(
        "partnerId",
        `expected ${partnerId}, as in the call, found ${found}`,
        `应为请求中的 ${partnerId}，实为 ${found}`,
      );
    } catch (error) {
      if (!MeituanError.is(error)) throw error;
      const detail = { en: error.detail, zh: error.detailZh };
      const path = error.path === "" ? "partners" : `partners.${error.path}`;
      throw new MeituanError(error.code, { ...error, detail, path, cause: error.cause });
    }
  }

  #strangersOf(): Strangers {
    // Not before the first call: some platforms have no randomness until then.
    this.#strangers ??= new Strangers(this.#address);
    return this.#strangers;
  }
}

/** Throws what is wrong with the routes at once, and not at the first call. */
const checkRoutes = (address: SharedAddress) => new TicketReceiver({ ...NOBODY, clientId: "-", clientSecret: "-" }, address);

/** None of Meituan's numbers. */
const NOBODY = { partnerId: MAX_PARTNER_ID, toleranceSeconds: null };

/** The partner that a call says it is for; nothing where that is no number. */
function claimedBy({ headers }: Head, names: Names): number | undefined {
  const [partnerId] = lookedAtHeaders(headers, names);
  const isNumber = /^\d{1,10}$/.test(partnerId) && Number(partnerId) > 0 && Number(partnerId) <= MAX_PARTNER_ID;
  return isNumber ? Number(partnerId) : undefined;
}

/** Receives calls for a partner that there is not. A key that nobody has is tried, so that the time is that of a known one. */
class Strangers extends TicketReceiver {
  constructor(address: SharedAddress) {
    const random = () => Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16)).join("-");
    super({ ...NOBODY, clientId: random(), clientSecret: random() }, address);
  }

  override receiveSync(request: IncomingRequest): never {
    throw this.#refuse(request);
  }

  override async receive(request: Request): Promise<never> {
    throw this.#refuse(request);
  }

  /** The reply to a caller who has not proven to be Meituan. */
  replyTo(head: Head): Reply {
    const { code, body, ...reply } = this.#judge(head).toReply();
    if (body === "") return { code, body, ...reply };
    // The number is what the call said.
    return new EnvelopeReply(code, JSON.stringify({ ...JSON.parse(body), partnerId: claimedBy(head, this.headerNames) ?? 0 }));
  }

  /** A call for nobody's path is refused for that, and one whose head is broken; any other for its number. */
  #refuse(head: Head): MeituanError {
    const judged = this.#judge(head);
    const error =
      judged.code === "BAD_SIGNATURE" || judged.code === "UNKNOWN_CLIENT"
        ? new MeituanError("WRONG_PARTNER_ID", {
            path: "headers.partnerid",
            detail: { en: "partners knows no such partner", zh: "`partners` 中没有该合作方" },
          })
        : judged;
    answerInstead(error, () => this.replyTo(head));
    return error;
  }

  /** Nobody can sign for it. */
  #judge({ method, url, headers }: Head): MeituanError {
    try {
      const { headerNames } = this;
      const found = lookedAtHeaders(headers, headerNames);
      if (claimedBy({ method, url, headers }, headerNames) !== undefined) found[0] = String(NOBODY.partnerId);
      // Not whether the body is encrypted: the reply to one that is none of a partner's is plain.
      const looked = Object.fromEntries(headerNames.names.slice(0, 3).map((name, index) => [name, found[index]]));
      super.receiveSync({ method, url, headers: looked, body: "" });
    } catch (error) {
      if (MeituanError.is(error)) return error;
      throw error;
    }
    return new MeituanError("BAD_SIGNATURE", { path: "headers.authorization" });
  }
}

/**
 * Several partners at one address, for programs without Fetch: `receiveSync` and `receive` as a `TicketSupplier` has them, by the partner
 * that a call names. `call.partnerId` says which. A handler gets the same options instead.
 *
 * @example
 * const partners = new TicketPartners({ routes, partners: (partnerId) => accounts.get(partnerId) });
 * const call = partners.receiveSync({ method, url, headers, body });
 */
export class TicketPartners<Context extends unknown[] = unknown[]> {
  #receivers: PartnerReceivers;

  constructor(options: PartnersOptions<Context>) {
    this.#receivers = new PartnerReceivers(settingsOf(options, "options", SETTINGS, ""));
  }

  /**
   * Authenticates and reads a call. Where `partners` returns a promise, it throws `INVALID_CONFIG`: use `receive`. Whatever `partners`
   * throws is thrown as it is: answer it with HTTP 503.
   */
  receiveSync(request: IncomingRequest, options?: ReceiveOptions, ...context: Context): Call<Reply> {
    let receiver: TicketReceiver;
    try {
      receiver = this.#receivers.ofSync(context, request);
    } catch (error) {
      throw unfound(error);
    }
    return receiver.receiveSync(request, options);
  }

  /** The same for a Fetch request, and where `partners` returns a promise. */
  async receive(request: Request, options?: ReceiveOptions, ...context: Context): Promise<Call<TicketResponse>> {
    let receiver: TicketReceiver;
    try {
      receiver = await this.#receivers.of(context, request);
    } catch (error) {
      throw unfound(error);
    }
    return receiver.receive(request, options);
  }
}

/** Settings that could not be had: what the call would come to is not known. */
function unfound(error: unknown): unknown {
  if (MeituanError.is(error) && error.code !== "MALFORMED_HEADER") answerWith(error, () => new NoReply());
  return error;
}
