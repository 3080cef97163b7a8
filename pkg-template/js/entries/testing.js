// Entry of meituan-protocol/testing: Meituan's side of both APIs, as values in and values out.

export { compare } from "../testing/comparing.js";
export { MemoryStore } from "../testing/memory-store.js";
export { MeituanRide } from "../testing/ride.js";
export { storeContract } from "../testing/store-contract.js";
export { MeituanTicket } from "../testing/ticket.js";
export { ACCEPTANCE_POINTS, orderLives } from "../testing/ticket-orders.js";
export { checkTrace } from "../testing/trace.js";
export { exchangeOf, traceOf } from "../ticket/exchange.js";
