//! The refunds of one order, each by its refundId.

use super::super::codes::OrderRefundCode;
use super::super::working_days::Calendar;
use super::codes::{Code, Codes, Index, put_in_order};
use super::entries::Entries;
use super::exchange::{Exchange, Said, text};
use super::points::Name;
use super::promise::Promise;
use super::report::Findings;
use crate::message::View;
use crate::time::{DAY, Timestamp};

const REFUNDED: i64 = OrderRefundCode::REFUNDED.0 as i64;
const PUT_OFF: i64 = OrderRefundCode::PENDING.0 as i64;
const PENDING: &str = "still pending: expected 602";
const SILENT: &str = "three working days have passed: it counts as agreed";

#[derive(Default)]
pub(super) struct Refunds {
    all: Vec<Refund>,
    by_id: Index,
    /// How many tickets were agreed to.
    agreed: i64,
    /// How many tickets Meituan's messages were about, each message counted once.
    reported: i64,
    messages: Index,
    /// The refundSerialNo of those that had the number of no refund so far.
    serials: Index,
    /// When Meituan last sent a refunded message that cannot be attributed to one refund.
    unclear_at: Option<i64>,
}

/// The tickets of a refund.
#[derive(Default, Clone, PartialEq, Eq)]
struct Content {
    quantity: i64,
    codes: Vec<u32>,
}

#[derive(Default)]
struct Refund {
    /// As it was requested first.
    content: Content,
    /// When that was.
    asked_at: i64,
    /// Meituan has sent a message of its number before.
    is_of_message: bool,
    silence: Silence,
    /// When it was put off first.
    since: i64,
    pending: Promise,
    agreed: bool,
    refused: bool,
    /// The exchange in which it was refused by reply while it was pending: the notice says whether that was so.
    refused_early: Vec<u32>,
    /// Meituan has refunded by itself, before anybody counts on silence.
    by_message: bool,
}

/// When silence is agreement, in both readings of 超过3个工作日; nothing where the calendar does not cover it.
#[derive(Default, Clone, Copy)]
struct Silence {
    may_count: Option<Timestamp>,
    counts: Option<Timestamp>,
}

impl Silence {
    fn after(request: i64, calendar: &Calendar) -> Self {
        let request = Timestamp(request);
        Silence { may_count: calendar.silence_may_count_at(request), counts: calendar.silence_counts_at(request) }
    }
}

impl Refund {
    /// Put off, and nobody has decided.
    fn is_open(&self) -> bool {
        self.pending.made.is_some() && !self.agreed && !self.refused
    }

    /// The same for longer than three working days, in any reading.
    fn is_silent(&self, at: i64) -> bool {
        self.is_open() && self.silence.counts.is_some_and(|end| at > end.0)
    }

    /// The same, in one reading at least.
    fn may_be_silent(&self, at: i64) -> bool {
        self.is_open() && self.silence.may_count.is_some_and(|end| at > end.0)
    }

    /// Whether it cannot be known how many working days have passed: the calendar does not cover them.
    fn is_beyond_calendar(&self, at: i64) -> bool {
        self.is_open() && self.silence.counts.is_none() && at.saturating_sub(self.since) > 3 * DAY
    }
}

/// The known facts of the order beside its refunds.
pub(super) struct Known<'o> {
    pub(super) codes: &'o mut Codes,
    /// A code is a ticket.
    pub(super) is_by_code: bool,
    /// No code is needed: a refund may name credentials, with their codes.
    pub(super) has_names: bool,
    /// All codes are known, and each ticket has one.
    pub(super) has_all_codes: bool,
    pub(super) quantity: Option<i64>,
    pub(super) entries: &'o Entries,
}

impl Refunds {
    /// How many tickets were agreed to, each refundId counted once.
    pub(super) fn agreed(&self) -> i64 {
        self.agreed
    }

    /// How many tickets are refunded at most, as far as is known.
    pub(super) fn gone(&self) -> i64 {
        self.agreed.saturating_add(self.reported)
    }

