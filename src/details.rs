//! Chinese translations of the details of errors and findings. Details are written in English where they are found, so that the
//! wasm modules carry no sentence twice; this table has the other half. `{}` is anything, such as a name or a path, and `#` is a
//! number.

macro_rules! details {
    ($(#[$doc:meta])+ $( $en:literal, $zh:literal; )*) => {
        $(#[$doc])+
        pub const DETAILS: &[$crate::Text] = &[ $( $crate::Text { en: $en, zh: $zh }, )* ];
    };
}
pub(crate) use details;

details! {
    /// Each detail that has words. Numbers, names and codes alone are the same in both languages.
    "expected an id: a whole number, in programs a string of digits", "应为 id：整数，在程序中写作数字字符串";
    "expected a whole number", "应为整数";
    "expected an amount: decimal yuan on the wire, whole fen in a program", "应为金额：报文中以元为单位（小数），程序中以分为单位（整数）";
    "expected an amount in whole fen", "应为以分为单位的整数金额";
    "expected a number", "应为数字";
    "expected a string", "应为字符串";
    "expected true or false", "应为 true 或 false";
    "expected yyyy-MM-dd", "应为 yyyy-MM-dd";
    "expected a timestamp: epoch milliseconds", "应为时间：毫秒时间戳";
    "expected a timestamp: yyyy-MM-dd HH:mm:ss on the wire, epoch milliseconds in a program", "应为时间：报文中为 yyyy-MM-dd HH:mm:ss，程序中为毫秒时间戳";
    "expected an object", "应为对象";
    "expected a list", "应为数组";
    "expected a value", "应为有效的值";
    "an id is not 0", "id 不能为 0";
    "epoch seconds, read as such", "为秒级时间戳，已按秒读取";
    "true or false, read as a string", "为 true 或 false，已按字符串读取";
    "a wall clock, read as UTC+8", "为日期时间字符串，已按东八区读取";
    "an empty list, read as an object without keys", "为空数组，已按没有键的对象读取";
    "JSON inside a string", "字符串中的 JSON";
    "sent {}, now {}", "发送时间 {}，当前时间 {}";
    "earliest {}", "最早为 {}";
    "before upgradeAt", "早于 upgradeAt";
    "control characters", "含控制字符";
    "expected one mail address", "应为一个邮箱地址";
    "expected 16 characters, or 32 hex digits", "应为 16 个字符，或 32 位十六进制数字";
    "expected Base64 of exactly 16 bytes, or 32 hex digits", "应为恰好 16 字节的 Base64，或 32 位十六进制数字";
    "expected a string that is not empty", "应为非空字符串";
    "expected visible ASCII characters", "应为可见的 ASCII 字符";
    "expected a secret that is not empty", "应为非空的密钥";
    "it begins or ends with white space", "首尾有空白字符";
    "expected a positive number of at most 63 bits", "应为正整数，最多 63 位二进制";
    "expected an address that begins with https:// or http://, without a query", "应为以 https:// 或 http:// 开头、不带查询参数的地址";
    "expected test, production, or an address that begins with https:// or http://, without a query", "应为 test、production，或以 https:// 或 http:// 开头、不带查询参数的地址";
    "expected a path that begins with / and is visible ASCII", "应为以 / 开头、由可见 ASCII 字符组成的路径";
    "expected a path that begins with / and is visible ASCII, without a query, found {}", "应为以 / 开头、由可见 ASCII 字符组成且不带查询参数的路径，实为 {}";
    "expected a reply to {}, found one to a call without a body", "应为 {} 的应答，实为没有 body 的接口的应答";
    "expected a reply to {}, found one to {}", "应为 {} 的应答，实为 {} 的应答";
    "expected a push of Meituan's, found {} at {}", "应为美团推送的接口，实为 {}（{}）";
    "expected a call that Meituan makes, found {} at {}", "应为美团调用的接口，实为 {}（{}）";
    "nothing is called {}, found at {}", "没有名为 {} 的接口（{}）";
    "a line feed", "含换行符";
    "the library writes this field", "该字段由本库填写";
    "exactly one is expected", "须恰好有一个";
    "neither JSON nor sealed with our key", "既不是 JSON，也不是用我们的密钥加密的";
    "0 is the code of success", "0 表示成功";
    "the fields are inside it", "各字段在其内部";
    "no field of this push is there", "该推送的字段全部缺失";
    "found a multipart form: expected a URL-encoded one, or JSON", "实为 multipart 表单，应为 URL 编码的表单或 JSON";
    "# to #", "# 至 #";
    "# against #", "收到 #，当前 #";
    "{} appears twice", "{} 出现了两次";
    "found {}", "实为 {}";
    "{}, found {}", "{}，实为 {}";
}
