// A whole order, as Meituan calls a supplier that keeps it: signed by Node's own crypto, and each call sent again.

import { createHmac } from "node:crypto";

const ID = "8985652356562370001";
const IDS = `"orderId":${ID},"partnerOrderId":"P${ID}"`;
const BODIES = {
  create: `"orderId":${ID},"partnerDealId":"12113","mtDealId":111111,"buyPrice":58,"unitPrice":66,"totalPrice":132,"quantity":2,"visitors":[{"name":"张三"},{"name":"李四"}],"travelDate":"2099-11-30"`,
  pay: IDS,
  refund: `${IDS},"refundId":"R1","partnerDealId":"12113","voucherList":["6562370001"],"refundQuantity":1,"unitPrice":66,"refundPrice":66,"refundFee":0,"refundTime":"2026-03-02 10:00:00"`,
};
/** What each of its answers holds; a refund that comes again was successful before (601). */
const ANSWERS = {
  create: [/"code":200,.*"P8985652356562370001"/, /"code":200,.*"P8985652356562370001"/],
  pay: [/"code":200,.*"6562370001"/, /"code":200,.*"6562370001"/],
  refund: [/"code":200,.*"R1"/, /"code":601,.*"R1"/],
};

/**
 * @param {(path: string, call: { method: string, headers: Record<string, string>, body: string }) => Promise<{ text(): Promise<string> }>} fetch
 * @param {{ partnerId: number, clientId: string, clientSecret: string }} ticket
 * @returns {Promise<{ passed: number, failures: string[] }>}
 */
export async function storedCalls(fetch, { partnerId, clientId, clientSecret }) {
  const call = async (/** @type {keyof typeof BODIES} */ name, /** @type {string} */ secret) => {
    const [path, date] = [`/meituan/${name}`, new Date().toUTCString()];
    const signature = createHmac("sha1", secret).update(`POST ${path}\n${date}`).digest("base64");
    const headers = {
      ...{ PartnerId: String(partnerId), Date: date, Authorization: `MWS ${clientId}:${signature}` },
      "Content-Type": "application/json; charset=utf-8",
    };
    const response = await fetch(path, { method: "POST", headers, body: `{"partnerId":${partnerId},"body":{${BODIES[name]}}}` });
    return response.text();
  };
  const failures = [];
  let passed = 0;
  /** @param {string} what @param {boolean} holds @param {string} text */
  const check = (what, holds, text) => {
    if (holds) passed += 1;
    else failures.push(`${what}: ${text.slice(0, 300) || "no body"}`);
  };
  for (const name of /** @type {(keyof typeof BODIES)[]} */ (Object.keys(BODIES))) {
    const forged = await call(name, "another secret").catch(String);
    check(`${name} with another secret`, /"code":(?!200)\d/.test(forged), forged);
    for (const [index, answer] of ANSWERS[name].entries()) {
      const text = await call(name, clientSecret).catch(String);
      check(index === 0 ? name : `${name} again`, answer.test(text), text);
    }
  }
  return { passed, failures };
}
