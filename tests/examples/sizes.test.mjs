// Examples that people copy stay short. Comments, blank lines and imports are not counted.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../packaging/tools.mjs";

const MAX_LINES = 85;
/** The whole of what a supplier writes: in Rust less the store, which is copied as it is. */
const EXAMPLES = {
  "node-postgres, behind node:http": ["node-postgres/src/supplier.mjs", "node-postgres/src/http.mjs"],
  "node-postgres, behind Fastify": ["node-postgres/src/supplier.mjs", "node-postgres/src/fastify.mjs"],
  "node-postgres, in NestJS": ["node-postgres/src/supplier.mjs", "node-postgres/src/nest.ts"],
  "worker-d1": ["worker-d1/src/worker.ts"],
  "rust-sqlx": ["rust-sqlx/src/main.rs"],
};

/** The lines of code. @param {string} content */
const linesOf = (content) =>
  content
    .replaceAll(/\/\*.*?\*\//gs, "")
    .replaceAll(/^import \{[^}]*\} from /gm, "import ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:\/\/|import |use )/.test(line));

describe("the lines of code that a supplier writes", () => {
  for (const [name, files] of Object.entries(EXAMPLES)) {
    it(`are ${MAX_LINES} at most: ${name}`, () => {
      const lines = files.flatMap((file) => linesOf(readFileSync(join(ROOT, "examples", file), "utf8")));
      assert.ok(lines.length > 30, "no code was found");
      assert.ok(lines.length <= MAX_LINES, `${lines.length} lines`);
    });
  }

  it("make the same tables in Rust as in JavaScript", () => {
    const schemas = ["node-postgres", "rust-sqlx"].map((folder) =>
      readFileSync(join(ROOT, "examples", folder, "schema.sql"), "utf8"),
    );
    const tables = schemas.map((schema) => schema.replaceAll(/^--.*\n/gm, "").trim());
    assert.equal(tables[0], tables[1]);
  });
});
