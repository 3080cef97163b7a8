// What a bundle of the package brings along: what is used, and each of the two wasm modules only where something needs it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import webpack from "webpack";
import { pack, project, run } from "./tools.mjs";

/** How the wasm begins, in Base64. */
const WASM = "AGFzbQ";

/** One of the sentences of the judge of recordings. */
const OF_RECORDINGS = "no refund of this id was requested";

const BUNDLERS = { esbuild: withEsbuild, vite: withVite, webpack: withWebpack };

/** What a user's only line may be, and what of the package comes with it. */
const USES = [
  {
    title: "amounts alone",
    source: 'import { fen, formatYuan } from "meituan-protocol/ticket";\nconsole.log(formatYuan(fen(58000)));',
    prints: "580.00",
    modules: 0,
    most: 44_500,
  },
  {
    title: "the tables of the ride API",
    source: 'import { codes } from "meituan-protocol/ride";\nconsole.log(codes.ResultCode.SUCCESS);',
    prints: "0",
    modules: 0,
    most: 5_000,
  },
  {
    title: "errors alone",
    source: 'import { MeituanError } from "meituan-protocol";\nconsole.log(MeituanError.is(new Error()));',
    prints: "false",
    modules: 0,
    most: 44_500,
  },
  {
    title: "an envelope",
    source:
      'import { sealEnvelope } from "meituan-protocol/ride";\nconsole.log(sealEnvelope("AAECAwQFBgcICQoLDA0ODw==", "a").length);',
    prints: "22",
    modules: 1,
    most: 319_000,
  },
  {
    title: "a check of messages of both APIs",
    source:
      'import { checkMessage } from "meituan-protocol";\nconst names = ["ride.refunded.request", "ticket.orderPay.request"];\nconsole.log(names.map((name) => checkMessage(name, "{}").ok).join());',
    prints: "false,false",
    modules: 1,
    most: 350_000,
  },
  {
    title: "a ride client",
    source:
      'import { RideClient } from "meituan-protocol/ride";\nconst client = new RideClient({ entId: 617, accessKey: "a", secretKey: "AAECAwQFBgcICQoLDA0ODw==", environment: "test" });\nconsole.log(client.entId);',
    prints: "617",
    // A client may be given a store.
    modules: 2,
    most: 768_500,
  },
  {
    title: "the notices of a supplier",
    source:
      'import { TicketRequests } from "meituan-protocol/ticket";\nconst requests = new TicketRequests({ partnerId: 1122, clientId: "a", clientSecret: "b" });\nconsole.log(requests.consumeNotice({ orderId: "1", partnerOrderId: "P", quantity: 1, usedQuantity: 1, refundedQuantity: 0 }).headers.PartnerId);',
    prints: "1122",
    modules: 1,
    most: 352_000,
  },
  {
    title: "what becomes of an order",
    source:
      'import { transition } from "meituan-protocol/ticket";\nconsole.log(transition(null, { refundAgreed: { refundId: "R" } }, { now: 0 }).kind);',
    prints: "illegal",
    modules: 1,
    most: 470_000,
  },
  {
    title: "a supplier",
    source:
      'import { TicketSupplier } from "meituan-protocol/ticket";\nconst supplier = new TicketSupplier({ partnerId: 1122, clientId: "a", clientSecret: "b" });\nconsole.log(supplier.partnerId);',
    prints: "1122",
    // A supplier may be given a store.
    modules: 2,
    most: 811_000,
  },
  {
    title: "a judge of recordings",
    source: 'import { checkTrace } from "meituan-protocol/testing";\nconsole.log(checkTrace(\'{"version":2,"exchanges":[]}\').ok);',
    prints: "true",
    modules: 1,
    most: 488_000,
    judges: true,
  },
];

describe("a bundle of", { timeout: 300_000 }, () => {
  /** @type {string} */
  let folder;
  before(async () => {
    folder = await project("shaking", await pack(), { expected: null });
  });

  for (const { title, source, prints, modules, most, judges = false } of USES) {
    for (const [name, bundle] of Object.entries(BUNDLERS)) {
      test(`${title}, by ${name}, brings ${modules} of the wasm modules`, async () => {
        writeFileSync(join(folder, "use.mjs"), source);
        const file = join(folder, await bundle(folder));
        const text = readFileSync(file, "utf8");
        assert.equal(text.split(WASM).length - 1, modules);
        // What is said of recordings is brought where they are judged.
        assert.equal(text.includes(OF_RECORDINGS), judges);
        assert.ok(text.length <= most, `${text.length} characters`);
        assert.equal((await run(process.execPath, [file], { cwd: folder })).trimEnd(), prints);
      });
    }
  }
});

async function withEsbuild(folder) {
  const outfile = "esbuild.mjs";
  await esbuild({
    ...{ entryPoints: [join(folder, "use.mjs")], absWorkingDir: folder, outfile, bundle: true, minify: true },
    ...{ format: "esm", target: "es2022", logLevel: "error" },
  });
  return outfile;
}

async function withVite(folder) {
  const lib = { entry: "use.mjs", formats: ["es"], fileName: () => "vite.mjs" };
  const build = { lib, outDir: "vite", target: "es2022", minify: true };
  await vite({ root: folder, configFile: false, logLevel: "error", build });
  return "vite/vite.mjs";
}

function withWebpack(folder) {
  const output = { path: folder, filename: "webpack.cjs" };
  return new Promise((resolve, reject) => {
    webpack({ context: folder, entry: "./use.mjs", mode: "production", target: "node20", output }, (error, stats) => {
      if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString({ all: false, errors: true })));
      else resolve(output.filename);
    });
  });
}
