//! One exchange: what the supplier wrote, judged by itself. What came before and after is [`Order`](super::order::Order)'s.

use super::super::codes::IssueType;
use super::super::{Call, Direction, MANDATORY, ORDER_CREATE, ORDER_PAY, ORDER_REFUND, PAY_NOTICE, REFUND_NOTICE};
use super::points::{Name, of_rule};
use super::report::{Effect, Finding, Findings};
use crate::message::definition::{Basis, Facts, Kind, Message, Presence};
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::{Form, Packed, Reading, View, read};
use crate::money::push_integer;
use crate::{ErrorCode, Issue};

/// An exchange, taken from a trace.
pub(super) struct Exchange<'t> {
    /// Its place in the trace.
    pub(super) index: u32,
    pub(super) at: i64,
    pub(super) duration: Option<i64>,
    pub(super) call: &'static Call,
    pub(super) authenticated: Option<bool>,
    pub(super) request: &'t [u8],
    pub(super) response: Option<&'t [u8]>,
    pub(super) http_status: Option<i64>,
    /// The order that it is about, among the orders of the trace.
    pub(super) order: Option<usize>,
    /// Another exchange about the same order was under way at the same time: neither need know of the other.
    pub(super) overlaps: bool,
}

static ENVELOPE: Message = looking_for(&[raw("code"), raw("describe"), raw("issueType"), raw("body")]);
static BODY: Message = looking_for(&[raw("orderId")]);

/// The order number of a request, whatever else is wrong with it.
pub(super) fn order_of(request: &[u8]) -> Option<String> {
    let envelope = Peek::new(&ENVELOPE, request).ok()?;
    Peek::new(&BODY, envelope.raw("body")?).ok()?.text("orderId")
}

/// What can be told of an exchange even where a definition refuses what was written.
#[derive(Default)]
pub(super) struct Said {
    /// The supplier's code, or its pay notice's issueType.
    pub(super) code: Option<i64>,
    pub(super) describe: Option<String>,
    /// Meituan answered 200 to the supplier's notice.
    pub(super) accepted: bool,
}

