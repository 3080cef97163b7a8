// Texts that users see, compared as a whole with what is committed. `UPDATE_SNAPSHOTS=1` writes them anew: look at the difference then.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";

const FOLDER = new URL("snapshots/", import.meta.url);

/** @param {string} file below `tests/js/snapshots` @param {string} text */
export function matchesSnapshot(file, text) {
  const path = new URL(file, FOLDER);
  if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(path, text);
  assert.equal(
    text,
    readFileSync(path, "utf8"),
    `${file} has changed: run the test with UPDATE_SNAPSHOTS=1 and read the difference`,
  );
}
