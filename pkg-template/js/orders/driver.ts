// The driver of the order service (src/ticket/service): it loads and saves, runs functions, sends and waits, as the steps say.
// All decisions are made there.

import { type Advanced, type Begun, endJob } from "../boundary/jobs.js";
import type { Opened } from "../boundary/opened.js";
import { advanceEnded, advanceJob, beginEnded, INPUT } from "../boundary/ticket-orders.js";
import { MeituanError } from "../errors/error.js";
import { Outcome } from "../generated/ticket-codes.js";
import type { ReportError, Where } from "../handler/reports.js";
import { foundOf, loadFrom, type Stored, savedOf, saveTo } from "../handler/store-answers.js";
import { LATE, Limit, steady } from "../runtime/time-limits.js";
import type { Snapshot } from "../values/snapshot.js";
import type { OrderStore, TicketOrder } from "./store.js";

/** How a function ended: its reply in program notation, which the module checks, or an outcome without one. */
export interface End {
  reply?: string;
  outcome: number;
  code?: number;
  describe?: string;
}

/** The functions that do what steps ask for. */
export interface Doer {
  orderId: string;
  store: OrderStore;
  clock: () => number;
  /** Receives each order that is saved, or may be. */
  saved: (save: any, where: Where | undefined) => void;
  /** Receives failures. Without it, the first failure ends the job. */
  reportError?: ReportError;
  /** Never rejects. */
  run?: (task: any, order: Snapshot<TicketOrder>) => Promise<End>;
  /** Whose replies the functions make, in the module. */
  supplier?: Opened;
  /** Never rejects. */
  send?: (notice: any, until: number) => Promise<void>;
  /** Nothing is saved, run or sent: what is not so already is not answered. */
  isReadOnly?: boolean;
  /** Keeps the platform alive for work past the deadline. */
  keep?: (working: Promise<unknown>) => void;
}

/** Does a job, to its end. */
export const drive = (begun: Begun, doer: Doer) => new Driving(begun, doer).toTheEnd();

class Driving {
  #job;
  #step;
  #doer;
  #limit = new Limit();
  #stored: Stored | null | undefined;
  #written: { reply?: string; warnings: readonly any[] } = { warnings: [] };
  /** The subject of the job, beside the order. */
  #where: Where | undefined;
  /** How the function ended, where the store has not taken that. */
  #unrecorded: End | undefined;
  /** Something of the job goes on after it. */
  #afterwards: Promise<unknown> | undefined;

  constructor({ job, step }: Begun, doer: Doer) {
    this.#job = job;
    this.#step = step;
    this.#doer = doer;
  }

