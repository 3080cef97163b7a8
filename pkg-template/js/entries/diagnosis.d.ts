import type { MistakeId } from "../generated/mistakes.js";
import type { Text } from "../generated/texts.js";
import type { HeadersInput, RawBody } from "./ticket.js";

export { type MistakeId, mistakes } from "../generated/mistakes.js";

/** A request of the ticket API whose signature is in question, as it was sent. */
export interface QuestionedRequest {
  method: string;
  /** The whole URL, or the path with its query: what was signed of the host can be found by the whole URL alone. */
  url: string | URL;
  /** `Authorization`, `Date` and `PartnerId` are looked at. */
  headers: HeadersInput;
  /** To find out that it was signed too. */
  body?: RawBody | undefined;
  /** The clientId that was agreed on. */
  clientId?: string | undefined;
  /** The partnerId that was agreed on, where it is not that of the header. */
  partnerId?: number | string | undefined;
  /** The secret that should have been used; of a rotation, the others after it. */
  secrets: string | readonly string[];
}

/** What was found. */
export interface Diagnosis {
  /**
   * `right`: the signature is what it must be. `explained`: the mistakes make the very signature that was received.
   * `unexplained`: no known mistake does, nor a pair of them; those that are listed can be seen in the headers.
   */
  readonly outcome: "right" | "explained" | "unexplained";
  /** What must be signed. */
  readonly stringToSign: string;
  /** The signature that must come out; empty where no secret was given, or an id in its place. */
  readonly expected: string;
  /** The signature as it is in the header; empty where there is none. */
  readonly received: string;
  /** What was signed instead, where that was found. */
  readonly signed?: string;
  /** What was done wrong, and how to put it right. */
  readonly mistakes: ReadonlyArray<{ readonly id: MistakeId; readonly what: Text; readonly fix: Text }>;
}

/**
 * Finds out what was signed instead: the known mistakes are made again, alone and in pairs. It takes some milliseconds for
 * each secret, so it is for people, and not for each request. Nothing of it is a guess, and no secret is in what it returns.
 */
export declare function diagnose(request: QuestionedRequest): Diagnosis;
