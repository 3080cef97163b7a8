//! What the order machine does with an order: calls, repeats, crashes, late results, facts that do not agree.

use meituan_protocol::message::Id;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Notation, Packed, RawJson, Reading, read};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::ticket::{Config, ORDER_QUERY, Supplier};
use meituan_protocol::time::{Date, Timestamp, parse_wall_clock};
use meituan_protocol::{ErrorCode, Secret};
use serde_json::{Value, json};

const ORDER: Id = Id(8_985_652_356_562_370_000);
/// Monday, 2026-03-02 10:00 (UTC+8).
const NOW: Timestamp = Timestamp(1_772_416_800_000);
const LEASE: i64 = 60_000;
const CREATE_LEASE: i64 = 20_000;

/// An order in somebody's store, and the time.
#[derive(Clone, Default)]
struct Desk {
    order: Option<Order>,
    settings: Settings,
    now: Timestamp,
}

impl Desk {
    fn new() -> Self {
        Desk { now: NOW, ..Desk::default() }
    }

    /// Applies an event and stores what comes of it.
    fn tell(&mut self, event: impl Into<Event>) -> Transition {
        let transition = apply(self.order.as_ref(), &event.into(), &self.settings, self.now);
        assert_eq!(transition.kind == TransitionKind::Moved, transition.next.is_some());
        if let Some(next) = &transition.next {
            assert_eq!(Order::from_json(next.to_json().as_bytes()), Ok(Some(next.clone())), "what is stored must be read again");
            self.order = Some(next.clone());
        }
        transition
    }

    fn run(&mut self, event: impl Into<Event>) -> String {
        let transition = self.tell(event);
        let Answer::Run(run) = transition.answer else { panic!("{transition:?}") };
        run.key
    }

    fn reply(&mut self, event: impl Into<Event>) -> OrderReply {
        let transition = self.tell(event);
        let Answer::Reply(reply) = transition.answer else { panic!("{transition:?}") };
        *reply
    }

    fn code(&mut self, event: impl Into<Event>) -> i32 {
        self.reply(event).code
    }

    fn order(&self) -> &Order {
        self.order.as_ref().unwrap()
    }

    fn later(&mut self, milliseconds: i64) -> &mut Self {
        self.now.0 += milliseconds;
        self
    }

    fn state_told(&mut self) -> OrderState {
        let Some(ReplyBody::OrderQuery(state)) = self.reply(query()).body else { panic!() };
        state
    }

    fn notices(&self) -> Vec<(&str, Value)> {
        let notice = |notice: &'_ Notice| serde_json::from_str(notice.body.as_str()).unwrap();
        self.order().notices.iter().map(|each| (each.name.as_str(), notice(each))).collect()
    }

    fn created(quantity: i32) -> Self {
        let mut desk = Desk::new();
        let key = desk.run(create(quantity));
        assert_eq!(desk.code(created(&key)), 200);
        desk
    }

    fn issuing(quantity: i32) -> Self {
        let mut desk = Desk::created(quantity);
        let key = desk.run(pay());
        assert_eq!(desk.code(end(&key, Outcome::PENDING)), 598);
        desk
    }

    fn issued(quantity: i32) -> Self {
        Desk::issued_as(quantity, paid(quantity))
    }

    fn issued_as(quantity: i32, paid: OrderPaid) -> Self {
        let mut desk = Desk::created(quantity);
        let key = desk.run(pay());
        assert_eq!(desk.code(AttemptEnded { paid: Some(paid), ..end(&key, Outcome::DONE) }), 200);
        desk
    }
}

fn create(quantity: i32) -> OrderCreate {
    let visitor = Visitor { name: Some("张三".into()), ..Visitor::default() };
    OrderCreate { order_id: ORDER, partner_deal_id: "D".into(), quantity, visitors: Some(vec![visitor]), ..OrderCreate::default() }
}

fn end(key: &str, outcome: Outcome) -> AttemptEnded {
    AttemptEnded { key: key.into(), outcome, ..AttemptEnded::default() }
}

fn created(key: &str) -> AttemptEnded {
    let created = OrderCreated { order_id: None, partner_order_id: "P".into() };
    AttemptEnded { created: Some(created), ..end(key, Outcome::DONE) }
}

fn refused(key: &str, code: i32, describe: &str) -> AttemptEnded {
    AttemptEnded { code: Some(code), describe: Some(describe.into()), ..end(key, Outcome::REFUSED) }
}

fn pay() -> OrderPay {
    OrderPay { order_id: ORDER, ..OrderPay::default() }
}

fn codes(quantity: i32) -> Vec<String> {
    (1..=quantity).map(|number| format!("C{number}")).collect()
}

fn paid(quantity: i32) -> OrderPaid {
    OrderPaid {
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(codes(quantity)),
        order_id: ORDER,
        partner_order_id: "P".into(),
        ..OrderPaid::default()
    }
}

fn paid_with_one_code() -> OrderPaid {
    OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(1) }
}

fn query() -> OrderQuery {
    OrderQuery { order_id: ORDER, ..OrderQuery::default() }
}

fn refund(refund_id: &str, vouchers: &[&str]) -> OrderRefund {
    OrderRefund {
        order_id: ORDER,
        refund_id: refund_id.into(),
        partner_order_id: Some("P".into()),
        voucher_list: vouchers.iter().map(|&voucher| voucher.into()).collect(),
        refund_quantity: vouchers.len() as i32,
        ..OrderRefund::default()
    }
}

fn close(close_type: CloseType) -> OrderClose {
    OrderClose { order_id: ORDER, close_type, ..OrderClose::default() }
}

fn refunded(kind: RefundMessageType, serial: &str, count: u32) -> RefundedMessage {
    RefundedMessage {
        order_id: ORDER,
        refund_serial_no: (!serial.is_empty()).then(|| serial.into()),
        refund_message_type: kind,
        reason: "原因".into(),
        refund_time: NOW,
        count,
        ..RefundedMessage::default()
    }
}

fn agree(refund_id: &str) -> RefundAgreed {
    RefundAgreed { refund_id: refund_id.into(), ..RefundAgreed::default() }
}

fn refuse(refund_id: &str) -> RefundRefused {
    RefundRefused { refund_id: refund_id.into(), code: None, describe: "已过退改期限".into() }
}

fn entered(id: &str, vouchers: &[&str]) -> Consumed {
    let vouchers = vouchers.iter().map(|&voucher| voucher.into()).collect();
    Consumed { id: id.into(), vouchers: Some(vouchers), ..Consumed::default() }
}

fn entered_by_count(id: &str, quantity: u32) -> Consumed {
    Consumed { id: id.into(), quantity: Some(quantity), ..Consumed::default() }
}

fn quantities(state: &OrderState) -> (u32, u32, u32) {
    (state.order_quantity, state.used_quantity, state.refunded_quantity)
}

fn statuses(state: &OrderState) -> Vec<(String, u32, i32)> {
    let of = |voucher: &Voucher| (voucher.voucher.clone(), voucher.quantity, voucher.status.0);
    state.voucher_list.iter().flatten().map(of).collect()
}

fn clock(text: &str) -> Timestamp {
    parse_wall_clock(text.as_bytes()).unwrap()
}

// Create and query.

#[test]
fn an_order_is_created_once_and_a_repeat_gets_the_first_number() {
    let mut desk = Desk::new();
    assert_eq!(desk.code(query()), 301);
    assert_eq!(desk.run(create(2)), format!("orderCreate:{}", ORDER.0));
    let reply = desk.reply(created(&format!("orderCreate:{}", ORDER.0)));
    assert_eq!((reply.code, reply.describe.as_str()), (200, "success"));
    let again = desk.tell(create(2));
    assert_eq!(again.kind, TransitionKind::Duplicate);
    assert_eq!(again.answer, Answer::Reply(Box::new(reply)));
    let state = desk.state_told();
    assert_eq!((state.order_status, quantities(&state), state.voucher_list), (OrderStatus::CREATED, (2, 0, 0), None));
}

#[test]
fn a_repeated_create_waits_while_the_first_one_runs_and_takes_over_when_it_broke_off() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.later(CREATE_LEASE - 1).tell(create(2)).answer, Answer::Busy);
    assert_eq!(desk.code(query()), 399, "not 301: perhaps it is there");
    assert_eq!(desk.later(1).run(create(2)), key, "the same key: a function keyed on it acts once");
    assert_eq!(desk.code(created(&key)), 200);
    // The first one was only slow.
    let late = desk.tell(created(&key));
    assert_eq!((late.kind, late.conflicts.len()), (TransitionKind::Duplicate, 0));
}

#[test]
fn a_create_of_unknown_outcome_is_told_nothing_and_runs_again_with_the_same_key() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.tell(end(&key, Outcome::UNKNOWN)).answer, Answer::Busy);
    assert_eq!(desk.tell(end(&key, Outcome::PENDING)).answer, Answer::Busy, "create has no code for it");
    assert_eq!(desk.later(CREATE_LEASE).run(create(2)), key);
}

#[test]
fn a_refused_create_tells_its_reason_and_the_next_try_has_a_key_of_its_own() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    let reply = desk.reply(refused(&key, 420, "库存不足"));
    assert_eq!((reply.code, reply.describe.as_str(), reply.body), (420, "库存不足", None));
    assert_eq!(desk.code(query()), 301);
    let next = desk.run(create(2));
    assert_eq!(next, format!("{key}#2"));
    assert_eq!(desk.code(created(&next)), 200);
    assert_eq!(desk.tell(refused(&key, 420, "库存不足")).kind, TransitionKind::Stale);
}

#[test]
fn a_code_that_says_success_is_never_told_as_a_failure() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.code(refused(&key, 200, "")), 499);
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    assert_eq!(desk.code(refused(&key, 598, "余额不足")), 599);
}

