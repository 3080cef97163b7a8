// What a module was given settings of: suppliers, and clients. It has so many at a time as there are places; the one that was used
// least lately makes room, and is opened again when it is needed. So memory does not grow with partners that come and go.

import { withFound } from "../values/culprits.js";
import type { Boundary } from "./boundary.js";
import { type Held, NOWHERE, Opened } from "./opened.js";

/** In each module; src/wasm/state.rs has the same. A supplier needs some 700 bytes. */
const PLACES = 4096;
/** Numbers begin anew long after nobody knows the first ones. */
const NUMBERS = 2 ** 31;

/** The places of a module. */
export class Places {
  #boundary: Boundary;
  #kind: string;
  #make: (number: number, length: number) => number;
  /** The next one to make room first, by the settings. */
  #held = new Map<string, Held>();

  /** @param make 0 where the settings have become what they say */
  constructor(boundary: Boundary, kind: string, make: (number: number, length: number) => number) {
    this.#boundary = boundary;
    this.#kind = kind;
    this.#make = make;
  }

  /**
   * Opens settings. The same ones have the same place.
   * @param settings as the module names them: their secrets stay in memory, because strings cannot be overwritten
   * @param text the same as JSON
   * @param opened gets the place each time
   */
  open(settings: object, text: string, opened: (place: number) => void = () => {}): Opened {
    const boundary = this.#boundary;
    const here = () => {
      const held = this.#held.get(text) ?? this.#put(text, settings);
      opened(held.number % PLACES);
      return held;
    };
    return new Opened(boundary.call(here), here);
  }

  #put(text: string, settings: object): Held {
    const boundary = this.#boundary;
    const leaving = this.#held.size < PLACES ? undefined : this.#leaving();
    const number = leaving === undefined ? this.#held.size : (leaving[1].number + PLACES) % NUMBERS;
    if (this.#make(number, boundary.putAlone(text)) !== 0) throw withFound(boundary.failed(), settings);
    if (leaving !== undefined) {
      this.#held.delete(leaving[0]);
      leaving[1].number = NOWHERE;
    }
    const held = { number, wasUsed: false };
    this.#held.set(text, held);
    boundary.keep(this.#kind, () => {
      for (const [each, { number }] of this.#held) this.#make(number, boundary.putAlone(each));
    });
    return held;
  }

  /** Those that were used since they were looked at last stay for another round. */
  #leaving(): [string, Held] {
    for (const [text, held] of this.#held) {
      if (!held.wasUsed) return [text, held];
      held.wasUsed = false;
      this.#held.delete(text);
      this.#held.set(text, held);
    }
    throw new Error("there are no places");
  }
}
