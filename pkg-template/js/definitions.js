// Entry of meituan-protocol/definitions: messages, the values of their fields, the states of orders, and their conflicts.

export { machines } from "./definition-machines.js";
export { definitions } from "./definition-messages.js";
export { values } from "./definition-values.js";
export { conflicts, reasons } from "./order-texts.js";
