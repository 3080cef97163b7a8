// meituan-protocol/slim: the same library around a module that the user brings.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";

const WASM = fileURLToPath(import.meta.resolve("meituan-protocol/meituan_protocol.wasm"));
const bytes = readFileSync(WASM);
const ORDERS_WASM = fileURLToPath(import.meta.resolve("meituan-protocol/meituan_protocol_orders.wasm"));
const TOP = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a module of its own in a process of its own: what is brought once stays. */
function play(source) {
  const lines = [
    'import { readFileSync } from "node:fs";',
    'import * as slim from "meituan-protocol/slim";',
    `const bytes = readFileSync(${JSON.stringify(WASM)});`,
    `const orders = readFileSync(${JSON.stringify(ORDERS_WASM)});`,
    'const sealed = () => slim.sealEnvelope("AAECAwQFBgcICQoLDA0ODw==", "a");',
    'const judged = () => slim.transition(null, { refundAgreed: { refundId: "R" } }, { now: 0 }).kind;',
    "const thrown = (work) => { try { work(); } catch ({ code, path, detail }) { return code + ' ' + path + ': ' + detail; } };",
    source,
  ];
  const options = { encoding: "utf8", cwd: TOP };
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", lines.join("\n")], options);
  assert.equal(child.status, 0, child.stderr);
  return child.stdout.trimEnd();
}

const cipher = createCipheriv("aes-128-ecb", Buffer.from("AAECAwQFBgcICQoLDA0ODw==", "base64"), null);
const SEALED = Buffer.concat([cipher.update("a"), cipher.final()]).toString("base64url");

