// Entry of meituan-protocol/ticket: the attraction-ticket supplier API.

export { nodeCipher } from "../boundary/host-cipher.js";
export { MeituanError } from "../errors/error.js";
export * as codes from "../generated/ticket-codes.js";
export { seenInMemory } from "../handler/replays.js";
export { settler } from "../handler/settler.js";
export { transition } from "../orders/transition.js";
export { MANDATORY, stringToSign } from "../ticket/calls.js";
export { changeOfEndpointMail } from "../ticket/change-mail.js";
export { handler } from "../ticket/handler.js";
export { TicketRequests } from "../ticket/requests.js";
export { TicketSupplier } from "../ticket/supplier.js";
export { fen, formatYuan, yuan } from "../values/money.js";
