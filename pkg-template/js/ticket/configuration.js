// The settings of a supplier, checked by name before anything is done with them.

import { checkedCipher } from "../boundary/host-cipher.js";
import { openSupplier } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import { common } from "../handler/settings.js";
import { uriOf } from "../http/urls.js";
import { anyText, flag, integer, text } from "../values/arguments.js";
import { withFound } from "../values/culprits.js";
import { ofSetting, reading, unexpected, unset } from "../values/faults.js";
import { isList, isRecord } from "../values/kinds.js";
import { optionsOf, settingsOf } from "../values/options.js";

/** @typedef {import("../errors/error.js").Finding} Finding */

/** @typedef {ReturnType<typeof configure>} Configuration */
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

/** @param {unknown} signedUri */
function rewriteOf(signedUri) {
  if (signedUri === undefined || typeof signedUri === "function") return optionsOf(undefined, "signedUri", []);
  if (isRecord(signedUri)) return settingsOf(signedUri, "signedUri", ["strip", "prepend"]);
  return unexpected(
    "signedUri",
    signedUri,
    "a function of the URL, or { strip, prepend }",
    "以 URL 为参数的函数，或 { strip, prepend }",
  );
}

/** @param {unknown} clientSecret */
function secretsOf(clientSecret) {
  if (!isList(clientSecret)) return [text(clientSecret, "clientSecret")];
  const secrets = reading("clientSecret", () => [...clientSecret]);
  if (secrets.length === 0) unexpected("clientSecret", secrets, "a secret", "密钥");
  return secrets.map((secret, index) => text(secret, `clientSecret[${index}]`));
}

/**
 * A text that a header can have as it is.
 * @param {unknown} value
 * @param {string} path
 */
function headerText(value, path) {
  if (/^[!-~]+$/.test(text(value, path))) return /** @type {string} */ (value);
  return unexpected(path, value, "visible ASCII characters without blanks", "不含空格的可见 ASCII 字符");
}

/** What the module calls otherwise than the options do. */
const NAMES = {
  clientSecrets: "clientSecret",
  bodyKey: "bodyEncryption.key",
  strip: "signedUri.strip",
  prepend: "signedUri.prepend",
};

/**
 * @template T
 * @param {Record<string, unknown>} given
 * @param {() => T} open
 * @returns {T}
 */
function named(given, open) {
  try {
    return open();
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    const [name] = error.path.split("[");
    const path = Object.hasOwn(NAMES, name)
      ? error.path.replace(name, NAMES[/** @type {keyof typeof NAMES} */ (name)])
      : error.path;
    throw withFound(new MeituanError(error.code, { ...error, path, detail: { en: error.detail, zh: error.detailZh } }), given);
  }
}

/**
 * @param {unknown} options
 */
export function configure(options) {
  const given = settingsOf(options, "options", SETTINGS, "");
  const { signedUri, bodyEncryption, signedWithoutQuery = true } = given;
  const partnerId = integer(given.partnerId, "partnerId", 1, 0x7fffffff);
  const { clock, bodyTimeoutMs, ...shared } = common(given);
  flag(signedWithoutQuery, "signedWithoutQuery");
  const rewrite = rewriteOf(signedUri);

  const {
    key,
    appKey,
    cipher,
    required = false,
  } = optionsOf(bodyEncryption, "bodyEncryption", ["key", "appKey", "cipher", "required"]);
  if (bodyEncryption === null)
    unset("bodyEncryption", null, "{ key, appKey, cipher, required }", "{ key, appKey, cipher, required }");
  flag(required, "bodyEncryption.required");

  const settings = {
    partnerId,
    clientId: text(given.clientId, "clientId"),
    clientSecrets: secretsOf(given.clientSecret),
    ...shared,
    strip: anyText(rewrite.strip ?? "", "signedUri.strip"),
    prepend: anyText(rewrite.prepend ?? "", "signedUri.prepend"),
    signedWithoutQuery,
    // Meituan's own is known to the module.
    host: given.host === undefined || given.host === null ? undefined : text(given.host, "host"),
    bodyKey: bodyEncryption === undefined ? undefined : text(key, "bodyEncryption.key"),
    mustEncrypt: required,
  };
  /** @type {number | undefined} */
  let orderNumber;
  return {
    handle: named(given, () => openSupplier(settings, checkedCipher(cipher, "bodyEncryption.cipher"))),
    /**
     * Its number in the module of orders, where it is opened when it is first needed, without the host's cipher.
     * @param {(settings: object) => number} open
     */
    orderNumber: (open) => {
      orderNumber ??= open(settings);
      return orderNumber;
    },
    partnerId,
    maxBodyBytes: settings.maxBodyBytes,
    bodyTimeoutMs,
    routes: new Map(settings.routes.map(({ path, call }) => [path, call])),
    appKey: appKey === undefined ? undefined : headerText(appKey, "bodyEncryption.appKey"),
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
    /** @type {({ code: number, text: string, warnings: readonly Finding[] } | undefined)[]} */
    bareReplies: [],
  };
}
