//! Meituan: creates, pays, queries, refunds, closes; repeats what is not answered in time, and sometimes what is.

use super::{Happening, Purpose, World};
use crate::plan::{Fault, Intent, OrderPlan};
use meituan_protocol::message::Id;
use meituan_protocol::money::Fen;
use meituan_protocol::ticket::Call;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::{CloseType, IssueType, OrderStatus, RefundMessageType, VoucherType};
use meituan_protocol::ticket::order::{Event, OrderReply, ReplyBody};
use meituan_protocol::time::Timestamp;
use std::collections::BTreeMap;

/// How long Meituan waits for create and reschedule, and for the others.
const TIME_LIMITS: [i64; 2] = [20_000, 60_000];

/// A call, until it is answered or given up.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) order: u64,
    pub(super) event: Event,
    /// What it is about, so that it can be repeated.
    pub(super) subject: String,
    pub(super) begun: i64,
    /// What was replied, and when that arrived or Meituan stopped waiting.
    pub(super) reply: Option<OrderReply>,
    pub(super) ended: Option<i64>,
    /// It is one of those that ask how everything has ended.
    pub(super) is_last: bool,
}

/// What Meituan does next.
#[derive(Debug, Clone)]
pub(super) enum Next {
    Create,
    Pay,
    Query,
    Close(CloseType),
    /// The order is refunded, because nobody knows whether it was issued.
    Unpay,
    Intent(usize),
    /// The call about this subject, once more.
    Again(String),
    /// The same, after everything has come to rest.
    AtLast(String),
}

/// What Meituan knows and does of an order.
#[derive(Debug)]
pub(super) struct Customer {
    pub(super) plan: OrderPlan,
    is_created: bool,
    pub(super) is_paid: bool,
    is_issued: bool,
    pub(super) is_ended: bool,
    /// The calls by subject, and how often each was made.
    calls: BTreeMap<String, (Event, u32)>,
    /// The tickets of its refunds, and those that were refused.
    refunds: BTreeMap<String, (Vec<String>, u32, bool)>,
    pub(super) own_refunds: BTreeMap<String, Vec<String>>,
}

impl Customer {
    pub(super) fn new(plan: OrderPlan) -> Self {
        Customer {
            plan,
            is_created: false,
            is_paid: false,
            is_issued: false,
            is_ended: false,
            calls: BTreeMap::new(),
            refunds: BTreeMap::new(),
            own_refunds: BTreeMap::new(),
        }
    }

    pub(super) fn refund_content(&self, refund_id: &str) -> (Vec<String>, u32) {
        self.refunds.get(refund_id).map(|(codes, quantity, _)| (codes.clone(), *quantity)).unwrap_or_default()
    }

    pub(super) fn own_refund(&self, serial: &str) -> Option<Vec<String>> {
        self.own_refunds.get(serial).cloned()
    }

    /// The codes that Meituan has refunded itself.
    pub(super) fn returned_codes(&self) -> Vec<&String> {
        self.own_refunds.values().flatten().collect()
    }

    /// Whether a call asks for the refund of what Meituan has refunded itself, after that was refused.
    fn has_refunded(&self, event: &Event) -> bool {
        let Event::OrderRefund(call) = event else { return false };
        call.voucher_list.iter().any(|code| self.own_refunds.values().flatten().any(|own| own == code))
    }

    fn create(&self) -> Event {
        let quantity = i64::from(self.plan.quantity);
        let call = OrderCreate {
            order_id: Id(self.plan.id),
            partner_deal_id: "D".into(),
            mt_deal_id: Id(1),
            buy_price: Fen(100),
            unit_price: Fen(100),
            total_price: Fen(100 * quantity),
            quantity: quantity as i32,
            ..OrderCreate::default()
        };
        call.into()
    }

    fn partner_order_id(&self) -> Option<String> {
        Some(format!("P{}", self.plan.id))
    }

    /// The codes that are part of no refund, and how many tickets are.
    fn left(&self, all: &[String]) -> (Vec<String>, u32) {
        let held = self.refunds.values().filter(|(.., is_refused)| !is_refused);
        let codes: Vec<&String> = held.clone().flat_map(|(codes, ..)| codes).chain(self.own_refunds.values().flatten()).collect();
        let left = all.iter().filter(|code| !codes.contains(code)).cloned().collect();
        let number: u32 = held.map(|(_, quantity, _)| quantity).sum();
        (left, self.plan.quantity.saturating_sub(number + self.own_refunds.len() as u32))
    }
}

