// Amounts are whole fen. They are made from decimal text digit by digit, never by multiplying a binary float.

import { MeituanError } from "./errors.js";

/** @typedef {import("./messages.js").Fen} Fen */

/**
 * @param {number} amount
 * @returns {Fen}
 */
export function fen(amount) {
  if (!Number.isSafeInteger(amount))
    throw new MeituanError("INVALID_MONEY", { detail: `${String(amount)} is not a whole number of fen` });
  return /** @type {Fen} */ (amount);
}

const YUAN = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/;

/**
 * @param {string | number} amount
 * @returns {Fen}
 */
export function yuan(amount) {
  // A number's own decimal text is what its writer meant: 580.1 is 580.1, and 0.1 + 0.2 has seventeen places.
  const [, sign, whole, places = ""] = YUAN.exec(String(amount)) ?? [];
  const size = Number(whole + places.padEnd(2, "0"));
  if (whole === undefined || !Number.isSafeInteger(size)) {
    throw new MeituanError("INVALID_MONEY", { detail: `${String(amount)} is not decimal yuan with at most two places` });
  }
  return /** @type {Fen} */ (sign && size ? -size : size);
}

/** @param {Fen} amount */
export function formatYuan(amount) {
  const digits = String(Math.abs(fen(amount))).padStart(3, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
