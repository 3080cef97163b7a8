// One of the package's two WebAssembly modules as JavaScript sees it: its instance, the memory of that, and what is done when a
// call of it breaks off.
//
// A call breaks off where the stack ends, where the memory cannot grow, or by a fault of ours. The instance's content is then worth
// nothing: that call throws MODULE_FAILED, and the next one gets a new instance.

import { answerWith } from "../errors/answers.js";
import { MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import { replyOf, type Written } from "../http/reply.js";
import { errorOf, type Failure } from "./failures.js";
import { MemoryView } from "./view.js";

/** The meaning of the row's numbers; src/wasm/mod.rs has the same table. */
export const CALL = 0;
export const SLOTS = 1;
export const TEXT = 2;
export const MARKS = 4;
export const FINDINGS = 5;
export const OUTPUT = 6;
export const JOB = 8;
export const ANSWER = 9;
export const SAVED = 10;
const ROW = 12;

export const ASCII = 1;
export const ENCRYPTED = 2;
export const OTHER = 4;
export const NONE = 0xffffffff;

/** In bytes. Memory never shrinks, so what one huge message took is given back with the whole instance. */
const MOST_MEMORY = 64 << 20;

const CALLED_BACK = { en: "a cipher called the library in the middle of a call", zh: "自带的加密函数在调用中途又调用了本库" };

export const NOTHING: readonly Finding[] = Object.freeze([]);

export const mostBytes = (value: string | Uint8Array): number => (typeof value === "string" ? 3 * value.length : value.length);

/** The exports of both modules. */
type Glue = Pick<typeof import("../loaders/glue.js"), "input" | "result" | "write_error" | "write_findings">;

export class Boundary {
  #glue: Glue;
  #instantiate: () => WebAssembly.Memory;
  /** Objects that another instance gets, in the order in which they were made: so they have the same numbers there. */
  #kept = new Map<string, () => void>();
  #memory: WebAssembly.Memory | undefined;
  #isViewed = false;
  #inputAt = 0;
  // Less than any length, so that the first use asks for room.
  #inputRoom = -1;
  // A call is under way, or broke off. So is it before the first one: there is no instance yet.
  #isOpen = true;

  // There is one from the first call on.
  view = undefined as unknown as MemoryView;
  row = new Uint32Array(0);
  /** How many instances there were: what lives in one does not live in the next. */
  generation = 0;
  /** Code of the host runs in the middle of a call. */
  isOutside = false;

  /**
   * @param instantiate makes another instance, which the glue calls from then on; throws a MeituanError
   * where there is no module
   */
  constructor(glue: Glue, instantiate: () => WebAssembly.Memory) {
    this.#glue = glue;
    this.#instantiate = instantiate;
  }

  /**
   * Does all that a call does, from the first byte that is written to the last one that is read. Nothing of the user's may run in
   * it: a getter, or a toJSON, could make another call.
   */
  call<T>(work: () => T): T {
    if (this.#isOpen) this.#begin();
    this.#isOpen = true;
    try {
      const result = work();
      this.#isOpen = this.view.bytes.length > MOST_MEMORY;
      return result;
    } catch (error) {
      if (!MeituanError.is(error)) throw new MeituanError("MODULE_FAILED", { cause: error });
      this.#isOpen = false;
      throw error;
    }
  }

  /**
   * Has another instance made what this one has.
   * @param key the same for what is the same there
   * @param make within a call
   */
  keep(key: string, make: () => void): void {
    if (!this.#kept.has(key)) this.#kept.set(key, make);
  }

  #begin(): void {
    if (this.isOutside) throw new MeituanError("MODULE_FAILED", { detail: CALLED_BACK });
    try {
      this.#memory = this.#instantiate();
      this.generation++;
      this.#isViewed = false;
      this.#inputRoom = -1;
      for (const make of this.#kept.values()) make();
    } catch (error) {
      throw MeituanError.is(error) ? error : new MeituanError("MODULE_FAILED", { cause: error });
    }
  }

  get memory(): WebAssembly.Memory {
    return this.#memory as WebAssembly.Memory;
  }

  // Growing the memory detaches every view of it, and writes to a detached view are lost without a word. Such a view has no
  // length; asking the memory for its buffer each time would cost more than the call.
  refresh(): void {
    if (this.row.length !== 0 && this.#isViewed) return;
    this.view = new MemoryView(this.memory, this.#inputAt);
    this.row = new Uint32Array(this.memory.buffer, this.#glue.result(), ROW);
    this.#isViewed = true;
  }

  reserve(length: number): void {
    if (length > this.#inputRoom) {
      const room = Math.max(length, 4096);
      this.#isViewed = false;
      // Making room may move the memory.
      this.#inputAt = this.#glue.input(room);
      this.#inputRoom = room;
    }
    this.refresh();
  }

  /** @returns how many bytes it took */
  put(value: string | Uint8Array, offset: number): number {
    if (typeof value === "string") return this.view.write(value, offset);
    this.view.input.set(value, offset);
    return value.length;
  }

  putAlone(value: string | Uint8Array): number {
    this.reserve(mostBytes(value));
    return this.put(value, 0);
  }

  /**
   * Hands the parts over, one after the other.
   * @returns how many bytes each took
   */
  putAll(parts: readonly (string | Uint8Array)[]): number[] {
    this.reserve(parts.reduce((sum, part) => sum + mostBytes(part), 0));
    let at = 0;
    return parts.map((part) => {
      const length = this.put(part, at);
      at += length;
      return length;
    });
  }

  /** The string at a place that the row names. */
  text(index: number): string {
    this.refresh();
    return this.view.utf8(this.row[index], this.row[index] + this.row[index + 1]);
  }

  output(): string {
    return this.text(OUTPUT);
  }

  /** The same, where it is known to be ASCII. */
  asciiOutput(): string {
    this.refresh();
    return this.view.ascii(this.row[OUTPUT], this.row[OUTPUT] + this.row[OUTPUT + 1]);
  }

  /** A view: the next call may write something else there. */
  outputBytes(): Uint8Array<ArrayBuffer> {
    this.refresh();
    return this.view.bytes.subarray(this.row[OUTPUT], this.row[OUTPUT] + this.row[OUTPUT + 1]);
  }

  findings(): readonly Finding[] {
    if (this.row[FINDINGS] === 0) return NOTHING;
    this.#glue.write_findings();
    return JSON.parse(this.output());
  }

  /** @returns why the last call failed; what it wrote must have been read before */
  failure(): Failure {
    this.#glue.write_error();
    return JSON.parse(this.output());
  }

  /** The answer to Meituan. */
  answer(): Written {
    const body = this.output();
    return { code: this.row[ANSWER], body, encrypted: (this.row[MARKS] & ENCRYPTED) !== 0 };
  }

  /** Why the last call failed, as an error that knows what Meituan is answered. */
  refused(): MeituanError {
    const answer = this.answer();
    const error = this.failed();
    answerWith(error, () => replyOf(answer));
    return error;
  }

  /** Why the last call failed, as an error. */
  failed(): MeituanError {
    return errorOf(this.failure());
  }
}
