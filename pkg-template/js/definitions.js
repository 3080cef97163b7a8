// Entry of meituan-protocol/definitions: what the messages, the values of their fields and the orders' states are.

export { machines } from "./definition-machines.js";
export { definitions } from "./definition-messages.js";
export { values } from "./definition-values.js";
