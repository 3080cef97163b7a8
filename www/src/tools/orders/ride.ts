// The ride machine with an order to try it on. Its events have a time of their own, in whatever order they are sent.

import { fen, machines, ride, values } from "../../library.ts";
import { BEGIN, type Entry, type Happening, type Machine, MINUTE, type Step, type Text, timeOf } from "./machine.ts";

const ORDER = "143009655634578641215429100000";
const DRIVER = "D1";
const FARE = fen(3200);
const FEE = fen(500);
type Told = (at: number) => object;
type Known = Happening & { readonly told: Told };

const bilingual = (doc: string): Text => {
  const [zh = doc, en = doc] = doc.split(" · ");
  return { en, zh };
};

const events = Object.entries(values.RideEvent ?? {}).map(([code, doc]): Known => {
  const eventCode = Number(code);
  const told: Told = (eventTime) => ({ orderChanged: { mtOrderId: ORDER, eventCode, eventTime } });
  return { id: `e${code}`, group: "pushes", name: code, text: bilingual(doc), told };
});

const pushes: readonly Known[] = [
  ...events,
  {
    id: "untimed",
    group: "pushes",
    name: "90, no time",
    text: { en: "paid, without its time", zh: "已支付，未带时间" },
    told: () => ({ orderChanged: { mtOrderId: ORDER, eventCode: 90 } }),
  },
  {
    id: "offer",
    group: "pushes",
    name: "capacityOffered",
    text: { en: "a driver is offered", zh: "推来一位司机" },
    told: () => ({ capacityOffered: { mtOrderId: ORDER, submitDriveInfo: { driverId: DRIVER } } }),
  },
  {
    id: "refund",
    group: "pushes",
    name: "refunded",
    text: { en: "3.00 yuan refunded", zh: "退款 3.00 元" },
    told: () => ({ refunded: { mtOrderId: ORDER, sqtRefundNo: "R1", refundAmount: fen(300), refundStatus: 10 } }),
  },
];

/** In these states something is owed. */
const OWED: Record<number, number> = { 7: FARE, 201: FEE, 211: FEE };

const queries = Object.entries(values.RideStatus ?? {}).map(([status, doc]): Known => {
  const owed = OWED[Number(status)];
  const userPriceInfo = owed === undefined ? {} : { userPriceInfo: { userPayableBalancePrice: owed } };
  const told: Told = (updateTime) => ({
    queried: { orderStatus: Number(status), updateTime, askedAt: updateTime, mtOrderId: ORDER, ...userPriceInfo },
  });
  return { id: `q${status}`, group: "queries", name: status, text: bilingual(doc), told };
});

const CALLS = [
  own("estimate", "queryEstimatedPrice", "an estimate came", "拿到预估价", () => ({ estimated: {} })),
  ...call("submit", "submitOrder", "the order", "下单", {}, { mtOrderId: ORDER }),
  ...call("confirm", "confirmOrder", "the driver", "确认运力", { driverId: DRIVER }, {}),
  ...call("ask", "cancelOrder 1", "the cancel fee", "询问取消费", { type: 1 }, { cancelPrice: FEE }),
  ...call("cancel", "cancelOrder 2", "the cancellation", "取消", { type: 2 }, {}),
  ...call("pay", "notifyPaidResult", "the payment", "支付结果", { price: FARE }, {}),
];

function own(id: string, name: string, en: string, zh: string, told: Told): Known {
  return { id, group: "own", name, text: { en, zh }, told };
}

/** A call of ours has three events: before it is made, and then its results. */
function call(id: string, name: string, en: string, zh: string, sent: object, answered: object): readonly Known[] {
  const [of = name] = name.split(" ");
  const step = "type" in sent ? { type: sent.type } : {};
  return [
    own(id, name, `${en}: sent`, `${zh}：发出`, () => ({ sent: { call: of, ...sent } })),
    own(`${id}ok`, name, `${en}: answered 0`, `${zh}：应答 0`, () => ({
      answered: { call: of, ...step, code: 0, ...answered },
    })),
    own(`${id}lost`, name, `${en}: no answer`, `${zh}：没有应答`, () => ({ failed: { call: of, ...step } })),
  ];
}

const happenings = [...pushes, ...queries, ...CALLS];
const byId = new Map(happenings.map((one) => [one.id, one]));

type Order = ride.RideOrder | undefined;

/** The clock when the last of these is sent: none of them is sent before it has happened. */
const clock = (timeline: readonly Entry[]): number => BEGIN + MINUTE * Math.max(0, ...timeline.map(({ minute }) => minute));

function tellOne(order: Order, { id, minute }: Entry, now: number): { after: Order; step: Step } {
  const event = byId.get(id)?.told(BEGIN + minute * MINUTE) ?? {};
  const out = ride.transition(order, event as ride.RideOrderEvent, { now });
  const { reason, standing } = out;
  // An open union, so that no program breaks when there is one more.
  const kind = out.kind as Step["kind"];
  const known = order ? ride.standing(order, { now }).conflictKinds.length : 0;
  const conflicts = [
    ...standing.conflicts.map(({ eventCode }) => `${eventCode}`),
    ...standing.conflictKinds.filter((kind) => kind !== "event"),
  ].map((id) => ({ id }));
  const words = kind === "illegal" ? (REASONS[reason ?? ""] ?? plainly(reason ?? "")) : KINDS[kind];
  const tone = kind === "illegal" ? "bad" : standing.conflict ? "warn" : kind === "moved" ? "good" : "calm";
  return {
    after: out.order,
    step: {
      kind,
      state: String(standing.status),
      outcome: words,
      tone,
      order: out.order,
      conflicts,
      isConflict: standing.conflictKinds.length > known,
    },
  };
}

