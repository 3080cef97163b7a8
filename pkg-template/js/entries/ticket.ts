// Entry of meituan-protocol/ticket: the attraction-ticket supplier API.

export { type BlockCipher, type HostCipher, nodeCipher } from "../boundary/host-cipher.js";
export { MeituanError } from "../errors/error.js";
export type { Finding } from "../errors/finding.js";
export type { Language } from "../errors/sentences.js";
export type * from "../generated/messages.js";
export * as codes from "../generated/ticket-codes.js";
export type { ErrorAbout, OrderHooks, OrderReport, ReportAbout, Warning, WarningAbout } from "../handler/hooks.js";
export type { MaybePromise } from "../handler/maybe-promise.js";
export { type SeenCall, seenInMemory } from "../handler/replays.js";
export { type Settler, type SettlerOptions, settler } from "../handler/settler.js";
export type { RawBody } from "../http/bodies.js";
export type { HeadersInput } from "../http/headers.js";
export type { IncomingRequest, ReceiveOptions } from "../http/incoming.js";
export type { Reply, TicketResponse } from "../http/reply.js";
export type { Ended, OrderCallOf, OrderFunctions } from "../orders/functions.js";
export type { OrderHandler, OrderHandlerOptions } from "../orders/order-service.js";
export type { AdmissionRequest, OrderExplanation, Orders, PendingNotice } from "../orders/orders.js";
export type { OrderStore, TicketOrder } from "../orders/store.js";
export { type OrderTransition, type TicketOrderSettings, transition } from "../orders/transition.js";
export type { Call, CallOf, ReplyBody, ReplyOptions } from "../ticket/call.js";
export { MANDATORY, type NoticeName, type OrderCallName, type SupplierCallName, stringToSign } from "../ticket/calls.js";
export { type ChangeOfEndpoint, changeOfEndpointMail } from "../ticket/change-mail.js";
export type { TicketSupplierOptions } from "../ticket/configuration.js";
export type { HandlerEvents, HandlerFunctions, HandlerResult } from "../ticket/functions.js";
export { handler } from "../ticket/handler.js";
export type { StoredHandlerOptions, StorelessHandlerOptions } from "../ticket/handler-options.js";
export type { ObservedExchange } from "../ticket/observer.js";
export { partnerStore } from "../ticket/partner-store.js";
export { type PartnerConfig, type PartnersOptions, TicketPartners } from "../ticket/partners.js";
export {
  type AddressedRequestOptions,
  type ParsedReply,
  type RequestOptions,
  type SignedRequest,
  TicketRequests,
} from "../ticket/requests.js";
export { TicketSupplier } from "../ticket/supplier.js";
export { fen, formatYuan, yuan } from "../values/money.js";
