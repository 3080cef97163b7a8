//! Times that no message can hold.

use crate::desk::{Desk, LAST, NOW, codes, end, entered, entered_by_count, paid, paid_with_one_code, quantities, refund, refunded};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;

/// What a gate sends in microseconds.
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
