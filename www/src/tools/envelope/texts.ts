import { bilingual } from "../../shell/language.ts";

export const text = bilingual({
  en: { title: "Envelope", summary: "Open and seal the ride API's content." },
  zh: { title: "content 加解密", summary: "解开或生成企业用车接口的 content。" },
});