describe("meituan-protocol/slim", () => {
  for (const [what, bring] of [
    ["the bytes", "slim.initSync(bytes);"],
    ["a buffer", "slim.initSync(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));"],
    ["a compiled module", "slim.initSync(new WebAssembly.Module(bytes));"],
    ["the bytes, later", "await slim.init(bytes);"],
    ["a compiled module, later", "await slim.init(WebAssembly.compile(bytes));"],
    ["a response", 'await slim.init(new Response(bytes, { headers: { "content-type": "application/wasm" } }));'],
    [
      "a response to come",
      'await slim.init(Promise.resolve(new Response(bytes, { headers: { "content-type": "application/wasm" } })));',
    ],
    ["a response without its type", "await slim.init(new Response(bytes));"],
    ["it twice", "slim.initSync(bytes); await slim.init(bytes);"],
  ]) {
    it(`works with ${what}`, () => assert.equal(play(`${bring}\nconsole.log(sealed());`), SEALED));
  }

  for (const [what, bring] of [
    ["the bytes", "slim.initSync(bytes, orders);"],
    ["a compiled module", "slim.initSync(bytes, new WebAssembly.Module(orders));"],
    ["a response to come", "await slim.init(bytes, Promise.resolve(new Response(orders)));"],
    ["the bytes, brought later", "slim.initSync(bytes); thrown(judged); slim.initSync(bytes, orders);"],
    ["the bytes, brought later and awaited", "slim.initSync(bytes); await slim.init(bytes, orders);"],
  ]) {
    it(`keeps orders with ${what} of their module`, () => assert.equal(play(`${bring}\nconsole.log(judged());`), "illegal"));
  }

  for (const [what, bring] of [
    ["the bytes", "slim.initSync(orders);"],
    ["a compiled module", "slim.initSync(new WebAssembly.Module(orders));"],
    ["a response", 'await slim.init(new Response(orders, { headers: { "content-type": "application/wasm" } }));'],
  ]) {
    it(`does everything with ${what} of the module of orders alone`, () => {
      assert.equal(play(`${bring}\nconsole.log(sealed(), judged());`), `${SEALED} illegal`);
    });
  }

  it("checks messages of either API without the module of orders", () => {
    const check = (name) => `slim.checkMessage(${JSON.stringify(name)}, "{}").issues[0].code`;
    const told = play(`slim.initSync(bytes); console.log(${check("ride.refunded.request")}, ${check("ticket.orderPay.request")});`);
    assert.equal(told, "MISSING_FIELD MISSING_FIELD");
  });

  it("says which module is missing when it is needed", () => {
    const mail = '{ kind: "upgrade", pmsName: "a", partnerId: 1, upgradeAt: 0, scope: "b", restoredAt: 0, salesContact: "c" }';
    for (const use of [
      "judged()",
      'slim.signSorted("a", {})',
      "slim.ride.standing(null, { now: 0 })",
      'slim.testing.checkTrace("{}")',
      `slim.changeOfEndpointMail(${mail}, { now: 0 })`,
    ]) {
      const told = play(`slim.initSync(bytes); console.log(thrown(() => ${use}));`);
      assert.match(told, /^INVALID_CONFIG meituan-protocol\/slim: this needs meituan_protocol_orders\.wasm/, use);
    }
  });

  it("compiles and instantiates nothing at import, and what keeps orders when it is first used", () => {
    const watch = `
      let made = 0;
      const count = (real) => class extends real { constructor(...given) { super(...given); made += 1; } };
      WebAssembly.Module = count(WebAssembly.Module);
      WebAssembly.Instance = count(WebAssembly.Instance);
      const { transition } = await import(process.env.ENTRY);
      const imported = made;
      for (const turn of process.env.TURNS) transition(null, { refundAgreed: { refundId: "R" } }, { now: 0 });
      console.log(imported, made);`;
    const made = (entry, turns, ...how) => {
      const options = { encoding: "utf8", cwd: TOP, env: { ...process.env, ENTRY: entry, TURNS: turns } };
      return spawnSync(process.execPath, [...how, "--input-type=module", "--eval", watch], options).stdout.trimEnd();
    };
    // The module of orders is read from its file.
    assert.equal(made("meituan-protocol", ""), "2 2");
    assert.equal(made("meituan-protocol", "123"), "2 4");
    // In a bundle, there is the module of orders, and the one that unpacks it.
    assert.equal(made("meituan-protocol", "", "--conditions=module"), "2 2");
    assert.equal(made("meituan-protocol", "123", "--conditions=module"), "2 6");
    assert.equal(made("meituan-protocol/slim", ""), "0 0");
  });

  it("checks settings of orders where their module is there, and takes them where it comes later", () => {
    const told = play(`
      const functions = { store: { load() {}, save() {} }, orderCreate() {}, orderPay() {}, orderRefund() {} };
      const make = (orders) => slim.ticket.handler({ config: () => ({}), orders, ...functions }).length;
      console.log(make({ leese: 1 }), make({ lease: 60000 }));
      slim.initSync(bytes, orders);
      console.log(make({ lease: 60000 }), thrown(() => make({ leese: 1 })));`);
    assert.match(told, /^1 1\n1 INVALID_CONFIG orders\.leese: /);
  });

  it("says so when it is called before it was brought anything", () => {
    const message = "INVALID_CONFIG meituan-protocol/slim: call init or initSync first";
    const settings = '{ partnerId: 1, clientId: "a", clientSecret: "b" }';
    for (const use of [
      "sealed()",
      `new slim.TicketSupplier(${settings})`,
      'slim.sealEnvelope("a", "")',
      'slim.checkMessage("ticket.orderPay.response", "")',
    ]) {
      assert.equal(play(`console.log(thrown(() => ${use}));`), message);
    }
  });

  it("refuses what is no module", () => {
    const refused = play(
      "for (const source of [undefined, {}, 'text', new Response()]) console.log(thrown(() => slim.initSync(source)));",
    );
    assert.equal(refused.split("\n").filter((line) => line.startsWith("INVALID_CONFIG meituan-protocol/slim: expected")).length, 4);
    const answered = play("await slim.init(new Response('', { status: 404 })).catch(({ detail }) => console.log(detail));");
    assert.equal(answered, "the request for meituan_protocol.wasm was answered with HTTP 404");
  });

  it("refuses a module that is not its own, and takes the right one afterwards", () => {
    const foreign = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])";
    for (const wrong of [`slim.initSync(${foreign})`, `slim.initSync(bytes, ${foreign})`, "slim.initSync(bytes.subarray(0, 99))"]) {
      const told = play(`console.log(thrown(() => ${wrong})); slim.initSync(bytes, orders); console.log(sealed(), judged());`);
      const [refused, worked] = told.split("\n");
      assert.match(refused, /^INVALID_CONFIG meituan-protocol\/slim: expected meituan_protocol(_orders)?\.wasm/, wrong);
      assert.equal(worked, `${SEALED} illegal`);
    }
    const later = play(
      `await slim.init(new Response(${foreign})).catch(({ code }) => console.log(code)); await slim.init(bytes); console.log(sealed());`,
    );
    assert.equal(later, `INVALID_CONFIG\n${SEALED}`);
  });

  it("takes a module that was compiled in another realm, without compiling it again", () => {
    const context = createContext({ bytes });
    assert.equal(runInContext("WebAssembly.Module", context) === WebAssembly.Module, false);
    const source = `
      import { createContext, runInContext } from "node:vm";
      const module = runInContext("new WebAssembly.Module(bytes)", createContext({ bytes }));
      slim.initSync(module);
      console.log(sealed());`;
    assert.equal(play(source), SEALED);
  });

  it("is the same library: same names, and one kind of error", async () => {
    const slim = await import("meituan-protocol/slim");
    const root = await import("meituan-protocol");
    for (const name of Object.keys(root)) assert.ok(name in slim, name);
    const apart = ["diagnosis", "init", "initSync", "ride", "testing", "ticket"];
    assert.deepEqual(
      Object.keys(slim)
        .filter((name) => !(name in root))
        .sort(),
      apart,
    );
    assert.equal(slim.MeituanError, root.MeituanError);
    for (const entry of ["diagnosis", "ride", "testing", "ticket"]) {
      const whole = await import(`meituan-protocol/${entry}`);
      assert.deepEqual(Object.keys(slim[entry]).sort(), Object.keys(whole).sort());
    }
  });

  it("stands beside the whole library without disturbing it", async () => {
    const slim = await import("meituan-protocol/slim");
    const whole = await import("meituan-protocol");
    slim.initSync(bytes);
    const key = "AAECAwQFBgcICQoLDA0ODw==";
    for (const text of ["short", "x".repeat(100_000), "again"]) {
      const content = slim.sealEnvelope(key, text);
      assert.equal(whole.openEnvelope(key, content), text);
      assert.equal(slim.openEnvelope(key, whole.sealEnvelope(key, text)), text);
    }
  });

  it("is there for require too", () => {
    const slim = createRequire(import.meta.url)("meituan-protocol/slim");
    slim.initSync(bytes);
    assert.equal(slim.ride.sealEnvelope("AAECAwQFBgcICQoLDA0ODw==", "a"), SEALED);
  });
});
