import wasm from "meituan-protocol/meituan_protocol_orders.wasm?url";
import { show } from "../../shell/page.tsx";
import Signature from "./Signature.tsx";
import { text } from "./texts.ts";

await show("signature", { Tool: Signature, summary: () => text().summary, wasm });
