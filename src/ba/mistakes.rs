//! Common mistakes of signing: one table. The order matters where two mistakes make the same string: the more common one
//! is first.

use super::dates::Form;
use super::evidence::{Evidence, KeyForm, Url, Way};
#[cfg(feature = "texts")]
use crate::Text;
use serde::{Serialize, Serializer};

/// One known mistake.
pub struct Mistake {
    /// The stable id, such as `line.crlf`.
    pub id: &'static str,
    /// The mistake.
    #[cfg(feature = "texts")]
    pub what: Text,
    /// How to put it right.
    #[cfg(feature = "texts")]
    pub fix: Text,
    pub(super) changes: Changes,
}

/// The change that a mistake makes in the string to sign, the key or the hash. Two mistakes go together where they change
/// different things.
#[derive(Clone, Copy)]
pub(super) enum Changes {
    /// Nothing: it can be seen in the headers, or is tried in another way.
    Seen,
    /// One of these is in the string instead.
    Texts(Aspect, &'static [&'static str]),
    /// One of these forms of the date.
    Dates(&'static [Form]),
    /// One of the strings that are made of the request.
    Made(Aspect, fn(&Evidence<'_>, &mut Vec<String>)),
    /// One of these was made of the secret.
    Keys(&'static [KeyForm]),
    /// One of these was done with secret and string.
    Ways(&'static [Way]),
}

/// The parts of the string to sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Aspect {
    Method,
    Space,
    Uri,
    Line,
    Date,
    End,
}

use Aspect::{Date, End, Line, Method, Space, Uri};
use Changes::{Dates, Keys, Made, Seen, Texts, Ways};

impl std::fmt::Debug for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Mistake").field(&self.id).finish()
    }
}

/// As its id.
impl Serialize for Mistake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl PartialEq for Mistake {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

macro_rules! mistakes {
    ($( $id:literal, $changes:expr, $what_en:literal, $what_zh:literal; fix $fix_en:literal, $fix_zh:literal; )*) => {
        /// Every mistake that is known.
        pub static MISTAKES: &[Mistake] = &[$(
            Mistake {
                id: $id,
                #[cfg(feature = "texts")]
                what: Text { en: $what_en, zh: $what_zh },
                #[cfg(feature = "texts")]
                fix: Text { en: $fix_en, zh: $fix_zh },
                changes: $changes,
            },
        )*];
    };
}

mistakes! {
    // Mistakes that can be seen in the headers.
    "header.authorization", Seen,
        "The Authorization header is missing or has no signature", "缺少 Authorization 请求头，或其中没有签名";
        fix "Send Authorization: MWS <clientId>:<signature>; look for a proxy that drops it", "发送 Authorization: MWS <clientId>:<签名>，并检查代理是否丢弃了它";
    "header.date", Seen,
        "The Date header is missing", "缺少 Date 请求头";
        fix "Send the very date that was signed as the Date header", "把参与签名的日期原样放进 Date 请求头";
    "header.scheme", Seen,
        "Authorization does not begin with MWS and one space", "Authorization 不是以 MWS 加一个空格开头";
        fix "Write MWS in upper case, one space, then <clientId>:<signature>", "大写 MWS，一个空格，然后是 <clientId>:<签名>";
    "header.client-id", Seen,
        "The clientId in Authorization is another one", "Authorization 中的 clientId 不是约定的那个";
        fix "Use the clientId of this environment: test and production differ", "使用当前环境的 clientId，测试与生产不同";
    "header.partner-id", Seen,
        "The partnerId is where the clientId belongs", "在 clientId 的位置写了 partnerId";
        fix "The partnerId goes into the PartnerId header; Authorization has the clientId", "partnerId 放在 PartnerId 请求头，Authorization 中用 clientId";
    "header.secret", Seen,
        "The secret is where the clientId belongs, or the clientId was given here as the secret", "Authorization 中 clientId 的位置写的是密钥，或者这里填写的密钥其实是 clientId";
        fix "Compare both with what Meituan gave you: the clientId is sent, the clientSecret only signs. A secret that was sent must be replaced", "对照美团下发的两个值：clientId 放进请求头，clientSecret 只用来签名；已经发送出去的密钥必须更换";
    "header.swapped", Seen,
        "Signature and clientId have changed places", "签名与 clientId 的位置颠倒";
        fix "The clientId comes first: MWS <clientId>:<signature>", "clientId 在前：MWS <clientId>:<签名>";
    "encoding.hex", Seen,
        "The signature is written in hex", "签名写成了十六进制";
        fix "Write the 20 bytes in Base64: 28 characters ending in =", "把 20 字节写成 Base64：28 个字符，以 = 结尾";
    "encoding.base64-of-hex", Seen,
        "The signature is the Base64 of its hex string", "对签名的十六进制字符串又做了 Base64";
        fix "Give the 20 raw bytes to Base64, not their hex string", "直接对 20 个原始字节做 Base64，不要先转成十六进制字符串";
    "encoding.url-safe", Seen,
        "The signature is in the URL-safe Base64 alphabet", "签名用了 URL 安全的 Base64 字母表";
        fix "Use the standard alphabet, with + and /", "使用标准字母表（+ 和 /）";
    "encoding.unpadded", Seen,
        "The signature lacks the = at its end", "签名末尾缺少 =";
        fix "Write Base64 with padding", "Base64 保留末尾的填充";
    "encoding.percent", Seen,
        "The signature is percent-encoded", "签名被做了 URL 编码";
        fix "The header has the Base64 as it is", "请求头中直接放 Base64，不做 URL 编码";
    "encoding.plus", Seen,
        "A + of the signature has become a space", "签名中的 + 变成了空格";
        fix "Do not decode the header as if it were a form", "不要把请求头当作表单来解码";
    "hash.sha256", Seen,
        "The signature is as long as that of SHA-256", "签名的长度是 SHA-256 的";
        fix "Use HMAC-SHA1", "改用 HMAC-SHA1";
    "hash.md5", Seen,
        "The signature is as long as that of MD5", "签名的长度是 MD5 的";
        fix "Use HMAC-SHA1", "改用 HMAC-SHA1";

    // Mistakes in the string that was signed.
    "line.crlf", Texts(Line, &["\r\n"]),
        "Method and date are on lines that end with CRLF", "两行之间用了 CRLF 换行";
        fix "One line feed (0x0A) between URI and date, no carriage return", "URI 与日期之间只用一个换行符 LF（0x0A），不要回车";
    "line.escaped", Texts(Line, &["\\n"]),
        "The line feed was signed as the two characters \\n", "换行符被当作 \\n 两个字符参与签名";
        fix "Write a real line feed: check the quotes, or the template's escapes", "写真正的换行符：检查引号或模板的转义";
    "line.left-out", Texts(Line, &[""]),
        "There is no line feed between URI and date", "URI 与日期之间没有换行符";
        fix "One line feed (0x0A) between URI and date", "URI 与日期之间加一个换行符 LF（0x0A）";
    "line.space", Texts(Line, &[" "]),
        "A space is where the line feed belongs", "换行符的位置写成了空格";
        fix "One line feed (0x0A) between URI and date", "URI 与日期之间用一个换行符 LF（0x0A）";
    "line.doubled", Texts(Line, &["\n\n"]),
        "There are two line feeds between URI and date", "URI 与日期之间有两个换行符";
        fix "One line feed (0x0A) between URI and date", "URI 与日期之间只用一个换行符 LF（0x0A）";
    "end.line-feed", Texts(End, &["\n", "\r\n"]),
        "A line feed follows the date", "日期后面多了换行符";
        fix "Nothing follows the date: sign without the last line feed", "日期后面什么都没有：去掉末尾的换行符";
    "end.space", Texts(End, &[" "]),
        "A space follows the date", "日期后面多了空格";
        fix "Nothing follows the date: trim it", "日期后面什么都没有：去掉空格";
    "body.signed", Made(End, body),
        "The body was signed too", "请求体也参与了签名";
        fix "Only method, URI and date are signed", "只有方法、URI 和日期参与签名";
    "space.left-out", Texts(Space, &[""]),
        "There is no space between method and URI", "方法与 URI 之间没有空格";
        fix "One space between method and URI", "方法与 URI 之间加一个空格";
    "space.line-feed", Texts(Space, &["\n"]),
        "A line feed is between method and URI", "方法与 URI 之间写成了换行符";
        fix "One space between method and URI", "方法与 URI 之间用一个空格";
    "method.case", Made(Method, |evidence, out| {
        let lower = evidence.method.to_ascii_lowercase();
        let mut capital = lower.clone();
        if let Some(first) = capital.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        out.extend([lower, capital]);
    }),
        "The method was signed in lower case", "方法用小写参与签名";
        fix "Sign the method in upper case: POST", "方法用大写：POST";
    "method.other", Texts(Method, &["POST", "GET", "PUT"]),
        "Another method was signed than the request has", "参与签名的方法与请求的方法不同";
        fix "Sign the method that is sent", "用实际发送的方法签名";
    "method.left-out", Texts(Method, &[""]),
        "The method was left out", "没有把方法放进去";
        fix "Begin with the method in upper case and one space", "以大写的方法加一个空格开头";
    "uri.without-rhone", Made(Uri, |evidence, out| {
        out.extend(evidence.url().path_and_query().strip_prefix("/rhone").filter(|rest| rest.starts_with('/')).map(str::to_owned));
    }),
        "The prefix /rhone was left out of the URI", "URI 缺少 /rhone 前缀";
        fix "Sign the path as it is sent, with /rhone", "按实际发送的路径签名，包含 /rhone";
    "uri.with-rhone", Made(Uri, |evidence, out| {
        let uri = evidence.url().path_and_query();
        if !uri.starts_with("/rhone/") {
            out.push(["/rhone", uri].concat());
        }
    }),
        "The URI was signed with the prefix /rhone, but sent without it", "签名用了 /rhone 前缀，实际请求却没有";
        fix "Send the request to the path with /rhone", "请求也要发到带 /rhone 的路径";
    "uri.rhone-doc", Made(Uri, |evidence, out| {
        let uri = evidence.url().path_and_query();
        out.extend(uri.strip_prefix("/rhone-doc/").map(|rest| ["/rhone/", rest].concat()));
        out.extend(uri.strip_prefix("/rhone/").map(|rest| ["/rhone-doc/", rest].concat()));
    }),
        "One side has /rhone-doc in the URI, the other /rhone", "一方的 URI 是 /rhone-doc，另一方是 /rhone";
        fix "Of the old test environment: it is called at /rhone-doc, and /rhone is signed", "旧测试环境的规则：请求 /rhone-doc，签名用 /rhone";
    "uri.full-url", Made(Uri, |evidence, out| {
        let url = evidence.url();
        for scheme in ["https://", "http://"] {
            out.extend([url.path_and_query(), url.path].map(|uri| [scheme, url.host, uri].concat()));
        }
    }),
        "The full URL was signed", "用完整 URL 参与了签名";
        fix "Sign the path alone, without scheme and host", "只用路径签名，不带协议和域名";
    "uri.host", Made(Uri, |evidence, out| out.push([evidence.url().host, evidence.url().path_and_query()].concat())),
        "The host was signed with the path", "域名也参与了签名";
        fix "Sign the path alone", "只用路径签名";
    "uri.without-query", Made(Uri, |evidence, out| {
        let url = evidence.url();
        if !url.query.is_empty() {
            out.push(url.path.to_owned());
        }
    }),
        "The query string was left out of the URI", "URI 没有带查询串";
        fix "Meituan does not document whether the query is signed: register addresses without a query", "查询串是否参与签名没有文档说明：登记不带查询串的地址";
    "uri.percent", Made(Uri, |evidence, out| out.extend([true, false].map(|upper| percent(evidence.url().path_and_query(), upper)))),
        "The URI was percent-encoded", "URI 被做了 URL 编码";
        fix "Sign the path as it is in the request line", "按请求行中的原样签名";
    "uri.decoded", Made(Uri, |evidence, out| out.extend(unpercent(evidence.url().path_and_query()))),
        "The URI was percent-decoded", "URI 被解码之后才签名";
        fix "Sign the path as it is in the request line, before it is decoded", "按请求行中的原样签名，不要用解码后的路径";
    "uri.slash", Made(Uri, |evidence, out| {
        let Url { path, .. } = evidence.url();
        out.push(match path.strip_suffix('/') {
            Some(path) => path.to_owned(),
            None => [path, "/"].concat(),
        });
    }),
        "One side has a / at the end of the URI, the other has not", "一方的 URI 末尾有 /，另一方没有";
        fix "Sign the path exactly as it is sent; look for a framework that adds or removes the slash", "与实际发送的路径完全一致；检查框架是否增删了斜杠";
    "uri.leading-slash", Made(Uri, |evidence, out| out.extend(evidence.url().path_and_query().strip_prefix('/').map(str::to_owned))),
        "The URI was signed without the / it begins with", "URI 开头缺少 /";
        fix "Sign the path with its first slash", "路径以 / 开头";
    "uri.prefix", Made(Uri, |evidence, out| {
        let uri = evidence.url().path_and_query();
        let ends = evidence.url().path.char_indices().filter(|&(at, letter)| at > 0 && letter == '/');
        out.extend(ends.take(LONGEST_PREFIX).filter_map(|(at, _)| uri.get(at..)).map(str::to_owned));
    }),
        "The first part of the path was not signed", "路径的前面一段没有参与签名";
        fix "A proxy or router has added or removed a prefix: sign the path that Meituan sees", "代理或路由增删了前缀：用美团看到的路径签名";
    "uri.case", Made(Uri, |evidence, out| out.push(evidence.url().path_and_query().to_ascii_lowercase())),
        "The URI was signed in lower case", "URI 被转成小写";
        fix "Sign the path as it is sent", "按实际发送的路径签名";
    "date.http", Dates(&["%w, %d %m %y %c GMT"]),
        "Another form of the date was signed than the header has", "参与签名的日期与 Date 请求头的写法不同";
        fix "Send the HTTP date that was signed, such as Fri, 17 Feb 2012 23:34:53 GMT, as it is", "把参与签名的 HTTP 日期（如 Fri, 17 Feb 2012 23:34:53 GMT）原样放进请求头";
    "date.beijing", Dates(&["$%w, %d %m %y %c +0800", "$%w, %d %m %y %c +08:00", "$%w, %d %m %y %c GMT+08:00", "$%w, %d %m %y %c GMT+0800", "$%w, %d %m %y %c GMT", "$%w, %d %m %y %c CST", "$%w, %d %m %y %c"]),
        "The date was signed in Beijing time (+08:00)", "日期用北京时间（+08:00）参与签名";
        fix "Format the date in GMT: set the formatter's zone", "把日期格式化器的时区设为 GMT";
    "date.zone-name", Dates(&["%w, %d %m %y %c UTC", "%w, %d %m %y %c +0000", "%w, %d %m %y %c +00:00", "%w, %d %m %y %c Z", "%w, %d %m %y %c GMT+00:00", "%w, %d %m %y %c GMT+0000", "%w, %d %m %y %c"]),
        "The date was signed with another name of the zone", "日期的时区写法不同";
        fix "End the date with GMT; do not parse and format the header again", "日期以 GMT 结尾；不要把请求头解析后重新格式化";
    "date.unpadded", Dates(&["%w, %e %m %y %c GMT"]),
        "The day of the date was signed without its leading zero", "日期的“日”没有补零";
        fix "Two digits for the day: 06 May; do not parse and format the header again", "“日”用两位数：06 May；不要把请求头解析后重新格式化";
    "date.weekday", Dates(&["%w %d %m %y %c GMT", "%d %m %y %c GMT"]),
        "The date was signed without its weekday, or without the comma", "日期缺少星期或逗号";
        fix "The form is Wed, 06 May 2015 10:34:20 GMT", "格式为 Wed, 06 May 2015 10:34:20 GMT";
    "date.chinese", Dates(&["星期%k, %d %l月 %y %c GMT", "周%k, %d %l月 %y %c GMT", "星期%k, %d %n月 %y %c GMT", "周%k, %d %n月 %y %c GMT", "$星期%k, %d %l月 %y %c CST", "$周%k, %d %l月 %y %c CST", "$星期%k, %d %n月 %y %c CST", "$周%k, %d %n月 %y %c CST"]),
        "The date was signed with Chinese names", "日期用了中文的星期和月份";
        fix "Set the formatter's locale to English (Locale.US)", "把日期格式化器的语言设为英文（Locale.US）";
    "date.iso", Dates(&["%iT%cZ", "%iT%c.000Z", "%iT%c+00:00", "%iT%c+0000", "%iT%c", "$%iT%c+08:00", "$%iT%c+0800", "$%iT%c.000+08:00", "$%iT%c.000+0800", "$%iT%c"]),
        "The date was signed in ISO form", "日期用了 ISO 格式";
        fix "Sign the Date header as it is: Wed, 06 May 2015 10:34:20 GMT", "按 Date 请求头的原样签名：Wed, 06 May 2015 10:34:20 GMT";
    "date.wall-clock", Dates(&["$%i %c", "%i %c"]),
        "The date was signed as yyyy-MM-dd HH:mm:ss", "日期用了 yyyy-MM-dd HH:mm:ss 格式";
        fix "Sign the Date header as it is: Wed, 06 May 2015 10:34:20 GMT", "按 Date 请求头的原样签名：Wed, 06 May 2015 10:34:20 GMT";
    "date.default", Dates(&["%w %m %d %c GMT %y", "%w %m %d %c UTC %y", "$%w %m %d %c CST %y", "%w %m %d %c %y", "$%w %m %d %c %y", "%w %m %d %y %c GMT+0000 (Coordinated Universal Time)", "$%w %m %d %y %c GMT+0800 (中国标准时间)", "$%w %m %d %y %c GMT+0800 (China Standard Time)"]),
        "The date was signed in the language's default form", "日期用了编程语言的默认格式";
        fix "Sign the Date header as it is: Wed, 06 May 2015 10:34:20 GMT", "按 Date 请求头的原样签名：Wed, 06 May 2015 10:34:20 GMT";
    "date.epoch", Dates(&["%s", "%s000"]),
        "The date was signed as a number of seconds or milliseconds", "日期用了秒或毫秒时间戳";
        fix "Sign the Date header as it is: Wed, 06 May 2015 10:34:20 GMT", "按 Date 请求头的原样签名：Wed, 06 May 2015 10:34:20 GMT";
    "date.name", Made(Date, |evidence, out| out.push(["Date: ", evidence.date].concat())),
        "The header's name was signed with the date", "连同 Date: 一起参与了签名";
        fix "Sign the header's value alone", "只用请求头的值签名";
    "date.left-out", Texts(Date, &[""]),
        "The date was left out", "没有把日期放进去";
        fix "The second line is the Date header as it is", "第二行是 Date 请求头的原样";
    // Many strings: it is tried alone, and last (see the diagnosis).
    "date.other-timestamp", Seen,
        "Another timestamp was signed than the Date header has", "参与签名的时间戳与 Date 请求头不一致";
        fix "Ask for the time once, and use the same string for both; look for a proxy that sets Date", "只取一次时间，签名和请求头用同一个字符串；检查代理是否改写了 Date";

    // With what.
    "secret.other", Seen,
        "Another secret of the rotation was used", "用了轮换中的另一个密钥";
        fix "Both sides must use the same secret: finish the rotation, or accept both", "双方须用同一个密钥：完成轮换，或同时接受两个";
    "secret.hex", Keys(&[KeyForm::Hex]),
        "The secret was decoded from hex", "密钥被当作十六进制解码";
        fix "The key is the secret's characters as they are", "密钥就是字符串本身的字节，不要解码";
    "secret.base64", Keys(&[KeyForm::Base64]),
        "The secret was decoded from Base64", "密钥被当作 Base64 解码";
        fix "The key is the secret's characters as they are", "密钥就是字符串本身的字节，不要解码";
    "secret.white-space", Keys(&[KeyForm::Followed("\n"), KeyForm::Followed(" "), KeyForm::Followed("\r\n"), KeyForm::Trimmed]),
        "White space is at the secret's end", "密钥末尾有空白字符";
        fix "Trim the secret: a file or a variable often ends with a line feed", "去掉密钥末尾的空白：文件或环境变量常带换行符";
    "secret.quotes", Keys(&[KeyForm::Quoted("\""), KeyForm::Quoted("'"), KeyForm::Unquoted]),
        "The quotes around the secret were read as a part of it", "密钥两边的引号被当成了密钥";
        fix "Remove the quotes: some .env readers keep them", "去掉引号：有些 .env 读取程序会保留引号";
    "secret.case", Keys(&[KeyForm::Upper, KeyForm::Lower]),
        "The secret was used in another case", "密钥的大小写不同";
        fix "Use the secret exactly as it was given", "按原样使用密钥";
    "secret.swapped", Seen,
        "clientId and secret have changed places, in the request or here", "clientId 与密钥的位置颠倒了：请求中颠倒，或这里填反了";
        fix "Compare both with what Meituan gave you: the clientId is sent, the clientSecret only signs. A secret that was sent must be replaced", "对照美团下发的两个值：clientId 放进请求头，clientSecret 只用来签名；已经发送出去的密钥必须更换";
    "secret.client-id", Keys(&[KeyForm::ClientId, KeyForm::HeaderId]),
        "The clientId was used as the secret", "把 clientId 当作了密钥";
        fix "Sign with the clientSecret", "用 clientSecret 签名";
    "secret.partner-id", Keys(&[KeyForm::PartnerId]),
        "The partnerId was used as the secret", "把 partnerId 当作了密钥";
        fix "Sign with the clientSecret", "用 clientSecret 签名";
    "secret.empty", Keys(&[KeyForm::Empty]),
        "The secret was empty", "密钥是空的";
        fix "The variable that holds the secret is not set there", "那里没有设置密钥变量";
    "hash.without-hmac", Ways(&[Way::KeyFirst, Way::KeyLast]),
        "The secret was hashed with the string, without HMAC", "没有用 HMAC，只是把密钥拼进字符串做散列";
        fix "Use HMAC-SHA1 with the secret as the key", "用 HMAC-SHA1，以密钥为 key";
    "hash.swapped", Ways(&[Way::Swapped]),
        "Key and message of the HMAC have changed places", "HMAC 的密钥与消息颠倒";
        fix "The secret is the key, the string to sign is the message", "密钥是 key，待签字符串是消息";
}

/// The one of that name. The table has every name that the diagnosis uses.
pub(super) fn mistake(id: &str) -> Option<&'static Mistake> {
    MISTAKES.iter().find(|mistake| mistake.id == id)
}

/// In segments of the path. Proxies remove a few; a string is made for each.
const LONGEST_PREFIX: usize = 32;

fn body(evidence: &Evidence<'_>, out: &mut Vec<String>) {
    /// A larger one would be hashed too long; it is hardly signed either.
    const MOST: usize = 64 * 1024;
    let Ok(body) = std::str::from_utf8(evidence.body) else { return };
    if !body.is_empty() && body.len() <= MOST {
        out.extend(["\n", "", "\r\n", " "].map(|before| [before, body].concat()));
    }
}

fn percent(uri: &str, upper: bool) -> String {
    let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut out = String::new();
    for byte in uri.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(|digit| char::from(digits[usize::from(digit)])));
        }
    }
    out
}

/// Nothing where it is not percent-encoded, or not as UTF-8.
pub(super) fn unpercent(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut out = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
        out.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(out).ok()
}
