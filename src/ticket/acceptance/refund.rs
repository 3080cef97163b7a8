//! The refunds of one order, each by its refundId.

use super::super::working_days::Calendar;
use super::exchange::{Exchange, Said};
use super::order::{Promise, text};
use super::points::Name;
use super::report::Findings;
use crate::message::View;
use crate::time::Timestamp;

/// How many working days of silence are agreement (hand-out, 订单退款).
const SILENCE_WORKING_DAYS: u32 = 3;
const SILENT: &str = "three working days have passed: it counts as agreed";

#[derive(Default)]
pub(super) struct Refunds(Vec<Refund>);

#[derive(Default)]
struct Refund {
    id: String,
    quantity: i64,
    /// When it was put off first.
    since: i64,
    pending: Promise,
    agreed: bool,
    refused: bool,
}

impl Refund {
    /// Put off, and nobody has decided.
    fn is_open(&self) -> bool {
        self.pending.made.is_some() && !self.agreed && !self.refused
    }

    /// The same for longer than three working days.
    fn is_silent(&self, at: i64, calendar: &Calendar) -> bool {
        self.is_open() && at > calendar.add_working_days(Timestamp(self.since), SILENCE_WORKING_DAYS).0
    }
}

impl Refunds {
    fn of(&mut self, id: &str) -> Option<&mut Refund> {
        self.0.iter_mut().find(|refund| refund.id == id)
    }

    /// How many tickets were agreed to, each refundId counted once.
    pub(super) fn agreed(&self) -> i64 {
        self.0.iter().filter(|refund| refund.agreed).map(|refund| refund.quantity).sum()
    }

    /// Meituan asks. `answered`: the reply has a body.
    #[inline(never)]
    pub(super) fn ask(
        &mut self,
        exchange: &Exchange<'_>,
        asked: &View<'_>,
        said: &Said,
        answered: bool,
        calendar: &Calendar,
        found: &mut Findings,
    ) {
        let id = text(asked, "refundId");
        if self.of(&id).is_none() {
            self.0.push(Refund { id: id.clone(), ..Refund::default() });
        }
        let Some(refund) = self.of(&id) else { return };
        refund.quantity = asked.integer("refundQuantity").unwrap_or_default();
        let (is_open, is_silent) = (refund.is_open(), refund.is_silent(exchange.at, calendar));
        if answered {
            found.shows(Name::RefundId);
        }
        match said.code {
            Some(602) => {
                if refund.agreed && !exchange.overlaps {
                    found.warns(Name::RefundFinal, exchange.place(), "code", "agreed already: expected 601");
                } else if is_open && !is_silent {
                    found.shows(Name::RefundRepeat);
                }
                if refund.pending.made.is_none() {
                    refund.pending.made = exchange.place();
                    refund.since = exchange.at;
                }
            }
            Some(200 | 601) => {
                if refund.agreed {
                    found.shows(Name::RefundFinal);
                } else if is_silent {
                    found.shows(Name::RefundSilence);
                } else if is_open {
                    refund.pending.replied.get_or_insert(exchange.index);
                }
                refund.agreed = true;
            }
            Some(_) if exchange.tells_failure(said.code) => {
                exchange.judge_reason(Name::RefundTrueReason, said.code, said.describe.as_deref(), found);
                let broken = match (refund.agreed, is_silent, is_open) {
                    _ if exchange.overlaps => return,
                    (true, ..) => (Name::RefundFinal, "agreed already"),
                    (_, true, _) => (Name::RefundSilence, SILENT),
                    (_, _, true) => (Name::RefundRepeat, "still pending: expected 602"),
                    _ => {
                        refund.refused = true;
                        return;
                    }
                };
                found.fails(broken.0, exchange.place(), "code", broken.1);
            }
            _ => {}
        }
    }

    /// The supplier decides. `known`: all refunds of the order were recorded.
    #[inline(never)]
    pub(super) fn notice(
        &mut self,
        exchange: &Exchange<'_>,
        body: &View<'_>,
        said: &Said,
        known: bool,
        calendar: &Calendar,
        found: &mut Findings,
    ) {
        let Some(refund) = self.of(&text(body, "refundId")) else {
            if known {
                found.fails(Name::RefundId, exchange.place(), "body.refundId", "no refund of this id was asked for");
            }
            return;
        };
        found.shows(Name::RefundId);
        let is_silent = refund.is_silent(exchange.at, calendar);
        if refund.is_open() {
            found.shows(Name::RefundSilence);
        }
        refund.pending.notice(Name::RefundPending, said.accepted, found);
        match said.code {
            Some(200 | 601) => refund.agreed = true,
            Some(_) if exchange.tells_failure(said.code) => {
                exchange.judge_reason(Name::RefundTrueReason, said.code, said.describe.as_deref(), found);
                if refund.agreed && !exchange.overlaps {
                    found.fails(Name::RefundFinal, exchange.place(), "code", "agreed already");
                } else if is_silent {
                    found.fails(Name::RefundSilence, exchange.place(), "code", SILENT);
                } else {
                    refund.refused = true;
                }
            }
            _ => {}
        }
    }

    /// Meituan has refunded by itself: after silence, that is agreement.
    #[inline(never)]
    pub(super) fn message(
        &mut self,
        exchange: &Exchange<'_>,
        asked: &View<'_>,
        said: &Said,
        calendar: &Calendar,
        found: &mut Findings,
    ) {
        let Some(refund) = self.of(&text(asked, "refundSerialNo")) else { return };
        if refund.is_silent(exchange.at, calendar) && said.code == Some(200) {
            found.shows(Name::RefundSilence);
            refund.agreed = true;
        }
    }

    /// What was promised and did not come by the end of the trace.
    pub(super) fn finish(&self, found: &mut Findings) {
        for refund in &self.0 {
            refund.pending.finish(Name::RefundPending, found);
        }
    }
}
