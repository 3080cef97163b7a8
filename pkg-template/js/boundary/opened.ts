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
  #open: () => Held;

  /** @param open gives them a place again, in a call of the module */
  constructor(held: Held, open: () => Held) {
    this.#held = held;
    this.#open = open;
  }

  /** Their number, within a call of the module, and in that call alone. To be read before anything is put into the module's memory. */
  get number(): number {
    if (this.#held.number === NOWHERE) this.#held = this.#open();
    this.#held.wasUsed = true;
    return this.#held.number;
  }
}
