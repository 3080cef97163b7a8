// What it costs to bring the module of orders as a packed string: `node benches/unpack.mjs`. Each way runs in fresh processes: the
// string is read as a part of a program, and its bytes are made once, while all code is cold.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "./measure.mjs";

const PROCESSES = 41;
const LOADERS = new URL("../node_modules/meituan-protocol/dist/loaders/", import.meta.url);
const decode = JSON.stringify(fileURLToPath(new URL("decode.js", LOADERS)));
const wasm = readFileSync(new URL("../meituan_protocol_orders.wasm", LOADERS));
const { default: lz4 } = await import(new URL("wasm-orders-inline.js", LOADERS).href);
const deflated = deflateRawSync(wasm, { level: 9 }).toString("base64");

/** The text, and a function `bytes` that makes the module's bytes of it. @type {Record<string, { text: unknown, bytes: string }>} */
const WAYS = {
  "LZ4, by wasm": { text: lz4, bytes: `import { unpacked } from ${decode};\nexport const bytes = unpacked;` },
  "deflate, by fflate": {
    text: deflated,
    bytes: 'import { inflateSync } from "fflate";\nexport const bytes = (text) => inflateSync(Buffer.from(text, "base64"));',
  },
  "deflate, by node:zlib (not at the edge)": {
    text: deflated,
    bytes:
      'import { inflateRawSync } from "node:zlib";\nexport const bytes = (text) => inflateRawSync(Buffer.from(text, "base64"));',
  },
  "not packed": { text: wasm.toString("base64"), bytes: 'export const bytes = (text) => Buffer.from(text, "base64");' },
};

const folder = mkdtempSync(join(tmpdir(), "unpack-"));
try {
  const ways = [];
  for (const [name, { text, bytes }] of Object.entries(WAYS)) {
    const file = join(folder, `${ways.length}.mjs`);
    const contents = `${bytes}\nexport const text = ${JSON.stringify(text)};`;
    await build({
      ...{
        stdin: { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
        outfile: file,
        bundle: true,
        minify: true,
      },
      ...{ format: "esm", platform: "node", target: "node20", logLevel: "warning" },
    });
    ways.push({ name, file, characters: readFileSync(file, "utf8").length, read: [], made: [] });
  }
  const start = join(folder, "start.mjs");
  writeFileSync(
    start,
    `const cpu = () => { const { user, system } = process.cpuUsage(); return user + system; };
const before = cpu();
const { bytes, text } = await import(process.argv[2]);
const read = cpu();
const made = bytes(text);
console.log(JSON.stringify({ read: read - before, made: cpu() - read, length: made.length }));`,
  );
  for (let round = -1; round < PROCESSES; round++) {
    for (const way of ways) {
      const printed = execFileSync(process.execPath, [start, pathToFileURL(way.file).href], { encoding: "utf8" });
      const { read, made, length } = JSON.parse(printed);
      if (length !== wasm.length) throw new Error(`${way.name}: ${length} bytes`);
      if (round < 0) continue;
      way.read.push(read / 1000);
      way.made.push(made / 1000);
    }
  }
  console.log(`Node.js ${process.version}, ${wasm.length} bytes, the processor's time in ms, median of ${PROCESSES} processes`);
  for (const { name, characters, read, made } of ways) {
    const figures = [`${characters} characters`, `read ${median(read).toFixed(2)}`, `made ${median(made).toFixed(2)}`];
    console.log([name.padEnd(40), ...figures].join("  "));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