const plainly = (text: string): Text => ({ en: text, zh: text });

const KINDS = {
  moved: { en: "taken", zh: "已采纳" },
  duplicate: { en: "known already", zh: "已知" },
  stale: { en: "older than what is known", zh: "比已知的更早" },
} as const;

/** Why a call of ours is not to be made. */
const REASONS: Record<string, Text> = {
  anotherOrder: { en: "it is about another order", zh: "不是这个订单" },
  underWay: { en: "not now: one is under way", zh: "先不要：上一次还没有结果" },
  done: { en: "no: it is done", zh: "不要：已执行成功" },
  estimateExpired: { en: "no: the estimate has expired", zh: "不要：预估已过期" },
  notInThisState: { en: "not in this state", zh: "当前状态不允许" },
  queryFirst: { en: "query first", zh: "先查询" },
  wrongAmount: { en: "this is not the amount that is owed", zh: "不是应付的金额" },
  askFeeFirst: { en: "ask for the fee first", zh: "先询问取消费" },
};

const WHYS: Record<string, Text> = {
  silence: { en: "nothing was heard for long", zh: "太久没有消息" },
  news: { en: "news that only a query can settle", zh: "有只能靠查询确认的消息" },
  kindOfCancel: { en: "which kind of cancellation is not known", zh: "取消的种类未知" },
  amount: { en: "the amount is not known", zh: "金额未知" },
  driver: { en: "the driver is not known", zh: "司机未知" },
  outcomeUnknown: {
    en: "the outcome of a call is not known: make it again, pay nothing again",
    zh: "调用结果未知：重新调用，不要重复支付",
  },
  owed: { en: "this is owed", zh: "应付款" },
  offers: { en: "drivers are offered", zh: "有司机可选" },
};

function tellAll(timeline: readonly Entry[]): { steps: Step[]; order: Order } {
  const steps: Step[] = [];
  let order: Order;
  for (const [index, entry] of timeline.entries()) {
    const { after, step } = tellOne(order, entry, clock(timeline.slice(0, index + 1)));
    steps.push(step);
    order = after;
  }
  return { steps, order };
}

/** The way of an order in the first rows, cancellations below it. */
const PLACES: Record<number, readonly [number, number]> = {
  0: [0, 0],
  1: [1, 0],
  2: [2, 0],
  3: [3, 0],
  4: [4, 0],
  5: [4, 1],
  6: [3, 1],
  7: [2, 1],
  8: [1, 1],
  [-100]: [0, 2],
  200: [1, 2],
  210: [2, 2],
  220: [3, 2],
  230: [4, 2],
  [-110]: [0, 3],
  201: [1, 3],
  211: [2, 3],
  203: [3, 3],
};

export const rideMachine: Machine = {
  id: "ride",
  groups: [
    { id: "pushes", text: { en: "Meituan pushes", zh: "美团推送" } },
    { id: "queries", text: { en: "A query returns", zh: "查询得知" } },
    { id: "own", text: { en: "Our calls", zh: "我方调用" } },
  ],
  happenings,
  states: machines.ride.states.map(({ status, name, isFinal }, index) => ({
    id: String(status),
    name,
    note: status > 0 ? String(status) : "",
    at: PLACES[status] ?? [index % 5, 4],
    isFinal,
  })),
  moves: [
    ...machines.ride.moves.flatMap(({ from, to }) => (to === undefined ? [] : from.map((one) => ({ from: one, to })))),
    ...machines.ride.knownByQuery,
  ]
    .filter(({ from, to }) => from !== to)
    .map(({ from, to }) => ({ from: String(from), to: String(to) })),
  start: "0",
  examples: [
    {
      text: { en: "A whole ride", zh: "一次完整用车" },
      ids: "submit submitok e10 e11 offer confirm confirmok e20 e40 e50 e60 e70 e80 q7 pay payok e90 q8".split(" "),
    },
    {
      text: { en: "Pushes out of order", zh: "推送乱序" },
      ids: "e11@2 e10@1 e40@4 e20@3 e50@5 e70@7 e60@6 e90@9 e80@8".split(" "),
    },
    {
      text: { en: "Cancelled with a fee", zh: "有取消费的取消" },
      ids: "e10 e11 e20 ask askok cancel cancelok e110 q201".split(" "),
    },
    { text: { en: "An event without its time", zh: "事件没有时间" }, ids: "e10 e20 untimed q5".split(" ") },
  ],
  tell: (timeline) => tellAll(timeline).steps,
  preview: (timeline) => {
    const { order } = tellAll(timeline);
    const now = clock(timeline) + MINUTE;
    return new Map(happenings.map(({ id }) => [id, tellOne(order, { id, minute: (now - BEGIN) / MINUTE }, now).step]));
  },
  next: (timeline) => {
    const { order } = tellAll(timeline);
    const now = clock(timeline);
    const { next } = ride.standing(order, { now });
    if (next === undefined) return undefined;
    const why = WHYS[next.why] ?? plainly(next.why);
    const price = next.price === undefined ? "" : ` (${(next.price / 100).toFixed(2)})`;
    const what = `${next.call}${price}${next.at > now ? ` ${timeOf(next.at)}` : ""}`;
    return { en: `${what}: ${why.en}`, zh: `${what}：${why.zh}` };
  },
  converges: true,
};
