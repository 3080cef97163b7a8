import wasm from "meituan-protocol/meituan_protocol.wasm?url";
import { show } from "../../shell/page.tsx";
import Envelope from "./Envelope.tsx";
import { text } from "./texts.ts";

await show("envelope", { Tool: Envelope, summary: () => text().summary, wasm });
