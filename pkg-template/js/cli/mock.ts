// Meituan's side on this machine, for development: it accepts notices, or rides.

import type { RidePushName } from "../ride/interfaces.js";
import { MeituanRide } from "../testing/ride.js";
import type { RidePush } from "../testing/ride-state.js";
import { MeituanTicket } from "../testing/ticket.js";
import {
  httpUrl,
  type Input,
  made,
  needed,
  noArguments,
  type Options,
  routesFrom,
  SUPPLIER,
  supplierFrom,
  UsageError,
  wholeNumber,
} from "./arguments.js";
import { print } from "./print.js";
import { listen, type Received } from "./server.js";

export const MOCK_TICKET: Options = { ...SUPPLIER, port: { type: "string" }, answer: { type: "string" } };

export const MOCK_RIDE: Options = {
  port: { type: "string" },
  "ent-id": { type: "string" },
  "access-key": { type: "string" },
  "secret-key": { type: "string" },
  push: { type: "string" },
  routes: { type: "string" },
  every: { type: "string" },
};

/** The examples' own paths. */
const PUSH_PATHS: Readonly<Record<RidePushName, string>> = {
  capacityOffered: "/meituan/capacity",
  orderChanged: "/meituan/event",
  refunded: "/meituan/refund",
};

const portFrom = (options: Record<string, any>) => wholeNumber("port", needed(options, "port"), 0, 65_535);

const show = ({ json }: Record<string, any>, facts: object, ...lines: string[]) =>
  print(...(json ? [JSON.stringify(facts)] : lines));

/**
 * Listens until it is ended by a signal.
 * @param begin what else goes on from then, and how to end it
 */
async function serve(options: Record<string, any>, answer: Parameters<typeof listen>[0], begin: () => () => void = () => () => {}) {
  const server = await listen(answer, portFrom(options)).catch((error) => {
    throw new UsageError(`--port: ${error.message}`);
  });
  const end = begin();
  show(options, { listening: server.address }, `Meituan's mock listens on ${server.address}`);
  await new Promise((resolve) => ["SIGINT", "SIGTERM"].map((signal) => process.once(signal, resolve)));
  end();
  await server.stop();
  return 0;
}

/** Judges and answers a supplier's notices. */
export async function mockTicket(input: Input) {
  noArguments(input);
  const { options } = input;
  const meituan = made(() => new MeituanTicket({ ...supplierFrom(options), routes: {} }));
  const code = wholeNumber("answer", options.answer ?? "200", 0, 9999);
  const answer = { code, describe: code === 200 ? "success" : "美团内部处理中" };
  return serve(options, (request) => {
    const { orderId } = meituan.addressOf(request);
    const { type, verdict, issues, body, reply } = meituan.receiveNotice(request, { now: Date.now(), answer });
    const found = issues.map(({ id, path, detail, text }) => `  ${[id, path, detail, text.en].filter(Boolean).join(" · ")}`);
    const facts = { type, orderId, verdict, issues, body, code: reply.code };
    show(options, facts, `${type ?? request.url} ${orderId ?? ""} ${verdict} → ${reply.code}`, ...found);
    return reply;
  });
}

/** Answers a ride client, lets its rides go on, and pushes what happens. */
export async function mockRide(input: Input) {
  noArguments(input);
  const { options } = input;
  const enterprise = {
    entId: needed(options, "ent-id", "MEITUAN_ENT_ID"),
    accessKey: needed(options, "access-key", "MEITUAN_ACCESS_KEY"),
    secretKey: needed(options, "secret-key", "MEITUAN_SECRET_KEY"),
  };
  const older = made(() => new MeituanRide(enterprise));
  const newer = new MeituanRide({ ...enterprise, version: 2, state: older.state });
  const pushRoutes = Object.fromEntries(Object.entries(PUSH_PATHS).map(([name, path]) => [path, name]));
  const seconds = wholeNumber("every", options.every ?? "3", 1, 3600);
  const base = options.push === undefined ? undefined : httpUrl(options.push, "--push").href.replace(/\/$/, "");
  const routes = Object.entries(await routesFrom(options.routes, pushRoutes));

  /** Pushes that were not accepted yet; they come again, in their order. */
  let waiting: RidePush[] = [];
  const push = async () => {
    waiting.push(...older.takePushes());
    while (base !== undefined && waiting.length > 0) {
      const [{ name, body }] = waiting;
      const path = routes.find(([, registered]) => registered === name)?.[0];
      if (path !== undefined && !(await isTaken(`${base}${path}`, name, body))) return;
      waiting.shift();
    }
    // There is nothing to push.
    if (base === undefined) waiting = [];
  };
  const isTaken = async (url: string, name: RidePushName, body: object) => {
    const request = older.push(name, body, { now: Date.now() });
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(10_000) });
      const { accepted, code } = older.readPushReply(await response.text(), { status: response.status });
      const again = accepted ? "" : ", and comes again";
      show(
        options,
        { push: name, body, accepted, code },
        `${name} ${JSON.stringify(body)} → ${code ?? `HTTP ${response.status}`}${again}`,
      );
      return accepted;
    } catch (error) {
      show(options, { push: name, body, accepted: false, error: String(error) }, `${name} → ${error}, and comes again`);
      return false;
    }
  };
  let isBusy = false;
  const goOn = async () => {
    // One push after the other: a slow receiver is not overtaken.
    if (isBusy) return;
    isBusy = true;
    for (const mtOrderId of Object.keys(older.state.orders)) older.advance(mtOrderId, { now: Date.now() });
    await push().finally(() => {
      isBusy = false;
    });
  };

  const answer = (request: Received) => {
    const generation = request.url.startsWith("/v2/") ? newer : older;
    const random = crypto.getRandomValues(new Uint8Array(8));
    const reply = generation.receive(request, { now: Date.now(), random });
    show(options, { path: request.url, reply: reply.body }, `${request.url} → ${reply.body}`);
    return reply;
  };
  return serve(options, answer, () => {
    const timer = setInterval(goOn, 1000 * seconds);
    return () => clearInterval(timer);
  });
}
