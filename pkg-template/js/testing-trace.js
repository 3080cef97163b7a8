// Recorded exchanges, judged by the acceptance points of the acceptance manual (docs/trace.md).

import { limited, rawBody } from "./http.js";
import { judgeTrace } from "./orders-core.js";
import { acceptance } from "./texts.js";

/**
 * @param {string | Uint8Array | ArrayBuffer} trace
 * @param {{ strict?: boolean, maxBytes?: number }} [options]
 */
export function checkTrace(trace, { strict = false, maxBytes } = {}) {
  const { version, points } = judgeTrace(limited(rawBody(trace), "trace", maxBytes), strict);
  const explained = points.map((/** @type {{ id: keyof typeof acceptance }} */ point) => {
    const { en, zh, section, basis } = acceptance[point.id];
    return { ...point, section, basis, text: { en, zh } };
  });
  return { version, ok: !points.some((/** @type {{ verdict: string }} */ { verdict }) => verdict === "failed"), points: explained };
}
