// What the order machine does with an order, as data: the same files as in tests/ticket_order_cases.rs, which says what is in
// them, through the package.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MeituanError, transition } from "meituan-protocol/ticket";

const FOLDER = new URL("../vectors/order/", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, FOLDER), "utf8"));
const GIVEN = read("given.json");
const UNIT_STATES = ["free", "used", "refunded", "void", "replaced", "pending"];

const milliseconds = (wallClock) => {
  const at = Date.parse(`${wallClock.replace(" ", "T")}+08:00`);
  assert.ok(!Number.isNaN(at), wallClock);
  return at;
};

/** The value with its wall clocks as milliseconds. */
const clocked = (value) => {
  if (typeof value === "string") return value.startsWith("@") ? milliseconds(value.slice(1)) : value;
  if (Array.isArray(value)) return value.map(clocked);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, clocked(field)]));
};

/** Whether all that `expected` says is so. Lists have the same items, in any order. */
const says = (actual, expected) => {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false;
    const left = [...actual];
    return expected.every((item) => {
      const place = left.findIndex((other) => says(other, item));
      if (place >= 0) left.splice(place, 1);
      return place >= 0;
    });
  }
  if (expected === null) return actual === undefined || actual === null;
  if (typeof expected !== "object") return actual === expected;
  return (
    actual !== null && typeof actual === "object" && Object.entries(expected).every(([key, field]) => says(actual[key], field))
  );
};

const sum = (admissions = []) => admissions.reduce((total, { quantity }) => total + quantity, 0);

const ACTUAL = {
  error: ({ error }) => error?.path,
  refused: ({ error, outcome }) => {
    const failed = outcome?.reply !== undefined && ![200, 598, 601, 602].includes(outcome.reply.code);
    const nothing = outcome?.run === undefined && outcome?.next === undefined;
    return error !== undefined || (nothing && (failed || outcome.kind === "illegal"));
  },
  run: ({ outcome }) => outcome?.run?.key,
  order: ({ order }) => order,
  notices: ({ order }) => order?.notices,
  standing: ({ order }) => order?.conflicts.filter((each) => each.resolvedAt === undefined).map(({ breach }) => breach),
  admitted: ({ outcome }) => sum(outcome?.admissions),
  units: ({ order }) => Object.fromEntries((order?.units ?? []).map(({ voucher = "", state }) => [voucher, UNIT_STATES[state]])),
  query: ({ order, options }) => {
    const reply = attempt(order, { orderQuery: { orderId: order?.orderId } }, options).outcome?.reply;
    return { ...reply?.body, code: reply?.code };
  },
  reports: ({ outcome }) => outcome?.conflicts,
  reportIds: ({ outcome }) => outcome?.reports,
  dueFrom: ({ outcome }) => outcome?.due,
  dueBy: ({ outcome }) => outcome?.due,
};

const IS = {
  reports: (actual, expected) => actual?.includes(expected),
  dueFrom: (actual, expected) => actual >= expected,
  dueBy: (actual, expected) => actual <= expected,
  units: (actual, expected) => says(actual, expected) && says(expected, actual),
  notices: (actual, expected) => actual?.length === expected.length && expected.every((item, place) => says(actual[place], item)),
};

const attempt = (order, event, options) => {
  try {
    return { outcome: transition(order, event, options) };
  } catch (error) {
    if (!MeituanError.is(error)) throw error;
    return { error };
  }
};

const play = ({ given, settings, steps }) => {
  const before = given === undefined ? [] : GIVEN[given];
  let order = null;
  let now = 0;
  for (const [index, { at, event, expect = {} }] of [...before, ...steps].entries()) {
    if (at !== undefined) now = milliseconds(at);
    const options = { now, ...(settings && { settings: clocked(settings) }) };
    const { outcome, error } = attempt(order, clocked(event), options);
    order = outcome?.next ?? order;
    if (expect.error === undefined && expect.refused === undefined) assert.equal(error, undefined, `step ${index}`);
    for (const [name, raw] of Object.entries(expect)) {
      const expected = clocked(raw);
      const actual = ACTUAL[name] ? ACTUAL[name]({ outcome, error, order, options }) : outcome?.[name];
      const told = `step ${index}: ${name} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
      assert.ok((IS[name] ?? says)(actual, expected), told);
    }
  }
};

const subjects = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
for (const { name: subject } of subjects) {
  describe(`an order: ${subject}`, () => {
    for (const file of readdirSync(new URL(`${subject}/`, FOLDER))) {
      const vector = read(`${subject}/${file}`);
      it(vector.name, () => play(vector));
    }
  });
}
