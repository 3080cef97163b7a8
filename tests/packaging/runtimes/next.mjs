import { createHmac } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { project, ROOT, run, serve, versionOf } from "../tools.mjs";

const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
const PLACES = ["/edge", "/middleware", "/node"];

export const next = {
  name: "next",
  title: "Next.js, by Turbopack: edge route, middleware, Node route",
  isSlow: true,
  needs: ["import.module", "import.node", "#wasm: edge-light", "#wasm: node.default", "#wasm: node.module", "wasm: edge-light"],
  tested: () => versionOf("next"),
  async run({ tarball, expected }) {
    const folder = await project("next", tarball, { template: "next", expected });
    cpSync(join(ROOT, "examples/next-edge/app"), join(folder, "app"), { recursive: true });
    const { partnerId, clientId, clientSecret } = expected.ticket;
    const env = {
      ...{ NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production", CI: "1" },
      ...{ MEITUAN_PARTNER_ID: String(partnerId), MEITUAN_CLIENT_ID: clientId, MEITUAN_CLIENT_SECRET: clientSecret },
    };
    const built = await run(process.execPath, [NEXT, "build"], { cwd: folder, env, seconds: 300 });
    // What people deploy: another bundler would need other conditions.
    if (!/Next\.js [\d.]+ \(Turbopack\)/.test(built)) throw new Error(`it was not built by Turbopack\n${built}`);
    const server = await serve(process.execPath, (port) => [NEXT, "start", "--port", String(port)], { cwd: folder, env });
    try {
      const results = [];
      for (const path of PLACES) {
        const response = await fetch(`${server.address}${path}`);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status}\n${server.printed()}`);
        const { passed, failures } = JSON.parse(text);
        results.push({ passed, failures: failures.map((why) => `${path} ${why}`) });
      }
      results.push(await calls(server.address, expected.ticket));
      const passed = results.reduce((sum, result) => sum + result.passed, 0);
      return JSON.stringify({ passed, failures: results.flatMap(({ failures }) => failures) });
    } finally {
      server.stop();
    }
  },
};

/** The example's route, and the pages router with and without its body parser, called as Meituan calls. */
async function calls(address, { partnerId, clientId, clientSecret }) {
  const call = async (path, message) => {
    const date = new Date().toUTCString();
    const signature = createHmac("sha1", clientSecret).update(`POST ${path}\n${date}`).digest("base64");
    const headers = {
      ...{ PartnerId: String(partnerId), Date: date, Authorization: `MWS ${clientId}:${signature}` },
      "Content-Type": "application/json; charset=utf-8",
    };
    const response = await fetch(`${address}${path}`, { method: "POST", headers, body: JSON.stringify({ partnerId, ...message }) });
    return response.json();
  };
  const days = { partnerDealId: "garden-day", startTime: "2026-10-01", endTime: "2026-10-02" };
  const status = { partnerDealId: "garden-day", status: 1, checkStatus: 1, msRatioCheckStatus: 1 };
  const checks = {
    "heartbeat of the example": async () => (await call("/meituan/heartbeat", {})).code === 200,
    "prices of the example": async () => {
      const { body } = await call("/meituan/prices", { body: days });
      return body?.length === 2 && body[0].settlementPrice === 45;
    },
    "products of the example": async () => {
      const { body } = await call("/meituan/products", { body: { method: "multi", partnerDealIds: ["garden-day"] } });
      return body?.length === 1 && body[0].partnerId === partnerId;
    },
    "product status of the example": async () => (await call("/meituan/products/status", { body: [status] })).code === 200,
    "the true reason of the example": async () => {
      const { code, describe } = await call("/meituan/prices", { body: { ...days, partnerDealId: "nothing" } });
      return code === 201 && describe === "没有该产品：nothing";
    },
    "the pages router without its body parser": async () => (await call("/api/raw", {})).code === 200,
    "the pages router with it says so": async () => {
      const { code, hint } = await call("/api/parsed", {});
      return code === "BODY_NOT_RAW" && hint !== "";
    },
  };
  const failures = [];
  for (const [name, check] of Object.entries(checks)) if (!(await check())) failures.push(name);
  return { passed: Object.keys(checks).length - failures.length, failures };
}
