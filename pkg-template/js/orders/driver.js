// The driver of the order service (src/ticket/service): it loads and saves, runs functions, sends and waits, as the steps say.
// What is decided is decided there.

import { endJob } from "../boundary/jobs.js";
import { advanceEnded, advanceJob, beginEnded, INPUT } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import { Outcome } from "../generated/ticket-codes.js";
import { foundOf, savedOf } from "../handler/store-answers.js";
import { LATE, Limit, steady } from "../runtime/time-limits.js";

/**
 * @typedef {import("./types.js").OrderStore} OrderStore
 * @typedef {import("./types.js").TicketOrder} TicketOrder
 * @typedef {import("../boundary/jobs.js").Begun} Begun
 */

/**
 * @typedef {{ call?: string, key?: string }} Where
 * @typedef {(error: unknown, where?: Where) => void} Tell
 */

/**
 * How a function ended: its reply in program notation, which the module checks, or an outcome without one.
 * @typedef {{ reply?: string, outcome: number, code?: number, describe?: string }} End
 */

/**
 * Who does what the steps ask for.
 * @typedef {object} Doer
 * @property {string} orderId
 * @property {OrderStore} store
 * @property {() => number} clock
 * @property {(save: any, where: Where | undefined) => void} saved hears of each order that is saved, or may be
 * @property {Tell} [tell] hears of what fails. Without it, the first failure ends the job
 * @property {(task: any, order: TicketOrder) => Promise<End>} [run] never rejects
 * @property {number} [supplier] whose replies the functions make: its number in the module
 * @property {(notice: any, until: number) => Promise<void>} [send] never rejects
 * @property {boolean} [isReadOnly] nothing is saved, run or sent: what is not so already is not answered
 * @property {(working: Promise<unknown>) => void} [keep] keeps the platform alive for work past the deadline
 */
/**
 * Does a job, to its end.
 * @param {Begun} begun
 * @param {Doer} doer
 */
export const drive = (begun, doer) => new Driving(begun, doer).toTheEnd();

class Driving {
  #job;
  #step;
  #doer;
  #limit = new Limit();
  /** @type {{ snapshot: TicketOrder, revision: any } | null | undefined} */
  #stored;
  /** @type {{ reply?: string, warnings: readonly any[] }} */
  #written = { warnings: [] };
  /** What the job is about, beside the order. @type {Where | undefined} */
  #where;
  /** How the function ended, where the store has not taken that. @type {End | undefined} */
  #unrecorded;
  /** Something of the job goes on after it. @type {Promise<unknown> | undefined} */
  #afterwards;

  /** @param {Begun} begun @param {Doer} doer */
  constructor({ job, step }, doer) {
    this.#job = job;
    this.#step = step;
    this.#doer = doer;
  }

