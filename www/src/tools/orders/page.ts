import wasm from "meituan-protocol/meituan_protocol_orders.wasm?url";
import { show } from "../../shell/page.tsx";
import Orders from "./Orders.tsx";
import { text } from "./texts.ts";

await show("orders", { Tool: Orders, summary: () => text().summary, wasm });
