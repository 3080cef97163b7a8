import wasm from "meituan-protocol/meituan_protocol.wasm?url";
import { show } from "../../shell/page.tsx";
import Message from "./Message.tsx";
import { text } from "./texts.ts";

await show("message", { Tool: Message, summary: () => text().summary, wasm });
