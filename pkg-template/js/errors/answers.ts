// Facts of an error beside its message: the reply that Meituan gets for it, and the language in which it is shown.

import type { Reply } from "../http/reply.js";
import type { Language } from "./sentences.js";

const answers = new WeakMap<object, () => Reply>();
const languages = new WeakMap<object, Language>();

/** Gives an error the reply that Meituan gets for it, unless it has one. */
export function answerWith(error: object, answer: () => Reply): void {
  if (!answers.has(error)) answers.set(error, answer);
}

/** Gives it another one. */
export const answerInstead = (error: object, answer: () => Reply): void => void answers.set(error, answer);

export const answerTo = (error: object): (() => Reply) | undefined => answers.get(error);

/**
 * Says in which language an error is shown, unless that is known.
 * @param error whatever was thrown
 */
export function showIn(error: unknown, language: Language): void {
  if (typeof error === "object" && error !== null && !languages.has(error)) languages.set(error, language);
}

export const languageFor = (error: object): Language | undefined => languages.get(error);
