// State that more than one part of the page depends on: language, theme, the explorer's timeline. Any change draws the page
// anew, so nobody has to say what depends on what.

export interface State<T> {
  value: T;
}

let changes = 0;
/** How many of them the page shows. */
let shown = 0;
const dependents: (() => void)[] = [];

export function state<T>(value: T): State<T> {
  return {
    get value() {
      return value;
    },
    set value(next) {
      if (next === value) return;
      value = next;
      // Changes that are made together are shown together.
      if (changes++ === shown) queueMicrotask(show);
    },
  };
}

function show(): void {
  shown = changes;
  for (const work of dependents) work();
}

/** Values that follow from states: computed when it is first read after a change. */
export function computed<T>(compute: () => T): { readonly value: T } {
  let last: { readonly at: number; readonly value: T } | undefined;
  return {
    get value() {
      if (last?.at !== changes) last = { at: changes, value: compute() };
      return last.value;
    },
  };
}

/** Does something now, and again after each change. */
export function always(work: () => void): void {
  dependents.push(work);
  work();
}