#[test]
fn calls_about_an_order_that_is_not_there_get_the_code_of_their_family() {
    let reschedule = OrderReschedule { order_id: ORDER, reschedule_no: "N".into(), ..OrderReschedule::default() };
    let calls: [(Event, i32); 4] =
        [(pay().into(), 599), (query().into(), 301), (refund("R", &["C1"]).into(), 699), (reschedule.into(), 300)];
    for (call, code) in calls {
        let mut desk = Desk::new();
        let transition = desk.tell(call.clone());
        assert_eq!(transition.kind, TransitionKind::Illegal);
        let Answer::Reply(reply) = transition.answer else { panic!() };
        assert_eq!((reply.code, desk.order.is_none()), (code, true), "{call:?}");
    }
}

// Pay.

#[test]
fn a_paid_order_is_issued_once_and_a_repeat_gets_its_codes() {
    let mut desk = Desk::created(2);
    let key = desk.run(pay());
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    let reply = desk.reply(AttemptEnded { paid: Some(paid(2)), ..end(&key, Outcome::DONE) });
    assert_eq!(reply.code, 200);
    let Some(ReplyBody::OrderPay(body)) = &reply.body else { panic!() };
    assert_eq!(body.vouchers.as_deref().unwrap(), ["C1", "C2"]);
    assert_eq!(desk.reply(pay()), reply);
    assert_eq!(desk.notices(), []);
    let state = desk.state_told();
    assert_eq!((state.order_status, state.voucher_type), (OrderStatus::ISSUED, VoucherType::CODE_PER_TICKET));
    assert_eq!(statuses(&state), [("C1".into(), 1, 0), ("C2".into(), 1, 0)]);
}

#[test]
fn what_is_issued_later_is_598_then_a_notice_then_200() {
    let mut desk = Desk::issuing(2);
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    assert_eq!(desk.later(10 * LEASE).code(pay()), 598, "the function has ended: it is not run again");
    assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Moved);
    let body = json!({ "orderId": ORDER.0.to_string(), "partnerOrderId": "P", "voucherType": 1, "vouchers": ["C1", "C2"] });
    assert_eq!(desk.notices(), [("payNotice", json!({ "issueType": 1, "describe": "出票成功", "body": body }))]);
    assert_eq!(desk.code(pay()), 200);
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUED);
    assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Duplicate);
    let id = desk.order().notices[0].id.clone();
    assert_eq!(desk.tell(NoticeAccepted { id: id.clone() }).kind, TransitionKind::Moved);
    assert_eq!(desk.tell(NoticeAccepted { id }).kind, TransitionKind::Duplicate);
    assert_eq!(desk.notices(), []);
}

#[test]
fn a_failure_to_issue_is_told_with_its_reason_and_never_tried_again() {
    let mut desk = Desk::created(2);
    let key = desk.run(pay());
    assert_eq!(desk.code(refused(&key, 501, "预存款不足")), 501);
    let reply = desk.later(10 * LEASE).reply(pay());
    assert_eq!((reply.code, reply.describe.as_str()), (501, "预存款不足"));
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUE_FAILED);
    assert_eq!(desk.notices(), [], "the reply has told it");

    let mut desk = Desk::issuing(2);
    desk.tell(IssueFailed { code: None, describe: "上游无票".into() });
    let body = json!({ "orderId": ORDER.0.to_string(), "partnerOrderId": "P" });
    assert_eq!(desk.notices(), [("payNotice", json!({ "issueType": 2, "describe": "上游无票", "body": body }))]);
    assert_eq!(desk.code(pay()), 599);
}

#[test]
fn a_pay_of_unknown_outcome_is_598_and_is_settled_by_notice() {
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    assert_eq!(desk.code(end(&key, Outcome::UNKNOWN)), 598);
    assert_eq!(desk.code(pay()), 598, "its lease has not run out");
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    // The function ends after all.
    assert_eq!(desk.code(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) }), 200);
    assert_eq!(desk.notices()[0].0, "payNotice");
}

#[test]
fn a_pay_that_crashed_is_taken_over_with_the_same_key_by_a_repeat_or_without_one() {
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    let mut silent = desk.clone();
    assert_eq!(desk.later(LEASE).run(pay()), key);
    assert_eq!(desk.code(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) }), 200);

    assert_eq!(next_due(silent.order(), &silent.settings), Some(Timestamp(NOW.0 + LEASE)));
    assert_eq!(silent.tell(TakeOver { key: key.clone() }).answer, Answer::Busy);
    assert_eq!(broken_off(silent.order(), &silent.settings, silent.now).count(), 0);
    silent.later(LEASE);
    assert_eq!(broken_off(silent.order(), &silent.settings, silent.now).map(|attempt| &attempt.key).collect::<Vec<_>>(), [&key]);
    let taken = silent.tell(TakeOver { key: key.clone() });
    let Answer::Run(run) = taken.answer else { panic!() };
    let request: Value = serde_json::from_str(run.request.as_ref().map(RawJson::as_str).unwrap()).unwrap();
    assert_eq!((run.call.as_str(), run.key, request), ("orderPay", key.clone(), json!({ "orderId": ORDER.0.to_string() })));
    silent.tell(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) });
    assert_eq!(silent.notices()[0].0, "payNotice", "nobody waited for a reply");
}

#[test]
fn what_a_function_returns_and_cannot_be_used_runs_again_later_and_in_the_end_is_reported() {
    let doubled = OrderPaid { vouchers: Some(vec!["C1".into(), "C1".into()]), ..paid(2) };
    let missing = OrderPaid { vouchers: None, ..paid(2) };
    let two = OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(2) };
    for wrong in [paid(1), doubled, missing, two] {
        let mut desk = Desk::created(2);
        let key = desk.run(pay());
        for (times, minutes) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            let ended = desk.tell(AttemptEnded { paid: Some(wrong.clone()), ..end(&key, Outcome::DONE) });
            let Answer::Reply(reply) = &ended.answer else { panic!() };
            assert_eq!((reply.code, &ended.conflicts[..]), (598, &[][..]), "{times}");
            assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0);
            desk.later(minutes * 60_000 - 1);
            assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0);
            assert_eq!(desk.later(1).run(TakeOver { key: key.clone() }), key);
        }
        let last = desk.tell(end(&key, Outcome::UNUSABLE));
        assert_eq!(last.conflicts, [Breach::FunctionUnusable]);
        desk.later(10 * 86_400_000);
        assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0, "not by itself");
        assert_eq!(desk.run(TakeOver { key: key.clone() }), key, "a person may");
        assert_eq!(desk.tell(Event::Issued(wrong)).reason, Some(Reason::WrongCodes));
        assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Moved);
        assert_eq!(desk.code(pay()), 200);
    }
    // What order create returned says no number: perhaps it was created.
    let mut desk = Desk::new();
    let key = desk.run(create(1));
    let blank = OrderCreated { order_id: None, partner_order_id: " ".into() };
    let ended = desk.tell(AttemptEnded { created: Some(blank), ..end(&key, Outcome::DONE) });
    assert_eq!(ended.answer, Answer::Busy);
    assert_eq!(desk.later(60_000).run(create(1)), key);
}

#[test]
fn an_attempt_that_begins_more_than_a_lease_in_the_future_counts_as_run_out() {
    let mut desk = Desk::created(1);
    desk.later(10 * LEASE);
    let key = desk.run(pay());
    desk.later(-LEASE);
    assert_eq!(desk.code(pay()), 598, "somebody's clock may be a lease ahead");
    desk.later(-1);
    assert_eq!(desk.run(pay()), key, "the clock that began it was wrong");
}

// Refunds.

#[test]
fn a_refund_is_602_until_it_is_agreed_and_601_from_then_on() {
    let mut desk = Desk::issued(2);
    let key = desk.run(refund("R", &["C1"]));
    assert_eq!(key, format!("orderRefund:{}:R", ORDER.0));
    assert_eq!(desk.code(refund("R", &["C1"])), 602, "while the function runs");
    assert_eq!(desk.code(end(&key, Outcome::PENDING)), 602);
    let reply = desk.later(10 * LEASE).reply(refund("R", &["C1"]));
    let Some(ReplyBody::OrderRefund(body)) = reply.body else { panic!() };
    assert_eq!((reply.code, body.refund_id.as_str(), body.request_time), (602, "R", None));
    assert_eq!(desk.order().counts().pending, 1);
    desk.tell(agree("R"));
    let body = json!({ "orderId": ORDER.0.to_string(), "refundId": "R", "partnerOrderId": "P", "requestTime": NOW.0,
        "responseTime": desk.now.0 });
    assert_eq!(desk.notices(), [("refundNotice", json!({ "code": 200, "describe": "退款成功", "body": body }))]);
    let reply = desk.reply(refund("R", &["C1"]));
    let Some(ReplyBody::OrderRefund(body)) = reply.body else { panic!() };
    assert_eq!((reply.code, body.request_time, body.response_time), (601, Some(NOW), Some(desk.now)));
    let state = desk.state_told();
    assert_eq!((state.order_status, quantities(&state)), (OrderStatus::ISSUED, (2, 0, 1)));
    assert_eq!(statuses(&state), [("C1".into(), 1, 2), ("C2".into(), 1, 0)]);
}

#[test]
fn a_refund_that_is_done_at_once_is_200_and_then_601() {
    let mut desk = Desk::issued(1);
    let key = desk.run(refund("R", &["C1"]));
    assert_eq!(desk.code(end(&key, Outcome::DONE)), 200);
    assert_eq!(desk.code(refund("R", &["C1"])), 601);
    assert_eq!(desk.notices(), []);
}

#[test]
fn a_refused_refund_keeps_its_refusal_and_can_still_be_agreed_but_not_the_other_way_round() {
    let mut desk = Desk::issued(2);
    let key = desk.run(refund("R", &["C1"]));
    assert_eq!(desk.code(refused(&key, 606, "已取票")), 606);
    let reply = desk.later(10 * LEASE).reply(refund("R", &["C1"]));
    assert_eq!((reply.code, reply.describe.as_str()), (606, "已取票"));
    assert_eq!(desk.order().counts().free, 2);
    desk.tell(agree("R"));
    assert_eq!(desk.notices()[0].1["code"], 200);
    assert_eq!(desk.code(refund("R", &["C1"])), 601);
    assert_eq!(desk.tell(refuse("R")).kind, TransitionKind::Illegal);
    assert_eq!(desk.tell(agree("R")).kind, TransitionKind::Duplicate);
    assert_eq!(desk.code(refund("R", &["C1"])), 601);
}

