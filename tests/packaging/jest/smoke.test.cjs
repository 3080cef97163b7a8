const { writeFileSync } = require("node:fs");
const expected = require("./expected.json");
const { smoke } = require("./smoke.cjs");

test("the smoke passes", async () => {
  const library = {
    root: require("meituan-protocol"),
    ticket: require("meituan-protocol/ticket"),
    ride: require("meituan-protocol/ride"),
    testing: require("meituan-protocol/testing"),
  };
  const result = await smoke(library, expected);
  writeFileSync("result.json", JSON.stringify(result));
  expect(result.failures).toEqual([]);
});
