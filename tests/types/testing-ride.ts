// What users' compilers make of the ride API's other side: only what must not compile is worth a line.

import { MeituanRide, type RideState } from "meituan-protocol/testing";

const meituan = new MeituanRide({ entId: 617, accessKey: "TEST-NOT-A-REAL-ONE-TK", secretKey: "AAECAwQFBgcICQoLDA0ODw==" });
const { status, headers, body } = meituan.receive({ method: "POST", url: "/", headers: {}, body: "" }, { now: 0 });
new Response(body, { status, headers });
const state: RideState = meituan.state;
new MeituanRide({ entId: "617", accessKey: "x", secretKey: "x", version: 2, state });
for (const { name, body } of meituan.takePushes()) meituan.push(name, body, { now: new Date(0), format: "json" });

// @ts-expect-error it has no clock
meituan.receive({ method: "POST", url: "/", headers: {}, body: "" }, {});
// @ts-expect-error the enterprise's own call is no push
meituan.push("submitOrder", {}, { now: 0 });
// @ts-expect-error passengers cancel by cancelOrder
meituan.withdraw("1", 200, { now: 0 });
// @ts-expect-error a parsed body is not what was sent
meituan.readPushReply({ code: 0 });