#[test]
fn a_pending_refund_that_is_refused_is_told_by_notice_with_its_reason() {
    let mut desk = Desk::issued(1);
    let key = desk.run(refund("R", &["C1"]));
    desk.tell(end(&key, Outcome::PENDING));
    desk.tell(refuse("R"));
    let (_, notice) = &desk.notices()[0];
    assert_eq!((&notice["code"], &notice["describe"]), (&json!(699), &json!("已过退改期限")));
    assert_eq!(desk.code(refund("R", &["C1"])), 602, "what was put off is decided by notice");
    let mut informed = desk.clone();
    let id = desk.order().notices[0].id.clone();
    informed.tell(NoticeAccepted { id });
    assert_eq!(informed.code(refund("R", &["C1"])), 699);
    desk.tell(agree("R"));
    let codes: Vec<_> = desk.notices().iter().map(|(_, notice)| notice["code"].clone()).collect();
    assert_eq!(codes, [200], "a refusal that was not sent is not sent any more");
}

#[test]
fn a_refund_of_unknown_outcome_is_602_and_is_taken_over() {
    let mut desk = Desk::issued(1);
    let key = desk.run(refund("R", &["C1"]));
    assert_eq!(desk.code(end(&key, Outcome::UNKNOWN)), 602);
    assert_eq!(desk.later(LEASE).run(refund("R", &["C1"])), key);
    desk.tell(end(&key, Outcome::DONE));
    assert_eq!(desk.notices()[0].0, "refundNotice");
}

#[test]
fn a_refund_must_be_of_free_tickets_of_the_order() {
    let mut desk = Desk::issued(3);
    desk.tell(entered("E", &["C1"]));
    desk.run(refund("R1", &["C2"]));
    for (vouchers, reason) in [
        (&["C1"][..], Reason::SpentVoucher),
        (&["C2"], Reason::SpentVoucher),
        (&["C9"], Reason::ForeignVoucher),
        (&["C2", "C3"], Reason::NotEnough),
    ] {
        let transition = desk.tell(refund("R2", vouchers));
        let Answer::Reply(reply) = transition.answer else { panic!() };
        assert_eq!(
            (transition.kind, reply.code, reply.describe.as_str()),
            (TransitionKind::Illegal, 606, reason.text()),
            "{vouchers:?}"
        );
    }
    let short = OrderRefund { refund_quantity: 1, ..refund("R2", &[]) };
    assert_eq!(desk.reply(short).describe, Reason::VoucherCount.text());
    desk.run(refund("R2", &["C3"]));
    let mut unpaid = Desk::created(1);
    assert_eq!(unpaid.reply(refund("R", &["C1"])).describe, Reason::NotIssued.text());
    assert_eq!(Desk::issuing(1).reply(refund("R", &["C1"])).code, 699);
}

#[test]
fn fifty_refunds_at_once_never_exceed_the_quantity() {
    let mut desk = Desk::issued_as(7, paid_with_one_code());
    let stale = desk.order.clone();
    let mut won = 0;
    for number in 0..50 {
        // Each was judged by the same old snapshot; compare-and-swap lets one be stored and has the others apply again.
        let call = OrderRefund { refund_quantity: 1 + number % 2, ..refund(&format!("R{number}"), &["C1"]) };
        assert!(matches!(apply(stale.as_ref(), &call.clone().into(), &desk.settings, NOW).answer, Answer::Run(_)));
        won += u32::from(matches!(desk.tell(call).answer, Answer::Run(_)));
    }
    assert_eq!((desk.order().counts().pending, desk.order().refunds.len() as u32), (7, won));
    assert!(desk.order().conflicts.is_empty());
}

#[test]
fn silence_agrees_by_itself_only_after_the_end_of_the_third_working_day() {
    // National day 2026: Thursday 1 to Wednesday 7 October are off, Sunday 20 September and Saturday 10 October are worked.
    for (requested, may_count, counts) in [
        ("2026-09-21 10:00:00", "2026-09-24 10:00:00", "2026-09-24 23:59:59"),
        ("2026-09-24 10:00:00", "2026-09-30 10:00:00", "2026-09-30 23:59:59"),
        ("2026-09-30 10:00:00", "2026-10-10 10:00:00", "2026-10-10 23:59:59"),
        ("2026-10-03 10:00:00", "2026-10-10 23:59:59", "2026-10-10 23:59:59"),
    ] {
        let mut desk = Desk::issued(2);
        desk.now = clock(requested);
        let key = desk.run(refund("R", &["C1"]));
        desk.tell(end(&key, Outcome::PENDING));
        let waiting = desk.clone();
        desk.now = clock(counts);
        assert!(desk.tell(TimePassed::default()).conflicts.contains(&Breach::RefundOverdue), "{requested}");
        assert_eq!(desk.code(refund("R", &["C1"])), 602, "{requested}");
        assert_eq!(next_due(desk.order(), &desk.settings), Some(Timestamp(clock(counts).0 + 1001)));
        desk.later(1001);
        assert_eq!(desk.tell(refuse("R")).reason, Some(Reason::AlreadyAgreed), "{requested}");
        assert_eq!(desk.tell(TimePassed::default()).kind, TransitionKind::Moved);
        assert_eq!((desk.code(refund("R", &["C1"])), desk.notices()), (601, vec![]));
        assert_eq!(desk.tell(refuse("R")).kind, TransitionKind::Illegal);

        // Nobody has looked, and Meituan repeats its call.
        let mut asleep = waiting.clone();
        asleep.now = desk.now;
        assert_eq!(asleep.code(refund("R", &["C1"])), 601, "{requested}");

        // Before (a), a refusal is a refusal; between the two readings it is flagged.
        let mut early = waiting.clone();
        early.now = Timestamp(clock(may_count).0 - 60_000);
        assert_eq!(early.tell(refuse("R")).conflicts, []);
        if clock(may_count) < clock(counts) {
            let mut between = waiting;
            between.now = Timestamp(clock(may_count).0 + 1);
            assert_eq!(between.tell(refuse("R")).conflicts, [Breach::RefusedInDoubt]);
            let id = between.order().notices[0].id.clone();
            between.tell(NoticeAccepted { id });
            assert_eq!(between.code(refund("R", &["C1"])), 699);
        }
    }
}

#[test]
fn beyond_the_years_of_the_calendar_nothing_is_agreed_and_that_is_reported() {
    let mut desk = Desk::issued(1);
    desk.now = clock("2199-01-04 10:00:00");
    let key = desk.run(refund("R", &["C1"]));
    assert_eq!(desk.tell(end(&key, Outcome::PENDING)).conflicts, [Breach::CalendarEnded]);
    desk.later(100 * 86_400_000).tell(TimePassed::default());
    assert_eq!(desk.code(refund("R", &["C1"])), 602);
    // A calendar of one's own reaches as far as it says, or without end.
    desk.settings.calendar = Some(Calendar::default());
    assert_eq!(desk.code(refund("R", &["C1"])), 601);
}

// Entries.

#[test]
fn entries_by_code_are_told_part_by_part_with_totals() {
    let mut desk = Desk::issued(3);
    desk.tell(entered("E1", &["C2"]));
    desk.tell(entered("E2", &["C1", "C3"]));
    assert_eq!(desk.tell(entered("E2", &["C1", "C3"])).kind, TransitionKind::Duplicate);
    let notices = desk.notices();
    let told: Vec<_> = notices.iter().map(|(name, body)| (*name, &body["usedQuantity"], &body["refundedQuantity"])).collect();
    assert_eq!(told, [("consumeNotice", &json!(1), &json!(0)), ("consumeNotice", &json!(3), &json!(0))]);
    let list = json!([{ "voucher": "C2", "voucherInvalidTime": NOW.0, "quantity": 1, "status": 1 }]);
    assert_eq!(notices[0].1["voucherList"], list);
    assert_eq!(statuses(&desk.state_told()), [("C1".into(), 1, 1), ("C2".into(), 1, 1), ("C3".into(), 1, 1)]);
    assert!(desk.order().conflicts.is_empty());
}

#[test]
fn entries_by_number_use_one_code_in_parts() {
    let mut desk = Desk::issued_as(5, paid_with_one_code());
    desk.tell(entered_by_count("E1", 2));
    let key = desk.run(OrderRefund { refund_quantity: 1, ..refund("R", &["C1"]) });
    desk.tell(end(&key, Outcome::DONE));
    desk.tell(entered_by_count("E2", 1));
    assert_eq!(statuses(&desk.state_told()), [("C1".into(), 3, 1), ("C1".into(), 1, 2), ("C1".into(), 1, 0)]);
    let notices = desk.notices();
    assert_eq!((&notices[1].1["usedQuantity"], &notices[1].1["refundedQuantity"]), (&json!(3), &json!(1)));
    assert_eq!(notices[1].1["voucherList"][0]["quantity"], 1);
    assert_eq!(admissions(desk.order(), NOW), [Admission { voucher: Some("C1".into()), credentials: None, quantity: 1 }]);
    desk.tell(entered_by_count("E3", 1));
    assert_eq!(admissions(desk.order(), NOW), []);
}

