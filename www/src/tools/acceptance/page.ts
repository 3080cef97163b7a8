import wasm from "meituan-protocol/meituan_protocol_orders.wasm?url";
import { show } from "../../shell/page.tsx";
import Acceptance from "./Acceptance.tsx";
import { text } from "./texts.ts";

await show("acceptance", { Tool: Acceptance, summary: () => text().summary, wasm });
