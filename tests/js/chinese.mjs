// Which words of a Chinese sentence are none.

/** What is the same in every language: names of fields, codes, what stands in quotes or like a function, and words of protocols. */
const NAMES =
  /\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT|以下之一：[\w、-]+|实为 \w+ 对象|\/[\w/.-]+|\w+\([^)]*\)|Uint8Array|[a-z]+[A-Z]\w*|[A-Z][A-Z0-9_-]+\b|\[rule [\w.-]+\]|"[^"]*"|`[^`]*`|\{[^}]*\}|\w+\.\w+|yyyy-MM-dd( HH:mm:ss)?|https?:\/\/|store\b|handler\b|\b(JSON|URL|URI|HTTP|Base64|ASCII|UTF-8|UTC|Date|Response|Request|Headers|true|false|null|undefined|NaN|Infinity|id|body|clone|bigint|symbol|Promise|await|multipart|snapshot|load|save|trace|init|strip|prepend|key|appKey|cipher|required|fen|yuan|now|test|production|method|code|describe|token|ts|entId|content|data|url|uri|or)\b/g;

/** The words of a Chinese sentence that are of another language. @param {string} text */
export const latinIn = (text) =>
  text
    .replace(/^[A-Z_0-9]+: /, "")
    .replace(NAMES, "")
    .match(/[A-Za-z]{3,}/g) ?? [];
