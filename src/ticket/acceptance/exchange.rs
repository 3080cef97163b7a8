//! One exchange: what the supplier wrote, judged by itself. Exchanges before and after it are [`Order`](super::order::Order)'s.

use super::super::codes::IssueType;
use super::super::rules;
use super::super::{Call, ORDER_CREATE, ORDER_PAY, ORDER_QUERY, ORDER_REFUND, PAY_NOTICE, REFUND_NOTICE};
use super::points::{Name, of_rule};
use super::report::{Effect, Finding, Findings};
use crate::digits::push_integer;
use crate::message::definition::{Basis, Facts, Kind, Message, Presence};
use crate::message::peek::{Peek, looking_for, raw};
use crate::message::{Notation, Packed, Reading, View, read};
use crate::{ErrorCode, Issue};

/// An exchange of a trace.
pub(super) struct Exchange<'t> {
    /// Its place in the trace.
    pub(super) index: u32,
    pub(super) at: i64,
    pub(super) duration: Option<i64>,
    pub(super) call: &'static Call,
    pub(super) authenticated: Option<bool>,
    /// Its Date was refused, or would be.
    pub(super) stale: bool,
    pub(super) request: &'t [u8],
    pub(super) response: Option<&'t [u8]>,
    pub(super) http_status: Option<i64>,
    /// The order that it is about, among the orders of the trace.
    pub(super) order: Option<usize>,
    /// Another exchange about the same order was under way at the same time: neither need know of the other.
    pub(super) overlaps: bool,
}

static ENVELOPE: Message = looking_for(&[raw("code"), raw("describe"), raw("issueType"), raw("body")]);
static BODY: Message = looking_for(&[raw("orderId"), raw("voucherType"), raw("vouchers")]);

/// The order number of a request, whatever else is wrong with it.
pub(super) fn order_of(request: &[u8]) -> Option<String> {
    let envelope = Peek::new(&ENVELOPE, request).ok()?;
    Peek::new(&BODY, envelope.raw("body")?).ok()?.string("orderId")
}

/// How many signatures were judged rightly by the supplier. One that was refused for its Date is not among them.
#[derive(Default)]
pub(super) struct Signatures {
    right_accepted: u32,
    wrong_refused: u32,
}

impl Signatures {
    /// Only both together show that signatures are looked at.
    pub(super) fn finish(&self, found: &mut Findings) {
        const NAME: Name = Name::Authentication;
        match (self.right_accepted, self.wrong_refused) {
            (0, 0) => {}
            (0, _) => found.unchecked(NAME, None, "authenticated", "no call with a right signature was accepted"),
            (_, 0) => found.unchecked(NAME, None, "authenticated", "no call with a wrong signature was refused"),
            (right, wrong) => found.shows_times(NAME, right + wrong),
        }
    }
}

