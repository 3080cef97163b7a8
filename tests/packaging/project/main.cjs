// The package as `require` loads it; the smoke itself imports nothing.
const library = {
  root: require("meituan-protocol"),
  ticket: require("meituan-protocol/ticket"),
  ride: require("meituan-protocol/ride"),
  testing: require("meituan-protocol/testing"),
};

(async () => {
  const { default: expected } = await import("./expected.mjs");
  const { smoke } = await import("./smoke.mjs");
  console.log(JSON.stringify(await smoke(library, expected)));
})();
