// The ticket machine with an order to try it on: two tickets, a code for each.

import { conflicts, fen, MeituanError, machines, reasons, ticket } from "../../library.ts";
import { BEGIN, type Conflict, type Entry, type Machine, MINUTE, type Step, type Text, type Tone } from "./machine.ts";

type Order = ticket.TicketOrder;
type Event = ticket.OrderEvent;

const ORDER = "8985652356562370001";
const SETTINGS = { calendar: { holidays: [], makeUpDays: [] } };
const CODES = ["A001", "B002"];
const BOTH_IDS = { orderId: ORDER, partnerOrderId: "P1" };
const DONE = 1;
const PENDING = 2;
const REFUSED = 3;
/** Longer than three working days, wherever one begins. */
const DAYS = 6 * 24 * 60 * MINUTE;
/** Longer than issuing may take. */
const QUARTER = 15 * MINUTE;

const refund = (refundId: string, code: string, now: number) => ({
  ...BOTH_IDS,
  refundId,
  partnerDealId: "D1",
  voucherList: [code],
  refundQuantity: 1,
  unitPrice: fen(6000),
  refundPrice: fen(6000),
  refundFee: fen(0),
  refundTime: now,
});
const closed = (closeType: number): Told => ({ call: { orderClose: { ...BOTH_IDS, closeType } } });
const create = (quantity: number) => ({
  orderCreate: {
    orderId: ORDER,
    partnerDealId: "D1",
    mtDealId: "7",
    quantity,
    visitors: [],
    travelDate: "2026-11-02",
    buyPrice: fen(5800),
    unitPrice: fen(6000),
    totalPrice: fen(6000 * quantity),
  },
});
const refunded = (refundSerialNo: string, refundMessageType: number, count: number, more: object): Told => ({
  at: (now) => ({
    orderRefunded: {
      ...BOTH_IDS,
      refundSerialNo,
      refundMessageType,
      refundPrice: -1,
      refundTime: now,
      count,
      ...more,
    },
  }),
});

/** The event of a happening: it may depend on the time, on the order, or on the function that runs. */
type Told =
  | { readonly call: object }
  | { readonly at: (now: number, order: Order | undefined) => object }
  | { readonly ended: (call: string) => object };

/** The end of whatever function was run last. */
const DONE_WITH: Record<string, object> = {
  orderCreate: { created: { partnerOrderId: "P1" } },
  orderPay: { paid: { ...BOTH_IDS, voucherType: 1, vouchers: CODES } },
  orderReschedule: { rescheduled: { orderId: ORDER, rescheduleNo: "N1", successCount: 2 } },
};

