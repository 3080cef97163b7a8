// `node document.mjs <results…>` renews the tables of docs/performance.md, by one file of main.mjs for each Node.

import { readFileSync, writeFileSync } from "node:fs";
import { documented } from "./tables.mjs";

const FILE = new URL("../docs/performance.md", import.meta.url);
const results = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
writeFileSync(FILE, documented(readFileSync(FILE, "utf8"), results));