#[test]
fn facts_that_do_not_agree_are_recorded_and_flagged() {
    let mut desk = Desk::issued(1);
    desk.run(refund("R", &["C1"]));
    let entry = desk.tell(entered("E", &["C1"]));
    assert_eq!((entry.kind, entry.conflicts), (TransitionKind::Moved, vec![Breach::EnteredWhileRefundPending]));
    assert_eq!(desk.order().counts().used, 1);
    let act = desk.tell(agree("R"));
    assert_eq!((act.kind, act.reason), (TransitionKind::Illegal, Some(Reason::SpentVoucher)), "an act is refused");
    let ended = desk.tell(end(&format!("orderRefund:{}:R", ORDER.0), Outcome::DONE));
    assert_eq!(ended.conflicts, [Breach::RefundedBeyond], "a fact is recorded");
    assert_eq!((desk.order().counts().used, desk.order().counts().refunded), (1, 0), "the ticket keeps what it was first");

    let mut desk = Desk::issued(2);
    desk.tell(entered("E1", &["C1"]));
    assert_eq!(desk.tell(entered("E2", &["C1"])).conflicts, [Breach::EnteredTwice]);
    assert_eq!(desk.order().counts().used, 1);
    assert_eq!(desk.tell(entered_by_count("E3", 3)).conflicts, [Breach::EnteredBeyond]);
    assert_eq!(desk.order().counts().used, 2);

    let mut desk = Desk::created(1);
    let entry = desk.tell(entered_by_count("E", 1));
    assert_eq!((entry.conflicts, desk.notices()), (vec![Breach::EnteredUnissued], vec![]));
    assert_eq!(Desk::issued(1).tell(entered("E", &["C9"])).kind, TransitionKind::Illegal, "another order's code");
}

#[test]
fn codes_let_guests_in_from_the_day_of_the_visit_while_nothing_else_is_true_of_them() {
    let mut desk = Desk::new();
    let travel_date = Date::new(2026, 3, 8);
    let key = desk.run(OrderCreate { travel_date, ..create(4) });
    desk.tell(created(&key));
    assert_eq!(admissions(desk.order(), NOW), []);
    let key = desk.run(pay());
    desk.tell(AttemptEnded { paid: Some(paid(4)), ..end(&key, Outcome::DONE) });
    assert_eq!(admissions(desk.order(), clock("2026-03-07 23:59:59")), []);
    assert_eq!(desk.clone().tell(entered("E", &["C1"])).conflicts, [Breach::EnteredEarly]);
    let day = clock("2026-03-08 00:00:00");
    assert_eq!(admissions(desk.order(), day).len(), 4);
    desk.now = day;
    desk.tell(entered("E", &["C1"]));
    desk.run(refund("R1", &["C2"]));
    let key = desk.run(refund("R2", &["C3"]));
    desk.tell(end(&key, Outcome::DONE));
    assert_eq!(admissions(desk.order(), day), [Admission { voucher: Some("C4".into()), credentials: None, quantity: 1 }]);
    desk.run(close(CloseType::ISSUE_FAILED));
    assert_eq!(admissions(desk.order(), day), []);
}

// Meituan closes and refunds.

#[test]
fn a_close_runs_its_function_once_and_a_repeat_is_200() {
    for (close_type, mut desk, state) in [
        (CloseType::UNPAID, Desk::created(1), State::ClosedUnpaid),
        (CloseType::CREATE_FAILED, Desk::created(1), State::ClosedNotCreated),
        (CloseType::CREATE_FAILED, Desk::new(), State::ClosedNotCreated),
        (CloseType::ISSUE_FAILED, Desk::issuing(1), State::Voided),
        (CloseType::ISSUE_FAILED, Desk::issued(1), State::Voided),
    ] {
        let key = desk.run(close(close_type));
        assert_eq!(desk.order().state(), state);
        assert_eq!(desk.code(close(close_type)), 200, "it is recorded");
        assert_eq!(desk.code(end(&key, Outcome::DONE)), 200);
        assert_eq!(desk.later(10 * LEASE).code(close(close_type)), 200);
        assert_eq!(desk.code(create(1)), 499);
        assert_eq!(desk.code(pay()), 599);
        assert!(desk.order().units.iter().all(|unit| unit.state == UnitState::VOID));
        assert!(desk.order().attempts.is_empty());
    }
}

#[test]
fn the_function_of_a_close_that_broke_off_is_owed_and_run_again_with_the_same_key() {
    let mut desk = Desk::issued(1);
    let key = desk.run(close(CloseType::ISSUE_FAILED));
    assert_eq!(desk.code(end(&key, Outcome::UNKNOWN)), 200, "the message is taken, whatever its function does");
    assert_eq!(next_due(desk.order(), &desk.settings), Some(Timestamp(NOW.0 + LEASE)));
    assert_eq!(desk.later(LEASE).run(TakeOver { key: key.clone() }), key);
    assert_eq!(desk.code(refused(&key, 300, "闸机离线")), 300);
    let next = desk.later(LEASE).run(close(CloseType::ISSUE_FAILED));
    assert_eq!(next, format!("{key}#2"));
    desk.tell(end(&next, Outcome::DONE));
    assert_eq!(next_due(desk.order(), &desk.settings), None);
}

#[test]
fn an_order_that_comes_into_being_after_it_was_closed_is_void_and_its_closing_is_owed_again() {
    let mut desk = Desk::new();
    let create_key = desk.run(create(1));
    let close_key = desk.run(close(CloseType::CREATE_FAILED));
    desk.tell(end(&close_key, Outcome::DONE));
    assert_eq!(next_due(desk.order(), &desk.settings), None);
    let late = desk.tell(created(&create_key));
    assert_eq!(late.conflicts, [Breach::CreatedAfterClose]);
    assert_eq!(desk.order().state(), State::ClosedNotCreated);
    assert_eq!(next_due(desk.order(), &desk.settings), Some(Timestamp(0)), "at once");
    let owed = desk.order().attempts[0].key.clone();
    assert_eq!(desk.run(TakeOver { key: owed.clone() }), format!("{close_key}#2"));
    assert_eq!(desk.order().partner_order_id.as_deref(), Some("P"), "what there is to void");
    desk.tell(end(&owed, Outcome::DONE));
    assert_eq!((next_due(desk.order(), &desk.settings), desk.state_told().order_status), (None, OrderStatus::CREATE_FAILED));
}

#[test]
fn a_closing_is_owed_again_where_a_function_breaks_off_after_it_that_may_have_issued() {
    for outcome in [Outcome::UNKNOWN, Outcome::UNUSABLE] {
        let mut desk = Desk::new();
        let create_key = desk.run(create(1));
        desk.tell(created(&create_key));
        let pay_key = desk.run(pay());
        let close_key = desk.run(close(CloseType::ISSUE_FAILED));
        desk.tell(end(&close_key, Outcome::DONE));
        assert!(desk.order().attempts.is_empty());
        desk.tell(end(&pay_key, outcome));
        let owed = desk.order().attempts[0].key.clone();
        assert_eq!(owed, format!("{close_key}#2"));
        assert_eq!(desk.run(TakeOver { key: owed.clone() }), owed);
        desk.tell(end(&owed, Outcome::DONE));
        // What it has definitely not done needs no closing.
        desk.tell(end(&pay_key, Outcome::REFUSED));
        assert!(desk.order().attempts.is_empty());
    }
}

#[test]
fn a_closing_that_is_owed_again_while_it_runs_is_run_once_more_whatever_the_first_run_says() {
    for outcome in [Outcome::REFUSED, Outcome::DONE, Outcome::UNKNOWN] {
        let mut desk = Desk::created(1);
        let pay_key = desk.run(pay());
        let first = desk.run(close(CloseType::ISSUE_FAILED));
        desk.tell(AttemptEnded { paid: Some(paid(1)), ..end(&pay_key, Outcome::DONE) });
        desk.tell(end(&first, outcome));
        let keys: Vec<_> = desk.order().attempts.iter().map(|attempt| attempt.key.clone()).collect();
        assert_eq!(keys, [format!("{first}#2")], "{outcome:?}");
        assert_eq!(desk.run(TakeOver { key: keys[0].clone() }), keys[0]);
        desk.tell(end(&keys[0], Outcome::DONE));
        assert_eq!(next_due(desk.order(), &desk.settings), None);
    }
}

#[test]
fn codes_that_are_issued_after_a_close_are_void_from_the_start() {
    let mut desk = Desk::created(2);
    let key = desk.run(pay());
    let closing = desk.run(refunded(RefundMessageType::PAY_STATE_UNKNOWN, "", 2));
    desk.tell(end(&closing, Outcome::DONE));
    let late = desk.tell(AttemptEnded { paid: Some(paid(2)), ..end(&key, Outcome::DONE) });
    assert_eq!(late.conflicts, [Breach::IssuedAfterClose]);
    let state = desk.state_told();
    assert_eq!((state.order_status, quantities(&state)), (OrderStatus::ISSUE_FAILED, (2, 0, 2)));
    assert_eq!((admissions(desk.order(), NOW), desk.notices()), (vec![], vec![]));
    assert_eq!(desk.order().attempts.len(), 1, "what was issued has to be made void");
}

#[test]
fn a_refunded_message_moves_the_tickets_it_is_about_once() {
    let mut desk = Desk::issued(3);
    let of_one =
        || RefundedMessage { voucher_list: Some(vec!["C2".into()]), ..refunded(RefundMessageType::CUSTOMER_SERVICE, "S", 1) };
    let key = desk.run(of_one());
    assert_eq!(desk.code(end(&key, Outcome::DONE)), 200);
    assert_eq!(desk.later(10 * LEASE).code(of_one()), 200);
    let state = desk.state_told();
    assert_eq!((desk.order().state(), quantities(&state)), (State::Issued, (3, 0, 1)));
    desk.run(refunded(RefundMessageType::CUSTOMER_SERVICE, "", 2));
    assert_eq!((desk.order().state(), desk.order().counts().refunded), (State::Returned, 3));
    assert!(desk.order().units.iter().all(|unit| unit.state == UnitState::REFUNDED));
    assert!(desk.order().conflicts.is_empty());
}

