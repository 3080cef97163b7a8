// The settings of a supplier, checked by name before anything is done with them.

import { checkedCipher, type HostCipher } from "../boundary/host-cipher.js";
import { cipherOfNode } from "../boundary/node-crypto.js";
import type { Opened } from "../boundary/opened.js";
import { hostOf, openSupplier, type WrittenReply, type WrittenRequest } from "../boundary/ticket-calls.js";
import { MeituanError } from "../errors/error.js";
import { common } from "../handler/settings.js";
import type { HeaderNames } from "../http/headers.js";
import { uriOf } from "../http/urls.js";
import { anyString, flag, integer, string } from "../values/arguments.js";
import { withFound } from "../values/culprits.js";
import { ofSetting, reading, unexpected, unset } from "../values/faults.js";
import { isList, isRecord } from "../values/kinds.js";
import { optionsOf, settingsOf } from "../values/options.js";
import type { SupplierCallName } from "./calls.js";

/** The settings of a supplier. */
export interface TicketSupplierOptions {
  /** Our number at Meituan (合作方编号). */
  partnerId: number | string;
  /** The name that signatures carry, from Meituan; not the partner number. */
  clientId: string;
  /** The secret, or several while it is being changed: each is accepted, the first one signs. */
  clientSecret: string | readonly string[];
  /** How far a Date may be from now, in seconds; 600 by default. `null` accepts any. */
  toleranceSeconds?: number | null | undefined;
  /**
   * Refuses replies and notices that break a rule which nobody documents but we inferred; otherwise these are reported in
   * `warnings`. Meituan's own messages are never refused for such a rule.
   */
  strictInferred?: boolean | undefined;
  /** Larger bodies are refused; 1 MiB by default. */
  maxBodyBytes?: number | undefined;
  /** Which path means which call, as registered with Meituan: `{ "/mt/order/create": "orderCreate" }`. */
  routes?: Readonly<Record<string, SupplierCallName>> | undefined;
  /**
   * The names that headers arrive by, where a gateway renames them, as in `{ date: "x-amzn-remapped-date" }`. Those are read then, and
   * Meituan's own names are not.
   */
  headerNames?: HeaderNames | undefined;
  /**
   * How the URI that Meituan signed differs from the one that arrives: a proxy removes a prefix or adds one. `strip` is removed
   * from the front, then `prepend` put there; or a function of the URL returns the signed URI. Its result is exact: no other URI is
   * tried. Each begins with `/` and is visible ASCII.
   */
  signedUri?: ((url: string) => string) | { strip?: string | undefined; prepend?: string | undefined } | undefined;
  /**
   * Whether a signature over the path without its query is accepted, too: which of the two Meituan signs is not documented. True by
   * default. With `false`, somebody who has a signed call cannot add a query to it, or change it.
   */
  signedWithoutQuery?: boolean | undefined;
  /** So long, in milliseconds, may the body of a Fetch request take to arrive, within `deadlineMs`; 10,000 by default. */
  bodyTimeoutMs?: number | undefined;
  /**
   * The host for notices. The default, `https://connectivity-adapter.meituan.com`, is from one live source; ask Meituan
   * for the one that is meant for you.
   */
  host?: string | undefined;
  /** The whole-body encryption of the newer API (single source, hence off unless set): the key has 16 characters, or is 32 hex digits. */
  bodyEncryption?:
    | {
        key: string;
        appKey?: string | undefined;
        /** Computes AES for long bodies, such as `nodeCipher(crypto)`. A speed-up only; INVALID_CONFIG where it computes something else. */
        cipher?: HostCipher | undefined;
        /**
         * Refuses calls that come plain though Meituan encrypts their interface (order create, level price pull), with
         * `ENCRYPTION_REQUIRED`. Off by default: which suppliers Meituan encrypts for is not documented.
         */
        required?: boolean | undefined;
      }
    | undefined;
  /** Returns the time, as epoch milliseconds or a Date; `Date.now` by default, called for each call. */
  now?: (() => number | Date) | undefined;
}

export type Configuration = ReturnType<typeof configure>;
const SETTINGS = [
  "partnerId",
  "clientId",
  "clientSecret",
  "toleranceSeconds",
  "strictInferred",
  "maxBodyBytes",
  "routes",
  "headerNames",
  "signedUri",
  "signedWithoutQuery",
  "bodyTimeoutMs",
  "host",
  "bodyEncryption",
  "now",
];

