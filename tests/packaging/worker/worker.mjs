import wasm from "meituan-protocol/meituan_protocol.wasm";
import { initSync, slimSuite, together } from "./slim.mjs";
import { suite } from "./suite.mjs";

initSync(wasm);

export default {
  fetch: async () => Response.json(together(await suite(), await slimSuite())),
};
