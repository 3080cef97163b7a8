// Plays Meituan against the example supplier and tells, step by step, whether it answers as Meituan demands; then plays
// two rides between the library's client and a stand-in of Meituan Enterprise.
//
//   node tests/demo/run.mjs [--break <step>]
//
// --break tampers with what comes back in one step, to show that the demo would notice.

import { parseArgs } from "node:util";
import { Report } from "../../pkg/dist/cli/report.js";
import { playRides } from "./ride-life.mjs";
import { playTicketOrders } from "./ticket-life.mjs";

const { values } = parseArgs({ options: { break: { type: "string" } } });
const report = new Report(process.stdout);

await playTicketOrders(report, values.break);
await playRides(report, values.break);

report.end();
if (values.break !== undefined && !report.has(values.break)) {
  console.error(`there is no step called ${values.break}`);
  process.exitCode = 2;
} else {
  process.exitCode = report.failed.length === 0 ? 0 : 1;
}
