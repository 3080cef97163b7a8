// Entry of meituan-protocol: everything.

export { acceptsMessage, checkMessage, MESSAGES } from "../definitions/check.js";
export { explain } from "../definitions/explain.js";
export * as codes from "../generated/codes.js";
export * as tables from "../generated/ride-tables.js";
export { RideClient } from "../ride/client.js";
export { openEnvelope, sealEnvelope } from "../ride/envelope.js";
export { newOrderId } from "../ride/order-id.js";
export { RideRequests } from "../ride/requests.js";
export { signSorted } from "../ride/sorted-sign.js";
export * from "./ticket.js";
