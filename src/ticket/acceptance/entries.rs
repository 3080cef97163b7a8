//! Entries, as consume notices report them.

use super::super::codes::VoucherStatus;
use super::codes::{Codes, Index, put_in_order};
use super::exchange::is;
use crate::digits::push_integer;
use crate::message::View;

/// The reports about entries so far.
#[derive(Default)]
pub(super) struct Entries {
    /// The largest total of all notices, and when the entry of that notice was.
    pub(super) used: i64,
    pub(super) used_at: Option<i64>,
    /// When the entries were, in order.
    pub(super) times: Vec<i64>,
    /// The largest total of all queries.
    pub(super) seen_used: i64,
    /// The notices, each with the refunded total that it had last.
    pub(super) notices: Index,
    pub(super) refunded: Vec<i64>,
}

impl Entries {
    /// How many were reported as used by notices.
    pub(super) fn used(&self) -> i64 {
        self.used
    }

    /// How many were reported as used at all.
    pub(super) fn used_at_all(&self) -> i64 {
        self.used.max(self.seen_used)
    }

    /// A query has reported this total.
    pub(super) fn seen(&mut self, used: i64) {
        self.seen_used = self.seen_used.max(used);
    }

    pub(super) fn keep(&mut self, notice: &Notice, codes: &mut Codes, is_known: bool) {
        for number in notice.used_codes() {
            let code = codes.of(number);
            code.is_known |= is_known;
            if code.notified.is_none() {
                let at = notice.at.unwrap_or_default();
                code.notified = Some(at);
                // Entries are reported in order, or nearly.
                self.times.insert(self.times.partition_point(|&other| other <= at), at);
            }
        }
        if notice.used > self.used {
            (self.used, self.used_at) = (notice.used, notice.at);
        }
        let number = self.notices.number(&notice.same) as usize;
        match self.refunded.get_mut(number) {
            Some(refunded) => *refunded = notice.refunded,
            None => self.refunded.push(notice.refunded),
        }
    }
}

pub(super) struct Notice {
    pub(super) used: i64,
    pub(super) refunded: i64,
    /// The codes by number, each with its status, as they are listed.
    pub(super) codes: Vec<(u32, VoucherStatus)>,
    /// The codes of credentials that are used, and not listed, where no code is needed.
    pub(super) by_credential: Vec<u32>,
    /// When the first of its entries was.
    pub(super) at: Option<i64>,
    /// A code is listed twice.
    pub(super) has_a_code_twice: bool,
    /// The part that is the same in each repeat of the notice: the total, and each entry.
    pub(super) same: String,
}

impl Notice {
    #[inline(never)]
    pub(super) fn of(body: &View<'_>, has_names: bool, codes: &mut Codes) -> Self {
        let number = |view: &View<'_>, field| view.integer(field).unwrap_or_default();
        let (used, refunded) = (number(body, "usedQuantity"), number(body, "refundedQuantity"));
        let mut same = Vec::new();
        let mut push = |value| {
            push_integer(&mut same, value);
            same.push(b' ');
        };
        push(used);
        let (mut listed, mut at) = (Vec::new(), None);
        for voucher in body.objects("voucherList") {
            let code = codes.number(&voucher.string("voucher").unwrap_or_default());
            let used_at = number(&voucher, "voucherInvalidTime");
            at = Some(at.map_or(used_at, |at: i64| at.min(used_at)));
            listed.push((code, VoucherStatus(number(&voucher, "status") as i32)));
            for value in [i64::from(code), number(&voucher, "status"), used_at, number(&voucher, "quantity")] {
                push(value);
            }
        }
        let mut numbers: Vec<_> = listed.iter().map(|(code, _)| *code).collect();
        let has_a_code_twice = put_in_order(&mut numbers);
        let mut by_credential = Vec::new();
        for entry in body.objects("credentialList").filter(|entry| has_names && is(entry, "status", VoucherStatus::USED.0)) {
            let code = entry.string("voucher").filter(|code| !code.is_empty()).map(|code| codes.number(&code));
            by_credential.extend(code.filter(|code| numbers.binary_search(code).is_err()));
        }
        let same = String::from_utf8(same).unwrap_or_default();
        Notice { used, refunded, codes: listed, by_credential, at, has_a_code_twice, same }
    }

    /// The codes that it says are used.
    pub(super) fn used_codes(&self) -> impl Iterator<Item = u32> {
        let listed = self.codes.iter().filter(|(_, status)| *status == VoucherStatus::USED);
        listed.map(|(number, _)| *number).chain(self.by_credential.iter().copied())
    }
}
