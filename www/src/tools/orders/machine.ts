// What the explorer needs of either machine. An order is never stored here: it is told its whole timeline anew each time.

/** A text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** One thing that can be told to an order, by its name in the address. */
export interface Happening {
  readonly id: string;
  /** The wire's name of it, or what stands for it. */
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
  /** What it means, where there is more to say than its id. */
  readonly text?: Text | undefined;
}

/** What came of telling one entry. */
export interface Step {
  readonly kind: "moved" | "duplicate" | "stale" | "illegal";
  /** The state after it, as the picture names it. */
  readonly state: string;
  /** What follows, in a few words: a reply, a function to run, a query to make. */
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
  /** Where it stands: column and row of the picture. */
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
  /** Tells a new order all of it, in this order. */
  readonly tell: (timeline: readonly Entry[]) => readonly Step[];
  /** What telling each happening next would come to. */
  readonly preview: (timeline: readonly Entry[]) => ReadonlyMap<string, Step>;
  /** What to do next, where the rules say so. */
  readonly next?: (timeline: readonly Entry[]) => Text | undefined;
  /** Whether the order in which things are told must not matter. */
  readonly converges: boolean;
}

/** Now, in the explorer's world: a Monday morning in UTC+8. */
export const BEGIN = Date.UTC(2026, 10, 2, 2, 0);
export const MINUTE = 60_000;

/** The hour and minute in UTC+8, as Meituan's people see it. */
export const timeOf = (at: number): string => new Date(at + 8 * 60 * MINUTE).toISOString().slice(11, 16);
