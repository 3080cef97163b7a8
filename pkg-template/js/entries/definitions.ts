// Entry of meituan-protocol/definitions: messages, the values of their fields, the states of orders, and their conflicts.

export { conflicts, reasons, reports } from "../definitions/order-tables.js";
export type { Definition, FieldDefinition, TicketVerdict } from "../definitions/rows.js";
export { machines } from "../generated/definition-machines.js";
export { definitions } from "../generated/definition-messages.js";
export { values } from "../generated/definition-values.js";
