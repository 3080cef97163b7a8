// Entry of meituan-protocol/definitions: messages, the values of their fields, the states of orders, and their conflicts.

import { sentencesIn } from "./definition-rows.js";
import * as texts from "./order-texts.js";

export { machines } from "./definition-machines.js";
export { definitions } from "./definition-messages.js";
export { values } from "./definition-values.js";

export const conflicts = /* @__PURE__ */ sentencesIn(texts.conflicts);
export const reasons = /* @__PURE__ */ sentencesIn(texts.reasons);
export const reports = /* @__PURE__ */ sentencesIn(texts.reports);
