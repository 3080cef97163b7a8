// The timeline: events, in the sequence in which the order receives them. It is all that a link holds.

import { computed, state } from "../../shell/state.ts";
import type { Entry, Machine } from "./machine.ts";
import { rideMachine } from "./ride.ts";
import { ticketMachine } from "./ticket.ts";

export const MACHINES = [ticketMachine, rideMachine] as const;

/** Entries have a key, so that one that is moved stays the same one. */
export interface Item extends Entry {
  readonly key: number;
}

let lastKey = 0;
const item = (id: string, minute: number): Item => ({ id, minute, key: ++lastKey });

/** The string of one, with its minute where that is not its place. */
function itemOf(written: string, index: number): Item {
  const [id = "", minute] = written.split("@");
  return item(id, Number(minute) || index + 1);
}

export const machine = state<Machine>(ticketMachine);
export const timeline = state<readonly Item[]>([]);
/** Which entry is looked at; undefined: the last one. */
export const chosen = state<number | undefined>(undefined);

export const steps = computed(() => machine.value.tell(timeline.value));
export const preview = computed(() => machine.value.preview(timeline.value));

const latest = () => timeline.value.reduce((most, { minute }) => Math.max(most, minute), 0);

function change(next: readonly Item[]): void {
  timeline.value = next;
  chosen.value = undefined;
  history.replaceState(null, "", `#${written(machine.value, next)}`);
}

export function choose(id: string): void {
  machine.value = MACHINES.find((one) => one.id === id) ?? ticketMachine;
  change([]);
}

export const begin = (ids: readonly string[]): void => change(ids.map(itemOf));
export const add = (id: string): void => change([...timeline.value, item(id, latest() + 1)]);
export const drop = (index: number): void => change(timeline.value.toSpliced(index, 1));
/** The same fact once more, with the time that it happened at. */
export const double = (index: number): void => {
  const one = timeline.value[index];
  if (one) change(timeline.value.toSpliced(index + 1, 0, item(one.id, one.minute)));
};

export function move(from: number, to: number): void {
  const one = timeline.value[from];
  if (one === undefined || to < 0 || to >= timeline.value.length || from === to) return;
  change(timeline.value.toSpliced(from, 1).toSpliced(to, 0, one));
}

export const shuffle = (): void => change(shuffled(timeline.value));

export function shuffled<T>(list: readonly T[]): T[] {
  const mixed = [...list];
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other] as T, mixed[index] as T];
  }
  return mixed;
}

/** As what follows `#` in the address: the machine, then each entry, with its minute where that is not its place. */
function written({ id }: Machine, list: readonly Entry[]): string {
  const entries = list.map(({ id, minute }, index) => (minute === index + 1 ? id : `${id}@${minute}`));
  return [id, ...(entries.length > 0 ? [entries.join(".")] : [])].join("/");
}

/** The other way. Unknown events are left out. */
function readAddress(): void {
  const [id, list = ""] = location.hash.slice(1).split("/");
  const of = MACHINES.find((one) => one.id === id);
  if (of === undefined) return;
  const known = new Set(of.happenings.map(({ id }) => id));
  machine.value = of;
  timeline.value = list
    .split(".")
    .map(itemOf)
    .filter(({ id }) => known.has(id))
    .slice(0, MOST);
  chosen.value = undefined;
}

/** Longer timelines show nothing more. */
const MOST = 60;

readAddress();
addEventListener("hashchange", readAddress);
