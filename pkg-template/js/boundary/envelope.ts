// The envelope of the ride API in the module of messages.

import { MeituanError } from "../errors/error.js";
import * as glue from "../loaders/glue.js";
import { anyString } from "../values/arguments.js";
import { content as contentOf, isWellFormed, limited } from "../values/content.js";
import { withFound } from "../values/culprits.js";
import { unset } from "../values/faults.js";
import { isUnset } from "../values/kinds.js";
import type { HostCipher } from "./host-cipher.js";
import { boundary, keepCipher } from "./messages-module.js";
import { PAYS_FROM, type TextCipher, textCipherOf } from "./node-crypto.js";

/** The numbers of the host's ciphers, as src/wasm/cipher.rs counts them. */
const OF_CALL = 0;

/**
 * The secretKey of the module's key for envelopes. Callers seal one after the other with the same key, and making the key lasts as
 * long as sealing. So the last secretKey stays in memory here, as it does where it came from: strings of JavaScript cannot be
 * overwritten.
 */
let secretKeyMade = "";
let cipherMade: HostCipher | undefined;
/** The same key with node:crypto; null where it is not to be used. */
let nodeMade: TextCipher | null | undefined;
/** The generation of the instance that has it. */
let madeIn = 0;

function makeKey(secretKey: unknown, cipher: HostCipher | undefined) {
  const isSame = secretKey === secretKeyMade && cipher === cipherMade && secretKey !== "";
  if (isSame && madeIn === boundary.generation) return;
  if (typeof secretKey !== "string" || isUnset(secretKey))
    return unset(
      "secretKey",
      secretKey,
      "Base64 of exactly 16 bytes, or 32 hex digits",
      "恰好 16 字节的 Base64，或 32 位十六进制数字",
    );
  secretKeyMade = "";
  nodeMade = undefined;
  keepCipher(OF_CALL, cipher);
  if (glue.envelope_key(boundary.putAlone(secretKey), cipher !== undefined) !== 0)
    throw withFound(boundary.failed(), { secretKey });
  secretKeyMade = secretKey;
  cipherMade = cipher;
  madeIn = boundary.generation;
}

/** Node's own cipher, where it pays and the user has not chosen another. */
function nodeCipherFor(secretKey: string, cipher: HostCipher | undefined, text: string | Uint8Array): TextCipher | undefined {
  if (cipher !== undefined || typeof text !== "string" || text.length < PAYS_FROM) return undefined;
  if (secretKey !== secretKeyMade || nodeMade === undefined) {
    boundary.call(() => makeKey(secretKey, cipher));
    nodeMade = textCipherOf(secretKey) ?? null;
  }
  return nodeMade ?? undefined;
}

export function sealContent(secretKey: string, text: string, cipher?: HostCipher, maxBytes?: number): string {
  limited(anyString(text, "text", "WRONG_TYPE"), "text", maxBytes);
  if (!isWellFormed(text)) throw new MeituanError("LONE_SURROGATE", { path: "text" });
  const sealed = nodeCipherFor(secretKey, cipher, text)?.seal(text);
  if (sealed !== undefined) return sealed;
  return boundary.call(() => {
    makeKey(secretKey, cipher);
    if (glue.envelope_seal(boundary.putAlone(text)) !== 0) throw boundary.failed();
    return boundary.asciiOutput();
  });
}

export function openContent(secretKey: string, sealed: string | Uint8Array, cipher?: HostCipher, maxBytes?: number): string {
  const content = limited(contentOf(sealed, "content"), "content", maxBytes);
  const opened = typeof content === "string" ? nodeCipherFor(secretKey, cipher, content)?.open(content) : undefined;
  if (opened !== undefined) return opened;
  return boundary.call(() => {
    makeKey(secretKey, cipher);
    if (glue.envelope_open(boundary.putAlone(content)) !== 0) throw boundary.failed();
    return boundary.output();
  });
}
