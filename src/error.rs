//! Everything that can be wrong, by name.
//!
//! An [`ErrorCode`] is stable: programs may branch on it, in Rust and in JavaScript alike (there it is the same string). An
//! [`Issue`] is one finding about a message, with the path of the field and its place in the input. An [`Error`] is what a call
//! returns when the input cannot be used: the first finding, and all the others with it.
//!
//! The sentences for people, in English and Chinese, are beside the codes in one table. They exist only with the
//! `texts` feature, so that the wasm module does not carry them.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// The sentences of one code, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// The sentence for Meituan's staff where our own code fails: the true reason, and nothing of it.
pub const SYSTEM_FAILURE: &str = "商家系统内部出错，未能处理本次请求，请稍后重试";

macro_rules! error_codes {
    (@in_rust $en:literal, $zh:literal) => { Text { en: $en, zh: $zh } };
    (@in_rust $en:literal, $zh:literal, $rust_en:literal, $rust_zh:literal) => { Text { en: $rust_en, zh: $rust_zh } };
    (@words $words:literal) => { $words };
    (@words $words:literal, $rust_words:literal) => { $rust_words };
    ($(
        $variant:ident $name:literal: $en:literal, $zh:literal $(, [in Rust] $meaning_en:literal, $meaning_zh:literal)?;
        hint $hint_en:literal, $hint_zh:literal; $([in Rust] $rust_en:literal, $rust_zh:literal;)?
    )*) => {
        /// The stable name of what is wrong. Serialized as that name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ErrorCode { $( #[doc = error_codes!(@words $en $(, $meaning_en)?)] $variant, )* }

        impl serde::Serialize for ErrorCode {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl ErrorCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [ErrorCode] = &[ $( ErrorCode::$variant, )* ];

            /// The stable string, the same in Rust and JavaScript, such as `"BAD_SIGNATURE"`.
            pub const fn as_str(self) -> &'static str {
                match self { $( ErrorCode::$variant => $name, )* }
            }

            /// The code of this string.
            #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
            pub(crate) fn named(name: &str) -> Option<ErrorCode> {
                ErrorCode::ALL.iter().find(|code| code.as_str() == name).copied()
            }

            /// Its meaning, by the names that settings have in Rust.
            #[cfg(feature = "texts")]
            pub const fn meaning(self) -> Text {
                match self {
                    $( ErrorCode::$variant => error_codes!(@in_rust $en, $zh $(, $meaning_en, $meaning_zh)?), )*
                }
            }

            /// The same by the names that they have in JavaScript.
            #[cfg(feature = "texts")]
            #[doc(hidden)]
            pub const fn meaning_in_javascript(self) -> Text {
                match self { $( ErrorCode::$variant => Text { en: $en, zh: $zh }, )* }
            }

            /// The meaning in Chinese for Meituan's staff, who read it in the reply to a call that is refused for it.
            pub(crate) const fn meaning_in_chinese(self) -> &'static str {
                match self { $( ErrorCode::$variant => $zh, )* }
            }

            /// The hint, by the names that settings and functions have in Rust.
            #[cfg(feature = "texts")]
            pub const fn hint(self) -> Text {
                match self {
                    $( ErrorCode::$variant => error_codes!(@in_rust $hint_en, $hint_zh $(, $rust_en, $rust_zh)?), )*
                }
            }

            /// The same by the names that they have in JavaScript.
            #[cfg(feature = "texts")]
            #[doc(hidden)]
            pub const fn hint_in_javascript(self) -> Text {
                match self { $( ErrorCode::$variant => Text { en: $hint_en, zh: $hint_zh }, )* }
            }
        }
    };
}

