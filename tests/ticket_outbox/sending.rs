//! Who sends what, and when: one sender at a time for each subject, in order, with pauses between.

use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;

use crate::desk::*;

#[test]
fn of_two_senders_one_gets_the_notice() {
    let mut desk = Desk::issued();
    assert_eq!(desk.claimed(), ["payNotice:7"]);
    assert_eq!(desk.claimed(), [""; 0]);
    assert_eq!(desk.due(), Some(LEASE), "should that one break off");
}

#[test]
fn the_pay_notice_goes_before_all_others_which_wait_only_for_their_own_subject() {
    let mut desk = Desk::issued();
    desk.refund("R1", "C1");
    desk.refund("R2", "C2");
    desk.agree("R1");
    desk.agree("R2");
    desk.enter("E1", "C3");
    desk.enter("E2", "C4");
    let pay = desk.claim();
    assert_eq!(pay.iter().map(|notice| &*notice.id).collect::<Vec<_>>(), ["payNotice:7"]);
    desk.end(&pay[0], Delivery::ACCEPTED);
    let three = desk.claim();
    let ids: Vec<_> = three.iter().map(|notice| &*notice.id).collect();
    assert_eq!(ids, ["refundNotice:7:R1:200", "refundNotice:7:R2:200", "consumeNotice:7:E1"]);
    assert_eq!(desk.claimed(), [""; 0], "the second entry waits for the first");
    desk.end(&three[2], Delivery::ACCEPTED);
    assert_eq!(desk.claimed(), ["consumeNotice:7:E2"]);
}

#[test]
fn a_refusal_that_is_under_way_is_followed_by_the_agreement_and_never_the_other_way_round() {
    let mut desk = Desk::settled();
    desk.refund("R1", "C1");
    desk.refuse("R1");
    let refusal = desk.claim();
    desk.agree("R1");
    assert_eq!(desk.claimed(), [""; 0], "it may still arrive");
    desk.end(&refusal[0], Delivery::LATER);
    assert_eq!(desk.claimed(), ["refundNotice:7:R1:200"], "what is no longer so is not repeated");

    let mut desk = Desk::settled();
    desk.refund("R1", "C1");
    desk.refuse("R1");
    desk.agree("R1");
    assert_eq!(desk.claimed(), ["refundNotice:7:R1:200"], "what nobody began to send is not sent");
}

#[test]
fn a_sender_that_broke_off_is_followed_by_another_and_its_late_result_counts_only_where_it_is_good() {
    let mut desk = Desk::issued();
    let first = desk.claim();
    assert_eq!(desk.later(LEASE - 1).claimed(), [""; 0]);
    let second = desk.later(1).claim();
    assert_eq!((second[0].id.as_str(), second[0].tries), ("payNotice:7", Some(2)));
    assert_eq!(desk.end(&first[0], Delivery::LATER).kind, TransitionKind::Stale);
    assert_eq!(desk.claimed(), [""; 0], "it is still the second one's");
    assert_eq!(desk.end(&first[0], Delivery::ACCEPTED).kind, TransitionKind::Moved, "Meituan has it");
    assert_eq!(desk.order().notices, []);
    assert_eq!(desk.end(&second[0], Delivery::LATER).kind, TransitionKind::Duplicate);
}

#[test]
fn a_notice_that_is_not_accepted_waits_longer_each_time() {
    let mut desk = Desk::issued();
    let mut pauses = Vec::new();
    for _ in 0..14 {
        let notice = desk.claim();
        desk.end(&notice[0], Delivery::LATER);
        let due = NOW.0 + desk.due().unwrap();
        pauses.push(due - desk.now.0);
        assert_eq!(desk.later(due - desk.now.0 - 1).claimed(), [""; 0]);
        desk.later(1);
    }
    assert_eq!(&pauses[..5], [1_000, 1_000, 2_000, 4_000, 8_000]);
    assert_eq!(pauses.last(), Some(&600_000), "at most ten minutes");
    assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]), "{pauses:?}");
}

