//! Refunds that Meituan has decided itself.

use crate::desk::{Desk, LEASE, NOW, agree, clock, end, entered_by_count, paid, quantities, refund, refunded, statuses};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::Timestamp;

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
