//! Guests who enter, and facts about them that do not agree.

use crate::desk::{
    Desk, NOW, ORDER, agree, clock, close, create, created, end, entered, entered_by_count, paid, paid_with_one_code, pay, refund,
    statuses,
};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Date;
use serde_json::json;

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
