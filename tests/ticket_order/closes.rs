//! Orders that Meituan closes, and what comes into being after it.

use crate::desk::{Desk, LEASE, NOW, close, create, created, end, paid, pay, quantities, refunded, refused};
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;

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
fn a_pay_notice_that_is_no_longer_true_is_withdrawn_by_a_close() {
    let mut desk = Desk::issuing(1);
    desk.tell(Event::Issued(paid(1)));
    assert_eq!(desk.notices().len(), 1);
    desk.run(close(CloseType::ISSUE_FAILED));
    assert_eq!(desk.notices(), []);
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