impl World<'_> {
    pub(super) fn customer(&mut self, order: u64, next: Next) {
        let Some(customer) = self.customers.get(&order) else { return };
        let (order_id, partner_order_id) = (Id(order), customer.partner_order_id());
        match next {
            Next::Again(subject) => {
                let known = customer.calls.get(&subject).map(|(event, _)| event.clone());
                let is_meant = |event: &Event| (!customer.is_ended || subject.starts_with("end")) && !customer.has_refunded(event);
                if let Some(event) = known.filter(is_meant) {
                    self.call(order, subject, event, false);
                }
            }
            Next::AtLast(subject) => {
                if let Some(event) = customer.calls.get(&subject).map(|(event, _)| event.clone()) {
                    self.call(order, subject, event, true);
                }
            }
            Next::Intent(place) => self.intend(order, place),
            _ if customer.is_ended => {}
            Next::Create => {
                let event = customer.create();
                self.call(order, "create".into(), event, false);
            }
            Next::Pay => {
                if self.between(Purpose::Customer, 0, 3) == 0 {
                    let soon = self.between(Purpose::Customer, 0, 60_000);
                    self.after(soon, Happening::Customer(order, Next::Query));
                }
                self.change(order, |customer| customer.is_paid = true);
                self.call(order, "pay".into(), OrderPay { order_id, partner_order_id, ..OrderPay::default() }.into(), false);
            }
            Next::Query => self.call(order, "query".into(), OrderQuery { order_id, partner_order_id }.into(), false),
            Next::Close(close_type) => {
                self.change(order, |customer| customer.is_ended = true);
                let call = OrderClose { order_id, partner_order_id, close_type };
                self.call(order, "end by close".into(), call.into(), false);
            }
            Next::Unpay => {
                let count = customer.plan.quantity;
                self.change(order, |customer| customer.is_ended = true);
                let message = self.refunded_message(order, RefundMessageType::PAY_STATE_UNKNOWN, count);
                self.call(order, "end by message".into(), message.into(), false);
            }
        }
    }

    fn change(&mut self, order: u64, change: impl FnOnce(&mut Customer)) {
        if let Some(customer) = self.customers.get_mut(&order) {
            change(customer);
        }
    }

    fn refunded_message(&self, order: u64, refund_message_type: RefundMessageType, count: u32) -> RefundedMessage {
        RefundedMessage {
            order_id: Id(order),
            refund_price: Fen(100),
            refund_message_type,
            reason: "原因".into(),
            refund_time: Timestamp(self.now / 1000 * 1000),
            count,
            ..RefundedMessage::default()
        }
    }

    fn intend(&mut self, order: u64, place: usize) {
        let seconds = Timestamp(self.now / 1000 * 1000);
        let Some(customer) = self.customers.get(&order).filter(|customer| !customer.is_ended) else { return };
        let all = self.upstream[&order].codes();
        let is_by_code = self.upstream[&order].voucher_type == VoucherType::CODE_PER_TICKET;
        let (mut codes, left) = customer.left(&all);
        let (order_id, partner_order_id) = (Id(order), customer.partner_order_id());
        match customer.plan.intents[place].1 {
            Intent::Enter { asks } => self.guest(order, asks),
            Intent::Query => self.customer(order, Next::Query),
            Intent::Close => self.customer(order, Next::Close(CloseType::ISSUE_FAILED)),
            Intent::Reschedule => {
                let call = OrderReschedule {
                    order_id,
                    partner_order_id,
                    reschedule_type: 1,
                    reschedule_no: format!("N{place}"),
                    ..OrderReschedule::default()
                };
                self.call(order, format!("reschedule {place}"), call.into(), false);
            }
            Intent::OwnRefund if is_by_code && !codes.is_empty() => {
                let (serial, codes) = (format!("S{place}"), vec![codes.swap_remove(0)]);
                let mut message = self.refunded_message(order, RefundMessageType(1), 1);
                (message.refund_serial_no, message.voucher_list) = (Some(serial.clone()), Some(codes.clone()));
                self.change(order, |customer| _ = customer.own_refunds.insert(serial, codes));
                self.call(order, format!("own refund {place}"), message.into(), false);
            }
            Intent::Refund(quantity) if quantity <= left => {
                let turn = self.between(Purpose::Customer, 0, 1 + codes.len() as i64) as usize;
                if is_by_code {
                    let length = codes.len().max(1);
                    codes.rotate_left(turn % length);
                    codes.truncate(quantity as usize);
                } else {
                    codes = all;
                }
                let refund_id = format!("R{place}");
                let call = OrderRefund {
                    order_id,
                    refund_id: refund_id.clone(),
                    partner_order_id,
                    partner_deal_id: "D".into(),
                    voucher_list: codes.clone(),
                    refund_quantity: quantity as i32,
                    unit_price: Fen(100),
                    refund_price: Fen(100 * i64::from(quantity)),
                    refund_fee: Fen(0),
                    refund_time: seconds,
                    credential_list: None,
                };
                self.change(order, |customer| _ = customer.refunds.insert(refund_id, (codes, quantity, false)));
                self.call(order, format!("refund {place}"), call.into(), false);
            }
            Intent::Refund(_) | Intent::OwnRefund => {}
        }
    }

    fn call(&mut self, order: u64, subject: String, event: Event, is_last: bool) {
        let number = self.exchanges.len();
        if let Some(customer) = self.customers.get_mut(&order) {
            let known = customer.calls.entry(subject.clone()).or_insert_with(|| (event.clone(), 0));
            known.1 += 1;
        }
        self.log(format_args!("Meituan calls {} of {order} [{number}]", event.name()));
        let cannot_wait = matches!(event, Event::OrderCreate(_) | Event::OrderReschedule(_));
        let begun = self.now;
        self.exchanges.push(Exchange { order, event, subject, begun, reply: None, ended: None, is_last });
        self.deliver_call(number);
        self.after(TIME_LIMITS[usize::from(!cannot_wait)], Happening::CallTimesOut(number));
    }

    pub(super) fn reply_arrives(&mut self, number: usize, reply: Option<OrderReply>) {
        if self.exchanges[number].ended.is_some() {
            return;
        }
        self.exchanges[number].ended = Some(self.now);
        let Some(reply) = reply else { return self.not_answered(number) };
        self.log(format_args!("Meituan has the reply [{number}] {}", reply.code));
        self.exchanges[number].reply = Some(reply.clone());
        self.judge_reply(number, &reply);
        self.answered(number, &reply);
    }

    pub(super) fn call_times_out(&mut self, number: usize) {
        if self.exchanges[number].ended.is_none() {
            self.exchanges[number].ended = Some(self.now);
            self.not_answered(number);
        }
    }

    fn not_answered(&mut self, number: usize) {
        let (order, subject) = (self.exchanges[number].order, self.exchanges[number].subject.clone());
        self.log(format_args!("Meituan has no reply [{number}]"));
        if self.exchanges[number].is_last {
            return self.ask_again_at_last(number);
        }
        let Some(customer) = self.customers.get(&order) else { return };
        let tries = customer.calls.get(&subject).map_or(0, |(_, tries)| *tries);
        let is_patient = tries < customer.plan.patience;
        // Less and less often.
        let soon = self.between(Purpose::Customer, 500, 60_000) << (tries / 4).min(7);
        let next = match subject.as_str() {
            "create" if !is_patient => Next::Close(CloseType::CREATE_FAILED),
            "pay" if !is_patient && soon % 2 == 0 => Next::Close(CloseType::ISSUE_FAILED),
            "pay" if !is_patient => Next::Unpay,
            "pay" if soon % 3 == 0 => {
                self.after(soon / 2, Happening::Customer(order, Next::Query));
                Next::Again(subject)
            }
            "query" => return,
            _ => Next::Again(subject),
        };
        self.after(soon, Happening::Customer(order, next));
    }

    /// What died before may still have its lease, by a clock that is ahead, and what returned something that cannot be used runs
    /// again up to an hour later; after that there is no reason.
    fn ask_again_at_last(&mut self, number: usize) {
        let Exchange { order, ref subject, ref event, .. } = self.exchanges[number];
        let (subject, event) = (subject.clone(), event.clone());
        let asked = self.exchanges.iter().filter(|earlier| earlier.is_last && earlier.order == order && earlier.subject == subject);
        match asked.count() {
            tries @ 0..60 => {
                self.change(order, |customer| _ = customer.calls.insert(subject.clone(), (event, 0)));
                self.after(10_000 << tries.min(8), Happening::Customer(order, Next::AtLast(subject)));
            }
            _ => self.fails(format!("a call is not answered although nothing is wrong any more: {subject} of {order}")),
        }
    }

    fn answered(&mut self, number: usize, reply: &OrderReply) {
        let Exchange { order, ref subject, is_last, .. } = self.exchanges[number];
        let subject = subject.clone();
        if is_last {
            return;
        }
        if self.strikes(Fault::CallRepeated) {
            let soon = self.between(Purpose::Customer, 10, 60_000);
            self.after(soon, Happening::Customer(order, Next::Again(subject.clone())));
        }
        let soon = self.between(Purpose::Customer, 500, 20_000);
        let Some(customer) = self.customers.get_mut(&order) else { return };
        match (&reply.body, subject.as_str(), reply.code) {
            (_, "create", 200) if !customer.is_created => {
                customer.is_created = true;
                match customer.plan.paid_after {
                    Some(after) => self.after(after, Happening::Customer(order, Next::Pay)),
                    None => self.after(soon, Happening::Customer(order, Next::Close(CloseType::UNPAID))),
                }
            }
            (_, "create", code) if code != 200 && !customer.is_created && soon % 3 == 0 => {
                self.after(soon, Happening::Customer(order, Next::Again(subject)));
            }
            (_, "pay", 200) => self.hears_of_issue(order),
            (_, "pay", code) if code != 598 && soon % 2 == 0 => {
                self.after(soon, Happening::Customer(order, Next::Close(CloseType::ISSUE_FAILED)));
            }
            (Some(ReplyBody::OrderQuery(state)), ..) if state.order_status == OrderStatus::ISSUED && customer.is_paid => {
                self.hears_of_issue(order);
            }
            (_, subject, 603..=699) if subject.starts_with("refund") => {
                let refund_id = subject.replace("refund ", "R");
                if let Some((.., is_refused)) = customer.refunds.get_mut(&refund_id) {
                    *is_refused = true;
                }
            }
            _ => {}
        }
    }

    pub(super) fn hears_of_pay_notice(&mut self, send: usize) {
        let body: serde_json::Value = serde_json::from_str(self.sends[send].notice.body.as_str()).unwrap_or_default();
        if body["issueType"] == IssueType::ISSUED.0 {
            self.hears_of_issue(self.sends[send].order);
        }
    }

    /// The order is issued: what the guests want to do with it begins.
    pub(super) fn hears_of_issue(&mut self, order: u64) {
        let Some(customer) = self.customers.get_mut(&order).filter(|customer| !customer.is_issued) else { return };
        customer.is_issued = true;
        let times: Vec<i64> = customer.plan.intents.iter().map(|(after, _)| *after).collect();
        for (place, after) in times.into_iter().enumerate() {
            self.after(after, Happening::Customer(order, Next::Intent(place)));
        }
    }

    /// After everything has come to rest, Meituan asks once more what has become of it all.
    pub(super) fn ask_once_more(&mut self) {
        self.log(format_args!("everything has come to rest"));
        let orders: Vec<u64> = self.customers.keys().copied().collect();
        for order in orders {
            self.about = order;
            let calls = &self.customers[&order].calls;
            // A reschedule of an order that has ended means nothing.
            let is_ended = self.customers[&order].is_ended;
            let again: Vec<(String, Event)> = calls.iter().map(|(subject, (event, _))| (subject.clone(), event.clone())).collect();
            let is_meant = |subject: &str| subject != "query" && !(is_ended && subject.starts_with("reschedule"));
            let again =
                again.into_iter().filter(|(subject, event)| is_meant(subject) && !self.customers[&order].has_refunded(event));
            for (subject, event) in again.collect::<Vec<_>>() {
                self.call(order, subject, event, true);
            }
        }
    }

    pub(super) fn query_at_last(&mut self) {
        let orders: Vec<u64> = self.customers.keys().copied().collect();
        for order in orders {
            self.about = order;
            let partner_order_id = self.customers[&order].partner_order_id();
            self.call(order, "query".into(), OrderQuery { order_id: Id(order), partner_order_id }.into(), true);
        }
    }
}

/// The call of an event, by its definition.
pub(super) fn call_of(event: &Event) -> Option<&'static Call> {
    Call::named(event.name())
}
