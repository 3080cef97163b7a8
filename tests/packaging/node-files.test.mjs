// What Node loads where nothing is bundled: few files, and the wasm from its own; and what it says where a bundler left that behind.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { binary, pack, project, ROOT, run } from "./tools.mjs";

const { exports } = JSON.parse(readFileSync(join(ROOT, "pkg/package.json"), "utf8"));
const entries = Object.entries(exports).filter(([, { import: by }]) => by?.node !== undefined);
const WASM = { messages: "dist/meituan_protocol.wasm", orders: "dist/meituan_protocol_orders.wasm" };

/** What a program prints of the error, if there is one. */
const TELL = `(error) => console.log(JSON.stringify({ ...error.toJSON(), hint: error.hint, hintZh: error.hintZh }))`;
const MESSAGES = `import("meituan-protocol/ticket").then(() => console.log('{"code":"none"}'), ${TELL});`;
const ORDERS = `import("meituan-protocol/ticket").then(({ transition }) => {
  try { console.log(JSON.stringify(transition(null, { orderPay: { orderId: "1" } }, { now: 0 }))); } catch (error) { (${TELL})(error); }
});`;

/** @param {string} folder @param {string} text @param {string} name */
async function printed(folder, text, name = "told.mjs") {
  writeFileSync(join(folder, name), text);
  return JSON.parse(await run(process.execPath, [name], { cwd: folder }));
}

/** @param {Record<string, string>} told @param {string} file */
function saysWhatToDo(told, file) {
  assert.equal(told.code, "WASM_UNAVAILABLE");
  assert.equal(told.path, basename(file));
  assert.match(told.detail, /ENOENT|Invalid URL|ERR_INVALID_URL/);
  assert.match(told.hint, /conditions/);
  assert.match(told.hintZh, /打包工具/);
}

describe("on Node, unbundled,", { timeout: 300_000 }, () => {
  /** @type {string} */
  let folder;
  before(async () => {
    folder = await project("node-files", await pack(), { expected: null });
  });

  for (const [entry, targets] of entries) {
    test(`${entry} is few files, without inlined wasm`, async () => {
      const entryPoints = [join(ROOT, "pkg", targets.import.node)];
      const how = /** @type {const} */ ({ bundle: true, write: false, format: "esm", platform: "node", conditions: ["node"] });
      const { metafile } = await build({ entryPoints, ...how, metafile: true, logLevel: "error" });
      const files = Object.keys(metafile.inputs);
      assert.ok(files.length <= 8, files.join("\n"));
      assert.ok(!files.some((file) => file.includes("-inline")), files.join("\n"));
    });
  }

  test("an error's stack names functions", async () => {
    const { stack } = await printed(
      folder,
      `import { TicketSupplier } from "meituan-protocol/ticket";
       const supplier = new TicketSupplier({ partnerId: 1122, clientId: "a", clientSecret: "b", routes: { "/a": "orderPay" } });
       try { supplier.receiveSync({ method: "POST", url: "/a", headers: {}, body: "" }); } catch ({ stack }) { console.log(JSON.stringify({ stack })); }`,
    );
    assert.match(stack, /at TicketSupplier\.receiveSync \(.*\/dist\/node\/.*:\d+:\d+\)/);
  });

  test("require loads few files, and the wasm from its own", async () => {
    const { files } = await printed(
      folder,
      `const { transition } = require("meituan-protocol/ticket");
       transition(null, { orderPay: { orderId: "1" } }, { now: 0 });
       console.log(JSON.stringify({ files: Object.keys(require.cache) }));`,
      "told.cjs",
    );
    assert.ok(files.length <= 9, files.join("\n"));
    assert.ok(!files.some((/** @type {string} */ file) => file.includes("-inline")), files.join("\n"));
  });
});

describe("without the wasm's file", { timeout: 300_000 }, () => {
  test("import says so", async () => {
    const folder = await project("node-no-messages", await pack(WASM.messages), { expected: null });
    saysWhatToDo(await printed(folder, MESSAGES), WASM.messages);
  });

  test("the first call that needs the orders' says so", async () => {
    const folder = await project("node-no-orders", await pack(WASM.orders), { expected: null });
    saysWhatToDo(await printed(folder, ORDERS), WASM.orders);
  });

  test("require has it inside", async () => {
    const folder = await project("node-no-file", await pack(WASM.messages), { expected: null });
    const { code } = await printed(
      folder,
      'console.log(JSON.stringify(new (require("meituan-protocol").MeituanError)("NO_REPLY")));',
      "told.cjs",
    );
    assert.equal(code, "NO_REPLY");
    const told = await printed(
      folder,
      'require("meituan-protocol/ride").sealEnvelope("AAECAwQFBgcICQoLDA0ODw==", "a"); console.log("{}");',
      "told.cjs",
    );
    assert.deepEqual(told, {});
  });
});

