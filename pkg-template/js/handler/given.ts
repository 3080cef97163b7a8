// What a user may give at once or later.

/** At once or later. */
export type Given<Value> = Value | Promise<Value>;
