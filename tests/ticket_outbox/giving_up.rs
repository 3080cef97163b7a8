//! What is given up, kept for a person, and sent again with what is so then.

use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use serde_json::Value;

use crate::desk::*;

#[test]
fn a_notice_is_given_up_after_a_week_and_kept_for_a_person() {
    let mut desk = Desk::settled();
    desk.enter("E1", "C1");
    desk.enter("E2", "C2");
    desk.refund("R1", "C3");
    desk.agree("R1");
    let mut now = 0;
    while now < 7 * DAY {
        for notice in desk.claim().iter().filter(|notice| notice.name == "consumeNotice") {
            desk.end(notice, Delivery::LATER);
        }
        desk.later(6 * 60 * MINUTE);
        now += 6 * 60 * MINUTE;
    }
    let transition = desk.tell(ClaimNotices {});
    assert!(transition.conflicts.contains(&Breach::NoticeGivenUp));
    let given_up = desk.order().given_up.clone().unwrap();
    assert!(given_up.iter().any(|notice| notice.id == "consumeNotice:7:E1"));
    let Answer::Send(next) = transition.answer else { panic!() };
    let second = next.iter().find(|notice| notice.id == "consumeNotice:7:E2").expect("the others go on");
    assert_eq!((&body(second)["usedQuantity"], &body(second)["refundedQuantity"]), (&2.into(), &1.into()));
    desk.end(second, Delivery::ACCEPTED);

    assert_eq!(desk.tell(RetryNotice { id: "consumeNotice:7:E9".into() }).reason, Some(Reason::UnknownNotice));
    desk.tell(RetryNotice { id: "consumeNotice:7:E1".into() });
    let again = desk.claim();
    let first = again.iter().find(|notice| notice.id == "consumeNotice:7:E1").unwrap();
    assert_eq!(body(first)["usedQuantity"], 2, "its totals are today's: an older one never follows a newer one");
    let standing: Vec<_> = desk.order().conflicts.iter().filter(|conflict| conflict.resolved_at.is_none()).collect();
    assert!(standing.iter().all(|conflict| conflict.id != "notice-given-up:consumeNotice:7:E1"));
}

/// Three tickets on one code.
fn on_one_code() -> Desk {
    let mut desk = Desk { order: None, now: NOW };
    desk.tell(OrderCreate { order_id: ORDER, quantity: 4, ..OrderCreate::default() });
    let created = Some(OrderCreated { order_id: None, partner_order_id: "P".into() });
    desk.tell(AttemptEnded { created, ..ended("orderCreate:7", Outcome::DONE) });
    desk.tell(OrderPay { order_id: ORDER, ..OrderPay::default() });
    let paid = OrderPaid { order_id: ORDER, partner_order_id: "P".into(), ..OrderPaid::default() };
    let paid = OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), vouchers: Some(vec!["C1".into()]), ..paid };
    desk.tell(AttemptEnded { paid: Some(paid), ..ended("orderPay:7", Outcome::DONE) });
    desk
}

fn totals(notice: &Notice) -> (Value, Value) {
    let body = body(notice);
    (body["usedQuantity"].clone(), body["refundedQuantity"].clone())
}

#[test]
fn a_consume_notice_that_is_sent_again_has_the_totals_of_the_time_when_it_is_sent() {
    for (mut desk, codes) in [(Desk::settled(), ["C1", "C2", "C3", "C4"]), (on_one_code(), ["C1"; 4])] {
        desk.enter("E1", codes[0]);
        let first = desk.claim();
        desk.end(&first[0], Delivery::LATER);
        desk.later(7 * DAY);
        assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
        assert_eq!(totals(&desk.order().given_up.as_ref().unwrap()[0]), (1.into(), 0.into()));
        // Meituan has heard of what is newer.
        desk.enter("E2", codes[1]);
        let second = desk.claim();
        assert_eq!(totals(&second[0]), (2.into(), 0.into()));
        desk.end(&second[0], Delivery::ACCEPTED);
        // One waits, and one is sent, when somebody has the first one sent again.
        desk.enter("E3", codes[2]);
        let third = desk.claim();
        desk.tell(RetryNotice { id: "consumeNotice:7:E1".into() });
        desk.refund("R1", codes[3]);
        desk.agree("R1");
        assert_eq!(desk.claimed(), ["refundNotice:7:R1:200"], "another one is under way");
        desk.end(&third[0], Delivery::ACCEPTED);
        let again = desk.claim();
        assert_eq!((again[0].id.as_str(), totals(&again[0])), ("consumeNotice:7:E1", (3.into(), 1.into())));
    }
}

