// A good example of each message, made from its definition.

import { type Definition, definitions, type FieldDefinition, type MessageName, values } from "../../library.ts";

/** Fields whose value other fields or rules depend on, by message (or object) and field. */
const CHOSEN: Readonly<Record<string, unknown>> = {
  partnerId: 1122,
  code: 200,
  describe: "success",
  quantity: 1,
  orderQuantity: 1,
  usedQuantity: 0,
  refundedQuantity: 0,
};

/** The example as the wire has it. */
export const exampleOf = (name: MessageName): string => JSON.stringify(objectOf(definitions[name], name), null, 2);

function objectOf(definition: Definition | undefined, name: string): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of definition?.fields ?? []) {
    if (field.needed === undefined && !(`${name}.${field.name}` in CHOSEN)) continue;
    object[field.name] = fieldValue(field, name);
  }
  return object;
}

function fieldValue(field: FieldDefinition, name: string): unknown {
  const chosen = CHOSEN[`${name}.${field.name}`] ?? CHOSEN[field.name];
  if (chosen !== undefined) return chosen;
  const one = single(field);
  return field.list ? [one] : one;
}

export function single(field: FieldDefinition): unknown {
  switch (field.type) {
    case "object":
      return objectOf(definitions[field.of ?? ""], field.of ?? "");
    case "code":
      return Number(Object.keys(values[field.of ?? ""] ?? { 0: "" })[0]);
    case "id":
      return 1453361297221;
    case "integer":
      return Math.max(field.min ?? 1, 1);
    case "decimal":
      return 39.9;
    case "yuan":
      return 580;
    case "fen":
      return 58000;
    case "flag":
      return true;
    case "date":
      return "2026-10-01";
    case "wallClock":
      return "2026-10-01 09:30:00";
    case "moment":
      return 1790818200000;
    case "textMap":
      return {};
    case "raw":
      return {};
    case "text":
      return field.name;
  }
}
