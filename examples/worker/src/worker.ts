import { type Env, orderOf } from "./settings.js";
import { meituan } from "./supplier.js";

export { Order } from "./order.js";

export default {
  fetch(request: Request, env: Env, context: object): Response | Promise<Response> {
    return new URL(request.url).pathname === "/gate/enter" ? enter(request, env) : meituan(request, env, context);
  },
};

/**
 * Our own turnstile: `{ "orderId": "…", "vouchers": ["…"], "id": "…" }`, with the bearer token that only the turnstile has. The id is
 * the turnstile's own, of this entry.
 */
async function enter(request: Request, env: Env) {
  const [given, expected] = await Promise.all([
    digest(request.headers.get("authorization") ?? ""),
    digest(`Bearer ${env.GATE_TOKEN}`),
  ]);
  if (!crypto.subtle.timingSafeEqual(given, expected)) return new Response("wrong token", { status: 401 });
  if (request.method !== "POST") return new Response("POST only", { status: 405 });
  const asked = (await request.json().catch(() => ({}))) as { orderId?: unknown; vouchers?: unknown; id?: unknown };
  const { orderId, vouchers, id = crypto.randomUUID() } = asked;
  if (typeof orderId !== "string" || !Array.isArray(vouchers) || typeof id !== "string") {
    return new Response("orderId and vouchers, please", { status: 400 });
  }
  return Response.json(await orderOf(env, orderId).enter(vouchers, id));
}

const digest = (text: string) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
