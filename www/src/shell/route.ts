// Which tool is shown. The address holds its name and nothing else: what is pasted never becomes part of it.

import { signal } from "@preact/signals";

const current = (): string => location.hash.replace(/^#\/?/, "");

export const route = signal(current());

addEventListener("hashchange", () => {
  route.value = current();
});
