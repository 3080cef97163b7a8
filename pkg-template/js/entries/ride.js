// Entry of meituan-protocol/ride: the ride API of Meituan Enterprise.

export { nodeCipher } from "../boundary/host-cipher.js";
export { MeituanError } from "../errors/error.js";
export * as codes from "../generated/ride-codes.js";
export * as tables from "../generated/ride-tables.js";
export { settler } from "../handler/settler.js";
export { RideClient } from "../ride/client.js";
export { openEnvelope, sealEnvelope } from "../ride/envelope.js";
export { carTypeRequestOf } from "../ride/estimate.js";
export { handler } from "../ride/handler.js";
export { newOrderId } from "../ride/order-id.js";
export { RideRequests } from "../ride/requests.js";
export { nextAction, recordCall, standing, transition } from "../ride/rules.js";
export { signSorted } from "../ride/sorted-sign.js";
export { fen, formatYuan, yuan } from "../values/money.js";