const happenings: ReadonlyArray<Machine["happenings"][number] & { readonly told: Told }> = [
  happening("create", "calls", "orderCreate", "Order create, 2 tickets", "订单创建，2 张票", {
    call: create(2),
  }),
  happening("create3", "calls", "orderCreate", "The same number, but 3 tickets", "同一订单号，却是 3 张票", { call: create(3) }),
  happening("pay", "calls", "orderPay", "Order pay", "订单出票", { call: { orderPay: BOTH_IDS } }),
  happening("query", "calls", "orderQuery", "Order query", "订单查询", { call: { orderQuery: BOTH_IDS } }),
  happening("refund", "calls", "orderRefund", "Refund R1, code A001", "订单退款 R1，凭证码 A001", {
    at: (now) => ({ orderRefund: refund("R1", "A001", now) }),
  }),
  happening("refund2", "calls", "orderRefund", "Refund R2, code B002", "订单退款 R2，凭证码 B002", {
    at: (now) => ({ orderRefund: refund("R2", "B002", now) }),
  }),
  happening("close1", "calls", "orderClose 1", "Closed: not paid", "订单关闭：未支付", closed(1)),
  happening("close2", "calls", "orderClose 2", "Closed: create failed", "订单关闭：创建失败", closed(2)),
  happening("close3", "calls", "orderClose 3", "Closed: issue failed", "订单关闭：出票失败", closed(3)),
  happening(
    ...(["refunded1", "calls", "orderRefunded 1", "Customer service refunded A001", "已退款消息：客服退款 A001"] as const),
    refunded("S1", 1, 1, { voucherType: 1, voucherList: ["A001"], reason: "客服退款" }),
  ),
  happening(
    ...(["unclear", "calls", "orderRefunded 1", "1 ticket refunded, no code named", "已退款消息：1 张，未指明凭证码"] as const),
    refunded("S2", 1, 1, { reason: "客服退款" }),
  ),
  happening(
    ...(["refunded", "calls", "orderRefunded 2", "Meituan refunded all of it", "已退款消息：美团已全部退款"] as const),
    refunded("S3", 2, 2, { reason: "未及时出票" }),
  ),
  happening("reschedule", "calls", "orderReschedule", "Reschedule to another day", "订单改签：改日期", {
    call: {
      orderReschedule: {
        ...BOTH_IDS,
        rescheduleType: 1,
        rescheduleNo: "N1",
        originDate: "2026-11-02",
        targetDate: "2026-12-01",
      },
    },
  }),
  happening("done", "own", "done", "The function has done it", "函数：执行成功", {
    ended: (call) => ({ outcome: DONE, ...DONE_WITH[call] }),
  }),
  happening("later", "own", "pending", "The function: later (598, 602)", "函数：稍后通知（598、602）", {
    ended: () => ({ outcome: PENDING }),
  }),
  happening("no", "own", "refused", "The function refuses", "函数：拒绝", {
    ended: () => ({ outcome: REFUSED, describe: "库存不足" }),
  }),
  happening("issued", "own", "issued", "Issued: A001 and B002", "出票成功：A001、B002", {
    call: { issued: { ...BOTH_IDS, voucherType: 1, vouchers: CODES } },
  }),
  happening("failed", "own", "issueFailed", "Definitely not issued", "出票失败", {
    call: { issueFailed: { describe: "上游无票" } },
  }),
  happening("agreed", "own", "refundAgreed", "Refund R1 is agreed", "同意退款 R1", { call: { refundAgreed: { refundId: "R1" } } }),
  happening("declined", "own", "refundRefused", "Refund R1 is refused", "拒绝退款 R1", {
    call: { refundRefused: { refundId: "R1", describe: "已入园" } },
  }),
  happening("entered", "own", "consumed", "A guest enters with A001", "游客凭 A001 入园", {
    call: { consumed: { id: "E1", vouchers: ["A001"] } },
  }),
  happening("entered2", "own", "consumed", "A guest enters with B002", "游客凭 B002 入园", {
    call: { consumed: { id: "E2", vouchers: ["B002"] } },
  }),
  happening("which", "own", "refundAgreed", "The unclear refund is B002", "指明：未指明的退款是 B002", {
    call: { refundAgreed: { refundId: "S2", vouchers: ["B002"] } },
  }),
  happening("quarter", "own", "timePassed", "15 minutes pass", "过了 15 分钟", { call: { timePassed: {} } }),
  happening("days", "own", "timePassed", "Six days pass", "过了六天", { call: { timePassed: {} } }),
  happening("resolved", "own", "conflictResolved", "A conflict is settled", "冲突已人工处理", {
    at: (_, order) => ({ conflictResolved: { id: openConflicts(order).at(-1)?.id ?? "none" } }),
  }),
];

function happening(id: string, group: string, name: string, en: string, zh: string, told: Told) {
  return { id, group, name, text: { en, zh }, told };
}

/** How long the others take is a minute. */
const WAITS: Record<string, number> = { quarter: QUARTER, days: DAYS };

const byId = new Map(happenings.map((one) => [one.id, one]));

