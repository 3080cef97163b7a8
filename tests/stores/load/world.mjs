// Many orders through the processes of a supplier: created, paid, issued later, then refunded or used, while calls, connections, the store
// and whole processes fail. A model judges what Meituan was sent.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Meituan, orderOf, refundOf } from "./meituan.mjs";
import { Model } from "./model.mjs";

const PROGRAM = fileURLToPath(new URL("supplier.mjs", import.meta.url));
const FIRST = 8985652356562430001n;
/** So many times faster than the wall clock is the clock by which leases run out. */
const FACTOR = 10;
/** So many orders are under way at once. */
const WIDTH = 32;
const START_LIMIT = 30_000;
/** So long what was promised may take once nothing fails any more. */
const REST = 60_000;

const sleep = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Numbers that look like chance, the same from the same seed. @param {number} seed */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A process of the supplier, and those that took its place. */
class Place {
  #child;
  address;
  /** What all of its processes have used up, and the one that runs. */
  #before = {};
  #now = {};

  /** @param {object} settings */
  constructor(settings) {
    this.settings = settings;
  }

  async start() {
    const child = fork(PROGRAM, [JSON.stringify(this.settings)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child = child;
    child.on("message", (/** @type {any} */ { used }) => {
      if (used) this.#now = used;
    });
    const [{ port }] = await once(child, "message", { signal: AbortSignal.timeout(START_LIMIT) });
    this.address = `http://127.0.0.1:${port}`;
  }

  async kill() {
    this.address = undefined;
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await ended;
    }
    this.#before = this.used;
    this.#now = {};
  }

  /** @returns {Record<string, number>} */
  get used() {
    const names = new Set([...Object.keys(this.#before), ...Object.keys(this.#now)]);
    return Object.fromEntries([...names].map((name) => [name, (this.#before[name] ?? 0) + (this.#now[name] ?? 0)]));
  }

  async reports() {
    const said = once(this.#child, "message");
    this.#child.send({});
    await said;
  }
}

/**
 * @param {{ place: { kind: "pg" | "redis", settings: any, name: string }, processes: number, orders: number, faults?: number,
 *   killEvery?: number, seed?: number, breakage?: string, seconds?: number, rest?: number }} how
 * `killEvery`: milliseconds; no kills without it. `seconds`: no order begins later. `rest`: so long, in milliseconds,
 * something that must happen may take. Orders of which nothing more is heard are `stuck`
 */
export async function runLoad({
  place,
  processes,
  orders,
  faults = 0.01,
  killEvery,
  seed = 1,
  breakage,
  seconds = 600,
  rest = REST,
}) {
  const random = randomFrom(seed);
  const model = new Model();
  let isCalm = false;
  const started = Date.now();
  /** Those who wait for a notice about an order. @type {Map<string, () => void>} */
  const waiting = new Map();
  /** @type {Place[]} */
  const places = [];
  const addresses = () => places.flatMap(({ address }) => address ?? []);
  const meituan = new Meituan({
    ...{ model, addresses, now: () => started + (Date.now() - started) * FACTOR },
    fault: () => !isCalm && random() < faults,
    noticed: (orderId) => waiting.get(orderId)?.(),
  });
  const notices = await meituan.receive();
  const settings = { ...place, meituan: notices.address, faults, started, factor: FACTOR, breakage };
  places.push(...Array.from({ length: processes }, () => new Place(settings)));
  let kills = 0;
  const stuck = [];
  try {
    await Promise.all(places.map((each) => each.start()));

    /** Has a process of the supplier do something, until it says that it has. */
    const office = async (/** @type {object} */ said) => {
      for (const until = Date.now() + rest; Date.now() < until; await sleep(50)) {
        const [address] = addresses().sort(() => random() - 0.5);
        if (address === undefined) continue;
        const how = { method: "POST", body: JSON.stringify(said), signal: AbortSignal.timeout(20_000) };
        const response = await fetch(`${address}/office`, how).catch(() => undefined);
        const answer = response?.ok ? await response.json().catch(() => undefined) : undefined;
        if (answer !== undefined) return answer;
      }
      throw new Error("the office is not answered");
    };
    /** Waits until something is known of an order. */
    const untilKnown = async (/** @type {string} */ orderId, /** @type {() => boolean} */ isKnown) => {
      for (const until = Date.now() + rest; !isKnown(); ) {
        if (Date.now() > until) throw new Error(`nothing more is heard of ${orderId}`);
        const { promise, resolve } = deferred();
        waiting.set(orderId, resolve);
        await Promise.race([promise, sleep(500)]);
      }
      waiting.delete(orderId);
    };
    /** How many guests of each order were let in. @type {Map<string, number>} */
    const admitted = new Map();

    const lifeOf = async (/** @type {string} */ orderId) => {
      const quantity = 1 + Math.floor(random() * 4);
      const isBoth = quantity > 1 && random() < 0.2;
      const isRefunded = isBoth || random() < 0.5;
      model.begin(orderId, quantity);
      const { partnerOrderId } = (await meituan.call("orderCreate", orderOf(orderId, quantity))).body;
      const ids = { orderId, partnerOrderId };
      await meituan.call("orderPay", ids);
      if (random() < 0.2) await meituan.call("orderQuery", ids);
      const codes = Array.from({ length: quantity }, (_, place_) => `${orderId.slice(-12)}${place_}`);
      await office({ orderId, event: { issued: { ...ids, voucherType: 1, vouchers: codes } } });
      await untilKnown(orderId, () => model.of(orderId).codes !== undefined);
      if (random() < 0.1) await meituan.call("orderPay", ids);

      const refunded = codes.slice(0, 1 + Math.floor(random() * quantity));
      // Of those who both use and refund, some do it with the same ticket: one of them is too late.
      const used = isBoth ? codes.slice(random() < 0.3 ? 0 : 1) : codes;
      const refunding = async () => {
        const body = refundOf(ids, isBoth ? codes.slice(0, 1) : refunded);
        const { code } = await meituan.call("orderRefund", body);
        if (code !== 602) return;
        await office({ orderId, event: { refundAgreed: { refundId: body.refundId } } });
        await untilKnown(orderId, () => model.of(orderId).refunds.get(body.refundId)?.is === "agreed");
      };
      const entering = (/** @type {readonly string[]} */ guests) =>
        office({ orderId, admit: { id: `gate:${codes.indexOf(guests[0])}`, codes: guests } }).then((said) => {
          admitted.set(orderId, (admitted.get(orderId) ?? 0) + said.admitted.length);
        });
      // At one gate, or at several at once.
      const groups = isBoth ? used.map((code) => [code]) : [used];
      const acts = [...(isRefunded ? [refunding()] : []), ...(isRefunded && !isBoth ? [] : groups.map(entering))];
      await Promise.all(acts);
      await untilKnown(orderId, () => model.of(orderId).notifiedUsed === (admitted.get(orderId) ?? 0));
    };

    const began = performance.now();
    const ids = Array.from({ length: orders }, (_, place_) => String(FIRST + BigInt(place_)));
    const left = [...ids].reverse();
    const begun = [];
    const lane = async () => {
      for (let orderId = left.pop(); orderId !== undefined && performance.now() - began < 1000 * seconds; orderId = left.pop()) {
        begun.push(orderId);
        await lifeOf(orderId).catch((error) => stuck.push(String(error.stack ?? error)));
      }
    };
    const killing = async () => {
      while (!isCalm && killEvery !== undefined) {
        await sleep(killEvery * (0.5 + random()));
        if (isCalm) return;
        const killed = places[Math.floor(random() * places.length)];
        await killed.kill();
        kills++;
        await killed.start();
      }
    };
    const killed = killing();
    await Promise.all(Array.from({ length: WIDTH }, lane));
    const took = performance.now() - began;
    isCalm = true;
    await killed;
    await Promise.all(places.map((each) => each.reports()));
    const used = sumOf(places.map((each) => each.used));
    const calls = structuredClone(meituan.took);
    const { counts } = meituan;
    const world = { ...counts };

    const asked = [...begun];
    const finally_ = async () => {
      for (let orderId = asked.pop(); orderId !== undefined; orderId = asked.pop()) {
        const { partnerOrderId } = model.of(orderId);
        const { body } = await meituan.call("orderQuery", { orderId, partnerOrderId });
        model.ends(orderId, body);
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, finally_));
    return {
      violations: model.violations,
      stuck,
      orders: begun.length,
      milliseconds: took,
      kills,
      used,
      calls,
      counts: world,
    };
  } finally {
    isCalm = true;
    for (const each of places) await each.kill();
    await notices.stop();
  }
}

/** @param {Record<string, number>[]} all @returns {Record<string, number>} */
function sumOf(all) {
  const sum = {};
  for (const each of all) for (const [name, value] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

/** Node 20 has no Promise.withResolvers. */
function deferred() {
  let resolve = () => {};
  const promise = new Promise((done) => {
    resolve = () => done(undefined);
  });
  return { promise, resolve };
}
