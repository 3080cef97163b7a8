//! Many tickets, and stored ones that refer to nothing.

use crate::desk::{Desk, LAST, NOW, agree, codes, create, end, entered, paid, pay, quantities, query, refund, refunded, refused};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;

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
