// Plays Meituan against a supplier over HTTP: the steps come from testing/ticket-orders.ts, the connection and the clock from here.

import { MeituanError } from "../errors/error.js";
import { compare } from "../testing/comparing.js";
import type { OrderScenario } from "../testing/ticket-orders.js";
import { exchangeOf } from "../ticket/exchange.js";
import type { Notice, receiveNotices } from "./notices.js";
import type { Report } from "./report.js";

/** The parts that are needed to play. */
interface Stage {
  report: Report;
  /** Signs and judges. */
  meituan: any;
  /** The receiver of notices, with a judge. */
  receiver?: Awaited<ReturnType<typeof receiveNotices>>;
  /** Lets guests in at the supplier's own gate. */
  enter?: (orderId: string, vouchers: readonly string[]) => Promise<any>;
  /** Delivers the result of a step to Meituan; tests have it do harm. */
  carry?: <Thing>(step: any, came: Thing) => Thing;
}

interface Turn {
  step: any;
  stage: Stage;
  carry: <Thing>(step: any, came: Thing) => Thing;
}

/** The function that a kind of step needs, and how to bring it. */
const NEEDS: Record<string, { part: "receiver" | "enter"; why: string }> = {
  notice: { part: "receiver", why: "nobody listens for notices" },
  entry: { part: "enter", why: "there is no gate" },
};

const PLAYERS: Record<string, (turn: Turn) => Promise<any>> = { call: callSupplier, notice: awaitNotice, entry: enterGate };

/** Plays the scenarios one after the other, and returns all that was exchanged, for a trace. */
export async function playOrders(scenarios: readonly OrderScenario[], stage: Stage): Promise<string[]> {
  const { report, carry = (_, came) => came } = stage;
  const exchanges: any[] = [];
  for (const scenario of scenarios) {
    report.begin(scenario.title.en);
    let next = scenario.steps.next();
    while (!next.done) {
      const step = next.value;
      const need = NEEDS[step.kind];
      if (need && stage[need.part] === undefined) {
        report.skip(`${step.name} and what follows it`, need.why);
        break;
      }
      report.start(step.name);
      const played = await PLAYERS[step.kind]({ step, stage, carry }).catch(failed);
      report.finish(step, played);
      if (played.exchange) exchanges.push(played.exchange);
      if (played.verdict !== "passed") {
        // The next steps build on the result of this one.
        report.abandon();
        break;
      }
      next = scenario.steps.next(played.outcome);
    }
  }
  const { notices = [] } = stage.receiver?.judge ?? {};
  report.unasked(notices.filter(({ isTaken }) => !isTaken));
  exchanges.push(...notices.filter(({ type }) => type !== undefined).map(exchangeOfNotice));
  // A notice and the call after it can begin in the same millisecond.
  return exchanges.sort((one, other) => one.began - other.began).map(({ began: _, ...facts }) => exchangeOf(facts));
}

const exchangeOfNotice = ({ type, at, began, received, reply, isAuthentic }: Notice) => ({
  at,
  began,
  durationMs: 0,
  direction: "toMeituan",
  call: type,
  authenticated: isAuthentic,
  request: received.body,
  response: reply.body,
  httpStatus: reply.status,
});

async function callSupplier({ step, stage: { meituan, receiver }, carry }: Turn) {
  // Its notices may come before the reply.
  receiver?.judge?.prepare(step);
  const [at, began] = [Date.now(), performance.now()];
  const request = meituan.call(step.call, step.body, { now: at, forge: step.forge });
  const response = await fetch(request.toRequest(), { signal: AbortSignal.timeout(60_000) });
  const text = carry(step, await response.text());
  const { status } = response;
  const outcome = meituan.readReply(step.call, text, { status, request: step.body, quantity: step.quantity, expect: step.expect });
  const facts = { at, began, durationMs: Date.now() - at, direction: "toSupplier", call: step.call };
  const signed = { authenticated: step.forge !== "signature", stale: step.forge === "date" };
  const exchange = { ...facts, ...signed, request: request.body, response: text, httpStatus: status };
  return { sent: `${step.call}${detailOf(step)}`, came: cameBack(outcome), outcome, exchange, ...outcome };
}

async function awaitNotice({ step, stage: { meituan, receiver }, carry }: Turn) {
  if (receiver === undefined) throw new Error(NEEDS.notice.why);
  const notice = await receiver.take(step.notice, step.orderId);
  const received = carry(step, notice.received);
  const { quantity, expect, answer } = step;
  // It was answered when it came; what the step expects of it is another question.
  const outcome = meituan.receiveNotice(received, { now: notice.at, quantity, expect, answer });
  return { sent: `${step.notice} ←`, came: `${noticeSays(outcome)} → ${notice.reply.code}`, outcome, ...outcome };
}

async function enterGate({ step, stage: { enter }, carry }: Turn) {
  if (enter === undefined) throw new Error(NEEDS.entry.why);
  const outcome = carry(step, await enter(step.orderId, step.vouchers));
  const refused = Object.values(outcome.refused ?? {});
  const came = [`${outcome.entered.length} entered`, ...refused].join(", ");
  return {
    sent: `the gate: ${step.vouchers.length} code${step.vouchers.length === 1 ? "" : "s"}`,
    came,
    outcome,
    ...compare(step.expect, outcome),
  };
}

const causes = (error: any) => [error, error?.cause].filter(Boolean);

/** A step that did not even come to its end. */
const failed = (error: any) => ({
  sent: "",
  came: "",
  verdict: "failed",
  issues: [
    {
      id: "step",
      refuses: true,
      path: "",
      text: { en: "", zh: "" },
      detail: causes(error).join("; "),
      detailZh: causes(error)
        .map((cause) => (MeituanError.is(cause) ? cause.text("zh") : cause))
        .join("；"),
    },
  ],
});

/** The field of a call's body that distinguishes it from others. */
function detailOf({ call, body, forge }: any) {
  if (forge) return `, ${forge} forged`;
  if (call === "orderCreate") return ` ${body.quantity} × ${body.partnerDealId}`;
  if (call === "orderRefund") return ` ${body.refundQuantity}, refund …${body.refundId.slice(-2)}`;
  if (call === "orderClose") return `, type ${body.closeType}`;
  if (call === "orderRefunded") return ` ${body.count}`;
  return "";
}

function cameBack({ code, describe, body }: any) {
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

function noticeSays({ envelope, body }: any) {
  if (!body) return "unreadable";
  const said = [];
  if (envelope.issueType !== undefined)
    said.push(envelope.issueType === 1 ? `issued, ${body.vouchers?.length ?? 0} codes` : `not issued: ${envelope.describe}`);
  if (envelope.code !== undefined) said.push(`refund …${body.refundId.slice(-2)}: ${envelope.code}`);
  if (body.usedQuantity !== undefined)
    said.push(`of ${body.quantity}, ${body.usedQuantity} used, ${body.refundedQuantity} refunded`);
  return said.join(" ");
}
