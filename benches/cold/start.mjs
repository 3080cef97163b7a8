// A cold start: `node start.mjs <bundle> <call>` imports the bundle, gives it its first call, and prints how many milliseconds
// that took together, and the answer.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , bundle, file] = process.argv;
const { body, ...head } = JSON.parse(readFileSync(file, "utf8"));
const call = { ...head, body: Buffer.from(body) };
const location = pathToFileURL(bundle).href;

const begin = performance.now();
const { answer } = await import(location);
const reply = await answer(call);
const milliseconds = performance.now() - begin;

console.log(JSON.stringify({ milliseconds, body: JSON.parse(reply.body) }));
