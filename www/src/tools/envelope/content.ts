// Where a content stands in what people paste, and why one does not open.

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
      // Then it is taken as it is.
    }
  }
  if (/(^|[?&])content=/.test(trimmed)) {
    const form = new URLSearchParams(trimmed.slice(trimmed.indexOf("?") + 1));
    return { content: form.get("content") ?? "", beside: [...form].filter(([name]) => name !== "content") };
  }
  // A content that was copied out of a form is still percent-encoded.
  return { content: /%[0-9A-Fa-f]{2}/.test(trimmed) ? decoded(trimmed) : trimmed, beside: [] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
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

/** How many bytes a Base64 text holds. */
function bytesIn(text: string): number | undefined {
  if (!/^[A-Za-z0-9+/_\- ]*={0,2}$/.test(text)) return undefined;
  return Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}
