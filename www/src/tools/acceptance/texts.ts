import { bilingual } from "../../shell/language.ts";

export const text = bilingual({
  en: { title: "Acceptance check", summary: "Judge a recording by the acceptance points." },
  zh: { title: "验收自查", summary: "按验收点评判一份报文记录。" },
});
