// A value, at once or later.

/** At once or later. */
export type MaybePromise<Value> = Value | Promise<Value>;
