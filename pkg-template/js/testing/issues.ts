// Findings in messages and outcomes that are not as they must be, with the demands.

import { bothOf } from "../errors/details.js";
import type { MeituanError } from "../errors/error.js";
import { textsOf } from "../errors/sentences.js";
import type { ErrorCode, RuleId } from "../generated/messages.js";
import { rules, type Text } from "../generated/texts.js";

/** One thing about a message or an outcome that is not as it must be. */
export interface Issue {
  /** A rule, an error, or one of the checks of this side. */
  readonly id:
    | RuleId
    | ErrorCode
    | "reply.http-200"
    | "reply.listed-code"
    | "reply.echo"
    | "reply.partner-id"
    | "pay.issuing-bare"
    | "expected";
  /** Whether the verdict fails for it. */
  readonly refuses: boolean;
  /** The field; empty for the whole. */
  readonly path: string;
  /** The value that was found, in English. */
  readonly detail: string;
  /** The same in Chinese. */
  readonly detailZh: string;
  /** The demand. */
  readonly text: Text;
}

export type Verdict = "passed" | "failed";

/** Checks of a reply beside its definition. */
export const CHECKS = {
  "reply.http-200": {
    en: "the HTTP status is 200; the outcome is in the envelope (inferred)",
    zh: "HTTP 状态码为 200，结果由报文中的 code 表示（推断）",
  },
  "reply.listed-code": {
    en: "the code is one that Meituan lists for this call",
    zh: "code 按照美团给出的对接",
  },
  "reply.true-reason": {
    en: "a failure's describe states the true reason",
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
    en: "at this point of the order, another value is due",
    zh: "订单进行到此处，应为其他值",
  },
} as const;

export const verdictOf = (issues: readonly Issue[]): "passed" | "failed" =>
  issues.some(({ refuses }) => refuses) ? "failed" : "passed";

export function issueOf({
  code,
  refuses,
  path,
  rule,
  detail,
  detailZh = bothOf(detail).zh,
}: {
  code: string;
  refuses: boolean;
  path: string;
  rule?: RuleId;
  detail: string;
  detailZh?: string;
}): Issue {
  const { en, zh } = rule === undefined ? textsOf(code as any).meaning : rules[rule];
  const id = rule ?? (code as Issue["id"]);
  return { id, refuses, path, detail, detailZh, text: { en, zh } };
}

export function issueOfError(error: MeituanError) {
  const { code, path, detail, detailZh } = error;
  return issueOf({ code, path, detail, detailZh, refuses: true });
}
