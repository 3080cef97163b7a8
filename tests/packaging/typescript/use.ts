// The package as TypeScript reads it: compiled in several ways, then run.

import { explain } from "meituan-protocol";
import { type Finding, RideClient } from "meituan-protocol/ride";
import { pgStore } from "meituan-protocol/stores/pg";
import { MemoryStore } from "meituan-protocol/testing";
import { type fen, handler, MeituanError, type TicketOrder, TicketSupplier, transition } from "meituan-protocol/ticket";

const keys = { partnerId: 1122, clientId: "a", clientSecret: "b" };
const supplier = new TicketSupplier({ ...keys, routes: { "/a": "orderPay" } });

export const respond: (request: Request) => Promise<Response> = handler({
  config: { ...keys, routes: { "/a": "orderPay" } },
  store: new MemoryStore(),
  orderCreate: ({ body }) => ({ partnerOrderId: `P${body.orderId}` }),
  orderPay: ({ order }) => ({ voucherType: 1, vouchers: [order.orderId] }),
  orderRefund: () => undefined,
});

/** Never called: it is what is compiled. */
export function read(order: TicketOrder): readonly Finding[] {
  const call = supplier.receiveSync({ method: "POST", url: "/a", headers: {}, body: "" });
  if (call.type === "orderPay") {
    const id: string = call.body.orderId;
    // @ts-expect-error an id is no number
    const number: number = call.body.orderId;
    void [id, number];
  }
  const { next } = transition(order, { orderPay: { orderId: "1" } }, { now: 0 });
  // @ts-expect-error there is no such call
  transition(next, { orderPaid: {} }, { now: 0 });
  // @ts-expect-error an amount says its unit
  const amount: ReturnType<typeof fen> = 580;
  void [amount, explain, pgStore, RideClient];
  return [];
}

const failures: string[] = [];
try {
  supplier.receiveSync({ method: "POST", url: "/a", headers: {}, body: "" });
  failures.push("it took a call without headers");
} catch (error) {
  if (!MeituanError.is(error) || error.code !== "MISSING_HEADER") failures.push(String(error));
}
if (transition(null, { orderPay: { orderId: "1" } }, { now: 0 }).kind !== "illegal")
  failures.push("an order was paid that is not there");
console.log(JSON.stringify({ passed: 2 - failures.length, failures }));
