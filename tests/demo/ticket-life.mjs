// Plays Meituan over HTTP: the steps come from meituan-protocol/testing, the connection and the clock from here.

import { compare, exchangeOf, MeituanTicket, orderLives, traceOf } from "meituan-protocol/testing";
import { fen } from "meituan-protocol/ticket";
import { receiveNotices } from "./notices.mjs";
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
 * @param {import("./report.mjs").Report} report
 * @param {string | undefined} broken the step whose outcome is tampered with on its way to Meituan
 */
export async function playTicketOrders(report, broken) {
  // The supplier must know where notices go before it starts, and only then is known where it answers.
  const reader = new MeituanTicket({ ...PAIR, routes: ROUTES });
  const receiver = await receiveNotices((request) => reader.addressOf(request));
  const exchanges = [];
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
    const players = { call: callSupplier, notice: awaitNotice, entry: enterGate };
    for (const life of orderLives(plan(Date.now()))) {
      report.begin(life.title.en);
      let next = life.steps.next();
      while (!next.done) {
        const step = next.value;
        report.start(step.name);
        const played = await players[step.kind]({ step, meituan, supplier, receiver, isBroken: step.name === broken }).catch(
          failed,
        );
        report.finish(step, played);
        if (played.exchange) exchanges.push(exchangeOf(played.exchange));
        // What follows builds on what came of this step.
        if (played.verdict === "passed") next = life.steps.next(played.outcome);
        else {
          next = life.steps.return();
          report.abandon();
        }
      }
    }
    // In this plan the first two products are issued again upstream.
    const { issues, refuses } = plan(Date.now()).products;
    const endpoints = Object.entries(ROUTES).map(([path, call]) => ({ call, url: `https://supplier.example${path}` }));
    report.judge(traceOf(exchanges, { partnerId: PAIR.partnerId, upstreamProducts: [issues, refuses], endpoints }));
  } finally {
    await supplier?.stop();
    await receiver.stop();
  }
}

async function callSupplier({ step, meituan, isBroken }) {
  const at = Date.now();
  const request = meituan.call(step.call, step.body, { now: at, forge: step.forge });
  const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(60_000) });
  let text = await response.text();
  if (isBroken) text = text.replace(/"code": ?\d+/, '"code":299');
  const { status } = response;
  const outcome = meituan.readReply(step.call, text, { status, request: step.body, quantity: step.quantity, expect: step.expect });
  const facts = { at, durationMs: Date.now() - at, direction: "toSupplier", call: step.call, authenticated: !step.forge };
  const exchange = { ...facts, request: request.body, response: text, httpStatus: status };
  return { sent: `${step.call}${detailOf(step)}`, came: cameBack(outcome), outcome, exchange, ...outcome };
}

async function awaitNotice({ step, meituan, receiver, isBroken }) {
  const notice = await receiver.take(step.notice, step.orderId);
  const { received } = notice;
  if (isBroken) received.headers.authorization = received.headers.authorization.replace(/:./, ":#");
  const { quantity, expect, answer } = step;
  const outcome = meituan.receiveNotice(received, { now: Date.now(), quantity, expect, answer });
  notice.answer(outcome.reply);
  const facts = { at: notice.at, durationMs: Date.now() - notice.at, direction: "toMeituan", call: step.notice };
  const { body, status } = outcome.reply;
  const exchange = { ...facts, authenticated: true, request: received.body, response: body, httpStatus: status };
  return { sent: `${step.notice} ←`, came: `${noticeSays(outcome)} → ${outcome.reply.code}`, outcome, exchange, ...outcome };
}

async function enterGate({ step, supplier, isBroken }) {
  const told = await supplier.enter(step.orderId, step.vouchers);
  const outcome = isBroken ? { ...told, entered: [...told.entered, "broken on purpose"] } : told;
  const refused = Object.values(outcome.refused);
  const came = [`${outcome.entered.length} entered`, ...refused].join(", ");
  return {
    sent: `the gate: ${step.vouchers.length} code${step.vouchers.length === 1 ? "" : "s"}`,
    came,
    outcome,
    ...compare(step.expect, outcome),
  };
}

/** A step that did not even come to its end. */
const failed = (error) => ({
  sent: "",
  came: "",
  verdict: "failed",
  issues: [{ id: "step", refuses: true, path: "", detail: String(error), text: { en: "", zh: "" } }],
});

/** What of a call's body tells it from others. */
function detailOf({ call, body, forge }) {
  if (forge) return `, ${forge} forged`;
  if (call === "orderCreate") return ` ${body.quantity} × ${body.partnerDealId}`;
  if (call === "orderRefund") return ` ${body.refundQuantity}, refund …${body.refundId.slice(-2)}`;
  if (call === "orderClose") return `, type ${body.closeType}`;
  if (call === "orderRefunded") return ` ${body.count}`;
  return "";
}

function cameBack({ code, describe, body }) {
  const said = [String(code ?? "no envelope")];
  if (body?.orderStatus !== undefined) {
    said.push(
      `status ${body.orderStatus}, ordered ${body.orderQuantity}, used ${body.usedQuantity}, refunded ${body.refundedQuantity}`,
    );
  } else if (body?.vouchers) said.push(`${body.vouchers.length} codes`);
  else if (body?.refundId) said.push(`refund …${body.refundId.slice(-2)}`);
  else if (body?.partnerOrderId) said.push(body.partnerOrderId);
  else if (code !== 200 && describe) said.push(describe);
  return said.join(" ");
}

function noticeSays({ envelope, body }) {
  if (!body) return "unreadable";
  const said = [];
  if (envelope.issueType !== undefined)
    said.push(envelope.issueType === 1 ? `issued, ${body.vouchers?.length ?? 0} codes` : `not issued: ${envelope.describe}`);
  if (envelope.code !== undefined) said.push(`refund …${body.refundId.slice(-2)}: ${envelope.code}`);
  if (body.usedQuantity !== undefined)
    said.push(`of ${body.quantity}, ${body.usedQuantity} used, ${body.refundedQuantity} refunded`);
  return said.join(" ");
}
