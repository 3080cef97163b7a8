import wasm from "meituan-protocol/meituan_protocol.wasm";
import orders from "meituan-protocol/meituan_protocol_orders.wasm";
import { initSync, slimSuite, together } from "../../slim.mjs";
import { suite } from "../../suite.mjs";

export const runtime = "edge";
export const dynamic = "force-dynamic";

initSync(wasm, orders);

export const GET = async () => Response.json(together(await suite(), await slimSuite()));