error_codes! {
    InvalidConfig "INVALID_CONFIG":
        "the configuration cannot be used", "配置不可用";
        hint "path names the setting and detail what is wrong with it; a setting that comes from the environment may be unset here. Numbers may be given as numeric strings",
             "path 是出错的配置项，detail 是原因；若取自环境变量，请确认当前环境已设置。数字也可写成数字字符串";
        [in Rust] "path names the setting, as the npm package writes it (`accessKey` is `Config::access_key`), and detail what is wrong with it; a setting that comes from the environment may be unset here, or end with a line feed",
             "path 是出错的配置项，按 npm 包的写法（如 `accessKey` 即 `Config::access_key`），detail 是原因；若取自环境变量，请确认当前环境已设置，且末尾没有换行";
    BodyNotRaw "BODY_NOT_RAW":
        "the body is not the raw string as received", "请求体不是收到的原始报文";
        hint "pass the bytes or the string as received: switch off the framework's body parser for this route (Express: express.raw({ type: '*/*' }); Next: bodyParser: false)",
             "请传入收到的原始字节或字符串：对该路由关闭框架的 body 解析（Express：express.raw({ type: '*/*' })；Next：bodyParser: false）";
        [in Rust] "an encrypted body is never empty: something has read it before. Pass the bytes as received, and let no middleware or extractor of this route consume them (axum: extract `Bytes`, not `Json`)",
             "加密的请求体不会为空，说明它已被读取过。请传入收到的原始字节，该路由的中间件与提取器都不要读取请求体（axum：请提取 `Bytes`，而不是 `Json`）";
    BodyTooLarge "BODY_TOO_LARGE":
        "the body is larger than maxBodyBytes, or the string than maxBytes", "请求体超过 maxBodyBytes，或字符串超过 maxBytes",
        [in Rust] "the body is larger than `Config::max_body_bytes`, or a recording than is read", "请求体超过 `Config::max_body_bytes`，或录制文件超过可读取的上限";
        hint "Meituan's messages are small: look who sends this. If it is genuine, raise maxBodyBytes or maxBytes", "美团的报文都很小：请先确认是谁发来的；若确有这么大，请调大 maxBodyBytes 或 maxBytes";
        [in Rust] "Meituan's messages are small: look who sends this. If it is genuine, raise `Config::max_body_bytes`",
             "美团的报文都很小：请先确认是谁发来的；若确有这么大，请调大 `Config::max_body_bytes`";
    EncryptionRequired "ENCRYPTION_REQUIRED":
        "the call is plain, and must be encrypted", "请求未加密，而该接口要求加密";
        hint "bodyEncryption.required is set: ask Meituan whether it encrypts for you, and leave `required` out until then",
             "已设置 bodyEncryption.required：请与美团确认是否已开启加密，确认前不要设置";
        [in Rust] "`BodyEncryption::required` is set: ask Meituan whether it encrypts for you, and leave it false until then",
             "已设置 `BodyEncryption::required`：请与美团确认是否已开启加密，确认前请设为 false";
    MissingHeader "MISSING_HEADER":
        "a required header is missing", "缺少必需的请求头";
        hint "path names it. Meituan sends PartnerId, Date and Authorization: if its call reached you without one, a proxy, gateway or CDN on the way dropped it; let it through. A health check or a scanner sends none of them",
             "path 是缺少的请求头。美团会发送 PartnerId、Date、Authorization；若确是美团的请求，请让途中的代理、网关或 CDN 放行。健康检查与扫描程序不会带这些头";
    DuplicateHeader "DUPLICATE_HEADER":
        "a header that must be there once is there more than once", "只应出现一次的请求头出现了多次";
        hint "a proxy on the way adds its own Date or Authorization beside Meituan's: have it pass the header on as it came", "途中的代理在美团的请求头之外又加了一份 Date 或 Authorization：请改为原样转发";
    ForbiddenHeader "FORBIDDEN_HEADER":
        "this platform lets no program set the header", "当前平台不允许程序设置该请求头";
        hint "browsers set Date by themselves: sign and send on a server, where the secret belongs",
             "浏览器自行设置 Date：请在服务器上签名并发送，密钥也只应放在服务器上";
    MalformedHeader "MALFORMED_HEADER":
        "a header does not have the form it must have", "请求头格式不正确";
        hint "Authorization is `MWS <clientId>:<28 characters of Base64>`, with one space; PartnerId is digits", "Authorization 的格式是 `MWS <clientId>:<28 位 Base64>`，中间一个空格；PartnerId 为数字";
    MalformedDate "MALFORMED_DATE":
        "the Date header is not an HTTP date", "Date 请求头不是 HTTP 日期";
        hint "the form is `Fri, 17 Feb 2012 23:34:53 GMT`: English names, always GMT", "格式为 `Fri, 17 Feb 2012 23:34:53 GMT`：英文缩写，固定 GMT";
    StaleDate "STALE_DATE":
        "the Date header is too far from the current time", "Date 请求头与当前时间相差过大";
        hint "detail holds both times. Hours apart by whole numbers: somebody writes local time instead of GMT. Minutes: this machine's clock is off (compare `date -u`, switch NTP on), or the call was recorded and sent again. toleranceSeconds sets the limit, null switches the check off",
             "detail 中有双方时间。相差整小时：有一方用了本地时间而不是 GMT；相差几分钟：本机时钟不准（用 `date -u` 核对并开启 NTP），或这是重放的旧请求。toleranceSeconds 可调整范围，null 表示不检查";
        [in Rust] "detail holds both times. Hours apart by whole numbers: somebody writes local time instead of GMT. Minutes: this machine's clock is off (compare `date -u`, switch NTP on), or the call was recorded and sent again. `Config::tolerance` sets the limit, None switches the check off",
             "detail 中有双方时间。相差整小时：有一方用了本地时间而不是 GMT；相差几分钟：本机时钟不准（用 `date -u` 核对并开启 NTP），或这是重放的旧请求。`Config::tolerance` 可调整范围，None 表示不检查";
    UnknownClient "UNKNOWN_CLIENT":
        "the clientId in Authorization is not ours", "Authorization 中的 clientId 与配置不符";
        hint "compare the clientId in Authorization (`MWS <clientId>:…`) with the setting clientId: test and production have different ones, and a deployment may run with the other's. A space or line feed at the end of the setting counts",
             "请比对 Authorization（`MWS <clientId>:…`）中的 clientId 与配置项 clientId：测试与生产不同，部署时可能用错；配置末尾的空格或换行也算不同";
        [in Rust] "compare the name in Authorization (`MWS <name>:…`) with `Config::client_id`: test and production have different ones, and a deployment may run with the other's. A space or line feed at the end of the setting counts",
             "请比对 Authorization（`MWS <名称>:…`）中的名称与 `Config::client_id`：测试与生产不同，部署时可能用错；配置末尾的空格或换行也算不同";
    BadSignature "BAD_SIGNATURE":
        "the signature does not match", "签名不匹配";
        hint "look at stringToSign. Is its path the one that is registered with Meituan? If a proxy, a mounted router or a gateway stage cuts or adds a prefix, pass the original URL (Express: originalUrl) or set signedUri. If it is, the secret is wrong: of the other environment, rotated (clientSecret accepts several), or with a line feed at its end. `meituan-protocol ba verify --explain` tries it manually",
             "请看 stringToSign：其中的路径是否就是在美团登记的路径？若代理、挂载的路由或网关 stage 增删了前缀，请传入原始 URL（Express：originalUrl）或设置 signedUri。若路径无误，则是密钥不对：用了另一环境的、已轮换（clientSecret 可填多个）或末尾多了换行。可用 `meituan-protocol ba verify --explain` 手工核对";
        [in Rust] "look at string_to_sign. Is its path the one that is registered with Meituan? If a proxy, a nested router or a gateway stage cuts or adds a prefix, pass the original URI, or set `Parts::signed_uri` or `Config::signed_path`. If it is, the secret is wrong: of the other environment, rotated (`Config::client_secrets` accepts several), or with a line feed at its end. `ba::diagnose` tries what people do wrong",
             "请看 string_to_sign：其中的路径是否就是在美团登记的路径？若代理、嵌套的路由或网关 stage 增删了前缀，请传入原始 URI，或设置 `Parts::signed_uri`、`Config::signed_path`。若路径无误，则是密钥不对：用了另一环境的、已轮换（`Config::client_secrets` 可填多个）或末尾多了换行。可用 `ba::diagnose` 逐一排查";
    WrongPartnerId "WRONG_PARTNER_ID":
        "the partnerId is not ours", "partnerId 与配置不符";
        hint "compare with the setting partnerId: test and production have different ones, and one endpoint may be registered for several partners: then give the handler `partners` in place of `config`, which finds the settings of each",
             "请与配置项 partnerId 比对：测试与生产不同；同一地址也可能登记给了多个商家，此时请用 handler 的 `partners` 代替 `config`，按编号取得各自的配置";
        [in Rust] "compare with `Config::partner_id`: test and production have different ones, and one endpoint may be registered for several partners. If it is another partner's, give that one a supplier of its own",
             "请与 `Config::partner_id` 比对：测试与生产不同；同一地址也可能登记给了多个商家。若是另一商家的，请为其另建一个 supplier";
    UnknownRoute "UNKNOWN_ROUTE":
        "no call is registered for this path", "该路径没有对应的接口";
        hint "detail is the path that arrived. Add it to routes exactly as registered with Meituan (case and a slash at the end count); within a mounted router pass the whole path (Express: originalUrl)",
             "detail 是实际到达的路径。请按在美团登记的原样写入 routes（区分大小写与末尾斜杠）；在挂载的路由中请传入完整路径（Express：originalUrl）";
        [in Rust] "detail is the path that arrived. Add it by `Config::route` exactly as registered with Meituan (case and a slash at the end count); within a nested router pass the whole path (axum: `OriginalUri`)",
             "detail 是实际到达的路径。请用 `Config::route` 按在美团登记的原样添加（区分大小写与末尾斜杠）；在嵌套的路由中请传入完整路径（axum：`OriginalUri`）";
    EncryptionNotConfigured "ENCRYPTION_NOT_CONFIGURED":
        "the body is encrypted, but no key is configured", "报文已加密，但没有配置密钥";
        hint "set bodyEncryption: { key } with the 16-character key from Meituan", "请设置 bodyEncryption: { key }，填入美团分配的 16 位密钥";
        [in Rust] "set `Config::body_encryption` with the 16-character key from Meituan",
             "请设置 `Config::body_encryption`，填入美团分配的 16 位密钥";
    DecryptionFailed "DECRYPTION_FAILED":
        "the ciphertext cannot be opened", "密文无法解开";
        hint "check the key of this environment, and that the Base64 arrived unaltered (ticket: the whole HTTP body is one; ride: the parameter content)",
             "请检查当前环境的密钥，并确认 Base64 内容未被改动（门票：整个 HTTP 请求体；用车：参数 content）";
    InvalidUtf8 "INVALID_UTF8":
        "the input is not UTF-8", "报文不是 UTF-8";
        hint "the sender writes GBK or ISO-8859-1, or something on the way decodes and re-encodes the body: pass the bytes as received, and have the sender write UTF-8",
             "发送方用了 GBK 或 ISO-8859-1，或途中有程序对报文转码：请传入收到的原始字节，并让发送方使用 UTF-8";
    InvalidJson "INVALID_JSON":
        "the input is not JSON", "报文不是合法的 JSON";
        hint "offset is the byte at which reading stopped: print the body around it. A page of HTML is a proxy's or gateway's error; `[object Object]` is a parsed body; a=b&c=d is a form",
             "offset 是停止解析的字节位置，请打印其附近的报文。若是 HTML，则来自代理或网关的错误页；`[object Object]` 表示报文已被解析过；形如 a=b 的是表单";
    TruncatedJson "TRUNCATED_JSON":
        "the input ends before the JSON does", "JSON 不完整";
        hint "the body was cut: compare its length with Content-Length. Then a proxy's limit, or a reader that stops at the first chunk, is the cause", "报文被截断：请比对实际长度与 Content-Length；原因多为代理的大小限制，或只读了第一块";
    TooDeep "TOO_DEEP":
        "the JSON is nested too deeply", "JSON 嵌套过深";
        hint "no message of this API nests that deep: this is not Meituan's. Look who sends it; nothing need be changed", "本接口没有这么深的嵌套，这不是美团的报文：请查发送方，无需改动代码";
    DuplicateKey "DUPLICATE_KEY":
        "an object has the same key twice", "对象中有重复的键";
        hint "path names it. Two readers could see two different orders, so neither is accepted: have the sender write it once. If Meituan itself sends it twice, report it to your contact there, with the body",
             "path 是重复的键。不同的解析器会读到不同的值，因此拒绝：请让发送方只写一次；若确为美团所发，请附上报文联系美团对接人";
    StoreContended "STORE_CONTENDED":
        "an order could not be saved, because another request had saved it first each time", "订单无法保存：每次都有其他请求抢先";
        hint "look at the store's save: it must return true once it has saved, and compare with the revision that load gave. `storeContract` of meituan-protocol/testing finds what is wrong", "请检查 store 的 save：保存成功须返回 true，且与 load 给出的 revision 比较。可用 meituan-protocol/testing 的 `storeContract` 找出问题";
        [in Rust] "look at the store's save: it must return true once it has saved, and compare with the revision that load gave. `testing::store_contract` finds what is wrong",
             "请检查 store 的 save：保存成功须返回 true，且与 load 给出的 revision 比较。可用 `testing::store_contract` 找出问题";
    TimedOut "TIMED_OUT":
        "something outside did not end in time", "外部操作超时";
        hint "path names it. `store…`: look at the database; `config`, `record`, `settle`: your function hangs; `body`: the request came in part. Meituan got HTTP 503, and repeats its call. `send`: Meituan did not answer within `sendLimit`; it is sent again", "path 指明是哪一步。`store…`：请检查数据库；`config`、`record`、`settle`：该函数未结束；`body`：请求体不全。美团收到 503，会重试。`send`：美团未按时应答，稍后重发";
    LoneSurrogate "LONE_SURROGATE":
        "a string holds half of a surrogate pair", "字符串中有不成对的代理字符";
        hint "such a string cannot be written as UTF-8: it was cut in the middle of an emoji, most often by slice or substring. Cut by characters: [...string].slice(0, n).join('')",
             "这样的字符串无法写成 UTF-8：多半是 slice 或 substring 从表情符号中间截断。请按字符截断：[...string].slice(0, n).join('')";
        [in Rust] "an escape such as `\\ud83d` lacks its other half: the program that wrote the JSON cut a string in the middle of an emoji, and has to cut by characters. A Rust string cannot hold it, but JSON that is passed on as it came can (`RawJson`)",
             "`\\ud83d` 之类的转义缺少另一半：生成该 JSON 的程序从表情符号中间截断了字符串，须按字符截断。Rust 的字符串不会含有它，原样转发的 JSON（`RawJson`）则可能";
    MissingField "MISSING_FIELD":
        "a required field is missing", "缺少必填字段";
        hint "path names it. In what you send: fill it. In what came: look whether a wrapper, a proxy or a test client left it out; if Meituan itself did, its document and its service differ: report it to your contact there, with the body",
             "path 是缺少的字段。若是自己发送的：请补上；若是收到的：请检查封装、代理或测试工具是否遗漏；若确为美团所发，则文档与服务不一致，请附上报文联系美团对接人";
    UnknownField "UNKNOWN_FIELD":
        "a field is not in the definition", "出现定义之外的字段";
        hint "in what you send it is refused: most often it is misspelt, or is one level too high or low; compare with the field tables. In what came it is only reported, and nothing need be done",
             "发送时拒绝：多半是拼写错误，或放错了层级，请对照字段表；接收时仅作提示，无需处理";
    NullField "NULL_FIELD":
        "a field is null", "字段为 null";
        hint "read as absent; nothing need be done, unless you send it: leave the field out instead", "按缺省处理，无需改动；若是自己发送的，请改为不带该字段";
    WrongType "WRONG_TYPE":
        "a value is of the wrong type", "值的类型不对";
        hint "detail says what is expected at path. In what you send from JavaScript ids are strings, money is integer fen (fen(5800), yuan('58.00')), and times are epoch milliseconds",
             "detail 说明 path 处应为何种类型。在 JavaScript 中发送时，id 是字符串，金额是整数分（fen(5800)、yuan('58.00')），时间是毫秒时间戳";
        [in Rust] "detail says what is expected at path: ids are whole numbers (`Id`), money is integer fen (`Fen`), and times are epoch milliseconds (`Timestamp`); on the wire yuan and `yyyy-MM-dd HH:mm:ss`",
             "detail 说明 path 处应为何种类型：id 是整数（`Id`），金额是整数分（`Fen`），时间是毫秒时间戳（`Timestamp`）；报文中则为元与 `yyyy-MM-dd HH:mm:ss`";
    NumberAsString "NUMBER_AS_STRING":
        "a number came as a string", "数字以字符串形式传来";
        hint "read as the number; nothing need be done", "按数字读取，无需处理";
    StringAsNumber "STRING_AS_NUMBER":
        "a string came as a number", "字符串以数字形式传来";
        hint "read as its digits; nothing need be done", "按其数字读作字符串，无需处理";
    OutOfRange "OUT_OF_RANGE":
        "a number is outside its range", "数值超出范围";
        hint "detail names the range, path the field. Often the unit is wrong: fen for yuan, or seconds for milliseconds. An id that is 0 was left out by its sender",
             "detail 是允许的范围，path 是字段。多半是单位不对：分与元、秒与毫秒。id 为 0 说明发送方漏填";
    IdTooLarge "ID_TOO_LARGE":
        "an id does not fit 64 bits", "id 超出 64 位";
        hint "ids are digits, at most 18446744073709551615. A value that is longer or has other characters is another number, or two of them joined: look where path is filled", "id 只含数字，最大 18446744073709551615；更长或含其他字符的，不是 id 或拼接了两个：请检查 path 的取值来源";
    InvalidMoney "INVALID_MONEY":
        "an amount is not a decimal number of yuan with at most two places", "金额不是最多两位小数的元";
        hint "amounts are converted to fen exactly, and a third decimal place cannot be. In what you send: round it yourself, in fen, before (fen(5800), yuan('58.00')); 58.000000000001 comes from computing with yuan",
             "金额会精确换算为分，第三位小数无法换算。若是自己发送的：请先以分为单位取整（fen(5800)、yuan('58.00')）；58.000000000001 之类来自以元做浮点运算";
        [in Rust] "amounts are converted to fen exactly, and a third decimal place cannot be. In what you send: round it yourself, in fen, before (`Fen(5800)`, `\"58.00\".parse::<Fen>()`); 58.000000000001 comes from computing with yuan",
             "金额会精确换算为分，第三位小数无法换算。若是自己发送的：请先以分为单位取整（`Fen(5800)`、`\"58.00\".parse::<Fen>()`）；58.000000000001 之类来自以元做浮点运算";
    InvalidDate "INVALID_DATE":
        "a date or time is not of the documented form", "日期或时间格式不正确";
        hint "dates are yyyy-MM-dd, of a day that exists; times on the wire are yyyy-MM-dd HH:mm:ss in UTC+8, and epoch milliseconds in what you send from a program", "日期为 yyyy-MM-dd，且须真实存在；报文中的时间为 yyyy-MM-dd HH:mm:ss（东八区），程序中发送时用毫秒时间戳";
    EmptyString "EMPTY_STRING":
        "a required string is empty", "必填字符串为空";
        hint "path names the field: fill it with its true value. A blank most often comes from a lookup that found nothing. In what came, a refundId or rescheduleNo that is blank names nothing, so the call is refused before any function runs: look whether a test client left it out",
             "请在 path 处填入真实的值；空值多半来自查询无结果。若是收到的：refundId、rescheduleNo 为空则无从识别，会在执行任何函数之前拒绝该调用，请检查测试工具是否漏填";
    StringTooLong "STRING_TOO_LONG":
        "a string is longer than documented", "字符串超出约定长度";
        hint "detail names the limit: shorten the string at path, by characters. A longer string is sent and reported, and Meituan may cut or refuse it", "detail 是上限：请按字符数缩短 path 处的字符串。超长仍会发送并提示，但美团可能截断或拒绝";
    TooManyItems "TOO_MANY_ITEMS":
        "a list has more items than documented", "列表项数超出约定";
        hint "detail names the limit: split the list at path, and send several requests", "detail 是上限：请拆分 path 处的列表，分批发送";
    UnknownValue "UNKNOWN_VALUE":
        "a value is not in the documented list", "值不在约定的取值之中";
        hint "in what came it is kept and reported: handle it as the unknown, and do not fail. In what you send it is refused: use one of the table that the field names (codes in JavaScript); where the list is not known to be whole (ride) it is sent and reported",
             "接收时保留并提示：请按未知值处理，不要报错。发送时拒绝：请使用该字段取值表中的值（JavaScript 中为 codes）；若列表未必完整（用车），则发送并提示";
        [in Rust] "in what came it is kept and reported: handle it as the unknown, and do not fail. In what you send it is refused: use a constant of the field's type (`ticket::codes`, `ride::codes`); where the list is not known to be whole (ride) it is sent and reported",
             "接收时保留并提示：请按未知值处理，不要报错。发送时拒绝：请使用该字段类型的常量（`ticket::codes`、`ride::codes`）；若列表未必完整（用车），则发送并提示";
    RuleBroken "RULE_BROKEN":
        "a rule about the message's fields is broken", "字段不符合规则";
        hint "rule names it, path and detail show where. Its sentence, and whether Meituan documents it or it was inferred, are in the rule table (docs, or `meituan-protocol check`). Correct what you send; a documented rule that Meituan's own message breaks is for your contact there",
             "rule 是规则的名字，path 与 detail 指出位置；规则的说明及其为美团约定还是推断，见规则表（文档或 `meituan-protocol check`）。若是自己发送的：请改正；若美团的报文违反其约定，请联系美团对接人";
        [in Rust] "rule names it, path and detail show where. Its sentence, and whether Meituan documents it or it was inferred, are in the rule tables (docs/ticket-messages.md, docs/ride-messages.md). Correct what you send; a documented rule that Meituan's own message breaks is for your contact there",
             "rule 是规则的名字，path 与 detail 指出位置；规则的说明及其为美团约定还是推断，见规则表（docs/ticket-messages.md、docs/ride-messages.md）。若是自己发送的：请改正；若美团的报文违反其约定，请联系美团对接人";
    RuleUnchecked "RULE_UNCHECKED":
        "a rule could not be checked", "有规则未能检查";
        hint "it counts against the order's tickets: pass { order: { quantity } } as the second argument of ok, parse or parseResponse (on the command line --quantity); or keep orders in a store, which does so by itself. One about a day counts from the time at which the message is read: in Rust it is Facts.now",
             "该规则要与订单票数核对：请在 ok、parse 或 parseResponse 的第二个参数传入 { order: { quantity } }（命令行用 --quantity）；或用 store 保存订单，会自动核对。与日期有关的规则以读取报文的时间为准：Rust 中为 Facts.now";
        [in Rust] "it counts against the order's tickets: `Reply::for_quantity`, or `Facts::quantity`; a handler with a store does so by itself. One about a day counts from the time at which the message is read: `Facts::now`",
             "该规则要与订单票数核对：请用 `Reply::for_quantity` 或 `Facts::quantity`；带 store 的 handler 会自动核对。与日期有关的规则以读取报文的时间为准：`Facts::now`";
    IllegalReplyCode "ILLEGAL_REPLY_CODE":
        "the reply code cannot be used here", "此处不能使用这个返回码";
        hint "ticket: only the codes listed for the call are understood by Meituan, failUnlisted sends another one on purpose; ride: a failure is any whole number but 0, which says success",
             "门票：美团只识别该接口约定的返回码，确需其他返回码请用 failUnlisted；用车：失败可用除 0（成功）以外的任意整数";
        [in Rust] "ticket: only the codes listed for the call are understood by Meituan, `Reply::refuse_unlisted` sends another one on purpose; ride: a failure is any whole number but 0, which says success",
             "门票：美团只识别该接口约定的返回码，确需其他返回码请用 `Reply::refuse_unlisted`；用车：失败可用除 0（成功）以外的任意整数";
    RemoteRejected "REMOTE_REJECTED":
        "Meituan did not accept the request", "美团没有接受该请求";
        hint "remoteCode and describe are Meituan's own words. retryable true: send the same again later. Otherwise correct what they name first. Nothing understandable there: give your contact at Meituan the time, the order's number and traceId",
             "remoteCode 与 describe 是美团的原话。retryable 为 true：可稍后原样重发；否则请先改正其指出的问题。若看不出原因，请将时间、订单号与 traceId 提供给美团对接人";
        [in Rust] "`Error::remote` has Meituan's own code and words. `retryable` true: send the same again later. Otherwise correct what they name first. Nothing understandable there: give your contact at Meituan the time, the order's number and `trace_id`",
             "`Error::remote` 中是美团的返回码与原话。`retryable` 为 true：可稍后原样重发；否则请先改正其指出的问题。若看不出原因，请将时间、订单号与 `trace_id` 提供给美团对接人";
    AliasedField "ALIASED_FIELD":
        "a field came under another name", "字段以另一个名字出现";
        hint "read as the documented field, so nothing need be done; detail names what was sent", "按约定的字段读取，无需处理；detail 是实际的名字";
    WrongToken "WRONG_TOKEN":
        "the token is not ours", "token 与配置不符";
        hint "the token is the accessKey of the environment that pushes: test and production differ, and both may push to the same address. Compare with the setting accessKey. If nobody at Meituan sent it, refusing it was right",
             "token 是推送方环境的 accessKey：测试与生产不同，且可能推送到同一地址，请与配置项 accessKey 比对。若并非美团所发，拒绝即可";
        [in Rust] "the token is the accessKey of the environment that pushes: test and production differ, and both may push to the same address. Compare with `Config::access_key`. If nobody at Meituan sent it, refusing it was right",
             "token 是推送方环境的 accessKey：测试与生产不同，且可能推送到同一地址，请与 `Config::access_key` 比对。若并非美团所发，拒绝即可";
    WrongEntId "WRONG_ENT_ID":
        "the entId is not ours", "entId 与配置不符";
        hint "compare with the setting entId: test and production differ, and a group may have several enterprises, each with a number, an accessKey and a secretKey of its own", "请与配置项 entId 比对：测试与生产不同；集团可能有多个企业，各有自己的 entId、accessKey 与 secretKey";
        [in Rust] "compare with `Config::ent_id`: test and production differ, and a group may have several enterprises, each with a number, an accessKey and a secretKey of its own",
             "请与 `Config::ent_id` 比对：测试与生产不同；集团可能有多个企业，各有自己的 entId、accessKey 与 secretKey";
    StaleTimestamp "STALE_TIMESTAMP":
        "the ts is too far from the current time", "ts 与当前时间相差过大";
        hint "detail holds both times, in milliseconds. Minutes: this machine's clock is off (compare `date -u`, switch NTP on), or the push waited on its way, and comes again. toleranceSeconds sets the limit, null switches the check off",
             "detail 中有双方的毫秒时间戳。相差几分钟：本机时钟不准（用 `date -u` 核对并开启 NTP），或推送在途中滞留，会再次推送。toleranceSeconds 可调整范围，null 表示不检查";
        [in Rust] "detail holds both times, in milliseconds. Minutes: this machine's clock is off (compare `date -u`, switch NTP on), or the push waited on its way, and comes again. `Config::tolerance` sets the limit, None switches the check off",
             "detail 中有双方的毫秒时间戳。相差几分钟：本机时钟不准（用 `date -u` 核对并开启 NTP），或推送在途中滞留，会再次推送。`Config::tolerance` 可调整范围，None 表示不检查";
    UnexpectedMethod "UNEXPECTED_METHOD":
        "the method belongs to another interface", "method 属于另一个接口";
        hint "detail is the method that came: give it a path of its own in routes, and register that with Meituan; or the two addresses were exchanged in the registration", "detail 是收到的 method：请在 routes 中为其单独登记路径并告知美团；也可能是登记时两个地址填反了";
    ByteOrderMark "BYTE_ORDER_MARK":
        "the input begins with a byte order mark", "报文以字节顺序标记（BOM）开头";
        hint "it is passed over, and nothing need be done; a file that you send is saved without it (UTF-8, no BOM)", "已忽略，无需处理；自己发送的文件请存为无 BOM 的 UTF-8";
    ModuleFailed "MODULE_FAILED":
        "the WebAssembly module broke off in the middle of a call", "WebAssembly 模块在调用中途中断";
        hint "the next call works again. `cause` says why: the stack ends (a recursion without end), the memory cannot grow (a huge message), or a host cipher called the library. Otherwise report it",
             "之后的调用不受影响。原因见 `cause`：调用栈溢出（无限递归）、内存无法增长（报文过大），或自带的加密函数又调用了本库；其他请反馈给我们";
    WasmUnavailable "WASM_UNAVAILABLE":
        "a WebAssembly file of the package cannot be loaded", "无法加载本包的 WebAssembly 文件";
        hint "path is the file. Not found: a bundler for Node left it behind; add `module` to its conditions. Compiling forbidden: a Worker must import the file, by the condition `workerd`; a page's Content-Security-Policy needs 'wasm-unsafe-eval'. See docs/loading.md",
             "path 是该文件。找不到文件：面向 Node 的打包工具未带上它，请在 conditions 中加入 `module`。禁止编译：Worker 须经条件 `workerd` 导入该文件；网页的 Content-Security-Policy 须含 'wasm-unsafe-eval'。见 docs/loading.md";
    NoReply "NO_REPLY":
        "Meituan got HTTP 503 without a reply, because the outcome is not known", "结果未知，未向美团应答（HTTP 503）";
        hint "another process is working on the order, or broke off: Meituan repeats its call, and gets the truth. If it comes again for one order, see what `orders.explain(orderId)` says is open, and whether the function lasts longer than Meituan waits",
             "另一进程正在处理该订单，或处理中断：美团会重试，届时返回真实结果。若同一订单反复出现，请用 `orders.explain(orderId)` 查看未完成的处理，并检查函数耗时是否超过美团的超时时间";
        [in Rust] "another process is working on the order, or broke off: Meituan repeats its call, and gets the truth. If it comes again for one order, see what `Handler::explain` says is open, and whether the function lasts longer than Meituan waits",
             "另一进程正在处理该订单，或处理中断：美团会重试，届时返回真实结果。若同一订单反复出现，请用 `Handler::explain` 查看未完成的处理，并检查函数耗时是否超过美团的超时时间";
}

