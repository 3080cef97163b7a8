// Where a content is in what people paste, and why one does not open.

export interface Pasted {
  readonly content: string;
  /** The other parameters that came with it. */
  readonly beside: ReadonlyArray<readonly [string, string]>;
}

export function readContent(text: string): Pasted {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    try {
      const { content, ...beside } = JSON.parse(trimmed);
      if (typeof content === "string")
        return { content, beside: Object.entries(beside).map(([name, value]) => [name, String(value)]) };
    } catch {
      // Then it is used as it is.
    }
  }
  // A form or an address by itself; or one within a command or a log, where white space or a quote ends it.
  const isForm = /^([^\s?]*\?)?[\w.-]+=[^\s"']*/.test(trimmed) && /(^|[?&])content=/.test(trimmed);
  const form = isForm ? trimmed : /(?:[\w.-]+=[^\s&"'\\]*&)*\bcontent=[^\s"'\\^`,}]*/.exec(trimmed)?.[0];
  if (form !== undefined) {
    const all = new URLSearchParams(form.slice(form.indexOf("?") + 1));
    return { content: all.get("content") ?? "", beside: [...all].filter(([name]) => name !== "content") };
  }
  const [, within] = /\bcontent\\?["']?\s*[:=]\s*\\?["']([\w+/=%\\-]+?)\\?["']/.exec(trimmed) ?? [];
  if (within !== undefined) return { content: decoded(within.replace(/\\u003d/gi, "=").replaceAll("\\", "")), beside: [] };
  // A content that was copied out of a form is still percent-encoded.
  return { content: decoded(trimmed.replace(/^["']|["',;]+$/g, "")), beside: [] };
}

function decoded(text: string): string {
  try {
    return /%[0-9A-Fa-f]{2}/.test(text) ? decodeURIComponent(text) : text;
  } catch {
    return text;
  }
}

export type Reason =
  | { readonly why: "key" | "empty" | "wrongKey" }
  | { readonly why: "base64"; readonly sign: string }
  | { readonly why: "cut"; readonly bytes: number };

/** Why a content that does not open does not. */
export function reasonOf(secretKey: string, content: string): Reason {
  if (bytesIn(secretKey.trim()) !== 16) return { why: "key" };
  if (content === "") return { why: "empty" };
  const sign = /[^A-Za-z0-9+/_\- =]/.exec(content)?.[0];
  if (sign !== undefined) return { why: "base64", sign };
  const bytes = bytesIn(content) ?? 0;
  return bytes % 16 === 0 ? { why: "wrongKey" } : { why: "cut", bytes };
}

/** How many bytes a Base64 string holds. */
function bytesIn(text: string): number | undefined {
  if (!/^[A-Za-z0-9+/_\- ]*={0,2}$/.test(text)) return undefined;
  return Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}
