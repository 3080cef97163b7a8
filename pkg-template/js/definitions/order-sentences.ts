// Sentences of conflicts, reports and reasons of ticket orders, and of explanations, in both languages.

import { conflicts, explanation, reasons, reports } from "../generated/order-texts.js";
import type { Text } from "../generated/texts.js";
import { sentencesIn } from "./rows.js";

/** Each table is one string until somebody reads it. */
const tables = { conflicts, explanation, reasons, reports };
const read = new Map<string, Readonly<Record<string, Text>>>();

/** @param id of a later version, perhaps */
export function orderSentence(table: keyof typeof tables, id: string): Text {
  let sentences = read.get(table);
  if (sentences === undefined) {
    sentences = sentencesIn(tables[table]);
    read.set(table, sentences);
  }
  return Object.hasOwn(sentences, id) ? sentences[id] : { en: id, zh: id };
}
