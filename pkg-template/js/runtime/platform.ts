// What a platform has by names that others lack. A page may forbid such a name: it throws where it is read, and is then not there.

export function ofPlatform<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
