// How the ticket API's calls are answered where the user's functions do not.

import { callIndex } from "../boundary/ticket-calls.js";
import { notServed, systemFailure } from "../generated/texts.js";
import { calls } from "../generated/ticket-messages.js";
import type { Api, UnknownOutcome } from "../handler/endpoint.js";
import { noReply } from "../http/reply.js";
import { orderService } from "../orders/order-service.js";
import { observe } from "./observer.js";

const failOtherwise = (call: any, describe: string): Response =>
  call.failUnlisted(calls[callIndex(call.type) ?? 0].failure, describe);

/**
 * The calls by which something is done about an order. To these a failure is replied only where it is known that nothing was done:
 * Meituan refunds an order that it believes not to be issued.
 */
const acts = (name: string | undefined): boolean => calls.some((call) => call.name === name && call.work !== "nothing");

/** The reply to a call whose function may have acted before it threw. */
function unknown(call: any, unknownOutcome: UnknownOutcome): Response {
  const { pending } = calls[callIndex(call.type) ?? 0];
  if (unknownOutcome !== "pending" || pending === undefined) return noReply();
  try {
    return call.pending();
  } catch {
    return noReply();
  }
}

export const TICKET: Api = {
  // Meituan waits 20 s for order create.
  limitMs: 15_000,
  isSigned: true,
  reports: undefined,
  names: calls.filter(({ direction }) => direction === "toSupplier").map(({ name }) => name),
  unknownOutcomes: ["no-reply", "pending"],
  about: ({ type, body }) => ({ ...(typeof body?.orderId === "string" && { orderId: body.orderId }), call: type }),
  // Which call it is, and what an earlier one has done, is not known.
  unavailable: noReply,
  unread: (receiver, url) =>
    acts(receiver.callFor(url)) ? noReply() : receiver.failFor(url, "未能读完请求体，连接可能已中断").toResponse(),
  unserved: (call) => failOtherwise(call, notServed),
  broken: (call, unknownOutcome) => (acts(call.type) ? unknown(call, unknownOutcome) : failOtherwise(call, systemFailure)),
  observe,
  orderService: orderService,
};
