// What the compiler says of programs that do not compile.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * What the compiler prints of a program.
 * @param {string} name
 * @param {string} source
 * @returns {Promise<string>}
 */
function printedOf(name, source) {
  const folder = join(ROOT, "target/compiling");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.ts`), source);
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node", "--ignoreConfig"];
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(process.execPath, [compiler, ...options, join(folder, `${name}.ts`)], { cwd: folder }, (_error, out) => resolve(out));
  });
}

const HEAD = `import { TicketSupplier } from "meituan-protocol/ticket";
import { MemoryStore } from "meituan-protocol/testing";
declare const mt: TicketSupplier;
const orderCreate = () => ({ partnerOrderId: "1" });
`;

test("a handler with a store and without orderRefund: the compiler says that this function is missing", async () => {
  const printed = await printedOf(
    "missing-function",
    `${HEAD}export const endpoint = mt.handler({ store: new MemoryStore(), orderCreate, orderPay: (call) => call.issuing() });\n`,
  );
  assert.match(printed, /Property 'orderRefund' is missing/);
});

test("a handler without a store and with a function that is misspelt: the compiler says which one was meant", async () => {
  const printed = await printedOf("misspelt-function", `${HEAD}export const endpoint = mt.handler({ orderCreat: orderCreate });\n`);
  assert.match(printed, /Did you mean to write 'orderCreate'/);
});

test("a handler with all functions compiles, with a store and without", async () => {
  const functions = "orderCreate, orderPay: (call) => call.issuing(), orderRefund: (call) => call.pending()";
  const source = `${HEAD}export const stored = mt.handler({ store: new MemoryStore(), ${functions} });
export const storeless = mt.handler({ ${functions} });
stored.settle("1");
`;
  assert.equal(await printedOf("whole-handlers", source), "");
});