/** The events that an order has received so far. */
interface Told_ {
  readonly order: Order | undefined;
  readonly now: number;
  /** The function that was run last. */
  readonly run: { readonly call: string; readonly key: string } | undefined;
}

function tellOne(before: Told_, id: string): { after: Told_; step: Step } {
  const told = byId.get(id)?.told ?? { call: {} };
  const now = before.now + (WAITS[id] ?? MINUTE);
  const open = before.order?.attempts.at(-1) ?? before.run;
  const event =
    "call" in told
      ? told.call
      : "at" in told
        ? told.at(now, before.order)
        : { attemptEnded: { key: open?.key ?? "nothing", ...told.ended(open?.call ?? "") } };
  try {
    const out = ticket.transition(before.order, event as Event, { now, settings: SETTINGS });
    const order = out.next ?? before.order;
    const run = out.run ? { call: out.run.call, key: out.run.key } : open;
    return { after: { order, now, run }, step: stepOf(out, order) };
  } catch (error) {
    // Two codes for an order of three tickets, for instance.
    if (!MeituanError.is(error)) throw error;
    return { after: { ...before, now }, step: refusedStep(error, before.order) };
  }
}

function stepOf(out: ticket.OrderTransition, order: Order | undefined): Step {
  const open = openConflicts(order).map(({ id, breach }): Conflict => ({ id, text: textOf(conflicts, breach) }));
  return {
    kind: out.kind,
    order,
    state: stateOf(order),
    counts: countsOf(out),
    conflicts: open,
    isConflict: out.conflicts.length > 0,
    ...wordsOf(out),
  };
}

/** The event itself breaks a rule: the order stays as it was. */
function refusedStep({ code, path, hint, hintZh }: MeituanError, order: Order | undefined): Step {
  const open = openConflicts(order).map(({ id, breach }): Conflict => ({ id, text: textOf(conflicts, breach) }));
  return {
    kind: "illegal",
    order,
    state: stateOf(order),
    counts: undefined,
    conflicts: open,
    isConflict: false,
    tone: "bad",
    outcome: { en: `${code} at ${path}: ${hint}`, zh: `${code}，位置 ${path}：${hintZh}` },
  };
}

const openConflicts = (order: Order | undefined) => (order?.conflicts ?? []).filter(({ resolvedAt }) => resolvedAt === undefined);

const textOf = (table: Readonly<Record<string, Text>>, id: string): Text | undefined => table[id];

function countsOf({ counts }: ticket.OrderTransition): Text | undefined {
  if (counts === undefined || counts.quantity === 0) return undefined;
  const { quantity, used, refunded, pending, free } = counts;
  return {
    en: `${quantity} tickets: ${used} used, ${refunded} refunded, ${pending} being refunded, ${free} free`,
    zh: `共 ${quantity} 张：已使用 ${used}，已退款 ${refunded}，退款中 ${pending}，可用 ${free}`,
  };
}

function wordsOf({ kind, run, reply, reason, busy, conflicts }: ticket.OrderTransition): Pick<Step, "outcome" | "tone"> {
  if (run) return { outcome: { en: `runs your ${run.call}`, zh: `运行你的 ${run.call}` }, tone: "calm" };
  if (busy) return { outcome: { en: "wait: it is being processed", zh: "等待：正在处理" }, tone: "warn" };
  const why = reason && reasons[reason];
  if (reply) {
    const { code, describe } = reply;
    return { outcome: { en: `${code} ${why?.en ?? describe}`, zh: `${code} ${describe}` }, tone: toneOf(code) };
  }
  if (kind === "illegal") return { outcome: why ?? { en: "not possible", zh: "不允许" }, tone: "bad" };
  if (kind === "moved") return { outcome: { en: "recorded", zh: "已记录" }, tone: conflicts.length > 0 ? "warn" : "good" };
  return { outcome: { en: "nothing changes", zh: "没有变化" }, tone: "calm" };
}

const PUT_OFF = [598, 602];