#[test]
fn a_notice_that_nobody_has_begun_to_send_is_sent_once_whatever_its_age() {
    let mut desk = Desk::issued();
    desk.enter("E1", "C1");
    desk.enter("E2", "C2");
    desk.later(30 * DAY);
    assert_eq!(desk.tell(TimePassed::default()).conflicts, [], "whoever tells it may send afterwards");
    // Those that wait for it are sent once, too.
    for id in ["payNotice:7", "consumeNotice:7:E1", "consumeNotice:7:E2"] {
        let notice = desk.claim();
        assert_eq!((notice.len(), notice[0].id.as_str(), notice[0].tries), (1, id, Some(1)));
        assert_eq!(desk.end(&notice[0], Delivery::LATER).conflicts, [Breach::NoticeGivenUp]);
    }
    assert_eq!((desk.claimed(), desk.due()), (vec![], None));
    assert_eq!(desk.order().given_up.as_ref().unwrap().len(), 3);
}

#[test]
fn a_notice_that_nobody_sends_is_given_up_by_its_age_and_kept_for_a_person() {
    let without_sender = || TimePassed { without_sender: Some(true) };
    let mut desk = Desk::issued();
    desk.later(DAY);
    desk.enter("E1", "C1");
    desk.later(6 * DAY - 1);
    assert_eq!((desk.tell(without_sender()).conflicts, desk.due()), (vec![], Some(0)), "it is owed all the time");
    desk.later(1);
    assert_eq!(desk.tell(without_sender()).conflicts, [Breach::NoticeGivenUp]);
    let given_up = desk.order().given_up.clone().unwrap();
    assert_eq!((given_up.len(), given_up[0].id.as_str(), given_up[0].tries), (1, "payNotice:7", None));
    assert_eq!(desk.due(), Some(DAY), "the entry's is a day younger");
    desk.later(DAY);
    assert_eq!(desk.tell(without_sender()).conflicts, [Breach::NoticeGivenUp]);
    assert_eq!((desk.order().notices.len(), desk.due()), (0, None));
    desk.tell(RetryNotice { id: "payNotice:7".into() });
    assert_eq!(desk.order().notices[0].since, desk.now, "it begins anew");
    assert_eq!(desk.claimed(), ["payNotice:7"]);
}

#[test]
fn a_refund_notice_that_nobody_sends_is_owed_until_silence_has_decided() {
    for is_agreed in [true, false] {
        let mut desk = Desk::settled();
        desk.refund("R1", "C1");
        desk.decide("R1", is_agreed);
        // Thursday 24:00.
        desk.later(4 * DAY - 10 * 60 * MINUTE - 1);
        assert_eq!(desk.tell(TimePassed { without_sender: Some(true) }).conflicts, []);
        desk.later(2);
        let expected = if is_agreed { Breach::NoticeGivenUp } else { Breach::RefusedInDoubt };
        assert_eq!(desk.tell(TimePassed { without_sender: Some(true) }).conflicts, [expected]);
        assert_eq!(desk.order().notices, []);
    }
}

#[test]
fn while_somebody_is_sending_nothing_is_given_up_for_want_of_a_sender() {
    let mut desk = Desk::settled();
    desk.enter("E1", "C1");
    desk.enter("E2", "C2");
    desk.later(8 * DAY);
    let first = desk.claim();
    assert_eq!(desk.tell(TimePassed { without_sender: Some(true) }).conflicts, [], "a process that does not send settles, too");
    desk.end(&first[0], Delivery::ACCEPTED);
    assert_eq!(desk.claimed(), ["consumeNotice:7:E2"]);
}

#[test]
fn what_meituan_has_accepted_is_not_kept_as_given_up_though_its_sender_reports_late() {
    let mut desk = Desk::issued();
    desk.later(7 * DAY - MINUTE);
    let notice = desk.claim();
    desk.later(LEASE);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
    desk.end(&notice[0], Delivery::ACCEPTED);
    assert_eq!((desk.order().given_up.as_deref(), open_conflicts(&desk)), (Some(&[][..]), vec![]));
    assert_eq!(desk.order().success_accepted, Some(true));
    assert_eq!(desk.tell(RetryNotice { id: "payNotice:7".into() }).reason, Some(Reason::UnknownNotice));
}

