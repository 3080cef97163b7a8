import wasm from "meituan-protocol/meituan_protocol.wasm?url";
import orders from "meituan-protocol/meituan_protocol_orders.wasm?url";
import { init, slimSuite, together } from "./slim.mjs";
import { suite } from "./suite.mjs";

globalThis.result = init(fetch(wasm), fetch(orders)).then(async () => together(await suite(), await slimSuite()));
