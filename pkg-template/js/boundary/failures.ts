// Errors of modules that have refused input, and of requests that Meituan has not accepted.

import { bothOf } from "../errors/details.js";
import { type Details, MeituanError } from "../errors/error.js";
import type { Finding } from "../errors/finding.js";
import type { ErrorCode, RuleId } from "../generated/messages.js";
import { rules, type Text } from "../generated/texts.js";

/** Why a call of a module failed, as it writes that. */
export interface Failure {
  readonly code: ErrorCode;
  readonly path: string;
  readonly rule?: RuleId;
  readonly detail: string;
  readonly stringToSign?: string;
  readonly issues: readonly Finding[];
  readonly remoteCode?: number;
  readonly remoteName?: string;
  readonly describe?: string;
  readonly retryable?: boolean;
  /** Whether it is the refusal of a gateway, whose numbers are no codes of the API. */
  readonly gateway?: boolean;
  readonly traceId?: string;
  readonly httpStatus?: number;
}

/** A failure of a module's as an error, with what the broken rule demands. */
export const errorOf = (failure: Failure, more?: Details): MeituanError =>
  new MeituanError(failure.code, { ...failure, detail: bothOf(failure.detail), demand: demandOf(failure.rule), ...more });

function demandOf(rule: RuleId | undefined): Text | undefined {
  if (rule === undefined || !Object.hasOwn(rules, rule)) return undefined;
  const { en, zh } = rules[rule];
  return { en, zh };
}

/**
 * The error of a request that Meituan has not accepted.
 * @param name of the request
 */
export function rejected(name: string, failure: Failure, more?: Details): MeituanError {
  const { code, detail, httpStatus, remoteCode } = failure;
  const known = { remoteCode: remoteCode || undefined, ...more };
  if (code !== "REMOTE_REJECTED") return errorOf(failure, known);
  const words = httpStatus === undefined ? detail : `with ${detail}`;
  return errorOf(failure, { ...known, detail: { en: `${name} was answered ${words}`, zh: `${name} 的应答为 ${detail}` } });
}
