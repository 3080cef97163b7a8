// Settings that a module has, by the number that it knows them by, as long as they have a place there.

/** The number of what has lost its place. */
export const NOWHERE = -1;

/** The settings that have a place, by their number: none has the number of another one before. */
export interface Held {
  number: number;
  wasUsed: boolean;
}

/** Settings that a module has, or has again as soon as they are needed. */
export class Opened {
  #held: Held;
  #openInCall: () => Held;
  #openByCall: () => Held;

  constructor(held: Held, openInCall: () => Held, openByCall: () => Held) {
    this.#held = held;
    this.#openInCall = openInCall;
    this.#openByCall = openByCall;
  }

  /** Their number, outside of a call of the module, and valid until other settings are opened. */
  get number(): number {
    if (this.#held.number === NOWHERE) this.#held = this.#openByCall();
    this.#held.wasUsed = true;
    return this.#held.number;
  }

  /** The same within a call. */
  get numberInCall(): number {
    if (this.#held.number === NOWHERE) this.#held = this.#openInCall();
    this.#held.wasUsed = true;
    return this.#held.number;
  }
}
