//! Reschedules, and the codes that they replace.

use crate::desk::{Desk, LEASE, NOW, ORDER, agree, clock, end, entered, paid, pay, refund, refunded, refused, statuses};
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Notation, Packed, Reading, read};
use meituan_protocol::ticket::ORDER_QUERY;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::{Date, Timestamp};
use serde_json::json;

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
