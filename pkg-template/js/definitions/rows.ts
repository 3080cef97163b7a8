// The tables of the other definition files are written there as rows of a string, which are a fifth smaller to load than objects:
// here they are read. Blocks of rows are parted by an empty line, and what a row says in words follows its `|`.

import type { Text } from "../generated/texts.js";

/** One field of a message, as the wire has it. */
export interface FieldDefinition {
  readonly name: string;
  /** The kind of its value. `yuan` is a decimal number, `wallClock` is `yyyy-MM-dd HH:mm:ss` in UTC+8, `timestamp` epoch milliseconds. */
  readonly type:
    | "id"
    | "integer"
    | "code"
    | "yuan"
    | "fen"
    | "decimal"
    | "string"
    | "flag"
    | "timestamp"
    | "date"
    | "wallClock"
    | "object"
    | "stringMap"
    | "raw";
  /** Whether it is a list of these. */
  readonly list?: true;
  /** The documented maximum of items. */
  readonly maxItems?: number;
  /** The smallest number. */
  readonly min?: number;
  /** The largest number, or the documented length of a string. */
  readonly max?: number;
  /** The object or the table of values: a name in `definitions` or `values`. */
  readonly of?: string;
  /** Whether it must be there: always, or in a reply that says success. */
  readonly needed?: "always" | "onSuccess";
  /** Its description: in Chinese, then after ` · ` in English. Empty where the object says it. */
  readonly doc: string;
}

/** A message, or an object in one. */
export interface Definition {
  readonly doc: string;
  /** The value of the field `method` in a request of the ride API. */
  readonly method?: string;
  readonly fields: readonly FieldDefinition[];
}

/** The action in a row of the ticket order's table. */
export type TicketVerdict = "Run" | "RunFlagged" | "Record" | "RecordFlagged" | "Truth" | "Stale" | "Refuse";

/** The state machine of the ticket API's orders; sentences as in {@link FieldDefinition.doc}. */
export interface TicketMachine {
  /** The states, each with its lifecycle and orderStatus (0: none). */
  readonly states: ReadonlyArray<{ readonly name: string; readonly lifecycle: number; readonly orderStatus: number }>;
  /** Every state with every trigger, once. */
  readonly moves: ReadonlyArray<{
    readonly from: string;
    readonly on: string;
    readonly to: string;
    readonly verdict: TicketVerdict;
  }>;
}

/** The state machine of the ride API's orders. */
export interface RideMachine {
  /** The states by their number: Meituan's; 0 nothing known; -100 and -110 cancelled, and only a query says how. */
  readonly states: ReadonlyArray<{
    readonly status: number;
    readonly name: { readonly en: string; readonly zh: string };
    readonly isFinal: boolean;
  }>;
  /** The transitions. `from` empty: any state; no `to`: the state stays; `asks`: a query has to confirm it. */
  readonly moves: ReadonlyArray<{
    readonly from: readonly number[];
    readonly event: number;
    readonly to?: number;
    readonly asks: boolean;
    readonly doc: string;
  }>;
  /** The states that a query may report, once it says which kind of cancellation it was. */
  readonly knownByQuery: ReadonlyArray<{ readonly from: number; readonly to: number }>;
}

const blocksIn = (text: string): [string, string][][] =>
  text
    .trim()
    .split("\n\n")
    .map((block) => block.split("\n").map(cut));

/** @returns the parts before and after its `|` */
function cut(row: string): [string, string] {
  const at = row.indexOf("|");
  return [row.slice(0, at), row.slice(at + 1)];
}

/** Name, `!` for always needed or `?` for needed at success, list and its maximal number of items, type, what it is of, minimum, maximum. */
const FIELD = /^(\w+)([!?]?)( list(?: (\d+))?)? (\w+)(?: ([A-Z]\w*))?(?: (-?\d+)(?= ))?(?: (-?\d+))?$/;

function fieldIn([head, doc]: [string, string]): FieldDefinition {
  const [, name, needed, list, maxItems, type, of, min, max] = FIELD.exec(head) ?? [];
  const field: Record<string, unknown> = { name, type, doc };
  if (list) field.list = true;
  if (maxItems) field.maxItems = Number(maxItems);
  if (min) field.min = Number(min);
  if (max) field.max = Number(max);
  if (of) field.of = of;
  if (needed) field.needed = needed === "!" ? "always" : "onSuccess";
  // The generator writes no other words.
  return field as unknown as FieldDefinition;
}

/** Messages: a row with the name and the ride API's method, then a row for each field. */
export const definitionsIn = <Name extends string>(text: string): Record<Name, Definition> =>
  Object.fromEntries(
    blocksIn(text).map(([[head, doc], ...rows]) => {
      const [name, method] = head.split(" ");
      return [name, { ...(method && { method }), doc, fields: rows.map(fieldIn) }];
    }),
  ) as Record<string, Definition> as Record<Name, Definition>;

/** Values: a row with the table's name, then a row for each value. */
export const valuesIn = (text: string): Record<string, Record<number, string>> =>
  Object.fromEntries(blocksIn(text).map(([[name], ...rows]) => [name, Object.fromEntries(rows)]));

/** Sentences in both languages, by id: a row for each. */
export const sentencesIn = <Id extends string>(text: string): Record<Id, Text> =>
  Object.fromEntries(
    blocksIn(text).flatMap((rows) =>
      rows.map(([id, words]) => {
        const [zh, en] = words.split(" · ");
        return [id, { en, zh }];
      }),
    ),
  ) as Record<Id, Text>;

/**
 * The ticket machine: a block of states with their lifecycle and orderStatus; one of triggers, each with what becomes of each
 * state in turn: the verdict, and the next state where it is another one.
 */
export function ticketMachineIn(text: string): TicketMachine {
  const [stateRows, triggerRows] = blocksIn(text);
  const states = stateRows.map(([head]) => {
    const [name, lifecycle, orderStatus] = head.split(" ");
    return { name, lifecycle: Number(lifecycle), orderStatus: Number(orderStatus) };
  });
  const moves = triggerRows.flatMap(([on, cells]) =>
    cells.split(" ").map((cell, index) => {
      const from = states[index].name;
      const [verdict, to = from] = cell.split(">");
      return { from, on, to, verdict: verdict as TicketVerdict };
    }),
  );
  return { states, moves };
}

/**
 * The ride machine: a block of states, `!` for final ones; one of events, each with the states before and after it, `?` where a
 * query has to confirm it; one of the states that a query leads from and to.
 */
export function rideMachineIn(text: string): RideMachine {
  const [stateRows, eventRows, queryRows] = blocksIn(text);
  const states = stateRows.map(([head, words]) => {
    const [zh, en] = words.split(" · ");
    return { status: Number.parseInt(head, 10), name: { en, zh }, isFinal: head.endsWith("!") };
  });
  const moves = eventRows.map(([head, doc]) => {
    const [event, from, to] = head.replace("?", "").split(" ");
    return {
      from: from ? from.split(",").map(Number) : [],
      event: Number(event),
      ...(to && { to: Number(to) }),
      asks: head.endsWith("?"),
      doc,
    };
  });
  const knownByQuery = queryRows.map(([head]) => {
    const [from, to] = head.split(" ").map(Number);
    return { from, to };
  });
  return { states, moves, knownByQuery };
}
