/** The place in a string of a place in its UTF-8 bytes. */
export function indexOfByte(text: string, byte: number): number {
  const bytes = new TextEncoder().encode(text);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, byte)).length;
}

/** The line that a place is in, from 1. */
export const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length;