function rewriteOf(signedUri: unknown) {
  if (signedUri === undefined || typeof signedUri === "function") return optionsOf(undefined, "signedUri", []);
  if (isRecord(signedUri)) return settingsOf(signedUri, "signedUri", ["strip", "prepend"]);
  return unexpected(
    "signedUri",
    signedUri,
    "a function of the URL, or { strip, prepend }",
    "以 URL 为参数的函数，或 { strip, prepend }",
  );
}

function secretsOf(clientSecret: unknown) {
  if (!isList(clientSecret)) return [string(clientSecret, "clientSecret")];
  const secrets = reading("clientSecret", () => [...clientSecret]);
  if (secrets.length === 0) unexpected("clientSecret", secrets, "a secret", "密钥");
  return secrets.map((secret, index) => string(secret, `clientSecret[${index}]`));
}

/** A string that a header can have as it is. */
function headerText(value: unknown, path: string) {
  if (/^[!-~]+$/.test(string(value, path))) return value as string;
  return unexpected(path, value, "visible ASCII characters without blanks", "不含空格的可见 ASCII 字符");
}

/** Names that differ between the module and the options. */
const NAMES = {
  clientSecrets: "clientSecret",
  bodyKey: "bodyEncryption.key",
  strip: "signedUri.strip",
  prepend: "signedUri.prepend",
};

function named<T>(given: Record<string, unknown>, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    const [name] = error.path.split("[");
    const path = Object.hasOwn(NAMES, name) ? error.path.replace(name, NAMES[name as keyof typeof NAMES]) : error.path;
    throw withFound(new MeituanError(error.code, { ...error, path, detail: { en: error.detail, zh: error.detailZh } }), given);
  }
}

/** @param address of several: its settings are for all of them */
export function configure(options: unknown, address?: { routes: unknown }) {
  const given = settingsOf(options, "options", SETTINGS, "");
  const { signedUri, bodyEncryption, signedWithoutQuery = true } = given;
  const partnerId = integer(given.partnerId, "partnerId", 1, 0x7fffffff);
  const { clock, bodyTimeoutMs, ...shared } = common(address === undefined ? given : { ...given, routes: address.routes });
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
    clientId: string(given.clientId, "clientId"),
    clientSecrets: secretsOf(given.clientSecret),
    ...shared,
    strip: anyString(rewrite.strip ?? "", "signedUri.strip"),
    prepend: anyString(rewrite.prepend ?? "", "signedUri.prepend"),
    signedWithoutQuery,
    host: given.host === undefined || given.host === null ? undefined : string(given.host, "host"),
    bodyKey: bodyEncryption === undefined ? undefined : string(key, "bodyEncryption.key"),
    mustEncrypt: required,
  };
  const ofNode = bodyEncryption === undefined ? undefined : cipherOfNode;
  const bodyCipher = cipher === undefined ? ofNode : checkedCipher(cipher, "bodyEncryption.cipher");
  const opened = named(given, () => openSupplier(settings, bodyCipher));
  let inOrders: Opened | undefined;
  let host: string | undefined;
  // Without a getter: an object with one is a dictionary to V8, and each call reads a dozen of these fields.
  return {
    /** Itself, in the module of messages. */
    handle: opened,
    /** The same in the module of orders, where it is opened when it is first needed, without the host's cipher. */
    inOrders: (open: (settings: object) => Opened): Opened => {
      inOrders ??= open(settings);
      return inOrders;
    },
    /** Where requests go to: Meituan's own is known to the module. */
    host: (): string => {
      host ??= hostOf(opened);
      return host;
    },
    partnerId,
    maxBodyBytes: settings.maxBodyBytes,
    bodyTimeoutMs,
    routes: new Map(settings.routes.map(({ path, call }) => [path, call])),
    appKey: appKey === undefined ? undefined : headerText(appKey, "bodyEncryption.appKey"),
    canEncrypt: settings.bodyKey !== undefined,
    /** A line feed would begin another line of the head, and nothing would mean that no URI is given; a blank is refused as well. */
    signedUri: (url: string): string =>
      typeof signedUri === "function" ? ofSetting("signedUri", () => uriOf(signedUri(url)).replace(/^$|\n/g, " ")) : "",
    clock,
    /** A message that has nothing but our account is the same each time: requests and replies without a body, by the call's number. */
    bareRequests: [] as (WrittenRequest | undefined)[],
    bareReplies: [] as (WrittenReply | undefined)[],
  };
}
