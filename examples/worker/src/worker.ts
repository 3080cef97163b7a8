import { handler } from "meituan-protocol/ticket";
import { type Env, settings } from "./settings.js";

export { Order } from "./order.js";

/** The order's own object: calls come to it one at a time, and its database holds this order only. */
const order = (env: Env, orderId: string) => env.ORDERS.getByName(orderId);

const meituan = handler({
  config: (env: Env) => settings(env),

  async orderCreate(call, env) {
    const outcome = await order(env, call.body.orderId).create(call.body);
    return outcome.refused ? call.fail(outcome.refused.code, outcome.refused.reason) : call.ok(outcome.reply);
  },

  async orderPay(call, env) {
    const outcome = await order(env, call.body.orderId).pay();
    if (outcome.refused) return call.fail(outcome.refused.code, outcome.refused.reason);
    // 598: whoever issues upstream says so, and tells the result by pay notice.
    return outcome.later ? call.issuing(outcome.later) : call.ok(outcome.reply, { order: { quantity: outcome.quantity } });
  },

  async orderQuery(call, env) {
    const outcome = await order(env, call.body.orderId).query();
    return outcome.refused ? call.fail(outcome.refused.code, outcome.refused.reason) : call.ok(outcome.reply);
  },

  async orderRefund(call, env) {
    const outcome = await order(env, call.body.orderId).refund(call.body);
    if (outcome.refused) return call.fail(outcome.refused.code, outcome.refused.reason);
    // 602: under approval, told by refund notice; 601: agreed before this call came.
    return outcome.later ? call.pending() : call.ok({}, { already: outcome.already });
  },

  async orderClose(call, env) {
    await order(env, call.body.orderId).close(call.body.closeType);
    return call.ok();
  },

  async orderRefunded(call, env) {
    await order(env, call.body.orderId).refunded(call.body);
    return call.ok();
  },
});

export default {
  fetch(request: Request, env: Env): Response | Promise<Response> {
    return new URL(request.url).pathname === "/gate/enter" ? enter(request, env) : meituan(request, env);
  },
};

/** Our own turnstile: `{ "orderId": "…", "vouchers": ["…"] }`, with the bearer token that only the turnstile has. */
async function enter(request: Request, env: Env) {
  const [given, expected] = await Promise.all([
    digest(request.headers.get("authorization") ?? ""),
    digest(`Bearer ${env.GATE_TOKEN}`),
  ]);
  if (!crypto.subtle.timingSafeEqual(given, expected)) return new Response("wrong token", { status: 401 });
  if (request.method !== "POST") return new Response("POST only", { status: 405 });
  const { orderId, vouchers } = (await request.json().catch(() => ({}))) as { orderId?: unknown; vouchers?: unknown };
  if (typeof orderId !== "string" || !Array.isArray(vouchers)) return new Response("orderId and vouchers, please", { status: 400 });
  return Response.json(await order(env, orderId).enter(vouchers));
}

const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
