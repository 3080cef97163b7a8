// The receiver of Meituan's pushes with Hono, and SQLite for what they report.

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import Database from "libsql";
import { handler, RideClient } from "meituan-protocol/ride";

/** @param {string} name */
const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

/** @type {import("meituan-protocol/ride").RideClientOptions} */
const settings = {
  entId: required("MEITUAN_ENT_ID"),
  accessKey: required("MEITUAN_ACCESS_KEY"),
  secretKey: required("MEITUAN_SECRET_KEY"),
  environment: process.env.MEITUAN_ENVIRONMENT ?? "test",
  routes: { "/meituan/capacity": "capacityOffered", "/meituan/event": "orderChanged", "/meituan/refund": "refunded" },
};
const ride = new RideClient(settings);

const database = new Database(process.env.DATABASE ?? "rides.sqlite");
database.exec(`
  CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS events (ride TEXT NOT NULL, code INTEGER NOT NULL, at INTEGER);
  CREATE TABLE IF NOT EXISTS confirmed (ride TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS refunds (number TEXT PRIMARY KEY, fen INTEGER);
`);
const isDone = database.prepare("SELECT key FROM done WHERE key = ?");
const done = database.prepare("INSERT INTO done VALUES (?)");
const event = database.prepare("INSERT INTO events VALUES (?, ?, ?)");
const refund = database.prepare("INSERT INTO refunds VALUES (?, ?)");
const claim = database.prepare("INSERT OR IGNORE INTO confirmed VALUES (?)");
const release = database.prepare("DELETE FROM confirmed WHERE ride = ?");
const eventsOf = database.prepare("SELECT code, at FROM events WHERE ride = ? ORDER BY at");
const refunded = database.prepare("SELECT coalesce(sum(fen), 0) AS fen FROM refunds");

/** A push and its acceptance are stored together, or not at all: then it comes again. */
const once = database.transaction((/** @type {string} */ key, /** @type {() => void} */ store) => {
  if (isDone.get(key)) return;
  store();
  done.run(key);
});

const pushes = handler({
  config: settings,

  async capacityOffered({ body: { mtOrderId, submitDriveInfo } }) {
    // One offer of an order is confirmed: the first.
    if (claim.run(mtOrderId).changes === 0) return;
    try {
      const confirm = ride.requests.confirmOrder({ mtOrderId, driverId: submitDriveInfo.driverId });
      await confirm.parseResponse(await fetch(confirm.toRequest()));
    } catch (error) {
      release.run(mtOrderId);
      throw error; // not taken: Meituan pushes again, this offer or another
    }
  },

  orderChanged({ body, deduplicationKey }) {
    once(deduplicationKey, () => event.run(body.mtOrderId, body.eventCode, body.eventTime ?? null));
  },

  refunded({ body, deduplicationKey }) {
    once(deduplicationKey, () => refund.run(body.sqtRefundNo, body.refundAmount ?? null)); // which may be unknown
  },
});

const app = new Hono();
// The raw request: a body that `context.req.json()` has read is gone.
app.post("/meituan/*", (context) => pushes(context.req.raw));
// Our own front end; put whatever guards your other services before this.
app.get("/rides/:id", (context) => context.json(eventsOf.all(context.req.param("id"))));
app.get("/refunds", (context) => context.json({ fen: /** @type {{ fen: number }} */ (refunded.get()).fen }));

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => console.log(`listening on port ${port}`));
