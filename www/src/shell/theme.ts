import { effect, signal } from "@preact/signals";
import { remembered } from "./memory.ts";

export type Theme = "light" | "dark";

const ofSystem = matchMedia("(prefers-color-scheme: dark)");

/** What was chosen; until then the system's theme. */
export const chosenTheme = signal<Theme | undefined>(remembered("theme", ["light", "dark"]));
const systemTheme = signal<Theme>(ofSystem.matches ? "dark" : "light");
ofSystem.addEventListener("change", () => {
  systemTheme.value = ofSystem.matches ? "dark" : "light";
});

export const theme = (): Theme => chosenTheme.value ?? systemTheme.value;

effect(() => {
  document.documentElement.dataset.theme = theme();
});
