// The sentences about ticket orders, by their ids.

import * as texts from "../generated/order-texts.js";
import { sentencesIn } from "./rows.js";

export const conflicts = /* @__PURE__ */ sentencesIn(texts.conflicts);
export const reasons = /* @__PURE__ */ sentencesIn(texts.reasons);
export const reports = /* @__PURE__ */ sentencesIn(texts.reports);
