// Measures the named cases as at the edge, where there is no Buffer: `node edge.mjs <name…>` prints a line of JSON for each row.

// Node reads its own fetch when that is first named, and needs Buffer then.
if (typeof Response !== "function") throw new Error("no fetch");
Reflect.deleteProperty(globalThis, "Buffer");

// Whoever looks for Buffer does so when it is imported.
const { cases } = await import("./cases.mjs");
const { measureCase } = await import("./contest.mjs");

const names = process.argv.slice(2);
for (const contest of cases.filter(({ name }) => names.includes(name))) {
  for (const row of await measureCase(contest)) console.log(JSON.stringify(row));
}