impl ErrorCode {
    /// Returns the sentence for a caller who has not proven to be Meituan: one of three sentences about the headers, without any
    /// value or place. That of [`ErrorCode::DecryptionFailed`] covers whatever is wrong with or in an encrypted body: a
    /// difference there would open other bodies, byte by byte. `None` for errors that are found later.
    pub const fn public_sentence(self) -> Option<&'static str> {
        match self {
            ErrorCode::MissingHeader
            | ErrorCode::MalformedHeader
            | ErrorCode::DuplicateHeader
            | ErrorCode::WrongPartnerId
            | ErrorCode::MalformedDate => Some("认证头缺失或格式错误"),
            ErrorCode::StaleDate => Some("Date 超出允许范围"),
            // Whether it was the client's name or the secret that was wrong is nobody's business.
            ErrorCode::BadSignature | ErrorCode::UnknownClient => Some("签名校验失败"),
            ErrorCode::DecryptionFailed => Some("请求体解密或解析失败"),
            _ => None,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issue {
    /// The kind of error.
    pub code: ErrorCode,
    /// Whether the message is refused for it. A finding that does not refuse is a warning.
    pub refuses: bool,
    /// The field, such as `body.visitors[0].name`; empty for the message itself.
    pub path: String,
    /// The rule's stable id, where a rule was broken.
    pub rule: Option<&'static str>,
    /// The value that was found or expected, for people.
    pub detail: String,
    /// Its place in the input, in bytes.
    pub offset: u32,
}

/// Input that cannot be used: the first finding that refuses it, and every other finding with it. Its facts are in its [`Details`],
/// whose fields are read as if they were its own: `error.code`, `error.path`.
///
/// ```
/// use meituan_protocol::ticket::{Config, Supplier};
/// use meituan_protocol::{ErrorCode, Secret};
///
/// let error = Supplier::new(Config::new(1122, "your-client-id", Secret::new(""))).unwrap_err();
/// assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "clientSecret"));
/// assert_eq!(error.code.as_str(), "INVALID_CONFIG"); // as in JavaScript
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Details>);

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// The facts of an [`Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Details {
    /// The stable code.
    pub code: ErrorCode,
    /// The field, header or setting it is about; empty where it is about the whole.
    pub path: String,
    /// The value that was found or expected, for people.
    pub detail: String,
    /// The rule's stable id, where a rule was broken.
    pub rule: Option<&'static str>,
    /// The string that is signed, where the signature was looked at. It holds no secret.
    pub string_to_sign: Option<Box<str>>,
    /// All findings, warnings included, where a message was read.
    pub issues: Vec<Issue>,
    /// Meituan's answer, where it did not accept a request (`REMOTE_REJECTED`).
    pub remote: Option<Box<Remote>>,
    /// The error of another library that it comes from; [`std::error::Error::source`] has it.
    cause: Option<Cause>,
}

