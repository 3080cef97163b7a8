//! What is under way between Meituan and the supplier.

use super::store::name;
use super::{Happening, Purpose, World};
use crate::plan::{Breakage, Fault};
use meituan_protocol::ticket::order::{Delivery, Notice, NoticeEnded, OrderReply};
use meituan_protocol::ticket::{CONSUME_NOTICE, PAY_NOTICE};

/// A notice that is sent.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) process: usize,
    pub(super) epoch: u32,
    pub(super) settling: u64,
    pub(super) order: u64,
    pub(super) notice: Notice,
    /// When it was claimed: what it says is from then.
    pub(super) claimed: i64,
    /// When it is over for the sender.
    pub(super) ends: i64,
    /// Meituan's answers to it, in order: a code, or nothing that arrived.
    pub(super) answers: Vec<i32>,
    pub(super) is_answer_lost: bool,
    /// What came of it is recorded.
    pub(super) is_recorded: bool,
    pub(super) delivery: Delivery,
}

impl World<'_> {
    /// Any process gets it, whether or not it is up.
    pub(super) fn deliver_call(&mut self, exchange: usize) {
        let copies = if self.strikes(Fault::CallDoubled) { 2 } else { 1 };
        for _ in 0..copies {
            if self.strikes(Fault::CallLost) {
                continue;
            }
            let late = if self.strikes(Fault::CallLate) { 15_000 } else { 60 };
            let delay = self.between(Purpose::Call, 1, late);
            self.after(delay, Happening::CallArrives(exchange));
        }
    }

    pub(super) fn call_arrives(&mut self, exchange: usize) {
        let process = self.between(Purpose::Choice, 0, self.processes.len() as i64) as usize;
        if !self.processes[process].is_up {
            return;
        }
        let (order, call) = (self.exchanges[exchange].order, self.exchanges[exchange].event.clone());
        self.log(format_args!("{}       gets {} of {order} [{exchange}]", name(process), call.name()));
        self.answer_call(process, order, call, exchange);
    }

    pub(super) fn reply(&mut self, process: usize, exchange: usize, reply: Option<OrderReply>) {
        let shown = reply.as_ref().map(|reply| (reply.code, &reply.describe));
        let line = format!("{}       replies [{exchange}] {shown:?}", name(process));
        self.log(format_args!("{line}"));
        if self.strikes(Fault::ReplyLost) {
            return;
        }
        let late = if self.strikes(Fault::ReplyLate) { 15_000 } else { 60 };
        let delay = self.between(Purpose::Call, 1, late);
        self.after(delay, Happening::ReplyArrives(exchange, Box::new(reply)));
    }

    pub(super) fn send(&mut self, process: usize, settling: u64, order: u64, notice: Notice, limit: i64) {
        let number = self.sends.len();
        let line = format!("{}       sends {} {:?} <{number}>: {}", name(process), notice.id, notice.tries, notice.body.as_str());
        self.log(format_args!("{line}"));
        let late = if self.strikes(Fault::NoticeLate) { limit } else { limit.min(200) };
        let mut last = self.between(Purpose::Notice, 1, late);
        let is_lost = self.strikes(Fault::NoticeLost);
        if self.is_broken(Breakage::LateDelivery) && self.between(Purpose::Notice, 0, 4) == 0 {
            last = self.between(Purpose::Notice, limit, 300_000);
        }
        if !is_lost {
            self.after(last, Happening::NoticeArrives(number));
            if self.strikes(Fault::NoticeDoubled) {
                last = self.between(Purpose::Notice, last, limit.max(last + 1));
                self.after(last, Happening::NoticeArrives(number));
            }
        }
        let is_answer_lost = is_lost || self.strikes(Fault::AnswerLost);
        let back = last + self.between(Purpose::Notice, 1, 100);
        let took = if is_answer_lost { limit } else { back.min(limit) };
        let (is_answer_lost, ends) = (is_answer_lost || back > limit, self.now + took);
        self.after(took, Happening::SendEnds(number));
        let epoch = self.processes[process].epoch;
        self.sends.push(Sending {
            process,
            epoch,
            settling,
            order,
            notice,
            claimed: self.now + limit - self.service.settings.send_limit_in_use().as_millis() as i64,
            ends,
            answers: Vec::new(),
            is_answer_lost,
            is_recorded: false,
            delivery: Delivery::LATER,
        });
        self.judge_send(number);
    }

    pub(super) fn notice_arrives(&mut self, number: usize) {
        let (is_pay, is_consume) = {
            let notice = &self.sends[number].notice;
            (notice.name == PAY_NOTICE.name, notice.name == CONSUME_NOTICE.name)
        };
        let code = if is_pay && self.strikes(Fault::NoticeProcessing) {
            300
        } else if self.strikes(Fault::NoticeRefused) || self.is_never_accepted(number, is_consume) {
            599
        } else {
            200
        };
        let line = format!("Meituan gets <{number}> {}, and answers {code}", self.sends[number].notice.id);
        self.log(format_args!("{line}"));
        self.sends[number].answers.push(code);
        self.judge_notice(number, code);
        if self.sends[number].notice.name == PAY_NOTICE.name && self.customers[&self.sends[number].order].is_paid {
            self.hears_of_pay_notice(number);
        }
    }

    /// In some runs Meituan never accepts the notices of entries of an order.
    fn is_never_accepted(&self, number: usize, is_consume: bool) -> bool {
        is_consume && self.plan.seed.is_multiple_of(16) && self.sends[number].order == 7
    }

    pub(super) fn send_ends(&mut self, number: usize) {
        let sending = &mut self.sends[number];
        let (process, order, settling) = (sending.process, sending.order, sending.settling);
        let answer = if sending.is_answer_lost { None } else { sending.answers.last().copied() };
        let mut delivery = match answer {
            Some(200) => Delivery::ACCEPTED,
            Some(300) => Delivery::PROCESSING,
            _ => Delivery::LATER,
        };
        if answer.is_none() && self.plan.breakage == Some(Breakage::UnknownIsAccepted) {
            delivery = Delivery::ACCEPTED;
        }
        sending.delivery = delivery;
        let (id, tries) = (sending.notice.id.clone(), sending.notice.tries.unwrap_or_default());
        if !self.processes[process].is_up || self.processes[process].epoch != sending.epoch {
            return;
        }
        self.log(format_args!("{}       sent <{number}>: {answer:?}", name(process)));
        self.record_send(process, order, NoticeEnded { id, tries, delivery }.into(), number, settling);
    }
}
