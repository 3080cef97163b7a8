// Orders of the ticket API in the module of orders (src/wasm/orders.rs and service.rs are its other side).

import type { MeituanError } from "../errors/error.js";
import { read } from "../generated/ticket-messages.js";
import * as glue from "../loaders/orders-glue.js";
import { steady } from "../runtime/time-limits.js";
import { duration } from "../values/arguments.js";
import { invalid } from "../values/faults.js";
import { stringify } from "../values/json.js";
import { optionsOf, record } from "../values/options.js";
import { Snapshot } from "../values/snapshot.js";
import { ASCII, CALL, ENCRYPTED, JOB, MARKS, NONE, NOTHING, SAVED, SLOTS, TEXT } from "./boundary.js";
import { type Advanced, type Begun, existing, Job, stepIn } from "./jobs.js";
import type { Opened } from "./opened.js";
import { about, answered, boundary, given, requested, told } from "./orders-module.js";
import { Places } from "./places.js";
import { open, root } from "./slots.js";
import type { ReceivedParts } from "./ticket-calls.js";

/**
 * The result of an event (src/ticket/order/boundary.rs).
 * @param order as stored
 */
export const applyToOrder = (order: object | undefined, event: object, settings: object, now: number): any =>
  JSON.parse(
    about(
      () =>
        answered([given(order, "order"), given(event), given(settings, "settings")], (order, event, settings) =>
          glue.ticket_order_apply(order, event, settings, now),
        ),
      Object.create(event, { order: { value: order }, settings: { value: settings } }),
      "event",
    ),
  );

/** A step as a job has written it, with the order that it saves. Within the same call. */
function stepOf(output: string): any {
  const step = stepIn(output);
  if (step.save) step.save.snapshot = Snapshot.ofJson(boundary.text(SAVED));
  return step;
}

/** @param work 0 where the job is made */
function begun(work: () => number): Begun {
  return boundary.call(() => {
    let output = "";
    const make = () => {
      output = told(work());
      return boundary.row[JOB];
    };
    const job = new Job(make, glue.order_end);
    return { job, step: stepOf(output) };
  });
}

/** Inputs of a job, by the numbers of src/wasm/service.rs. */
export const INPUT = { LOADED: 1, CONFLICT: 2, STORE_FAILED: 3, STORE_LATE: 4, RESUMED: 5, LATE: 6, SENT: 7 };

let suppliers: Places | undefined;
/** Made when the first is opened: bundlers keep what is made at import, and the exports that it names. */
const places = (): Places => {
  suppliers ??= new Places(boundary, "suppliers", glue.ticket_supplier);
  return suppliers;
};

/** @param settings as src/wasm/ticket.rs names them */
export const openOrderSupplier = (settings: object): Opened => places().open(settings, stringify(settings));

/**
 * @param settings of the order rules
 * @returns the service's number
 */
export function openService(settings: object, deadlineMs: number | undefined = Number.NaN): number {
  const text = stringify(settings, "orders", "INVALID_CONFIG");
  try {
    const number = about(() => numberOf([text], (length) => glue.order_service(length, deadlineMs)), { settings });
    boundary.keep(`service${deadlineMs}:${text}`, () => glue.order_service(boundary.putAlone(text), deadlineMs));
    return number;
  } catch (error) {
    const { code, path, detail, detailZh } = error as MeituanError;
    if (!path.startsWith("settings")) throw error;
    return invalid(path.replace("settings", "orders"), `${code} ${detail}`.trimEnd(), `${code} ${detailZh}`.trimEnd());
  }
}

/**
 * The same at once, so that what is wrong with the settings is said where they are given. If there are none, there are no errors,
 * and the module is made when it is needed; so is one that the user brings later.
 */
export function checkedService(settings: unknown, deadlineMs?: number): number | undefined {
  if (settings === undefined) return undefined;
  const given = record(settings, "orders");
  const { sendLimit } = optionsOf(given, "orders", ["sendLimit"]);
  if (sendLimit !== undefined) duration(sendLimit, "orders.sendLimit");
  try {
    return openService(given, deadlineMs);
  } catch (error) {
    if ((error as MeituanError).path.startsWith("orders")) throw error;
    return undefined;
  }
}

const numberOf = (parts: readonly string[], work: (...lengths: number[]) => number) =>
  requested(parts, (...lengths) => existing(work(...lengths)));