/// The error of another library.
#[derive(Debug, Clone)]
struct Cause(Arc<dyn std::error::Error + Send + Sync>);

/// By their words.
impl PartialEq for Cause {
    fn eq(&self, other: &Cause) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}

impl Eq for Cause {}

/// Meituan's answer when it did not accept a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remote {
    /// Its number. 0, which is no number of a failure, where what it sent is no whole number, or is beyond 2^53: the
    /// error's detail begins with it then.
    pub code: i64,
    /// The documented name of the number, such as `SYSTEM_ERROR`; empty where the number is not documented.
    pub name: &'static str,
    /// Its own words.
    pub describe: String,
    /// The same request may succeed later (inferred from what the number means).
    pub retryable: bool,
    /// The number is the gateway's `status`, not the business `code`: the request did not reach the business.
    pub gateway: bool,
    /// The HTTP status, where it says that the request has failed, whatever else was said.
    pub http_status: Option<u16>,
    /// The id for Meituan's support: the reply header `M-TraceId`, or `traceId` of the reply.
    pub trace_id: String,
    /// The meaning of the number in Meituan's spec.
    #[cfg(feature = "texts")]
    pub meaning: Option<Text>,
}

impl Error {
    /// An error about `path`.
    #[cold]
    #[inline(never)]
    pub fn at(code: ErrorCode, path: &str) -> Self {
        Error(Box::new(Details {
            code,
            path: path.into(),
            detail: String::new(),
            rule: None,
            string_to_sign: None,
            issues: Vec::new(),
            remote: None,
            cause: None,
        }))
    }

