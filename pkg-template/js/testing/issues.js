// What is found in messages and outcomes that is not as it must be, with what is demanded.

import { bothOf } from "../errors/details.js";
import { textsOf } from "../errors/sentences.js";
import { rules } from "../generated/texts.js";

/**
 * @typedef {import("../entries/testing.js").Issue} Issue
 * @typedef {import("../errors/error.js").MeituanError} MeituanError
 */

/** What is looked at in a reply beside its definition. */
export const CHECKS = /** @type {const} */ ({
  "reply.http-200": {
    en: "the HTTP status is 200; the outcome is in the envelope (inferred)",
    zh: "HTTP 状态码为 200，结果由报文中的 code 表示（推断）",
  },
  "reply.listed-code": {
    en: "the code is one that Meituan lists for this call",
    zh: "code 按照美团给出的对接",
  },
  "reply.true-reason": {
    en: "a failure's describe tells the true reason",
    zh: "失败的 describe 要返回真实的失败原因",
  },
  "reply.echo": {
    en: "ids that the call named are repeated as they came; refundId above all",
    zh: "订单号、refundId 等须原样返回",
  },
  "reply.partner-id": {
    en: "partnerId is the supplier's own",
    zh: "partnerId 须为商家自己的编号",
  },
  "pay.issuing-bare": {
    en: "598 comes without codes: they follow by pay notice",
    zh: "返回 598 出票中时不带凭证，凭证由出票通知回传",
  },
  expected: {
    en: "at this point of the order's life, another value is due",
    zh: "订单进行到此处，应为其他值",
  },
});

/** @param {readonly Issue[]} issues @returns {"passed" | "failed"} */
export const verdictOf = (issues) => (issues.some(({ refuses }) => refuses) ? "failed" : "passed");

/**
 * @param {{ code: string, refuses: boolean, path: string, rule?: import("../generated/messages.js").RuleId, detail: string, detailZh?: string }} finding
 * @returns {Issue}
 */
export function issueOf({ code, refuses, path, rule, detail, detailZh = bothOf(detail).zh }) {
  const { en, zh } = rule === undefined ? textsOf(/** @type {any} */ (code)).meaning : rules[rule];
  const id = /** @type {Issue["id"]} */ (rule ?? code);
  return { id, refuses, path, detail, detailZh, text: { en, zh } };
}

/** @param {MeituanError} error */
export function issueOfError(error) {
  const { code, path, detail, detailZh } = error;
  return issueOf({ code, path, detail, detailZh, refuses: true });
}