#[test]
fn a_refund_that_meituan_has_decided_itself_is_the_pending_one() {
    for serial in ["R", "", "another number"] {
        let mut desk = Desk::issued(2);
        let key = desk.run(refund("R", &["C2"]));
        desk.tell(end(&key, Outcome::PENDING));
        desk.run(refunded(RefundMessageType::APPROVAL_TIMED_OUT, serial, 1));
        assert_eq!((desk.order().counts().pending, desk.order().counts().refunded), (0, 1), "{serial}");
        assert_eq!(statuses(&desk.state_told())[1], ("C2".into(), 1, 2));
        assert_eq!(desk.code(refund("R", &["C2"])), 601);
        assert_eq!(desk.notices(), []);
    }
}

#[test]
fn a_refund_that_silence_or_the_supplier_has_agreed_is_not_counted_again_by_meituans_message() {
    let agreed_by_silence = |desk: &mut Desk| {
        desk.settings.calendar = Some(Calendar::default());
        desk.later(10 * 86_400_000).tell(TimePassed::default());
    };
    let agreed_by_the_supplier = |desk: &mut Desk| {
        desk.tell(agree("R"));
    };
    let refused_by_the_supplier = |desk: &mut Desk| {
        desk.tell(RefundRefused { refund_id: "R".into(), code: None, describe: "已过期".into() });
    };
    let crashed_before_anything_was_told = |desk: &mut Desk| desk.order.as_mut().unwrap().refunds[0].told = None;
    for codes in [None, Some(vec!["C2".to_owned()])] {
        for serial in ["R", "", "another number"] {
            for (decide, is_silent) in
                [(agreed_by_silence as fn(&mut Desk), true), (agreed_by_the_supplier, false), (refused_by_the_supplier, false)]
            {
                let mut desk = Desk::issued(3);
                let key = desk.run(refund("R", &["C2"]));
                assert_eq!(desk.code(end(&key, Outcome::PENDING)), 602);
                if is_silent {
                    crashed_before_anything_was_told(&mut desk);
                }
                decide(&mut desk);
                let message = refunded(RefundMessageType::APPROVAL_TIMED_OUT, serial, 1);
                desk.run(RefundedMessage { voucher_list: codes.clone(), ..message });
                let told = desk.state_told();
                assert_eq!((desk.order().state(), quantities(&told)), (State::Issued, (3, 0, 1)), "{serial} {codes:?}");
                assert_eq!(statuses(&told), [("C1".into(), 1, 0), ("C2".into(), 1, 2), ("C3".into(), 1, 0)]);
                assert!(desk.order().conflicts.is_empty());
            }
        }
    }
    // What says that it is about another code is another refund.
    let mut desk = Desk::issued(3);
    let key = desk.run(refund("R", &["C2"]));
    desk.tell(end(&key, Outcome::PENDING));
    let message = refunded(RefundMessageType::APPROVAL_TIMED_OUT, "", 1);
    desk.run(RefundedMessage { voucher_list: Some(vec!["C1".into()]), ..message });
    assert_eq!(statuses(&desk.state_told()), [("C1".into(), 1, 2), ("C2".into(), 1, 0), ("C3".into(), 1, 0)]);
    // What was agreed in the reply to Meituan's own call: the reply was lost. Another type may be about another refund.
    for (kind, free) in [(RefundMessageType::APPROVAL_TIMED_OUT, 2), (RefundMessageType::CUSTOMER_SERVICE, 0)] {
        let mut desk = Desk::issued(3);
        let key = desk.run(refund("R", &["C2"]));
        assert_eq!(desk.code(end(&key, Outcome::DONE)), 200);
        desk.run(refunded(kind, "", 1));
        assert_eq!((desk.order().counts().refunded, desk.order().counts().free), (1, free));
        assert_eq!(desk.order().conflicts.len(), usize::from(free == 0));
    }
}

#[test]
fn an_open_refund_of_an_order_that_meituan_refunds_as_a_whole_is_settled_with_it() {
    for (kind, count) in [(RefundMessageType::CUSTOMER_SERVICE, 2), (RefundMessageType::PAY_STATE_UNKNOWN, 0)] {
        let mut desk = Desk::issued(2);
        let key = desk.run(refund("R", &["C1"]));
        desk.run(refunded(kind, "", count));
        assert_eq!((desk.order().state(), desk.order().counts().refunded), (State::Returned, 2));
        assert!(desk.order().conflicts.is_empty(), "{:?}", desk.order().conflicts);
        assert_eq!(
            desk.later(10 * LEASE).tell(TakeOver { key: key.clone() }).kind,
            TransitionKind::Illegal,
            "nobody runs it again"
        );
        assert_eq!(desk.code(end(&key, Outcome::DONE)), 601);
        assert_eq!(desk.code(refund("R", &["C1"])), 601);
        assert_eq!((desk.order().counts().refunded, desk.notices()), (2, vec![]));
    }
}

#[test]
fn refunds_of_one_second_without_a_number_are_known_by_their_codes() {
    let mut desk = Desk::issued(3);
    let of = |voucher: &str| RefundedMessage {
        voucher_list: Some(vec![voucher.into()]),
        ..refunded(RefundMessageType::CUSTOMER_SERVICE, "", 1)
    };
    desk.run(of("C1"));
    desk.run(of("C2"));
    assert_eq!(desk.code(of("C1")), 200);
    assert_eq!(statuses(&desk.state_told()), [("C1".into(), 1, 2), ("C2".into(), 1, 2), ("C3".into(), 1, 0)]);
    assert!(desk.order().conflicts.is_empty());
}

#[test]
fn a_refunded_message_that_names_other_codes_than_it_counts_is_flagged_and_nobody_enters_on_what_it_may_mean() {
    for (codes, count, refunded_now, free) in
        [(&["C1", "C3"][..], 1, 0, vec!["C2"]), (&["X"], 1, 0, vec![]), (&["C1"], 2, 1, vec![]), (&["C1", "X"], 2, 1, vec![])]
    {
        let mut desk = Desk::issued(3);
        let message = refunded(RefundMessageType::CUSTOMER_SERVICE, "", count);
        desk.run(RefundedMessage { voucher_list: Some(codes.iter().map(|&code| code.into()).collect()), ..message });
        assert_eq!((desk.order().counts().refunded, &*desk.order().conflicts[0].breach), (refunded_now, "refunded-unclearly"));
        let admitted: Vec<_> = admissions(desk.order(), NOW).into_iter().filter_map(|admission| admission.voucher).collect();
        assert_eq!(admitted, free, "{codes:?}");
    }
}

#[test]
fn no_moment_and_no_count_of_a_fact_makes_an_order_that_cannot_be_read_again() {
    // Desk::tell reads it again.
    let mut desk = Desk::issued(2);
    for (serial, refund_time) in
        [("S1", Timestamp(i64::MIN)), ("S2", clock("1970-01-01 00:00:00")), ("S3", clock("0001-01-01 00:00:00"))]
    {
        desk.tell(RefundedMessage { refund_time, ..refunded(RefundMessageType::CUSTOMER_SERVICE, serial, i32::MAX as u32) });
    }
    let paid = OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(1) };
    let mut desk = Desk::issued_as(2, paid);
    for id in ["E1", "E2"] {
        desk.tell(Consumed { at: Some(Timestamp(0)), ..entered_by_count(id, i32::MAX as u32) });
    }
    assert_eq!(desk.order().tally.as_ref().unwrap().used, i32::MAX as u32);
    assert_eq!(desk.state_told().used_quantity, 2, "no more than was ordered");
}

#[test]
fn a_pay_notice_that_is_no_longer_true_is_withdrawn_by_a_close() {
    let mut desk = Desk::issuing(1);
    desk.tell(Event::Issued(paid(1)));
    assert_eq!(desk.notices().len(), 1);
    desk.run(close(CloseType::ISSUE_FAILED));
    assert_eq!(desk.notices(), []);
}

// Reschedule.

fn reschedule(number: &str) -> OrderReschedule {
    let target_date = Date::new(2026, 3, 9);
    OrderReschedule { order_id: ORDER, reschedule_no: number.into(), target_date, ..OrderReschedule::default() }
}

#[test]
fn a_reschedule_changes_day_and_codes_once() {
    let mut desk = Desk::issued(2);
    let key = desk.run(reschedule("N"));
    assert_eq!(desk.tell(end(&key, Outcome::UNKNOWN)).answer, Answer::Busy);
    let new = RescheduledVoucher { voucher: Some("D1".into()), ..RescheduledVoucher::default() };
    let done = OrderRescheduled {
        order_id: ORDER,
        reschedule_no: "N".into(),
        success_count: Some(1),
        credential_vouchers: Some(vec![new]),
    };
    assert_eq!(desk.code(AttemptEnded { rescheduled: Some(done.clone()), ..end(&key, Outcome::DONE) }), 200);
    assert_eq!(desk.reply(reschedule("N")).body, Some(ReplyBody::OrderReschedule(done)));
    assert_eq!(desk.order().travel_date, Date::new(2026, 3, 9));
    assert_eq!(statuses(&desk.state_told()), [("C1".into(), 1, 3), ("C2".into(), 1, 0), ("D1".into(), 1, 0)]);
    let Some(ReplyBody::OrderPay(body)) = desk.reply(pay()).body else { panic!() };
    assert_eq!(body.vouchers.unwrap(), ["D1", "C2"]);
    let key = desk.run(reschedule("N2"));
    assert_eq!(desk.code(refused(&key, 300, "该日已满")), 300);
    assert_eq!(desk.later(10 * LEASE).reply(reschedule("N2")).describe, "该日已满");
}

