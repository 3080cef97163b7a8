// What came of steps that were played: one line for each, its columns aligned, and the count at the end; or the same as JSON.

import { checkTrace } from "../testing/trace.js";
import { shown } from "./print.js";

/** @typedef {{ sent: string, came: string, verdict: string, issues: readonly any[] }} Played */
const COLUMNS = [24, 40, 48];

/** Chinese takes two columns of a terminal. */
const width = (/** @type {string} */ text) =>
  [...text].reduce((sum, character) => sum + (/[\u2e80-\ua4cf\uff00-\uff60]/.test(character) ? 2 : 1), 0);

/**
 * Cut or filled to a width, with a space at its end at least.
 * @param {string} text
 * @param {number} columns
 */
function column(text, columns) {
  let cut = shown(text);
  while (width(cut) >= columns) cut = `${[...cut].slice(0, cut.endsWith("…") ? -2 : -1).join("")}…`;
  return cut + " ".repeat(columns - width(cut));
}

/** A text with its colour, ready to be printed. */
class Painted {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

export class Report {
  #stream;
  #isTerminal;
  /** @type {string[]} */
  #notes = [];
  #life = "";
  /** @type {{ life: string, name: string, verdict: string, sent: string, came: string, issues: readonly any[] }[]} */
  #steps = [];
  /** What was not played: lives, and what belongs to no life. @type {{ what: string, why: string }[]} */
  #skipped = [];
  /** @type {readonly import("../testing/trace-types.js").PointReport[]} */
  #points = [];
  /** Notices that no step has waited for. @type {{ type: string, orderId: string, code: number, isRepeat: boolean }[]} */
  #unasked = [];

  /** @param {NodeJS.WritableStream & { isTTY?: boolean }} [stream] nothing is printed without */
  constructor(stream) {
    this.#stream = stream;
    this.#isTerminal = stream?.isTTY === true;
  }

  #paint = (/** @type {number} */ code, /** @type {string} */ text) =>
    new Painted(this.#isTerminal ? `\u001b[${code}m${shown(text)}\u001b[0m` : shown(text));
  #print = (/** @type {(string | Painted)[]} */ ...parts) =>
    this.#stream?.write(`${parts.map((part) => (part instanceof Painted ? part.text : shown(part))).join("")}\n`);

  get passed() {
    return this.#steps.filter(({ verdict }) => verdict === "passed").length;
  }

  /** The steps and the acceptance points that failed, by name. */
  get failed() {
    const failed = (/** @type {{ verdict: string }} */ { verdict }) => verdict === "failed";
    return [...this.#steps.filter(failed).map(({ name }) => name), ...this.#points.filter(failed).map(({ id }) => id)];
  }

  /** Something that the other side printed; shown only with a step that failed. @param {string} text */
  note(text) {
    this.#notes.push(text);
  }

  /** @param {string} title */
  begin(title) {
    this.#life = title;
    this.#print();
    this.#print(this.#paint(1, title));
  }

  /** @param {string} name */
  start(name) {
    this.#notes = [];
    if (this.#isTerminal) this.#stream?.write(`  ${shown(name)} …`);
  }

  /** @param {{ name: string }} step @param {Played} played */
  finish({ name }, { sent, came, verdict, issues }) {
    this.#steps.push({ life: this.#life, name, verdict, sent, came, issues });
    const isPassed = verdict === "passed";
    if (this.#isTerminal) this.#stream?.write("\r\u001b[K");
    const columns = [name, sent, came].map((text, index) => column(text, COLUMNS[index])).join("");
    this.#print("  ", columns, this.#paint(isPassed ? 32 : 31, verdict));
    for (const { id, refuses, path, detail, text } of issues) {
      const about = [id, path, detail, text.en].filter((part) => part !== "").join(" · ");
      this.#print("    ", refuses ? this.#paint(31, "✗") : this.#paint(33, "!"), ` ${about}`);
    }
    if (isPassed) return;
    for (const note of this.#notes) for (const line of note.split("\n")) this.#print(`      ${line}`);
  }

  abandon() {
    this.skip("the rest of this order", "it builds on what failed");
  }

  /** @param {string} what @param {string} why */
  skip(what, why) {
    if (this.#isTerminal) this.#stream?.write("\r\u001b[K");
    this.#skipped.push({ what, why });
    this.#print("  ", this.#paint(33, `not played: ${what}; ${why}`));
  }

  /** What came that no step has waited for: it was answered, and is judged with all others. @param {readonly import("./notices.js").Notice[]} notices */
  unasked(notices) {
    this.#unasked = notices.map(({ type = "", orderId = "", reply, isRepeat = false }) => ({
      type,
      orderId,
      code: reply.code,
      isRepeat,
    }));
  }

  /** @param {string} name */
  has(name) {
    return this.#steps.some((step) => step.name === name);
  }

  /** All that was exchanged, by every acceptance point. @param {string} trace @param {{ strict?: boolean | undefined }} [how] */
  judge(trace, how) {
    this.#points = checkTrace(trace, how).points;
  }

  /** @param {readonly string[]} [options] that would exercise what was not exercised */
  end(options = []) {
    this.#print();
    this.#print(this.#paint(1, "acceptance points, judged over all that was exchanged"));
    const words = { passed: 32, failed: 31, notExercised: 33, unchecked: 33 };
    for (const { id, section, text, verdict, findings } of this.#points) {
      const columns = [id, section, text.en].map((one, index) => column(one, [24, 14, 74][index])).join("");
      this.#print("  ", columns, this.#paint(words[verdict], verdict));
      if (verdict !== "failed") continue;
      for (const { exchange, path, detail } of findings) this.#print(`    exchange ${exchange}: ${path ?? ""} ${detail ?? ""}`);
    }
    this.#print();
    for (const { type, orderId, code, isRepeat } of this.#unasked) {
      this.#print(
        `no step waited for ${type || "a notice"} of order ${orderId}, answered ${code}${isRepeat ? ": it was accepted before" : ""}`,
      );
    }
    for (const name of this.failed) this.#print(`failed: ${name}`);
    this.#print(`${this.passed} passed, ${this.failed.length} failed`);
    const { passed, failed, warned, notExercised } = this.coverage;
    const how = options.length === 0 ? "" : ` (${options.join(", ")})`;
    this.#print(
      `acceptance points: ${passed.length} passed, ${failed.length} failed, ${warned.length} warned, ${notExercised.length} not exercised${how}`,
    );
  }

  /** The ids of the points by what came of them; those that warned are among the others, too. */
  get coverage() {
    const ids = (/** @type {(point: import("../testing/trace-types.js").PointReport) => boolean} */ is) =>
      this.#points.filter(is).map(({ id }) => id);
    return {
      passed: ids(({ verdict }) => verdict === "passed"),
      failed: ids(({ verdict }) => verdict === "failed"),
      warned: ids(({ findings }) => findings.some(({ effect }) => effect === "warns")),
      notExercised: ids(({ verdict }) => verdict === "notExercised" || verdict === "unchecked"),
    };
  }

  toJSON() {
    const { warned, notExercised } = this.coverage;
    const ok = this.failed.length === 0;
    return { ok, steps: this.#steps, skipped: this.#skipped, unasked: this.#unasked, points: this.#points, warned, notExercised };
  }
}
