// What conflicts, reports and reasons of ticket orders mean, and what explanations consist of, in both languages.

import { conflicts, explanation, reasons, reports } from "../generated/order-texts.js";
import { sentencesIn } from "./rows.js";

/** @typedef {import("../generated/texts.js").Text} Text */

/** Each table is one string until somebody reads it. */
const tables = { conflicts, explanation, reasons, reports };
/** @type {Map<string, Readonly<Record<string, Text>>>} */
const read = new Map();

/**
 * @param {keyof typeof tables} table
 * @param {string} id of a later version, perhaps
 * @returns {Text}
 */
export function orderSentence(table, id) {
  let sentences = read.get(table);
  if (sentences === undefined) {
    sentences = sentencesIn(tables[table]);
    read.set(table, sentences);
  }
  return Object.hasOwn(sentences, id) ? sentences[id] : { en: id, zh: id };
}