const toneOf = (code: number): Tone => (code === 200 || code === 601 ? "good" : PUT_OFF.includes(code) ? "warn" : "bad");

const stateOf = (order: Order | undefined): string => {
  const [lifecycle, status] = [order?.lifecycle ?? 0, order?.orderStatus ?? 0];
  return machines.ticket.states.find((state) => state.lifecycle === lifecycle && state.orderStatus === status)?.name ?? "Unknown";
};

const BEFORE: Told_ = { order: undefined, now: BEGIN, run: undefined };

function tellAll(timeline: readonly Entry[]): { steps: Step[]; told: Told_ } {
  const steps: Step[] = [];
  let told = BEFORE;
  for (const { id } of timeline) {
    const { after, step } = tellOne(told, id);
    steps.push(step);
    told = after;
  }
  return { steps, told };
}

/** The place of each state in the picture, and its name. */
const PLACES: Record<string, { at: readonly [number, number]; en: string; zh: string }> = {
  Unknown: { at: [0, 1], en: "not created", zh: "未创建" },
  CreateFailed: { at: [0, 0], en: "create failed", zh: "创建失败" },
  Created: { at: [1, 1], en: "created", zh: "创建成功" },
  Issuing: { at: [2, 1], en: "issuing", zh: "出票中" },
  Issued: { at: [3, 1], en: "issued", zh: "出票成功" },
  IssueFailed: { at: [3, 0], en: "issue failed", zh: "出票失败" },
  ClosedNotCreated: { at: [0, 2], en: "closed, not created", zh: "已关闭（未创建）" },
  ClosedUnpaid: { at: [1, 2], en: "closed, not paid", zh: "已关闭（未支付）" },
  Voided: { at: [2, 2], en: "voided", zh: "已作废" },
  Returned: { at: [3, 2], en: "all refunded", zh: "已全部退款" },
};
const ENDS = ["ClosedNotCreated", "ClosedUnpaid", "Voided", "Returned"];

export const ticketMachine: Machine = {
  id: "ticket",
  groups: [
    { id: "calls", text: { en: "Meituan calls", zh: "美团调用" } },
    { id: "own", text: { en: "Your system reports", zh: "你的系统上报" } },
  ],
  happenings,
  states: machines.ticket.states.map(({ name, orderStatus }, index) => {
    const { at, ...text } = PLACES[name] ?? { at: [index % 4, 3] as const, en: name, zh: name };
    return { id: name, name: text, note: orderStatus === 0 ? "–" : `${orderStatus}`, at, isFinal: ENDS.includes(name) };
  }),
  moves: machines.ticket.moves
    .filter(({ from, to, verdict }) => from !== to && /^(Run|Record)/.test(verdict))
    .map(({ from, to }) => ({ from, to })),
  start: "Unknown",
  examples: [
    { text: { en: "Sold and used", zh: "售出并使用" }, ids: "create done pay done query entered entered2 query".split(" ") },
    {
      text: { en: "Issued later, refunded", zh: "稍后出票，再退款" },
      ids: "create done pay later pay issued refund later agreed refund".split(" "),
    },
    {
      text: { en: "Meituan repeats itself", zh: "美团重复调用" },
      ids: "create done create pay done pay refund done refund".split(" "),
    },
    { text: { en: "Closed while issuing", zh: "出票中被关闭" }, ids: "create done pay later close3 issued query".split(" ") },
    {
      text: { en: "Meituan refunds by itself", zh: "美团自行退款" },
      ids: "create done pay done refund later refunded1 refund query".split(" "),
    },
    {
      text: { en: "Refunded without codes", zh: "退款未指明凭证码" },
      ids: "create done pay done unclear which query".split(" "),
    },
  ],
  tell: (timeline) => tellAll(timeline).steps,
  preview: (timeline) => {
    const { told } = tellAll(timeline);
    return new Map(happenings.map(({ id }) => [id, tellOne(told, id).step]));
  },
  converges: false,
};
