// The settings that both APIs have.

import { duration, flag, integer, string, timestamp } from "../values/arguments.js";
import { ofSetting, reading, unexpected } from "../values/faults.js";
import { func } from "../values/functions.js";
import { isRecord } from "../values/kinds.js";

/** Time limit for the arrival of a body. Meituan waits 20 s for order create. */
const BODY_TIMEOUT = 10_000;

/** The settings that both APIs have. */
export function common({
  toleranceSeconds = 600,
  strictInferred = false,
  maxBodyBytes = 1 << 20,
  bodyTimeoutMs = BODY_TIMEOUT,
  routes,
  now,
}: Record<string, unknown>) {
  if (now !== undefined) func(now, "now", "a function that returns the time", "返回时间的函数");
  const clock = now as (() => unknown) | undefined;
  return {
    toleranceSeconds: toleranceSeconds === null ? undefined : integer(toleranceSeconds, "toleranceSeconds", 0, 0x7fffffff),
    strictInferred: flag(strictInferred, "strictInferred"),
    // The size of one string inside the module.
    maxBodyBytes: integer(maxBodyBytes, "maxBodyBytes", 1, 2 ** 29 - 1),
    routes: routesOf(routes),
    bodyTimeoutMs: duration(bodyTimeoutMs, "bodyTimeoutMs"),
    clock: clock === undefined ? () => Date.now() : () => ofSetting("now", () => timestamp(clock())),
  };
}

function routesOf(routes: unknown) {
  if (routes === undefined) return [];
  if (!isRecord(routes)) return unexpected("routes", routes, "an object: path → call", "对象：路径 → 接口");
  const pairs = reading("routes", () => Object.entries(routes));
  return pairs.map(([path, call]) => ({ path, call: string(call, `routes[${JSON.stringify(path)}]`) }));
}