  /**
   * @returns {Promise<{ step: any, order: TicketOrder | undefined, reply?: string, warnings: readonly any[] }>} the last step, the
   * order as it is stored then, and where that is a reply, its body for the wire
   */
  async toTheEnd() {
    try {
      for (;;) {
        if (this.#step.save && this.#doer.isReadOnly) {
          // Before it is known what is stored, that somebody else was first has it looked up.
          if (this.#stored !== undefined) return { step: {}, order: undefined, warnings: [] };
          this.#go(INPUT.CONFLICT);
          continue;
        }
        this.#hear();
        if (this.#step.save && !(await this.#saved())) continue;
        const last = await this.#then();
        if (last) return last;
      }
    } finally {
      this.#limit.end();
      this.#goOnAfterwards();
    }
  }

  /** Somebody hears of what an earlier try has saved, or may have, though the store has said otherwise. */
  #hear() {
    const { heard } = this.#step;
    if (heard && !this.#doer.isReadOnly) this.#doer.saved(heard, this.#where);
  }

  async #saved() {
    const { orderId, store, saved } = this.#doer;
    const { save, until } = this.#step;
    const about = { due: save.due, conflicts: save.openConflicts ?? 0 };
    const ask = () => store.save(orderId, save.order, this.#stored?.revision ?? null, about);
    const isSaved = await this.#askStore("save", ask, savedOf, until);
    if (isSaved === undefined) return false;
    if (!isSaved) {
      this.#go(INPUT.CONFLICT);
      return false;
    }
    this.#stored = { snapshot: save.order, revision: undefined };
    saved(save, this.#where);
    return true;
  }

  async #then() {
    const step = this.#step;
    switch (step.then) {
      case "load":
        if (await this.#load()) this.#go(INPUT.LOADED, this.#stored?.snapshot);
        return undefined;
      case "pause": {
        const milliseconds = step.least + Math.random() * (step.most - step.least);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        this.#go(INPUT.RESUMED);
        return undefined;
      }
      case "run":
        await this.#run(step);
        return undefined;
      case "send":
        await Promise.all(step.notices.map((/** @type {any} */ notice) => this.#doer.send?.(notice, step.until)));
        this.#go(INPUT.SENT);
        return undefined;
      default:
        return { step, order: this.#stored?.snapshot, ...this.#written };
    }
  }

  /** Runs the function, and looks for its end until the deadline. @param {any} task */
  async #run(task) {
    const { run, keep } = this.#doer;
    this.#where = { call: task.call, key: task.key };
    const order = /** @type {{ snapshot: TicketOrder }} */ (this.#stored).snapshot;
    const running = /** @type {NonNullable<Doer["run"]>} */ (run)(task, order);
    const end = await this.#limit.inTime(running, task.deadline);
    if (end === LATE) {
      this.#afterwards = running.then((late) => this.#record(late));
      keep?.(this.#afterwards);
      this.#go(INPUT.LATE);
      return;
    }
    this.#unrecorded = end;
    if (await this.#load()) {
      this.#unrecorded = undefined;
      this.#advance(() => this.#ended(end, this.#stored));
    }
  }

  /**
   * That a function has ended. What breaks a rule is reported, and runs again later.
   * @param {End} end
   * @param {{ snapshot: TicketOrder } | null | undefined} stored
   */
  #ended(end, stored) {
    const at = /** @type {const} */ ([this.#job, this.#doer.supplier]);
    const times = this.#times();
    try {
      return advanceEnded(...at, { key: this.#where?.key, ...end }, stored, ...times);
    } catch (error) {
      this.#doer.tell?.(error, this.#where);
      return advanceEnded(...at, { key: this.#where?.key, outcome: Outcome.UNUSABLE }, stored, ...times);
    }
  }

  async #load() {
    const { orderId, store } = this.#doer;
    const loaded = await this.#askStore("load", () => store.load(orderId), foundOf, this.#step.until);
    if (loaded === undefined) return false;
    this.#stored = loaded;
    return true;
  }

  /**
   * What the store says; nothing where it fails, and the job goes on from that.
   * @template T
   * @param {"load" | "save"} name
   * @param {() => unknown} ask
   * @param {(answer: unknown) => T} read
   * @param {number} until
   * @returns {Promise<T | undefined>}
   */
  async #askStore(name, ask, read, until) {
    try {
      const answer = await this.#limit.inTime(ask(), until);
      if (answer !== LATE) return read(answer);
      this.#failed(new MeituanError("TIMED_OUT", { path: `store.${name}` }), INPUT.STORE_LATE);
    } catch (error) {
      this.#failed(error, INPUT.STORE_FAILED);
    }
    return undefined;
  }

  /** @param {unknown} error @param {number} input */
  #failed(error, input) {
    const { tell } = this.#doer;
    if (tell === undefined) {
      // The job ends, and what it may have saved is heard of.
      this.#step = advanceJob(this.#job, input, undefined, this.#doer.clock(), Date.now()).step;
      this.#hear();
      throw error;
    }
    tell(error, this.#where);
    const end = this.#unrecorded;
    if (end) this.#take(this.#ended(end, undefined));
    // What fails here ends the job.
    this.#take(advanceJob(this.#job, input, undefined, ...this.#times()));
  }

  /** @param {number} input @param {object} [payload] */
  #go(input, payload) {
    const times = this.#times();
    this.#advance(() => advanceJob(this.#job, input, payload, ...times));
  }

  /** By the supplier's clock, and by the steady one. @returns {[number, number]} */
  #times() {
    return [this.#doer.clock(), steady()];
  }

  /** @param {() => import("../boundary/jobs.js").Advanced} advance */
  #advance(advance) {
    try {
      this.#take(advance());
    } catch (error) {
      // What is stored cannot be read, or what is reported breaks a rule.
      this.#failed(error, INPUT.STORE_FAILED);
    }
  }

  /** @param {import("../boundary/jobs.js").Advanced} advanced */
  #take({ step, ...written }) {
    this.#step = step;
    this.#written = written;
  }

  /** What the store has not taken is recorded without hurry; the module may forget the job then. */
  #goOnAfterwards() {
    const end = this.#unrecorded;
    if (end) {
      this.#afterwards = this.#record(end);
      this.#doer.keep?.(this.#afterwards);
    }
    if (this.#afterwards === undefined) endJob(this.#job);
    else this.#afterwards.finally(() => endJob(this.#job));
  }

  /** @param {End} end */
  async #record(end) {
    const { tell, ...doer } = this.#doer;
    const where = this.#where;
    const begin = (/** @type {any} */ how) =>
      beginEnded(this.#job, doer.supplier, { key: where?.key, ...how }, doer.clock(), steady());
    try {
      let begun;
      try {
        begun = begin(end);
      } catch (error) {
        tell?.(error, where);
        begun = begin({ outcome: Outcome.UNUSABLE });
      }
      await drive(begun, { ...doer, saved: (save) => doer.saved(save, where) });
    } catch (error) {
      tell?.(error, where);
    }
  }
}
