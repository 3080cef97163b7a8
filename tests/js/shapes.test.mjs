// Objects that every call reads are no dictionaries: V8 needs some fifty instructions for a field of a dictionary, and two where it knows the
// place. What makes a dictionary is easily written (a getter in a literal, a getter of each object's own), and nothing but the time shows it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { Session } from "node:inspector";
import { describe, it } from "node:test";
import { CREATE, signed, supplier, wire } from "./ticket-support.mjs";

const dist = (file) => new URL(`../../pkg/dist/${file}`, import.meta.url).href;

const PROGRAM = `
const { configure: ticket } = await import(${JSON.stringify(dist("ticket/configuration.js"))});
const { configure: ride } = await import(${JSON.stringify(dist("ride/configuration.js"))});
const { CREATE, options, signed, supplier, wire } = await import(${JSON.stringify(new URL("ticket-support.mjs", import.meta.url).href)});
const { MemoryStore } = await import("meituan-protocol/testing");
const found = {};
const look = (objects) => { for (const [name, object] of Object.entries(objects)) found[name] = %HasFastProperties(object); };
const request = signed("/mt/create", wire(CREATE));
const call = supplier.receiveSync(request);
const sent = supplier.requests.heartbeat(undefined, { uri: "/beat" });
look({
  "the configuration of a supplier": ticket(options),
  "the configuration of a client": ride({ entId: 1, accessKey: "AK", secretKey: "AAECAwQFBgcICQoLDA0ODw==", routes: {} }),
  call,
  "the body of a call": call.body,
  "a reply": call.ok({ partnerOrderId: "P1" }),
  "a request": sent,
  "its headers": sent.headers,
  "a dictionary": Object.create(null),
});
const handler = supplier.handler({
  store: new MemoryStore(),
  orderCreate(task) {
    found.tasks = (found.tasks ?? 0) + 1;
    look({ "a call for a function": task });
    return { partnerOrderId: "P1" };
  },
  orderPay: () => ({ voucherType: 0 }),
  orderRefund: () => undefined,
});
// What differs between two of a kind is seen in the second one.
for (const orderId of ["1", "2"]) {
  const { url, ...how } = signed("/mt/create", wire(CREATE, orderId));
  await handler(new Request("https://supplier.example" + url, how));
}
console.log(JSON.stringify(found));
`;

describe("what every call reads", () => {
  it("is no dictionary", () => {
    const printed = execFileSync(process.execPath, ["--allow-natives-syntax", "--input-type=module", "--eval", PROGRAM], {
      encoding: "utf8",
      cwd: new URL(".", import.meta.url),
    });
    const { "a dictionary": aDictionary, tasks, ...found } = JSON.parse(printed);
    assert.deepEqual([aDictionary, tasks], [false, 2]);
    assert.equal(Object.keys(found).length, 8, printed);
    assert.deepEqual(
      Object.keys(found).filter((name) => !found[name]),
      [],
    );
  });
});

describe("an object that a call has", () => {
  it("is plain, for programs and for debuggers, however many fields it may have", () => {
    const visitor = { name: "张三", pinyin: "zhangsan", mobile: "13500000000", address: "北京", postCode: "100102", gender: 1 };
    const { body } = supplier.receiveSync(signed("/mt/create", wire({ ...CREATE, visitors: [visitor, visitor] })));
    const [first] = body.visitors;
    assert.equal(Object.getPrototypeOf(first), Object.prototype);
    assert.deepEqual(body.visitors, [visitor, visitor]);
    assert.deepEqual(Object.keys(first), Object.keys(visitor));

    const session = new Session();
    session.connect();
    globalThis.shown = first;
    const seen = [];
    // What is thrown in there is not told.
    session.post("Runtime.evaluate", { expression: "shown" }, (error, answer) => seen.push([error, answer?.result]));
    session.disconnect();
    delete globalThis.shown;
    const [[error, { className, description }]] = seen;
    assert.deepEqual([error, className, description], [null, "Object", "Object"]);
  });
});