  /**
   * @returns the last step, the
   * order as it is stored then, and where that is a reply, its body for the wire
   */
  async toTheEnd(): Promise<{ step: any; order: Snapshot<TicketOrder> | undefined; reply?: string; warnings: readonly any[] }> {
    try {
      for (;;) {
        if (this.#step.save && this.#doer.isReadOnly) {
          // Before it is known what is stored, a conflict means a look-up.
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

  /** Passes on what an earlier try has saved, or may have, though the store has said otherwise. */
  #hear() {
    const { heard } = this.#step;
    if (heard && !this.#doer.isReadOnly) this.#doer.saved(heard, this.#where);
  }

  async #saved() {
    const { orderId, store, saved } = this.#doer;
    const { save, until } = this.#step;
    const about = { due: save.due, conflicts: save.openConflicts ?? 0 };
    const ask = () => saveTo(store, orderId, save.snapshot, this.#stored?.revision ?? null, about);
    const isSaved = await this.#askStore("save", ask, savedOf, until);
    if (isSaved === undefined) return false;
    if (!isSaved) {
      this.#go(INPUT.CONFLICT);
      return false;
    }
    this.#stored = { snapshot: save.snapshot, revision: undefined };
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
        const milliseconds = step.min + Math.random() * (step.max - step.min);
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        this.#go(INPUT.RESUMED);
        return undefined;
      }
      case "run":
        await this.#run(step);
        return undefined;
      case "send":
        await Promise.all(step.notices.map((notice: any) => this.#doer.send?.(notice, step.until)));
        this.#go(INPUT.SENT);
        return undefined;
      default:
        return { step, order: this.#stored?.snapshot, ...this.#written };
    }
  }

  /** Runs the function, and looks for its end until the deadline. */
  async #run(task: any) {
    const { run, keep } = this.#doer;
    this.#where = { call: task.call, key: task.key };
    const order = (this.#stored as Stored).snapshot;
    const running = (run as NonNullable<Doer["run"]>)(task, order);
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

  /** Reports that a function has ended. A result that breaks a rule is reported, and the function runs again later. */
  #ended(end: End, stored: Stored | null | undefined) {
    const at = [this.#job, this.#doer.supplier] as const;
    const times = this.#times();
    try {
      return advanceEnded(...at, { key: this.#where?.key, ...end }, stored, ...times);
    } catch (error) {
      this.#doer.reportError?.(error, this.#where);
      return advanceEnded(...at, { key: this.#where?.key, outcome: Outcome.UNUSABLE }, stored, ...times);
    }
  }

  async #load() {
    const { orderId, store } = this.#doer;
    const loaded = await this.#askStore("load", () => loadFrom(store, orderId), foundOf, this.#step.until);
    if (loaded === undefined) return false;
    this.#stored = loaded;
    return true;
  }

  /** The store's answer; nothing where it fails, and the job goes on from that. */
  async #askStore<T>(
    name: "load" | "save",
    ask: () => unknown,
    read: (answer: unknown) => T,
    until: number,
  ): Promise<T | undefined> {
    try {
      const answer = await this.#limit.inTime(ask(), until);
      if (answer !== LATE) return read(answer);
      this.#failed(new MeituanError("TIMED_OUT", { path: `store.${name}` }), INPUT.STORE_LATE);
    } catch (error) {
      this.#failed(error, INPUT.STORE_FAILED);
    }
    return undefined;
  }

  #failed(error: unknown, input: number) {
    const { reportError } = this.#doer;
    if (reportError === undefined) {
      // The job ends, and what it may have saved is heard of.
      this.#step = advanceJob(this.#job, input, undefined, this.#doer.clock(), Date.now()).step;
      this.#hear();
      throw error;
    }
    reportError(error, this.#where);
    const end = this.#unrecorded;
    if (end) this.#take(this.#ended(end, undefined));
    // A failure here ends the job.
    this.#take(advanceJob(this.#job, input, undefined, ...this.#times()));
  }

  #go(input: number, payload?: Snapshot) {
    const times = this.#times();
    this.#advance(() => advanceJob(this.#job, input, payload, ...times));
  }

  /** By the supplier's clock, and by the steady one. */
  #times(): [number, number] {
    return [this.#doer.clock(), steady()];
  }

  #advance(advance: () => Advanced) {
    try {
      this.#take(advance());
    } catch (error) {
      // The stored order cannot be read, or a report breaks a rule.
      this.#failed(error, INPUT.STORE_FAILED);
    }
  }

  #take({ step, ...written }: Advanced) {
    this.#step = step;
    this.#written = written;
  }

  /** A record that the store has not saved is saved without hurry; the module may forget the job then. */
  #goOnAfterwards() {
    const end = this.#unrecorded;
    if (end) {
      this.#afterwards = this.#record(end);
      this.#doer.keep?.(this.#afterwards);
    }
    if (this.#afterwards === undefined) endJob(this.#job);
    else this.#afterwards.finally(() => endJob(this.#job));
  }

  async #record(end: End) {
    const { reportError, ...doer } = this.#doer;
    const where = this.#where;
    const begin = (how: any) => beginEnded(this.#job, doer.supplier, { key: where?.key, ...how }, doer.clock(), steady());
    try {
      let begun: Begun;
      try {
        begun = begin(end);
      } catch (error) {
        reportError?.(error, where);
        begun = begin({ outcome: Outcome.UNUSABLE });
      }
      await drive(begun, { ...doer, saved: (save) => doer.saved(save, where) });
    } catch (error) {
      reportError?.(error, where);
    }
  }
}
