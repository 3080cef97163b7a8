// A supplier's process that may end at any moment: a handler over a store in a file that others share, and a loop over what is due.

import { createServer } from "node:http";
import Database from "libsql";
import { TicketSupplier } from "meituan-protocol/ticket";
import { SqliteOrders } from "../../examples/node/src/order-store.mjs";
import { BREAKAGES } from "./breakages.mjs";
import { DEADLINE, KEYS, ORDERS, ROUTES, timeBy } from "./settings.mjs";

const { name, file, meituan, breakage, ...given } = JSON.parse(process.argv[2]);
const broken = BREAKAGES[breakage] ?? {};
const FAILED = { orderCreate: 499, orderPay: 599, orderRefund: 699, orderReschedule: 300 };
/** Whoever looks for what is due looks so often. */
const PAUSE = 60;

let clock = given.clock;
const now = () => timeBy(clock);
/** Where this process is to end itself, if it is. @type {string | undefined} */
let armed;
const dies = (/** @type {string} */ at) => {
  if (armed === at) process.kill(process.pid, "SIGKILL");
};
const say = (/** @type {object} */ what) => process.connected && process.send(what);
process.on("disconnect", () => process.exit());

const database = new Database(file, { timeout: 5000 });
// Processes are killed here, not the machine.
database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
const sqlite = new SqliteOrders(database);
const kept = {
  load: (/** @type {string} */ orderId) => sqlite.load(orderId),
  save(orderId, order, expected, about) {
    dies("before save");
    const isSaved = sqlite.save(orderId, order, expected, about);
    dies("after save");
    if (isSaved) say({ saved: orderId, notices: order.notices.map(({ id }) => id) });
    return isSaved;
  },
};
const store = broken.store?.(kept) ?? kept;

/** The upstream acts once for each key. */
async function askUpstream({ type, body, attemptKey, order }) {
  const asked = { key: broken.key?.(attemptKey) ?? attemptKey, call: type, body: { ...body, quantity: order.quantity } };
  const response = await fetch(`${meituan}/upstream`, {
    method: "POST",
    headers: { "x-process": name },
    body: JSON.stringify(asked),
  });
  if (!response.ok) throw new Error("the upstream failed");
  return response.json();
}

const work = async (call) => {
  let end;
  try {
    end = await askUpstream(call);
  } catch (error) {
    if (!broken.refuses || !(call.type in FAILED)) throw error;
    end = { refused: "结果未知" };
  }
  if (end.refused) return call.fail(FAILED[call.type], end.refused);
  return end.isPending ? call.pending() : end.reply;
};

const supplier = new TicketSupplier({ ...KEYS, host: meituan, routes: ROUTES, now });
const reported = (error) =>
  say({ error: error.code ?? `${error.message}${error.cause ? `: ${error.cause.code ?? error.cause}` : ""}` });
const hooks = { onError: reported, onConflict: () => {}, onWarning: () => {}, onNoticeGivenUp: () => {} };
const answer = supplier.handler({
  ...{ store, orders: ORDERS, deadlineMs: DEADLINE, ...hooks },
  async send(request) {
    request.headers.set("x-process", name);
    return fetch(request);
  },
  ...{ orderCreate: work, orderPay: work, orderRefund: work, orderClose: work, orderRefunded: work, orderReschedule: work },
});

/** What the supplier's own system reports. */
async function happened(/** @type {string} */ orderId, event) {
  const { kind, reason } = await supplier.orders(store, ORDERS, hooks).apply(orderId, event);
  return Response.json({ kind, reason });
}

const server = createServer(async (incoming, outgoing) => {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const headers = Object.entries(incoming.headers).map(([header, value]) => [header, String(value)]);
    const [, place, orderId] = incoming.url.split("/");
    const response =
      place === "facts"
        ? await happened(orderId, JSON.parse(body.toString()))
        : await answer(new Request(`http://supplier.example${incoming.url}`, { method: "POST", headers, body }));
    dies("before reply");
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(await response.text());
  } catch (error) {
    reported(error);
    outgoing.writeHead(500).end();
  }
});
server.listen(0, "127.0.0.1", () => say({ port: /** @type {import("node:net").AddressInfo} */ (server.address()).port }));

/** What is being settled: of this process's own, one at a time for each order. @type {Map<string, Promise<unknown>>} */
const settling = new Map();
let isPaused = false;
setInterval(() => {
  if (isPaused) return;
  for (const orderId of sqlite.due(now())) {
    if (settling.has(orderId)) continue;
    settling.set(
      orderId,
      answer
        .settle(orderId)
        .catch(reported)
        .finally(() => settling.delete(orderId)),
    );
  }
}, PAUSE);

process.on("message", async (/** @type {any} */ order) => {
  if ("arm" in order) armed = order.arm;
  if ("pause" in order) {
    isPaused = true;
    while (settling.size > 0) await Promise.all(settling.values());
    say({ paused: true });
  }
  if ("clock" in order) {
    clock = order.clock;
    isPaused = false;
  }
});
