// What the address says after `#/`: a tool's name, and, for the order explorer, the events that were chosen there. What is pasted
// into a tool never becomes part of it.

import { state } from "./state.ts";

const current = (): string => location.hash.replace(/^#\/?/, "");

export const route = state(current());
/** The tool's name alone. */
export const tool = (): string => route.value.split("/")[0] ?? "";

addEventListener("hashchange", () => {
  route.value = current();
});
