import { bilingual } from "../../shell/language.ts";

export const text = bilingual({
  en: { title: "Signature doctor", summary: "Paste a failing request: see what was signed instead, and how to put it right." },
  zh: { title: "签名诊断", summary: "粘贴验签失败的请求，看对方实际签了什么、怎样改对。" },
});