/// Facts of an exchange that are known even where a definition refuses its body.
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
        self.call.is_to_supplier()
    }

    pub(super) fn is(&self, call: &Call) -> bool {
        std::ptr::eq(self.call, call)
    }

    /// The supplier's message: its definition, and its content.
    pub(super) fn written(&self) -> Option<(&'static Message, &[u8])> {
        match self.is_to_supplier() {
            true => Some((self.call.reply, self.response?)),
            false => Some((self.call.request, self.request)),
        }
    }

    /// The body that the supplier wrote, read by itself: what refuses it as a whole is judged already.
    pub(super) fn body_alone<'p>(&'p self, message: &'static Message, packed: &'p mut Packed) -> Option<View<'p>> {
        let (_, text) = self.written()?;
        let body = text.get(Peek::new(&ENVELOPE, text).ok()?.range("body")?)?;
        read(message, body, Reading::WIRE, packed);
        packed.view(message, body)
    }

    pub(super) fn said(&self) -> Said {
        let code = if self.is(&PAY_NOTICE) { "issueType" } else { "code" };
        let Some(seen) = self.written().and_then(|(_, text)| Peek::new(&ENVELOPE, text).ok()) else { return Said::default() };
        Said { code: seen.number(code), describe: seen.string("describe"), accepted: self.answer() == Some(200) }
    }

    /// The code of the reply, Meituan's or the supplier's.
    pub(super) fn answer(&self) -> Option<i64> {
        Peek::new(&ENVELOPE, self.response?).ok()?.number("code")
    }

    /// Judges how the exchange went, before what was said. False when nothing more is to be judged.
    #[inline(never)]
    pub(super) fn judge_transport(&self, signatures: &mut Signatures, found: &mut Findings) -> bool {
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
        if !self.judge_authentication(signatures, found) {
            return false;
        }
        if self.is_to_supplier() && self.call.is_mandatory() && matches!(self.http_status, Some(404 | 405 | 501)) {
            found.fails(Name::Mandatory, self.place(), "httpStatus", "there is no such interface");
            return false;
        }
        if self.is_to_supplier() && self.http_status.is_some_and(|status| status != 200) {
            found.warns(Name::SuccessCode, self.place(), "httpStatus", "expected 200, whatever the code says");
        }
        true
    }

    /// Judges whether the call was accepted or refused as its signature and its Date say. False when it should be refused, and
    /// nothing more is to be judged.
    fn judge_authentication(&self, signatures: &mut Signatures, found: &mut Findings) -> bool {
        const NAME: Name = Name::Authentication;
        let answer = self.answer();
        let is_accepted = answer.is_some_and(|code| self.call.is_outcome(code as i32));
        match (self.is_to_supplier(), self.authenticated) {
            (true, Some(false)) => {
                if is_accepted {
                    found.fails(NAME, self.place(), "code", "accepted, though the signature is wrong");
                } else if answer.is_some() || self.http_status.is_some_and(|status| status != 200) {
                    signatures.wrong_refused += 1;
                }
                return false;
            }
            (true, _) if self.stale => {
                if is_accepted {
                    // The limit is documented nowhere.
                    found.warns(NAME, self.place(), "stale", "accepted, though the Date is stale");
                }
                return is_accepted;
            }
            (true, Some(true)) if is_accepted => signatures.right_accepted += 1,
            (false, Some(false)) => found.fails(NAME, self.place(), "authenticated", "Meituan's side found the signature wrong"),
            _ => {}
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

    /// Whether pay or its notice says that the tickets are issued, and names neither codes nor voucherType: so it is for a
    /// product without codes.
    pub(super) fn issues_without_codes(&self, code: Option<i64>) -> bool {
        let expected = if self.is(&PAY_NOTICE) { i64::from(IssueType::ISSUED.0) } else { 200 };
        if !(self.is(&ORDER_PAY) || self.is(&PAY_NOTICE)) || code != Some(expected) {
            return false;
        }
        let Some(envelope) = self.written().and_then(|(_, text)| Peek::new(&ENVELOPE, text).ok()) else { return false };
        let body = envelope.raw("body").and_then(|body| Peek::new(&BODY, body).ok());
        body.is_some_and(|body| {
            let is_absent = |field, empty: &[u8]| body.raw(field).is_none_or(|raw| raw == b"null" || raw == empty);
            is_absent("voucherType", b"\"\"") && is_absent("vouchers", b"[]")
        })
    }

    /// Judges what the supplier wrote by its definition, and leaves it in `packed`. `code` is the reply's; `is_issued`: as far
    /// as is known, the order can have codes.
    #[inline(never)]
    pub(super) fn judge_message(
        &self,
        code: Option<i64>,
        facts: Facts,
        is_issued: bool,
        packed: &mut Packed,
        found: &mut Findings,
    ) {
        let Some((message, text)) = self.written() else { return };
        let has_no_codes = self.issues_without_codes(code);
        let means_nothing =
            self.is_to_supplier() && code.is_some_and(|code| Call::never_fails(code) && !self.call.is_outcome(code as i32));
        let success = self.is_to_supplier() && code == Some(200) && !has_no_codes;
        read(message, text, Reading { notation: Notation::Wire, success, facts }, packed);
        found.shows(Name::RequiredFields);
        found.shows(Name::DocumentedValues);
        for issue in &packed.issues {
            let is_judged_elsewhere = match issue.rule {
                // Faults in the reason of a failure are found by `judge_reason`.
                _ if issue.path == "describe" && self.tells_failure(code) => true,
                // Beside a code without meaning, any body is allowed.
                _ if means_nothing && issue.path.starts_with("body") => true,
                Some(rule) if has_no_codes => rule == rules::REPLY_COMPLETE.id || rule == rules::NOTICE_COMPLETE.id,
                // An orderStatus 4 before that is wrong by itself.
                Some(_) if self.is(&ORDER_QUERY) && !is_issued => of_rule_is(issue, Name::QueryVouchers, self.call),
                _ => false,
            };
            if !is_judged_elsewhere {
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
            if means_nothing {
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
        judged && !Call::never_fails(code)
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
            // Fields are added over time; null means an absent field. A field that is needed is reported as missing.
            (_, ErrorCode::UnknownField | ErrorCode::NullField, _) => return,
            // Judged by who needs it.
            (_, ErrorCode::EmptyString, _) => return,
            // Judged with the order at hand.
            (_, ErrorCode::UnknownValue, "code") => return,
            (_, ErrorCode::UnknownValue, path) if is_listed_in_full(path) => {
                effect = Effect::Fails;
                (Name::DocumentedValues, Basis::Documented)
            }
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

    /// Fields of Meituan's may be empty; fields of the supplier's must not be.
    #[inline(never)]
    fn judge_empty_texts(&self, view: &View<'_>, path: &str, found: &mut Findings) {
        for field in view.message().fields {
            let path = || [path, field.name].concat();
            match field.kind {
                Kind::String { .. } => {
                    let needed = field.presence == Presence::Required && field.name != "describe";
                    if needed && view.string(field.name).is_some_and(|text| text.is_empty()) {
                        let name = if field.name == "refundId" { Name::RefundId } else { Name::RequiredFields };
                        found.fails(name, self.place(), &path(), "an empty string");
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

    /// Judges what is in the message against the request, the settings, and the supplier's own order number as it was
    /// `reported` first.
    #[inline(never)]
    pub(super) fn judge_numbers(
        &self,
        written: &View<'_>,
        asked: Option<&View<'_>>,
        partner: Option<i64>,
        reported: &mut Option<String>,
        found: &mut Findings,
    ) {
        if let (Some(expected), Some(partner)) = (partner, written.integer("partnerId"))
            && expected != partner
        {
            found.fails(Name::RequiredFields, self.place(), "partnerId", "not the supplier's number");
        }
        let Some(written) = written.object("body") else { return };
        let asked = asked.filter(|_| self.is_to_supplier()).and_then(|asked| asked.object("body"));
        self.judge_own_number(&written, asked.as_ref(), reported, found);
        let Some(asked) = asked else { return };
        for &field in self.call.echoes {
            let (Some(expected), Some(given)) = (asked.string(field), written.string(field)) else { continue };
            if expected.is_empty() || given.is_empty() || expected == given {
                continue;
            }
            let name = if field == "refundId" { Name::RefundId } else { Name::RequiredFields };
            found.fails(name, self.place(), &["body.", field].concat(), "not the value of the request");
        }
    }

    /// An order has one number at the supplier, in every message.
    fn judge_own_number(&self, written: &View<'_>, asked: Option<&View<'_>>, reported: &mut Option<String>, found: &mut Findings) {
        const FIELD: &str = "partnerOrderId";
        let Some(given) = written.string(FIELD).filter(|given| !given.is_empty() && !self.overlaps) else { return };
        // A number that Meituan itself named is compared with that one.
        let named = asked.and_then(|asked| asked.string(FIELD)).is_some_and(|named| !named.is_empty());
        match reported {
            Some(reported) if *reported != given && !named => {
                found.fails(Name::RequiredFields, self.place(), "body.partnerOrderId", "not the number that was reported before");
            }
            Some(_) => {}
            None => *reported = Some(given.into_owned()),
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
        } else if rules::is_placeholder(describe) {
            found.fails(name, self.place(), "describe", "words that say no reason");
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

/// Whether the ticket spec's list of this field's values is whole, so that no other value can be right (一 3).
fn is_listed_in_full(path: &str) -> bool {
    const FIELDS: [&str; 4] = ["orderStatus", "voucherType", "issueType", "realNameType"];
    let (parent, field) = path.rsplit_once('.').unwrap_or(("", path));
    FIELDS.contains(&field) || field == "status" && parent.contains("List[")
}

/// Whether a finding is of a message rule that counts against this point.
fn of_rule_is(issue: &Issue, name: Name, call: &Call) -> bool {
    issue.rule.and_then(|rule| of_rule(rule, call)).is_some_and(|(found, _)| found == name)
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

#[inline(never)]
pub(super) fn is(view: &View<'_>, field: &str, value: i32) -> bool {
    view.integer(field) == Some(i64::from(value))
}

#[inline(never)]
pub(super) fn text(view: &View<'_>, field: &str) -> String {
    view.string(field).unwrap_or_default().into_owned()
}
