//! Everything that can be wrong, by name.
//!
//! An [`ErrorCode`] is stable: programs may branch on it, in Rust and in JavaScript alike (there it is the same
//! string). An [`Issue`] is one finding about a message, with the path of the field and its place in the text.
//! An [`Error`] is what a call returns when the input cannot be used: the first finding, and all the others with it.
//!
//! The sentences for people, in English and Chinese, stand beside the codes in one table. They exist only with the
//! `texts` feature, so that the wasm module does not carry them.

use std::fmt;
use std::ops::{Deref, DerefMut};

/// What one code says to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

macro_rules! error_codes {
    ($( $variant:ident $name:literal: $en:literal, $zh:literal; hint $hint_en:literal, $hint_zh:literal; )*) => {
        /// The stable name of what is wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum ErrorCode { $( #[doc = $en] $variant, )* }

        impl ErrorCode {
            /// Every code, in the order of their numbers.
            pub const ALL: &'static [ErrorCode] = &[ $( ErrorCode::$variant, )* ];

            /// The stable string, the same in Rust and JavaScript, such as `"BAD_SIGNATURE"`.
            pub const fn as_str(self) -> &'static str {
                match self { $( ErrorCode::$variant => $name, )* }
            }

            /// What it means.
            #[cfg(feature = "texts")]
            pub const fn meaning(self) -> Text {
                match self { $( ErrorCode::$variant => Text { en: $en, zh: $zh }, )* }
            }

            /// What to look at first.
            #[cfg(feature = "texts")]
            pub const fn hint(self) -> Text {
                match self { $( ErrorCode::$variant => Text { en: $hint_en, zh: $hint_zh }, )* }
            }
        }
    };
}

