// What the demo prints: one line for each step, its columns aligned, and the count at the end.

import { checkTrace } from "meituan-protocol/testing";

const COLUMNS = [24, 40, 48];

/** Chinese takes two columns of a terminal. */
const width = (text) => [...text].reduce((sum, character) => sum + (/[\u2e80-\ua4cf\uff00-\uff60]/.test(character) ? 2 : 1), 0);

/** Cut or filled to a width, with a space at its end at least. */
function column(text, columns) {
  let cut = text;
  while (width(cut) >= columns) cut = `${[...cut].slice(0, cut.endsWith("…") ? -2 : -1).join("")}…`;
  return cut + " ".repeat(columns - width(cut));
}

export class Report {
  #stream;
  #isTerminal;
  #notes = [];
  #names = new Set();
  #points = [];
  failed = [];
  passed = 0;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY === true;
  }

  #paint = (code, text) => (this.#isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);
  #print = (text = "") => this.#stream.write(`${text}\n`);

  /** Something that the Worker printed; shown only with a step that failed. */
  note(text) {
    this.#notes.push(text);
  }

  begin(title) {
    this.#print(`\n${this.#paint(1, title)}`);
  }

  start(name) {
    this.#notes = [];
    this.#names.add(name);
    if (this.#isTerminal) this.#stream.write(`  ${name} …`);
  }

  finish(step, { sent, came, verdict, issues }) {
    const isPassed = verdict === "passed";
    if (isPassed) this.passed++;
    else this.failed.push(step.name);
    if (this.#isTerminal) this.#stream.write("\r\u001b[K");
    const columns = [step.name, sent, came].map((text, index) => column(text, COLUMNS[index])).join("");
    this.#print(`  ${columns}${isPassed ? this.#paint(32, verdict) : this.#paint(31, verdict)}`);
    for (const { id, refuses, path, detail, text } of issues) {
      const about = [id, path, detail, text.en].filter((part) => part !== "").join(" · ");
      this.#print(`    ${refuses ? this.#paint(31, "✗") : this.#paint(33, "!")} ${about}`);
    }
    if (!isPassed) for (const note of this.#notes) this.#print(note.replace(/^/gm, "      "));
  }

  abandon() {
    this.#print("    the rest of this order was not played");
  }

  has(name) {
    return this.#names.has(name);
  }

  /** All that was exchanged, by every acceptance point. */
  judge(trace) {
    this.#points = checkTrace(trace).points;
    for (const { id, verdict } of this.#points) if (verdict === "failed") this.failed.push(id);
  }

  end() {
    this.#print(`\n${this.#paint(1, "acceptance points, judged over all that was exchanged")}`);
    const words = { passed: 32, failed: 31, notExercised: 33, unchecked: 33 };
    for (const { id, section, text, verdict, findings } of this.#points) {
      const columns = [id, section, text.en].map((one, index) => column(one, [24, 14, 74][index])).join("");
      this.#print(`  ${columns}${this.#paint(words[verdict], verdict)}`);
      if (verdict !== "failed") continue;
      for (const { exchange, path, detail } of findings) this.#print(`    exchange ${exchange}: ${path} ${detail}`);
    }
    this.#print();
    for (const name of this.failed) this.#print(`failed: ${name}`);
    this.#print(`${this.passed} passed, ${this.failed.length} failed`);
  }
}
