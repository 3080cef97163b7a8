// The sentences about ticket orders, by their ids.

import type { BreachId, ReasonId, ReportId } from "../generated/messages.js";
import * as texts from "../generated/order-texts.js";
import type { Text } from "../generated/texts.js";
import { sentencesIn } from "./rows.js";

/** The meaning of a conflict of a ticket order. The fact is recorded all the same, and somebody has to look. */
export const conflicts: Readonly<Record<BreachId, Text>> = /* @__PURE__ */ sentencesIn(texts.conflicts);
/** Why a call is refused, why an event is illegal, or what another outcome than 200 means. */
export const reasons: Readonly<Record<ReasonId, Text>> = /* @__PURE__ */ sentencesIn(texts.reasons);
/** What a transition reports, though it contradicts nothing. */
export const reports: Readonly<Record<ReportId, Text>> = /* @__PURE__ */ sentencesIn(texts.reports);
