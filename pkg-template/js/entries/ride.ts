// Entry of meituan-protocol/ride: the ride API of Meituan Enterprise.

export { type BlockCipher, type HostCipher, nodeCipher } from "../boundary/host-cipher.js";
export { MeituanError } from "../errors/error.js";
export type { Finding } from "../errors/finding.js";
export type * from "../generated/messages.js";
export * as codes from "../generated/ride-codes.js";
export * as tables from "../generated/ride-tables.js";
export { type Settler, type SettlerOptions, settler } from "../handler/settler.js";
export type { RawBody } from "../http/bodies.js";
export type { HeadersInput } from "../http/headers.js";
export type { ReceiveOptions } from "../http/incoming.js";
export type { Reply, TicketResponse } from "../http/reply.js";
export { RideClient } from "../ride/client.js";
export type { RideClientOptions } from "../ride/configuration.js";
export { openEnvelope, sealEnvelope } from "../ride/envelope.js";
export { carTypeRequestOf } from "../ride/estimate.js";
export type { RideHandlerEvents, RideHandlerFunctions } from "../ride/functions.js";
export { handler } from "../ride/handler.js";
export type { RideOrderHooks, RideOrderReport } from "../ride/hooks.js";
export type { RidePushName, RideRequestName } from "../ride/interfaces.js";
export { newOrderId } from "../ride/order-id.js";
export type { RideOrderHandler, RideOrderHandlerOptions, RideStoreOptions } from "../ride/order-service.js";
export type {
  RideCallResult,
  RideChoice,
  RideOrderCallName,
  RideOrders,
  RideOrdersOptions,
  RidePayment,
  RideRecorded,
} from "../ride/orders.js";
export type { RideOtherPush, RidePush, RidePushOf } from "../ride/push.js";
export { type Answered, type ReplyFacts, RideRequests, type SealedRequest } from "../ride/requests.js";
export { nextAction, type RideLimits, recordCall, standing, transition } from "../ride/rules.js";
export { signSorted } from "../ride/sorted-sign.js";
export type { RideOrderStore } from "../ride/store.js";
export { fen, formatYuan, yuan } from "../values/money.js";
