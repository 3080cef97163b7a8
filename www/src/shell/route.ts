// What the address says after `#/`: a tool's name, and, for the order explorer, the events that were chosen there. What is pasted
// into a tool never becomes part of it.

import { computed, signal } from "@preact/signals";

const current = (): string => location.hash.replace(/^#\/?/, "");

export const route = signal(current());
/** The tool's name alone. */
export const tool = computed(() => route.value.split("/")[0] ?? "");

addEventListener("hashchange", () => {
  route.value = current();
});
