// The settings of a supplier, checked by name before anything is done with them.

import { checkedCipher } from "./cipher.js";
import { openSupplier } from "./core.js";
import { MeituanError } from "./errors.js";
import { uriOf } from "./http.js";
import { duration } from "./time.js";

/** Where notices go. From one live source, hence a setting. */
const DEFAULT_HOST = "https://connectivity-adapter.meituan.com";

const SETTINGS = [
  "partnerId",
  "clientId",
  "clientSecret",
  "toleranceSeconds",
  "strictInferred",
  "maxBodyBytes",
  "routes",
  "signedUri",
  "signedWithoutQuery",
  "bodyTimeoutMs",
  "host",
  "bodyEncryption",
  "now",
];

/**
 * @param {string} path
 * @param {string} detail
 * @returns {never}
 */
export function invalid(path, detail) {
  throw new MeituanError("INVALID_CONFIG", { path, detail });
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param {unknown} value
 * @param {string} path
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
export function integer(value, path, least, most) {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < least || number > most) {
    return invalid(path, `expected a whole number from ${least} to ${most}`);
  }
  return number;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {string}
 */
export function text(value, path) {
  return typeof value === "string" ? value : invalid(path, "expected a string");
}

/**
 * The number of an order.
 * @param {unknown} orderId
 * @returns {string}
 */
export const identified = (orderId) =>
  typeof orderId === "string" && orderId !== "" ? orderId : invalid("orderId", "expected the order's number, as a text");

/**
 * A moment as epoch milliseconds.
 * @param {unknown} value
 * @param {string} [path]
 * @returns {number}
 */
export function moment(value, path = "now") {
  const milliseconds = value instanceof Date ? value.getTime() : value;
  if (typeof milliseconds !== "number" || !Number.isFinite(milliseconds))
    return invalid(path, "expected epoch milliseconds or a Date");
  return milliseconds;
}

/**
 * What a function of the settings says. What it throws is a wrong setting as well.
 * @template T
 * @param {string} path
 * @param {() => T} ask
 * @returns {T}
 */
function ofSetting(path, ask) {
  try {
    return ask();
  } catch (cause) {
    const detail = MeituanError.is(cause) ? cause.detail : "the function threw";
    throw new MeituanError("INVALID_CONFIG", { path, detail, cause });
  }
}

/**
 * @param {unknown} options
 * @param {readonly string[]} settings
 * @returns {asserts options is Record<string, unknown>}
 */
export function known(options, settings) {
  if (!isRecord(options)) return invalid("", "expected an object");
  for (const name of Object.keys(options)) if (!settings.includes(name)) invalid(name, "there is no such setting");
}

/** So long may a body take to arrive. Meituan waits 20 s for order create. */
const BODY_TIMEOUT = 10_000;

/**
 * The settings that both APIs have.
 * @param {Record<string, unknown>} options
 */
export function common({
  toleranceSeconds = 600,
  strictInferred = false,
  maxBodyBytes = 1 << 20,
  bodyTimeoutMs = BODY_TIMEOUT,
  routes = {},
  now,
}) {
  if (!isRecord(routes)) return invalid("routes", "expected an object: path → call");
  if (typeof strictInferred !== "boolean") invalid("strictInferred", "expected true or false");
  if (now !== undefined && typeof now !== "function") invalid("now", "expected a function that tells the time");
  const clock = /** @type {(() => unknown) | undefined} */ (now);
  return {
    toleranceSeconds: toleranceSeconds === null ? undefined : integer(toleranceSeconds, "toleranceSeconds", 0, 0x7fffffff),
    strictInferred,
    // What a single text may hold inside the module.
    maxBodyBytes: integer(maxBodyBytes, "maxBodyBytes", 1, 2 ** 29 - 1),
    routes: Object.entries(routes).map(([path, call]) => ({ path, call: text(call, `routes[${JSON.stringify(path)}]`) })),
    bodyTimeoutMs: duration(bodyTimeoutMs, "bodyTimeoutMs"),
    clock: clock === undefined ? () => Date.now() : () => ofSetting("now", () => moment(clock())),
  };
}

/**
 * @param {any} options
 */
export function configure(options) {
  known(options, SETTINGS);
  const { clientSecret, signedUri, bodyEncryption } = options;
  const partnerId = integer(options.partnerId, "partnerId", 1, 0x7fffffff);
  const secrets = Array.isArray(clientSecret) ? clientSecret : [clientSecret];
  const { clock, bodyTimeoutMs, ...shared } = common(options);
  const { signedWithoutQuery = true } = options;
  if (typeof signedWithoutQuery !== "boolean") invalid("signedWithoutQuery", "expected true or false");

  const rewrite = isRecord(signedUri) ? signedUri : {};
  if (signedUri !== undefined && typeof signedUri !== "function" && !isRecord(signedUri)) {
    invalid("signedUri", "expected a function of the URL, or { strip, prepend }");
  }
  for (const name of Object.keys(rewrite))
    if (name !== "strip" && name !== "prepend") invalid(`signedUri.${name}`, "there is no such setting");

  const host = text(options.host ?? DEFAULT_HOST, "host").replace(/\/+$/, "");
  if (!/^https?:\/\/[^/?#]+/.test(host)) invalid("host", "expected an address that begins with https:// or http://");

  if (bodyEncryption !== undefined && !isRecord(bodyEncryption))
    invalid("bodyEncryption", "expected { key, appKey, cipher, required }");
  const { key, appKey, cipher, required = false } = isRecord(bodyEncryption) ? bodyEncryption : {};
  if (typeof required !== "boolean") invalid("bodyEncryption.required", "expected true or false");

  const settings = {
    partnerId,
    clientId: text(options.clientId, "clientId"),
    clientSecrets: secrets.map((secret, index) =>
      text(secret, Array.isArray(clientSecret) ? `clientSecret[${index}]` : "clientSecret"),
    ),
    ...shared,
    strip: text(rewrite.strip ?? "", "signedUri.strip"),
    prepend: text(rewrite.prepend ?? "", "signedUri.prepend"),
    signedWithoutQuery,
    bodyKey: bodyEncryption === undefined ? undefined : text(key, "bodyEncryption.key"),
    mustEncrypt: required,
  };
  /** @type {number | undefined} */
  let orderNumber;
  return {
    handle: openSupplier(settings, checkedCipher(cipher, "bodyEncryption.cipher")),
    /**
     * Its number in the module of orders, where it is opened when it is first needed, without the host's cipher.
     * @param {(settings: object) => number} open
     */
    orderNumber: (open) => {
      orderNumber ??= open(settings);
      return orderNumber;
    },
    partnerId,
    host,
    maxBodyBytes: settings.maxBodyBytes,
    bodyTimeoutMs,
    routes: new Map(settings.routes.map(({ path, call }) => [path, call])),
    appKey: appKey === undefined ? undefined : text(appKey, "bodyEncryption.appKey"),
    canEncrypt: settings.bodyKey !== undefined,
    /**
     * A line feed would begin another line of the head, and nothing would mean that no URI is given; a blank is refused as well.
     * @param {string} url
     */
    signedUri: (url) =>
      typeof signedUri === "function" ? ofSetting("signedUri", () => uriOf(signedUri(url)).replace(/^$|\n/g, " ")) : "",
    clock,
    /**
     * What says nothing but who we are is the same each time: requests and replies without a body, by the call's number.
     * @type {({ text: string, warnings: readonly Finding[], encrypted: boolean } | undefined)[]}
     */
    bareRequests: [],
    /** @type {({ text: string, warnings: readonly Finding[] } | undefined)[]} */
    bareReplies: [],
  };
}

/** @typedef {import("./errors.js").Finding} Finding */
/** @typedef {ReturnType<typeof configure>} Configuration */
