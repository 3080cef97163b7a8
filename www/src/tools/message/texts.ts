import { bilingual } from "../../shell/language.ts";

export const text = bilingual({
  en: { title: "Message check", summary: "Paste any message of either API, and see what Meituan would refuse." },
  zh: { title: "报文检查", summary: "粘贴任一接口的报文，看哪里不合规范。" },
});
