// The results of steps that were played: one line for each, its columns aligned, and the count at the end; or the same as JSON.

import { checkTrace, type PointReport } from "../testing/trace.js";
import type { Notice } from "./notices.js";
import { shown } from "./print.js";

interface Played {
  sent: string;
  came: string;
  verdict: string;
  issues: readonly any[];
}

const COLUMNS = [24, 40, 48];

/** A Chinese character is two columns wide in a terminal. */
const width = (text: string) =>
  [...text].reduce((sum, character) => sum + (/[\u2e80-\ua4cf\uff00-\uff60]/.test(character) ? 2 : 1), 0);

/** Cut or filled to a width, with a space at its end at least. */
function column(text: string, columns: number) {
  let cut = shown(text);
  while (width(cut) >= columns) cut = `${[...cut].slice(0, cut.endsWith("…") ? -2 : -1).join("")}…`;
  return cut + " ".repeat(columns - width(cut));
}

/** A string with its colour, ready to be printed. */
class Painted {
  declare readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Report {
  #stream;
  #isTerminal;
  #notes: string[] = [];
  #scenario = "";
  #steps: { scenario: string; name: string; verdict: string; sent: string; came: string; issues: readonly any[] }[] = [];
  /** Parts that were not played: scenarios, and steps that belong to no scenario. */
  #skipped: { what: string; why: string }[] = [];
  #points: readonly PointReport[] = [];
  /** Notices that no step has waited for. */
  #unasked: { type: string; orderId: string; code: number; isRepeat: boolean }[] = [];

  /** @param stream nothing is printed without */
  constructor(stream?: NodeJS.WritableStream & { isTTY?: boolean }) {
    this.#stream = stream;
    this.#isTerminal = stream?.isTTY === true;
  }

  #paint = (code: number, text: string) => new Painted(this.#isTerminal ? `\u001b[${code}m${shown(text)}\u001b[0m` : shown(text));
  #print = (...parts: (string | Painted)[]) =>
    this.#stream?.write(`${parts.map((part) => (part instanceof Painted ? part.text : shown(part))).join("")}\n`);

  get passed() {
    return this.#steps.filter(({ verdict }) => verdict === "passed").length;
  }

  /** The steps and the acceptance points that failed, by name. */
  get failed() {
    const failed = ({ verdict }: { verdict: string }) => verdict === "failed";
    return [...this.#steps.filter(failed).map(({ name }) => name), ...this.#points.filter(failed).map(({ id }) => id)];
  }

  /** Something that the other side printed; shown only with a step that failed. */
  note(text: string) {
    this.#notes.push(text);
  }

  begin(title: string) {
    this.#scenario = title;
    this.#print();
    this.#print(this.#paint(1, title));
  }

  start(name: string) {
    this.#notes = [];
    if (this.#isTerminal) this.#stream?.write(`  ${shown(name)} …`);
  }

  finish({ name }: { name: string }, { sent, came, verdict, issues }: Played) {
    this.#steps.push({ scenario: this.#scenario, name, verdict, sent, came, issues });
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

  skip(what: string, why: string) {
    if (this.#isTerminal) this.#stream?.write("\r\u001b[K");
    this.#skipped.push({ what, why });
    this.#print("  ", this.#paint(33, `not played: ${what}; ${why}`));
  }

  /** A notice that no step has waited for: it was answered, and is judged with all others. */
  unasked(notices: readonly Notice[]) {
    this.#unasked = notices.map(({ type = "", orderId = "", reply, isRepeat = false }) => ({
      type,
      orderId,
      code: reply.code,
      isRepeat,
    }));
  }

  has(name: string) {
    return this.#steps.some((step) => step.name === name);
  }

  /** All that was exchanged, by every acceptance point. */
  judge(trace: string, how?: { strict?: boolean | undefined }) {
    this.#points = checkTrace(trace, how).points;
  }

  /** @param options that would exercise what was not exercised */
  end(options: readonly string[] = []) {
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
    const ids = (is: (point: PointReport) => boolean) => this.#points.filter(is).map(({ id }) => id);
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
