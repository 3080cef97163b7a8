import { remembered } from "./memory.ts";
import { always, state } from "./state.ts";

export type Theme = "light" | "dark";

const ofSystem = matchMedia("(prefers-color-scheme: dark)");

/** The chosen theme; until then the system's. */
export const chosenTheme = state<Theme | undefined>(remembered("theme", ["light", "dark"]));
const systemTheme = state<Theme>(ofSystem.matches ? "dark" : "light");
ofSystem.addEventListener("change", () => {
  systemTheme.value = ofSystem.matches ? "dark" : "light";
});

export const theme = (): Theme => chosenTheme.value ?? systemTheme.value;

always(() => {
  document.documentElement.dataset.theme = theme();
});
