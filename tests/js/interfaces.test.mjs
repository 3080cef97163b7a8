// Every interface has a folder of vectors, which Rust and JavaScript read alike.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { checkMessage, MESSAGES } from "meituan-protocol";

const VECTORS = new URL("../vectors/", import.meta.url);
/** When the messages are read: rules look at the day. */
const now = Date.UTC(2016, 10, 24);

const namesOf = (api) => [...new Set(MESSAGES.filter((name) => name.startsWith(`${api}.`)).map((name) => name.split(".")[1]))];

describe("the vectors of interfaces", () => {
  for (const api of ["ticket", "ride"]) {
    it(`are of all interfaces of the ${api} API, and of no other`, () => {
      assert.deepEqual(readdirSync(new URL(`${api}/`, VECTORS)).sort(), namesOf(api).sort());
    });
  }

  for (const name of namesOf("ticket")) {
    it(`of ${name} are read with the warnings that are expected`, () => {
      const file = (file) => readFileSync(new URL(`ticket/${name}/${file}.json`, VECTORS), "utf8");
      const expected = JSON.parse(file("expected-warnings"));
      for (const side of ["request", "response"]) {
        const { ok, issues } = checkMessage(`ticket.${name}.${side}`, file(side), { now });
        const found = issues.map(({ code, path, rule }) => ({ code, path, ...(rule && { rule }) }));
        assert.deepEqual([ok, found], [true, expected[side]], side);
      }
    });
  }
});
