// The machine that the explorer shows, of either API. An order is never stored here: it receives its whole timeline anew each time.

/** A sentence in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** One event that can be sent to an order, by its name in the address. */
export interface Happening {
  readonly id: string;
  /** The wire's name of it, or a replacement. */
  readonly name: string;
  readonly text: Text;
  readonly group: string;
}

/** One entry of a timeline: what happened, and when it did by the clock of whom it happened to. */
export interface Entry {
  readonly id: string;
  readonly minute: number;
}

export type Tone = "good" | "bad" | "warn" | "calm";

/** Facts that contradict each other. */
export interface Conflict {
  readonly id: string;
  /** Its meaning, where there is more to say than its id. */
  readonly text?: Text | undefined;
}

/** The result of one entry. */
export interface Step {
  readonly kind: "moved" | "duplicate" | "stale" | "illegal";
  /** The state after it, as the picture names it. */
  readonly state: string;
  /** The consequence, in a few words: a reply, a function to run, a query to make. */
  readonly outcome: Text;
  readonly tone: Tone;
  /** The order as it would be stored. */
  readonly order: unknown;
  /** How many tickets are in which state. */
  readonly counts?: Text | undefined;
  /** The conflicts that are open after it. */
  readonly conflicts: readonly Conflict[];
  /** Whether it has caused one of them. */
  readonly isConflict: boolean;
}

export interface PictureState {
  readonly id: string;
  readonly name: Text;
  readonly note: string;
  /** Its place: column and row of the picture. */
  readonly at: readonly [number, number];
  readonly isFinal: boolean;
}

export interface Move {
  readonly from: string;
  readonly to: string;
}

export interface Machine {
  readonly id: "ticket" | "ride";
  readonly groups: ReadonlyArray<{ readonly id: string; readonly text: Text }>;
  readonly happenings: readonly Happening[];
  readonly states: readonly PictureState[];
  readonly moves: readonly Move[];
  readonly start: string;
  /** Timelines to begin with: ids, with the minute behind `@` where it is not that of their place. */
  readonly examples: ReadonlyArray<{ readonly text: Text; readonly ids: readonly string[] }>;
  /** Sends all of it to a new order, in this order. */
  readonly tell: (timeline: readonly Entry[]) => readonly Step[];
  /** The result that each event would have next. */
  readonly preview: (timeline: readonly Entry[]) => ReadonlyMap<string, Step>;
  /** The next step, where the rules say so. */
  readonly next?: (timeline: readonly Entry[]) => Text | undefined;
  /** Whether the order of events must not matter. */
  readonly converges: boolean;
}

/** Now, in the explorer's world: a Monday morning in UTC+8. */
export const BEGIN = Date.UTC(2026, 10, 2, 2, 0);
export const MINUTE = 60_000;

/** The hour and minute in UTC+8, as Meituan's people see it. */
export const timeOf = (at: number): string => new Date(at + 8 * 60 * MINUTE).toISOString().slice(11, 16);
