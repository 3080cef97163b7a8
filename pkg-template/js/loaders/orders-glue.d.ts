// What the module of orders exports, as src/wasm/orders.rs says it; wasm-bindgen makes orders-glue.js. For the package's own
// files only.

// It has what the module of messages has, too.
export * from "./glue.js";

export declare function ticket_order_apply(snapshot: number, event: number, settings: number, now: number): number;
export declare function order_service(settings: number, deadline: number): number;
export declare function order_receive(
  supplier: number,
  service: number,
  head: number,
  body: number,
  now: number,
  steady: number,
): number;
export declare function order_begin(
  service: number,
  canSend: boolean,
  event: number,
  orderId: number,
  now: number,
  steady: number,
): number;
export declare function order_begin_end(job: number, supplier: number, end: number, now: number, steady: number): number;
export declare function order_advance(job: number, input: number, length: number, now: number, steady: number): number;
export declare function order_ended(
  job: number,
  supplier: number,
  end: number,
  snapshot: number,
  isLoaded: boolean,
  now: number,
  steady: number,
): number;
export declare function order_end(job: number): void;
export declare function ticket_accept(strict: boolean, length: number): number;
export declare function ticket_change_mail(length: number, now: number): number;
export declare function ticket_redact(message: number, length: number): void;
export declare function ride_order_apply(order: number, event: number, calls: number, now: number): number;
export declare function ride_call_record(calls: number, call: number, now: number): number;
export declare function ride_job_begin(
  work: number,
  settings: number,
  key: number,
  event: number,
  now: number,
  steady: number,
): number;
export declare function ride_job_advance(job: number, kind: number, length: number, now: number, steady: number): number;
export declare function ride_job_drop(job: number): void;
export declare function sorted_sign(secret: number, prefix: boolean, length: number): number;

export declare function ba_sign(length: number): number;
export declare function ba_verify(length: number): number;
export declare function parse_http_date(length: number): number;
export declare function ba_diagnose(length: number): number;
