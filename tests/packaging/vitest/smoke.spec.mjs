import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { suite } from "./suite.mjs";

test("the smoke passes", async () => {
  const result = await suite();
  writeFileSync("result.json", JSON.stringify(result));
  expect(result.failures).toEqual([]);
});
