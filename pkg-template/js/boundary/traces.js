// Recorded exchanges in the module of orders.

import * as glue from "../loaders/orders-glue.js";
import { answered } from "./orders-module.js";

/**
 * A body without personal data, and without what its definition does not name, as JSON.
 * @param {number} message
 * @param {string | Uint8Array} body
 * @returns {string}
 */
export const redact = (message, body) => answered([body], (length) => glue.ticket_redact(message, length));

/**
 * @param {string | Uint8Array} trace
 * @param {boolean} strict
 * @returns {any}
 */
export const judgeTrace = (trace, strict) => JSON.parse(answered([trace], (length) => glue.ticket_accept(strict, length)));
