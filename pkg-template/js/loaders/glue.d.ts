// What the module of messages exports, as src/wasm says it; wasm-bindgen makes glue.js. For the package's own files only.

import type { Finding } from "../errors/error.js";
import type { ErrorCode } from "../generated/messages.js";

export interface Failure {
  readonly code: ErrorCode;
  readonly path: string;
  readonly rule?: Finding["rule"];
  readonly detail: string;
  readonly stringToSign?: string;
  readonly issues: readonly Finding[];
  readonly remoteCode?: number;
  readonly remoteName?: string;
  readonly describe?: string;
  readonly retryable?: boolean;
  readonly gateway?: boolean;
  readonly traceId?: string;
  readonly httpStatus?: number;
}

export declare function initSync(options: { module: Uint8Array | WebAssembly.Module }): { readonly memory: WebAssembly.Memory };

export declare function input(length: number): number;
export declare function result(): number;
export declare function write_error(): void;
export declare function write_findings(): void;
export declare function read_message(message: number, program: boolean, length: number, quantity: number, now: number): number;
export declare function write_message(message: number, length: number): void;

export declare function ticket_supplier(length: number): number;
export declare function ticket_receive(supplier: number, head: number, body: number, now: number): number;
export declare function ticket_reply(
  supplier: number,
  call: number,
  outcome: number,
  asked: number,
  beside: number,
  body: number,
  quantity: number,
  receivedAt: number,
  now: number,
  encrypted: boolean,
): number;
export declare function ticket_request(supplier: number, call: number, length: number): number;
export declare function ticket_refuse(supplier: number, head: number, found: number): void;
export declare function ticket_fault(supplier: number, call: number, length: number, encrypted: boolean): void;
export declare function ticket_fail(
  supplier: number,
  call: number,
  how: number,
  code: number,
  length: number,
  encrypted: boolean,
): number;
export declare function ticket_read_reply(supplier: number, call: number, status: number, length: number, quantity: number): number;
export declare function ride_refuse(length: number): void;
export declare function ride_answer(code: number, length: number): number;
export declare function ticket_sign(supplier: number, uri: number, signed: number, now: number): number;
export declare function ticket_seal(supplier: number, length: number): number;
export declare function ticket_open(supplier: number, length: number): number;

export declare function ride_client(length: number): number;
export declare function ride_request(client: number, of: number, length: number, now: number): number;
export declare function ride_read_reply(client: number, of: number, status: number, length: number): number;
export declare function ride_receive(client: number, head: number, body: number, now: number): number;
export declare function envelope_key(length: number, hasCipher: boolean): number;
export declare function envelope_seal(length: number): number;
export declare function envelope_open(length: number): number;
/** What the module calls, from within a call of its own, must not throw and must not call the module. */
export declare function host_ciphers(ciphers: {
  apply(number: number, decrypts: boolean, key: number, vector: number, blocks: number, length: number): boolean;
}): void;
export declare function ride_check(of: number, isReply: boolean, length: number): number;
