import { bilingual } from "../../shell/language.ts";

export const text = bilingual({
  en: { title: "Order explorer", summary: "Tell an order what happened, and see what becomes of it." },
  zh: { title: "订单推演", summary: "告诉订单发生了什么，看它会变成什么。" },
});
