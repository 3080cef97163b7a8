// What the command line prints, as a whole: `tests/js/snapshots/cli-*.txt`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { matchesSnapshot } from "./snapshots.mjs";

const manifestPath = createRequire(import.meta.url).resolve("meituan-protocol/package.json");
const manifest = createRequire(import.meta.url)("meituan-protocol/package.json");
const program = join(dirname(manifestPath), manifest.bin["meituan-protocol"]);

const DATE = "Wed, 06 May 2015 10:34:20 GMT";
const PAIR = "--client-id x --client-secret 123456ce8b61f8e608eaf2e9702864a9";
const SIGNED = `--method POST --uri /rhone/lv/deal/change/notice --date "${DATE}"`;
const AUTHORIZATION = '--authorization "MWS x:hVQHFpzOXtxzOy5INj2IohJ85Y0="';
const AT_ANOTHER_LINE_END = '--authorization "MWS x:snHoKwo6QhhSeqnzL6YVOX28a80="';
const KEY = "--secret-key AAECAwQFBgcICQoLDA0ODw==";

const PAID =
  '{"code":200,"describe":"success","partnerId":1,"body":{"orderId":1,"partnerOrderId":"P","voucherType":1,"vouchers":[…]}}';
const CREATED =
  '{"partnerId":1,"body":{"orderId":1,"partnerDealId":"D","mtDealId":1,"buyPrice":1,"unitPrice":1.5,"totalPrice":2,"quantity":2,"visitors":[{"name":"张三"}],"travelDate":"2026-03-02"}}';
const SEALED = "wR3lfJ6cX0k2";

/** Commands by the file that shows them, each with what it reads. */
const FILES = {
  "cli-usage.txt": [["--help"], ["ba"], ["unheard-of"], ["check"], ["envelope"], ["accept"], ["mock"], ["check ticket.nothing"]],
  "cli-ba.txt": [
    [`ba sign ${SIGNED} ${PAIR}`],
    [`ba sign ${SIGNED} ${PAIR} --explain`],
    [`ba sign ${SIGNED} ${PAIR} --json`],
    [`ba sign ${SIGNED} --client-id x`],
    [`ba verify ${SIGNED} ${AUTHORIZATION} ${PAIR} --now "${DATE}"`],
    [`ba verify ${SIGNED} ${AUTHORIZATION} ${PAIR} --now 2015-05-06T10:54:20Z`],
    [`ba verify ${SIGNED} ${AT_ANOTHER_LINE_END} ${PAIR} --now "${DATE}"`],
    [`ba verify ${SIGNED} ${AT_ANOTHER_LINE_END} ${PAIR} --now "${DATE}" --explain`],
    [`ba verify ${SIGNED} ${AT_ANOTHER_LINE_END} ${PAIR} --now "${DATE}" --explain --json`],
    [`ba verify ${SIGNED} --authorization x ${PAIR} --now "${DATE}"`],
  ],
  "cli-check.txt": [
    ["check --list"],
    ["check ticket.orderPay.response - --quantity 2", PAID.replace("…", '"a","b"')],
    ["check ticket.orderPay.response - --quantity 2", PAID.replace("…", '"a","a"')],
    ["check ticket.orderPay.response", PAID.replace("…", '"a"')],
    [
      "check ticket.orderPay.response - --quantity 2 --json",
      PAID.replace("…", '"a"').replace('"orderId":1', '"orderId":"1","more":1'),
    ],
    ["check ticket.orderCreate.request - --now 2026-03-02T15:59:59Z", CREATED],
    ["check ticket.heartbeat.request", '{"partnerId":1,}'],
    ["check ride.submitOrder.request", "{}"],
    ["check ticket.orderPay.response - --quantity two", ""],
  ],
  "cli-envelope.txt": [
    [`envelope seal ${KEY}`, '{"id":1}'],
    [`envelope seal ${KEY} --json`, '{"id":1}'],
    [`envelope open ${KEY}`, SEALED],
    [`envelope open ${KEY} --json`, SEALED],
    ["envelope seal --secret-key c2hvcnQ=", "x"],
    ["envelope seal", "x"],
  ],
};

/** The words of a command: quotes keep spaces. */
const wordsOf = (command) => [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);

function run(command, input = "") {
  const { MEITUAN_CLIENT_ID: _id, MEITUAN_CLIENT_SECRET: _secret, MEITUAN_SECRET_KEY: _key, ...env } = process.env;
  const ran = spawnSync(process.execPath, [program, ...wordsOf(command)], { input, env, encoding: "utf8", timeout: 60_000 });
  assert.equal(ran.error, undefined);
  return ran;
}

/** Shown once, and named where it is printed again. */
const usage = run("--help").stdout;
assert.match(usage, /^usage:\n/);

function transcript([command, input]) {
  const { stdout, stderr: printed, status } = run(command, input);
  const stderr = printed.replace(usage, "(the usage)\n");
  const given = input ? [`< ${input}\n`] : [];
  const ended = (text) => (text === "" || text.endsWith("\n") ? text : `${text}⏎\n`);
  return [
    `$ meituan-protocol ${command}\n`,
    ...given,
    ended(stdout),
    ended(stderr).replace(/^(?=.)/gm, "! "),
    `exit ${status}\n`,
  ].join("");
}

describe("what the command line prints", () => {
  for (const [file, commands] of Object.entries(FILES)) {
    it(`is as committed in ${file}: ${commands.length} commands, to the letter`, () => {
      matchesSnapshot(file, commands.map(transcript).join("\n"));
    });
  }
});
