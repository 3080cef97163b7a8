// Recorded exchanges in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { boundary, made, requested } from "./orders-module.js";

/** A body without personal data, and without what its definition does not name, as JSON. */
export const redact = (message: number, body: string | Uint8Array): string =>
  requested([body], (length) => {
    glue.ticket_redact(message, length);
    return boundary.output();
  });

export const judgeTrace = (trace: string | Uint8Array, strict: boolean): any =>
  made([trace], (length) => glue.ticket_accept(strict, length));
