// The only things that the page keeps: language and theme.

type Name = "language" | "theme";

/** Where the browser forbids it, nothing is remembered. */
export function remember(name: Name, value: string): void {
  try {
    localStorage.setItem(`meituan-protocol.${name}`, value);
  } catch {}
}

export function remembered<T extends string>(name: Name, known: readonly T[]): T | undefined {
  try {
    const value = localStorage.getItem(`meituan-protocol.${name}`);
    return known.find((one) => one === value);
  } catch {
    return undefined;
  }
}