describe("a bundler that leaves the file behind", { timeout: 300_000 }, () => {
  /** @type {string} */
  let folder;
  before(async () => {
    folder = await project("left-behind", await pack(), { expected: null });
    writeFileSync(join(folder, "use.mjs"), MESSAGES);
  });

  /** What is deployed is the bundle alone. @param {string} file */
  function deployed(file) {
    const place = join(folder, `deployed-${basename(file)}`);
    mkdirSync(place);
    cpSync(file, join(place, "main.mjs"));
    return printed(place, readFileSync(file, "utf8"), "main.mjs");
  }

  /** @param {string} name @param {string[]} conditions */
  async function withEsbuild(name, conditions) {
    const outfile = join(folder, `${name}.mjs`);
    const how = /** @type {const} */ ({ bundle: true, format: "esm", platform: "node", conditions, logLevel: "error" });
    await build({ entryPoints: [join(folder, "use.mjs")], absWorkingDir: folder, outfile, ...how });
    return deployed(outfile);
  }

  test("is esbuild with conditions of one's own, and the error says so", async () => {
    saysWhatToDo(await withEsbuild("own", ["own"]), WASM.messages);
  });

  test("is no more, once it does what the hint says", async () => {
    assert.equal((await withEsbuild("mended", ["own", "module"])).code, "none");
  });

  test("is not Bun's for Node: it sets the condition", async () => {
    const options = ["build", "--target=node", "--outfile=bun.mjs", "use.mjs"];
    await run(binary("bun", "@oven"), options, { cwd: folder });
    assert.equal((await deployed(join(folder, "bun.mjs"))).code, "none");
  });
});

describe("copies of the library in one process", { timeout: 300_000 }, () => {
  test("are apart, know each other's errors, and take each other's values", async () => {
    const folder = await project("copies", await pack(), { expected: null });
    const found = await printed(
      folder,
      `import { createRequire } from "node:module";
       import * as imported from "meituan-protocol/ticket";
       import * as apart from "./node_modules/meituan-protocol/dist/entries/ticket.js";
       const required = createRequire(import.meta.url)("meituan-protocol/ticket");
       const KEYS = { partnerId: 1122, clientId: "a", clientSecret: "b", routes: { "/a": "orderPay" } };
       const copies = [imported, apart, required];
       const refused = ({ TicketSupplier }) => {
         try { new TicketSupplier(KEYS).receiveSync({ method: "POST", url: "/a", headers: {}, body: "" }); } catch (error) { return error; }
       };
       const found = { isOne: new Set(copies.map(({ TicketSupplier }) => TicketSupplier)).size, errors: [], orders: [], codes: [] };
       for (const one of copies) {
         for (const other of copies) {
           found.errors.push(other.MeituanError.is(refused(one)));
           found.codes.push(refused(one).toReply().code);
           const order = { orderId: "1", partnerDealId: "1", mtDealId: 1, buyPrice: 1, unitPrice: 1, totalPrice: 1, quantity: 1 };
           const { next } = one.transition(null, { orderCreate: order }, { now: 0 });
           found.orders.push(other.transition(next, { orderCreate: order }, { now: 0 }).kind);
         }
       }
       try {
         const { consumeNotice } = new imported.TicketSupplier(KEYS).requests;
         consumeNotice.call(new required.TicketSupplier(KEYS).requests, {});
       } catch ({ code, path, hint, hintZh }) { found.handle = { code, path, hint: hint !== "", hintZh: hintZh !== "" }; }
       console.log(JSON.stringify(found));`,
    );
    assert.equal(found.isOne, 3);
    assert.deepEqual(new Set(found.errors), new Set([true]));
    assert.deepEqual(new Set(found.orders), new Set(["duplicate"]));
    assert.equal(new Set(found.codes).size, 1);
    assert.deepEqual(found.handle, { code: "INVALID_CONFIG", path: "this", hint: true, hintZh: true });
  });
});