error_codes! {
    InvalidConfig "INVALID_CONFIG":
        "the configuration cannot be used", "配置不可用";
        hint "see the path for the setting; numbers may be given as numeric strings", "请看 path 指出的配置项；数字也可写成数字字符串";
    BodyNotRaw "BODY_NOT_RAW":
        "the body is a parsed object, not the raw text", "请求体是已解析的对象，而不是原始报文";
        hint "pass the bytes or text as received: switch off the framework's body parser for this route (Express: express.raw({ type: '*/*' }); Next: bodyParser: false)",
             "请传入收到的原始字节或文本：对该路由关闭框架的 body 解析（Express：express.raw({ type: '*/*' })；Next：bodyParser: false）";
    BodyTooLarge "BODY_TOO_LARGE":
        "the body is larger than maxBodyBytes", "请求体超过 maxBodyBytes";
        hint "raise maxBodyBytes if such bodies are genuine", "若确有这么大的报文，请调大 maxBodyBytes";
    MissingHeader "MISSING_HEADER":
        "a required header is missing", "缺少必需的请求头";
        hint "Meituan sends PartnerId, Date and Authorization; look whether a proxy or gateway drops them", "美团会发送 PartnerId、Date、Authorization；请检查代理或网关是否丢弃了它们";
    DuplicateHeader "DUPLICATE_HEADER":
        "a header that must be there once is there more than once", "只应出现一次的请求头出现了多次";
        hint "look for a proxy that adds its own Date or Authorization beside Meituan's", "请检查代理是否在美团的请求头之外又加了一份";
    MalformedHeader "MALFORMED_HEADER":
        "a header does not have the form it must have", "请求头格式不正确";
        hint "Authorization is `MWS <clientId>:<28 characters of Base64>`, with one space; PartnerId is digits", "Authorization 的格式是 `MWS <clientId>:<28 位 Base64>`，中间一个空格；PartnerId 为数字";
    MalformedDate "MALFORMED_DATE":
        "the Date header is not an HTTP date", "Date 请求头不是 HTTP 日期";
        hint "the form is `Fri, 17 Feb 2012 23:34:53 GMT`: English names, always GMT", "格式为 `Fri, 17 Feb 2012 23:34:53 GMT`：英文缩写，固定 GMT";
    StaleDate "STALE_DATE":
        "the Date header is too far from the current time", "Date 请求头与当前时间相差过大";
        hint "compare both clocks; toleranceSeconds sets the limit, null switches the check off", "请核对双方时钟；toleranceSeconds 可调整范围，null 表示不检查";
    UnknownClient "UNKNOWN_CLIENT":
        "the clientId in Authorization is not ours", "Authorization 中的 clientId 与配置不符";
        hint "check clientId for this environment (test and production differ)", "请检查当前环境的 clientId（测试与生产不同）";
    BadSignature "BAD_SIGNATURE":
        "the signature does not match", "签名不匹配";
        hint "compare stringToSign byte by byte with what Meituan signed: path as Meituan sees it, one LF, the Date as received; then the secret",
             "请逐字节比对 stringToSign：美团看到的路径、一个换行符、原样的 Date；再检查密钥";
    WrongPartnerId "WRONG_PARTNER_ID":
        "the partnerId is not ours", "partnerId 与配置不符";
        hint "check partnerId for this environment", "请检查当前环境的 partnerId";
    UnknownRoute "UNKNOWN_ROUTE":
        "no call is registered for this path", "该路径没有对应的接口";
        hint "add the path to routes, exactly as registered with Meituan", "请在 routes 中登记与美团约定的路径";
    EncryptionNotConfigured "ENCRYPTION_NOT_CONFIGURED":
        "the body is encrypted, but no key is configured", "报文已加密，但没有配置密钥";
        hint "set bodyEncryption: { key } with the 16-character key from Meituan", "请设置 bodyEncryption: { key }，填入美团分配的 16 位密钥";
    DecryptionFailed "DECRYPTION_FAILED":
        "the encrypted text cannot be opened", "密文无法解开";
        hint "check the key of this environment, and that the Base64 text arrived unaltered (ticket: the whole HTTP body is one; ride: the parameter content)",
             "请检查当前环境的密钥，并确认 Base64 文本未被改动（门票：整个 HTTP 请求体；用车：参数 content）";
    InvalidUtf8 "INVALID_UTF8":
        "the text is not UTF-8", "报文不是 UTF-8";
        hint "look for a client that sends GBK or ISO-8859-1", "请检查发送方是否使用了 GBK 或 ISO-8859-1";
    InvalidJson "INVALID_JSON":
        "the text is not JSON", "报文不是合法的 JSON";
        hint "the offset tells where reading stopped", "offset 指出了停止解析的位置";
    TruncatedJson "TRUNCATED_JSON":
        "the text ends before the JSON does", "JSON 不完整";
        hint "look for a body that was cut: Content-Length, proxies, a reader that stops at the first chunk", "请检查报文是否被截断：Content-Length、代理、只读了第一块";
    TooDeep "TOO_DEEP":
        "the JSON is nested too deeply", "JSON 嵌套过深";
        hint "no message of this API nests that deep: this is not a call of Meituan's", "本接口没有这么深的嵌套：这不是美团的请求";
    DuplicateKey "DUPLICATE_KEY":
        "an object has the same key twice", "对象中有重复的键";
        hint "two readers could see two different orders, so neither is taken", "不同的解析器会读到不同的值，因此拒绝";
    StoreContended "STORE_CONTENDED":
        "an order could not be saved, because somebody else was first each time", "订单无法保存：每次都有其他请求抢先";
        hint "look at the store's save: does it return true once it has saved?", "请检查 store 的 save：保存成功后是否返回 true";
    LoneSurrogate "LONE_SURROGATE":
        "a text holds half of a surrogate pair", "文本中有不成对的代理字符";
        hint "such text cannot be written as UTF-8; look for a string cut in the middle of an emoji", "这样的文本无法写成 UTF-8；请检查是否从表情符号中间截断";
    MissingField "MISSING_FIELD":
        "a required field is missing", "缺少必填字段";
        hint "the path names it", "path 指出了该字段";
    UnknownField "UNKNOWN_FIELD":
        "a field is not in the definition", "出现定义之外的字段";
        hint "in what we send it is refused: most often it is misspelt; in what we receive it is only reported", "发送时拒绝：多半是拼写错误；接收时仅作提示";
    NullField "NULL_FIELD":
        "a field is null", "字段为 null";
        hint "read as absent", "按缺省处理";
    WrongType "WRONG_TYPE":
        "a value is of the wrong type", "值的类型不对";
        hint "ids are strings on the JavaScript side, money is integer fen, times are epoch milliseconds", "在 JavaScript 一侧，id 是字符串，金额是整数分，时间是毫秒时间戳";
    NumberAsString "NUMBER_AS_STRING":
        "a number came as a string", "数字以字符串形式传来";
        hint "read as the number", "按数字读取";
    StringAsNumber "STRING_AS_NUMBER":
        "a string came as a number", "字符串以数字形式传来";
        hint "read as its digits", "按其数字文本读取";
    OutOfRange "OUT_OF_RANGE":
        "a number is outside its range", "数值超出范围";
        hint "the detail names the range", "detail 中给出了范围";
    IdTooLarge "ID_TOO_LARGE":
        "an id does not fit 64 bits", "id 超出 64 位";
        hint "ids are unsigned 64-bit integers", "id 是无符号 64 位整数";
    InvalidMoney "INVALID_MONEY":
        "an amount is not a decimal number of yuan with at most two places", "金额不是最多两位小数的元";
        hint "amounts are converted to fen exactly; a third decimal place cannot be", "金额会精确换算为分；第三位小数无法换算";
    InvalidDate "INVALID_DATE":
        "a date or time is not of the documented form", "日期或时间格式不正确";
        hint "dates are yyyy-MM-dd; times on the wire are yyyy-MM-dd HH:mm:ss in UTC+8", "日期为 yyyy-MM-dd；报文中的时间为 yyyy-MM-dd HH:mm:ss（东八区）";
    EmptyText "EMPTY_TEXT":
        "a required text is empty", "必填文本为空";
        hint "required fields must be filled, and filled correctly", "必填字段一定要填且填对";
    TextTooLong "TEXT_TOO_LONG":
        "a text is longer than documented", "文本超出约定长度";
        hint "the detail names the limit", "detail 中给出了上限";
    TooManyItems "TOO_MANY_ITEMS":
        "a list has more items than documented", "列表项数超出约定";
        hint "the detail names the limit; send several requests", "detail 中给出了上限；请分批发送";
    UnknownValue "UNKNOWN_VALUE":
        "a value is not in the documented list", "值不在约定的取值之中";
        hint "in what we receive it is kept and reported; in what we send it is refused, or, where the list is not known to be whole (ride), sent and reported",
             "接收时保留并提示；发送时拒绝；若列表未必完整（用车），则发送并提示";
    RuleBroken "RULE_BROKEN":
        "a rule about the message's fields is broken", "字段不符合规则";
        hint "the rule's name tells which rule; its text, and whether Meituan documents it or it was inferred, is in the rule table",
             "rule 给出了规则的名字；规则表中有其说明，以及是美团约定还是推断";
    RuleUnchecked "RULE_UNCHECKED":
        "a rule could not be checked", "有规则未能检查";
        hint "it needs the order: pass { order } with its quantity", "需要订单信息：请传入带有数量的 { order }";
    IllegalReplyCode "ILLEGAL_REPLY_CODE":
        "the reply code cannot be used here", "此处不能使用这个返回码";
        hint "ticket: only the codes listed for the call are understood by Meituan, failUnlisted sends another one on purpose; ride: a failure is any whole number but 0, which says success",
             "门票：美团只识别该接口约定的返回码，确需其他返回码请用 failUnlisted；用车：失败可用除 0（成功）以外的任意整数";
    RemoteRejected "REMOTE_REJECTED":
        "Meituan did not accept the request", "美团没有接受该请求";
        hint "remoteCode and describe hold Meituan's own words", "remoteCode 与 describe 是美团的原话";
    AliasedField "ALIASED_FIELD":
        "a field came under another name", "字段以另一个名字出现";
        hint "read as the documented field; the detail names what was sent", "按约定的字段读取；detail 中给出了实际的名字";
    WrongToken "WRONG_TOKEN":
        "the token is not ours", "token 与配置不符";
        hint "the token is the accessKey of this environment (test and production differ)", "token 即当前环境的 accessKey（测试与生产不同）";
    WrongEntId "WRONG_ENT_ID":
        "the entId is not ours", "entId 与配置不符";
        hint "check entId for this environment", "请检查当前环境的 entId";
    StaleTimestamp "STALE_TIMESTAMP":
        "the ts is too far from the current time", "ts 与当前时间相差过大";
        hint "compare both clocks; toleranceSeconds sets the limit, null switches the check off", "请核对双方时钟；toleranceSeconds 可调整范围，null 表示不检查";
    UnexpectedMethod "UNEXPECTED_METHOD":
        "the method belongs to another interface", "method 属于另一个接口";
        hint "check which push is registered for this path", "请检查该路径登记的是哪一种推送";
    ByteOrderMark "BYTE_ORDER_MARK":
        "the text begins with a byte order mark", "报文以字节顺序标记（BOM）开头";
        hint "it is passed over; JSON and forms have none", "已忽略；JSON 与表单不应带 BOM";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong.
    pub code: ErrorCode,
    /// Whether the message is refused for it. A finding that does not refuse is a warning.
    pub refuses: bool,
    /// The field, such as `body.visitors[0].name`; empty for the message itself.
    pub path: String,
    /// The rule's stable id, where a rule was broken.
    pub rule: Option<&'static str>,
    /// What was found or expected, for people.
    pub detail: String,
    /// Where in the text it was found, in bytes.
    pub offset: u32,
}

/// Input that cannot be used: the first finding that refuses it, and every other finding with it. What there is to know
/// about it is in its [`Details`], whose fields are read as if they were its own: `error.code`, `error.path`.
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

/// What an [`Error`] knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The stable code.
    pub code: ErrorCode,
    /// The field, header or setting it is about; empty where it is about the whole.
    pub path: String,
    /// What was found or expected, for people.
    pub detail: String,
    /// The rule's stable id, where a rule was broken.
    pub rule: Option<&'static str>,
    /// What the signature was computed over, where the signature was looked at. It holds no secret.
    pub string_to_sign: Option<Box<str>>,
    /// All findings, warnings included, where a message was read.
    pub issues: Vec<Issue>,
    /// What the other side said, where it did not accept a request (`REMOTE_REJECTED`).
    pub remote: Option<Box<Remote>>,
}

/// What the other side said when it did not accept a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// What Meituan's support asks for: the reply header `M-TraceId`, or `traceId` of the reply.
    pub trace_id: String,
    /// What the document says the number means.
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

    /// What to look at first.
    #[cfg(feature = "texts")]
    pub fn hint(&self) -> Text {
        self.code.hint()
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

impl std::error::Error for Error {}
