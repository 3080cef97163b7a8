import { bilingual } from "./language.ts";

export const text = bilingual({
  en: {
    promise: "Everything happens in this tab. Your input goes nowhere: the page may not connect to anything else.",
    tools: "Tools",
    skip: "Skip to the tool",
    loading: "Loading the library…",
    failed: "The library did not load. It is WebAssembly, and comes from the same place as this page.",
    toLight: "Light theme",
    toDark: "Dark theme",
    otherLanguage: "中文",
    about: "Meituan's ticket-supplier and enterprise-ride APIs, as a library",
  },
  zh: {
    promise: "一切都在本页内完成。粘贴的内容不会发往任何地方：页面的安全策略禁止连接其他站点。",
    tools: "工具",
    skip: "跳到工具",
    loading: "正在加载协议库……",
    failed: "协议库未能加载。它是 WebAssembly，与本页来自同一站点。",
    toLight: "浅色",
    toDark: "深色",
    otherLanguage: "English",
    about: "美团门票直连与企业用车接口的协议库",
  },
});