#[test]
fn a_guest_with_a_replaced_code_is_counted_and_flagged_and_the_order_can_still_be_told() {
    let mut desk = Desk::issued(2);
    let key = desk.run(reschedule("N"));
    let new = RescheduledVoucher { voucher: Some("D1".into()), ..RescheduledVoucher::default() };
    let done = OrderRescheduled {
        order_id: ORDER,
        reschedule_no: "N".into(),
        success_count: Some(1),
        credential_vouchers: Some(vec![new]),
    };
    desk.tell(AttemptEnded { rescheduled: Some(done), ..end(&key, Outcome::DONE) });
    desk.tell(entered("E", &["C1"]));
    assert!(!desk.order().conflicts.is_empty());
    let told = desk.state_told();
    assert_eq!((told.used_quantity, told.order_quantity), (1, 2));
    assert_eq!(
        statuses(&told),
        [("C1".into(), 1, 3), ("C2".into(), 1, 0), ("D1".into(), 1, 1)],
        "the ticket is used, by whichever code"
    );
    let envelope = json!({ "code": 200, "describe": "success", "partnerId": 1, "body": told }).to_string();
    let how = Reading { notation: Notation::Program, success: true, facts: Facts::default() };
    let mut packed = Packed::default();
    assert!(read(ORDER_QUERY.reply, envelope.as_bytes(), how, &mut packed), "{:?}", packed.issues);
}

#[test]
fn a_code_that_is_replaced_while_its_refund_is_pending_is_refunded_under_its_new_name() {
    let credential = |number: &str, voucher: &str| CredentialVoucher {
        credential_no: number.into(),
        voucher: Some(voucher.into()),
        ..CredentialVoucher::default()
    };
    let credential_list = Some(vec![credential("n1", "C1"), credential("n2", "C2")]);
    let mut desk = Desk::issued_as(2, OrderPaid { credential_list, ..paid(2) });
    let key = desk.run(refund("R", &["C1"]));
    desk.tell(end(&key, Outcome::PENDING));
    let new = |number: &str, voucher: &str| RescheduledVoucher {
        credential_type: Some(CredentialType::default()),
        credential_no: Some(number.into()),
        voucher: Some(voucher.into()),
        ..RescheduledVoucher::default()
    };
    let key = desk.run(reschedule("N"));
    let done = OrderRescheduled {
        success_count: Some(2),
        credential_vouchers: Some(vec![new("n1", "D1"), new("n2", "D2")]),
        ..OrderRescheduled::default()
    };
    desk.tell(AttemptEnded { rescheduled: Some(done), ..end(&key, Outcome::DONE) });
    let mut by_message = desk.clone();
    desk.tell(agree("R"));
    // The message may still name the code that the refund was asked for.
    let message = refunded(RefundMessageType::APPROVAL_TIMED_OUT, "", 1);
    by_message.run(RefundedMessage { voucher_list: Some(vec!["C1".into()]), ..message });
    for mut desk in [desk, by_message] {
        let expected = [("C1".into(), 1, 3), ("C2".into(), 1, 3), ("D1".into(), 1, 2), ("D2".into(), 1, 0)];
        assert_eq!(statuses(&desk.state_told()), expected);
        let day = Timestamp(NOW.0 + 30 * 86_400_000);
        let admitted: Vec<_> = admissions(desk.order(), day).into_iter().filter_map(|admission| admission.voucher).collect();
        assert_eq!((admitted, desk.order().counts().refunded), (vec!["D2".to_owned()], 1));
        assert!(desk.order().conflicts.is_empty());
    }
}

#[test]
fn codes_of_a_reschedule_that_ends_after_a_close_are_void_and_its_closing_is_owed_again() {
    let mut desk = Desk::issued(1);
    let reschedule = desk.run(reschedule("N"));
    let closing = desk.run(refunded(RefundMessageType::CUSTOMER_SERVICE, "S", 1));
    desk.tell(end(&closing, Outcome::DONE));
    let new = RescheduledVoucher { voucher: Some("D1".into()), ..RescheduledVoucher::default() };
    let done = OrderRescheduled { success_count: Some(1), credential_vouchers: Some(vec![new]), ..OrderRescheduled::default() };
    desk.tell(AttemptEnded { rescheduled: Some(done), ..end(&reschedule, Outcome::DONE) });
    assert!(admissions(desk.order(), clock("2026-03-09 12:00:00")).is_empty());
    let owed: Vec<_> = broken_off(desk.order(), &desk.settings, desk.now).map(|attempt| attempt.call.as_str()).collect();
    assert_eq!(owed, ["orderRefunded"]);
}

#[test]
fn a_guest_with_the_replaced_code_of_a_whole_order_is_counted_and_flagged() {
    let mut desk = Desk::issued_as(2, OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(1) });
    let key = desk.run(reschedule("N"));
    let new = RescheduledVoucher { voucher: Some("D1".into()), ..RescheduledVoucher::default() };
    let done = OrderRescheduled { success_count: Some(1), credential_vouchers: Some(vec![new]), ..OrderRescheduled::default() };
    desk.tell(AttemptEnded { rescheduled: Some(done), ..end(&key, Outcome::DONE) });
    desk.tell(entered("E1", &["D1"]));
    assert!(!desk.order().conflicts.iter().any(|conflict| conflict.breach == "entered-with-spent-code"));
    desk.tell(entered("E2", &["C1"]));
    assert!(desk.order().conflicts.iter().any(|conflict| conflict.breach == "entered-with-spent-code"));
    assert_eq!(statuses(&desk.state_told()), [("D1".into(), 2, 1)]);
    assert_eq!(desk.tell(entered("E3", &["X"])).kind, TransitionKind::Illegal);
}

#[test]
fn a_refund_because_no_payment_was_seen_ends_all_of_the_order_whatever_it_counts() {
    for count in [0, 1, 3, 4] {
        let mut desk = Desk::issued(3);
        desk.run(refunded(RefundMessageType::PAY_STATE_UNKNOWN, "", count));
        let told = desk.state_told();
        assert_eq!(told.refunded_quantity, 3, "{count}");
        assert_eq!(desk.order().conflicts.is_empty(), count <= 3);
        assert!(statuses(&told).iter().all(|(_, _, status)| *status == VoucherStatus::REFUNDED.0), "{:?}", statuses(&told));
    }
}

#[test]
fn another_order_made_by_the_same_create_is_flagged() {
    let mut desk = Desk::new();
    let key = desk.run(create(1));
    desk.tell(created(&key));
    let another = OrderCreated { order_id: None, partner_order_id: "P2".into() };
    let again = AttemptEnded { created: Some(another), ..end(&key, Outcome::DONE) };
    assert_eq!(desk.tell(again).conflicts, [Breach::CreatedDifferently]);
    assert_eq!(desk.order().partner_order_id.as_deref(), Some("P"));
}

#[test]
fn so_many_settled_conflicts_are_kept_and_all_that_are_open() {
    let mut desk = Desk::issued(2);
    desk.tell(entered("E", &["C1"]));
    for number in 0..30 {
        desk.tell(entered(&format!("E{number}"), &["C1"]));
    }
    assert_eq!(desk.order().conflicts.len(), 30, "nothing that is open is forgotten");
    for number in 0..30 {
        let id = format!("entered-twice:E{number}");
        assert_eq!(desk.tell(ConflictResolved { id, note: Some("误扫".into()) }).kind, TransitionKind::Moved);
    }
    let kept: Vec<_> = desk.order().conflicts.iter().map(|conflict| conflict.id.as_str()).collect();
    assert_eq!((kept.len(), kept[0], kept[19]), (20, "entered-twice:E10", "entered-twice:E29"), "the last ones");
    assert_eq!(desk.tell(ConflictResolved { id: "entered-twice:E0".into(), note: None }).reason, Some(Reason::UnknownConflict));

    // One that is open and the oldest of all stays.
    let mut desk = Desk::issued(2);
    desk.tell(entered("E", &["C1"]));
    for number in 0..23 {
        desk.tell(entered(&format!("E{number}"), &["C1"]));
    }
    for number in 1..23 {
        desk.tell(ConflictResolved { id: format!("entered-twice:E{number}"), note: None });
    }
    let kept: Vec<_> = desk.order().conflicts.iter().map(|conflict| conflict.id.as_str()).collect();
    assert_eq!((kept.len(), kept[0], kept[1]), (21, "entered-twice:E0", "entered-twice:E3"));
}

// Notices, as they are sent.

