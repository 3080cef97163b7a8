// One run: Meituan, the network and the supplier's upstream in this process, the supplier in several others that are killed. What
// happens is written to a log, a JSON object a line, which the simulator's model judges (simulator/src/tickets/replay.rs).

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import Database from "libsql";
import { checkTrace, exchangeOf, MeituanTicket, traceOf } from "meituan-protocol/testing";
import { transition } from "meituan-protocol/ticket";
import { SqliteOrders } from "../../examples/node/src/order-store.mjs";
import { Customer } from "./customer.mjs";
import { Killer, Processes, pause } from "./processes.mjs";
import { randomFrom } from "./random.mjs";
import { FACTOR, KEYS, ORDERS, ROUTES, SEND_GRACE, SEND_LIMIT, SKEW, timeBy } from "./settings.mjs";
import { Upstream } from "./upstream.mjs";

/** How long Meituan waits, by the fast clock. */
const CREATE_LIMIT = 20_000;
const LIMIT = 60_000;
/** So many orders are under way at most. */
const MAX_OPEN = 24;
/** Time limit for everything to come to rest, by the wall clock, and how often something may be due after that. */
const REST_LIMIT = 90_000;
const MAX_ROUNDS = 300;

export class World {
  /** What this side has found by itself. @type {string[]} */
  faults = [];
  /** What the supplier's processes have reported, and how often. @type {Record<string, number>} */
  errors = {};
  counts = { orders: 0, calls: 0, unanswered: 0, notices: 0, repeats: 0, rerun: 0 };
  /** Nothing goes wrong any more. */
  isCalm = false;
  isOver = false;
  /** How long faults have struck, by the wall clock. */
  calmAfter = 0;
  started = Date.now();
  ahead = 0;
  #lines = [];
  /** What was exchanged about each order. @type {Map<string, string[]>} */
  #exchanges = new Map();
  /** @type {Map<string, Customer>} */
  #customers = new Map();
  /** @type {{ id: string, order: string, answer?: number, isRecorded: boolean }[]} */
  #sends = [];
  #open = 0;
  #lateness = 0;
  #meituan = new MeituanTicket({ ...KEYS, routes: ROUTES });

