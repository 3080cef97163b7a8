// The supplier's processes, and who kills them.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { SKEW } from "./settings.mjs";

const SCRIPT = fileURLToPath(new URL("supplier.mjs", import.meta.url));
/** Where a process is killed: at any moment, or at one of these, of its own or of those that it waits for. */
const MOMENTS = [
  "any",
  "any",
  "any",
  "before save",
  "after save",
  "after save",
  "before reply",
  "before act",
  "after act",
  "sending",
];
const OWN = ["before save", "after save", "before reply"];
/** Time limit for what should happen by itself, in milliseconds. */
const PATIENCE = 2_500;
const START_LIMIT = 30_000;
/** Time limit for a kill on average, with the start of what follows. */
const KILL_LIMIT = 5_000;

/** A place for a process, in which one follows the other. */
class Place {
  port = 0;
  isUp = false;
  /** @type {import("node:child_process").ChildProcess | undefined} */
  child;

  /** @param {import("./world.mjs").World} world @param {number} number */
  constructor(world, number) {
    this.world = world;
    this.number = number;
    this.ahead = number === 0 ? SKEW : world.random.between(0, SKEW);
  }

  get clock() {
    return { started: this.world.started, ahead: this.world.ahead + this.ahead };
  }

  async start() {
    const { file, address, breakage } = this.world;
    const settings = { name: String(this.number), file, meituan: address, clock: this.clock, ...(breakage && { breakage }) };
    const child = fork(SCRIPT, [JSON.stringify(settings)], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    this.child = child;
    let printed = "";
    child.stderr?.setEncoding("utf8").on("data", (text) => (printed += text));
    child.on("message", (message) => this.world.hear(this, message));
    child.on("exit", (code) => {
      this.isUp = false;
      if (code !== null && !this.world.isOver) this.world.fault(`a process ended by itself: ${code} ${printed}`);
    });
    const [{ port }] = await Promise.race([
      once(child, "message", { signal: AbortSignal.timeout(START_LIMIT) }),
      once(child, "exit").then(() => [{ port: 0 }]),
    ]);
    this.port = port;
    this.isUp = port !== 0;
  }

  /** SIGKILL, and only then something else. */
  async kill() {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    this.isUp = false;
    child.kill("SIGKILL");
    await ended;
  }
}

export class Processes {
  /** @param {import("./world.mjs").World} world */
  constructor(world) {
    this.places = Array.from({ length: world.random.between(2, 5) }, (_, number) => new Place(world, number));
  }

  get up() {
    return this.places.filter(({ isUp }) => isUp);
  }

  start() {
    return Promise.all(this.places.map((place) => place.start()));
  }

  async stop() {
    await Promise.all(this.places.map((place) => place.kill()));
  }
}

export class Killer {
  kills = 0;
  /** How often at which moment. @type {Record<string, number>} */
  moments = {};
  /** @type {{ moment: string, place: Place } | undefined} */
  #wanted;
  #world;

  /** @param {import("./world.mjs").World} world */
  constructor(world) {
    this.#world = world;
  }

  /** A process waits for the parent just there. @param {string} moment @param {string} process */
  reached(moment, process) {
    const wanted = this.#wanted;
    if (wanted?.moment !== moment || String(wanted.place.number) !== process) return;
    this.#wanted = undefined;
    wanted.place.kill();
  }

  /** Kills so many times, each process that is killed begins anew. @param {number} kills */
  async run(kills) {
    const { random, processes } = this.#world;
    const restarts = [];
    const limit = Date.now() + START_LIMIT + kills * KILL_LIMIT;
    while (this.kills < kills) {
      if (Date.now() > limit) throw new Error(`only ${this.kills} kills in time`);
      await pause(random.between(50, 700));
      const place = random.pick(processes.up);
      if (place?.child === undefined) continue;
      const moment = random.pick(MOMENTS);
      const ended = once(place.child, "exit");
      let isInTime = true;
      if (moment !== "any") {
        if (OWN.includes(moment)) place.child.send({ arm: moment }, () => {});
        else this.#wanted = { moment, place };
        isInTime = await Promise.race([ended.then(() => true), pause(PATIENCE).then(() => false)]);
        this.#wanted = undefined;
      }
      await place.kill();
      this.kills++;
      const name = isInTime ? moment : "any";
      this.moments[name] = (this.moments[name] ?? 0) + 1;
      this.#world.log({ is: "killed", process: place.number, moment: name });
      restarts.push(
        pause(random.between(20, 600))
          .then(() => place.start())
          .catch((error) => this.#world.fault(error.stack)),
      );
    }
    await Promise.all(restarts);
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
