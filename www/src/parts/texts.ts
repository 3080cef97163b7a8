import { bilingual } from "../shell/language.ts";

export const text = bilingual({
  en: {
    copy: "Copy",
    copied: "Copied",
    show: "Show",
    hide: "Hide",
    refused: "Refused",
    warning: "Warning",
    line: (line: number) => `line ${line}`,
    rule: "Rule",
    documented: "documented",
    inferred: "inferred",
    acceptancePoint: "Acceptance point",
    hint: "What to do",
  },
  zh: {
    copy: "复制",
    copied: "已复制",
    show: "显示",
    hide: "隐藏",
    refused: "不合格",
    warning: "提醒",
    line: (line: number) => `第 ${line} 行`,
    rule: "规则",
    documented: "文档载明",
    inferred: "推断",
    acceptancePoint: "验收点",
    hint: "怎么办",
  },
});
