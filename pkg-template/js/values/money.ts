// Amounts are whole fen. They are made from decimal strings digit by digit, never by multiplying a binary float.

import { MeituanError } from "../errors/error.js";
import type { Fen } from "../generated/messages.js";
import { kindOf } from "./kinds.js";

/**
 * An amount in whole fen (1/100 yuan): `fen(58000)` is 580 yuan. Anything but a whole number throws `INVALID_MONEY`.
 *
 * @example
 * const price = fen(58000); // 580 yuan
 */
export function fen(amount: number): Fen {
  if (Number.isSafeInteger(amount)) return amount as Fen;
  const { en, zh } = shown(amount);
  throw new MeituanError("INVALID_MONEY", {
    path: "amount",
    detail: {
      en: `expected a whole number of fen, such as fen(5800), found ${en}${hint(amount, 'yuan accepts strings: yuan("58.00")')}`,
      zh: `应为以分为单位的整数，如 fen(5800)，实为${zh}${hint(amount, '字符串请用 yuan("58.00")', "：")}`,
    },
  });
}

const YUAN = /^(-?)(\d+)(?:\.(\d{1,2})0*)?$/;

/**
 * An amount from decimal yuan, exactly: `yuan("580.00")`. More than two places (0.1 + 0.2 has) throw `INVALID_MONEY`.
 *
 * @example
 * const price = yuan("580.00"); // 58000 fen
 */
export function yuan(amount: string | number): Fen {
  // A number's own decimal string is what its writer meant: 580.1 is 580.1, and 0.1 + 0.2 has seventeen places.
  const isAmount = typeof amount === "string" || typeof amount === "number";
  const [, sign, whole, places = ""] = (isAmount && YUAN.exec(String(amount))) || [];
  const size = Number(whole + places.padEnd(2, "0"));
  if (whole === undefined || !Number.isSafeInteger(size)) {
    const { en, zh } = shown(amount);
    throw new MeituanError("INVALID_MONEY", {
      path: "amount",
      detail: {
        en: `expected decimal yuan with at most two places, found ${en}`,
        zh: `应为最多两位小数的元，实为${zh}`,
      },
    });
  }
  return (sign && size ? -size : size) as Fen;
}

/** An amount names nobody: a string is shown as it is. */
function shown(amount: unknown) {
  if (typeof amount !== "string") return kindOf(amount);
  const text = JSON.stringify(amount.slice(0, 40));
  return { en: `the string ${text}`, zh: `字符串 ${text}` };
}

const hint = (amount: unknown, words: string, colon = ": ") => (typeof amount === "string" ? `${colon}${words}` : "");

/**
 * An amount as yuan with two places: `formatYuan(fen(58000))` is `"580.00"`.
 *
 * @example
 * formatYuan(fen(58000)); // "580.00"
 */
export function formatYuan(amount: Fen): string {
  const digits = String(Math.abs(fen(amount))).padStart(3, "0");
  return `${amount < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
