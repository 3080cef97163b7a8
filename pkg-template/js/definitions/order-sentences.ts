// Sentences about ticket orders, in both languages: from the tables of generated/order-texts.ts, of which a bundle holds those that it uses.

import type { Text } from "../generated/texts.js";
import { sentencesIn } from "./rows.js";

const read = new Map<string, Readonly<Record<string, Text>>>();

/**
 * @param table one string until somebody reads it
 * @param id of a later version, perhaps
 */
export function orderSentence(table: string, id: string): Text {
  let sentences = read.get(table);
  if (sentences === undefined) {
    sentences = sentencesIn(table);
    read.set(table, sentences);
  }
  return Object.hasOwn(sentences, id) ? sentences[id] : { en: id, zh: id };
}
