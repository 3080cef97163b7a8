// What is known of an error beside what it says: the reply that Meituan gets for it, and the language in which it is shown.

/**
 * @typedef {import("../handler/hooks.js").Language} Language
 * @typedef {import("./error.js").MeituanError} MeituanError
 * @typedef {import("../http/reply.js").NoReply} NoReply
 * @typedef {import("../http/reply.js").Reply} Reply
 */

/** @type {WeakMap<object, () => Reply | NoReply>} */
const answers = new WeakMap();
/** @type {WeakMap<object, Language>} */
const languages = new WeakMap();

/**
 * Gives an error the reply that Meituan gets for it, unless it has one.
 * @param {MeituanError} error
 * @param {() => Reply | NoReply} answer
 */
export function answerWith(error, answer) {
  if (!answers.has(error)) answers.set(error, answer);
}

/** @param {object} error */
export const answerTo = (error) => answers.get(error);

/**
 * Says in which language an error is shown, unless that is known.
 * @param {unknown} error whatever was thrown
 * @param {Language} language
 */
export function showIn(error, language) {
  if (typeof error === "object" && error !== null && !languages.has(error)) languages.set(error, language);
}

/** @param {object} error */
export const languageFor = (error) => languages.get(error);