#[test]
fn every_notice_in_the_outbox_can_be_sent_as_it_is() {
    let mut config = Config::new(1122, "client", Secret::new("secret"));
    config.host = "https://example.invalid".into();
    let supplier = Supplier::new(config).unwrap();
    let mut desk = Desk::issuing(2);
    desk.tell(Event::Issued(paid(2)));
    let key = desk.run(refund("R", &["C1"]));
    desk.tell(end(&key, Outcome::PENDING));
    desk.tell(agree("R"));
    desk.tell(entered("E", &["C2"]));
    let [pay, refund, consume] = &desk.order().notices[..] else { panic!() };
    let sent = supplier.request(&pay.message::<PayNoticeRequest>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""vouchers":["C1","C2"]"#));
    let sent = supplier.request(&refund.message::<RefundNoticeRequest>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""refundId":"R""#) && sent.warnings.is_empty());
    let sent = supplier.request(&consume.message::<ConsumeNotice>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""usedQuantity":1,"refundedQuantity":1"#) && sent.warnings.is_empty());
    assert_eq!(consume.message::<PayNoticeRequest>(), None);
}

// JSON.

fn apply_text(snapshot: &str, event: &str, settings: &str) -> Result<Value, meituan_protocol::Error> {
    let mut out = Vec::new();
    apply_json(snapshot.as_bytes(), event.as_bytes(), settings.as_bytes(), NOW, &mut Packed::default(), &mut out)?;
    Ok(serde_json::from_slice(&out).unwrap())
}

#[test]
fn the_machine_over_json_is_the_machine_over_types() {
    let order_id = ORDER.0.to_string();
    let create = json!({ "orderCreate": { "orderId": order_id, "partnerDealId": "D", "mtDealId": "1", "buyPrice": 1, "unitPrice": 0,
        "totalPrice": 0, "quantity": 2, "visitors": [{ "name": "张三", "gender": 7, "credentials": { "0": "1" } }] } });
    let reserved = apply_text("", &create.to_string(), "").unwrap();
    assert_eq!(reserved["run"], json!({ "call": "orderCreate", "key": format!("orderCreate:{order_id}") }));
    assert_eq!(reserved["next"]["attempts"][0].get("request"), None, "no visitor is stored");
    let end = json!({ "attemptEnded": { "key": reserved["run"]["key"], "outcome": 1, "created": { "partnerOrderId": "P" } } });
    let ended = apply_text(&reserved["next"].to_string(), &end.to_string(), "").unwrap();
    assert_eq!(ended["reply"], json!({ "code": 200, "describe": "success", "body": { "partnerOrderId": "P" } }));
    let desk = Desk::created(2);
    assert_eq!(ended["next"].to_string(), serde_json::from_str::<Value>(&desk.order().to_json()).unwrap().to_string());
    let pay = json!({ "orderPay": { "orderId": order_id } });
    let run = apply_text(&ended["next"].to_string(), &pay.to_string(), r#"{"lease":5}"#).unwrap();
    assert_eq!((&run["kind"], &run["due"]), (&json!("moved"), &json!(NOW.0 + 5)));
}

#[test]
fn a_snapshot_is_read_as_it_was_written_and_forgets_what_it_does_not_know() {
    let mut desk = Desk::issued(2);
    desk.run(refund("R \"1\"\n", &["C1"]));
    desk.tell(entered("E", &["C2"]));
    let text = desk.order().to_json();
    assert_eq!(Order::from_json(text.as_bytes()).unwrap().as_ref(), desk.order.as_ref());
    assert_eq!(Order::from_json(b""), Ok(None));
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["later"] = json!({ "version": 2 });
    value["issued"]["realNameType"] = json!(7);
    let event = json!({ "consumed": { "id": "E2", "quantity": 1 } }).to_string();
    let next = apply_text(&value.to_string(), &event, "").unwrap()["next"].clone();
    assert_eq!((next.get("later"), &next["issued"]["realNameType"]), (None, &json!(7)));
}

#[test]
fn what_cannot_be_a_snapshot_or_an_event_is_refused_with_its_path() {
    let text = Desk::issued(1).order().to_json();
    let event = json!({ "timePassed": {} }).to_string();
    let code = |snapshot: &str, event: &str, settings: &str| {
        let error = apply_text(snapshot, event, settings).unwrap_err();
        (error.code, error.path.clone())
    };
    let newer = text.replace("\"format\":2", "\"format\":3");
    assert_eq!(code(&newer, &event, ""), (ErrorCode::OutOfRange, "order.format".into()));
    let impossible = text.replace("\"lifecycle\":1", "\"lifecycle\":2");
    assert_eq!(code(&impossible, &event, ""), (ErrorCode::RuleBroken, "order.lifecycle".into()));
    assert_eq!(code("[]", &event, ""), (ErrorCode::WrongType, "order".into()));
    assert_eq!(code(&text, &event, r#"{"leese":1}"#), (ErrorCode::UnknownField, "settings.leese".into()));
    assert_eq!(code(&text, "{}", ""), (ErrorCode::MissingField, String::new()));
    let two = json!({ "timePassed": {}, "takeOver": { "key": "k" } }).to_string();
    assert_eq!(code(&text, &two, "").0, ErrorCode::MissingField);
    let misspelt = json!({ "consumed": { "id": "E", "voucher": ["C1"] } }).to_string();
    assert_eq!(code(&text, &misspelt, ""), (ErrorCode::UnknownField, "consumed.voucher".into()));
    let wrong =
        json!({ "issued": { "orderId": "7", "partnerOrderId": "P", "voucherType": 1, "vouchers": ["A", "B"] } }).to_string();
    assert_eq!(code(&text, &wrong, "").0, ErrorCode::RuleBroken, "one ticket, two codes");
}

#[test]
fn no_bytes_make_the_machine_panic() {
    const SEEDS: [u64; 4] = [1, 2, 3, 0x9e37_79b9_7f4a_7c15];
    println!("seeds {SEEDS:?}");
    let texts = [Desk::issued(2).order().to_json(), json!({ "orderPay": { "orderId": "7" } }).to_string()];
    for seed in SEEDS {
        let mut state = seed;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        for _ in 0..500 {
            let mut altered: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            for text in &mut altered {
                for _ in 0..random() % 3 {
                    let at = random() % text.len();
                    text[at] = b"0123456789\"{}[],:-null\\"[random() % 23];
                }
            }
            let mut out = Vec::new();
            let _ = apply_json(&altered[0], &altered[1], b"", NOW, &mut Packed::default(), &mut out);
        }
    }
}

#[test]
#[cfg(feature = "texts")]
fn the_diagram_shows_every_move_of_the_table() {
    let diagram = diagram();
    assert!(diagram.starts_with("stateDiagram-v2\n"));
    for line in ["    Created --> Issuing: OrderPay / run\n", "    Issued: Issued · open, orderStatus 4\n"] {
        assert!(diagram.contains(line), "{diagram}");
    }
    let moves = TABLE.iter().flat_map(|row| row.from().map(move |from| (from, row.next(from)))).filter(|(from, to)| from != to);
    for (from, to) in moves {
        assert!(diagram.contains(&format!("    {from:?} --> {to:?}: ")), "{from:?} {to:?}");
    }
}

// Tickets: many of them, and stored ones that refer to nothing.

/// An order of two tickets, and of one that was replaced by a ticket that is not stored.
fn with_a_lost_successor(replaced_by: Option<u32>) -> Desk {
    let mut desk = Desk::issued(3);
    let order = desk.order.as_mut().unwrap();
    (order.quantity, order.units[0].state, order.units[0].replaced_by) = (2, UnitState::REPLACED, replaced_by);
    desk
}

#[test]
fn a_replaced_code_whose_successor_is_not_stored_is_nobodys_ticket() {
    for replaced_by in [None, Some(3), Some(4)] {
        let mut desk = with_a_lost_successor(replaced_by);
        assert_eq!(desk.tell(entered("E1", &["C1"])).conflicts, [Breach::EnteredWithSpentCode]);
        assert_eq!(quantities(&desk.state_told()), (2, 0, 0));

        let mut desk = with_a_lost_successor(replaced_by);
        let message = |count| RefundedMessage {
            voucher_list: Some(vec!["C1".into()]),
            ..refunded(RefundMessageType::CUSTOMER_SERVICE, "S", count)
        };
        assert_eq!(desk.tell(message(1)).conflicts, [Breach::RefundedUnclearly]);
        assert_eq!((quantities(&desk.state_told()), desk.order().counts().pending), ((2, 0, 0), 2));
        // A message about all of them is clear, but for its code.
        let mut desk = with_a_lost_successor(replaced_by);
        assert_eq!(desk.tell(message(2)).conflicts, [Breach::RefundedUnclearly]);
        assert_eq!(quantities(&desk.state_told()), (2, 0, 2));
    }
}

#[test]
fn a_stored_refund_of_a_ticket_that_is_not_stored_is_about_no_ticket() {
    let mut desk = Desk::issued(2);
    desk.run(refund("R1", &["C1"]));
    desk.tell(end("orderRefund:8985652356562370000:R1", Outcome::PENDING));
    let order = desk.order.as_mut().unwrap();
    (order.refunds[0].units, order.units[0].state, order.units[0].refund_id) = (Some(vec![2]), UnitState::FREE, None);
    desk.tell(agree("R1"));
    assert_eq!(desk.order().counts().refunded, 0);
}

#[test]
fn many_tickets_are_entered_and_refunded_as_few_are() {
    let mut desk = Desk::issued(70);
    let names = codes(70);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(desk.tell(entered("E1", &names[..40])).conflicts, []);
    assert_eq!((desk.order().counts().used, desk.order().counts().free), (40, 30));
    // Some of them once more.
    assert_eq!(desk.tell(entered("E2", &names[30..])).conflicts, [Breach::EnteredTwice]);
    assert_eq!(desk.order().counts().used, 70);
    // In the order of the tickets, whichever order they are named in.
    let named: Vec<_> = desk.notices()[0].1["voucherList"].as_array().unwrap().iter().map(|code| code["voucher"].clone()).collect();
    assert_eq!(named, names[..40]);
    let mut desk = Desk::issued(70);
    desk.tell(entered("E1", &["C3", "C12", "C1"]));
    let named: Vec<_> = desk.notices()[0].1["voucherList"].as_array().unwrap().iter().map(|code| code["voucher"].clone()).collect();
    assert_eq!(named, ["C1", "C3", "C12"]);
}

#[test]
fn tickets_are_known_one_by_one_up_to_a_hundred_thousand() {
    let cards = |quantity: i32| {
        let credential = CredentialVoucher { credential_no: "A".into(), ..CredentialVoucher::default() };
        let paid =
            OrderPaid { voucher_type: Some(VoucherType::NONE), vouchers: None, credential_list: Some(vec![credential]), ..paid(1) };
        let mut desk = Desk { order: Desk::created(1).order, ..Desk::new() };
        desk.order.as_mut().unwrap().quantity = quantity as u32;
        let key = desk.run(pay());
        apply(desk.order.as_ref(), &AttemptEnded { paid: Some(paid), ..end(&key, Outcome::DONE) }.into(), &desk.settings, NOW)
            .next
            .unwrap()
    };
    assert_eq!(cards(100_000).units.len(), 100_000);
    assert_eq!(cards(100_001).units.len(), 0);
}

#[test]
fn a_time_beyond_what_can_be_stored_is_the_last_one_that_can() {
    let mut desk = Desk { now: Timestamp(i64::MAX), ..Desk::new() };
    desk.run(create(1));
    assert_eq!(desk.order().attempts[0].started_at, Timestamp(LAST));
}

#[test]
fn an_order_that_was_never_created_is_unknown_whatever_is_stored() {
    let mut desk = Desk::created(1);
    let order = desk.order.as_mut().unwrap();
    (order.lifecycle, order.order_status) = (Lifecycle::NONE, None);
    let reply = desk.reply(query());
    assert_eq!((reply.code, reply.body), (301, None));

    let mut desk = Desk::new();
    let key = desk.run(create(1));
    desk.tell(refused(&key, 420, "库存不足"));
    desk.order.as_mut().unwrap().failure = None;
    assert_eq!(desk.reply(refused(&key, 420, "库存不足")).describe, "订单不存在，或未创建成功");
}

#[test]
fn a_refusal_that_is_not_delivered_counts_until_the_end_of_the_third_working_day() {
    let mut desk = Desk::issued(2);
    let key = desk.run(refund("R1", &["C1"]));
    desk.reply(end(&key, Outcome::PENDING));
    desk.tell(refuse("R1"));
    let silent = Calendar::shipped().silence_counts_at(NOW).unwrap();
    desk.now = silent;
    assert_eq!(desk.tell(TimePassed::default()).conflicts, []);
    desk.now.0 += 1;
    assert_eq!(desk.tell(TimePassed::default()).conflicts, [Breach::RefusedInDoubt]);
}

#[test]
fn a_refund_can_be_refused_until_the_end_of_the_third_working_day() {
    for (late, expected) in [(0, TransitionKind::Moved), (1, TransitionKind::Illegal)] {
        let mut desk = Desk::issued(2);
        let key = desk.run(refund("R1", &["C1"]));
        desk.reply(end(&key, Outcome::PENDING));
        desk.now = Timestamp(Calendar::shipped().silence_counts_at(NOW).unwrap().0 + late);
        assert_eq!(desk.tell(refuse("R1")).kind, expected);
    }
}

#[test]
fn a_stored_refund_whose_ticket_another_one_reserves_cannot_be_agreed() {
    let mut desk = Desk::issued(2);
    let key = desk.run(refund("R1", &["C1"]));
    desk.reply(end(&key, Outcome::PENDING));
    desk.order.as_mut().unwrap().units[0].refund_id = Some("R2".into());
    let agreed = desk.tell(agree("R1"));
    assert_eq!((agreed.kind, agreed.reason), (TransitionKind::Illegal, Some(Reason::SpentVoucher)));
}

#[test]
fn silence_agrees_nothing_before_the_third_working_day_has_ended() {
    let mut desk = Desk::issued(2);
    let key = desk.run(refund("R1", &["C1"]));
    desk.reply(end(&key, Outcome::PENDING));
    desk.now = Calendar::shipped().silence_counts_at(NOW).unwrap();
    desk.tell(TimePassed::default());
    assert_eq!(desk.order().counts().refunded, 0);
    desk.now.0 += 1;
    desk.tell(TimePassed::default());
    assert_eq!(desk.order().counts().refunded, 1);
}

// Times.

/// The last time that `yyyy-MM-dd HH:mm:ss` can hold, and one that a gate sends in microseconds.
const LAST: i64 = 253_402_271_999_999;
const MICROSECONDS: i64 = 1_772_416_800_000_000;

/// The order as a version has stored it that took any time.
fn poisoned(order: &Order) -> Order {
    let json = order.to_json();
    let spoilt = json.replace(&NOW.0.to_string(), &MICROSECONDS.to_string());
    assert_ne!(json, spoilt);
    Order::from_json(spoilt.as_bytes()).unwrap().unwrap()
}

#[test]
fn a_stored_time_that_no_message_can_hold_is_the_last_one_that_can() {
    let mut desk = Desk::issued(3);
    desk.tell(entered("E1", &["C1"]));
    let key = desk.run(refund("R1", &["C2"]));
    desk.reply(end(&key, Outcome::DONE));
    desk.order = Some(poisoned(desk.order()));
    desk.later(60_000);
    let times = |desk: &mut Desk| -> Vec<i64> {
        desk.state_told().voucher_list.iter().flatten().map(|voucher| voucher.voucher_invalid_time.0).collect()
    };
    assert_eq!(times(&mut desk), [LAST; 3]);
    let Some(ReplyBody::OrderRefund(body)) = desk.reply(refund("R1", &["C2"])).body else { panic!() };
    assert_eq!((body.request_time, body.response_time), (Some(Timestamp(LAST)), Some(Timestamp(LAST))));
    // The outbox has the time in a notice that is written already.
    let Answer::Send(notices) = desk.tell(ClaimNotices {}).answer else { panic!() };
    let notice: ConsumeNotice = notices[0].message().unwrap();
    assert_eq!(notice.voucher_list.unwrap()[0].voucher_invalid_time, Timestamp(LAST));

    let mut desk = Desk::issued_as(2, paid_with_one_code());
    desk.tell(entered_by_count("E1", 1));
    desk.order = Some(poisoned(desk.order()));
    assert_eq!(times(&mut desk), [LAST; 2]);
}

#[test]
fn an_early_entry_that_was_stored_with_a_number_of_0_is_read_again_and_counts_as_it_did() {
    let mut desk = Desk::issuing(2);
    desk.tell(entered_by_count("E1", 1));
    let json = desk.order().to_json();
    let spoilt = json.replace(r#""id":"E1","at":1772416800000,"quantity":1"#, r#""id":"E1","at":1772416800000000,"quantity":0"#);
    assert_ne!(json, spoilt);
    desk.order = Order::from_json(spoilt.as_bytes()).unwrap();
    desk.tell(Event::Issued(paid(2)));
    let state = desk.state_told();
    assert_eq!((quantities(&state), state.voucher_list.unwrap()[0].voucher_invalid_time), ((2, 1, 0), Timestamp(LAST)));
}

#[test]
fn a_time_that_no_message_can_hold_and_a_number_of_0_are_refused_of_rust_values_too() {
    for at in [Timestamp(LAST + 1), Timestamp(MICROSECONDS), Timestamp(i64::MAX), Timestamp(-1), Timestamp(i64::MIN)] {
        let mut desk = Desk::issued(1);
        let consumed = desk.tell(Consumed { at: Some(at), ..entered("E1", &["C1"]) });
        assert_eq!((consumed.kind, consumed.reason), (TransitionKind::Illegal, Some(Reason::WrongTime)), "{at:?}");
        let admit = Admit { id: "E2".into(), at: Some(at), vouchers: Some(codes(1)), ..Admit::default() };
        let asked = desk.tell(admit);
        assert_eq!((asked.kind, asked.reason), (TransitionKind::Illegal, Some(Reason::WrongTime)), "{at:?}");
        let Answer::Admitted(answer) = asked.answer else { panic!() };
        assert_eq!((answer.admitted.len(), answer.refused.len()), (0, 1));
    }
    let mut desk = Desk::issued(1);
    let none = desk.tell(entered_by_count("E1", 0));
    assert_eq!((none.kind, none.reason), (TransitionKind::Illegal, Some(Reason::WrongQuantity)));
    let blank = desk.tell(entered(" \u{200b}", &["C1"]));
    assert_eq!((blank.kind, blank.reason), (TransitionKind::Illegal, Some(Reason::BlankNumber)));
    assert_eq!(desk.tell(Consumed { at: Some(Timestamp(LAST)), ..entered("E1", &["C1"]) }).kind, TransitionKind::Moved);
}

#[test]
fn a_refunded_message_at_a_time_that_no_message_can_hold_is_kept() {
    for (at, kept) in [(i64::MAX, LAST), (i64::MIN, 0)] {
        let mut desk = Desk::issued(1);
        let message = RefundedMessage { refund_time: Timestamp(at), ..refunded(RefundMessageType::CUSTOMER_SERVICE, "S1", 1) };
        desk.tell(RefundedMessage { voucher_list: Some(codes(1)), ..message });
        assert_eq!(desk.order().refund("S1").unwrap().requested_at, Timestamp(kept));
    }
}

// Which order.

#[test]
fn what_names_no_order_is_about_the_one_that_it_is_applied_to() {
    let mut desk = Desk::issuing(1);
    let unnamed = OrderPaid { order_id: Id(0), partner_order_id: " ".into(), ..paid(1) };
    assert_eq!(desk.tell(Event::Issued(unnamed)).kind, TransitionKind::Moved);
    let body = desk.notices()[0].1["body"].clone();
    assert_eq!((body["orderId"].as_str(), body["partnerOrderId"].as_str()), (Some(ORDER.0.to_string().as_str()), Some("P")));
}

#[test]
fn a_result_that_cannot_be_used_after_the_close_owes_the_closing_function_another_run() {
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    let closing = desk.run(close(CloseType::ISSUE_FAILED));
    desk.reply(end(&closing, Outcome::DONE));
    assert_eq!(desk.order().attempts, []);
    desk.tell(AttemptEnded { paid: Some(paid(2)), ..end(&key, Outcome::DONE) });
    let owed: Vec<&str> = desk.order().attempts.iter().map(|attempt| attempt.call.as_str()).collect();
    assert_eq!(owed, ["orderClose"]);
}

#[test]
fn blank_codes_are_no_codes_of_rust_values_either() {
    for blank in ["", " ", "\u{3000}", "\u{200b}", "\u{feff}\u{2060}", "\0", "\t\u{ad}"] {
        let with = |voucher_type, vouchers: &[&str]| OrderPaid {
            voucher_type: Some(voucher_type),
            vouchers: Some(vouchers.iter().map(|&code| code.into()).collect()),
            ..paid(2)
        };
        for paid in [with(VoucherType::CODE_PER_TICKET, &["C1", blank]), with(VoucherType::CODE_PER_ORDER, &[blank])] {
            let mut desk = Desk::created(2);
            let key = desk.run(pay());
            let ended = desk.tell(AttemptEnded { paid: Some(paid.clone()), ..end(&key, Outcome::DONE) });
            assert_eq!(
                (ended.reason, &ended.reports[..]),
                (Some(Reason::WrongCodes), &[Report::FunctionResultUnusable][..]),
                "{blank:?}"
            );
            assert_eq!(desk.order().attempts[0].unusable, Some(1));
            desk.tell(end(&key, Outcome::PENDING));
            let fact = desk.tell(Event::Issued(paid));
            assert_eq!((fact.kind, fact.reason), (TransitionKind::Illegal, Some(Reason::WrongCodes)), "{blank:?}");
        }
    }
}
