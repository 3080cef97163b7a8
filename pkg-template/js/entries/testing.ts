// Entry of meituan-protocol/testing: Meituan's side of both APIs, as values in and values out.

export type { Text } from "../generated/texts.js";
export type { RidePushName } from "../ride/interfaces.js";
export { compare } from "../testing/comparing.js";
export type { Issue, Verdict } from "../testing/issues.js";
export { MemoryStore } from "../testing/memory-store.js";
export { MeituanRide, type MeituanRideOptions, type RidePushReply } from "../testing/ride.js";
export type { RideEstimate, RideOffer, RideOrder, RidePush, RideState, RideTariff } from "../testing/ride-state.js";
export { storeContract } from "../testing/store-contract.js";
export {
  type Forgery,
  type JudgedNotice,
  type JudgedReply,
  MeituanTicket,
  type MeituanTicketOptions,
} from "../testing/ticket.js";
export {
  ACCEPTANCE_POINTS,
  type AcceptancePoint,
  type OrderScenario,
  orderScenarios,
  type Plan,
  type Step,
} from "../testing/ticket-orders.js";
export { checkTrace, type PointFinding, type PointReport } from "../testing/trace.js";
export { exchangeOf, traceOf } from "../ticket/exchange.js";