#[test]
fn a_refusal_that_was_being_sent_when_silence_decided_leaves_the_refund_in_doubt() {
    let mut desk = Desk::settled();
    desk.refund("R1", "C1");
    desk.refuse("R1");
    // Thursday, 10 seconds before its end.
    desk.later(4 * DAY - 10 * 60 * MINUTE - 10_000);
    let refusal = desk.claim();
    desk.later(20_000);
    desk.end(&refusal[0], Delivery::LATER);
    // Meituan counts it as agreed: nobody enters with C1 until somebody says what is true.
    desk.tell(TimePassed::default());
    assert_eq!(open_conflicts(&desk), ["refused-in-doubt"]);
    assert!(admissions(desk.order(), desk.now).iter().all(|admission| admission.voucher.as_deref() != Some("C1")));
    assert_eq!(desk.tell(RetryNotice { id: refusal[0].id.clone() }).kind, TransitionKind::Illegal);
}

#[test]
fn a_refund_notice_that_is_sent_again_says_what_is_so_now() {
    let mut desk = Desk::settled();
    desk.refund("R1", "C1");
    desk.agree("R1");
    let notice = desk.claim();
    let told = body(&notice[0]);
    desk.end(&notice[0], Delivery::LATER);
    desk.later(8 * DAY);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
    desk.tell(RetryNotice { id: "refundNotice:7:R1:200".into() });
    let again = desk.claim();
    assert_eq!((again.len(), body(&again[0])), (1, told), "agreement is final");
}

#[test]
fn a_refund_notice_is_sent_until_silence_has_decided() {
    for is_agreed in [true, false] {
        let mut desk = Desk::settled();
        desk.refund("R1", "C1");
        desk.decide("R1", is_agreed);
        for _ in 0..3 {
            let notice = desk.claim();
            assert_eq!(notice.len(), 1);
            desk.end(&notice[0], Delivery::LATER);
            desk.later(DAY);
        }
        let last = desk.claim();
        assert_eq!(last.len(), 1, "Thursday 10:00: until its end Meituan may still hear of it");
        desk.end(&last[0], Delivery::LATER);
        desk.later(DAY);
        let claim = desk.tell(ClaimNotices {});
        assert_eq!((claim.answer, desk.order().notices.len()), (Answer::None, 0));
        if is_agreed {
            assert_eq!(claim.conflicts, [Breach::NoticeGivenUp], "Meituan has agreed it by itself");
            assert_eq!(desk.order().given_up.as_ref().unwrap()[0].id, "refundNotice:7:R1:200");
        } else {
            // Meituan counts it as agreed: nobody enters with C1 until somebody says what is true.
            assert_eq!(claim.conflicts, [Breach::RefusedInDoubt]);
            assert!(admissions(desk.order(), desk.now).iter().all(|admission| admission.voucher.as_deref() != Some("C1")));
        }
    }
}

#[test]
fn a_notice_that_is_being_sent_is_not_given_up_and_one_that_is_given_up_begins_anew() {
    let mut desk = Desk::issued();
    let notice = desk.claim();
    desk.end(&notice[0], Delivery::PROCESSING);
    desk.later(7 * DAY - MINUTE);
    assert_eq!(desk.claimed(), ["payNotice:7"]);
    desk.later(MINUTE);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [], "somebody is sending it");
    desk.later(LEASE);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
    let given_up = &desk.order().given_up.as_ref().unwrap()[0];
    assert_eq!((given_up.claimed_until, given_up.next_at, given_up.tries), (None, None, Some(2)));

    desk.tell(RetryNotice { id: "payNotice:7".into() });
    let again = &desk.order().notices[0];
    assert_eq!((again.since, again.tries, again.processing), (desk.now, None, None));
}

#[test]
fn a_notice_that_waits_to_be_sent_again_is_given_up_without_the_time_of_that() {
    let mut desk = Desk::settled();
    desk.enter("E1", "C1");
    desk.later(7 * DAY - MINUTE);
    let notice = desk.claim();
    desk.end(&notice[0], Delivery::LATER);
    desk.later(MINUTE);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
    assert_eq!(desk.order().given_up.as_ref().unwrap()[0].next_at, None);
}

/// Entries whose notices are given up, one after the other, with the tickets of the first code made free again.
fn give_up(desk: &mut Desk, number: u32) -> Vec<String> {
    desk.order.as_mut().unwrap().units[0].state = UnitState::FREE;
    desk.enter(&format!("E{number}"), "C1");
    let notice = desk.claim();
    desk.end(&notice[0], Delivery::LATER);
    desk.later(8 * DAY);
    desk.tell(ClaimNotices {});
    desk.order().given_up.iter().flatten().map(|notice| notice.id.clone()).collect()
}