  /** @param {{ seed: number, kills: number, folder: string, breakage?: string }} options */
  constructor({ seed, kills, folder, breakage }) {
    this.random = randomFrom(seed);
    this.wanted = kills;
    this.breakage = breakage;
    this.file = join(folder, "orders.sqlite");
    this.logFile = join(folder, "log.jsonl");
    this.upstream = new Upstream(this);
    this.killer = new Killer(this);
    this.processes = new Processes(this);
    this.server = createServer((incoming, outgoing) => this.#serve(incoming, outgoing).catch((error) => this.fault(error.stack)));
  }

  // Time and chance.

  now() {
    return timeBy(this);
  }

  /** @param {number} delay by the fast clock @returns {Promise<void>} */
  wait(delay) {
    return pause(delay / FACTOR);
  }

  /** Something that is going to happen: until then nothing is at rest. @param {number} delay @param {() => unknown} act */
  after(delay, act) {
    this.#during(async () => {
      await this.wait(delay);
      await act();
    });
  }

  /** @template T @param {() => Promise<T>} work */
  async #during(work) {
    this.#open++;
    try {
      return await work();
    } catch (error) {
      this.fault(error.stack);
    } finally {
      this.#open--;
    }
  }

  /** @param {number} chance */
  strikes(chance) {
    return this.random.is(chance) && !this.isCalm;
  }

  /** @param {object} line */
  log(line) {
    this.#lines.push(JSON.stringify({ at: this.now(), ...line }));
  }

  /** @param {string} what */
  fault(what) {
    if (!this.isOver) this.faults.push(what);
  }

  // Meituan calls.

  #record(orderId, exchange) {
    const all = this.#exchanges.get(orderId) ?? [];
    this.#exchanges.set(orderId, all);
    all.push(exchangeOf(exchange));
  }

  /** @param {import("./customer.mjs").Wanted} wanted @param {string} name @param {any} body */
  call({ orderId, quantity }, name, body) {
    return this.#during(async () => {
      const begun = this.now();
      const number = this.counts.calls++;
      const signed = this.#meituan.call(name, body, { now: begun });
      this.log({ is: "call", number, order: orderId, call: name, request: signed.body });
      const limit = name === "orderCreate" || name === "orderReschedule" ? CREATE_LIMIT : LIMIT;
      const copies = this.strikes(0.06) ? 2 : 1;
      const arriving = Array.from({ length: copies }, () => this.#delivered(signed, limit));
      const timeOut = this.wait(limit).then(() => undefined);
      const response = await Promise.race([firstOf(arriving), timeOut]);
      const isReply = response?.status === 200;
      // Timers are late, and the fast clock makes more of that.
      const ended = Math.min(this.now(), begun + limit);
      this.log({ is: "reply", at: ended, number, response: isReply ? response.text : null });
      const about = { at: begun, durationMs: ended - begun, direction: "toSupplier", call: name, authenticated: true };
      this.#record(orderId, {
        ...{ ...about, request: signed.body },
        ...(response && { httpStatus: response.status, ...(isReply && { response: response.text }) }),
      });
      if (!isReply) {
        this.counts.unanswered++;
        return undefined;
      }
      const reply = this.#meituan.readReply(name, response.text, { request: body, quantity });
      if (reply.verdict !== "passed") this.fault(`${name} [${number}]: ${response.text}: ${JSON.stringify(reply.issues)}`);
      return reply;
    });
  }

  /** One copy of a call, and its reply; undefined where either is lost. */
  async #delivered(signed, limit) {
    await this.wait(this.strikes(0.06) ? this.random.between(500, 15_000) : this.random.between(1, 60));
    if (this.strikes(0.05)) return undefined;
    const place = this.#anyPlace();
    if (!place) return undefined;
    const how = { method: "POST", headers: signed.headers, body: signed.body, signal: AbortSignal.timeout(limit / FACTOR) };
    const response = await posted(`http://127.0.0.1:${place.port}${signed.uri}`, how);
    if (response === undefined || this.strikes(0.06)) return undefined;
    if (this.strikes(0.06)) await this.wait(this.random.between(500, 10_000));
    return response;
  }

  /** Mostly one that is up: those who balance loads look. */
  #anyPlace() {
    const { up, places } = this.processes;
    const place = this.random.pick(up.length > 0 && this.random.is(0.95) ? up : places);
    return place.port === 0 ? undefined : place;
  }

  /** @param {string} orderId @param {object} event */
  async recorded(orderId, event) {
    const place = this.#anyPlace();
    const how = { method: "POST", body: JSON.stringify(event), signal: AbortSignal.timeout(10_000) };
    const response = place && (await posted(`http://127.0.0.1:${place.port}/facts/${orderId}`, how));
    return response?.status === 200 ? JSON.parse(response.text) : undefined;
  }

  /** What the gate knows of a ticket: some ask the order, too. */
  isAdmitted(orderId, code) {
    const order = this.reader.load(orderId)?.snapshot;
    if (this.random.is(0.2)) return true;
    const { admissions = [] } = transition(order, { timePassed: {} }, { now: this.now(), settings: ORDERS });
    return code === undefined ? admissions.length > 0 : admissions.some(({ voucher }) => voucher === code);
  }

  // What arrives.

  async #serve(incoming, outgoing) {
    const process = incoming.headers["x-process"];
    const text = await bodyOf(incoming);
    // It died before it had sent all of it.
    if (text === undefined) return;
    if (incoming.url === "/upstream") {
      await this.#during(async () => {
        const end = await this.upstream.answer(JSON.parse(text), process);
        if (end === undefined) outgoing.destroy();
        else outgoing.end(JSON.stringify(end));
      });
      return;
    }
    await this.#during(() => this.#notice(incoming, outgoing, text));
  }

  async #notice({ url, headers }, outgoing, text) {
    const process = Number(headers["x-process"]);
    const received = { method: "POST", url, headers, body: text };
    const { type, orderId = "" } = this.#meituan.addressOf(received);
    const number = this.#sends.length;
    const { id, claimed } = this.#claimOf(orderId, type, text, process);
    this.counts.notices++;
    if (this.#sends.some((sent) => sent.id === id)) this.counts.repeats++;
    const sent = { id, order: orderId, isRecorded: false };
    this.#sends.push(sent);
    const until = claimed + SEND_LIMIT * FACTOR;
    this.log({ is: "send", number, process, order: orderId, call: type, id, claimed, until, request: text });
    const closed = outgoing.closed ? Promise.resolve() : once(outgoing, "close");
    let isClosed = false;
    closed.then(() => {
      isClosed = true;
    });
    this.killer.reached("sending", String(process));

    const isLost = this.strikes(0.07);
    const mayLast = 0.6 * (until - this.now());
    await this.wait(this.strikes(0.1) ? this.random.between(100, mayLast) : this.random.between(1, 200));
    // Who gives it up takes it back; who dies does not.
    const isTakenBack = isClosed && this.processes.places[process].isUp;
    const arrives = () => {
      const code = type === "payNotice" && this.strikes(0.06) ? 300 : this.strikes(0.12) ? 599 : 200;
      const { wanted } = /** @type {Customer} */ (this.#customers.get(orderId));
      const answer = { code, describe: code === 200 ? "success" : "系统异常" };
      const judged = this.#meituan.receiveNotice(received, { now: this.now(), quantity: wanted.quantity, answer });
      if (judged.verdict !== "passed") this.fault(`${id} <${number}>: ${text}: ${JSON.stringify(judged.issues)}`);
      this.log({ is: "arrived", number, code });
      const customer = this.#customers.get(orderId);
      if (type === "payNotice" && judged.envelope?.issueType === 1 && customer?.isPaid) customer.hearsOfIssue();
      return { code, body: judged.reply.body };
    };
    let answer = isLost || isTakenBack ? undefined : arrives();
    if (answer && this.strikes(0.05)) {
      await this.wait(this.random.between(1, 0.3 * mayLast));
      if (!isClosed || !this.processes.places[process].isUp) answer = arrives();
    }
    const isAnswered = answer !== undefined && !isClosed && !this.strikes(0.07);
    if (isAnswered) {
      outgoing.setHeader("content-type", "application/json");
      outgoing.end(answer.body);
      sent.answer = answer.code;
    } else {
      await closed;
    }
    const code = isAnswered ? answer.code : null;
    this.log({ is: "sent", number, code });
    this.#record(orderId, {
      ...{ at: claimed, durationMs: this.now() - claimed, direction: "toMeituan", call: type, request: text },
      ...(isAnswered && { httpStatus: 200, response: answer.body }),
    });
  }

  /** The id of a notice and when it was claimed, as the store has them. */
  #claimOf(orderId, type, text, process) {
    const notices = this.reader.load(orderId)?.snapshot.notices ?? [];
    const refund = /"refundId":"([^"]*)"/.exec(text)?.[1];
    const about = type === "refundNotice" ? `${type}:${orderId}:${refund}:${/"code":(\d+)/.exec(text)?.[1]}` : `${type}:${orderId}`;
    const notice = notices.find(({ id, claimedUntil }) => id.startsWith(about) && claimedUntil !== undefined);
    const { ahead } = this.processes.places[process];
    const claimed = notice && notice.claimedUntil - SEND_LIMIT - SEND_GRACE - ahead;
    return { id: notice?.id ?? about, claimed: Math.min(claimed ?? this.now(), this.now()) };
  }

  /** A supplier's process says something. @param {{ number: number }} place @param {any} message */
  hear(place, message) {
    if (message.error) this.errors[message.error] = (this.errors[message.error] ?? 0) + 1;
    if (message.paused) this.#paused?.delete(place.number);
    if (message.saved) {
      for (const [number, sent] of this.#sends.entries()) {
        if (sent.order !== message.saved || sent.answer !== 200 || sent.isRecorded || message.notices.includes(sent.id)) continue;
        sent.isRecorded = true;
        this.log({ is: "recorded", number });
      }
    }
  }

  // The run.

  async run() {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.address = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (this.server.address()).port}`;
    const database = new Database(this.file, { timeout: 5000 });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    this.reader = new SqliteOrders(database);
    this.#nextDue = database.prepare("SELECT min(due) AS due FROM orders");
    const watch = this.#watchLateness();
    try {
      await this.processes.start();
      this.started = Date.now();
      await Promise.all(this.processes.places.map((place) => place.child?.send({ clock: place.clock })));
      await Promise.all([this.#killed(), this.#orders()]);
      this.isCalm = true;
      this.calmAfter = Date.now() - this.started;
      await this.#rest();
      const open = await Promise.all([...this.#customers.values()].map((customer) => customer.askOnceMore()));
      for (const call of open.flat()) this.fault(`a call is not answered although nothing is wrong any more: ${call}`);
      await this.#rest();
      await Promise.all([...this.#customers.values()].map((customer) => customer.query(true)));
      this.#judgeTrace();
    } catch (error) {
      this.fault(error.stack);
    } finally {
      this.isOver = true;
      clearInterval(watch);
      await this.processes.stop();
      this.server.close();
      this.server.closeAllConnections();
      for (const orderId of this.#customers.keys()) this.#logStored(orderId, database);
      database.close();
      writeFileSync(this.logFile, `${this.#lines.join("\n")}\n`);
    }
  }

  /** How late timers are here: bounds that are assumed do not hold where that is much. */
  get lateness() {
    return this.#lateness;
  }

  #watchLateness() {
    let expected = Date.now() + 50;
    return setInterval(() => {
      this.#lateness = Math.max(this.#lateness, Date.now() - expected);
      expected = Date.now() + 50;
    }, 50);
  }

  #isKilledEnough = false;

  async #killed() {
    try {
      await this.killer.run(this.wanted);
    } finally {
      this.#isKilledEnough = true;
    }
  }

  async #orders() {
    const { random } = this;
    while (!this.#isKilledEnough) {
      if (this.#open < MAX_OPEN) {
        const orderId = String(7 + this.counts.orders++);
        const wanted = { orderId, quantity: 1 + random.below(4), voucherType: random.pick([1, 1, 1, 2, 0]) };
        this.log({ is: "order", order: orderId, quantity: wanted.quantity, voucherType: wanted.voucherType });
        this.upstream.open(wanted);
        const customer = new Customer(this, wanted);
        this.#customers.set(orderId, customer);
        customer.create();
      }
      await pause(random.between(50, 350));
    }
  }

  /** Which processes still settle something. @type {Set<number> | undefined} */
  #paused;

  #nextDue;

  /** @returns {number | undefined} */
  #due() {
    return this.#nextDue.get().due ?? undefined;
  }

  /** Waits until nothing goes on and nothing is due: between, time is let pass at once. */
  async #rest() {
    const limit = Date.now() + REST_LIMIT;
    for (let round = 0; round < MAX_ROUNDS && Date.now() < limit; round++) {
      while (this.#open > 0 && Date.now() < limit) await pause(20);
      if (this.#open > 0) break;
      const due = this.#due();
      if (due === undefined) return;
      // Every process has its own clock.
      const missing = due + SKEW - this.now();
      if (missing > 0) await this.#letPass(missing);
      else await pause(60);
    }
    throw new Error(`it does not come to rest: ${this.#open} things go on, ${this.#due()} is due at ${this.now()}`);
  }

  /** @param {number} milliseconds by the fast clock */
  async #letPass(milliseconds) {
    const { places } = this.processes;
    this.#paused = new Set(places.map(({ number }) => number));
    for (const { child } of places) child?.send({ pause: true });
    for (const limit = Date.now() + 20_000; this.#paused.size > 0 && Date.now() < limit; ) await pause(5);
    if (this.#paused.size > 0) throw new Error("a process does not come to rest");
    this.ahead += milliseconds;
    for (const place of places) place.child?.send({ clock: place.clock });
  }

  // The end.

  #logStored(orderId, database) {
    const row = database.prepare("SELECT snapshot, due FROM orders WHERE order_id = ?").get(orderId);
    if (row) this.log({ is: "stored", order: orderId, due: row.due ?? null, snapshot: JSON.parse(row.snapshot) });
  }

  /** Of orders without a conflict, no point of the acceptance fails. */
  #judgeTrace() {
    for (const [orderId, exchanges] of this.#exchanges) {
      if ((this.reader.load(orderId)?.snapshot.conflicts ?? []).length > 0) continue;
      const { points } = checkTrace(traceOf(exchanges, { partnerId: KEYS.partnerId }));
      for (const { id, findings } of points.filter(({ verdict }) => verdict === "failed")) {
        this.fault(`the acceptance point ${id} fails, of ${orderId}: ${JSON.stringify(findings)}`);
      }
    }
  }
}

/** The first that is there; undefined where none is. @template T @param {Promise<T | undefined>[]} all */
const firstOf = (all) =>
  new Promise((resolve) => {
    for (const one of all) one.then((value) => value !== undefined && resolve(value));
    Promise.all(all).then(() => resolve(undefined));
  });

/** @param {string} url @param {RequestInit} how */
const posted = async (url, how) => {
  try {
    const response = await fetch(url, how);
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
};

/** @param {import("node:http").IncomingMessage} incoming */
async function bodyOf(incoming) {
  try {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } catch {
    return undefined;
  }
}