/**
 * Reads a call, as receiveCall of ticket-calls.js does, and begins to answer it where it is about an order.
 * @param head seven lines
 * @param began when the call came, by the steady clock: its time limit counts from then
 */
export function receiveOrderCall(
  { supplier, service }: { supplier: Opened; service: number },
  head: string,
  body: string | Uint8Array,
  now: number,
  began: number,
): ReceivedParts & { readonly begun?: Begun } {
  // The caller may overwrite the bytes; a job that is made again needs them as they were.
  const parts = [head, typeof body === "string" ? body : body.slice()];
  const received = () => {
    const number = supplier.number;
    const [headLength, bodyLength] = boundary.putAll(parts);
    return glue.order_receive(number, service, headLength, bodyLength, now, began) !== 0;
  };
  return boundary.call(() => {
    const refused = received();
    boundary.refresh();
    const { row, view } = boundary;
    const index = row[CALL] === NONE ? undefined : row[CALL];
    const encrypted = (row[MARKS] & ENCRYPTED) !== 0;
    if (refused || index === undefined)
      return { index, envelope: undefined, warnings: NOTHING, encrypted, error: boundary.refused() };
    const isAscii = (row[MARKS] & ASCII) !== 0;
    const isAtHand = typeof body === "string" && row[MARKS] === ASCII;
    open(view, row[SLOTS], row[TEXT], row[TEXT + 1], isAscii, isAtHand ? body : undefined);
    const envelope = read[index](root());
    const number = row[JOB];
    const step = stepOf(boundary.output());
    const warnings = boundary.findings();
    let isMade = true;
    const make = () => {
      if (isMade) {
        isMade = false;
        return number;
      }
      received();
      boundary.refresh();
      return boundary.row[JOB];
    };
    return { index, envelope, warnings, encrypted, error: undefined, begun: { job: new Job(make, glue.order_end), step } };
  });
}

/** Begins to record an event of an order; without one, to settle. */
export function beginJob(service: number, orderId: string, event: object | undefined, canSend: boolean, now: number): Begun {
  const text = given(event);
  const at = steady();
  const make = () => {
    const [length, digits] = boundary.putAll([text, orderId]);
    return glue.order_begin(service, canSend, length, digits, now, at);
  };
  return about(() => begun(make), event, "event");
}

/**
 * @param snapshot what is stored, of LOADED
 * @param at by the steady clock
 */
export const advanceJob = (job: Job, input: number, snapshot: Snapshot | undefined, now: number, at: number): Advanced =>
  job.input([snapshot?.json ?? ""], (number, length) => glue.order_advance(number, input, length, now, at), advanced);

/**
 * A job's function has ended. `stored` is what is stored, if that is loaded.
 * @param at by the steady clock
 */
export function advanceEnded(
  job: Job,
  supplier: Opened | undefined,
  end: any,
  stored: { snapshot: Snapshot } | null | undefined,
  now: number,
  at: number,
): Advanced {
  const parts = [endOf(end), stored?.snapshot.json ?? ""];
  const isLoaded = stored !== undefined;
  const input = (number: number, of: number, ...[end, snapshot]: number[]) =>
    glue.order_ended(number, of, end, snapshot, isLoaded, now, at);
  return job.inputOf(() => supplierOf(supplier, end), parts, input, advanced);
}

/**
 * Begins to record how a job's function ended, after the job.
 * @param at by the steady clock
 */
export function beginEnded(job: Job, supplier: Opened | undefined, end: any, now: number, at: number): Begun {
  const text = endOf(end);
  return begun(() =>
    job.lent((number) => {
      const of = supplierOf(supplier, end);
      return glue.order_begin_end(number, of, boundary.putAlone(text), now, at);
    }),
  );
}

const endOf = (end: any) => replyOf(end) ?? stringify(end);

const replyOf = (end: any) => (Object.hasOwn(end, "reply") ? end.reply : undefined);

/** Within a call, and before anything else of it is handed over: it may have to be opened. */
const supplierOf = (supplier: Opened | undefined, end: unknown): number =>
  replyOf(end) === undefined ? NONE : (supplier?.number ?? NONE);

function advanced(output: string): Advanced {
  const step = stepOf(output);
  if (step.then !== "reply") return { step, reply: undefined, warnings: NOTHING };
  const reply = boundary.text(TEXT);
  return { step, reply, warnings: boundary.findings() };
}
