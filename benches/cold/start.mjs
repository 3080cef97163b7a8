// A cold start: `node start.mjs <program> <call>` loads the program, gives it its first call, and prints how many milliseconds
// that took together, by the clock and of the processor's time, and the answer.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , program, file] = process.argv;
const { body, ...head } = JSON.parse(readFileSync(file, "utf8"));
const call = { ...head, body: Buffer.from(body) };
const location = pathToFileURL(program).href;
const require = createRequire(import.meta.url);

const cpu = process.cpuUsage();
const begin = performance.now();
const { answer } = program.endsWith(".cjs") ? require(program) : await import(location);
const reply = await answer(call);
const milliseconds = performance.now() - begin;
const { user, system } = process.cpuUsage(cpu);

console.log(JSON.stringify({ milliseconds, cpu: (user + system) / 1000, body: JSON.parse(reply.body) }));