#[test]
fn a_notice_that_was_given_up_is_kept_as_long_as_its_conflict_is_open() {
    let mut desk = Desk::issued();
    let pay = desk.claim();
    desk.end(&pay[0], Delivery::LATER);
    desk.later(8 * DAY);
    desk.tell(ClaimNotices {});
    for number in 1..=30 {
        assert_eq!(give_up(&mut desk, number).len(), 1 + number as usize);
    }
    assert_eq!(desk.tell(RetryNotice { id: "payNotice:7".into() }).kind, TransitionKind::Moved);
}

#[test]
fn of_the_notices_whose_conflicts_somebody_has_resolved_the_latest_twenty_are_kept() {
    let mut desk = Desk::settled();
    for number in 1..=24 {
        give_up(&mut desk, number);
        if number != 1 {
            desk.tell(ConflictResolved { id: format!("notice-given-up:consumeNotice:7:E{number}"), note: None });
        }
    }
    let kept = give_up(&mut desk, 25);
    let expected: Vec<_> = [1].into_iter().chain(5..=25).map(|number| format!("consumeNotice:7:E{number}")).collect();
    assert_eq!(kept, expected, "the first one is open, and so is the last");
}

/// The pay notice is given up.
fn given_up() -> Desk {
    let mut desk = Desk::issued();
    let notice = desk.claim();
    desk.end(&notice[0], Delivery::LATER);
    desk.later(8 * DAY);
    assert_eq!(desk.tell(ClaimNotices {}).conflicts, [Breach::NoticeGivenUp]);
    desk
}

#[test]
fn a_pay_notice_that_was_given_up_is_moot_once_meituan_has_ended_the_order() {
    let close = OrderClose { order_id: ORDER, close_type: CloseType::ISSUE_FAILED, ..OrderClose::default() };
    let refunded = RefundedMessage {
        order_id: ORDER,
        refund_message_type: RefundMessageType::APPROVAL_TIMED_OUT,
        count: 4,
        refund_time: NOW,
        ..RefundedMessage::default()
    };
    for event in [Event::from(close), refunded.into()] {
        let mut desk = given_up();
        desk.tell(event);
        assert_eq!((desk.order().given_up.as_deref(), open_conflicts(&desk)), (Some(&[][..]), vec![]));
        let retried = desk.tell(RetryNotice { id: "payNotice:7".into() });
        assert_eq!((retried.kind, retried.reason), (TransitionKind::Illegal, Some(Reason::Closed)));
        assert_eq!(desk.claimed(), [""; 0]);
    }
}

#[test]
fn a_pay_notice_that_is_sent_again_has_the_codes_that_are_valid_now() {
    let mut desk = given_up();
    desk.order.as_mut().unwrap().issued.as_mut().unwrap().vouchers = Some(vec!["N1".into(), "C2".into(), "C3".into(), "C4".into()]);
    desk.tell(RetryNotice { id: "payNotice:7".into() });
    assert_eq!(body(&desk.claim()[0])["body"]["vouchers"][0], "N1");
    assert_eq!(open_conflicts(&desk), [""; 0]);
}

#[test]
fn a_refusal_that_was_given_up_is_moot_once_the_refund_is_agreed() {
    let refused = || {
        let mut desk = Desk::settled();
        desk.refund("R1", "C1");
        desk.refuse("R1");
        let order = desk.order.as_mut().unwrap();
        let notice = order.notices.remove(0);
        order.given_up = Some(vec![notice]);
        desk
    };
    let retry = || RetryNotice { id: "refundNotice:7:R1:699".into() };
    let mut desk = refused();
    let id = desk.order().given_up.as_ref().unwrap()[0].id.clone();
    assert_eq!(desk.tell(RetryNotice { id: id.clone() }).kind, TransitionKind::Moved);
    assert_eq!(desk.claimed(), [id.as_str()]);
    assert_eq!(id, retry().id);

    let mut desk = refused();
    desk.agree("R1");
    assert_eq!(desk.order().given_up.as_deref(), Some(&[][..]));
    assert_eq!(desk.tell(retry()).reason, Some(Reason::UnknownNotice));
    // A snapshot of before has it still.
    let mut desk = refused();
    let given_up = desk.order().given_up.clone();
    desk.agree("R1");
    desk.order.as_mut().unwrap().given_up = given_up;
    assert_eq!(desk.tell(retry()).reason, Some(Reason::AlreadyAgreed));
}