impl Exchange<'_> {
    pub(super) fn place(&self) -> Option<u32> {
        Some(self.index)
    }

    /// When it was over; one without a duration was over at once.
    pub(super) fn end(&self) -> i64 {
        self.at.saturating_add(self.duration.unwrap_or_default())
    }

    pub(super) fn is_to_supplier(&self) -> bool {
        self.call.direction == Direction::ToSupplier
    }

    pub(super) fn is(&self, call: &Call) -> bool {
        std::ptr::eq(self.call, call)
    }

    /// What the supplier wrote: its definition, and its text.
    pub(super) fn written(&self) -> Option<(&'static Message, &[u8])> {
        match self.is_to_supplier() {
            true => Some((self.call.reply, self.response?)),
            false => Some((self.call.request, self.request)),
        }
    }

    pub(super) fn said(&self) -> Said {
        let code = if self.is(&PAY_NOTICE) { "issueType" } else { "code" };
        let Some(seen) = self.written().and_then(|(_, text)| Peek::new(&ENVELOPE, text).ok()) else { return Said::default() };
        Said { code: seen.number(code), describe: seen.text("describe"), accepted: self.answer() == Some(200) }
    }

    /// The code of the reply, whoever wrote it.
    fn answer(&self) -> Option<i64> {
        Peek::new(&ENVELOPE, self.response?).ok()?.number("code")
    }

    /// Judges how the exchange went, before what was said. False when nothing more is to be judged.
    #[inline(never)]
    pub(super) fn judge_transport(&self, found: &mut Findings) -> bool {
        if let Some((name, most, usual)) = self.time_limits() {
            match self.duration {
                None => found.unchecked(name, self.place(), "durationMs", "not recorded"),
                Some(duration) => {
                    found.shows(name);
                    if duration > most {
                        found.fails(name, self.place(), "durationMs", "beyond the longest time-out");
                    } else if duration > usual {
                        // Measured from the arrival, the time holds no connecting.
                        found.warns(name, self.place(), "durationMs", "beyond the usual reading time-out");
                    }
                }
            }
        }
        match self.authenticated {
            Some(false) if self.is_to_supplier() => {
                found.shows(Name::Authentication);
                if self.answer().is_some_and(|code| self.call.is_outcome(code as i32)) {
                    found.fails(Name::Authentication, self.place(), "code", "taken, though the signature is wrong");
                }
                return false;
            }
            Some(false) => {
                found.shows(Name::Authentication);
                found.fails(Name::Authentication, self.place(), "authenticated", "Meituan's side found the signature wrong");
            }
            Some(true) => found.shows(Name::Authentication),
            None => {}
        }
        if self.is_to_supplier() && MANDATORY.contains(&self.call.name) && matches!(self.http_status, Some(404 | 405 | 501)) {
            found.fails(Name::Mandatory, self.place(), "httpStatus", "there is no such interface");
            return false;
        }
        if self.is_to_supplier() && self.http_status.is_some_and(|status| status != 200) {
            found.warns(Name::SuccessCode, self.place(), "httpStatus", "expected 200, whatever the code says");
        }
        true
    }

    /// The longest time-outs together, and the usual reading time-out, in milliseconds.
    fn time_limits(&self) -> Option<(Name, i64, i64)> {
        if self.is(&ORDER_CREATE) {
            return Some((Name::CreateTime, 20_000, 15_000));
        }
        self.is(&ORDER_PAY).then_some((Name::PayTime, 60_000, 30_000))
    }

    /// Judges what the supplier wrote by its definition, and leaves it in `packed`. `code` is the reply's.
    #[inline(never)]
    pub(super) fn judge_message(&self, code: Option<i64>, facts: Facts, packed: &mut Packed, found: &mut Findings) {
        let Some((message, text)) = self.written() else { return };
        let how = Reading { form: Form::Wire, success: self.is_to_supplier() && code == Some(200), facts };
        read(message, text, how, packed);
        found.shows(Name::RequiredFields);
        found.shows(Name::DocumentedValues);
        for issue in &packed.issues {
            // The reason of a failure is judged by itself.
            if issue.path != "describe" || !self.tells_failure(code) {
                self.judge_issue(issue, found);
            }
        }
        if let Some(view) = packed.view(message, text) {
            self.judge_empty_texts(&view, "", found);
        }
        if !self.is_to_supplier() {
            return;
        }
        if let Some(code) = code {
            found.shows(Name::SuccessCode);
            let is_known = self.call.is_outcome(code as i32);
            if matches!(code, 598 | 601 | 602) && !is_known {
                found.fails(Name::SuccessCode, self.place(), "code", "it means nothing in this interface");
            } else if !self.call.lists(code as i32) && !self.tells_failure(Some(code)) {
                found.warns(Name::DocumentedValues, self.place(), "code", "not a listed code of this interface");
            }
        }
    }

    /// Whether a message of this code says that something failed, in an interface whose failures have a point of their own.
    pub(super) fn tells_failure(&self, code: Option<i64>) -> bool {
        let Some(code) = code else { return false };
        if self.is(&PAY_NOTICE) {
            return code == i64::from(IssueType::FAILED.0);
        }
        let judged = [&ORDER_CREATE, &ORDER_PAY, &ORDER_REFUND, &REFUND_NOTICE].iter().any(|call| self.is(call));
        judged && !matches!(code, 200 | 598 | 601 | 602)
    }

    #[inline(never)]
    fn judge_issue(&self, issue: &Issue, found: &mut Findings) {
        let basis = if issue.refuses { Basis::Documented } else { Basis::Inferred };
        let mut effect = if issue.refuses { Effect::Fails } else { Effect::Warns };
        let (name, basis) = match (issue.rule, issue.code, &*issue.path) {
            (Some(rule), ..) => {
                let Some((name, rule)) = of_rule(rule, self.call) else { return };
                if issue.code == ErrorCode::RuleUnchecked {
                    effect = Effect::Unchecked;
                }
                (name, rule.basis)
            }
            // Fields are added over time; null stands for an absent field. A field that is needed is reported as missing.
            (_, ErrorCode::UnknownField | ErrorCode::NullField, _) => return,
            // Judged by who needs it.
            (_, ErrorCode::EmptyText, _) => return,
            // Judged with the order at hand.
            (_, ErrorCode::UnknownValue, "code") => return,
            (_, _, "code") => (Name::SuccessCode, basis),
            (_, _, "body.refundId") => (Name::RefundId, basis),
            (_, ErrorCode::MissingField, "body.voucherType") if self.is(&ORDER_PAY) => (Name::PayVouchers, basis),
            (_, ErrorCode::MissingField, _) => (Name::RequiredFields, basis),
            _ => (Name::DocumentedValues, basis),
        };
        found.push(
            name,
            Finding {
                exchange: self.place(),
                path: issue.path.clone(),
                rule: issue.rule,
                code: Some(issue.code),
                detail: issue.detail.clone(),
                basis,
                effect,
            },
        );
    }

    /// What we receive may be empty; what the supplier fills in must not be.
    #[inline(never)]
    fn judge_empty_texts(&self, view: &View<'_>, path: &str, found: &mut Findings) {
        for field in view.message().fields {
            let path = || [path, field.name].concat();
            match field.kind {
                Kind::Text { .. } => {
                    let needed = field.presence == Presence::Required && field.name != "describe";
                    if needed && view.text(field.name).is_some_and(|text| text.is_empty()) {
                        let name = if field.name == "refundId" { Name::RefundId } else { Name::RequiredFields };
                        found.fails(name, self.place(), &path(), "empty");
                    }
                }
                Kind::Object(_) => {
                    if let Some(nested) = view.object(field.name) {
                        self.judge_empty_texts(&nested, &[&path(), "."].concat(), found);
                    }
                }
                Kind::List { item: Kind::Object(_), .. } => {
                    for (index, nested) in view.objects(field.name).enumerate() {
                        self.judge_empty_texts(&nested, &indexed(path(), index, "."), found);
                    }
                }
                _ => {}
            }
        }
    }

    /// Judges what stands in the message against the request and the settings.
    #[inline(never)]
    pub(super) fn judge_numbers(&self, written: &View<'_>, asked: Option<&View<'_>>, partner: Option<i64>, found: &mut Findings) {
        if let (Some(expected), Some(partner)) = (partner, written.integer("partnerId"))
            && expected != partner
        {
            found.fails(Name::RequiredFields, self.place(), "partnerId", "not the supplier's number");
        }
        let bodies = asked.and_then(|asked| asked.object("body")).zip(written.object("body"));
        let Some((asked, written)) = bodies.filter(|_| self.is_to_supplier()) else { return };
        for &field in self.call.echoes {
            let (Some(expected), Some(given)) = (asked.text(field), written.text(field)) else { continue };
            if expected.is_empty() || given.is_empty() || expected == given {
                continue;
            }
            let name = if field == "refundId" { Name::RefundId } else { Name::RequiredFields };
            found.fails(name, self.place(), &["body.", field].concat(), "not the one that was asked about");
        }
    }

    /// The hundreds of the interface's own codes.
    fn family(&self) -> i64 {
        let refund = self.is(&REFUND_NOTICE);
        i64::from(if refund { ORDER_REFUND.failure } else { self.call.failure }) / 100
    }

    /// Judges the code and the words of a failure.
    #[inline(never)]
    pub(super) fn judge_reason(&self, name: Name, code: Option<i64>, describe: Option<&str>, found: &mut Findings) {
        found.shows(name);
        let describe = describe.unwrap_or_default().trim_ascii();
        if describe.is_empty() {
            found.fails(name, self.place(), "describe", "no reason");
        } else if is_placeholder(describe) {
            found.warns(name, self.place(), "describe", "words that say no reason");
        }
        let lists = |code: i64| if self.is(&REFUND_NOTICE) { &ORDER_REFUND } else { self.call }.lists(code as i32);
        let Some(code) = code.filter(|&code| !lists(code)) else { return };
        // The lists at hand have gaps, but each interface has a hundred of its own.
        if code / 100 == self.family() {
            found.warns(name, self.place(), "code", "not among the codes at hand");
        } else {
            found.fails(name, self.place(), "code", "no code of this interface");
        }
    }
}

/// A path to an item of a list, and what follows it.
#[inline(never)]
pub(super) fn indexed(path: String, index: usize, rest: &str) -> String {
    let mut path = path.into_bytes();
    path.push(b'[');
    push_integer(&mut path, index as i64);
    path.push(b']');
    path.extend_from_slice(rest.as_bytes());
    String::from_utf8(path).unwrap_or_default()
}

/// Words that stand where a reason should stand.
const PLACEHOLDERS: [&str; 24] = [
    "-",
    "error",
    "err",
    "fail",
    "failed",
    "failure",
    "false",
    "null",
    "ok",
    "other",
    "success",
    "test",
    "unknown",
    "下单失败",
    "出票失败",
    "创建失败",
    "失败",
    "成功",
    "未知",
    "未知错误",
    "测试",
    "系统异常",
    "系统错误",
    "退款失败",
];

fn is_placeholder(describe: &str) -> bool {
    let mut words = describe;
    while let Some(rest) = ["。", "！", ".", "!"].iter().find_map(|mark| words.strip_suffix(mark)) {
        words = rest;
    }
    words.bytes().all(|byte| byte.is_ascii_digit()) || PLACEHOLDERS.iter().any(|listed| words.eq_ignore_ascii_case(listed))
}
