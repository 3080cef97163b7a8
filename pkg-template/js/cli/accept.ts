// Plays Meituan against a running supplier, and judges by every acceptance point of the acceptance manual (验收手册).

import { MeituanTicket } from "../testing/ticket.js";
import { type OrderScenario, orderScenarios } from "../testing/ticket-orders.js";
import type { SupplierCallName } from "../ticket/calls.js";
import { traceOf } from "../ticket/exchange.js";
import { yuan } from "../values/money.js";
import {
  httpUrl,
  type Input,
  made,
  needed,
  type Options,
  routesFrom,
  SUPPLIER,
  supplierFrom,
  time,
  UsageError,
  wholeNumber,
} from "./arguments.js";
import { NoticeJudge, receiveNotices } from "./notices.js";
import { playOrders } from "./orders.js";
import { printJson } from "./print.js";
import { Report } from "./report.js";

export const ACCEPT: Options = {
  ...SUPPLIER,
  routes: { type: "string" },
  notices: { type: "string" },
  issues: { type: "string" },
  refuses: { type: "string" },
  instant: { type: "string" },
  unknown: { type: "string" },
  price: { type: "string" },
  "travel-date": { type: "string" },
  gate: { type: "string" },
  "production-url": { type: "string" },
  "announced-at": { type: "string" },
  "upgrade-at": { type: "string" },
  strict: { type: "boolean" },
  "strict-coverage": { type: "boolean" },
};

/** The options without which these points cannot be shown; all others take a product that is issued at once. */
const EXERCISED_BY = [
  [["issues"], ["query.issuing", "query.untouched", "pay.true-reason"]],
  [
    ["issues", "notices"],
    ["pay.issuing", "refund.pending", "refund.true-reason", "refund.repeat", "refund.silence"],
  ],
  [
    ["issues", "notices"],
    ["pay-notice.vouchers", "pay-notice.query"],
  ],
  [
    ["issues", "notices", "gate"],
    ["consume.quantities", "consume.vouchers", "consume.real", "endpoint.mandatory"],
  ],
  [["refuses", "notices"], ["query.issue-failed"]],
  [["production-url"], ["endpoint.ports"]],
  [["announced-at", "upgrade-at"], ["endpoint.change-notice"]],
];

/** The examples' own paths. */
const ROUTES = {
  "/meituan/order/create": "orderCreate",
  "/meituan/order/pay": "orderPay",
  "/meituan/order/query": "orderQuery",
  "/meituan/order/refund": "orderRefund",
  "/meituan/order/close": "orderClose",
  "/meituan/order/refunded": "orderRefunded",
};

export async function accept({ arguments: [base, ...rest], options }: Input) {
  if (base === undefined) throw new UsageError("where does the supplier answer? accept <base-url>");
  if (rest.length > 0) throw new UsageError("one supplier at a time");
  const { origin, pathname } = httpUrl(base, "the supplier's address");
  const prefix = pathname.replace(/\/$/, "");
  const supplier = supplierFrom(options);
  const registered = Object.entries(await routesFrom(options.routes, ROUTES));
  const routes = Object.fromEntries(registered.map(([path, call]) => [`${prefix}${path}`, call]));
  const port = options.notices === undefined ? undefined : wholeNumber("notices", options.notices, 1, 65_535);
  const enter = options.gate === undefined ? undefined : gateAt(httpUrl(options.gate, "--gate"));
  const production = options["production-url"] && httpUrl(options["production-url"], "--production-url").origin;
  const endpointChanges = announcedChange(options);
  const [scenarios, upstreamProducts] = plannedScenarios(options);
  const meituan = made(() => new MeituanTicket({ ...supplier, routes: routes as Record<string, SupplierCallName>, host: origin }));

  const report = new Report(options.json ? undefined : process.stdout);
  const receiver =
    port === undefined
      ? undefined
      : await receiveNotices((request) => meituan.addressOf(request), { port, judge: new NoticeJudge(meituan) }).catch(taken);
  try {
    const exchanges = await playOrders(scenarios, { report, meituan, receiver, enter });
    const endpoints = production && registered.map(([path, call]) => ({ call, url: `${production}${path}` }));
    const settings = {
      partnerId: Number(supplier.partnerId),
      upstreamProducts,
      ...(endpoints && { endpoints }),
      ...(endpointChanges && { endpointChanges }),
    };
    report.judge(traceOf(exchanges, settings as any), { strict: options.strict });
  } finally {
    await receiver?.stop();
  }
  const { notExercised } = report.coverage;
  const missing = missingOptions(notExercised, options);
  if (options.json) printJson({ ...report.toJSON(), exercisedBy: missing });
  else report.end(missing);
  return report.failed.length > 0 || (options["strict-coverage"] && notExercised.length > 0) ? 1 : 0;
}

/** The options that were not given, and would exercise these points. */
function missingOptions(points: readonly string[], options: Record<string, any>) {
  const needed = points.flatMap((id) => EXERCISED_BY.find(([, ids]) => ids.includes(id))?.[0] ?? ["instant"]);
  return [...new Set(needed)].filter((name) => options[name] === undefined).map((name) => `--${name}`);
}

function announcedChange(options: Record<string, any>) {
  const [announced, upgrade] = [options["announced-at"], options["upgrade-at"]];
  if (announced === undefined && upgrade === undefined) return undefined;
  const at = (name: string) => time(name, needed(options, name));
  return [{ announcedAt: at("announced-at"), upgradeAt: at("upgrade-at") }];
}

/** The scenarios for which there is a product, and the products that are issued upstream. */
function plannedScenarios(options: Record<string, any>): [OrderScenario[], string[]] {
  const { issues, refuses, instant, unknown = "no-such-product" } = options;
  const products = { issues, refuses, instant, unknown };
  const buyPrice = made(() => yuan(needed(options, "price")));
  const now = Date.now();
  const scenarios = orderScenarios({
    // Beyond 2^53, and another one in each run: the supplier keeps its orders.
    firstOrderId: `1${now}0000`,
    products,
    mtDealId: "1",
    buyPrice,
    unitPrice: buyPrice,
    travelDate: options["travel-date"],
    now: Math.floor(now / 1000) * 1000,
  }).filter(({ product }) => products[product] !== undefined);
  if (scenarios.length === 0) throw new UsageError("name a product that is for sale: --instant, --issues or --refuses");
  return [scenarios, [issues, refuses].filter((product) => product !== undefined)];
}

function taken(error: Error): never {
  throw new UsageError(`--notices: ${error.message}`);
}

/** The supplier's own turnstile, which Meituan knows nothing of. */
const gateAt = (gate: URL) => async (orderId: string, vouchers: readonly string[]) => {
  const { GATE_TOKEN } = process.env;
  const response = await fetch(gate, {
    method: "POST",
    headers: { "content-type": "application/json", ...(GATE_TOKEN ? { authorization: `Bearer ${GATE_TOKEN}` } : {}) },
    body: JSON.stringify({ orderId, vouchers }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`the gate answered HTTP ${response.status}`);
  return response.json();
};
