// Which language the page speaks. The choice is kept; what is pasted into the page never is.

import { remembered } from "./memory.ts";
import { always, state } from "./state.ts";

export type Language = "en" | "zh";

const ofBrowser = (): Language => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const language = state<Language>(remembered("language", ["en", "zh"]) ?? ofBrowser());

always(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/**
 * The words of a part of the page in both languages. Returns a function for those of the chosen language.
 */
export const bilingual =
  <T>(texts: { readonly en: T; readonly zh: NoInfer<T> }) =>
  (): T =>
    texts[language.value];