    #[inline(never)]
    #[expect(clippy::too_many_arguments, reason = "an exchange, and all that it is judged by")]
    pub(super) fn ask(
        &mut self,
        exchange: &Exchange<'_>,
        asked: &View<'_>,
        said: &Said,
        answered: bool,
        calendar: &Calendar,
        known: &mut Known<'_>,
        found: &mut Findings,
    ) {
        let mut codes = known.codes.numbers(asked, "voucherList");
        if known.has_names {
            let held = asked.objects("credentialList").filter_map(|entry| entry.string("voucher"));
            codes.extend(held.filter(|code| !code.is_empty()).map(|code| known.codes.number(&code)));
            put_in_order(&mut codes);
        }
        let content = Content { quantity: asked.integer("refundQuantity").unwrap_or_default(), codes };
        let id = text(asked, "refundId");
        let index = self.by_id.number(&id) as usize;
        if index == self.all.len() {
            let is_of_message = self.serials.get(&id).is_some();
            self.all.push(Refund { content: content.clone(), asked_at: exchange.at, is_of_message, ..Refund::default() });
        }
        let is_unclear = |refund: &Refund| self.unclear_at.is_some_and(|at| refund.is_open() && refund.since <= at);
        let refund = &mut self.all[index];
        if answered {
            found.shows(Name::RefundId);
        }
        let (is_other, is_open) = (refund.content != content, refund.is_open());
        let (is_silent, may_be_silent) = (refund.is_silent(exchange.at), refund.may_be_silent(exchange.at));
        let is_unclear = is_unclear(refund);
        if is_other && matches!(said.code, Some(200 | REFUNDED)) && (is_open || refund.agreed) && !exchange.overlaps {
            // The number alone would be agreed to; the first request was another one.
            found.warns(Name::RefundId, exchange.place(), "code", "agreed, and not what the same refundId was about before");
        }
        match said.code {
            Some(PUT_OFF) => {
                if refund.agreed && !exchange.overlaps {
                    found.warns(Name::RefundFinal, exchange.place(), "code", "agreed already: expected 601");
                } else if is_open && !is_silent {
                    found.shows(Name::RefundRepeat);
                }
                if refund.pending.made.is_none() {
                    refund.pending.made = exchange.place();
                    refund.content = content;
                    refund.since = exchange.at;
                    refund.silence = Silence::after(exchange.at, calendar);
                    for &code in &refund.content.codes {
                        known.codes.of(code).refund = Some(index as u32);
                    }
                }
            }
            Some(200 | REFUNDED) => {
                if refund.agreed {
                    found.shows(Name::RefundFinal);
                    return;
                }
                // 601 says that it is refunded already: after a refusal, by Meituan itself.
                refund.refused &= said.code == Some(200);
                if is_silent {
                    found.shows(Name::RefundSilence);
                } else if is_unclear || may_be_silent {
                    refund.pending.is_void = true;
                } else if is_open {
                    if !refund.pending.is_void {
                        refund.pending.replied.get_or_insert(exchange.index);
                    }
                } else {
                    // It is agreed to as it was requested now.
                    refund.content = content;
                }
                self.agree(index, exchange, true, known, found);
            }
            Some(_) if exchange.tells_failure(said.code) => {
                exchange.judge_reason(Name::RefundTrueReason, said.code, said.describe.as_deref(), found);
                if exchange.overlaps {
                    return;
                }
                // In the span between the readings of three working days it is either still pending or agreed to.
                let broken = match (refund.agreed, is_silent, is_open) {
                    (true, ..) if is_other || refund.by_message => return,
                    (true, ..) => (Name::RefundFinal, "agreed already"),
                    (_, true, _) => (Name::RefundSilence, SILENT),
                    (_, _, true) => (Name::RefundRepeat, PENDING),
                    _ => {
                        refund.refused = true;
                        return;
                    }
                };
                match is_open && (is_other || is_unclear || refund.pending.is_void) {
                    true => found.warns(broken.0, exchange.place(), "code", broken.1),
                    false if broken.0 == Name::RefundRepeat => refund.refused_early.push(exchange.index),
                    false => found.fails(broken.0, exchange.place(), "code", broken.1),
                }
            }
            _ => {}
        }
    }

    /// A refund is agreed to: by the supplier, or by Meituan itself.
    fn agree(&mut self, index: usize, exchange: &Exchange<'_>, by_supplier: bool, known: &mut Known<'_>, found: &mut Findings) {
        let refund = &mut self.all[index];
        refund.agreed = true;
        let Content { quantity, codes } = &refund.content;
        self.agreed = self.agreed.saturating_add(*quantity);
        if by_supplier {
            found.shows(Name::RefundRefundable);
            // A refund that was requested before Meituan refunded by itself, and was not refused, may be the same one.
            let is_another = |at: i64| !refund.is_of_message && (refund.refused || refund.asked_at > at);
            let is_taken = |code: &Code| code.is_refunded || code.refunded_by_meituan().is_some_and(is_another);
            let wrong = match known.is_by_code {
                _ if exchange.overlaps => None,
                true if known.codes.any(codes, Code::is_used) => Some("a code that was used"),
                true if known.codes.any(codes, is_taken) => Some("a code that was refunded before"),
                true if known.has_all_codes && known.codes.any(codes, |code| !code.is_issued) => Some("not a code of the order"),
                is_by_code => {
                    // If each ticket is named, a used one among them is found above.
                    let is_named = is_by_code && i64::try_from(codes.len()).is_ok_and(|count| count >= *quantity);
                    let used = if is_named { 0 } else { known.entries.used_at_all() };
                    let taken = self.agreed.saturating_add(used);
                    known.quantity.is_some_and(|quantity| taken > quantity).then_some("more tickets than are left")
                }
            };
            if let Some(detail) = wrong {
                found.fails(Name::RefundRefundable, exchange.place(), "code", detail);
            }
        }
        for &code in codes {
            known.codes.of(code).is_refunded = true;
            known.codes.counts_otherwise(code);
        }
    }