    /// The same with words about what was found.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn detail(mut self, detail: &str) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same with the error of another library that it comes from, whose words are its detail where it has none yet.
    #[must_use]
    #[cold]
    #[inline(never)]
    pub fn caused_by(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        if self.detail.is_empty() {
            self.detail = cause.to_string();
        }
        self.cause = Some(Cause(Arc::new(cause)));
        self
    }

    /// The same with what would be said without it. The wasm modules know no formatting, and so have no error behind an error.
    pub(crate) fn instead_of(self, error: Error) -> Self {
        #[cfg(not(all(feature = "wasm-messages", target_arch = "wasm32")))]
        let this = self.caused_by(error);
        #[cfg(all(feature = "wasm-messages", target_arch = "wasm32"))]
        let (this, _) = (self, error);
        this
    }

    /// The same with the reply header `M-TraceId`, where the other side did not accept a request.
    #[must_use]
    pub fn traced(mut self, trace_id: &str) -> Self {
        if let Some(remote) = self.remote.as_mut().filter(|_| !trace_id.is_empty()) {
            remote.trace_id = trace_id.into();
        }
        self
    }

    /// The error that a list of findings amounts to, if any of them refuses.
    #[inline(never)]
    pub fn from_issues(issues: &[Issue]) -> Option<Self> {
        let first = issues.iter().find(|issue| issue.refuses)?;
        let mut error = Error::at(first.code, &first.path).detail(&first.detail);
        error.rule = first.rule;
        error.issues = issues.to_vec();
        Some(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        #[cfg(feature = "texts")]
        write!(f, ": {}", self.code.meaning().en)?;
        if !self.path.is_empty() {
            write!(f, " (at {})", self.path)?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        if let Some(rule) = self.rule {
            write!(f, " [rule {rule}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|Cause(cause)| &**cause as _)
    }
}
