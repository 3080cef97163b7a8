import wasm from "meituan-protocol/meituan_protocol.wasm";
import orders from "meituan-protocol/meituan_protocol_orders.wasm";
import { initSync, slimSuite, together } from "./slim.mjs";
import { suite } from "./suite.mjs";

initSync(wasm, orders);

export default {
  fetch: async () => Response.json(together(await suite(), await slimSuite())),
};
