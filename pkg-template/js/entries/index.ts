// Entry of meituan-protocol: everything.

export { acceptsMessage, checkMessage, MESSAGES } from "../definitions/check.js";
export { type Explanation, explain } from "../definitions/explain.js";
export * as codes from "../generated/codes.js";
export * as tables from "../generated/ride-tables.js";
// Of the two of each name, the ticket API's; the ride API's are in `meituan-protocol/ride`.
export { transition } from "../orders/transition.js";
export { RideClient } from "../ride/client.js";
export { openEnvelope, sealEnvelope } from "../ride/envelope.js";
export { newOrderId } from "../ride/order-id.js";
export { RideRequests } from "../ride/requests.js";
export { signSorted } from "../ride/sorted-sign.js";
export { handler } from "../ticket/handler.js";
export type * from "./ride.js";
export * from "./ticket.js";
