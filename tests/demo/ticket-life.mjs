// The example's Worker, and Meituan who plays every acceptance point against it, by the same player as the command line's
// `accept`.

import { MeituanTicket, orderScenarios, traceOf } from "meituan-protocol/testing";
import { fen } from "meituan-protocol/ticket";
import { NoticeJudge, receiveNotices } from "../../pkg/dist/cli/notices.js";
import { playOrders } from "../../pkg/dist/cli/orders.js";
import { startSupplier } from "./supplier.mjs";

/** Invented for the demo; they open nothing. */
const PAIR = { partnerId: 1122, clientId: "demo_client", clientSecret: "demo-secret-not-a-real-one" };
const GATE_TOKEN = "demo-gate-token-not-a-real-one";
const UPSTREAM_MILLISECONDS = 2000;

const ROUTES = {
  "/meituan/order/create": "orderCreate",
  "/meituan/order/pay": "orderPay",
  "/meituan/order/query": "orderQuery",
  "/meituan/order/refund": "orderRefund",
  "/meituan/order/close": "orderClose",
  "/meituan/order/refunded": "orderRefunded",
};

const plan = (now) => ({
  // Beyond 2^53: rounded to a double, it would be another order.
  firstOrderId: "8985652356562370001",
  products: {
    issues: "tower-night-upstream",
    refuses: "ferry-stopped-upstream",
    instant: "garden-day-instant",
    unknown: "no-such-product",
  },
  mtDealId: "111111",
  buyPrice: fen(5800),
  unitPrice: fen(6600),
  travelDate: new Date(now + 8 * 3_600_000).toISOString().slice(0, 10),
  now: Math.floor(now / 1000) * 1000,
});

/**
 * @param {import("../../pkg/dist/cli/report.js").Report} report
 * @param {string | undefined} broken the step whose outcome is tampered with on its way to Meituan
 */
export async function playTicketOrders(report, broken) {
  // The supplier must know where notices go before it starts, and only then is known where it answers.
  const reader = new MeituanTicket({ ...PAIR, routes: ROUTES });
  const receiver = await receiveNotices((request) => reader.addressOf(request), { judge: new NoticeJudge(reader) });
  let supplier;
  try {
    supplier = await startSupplier(
      {
        MEITUAN_PARTNER_ID: String(PAIR.partnerId),
        MEITUAN_CLIENT_ID: PAIR.clientId,
        MEITUAN_CLIENT_SECRET: PAIR.clientSecret,
        MEITUAN_HOST: receiver.address,
        GATE_TOKEN,
        UPSTREAM_MILLISECONDS: String(UPSTREAM_MILLISECONDS),
      },
      (line) => report.note(line),
    );
    const meituan = new MeituanTicket({ ...PAIR, routes: ROUTES, host: supplier.address });
    const carry = (step, came) => (step.name === broken ? HARM[step.kind](came) : came);
    const scenarios = orderScenarios(plan(Date.now()));
    const exchanges = await playOrders(scenarios, { report, meituan, receiver, enter: supplier.enter, carry });
    // In this plan the first two products are issued again upstream.
    const { issues, refuses } = plan(Date.now()).products;
    const endpoints = Object.entries(ROUTES).map(([path, call]) => ({ call, url: `https://supplier.example${path}` }));
    report.judge(traceOf(exchanges, { partnerId: PAIR.partnerId, upstreamProducts: [issues, refuses], endpoints }));
  } finally {
    await supplier?.stop();
    await receiver.stop();
  }
}

/** What is done to an outcome on its way, by the kind of the step. */
const HARM = {
  call: (text) => text.replace(/"code": ?\d+/, '"code":299'),
  notice: ({ headers, ...others }) => ({
    ...others,
    headers: { ...headers, authorization: headers.authorization.replace(/:./, ":#") },
  }),
  entry: (told) => ({ ...told, entered: [...told.entered, "broken on purpose"] }),
};
