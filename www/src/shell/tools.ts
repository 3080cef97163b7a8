// The tools, in the order in which every page lists them. Each is a page of its own, so that none waits for what another one knows.

import { bilingual } from "./language.ts";

export const titles = bilingual({
  en: {
    signature: "Signature doctor",
    message: "Message check",
    envelope: "Envelope",
    orders: "Order explorer",
    acceptance: "Acceptance check",
  },
  zh: {
    signature: "签名诊断",
    message: "报文检查",
    envelope: "content 加解密",
    orders: "订单推演",
    acceptance: "验收自查",
  },
});

export type ToolName = keyof ReturnType<typeof titles>;

export const TOOLS = Object.keys(titles()) as ToolName[];

/** Where a tool's page is, seen from any of them. */
export const addressOf = (tool: ToolName): string => (tool === "signature" ? "./" : `./${tool}.html`);