    /// The supplier decides. `are_all_recorded`: all refunds of the order were recorded.
    #[inline(never)]
    pub(super) fn notice(
        &mut self,
        exchange: &Exchange<'_>,
        body: &View<'_>,
        said: &Said,
        are_all_recorded: bool,
        known: &mut Known<'_>,
        found: &mut Findings,
    ) {
        let Some(index) = self.by_id.get(&text(body, "refundId")) else {
            if are_all_recorded {
                found.fails(Name::RefundId, exchange.place(), "body.refundId", "no refund of this id was requested");
            }
            return;
        };
        found.shows(Name::RefundId);
        let index = index as usize;
        let refund = &mut self.all[index];
        let is_agreement = matches!(said.code, Some(200 | REFUNDED));
        if !is_agreement && !exchange.tells_failure(said.code) {
            // It decides nothing.
            return;
        }
        if refund.is_beyond_calendar(exchange.at) {
            found.unchecked(Name::RefundSilence, exchange.place(), "code", "the calendar does not cover these days");
        } else if refund.is_open() {
            found.shows(Name::RefundSilence);
        }
        let (is_silent, may_be_silent) = (refund.is_silent(exchange.at), refund.may_be_silent(exchange.at));
        refund.pending.notice(Name::RefundPending, said.accepted, found);
        if is_agreement {
            if !refund.agreed {
                self.agree(index, exchange, true, known, found);
            }
            return;
        }
        for reply in refund.refused_early.drain(..) {
            found.warns(Name::RefundRepeat, Some(reply), "code", "refused before the notice");
        }
        exchange.judge_reason(Name::RefundTrueReason, said.code, said.describe.as_deref(), found);
        match (refund.agreed && !exchange.overlaps, is_silent, may_be_silent) {
            // Meituan was quicker: neither knows what the other has said.
            (true, ..) if refund.by_message => {
                found.warns(Name::RefundFinal, exchange.place(), "code", "Meituan had refunded it by itself");
            }
            (true, ..) => found.fails(Name::RefundFinal, exchange.place(), "code", "agreed already"),
            (_, true, _) => found.fails(Name::RefundSilence, exchange.place(), "code", SILENT),
            (_, _, in_doubt) => {
                if in_doubt {
                    found.warns(Name::RefundSilence, exchange.place(), "code", "three working days have passed in one reading");
                }
                refund.refused = true;
            }
        }
    }

    /// Meituan has refunded by itself: after silence, or because its customer service did. A pending refund that the message
    /// covers as a whole is agreed to, without a notice.
    #[inline(never)]
    pub(super) fn message(
        &mut self,
        exchange: &Exchange<'_>,
        asked: &View<'_>,
        said: &Said,
        known: &mut Known<'_>,
        found: &mut Findings,
    ) {
        let count = self.messages.len();
        self.messages.number(&String::from_utf8_lossy(exchange.request));
        if self.messages.len() > count {
            self.reported = self.reported.saturating_add(asked.integer("count").unwrap_or_default());
        }
        let named = known.codes.numbers(asked, "voucherList");
        let mut covered = Vec::new();
        let serial = text(asked, "refundSerialNo");
        let of_this_number = self.by_id.get(&serial);
        if let Some(index) = of_this_number {
            covered.push(index);
        } else if known.is_by_code && !named.is_empty() {
            covered.extend(named.iter().filter_map(|&code| known.codes.of(code).refund));
            put_in_order(&mut covered);
            let count = covered.len();
            let is_named = |code: &u32| named.binary_search(code).is_ok();
            covered.retain(|&index| self.all[index as usize].content.codes.iter().all(is_named));
            if covered.len() < count {
                self.unclear_at = Some(exchange.at);
            }
        } else {
            self.unclear_at = Some(exchange.at);
        }
        for index in covered {
            let refund = &mut self.all[index as usize];
            // One that was refused is made all the same where the message has its number.
            if !refund.is_open() && (refund.agreed || of_this_number.is_none()) {
                continue;
            }
            refund.pending.is_void = true;
            if said.code != Some(200) {
                continue;
            }
            match refund.may_be_silent(exchange.at) {
                true => found.shows(Name::RefundSilence),
                false => refund.by_message = true,
            }
            self.agree(index as usize, exchange, false, known, found);
        }
        if of_this_number.is_some() {
            return;
        }
        self.serials.number(&serial);
        for code in named.into_iter().filter(|_| known.is_by_code && said.code == Some(200)) {
            known.codes.refund_by_meituan(code, exchange.at);
        }
    }

    /// Meituan has ended the whole order.
    pub(super) fn end(&mut self) {
        for refund in self.all.iter_mut().filter(|refund| refund.is_open()) {
            refund.pending.is_void = true;
        }
    }

    /// Promises that were not kept by the end of the trace.
    pub(super) fn finish(&self, found: &mut Findings) {
        for refund in &self.all {
            refund.pending.finish(Name::RefundPending, found);
            for &reply in &refund.refused_early {
                match refund.pending.is_void {
                    true => found.warns(Name::RefundRepeat, Some(reply), "code", PENDING),
                    false => found.fails(Name::RefundRepeat, Some(reply), "code", PENDING),
                }
            }
        }
    }
}