#[test]
fn a_pay_notice_that_meituan_is_processing_is_repeated_three_times_and_then_counts_as_accepted() {
    let mut desk = Desk::issued();
    for minutes in [1, 5, 15] {
        let notice = desk.claim();
        assert_eq!(desk.end(&notice[0], Delivery::PROCESSING).reports, []);
        assert_eq!(desk.later(minutes * MINUTE - 1).claimed(), [""; 0], "{minutes}");
        desk.later(1);
    }
    let last = desk.claim();
    assert_eq!(desk.end(&last[0], Delivery::PROCESSING).reports, [Report::AcceptedAtLast]);
    assert_eq!(desk.order().notices, []);
}

#[test]
fn a_query_after_a_300_tells_meituan_that_it_is_issued() {
    let mut desk = Desk::issued();
    let query = || OrderQuery { order_id: ORDER, ..OrderQuery::default() };
    assert_eq!(desk.tell(query()).kind, TransitionKind::Duplicate, "no 300, no conclusion");
    let notice = desk.claim();
    desk.end(&notice[0], Delivery::PROCESSING);
    let asked = desk.tell(query());
    assert_eq!((asked.kind, &asked.reports[..]), (TransitionKind::Moved, &[Report::AcceptedAtLast][..]));
    assert_eq!(desk.order().notices, []);
}

fn repeated_refund(desk: &mut Desk, refund_id: &str, code: &str) -> i32 {
    let (refund_id, voucher_list) = (refund_id.to_owned(), vec![code.to_owned()]);
    let call = OrderRefund { order_id: ORDER, refund_id, voucher_list, refund_quantity: 1, ..OrderRefund::default() };
    let Answer::Reply(reply) = desk.tell(call).answer else { panic!() };
    reply.code
}

#[test]
fn while_a_refusal_is_being_sent_its_agreement_is_not_replied_before_its_notice() {
    let mut desk = Desk::settled();
    desk.refund("R1", "C1");
    desk.refuse("R1");
    let refusal = desk.claim();
    desk.agree("R1");
    // The refusal may still arrive, and agreement is final: nothing that says so may be there before it.
    assert_eq!(repeated_refund(&mut desk, "R1", "C1"), 602);
    desk.end(&refusal[0], Delivery::ACCEPTED);
    assert_eq!(repeated_refund(&mut desk, "R1", "C1"), 601);
    assert_eq!(desk.claimed(), ["refundNotice:7:R1:200"]);
}

#[test]
fn a_refusal_that_was_overtaken_by_its_agreement_is_not_sent_again() {
    for is_recorded in [true, false] {
        let mut desk = Desk::settled();
        desk.refund("R1", "C1");
        desk.refuse("R1");
        let refusal = desk.claim();
        desk.agree("R1");
        if is_recorded {
            desk.end(&refusal[0], Delivery::LATER);
        } else {
            desk.later(LEASE);
        }
        assert_eq!(desk.claimed(), ["refundNotice:7:R1:200"], "{is_recorded}");
    }
}

#[test]
fn what_a_clock_has_written_that_is_far_ahead_does_not_hold_a_notice_back() {
    let mut desk = Desk::issued();
    desk.later(10 * DAY);
    assert_eq!(desk.claimed(), ["payNotice:7"]);
    desk.later(-10 * DAY);
    desk.tell(TimePassed::default());
    assert_eq!(desk.due(), Some(0));
    let mut since = desk.order.clone().unwrap();
    since.notices[0].since = Timestamp(NOW.0 + 10 * DAY);
    assert_eq!(desk.claimed(), ["payNotice:7"]);
    let mut next = since.clone();
    next.notices[0].next_at = Some(Timestamp(NOW.0 + 10 * DAY));
    for order in [since, next] {
        desk.order = Some(order);
        assert_eq!(desk.claimed(), ["payNotice:7"]);
        assert_eq!(desk.order().notices[0].since, NOW, "so that it is given up in time");
    }
    // A clock that is a minute ahead is none of these.
    let mut desk = Desk::issued();
    desk.later(MINUTE);
    assert_eq!(desk.claimed(), ["payNotice:7"]);
    desk.later(-MINUTE);
    assert_eq!(desk.claimed(), [""; 0]);
    assert_eq!(desk.due(), Some(MINUTE + LEASE));
}
