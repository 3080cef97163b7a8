//! The outbox: one sender at a time for each subject, in order, until Meituan accepts a notice or it is given up.

use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;
use serde_json::Value;

const ORDER: Id = Id(7);
/// Monday, 2026-03-02 10:00 (UTC+8).
const NOW: Timestamp = Timestamp(1_772_416_800_000);
const MINUTE: i64 = 60_000;
const DAY: i64 = 1440 * MINUTE;
/// The limit of a send, and what is added.
const LEASE: i64 = 90_000;

struct Desk {
    order: Option<Order>,
    now: Timestamp,
}

impl Desk {
    /// Codes C1 to C4, issued after a 598: the pay notice is due.
    fn issued() -> Self {
        let mut desk = Desk { order: None, now: NOW };
        desk.tell(OrderCreate { order_id: ORDER, quantity: 4, ..OrderCreate::default() });
        let created = Some(OrderCreated { order_id: None, partner_order_id: "P".into() });
        desk.tell(AttemptEnded { created, ..ended("orderCreate:7", Outcome::DONE) });
        desk.tell(OrderPay { order_id: ORDER, ..OrderPay::default() });
        desk.tell(ended("orderPay:7", Outcome::PENDING));
        let codes = (1..=4).map(|number| format!("C{number}")).collect();
        let ids = OrderPaid { order_id: ORDER, partner_order_id: "P".into(), ..OrderPaid::default() };
        desk.tell(Event::Issued(OrderPaid { voucher_type: Some(VoucherType::CODE_PER_TICKET), vouchers: Some(codes), ..ids }));
        desk
    }

    /// The same, and Meituan has accepted the pay notice.
    fn settled() -> Self {
        let mut desk = Desk::issued();
        desk.tell(NoticeAccepted { id: "payNotice:7".into() });
        desk
    }

    fn tell(&mut self, event: impl Into<Event>) -> Transition {
        let transition = apply(self.order.as_ref(), &event.into(), &Settings::default(), self.now);
        if let Some(next) = &transition.next {
            assert_eq!(Order::from_json(next.to_json().as_bytes()), Ok(Some(next.clone())));
            self.order = Some(next.clone());
        }
        transition
    }

    fn order(&self) -> &Order {
        self.order.as_ref().unwrap()
    }

    fn later(&mut self, milliseconds: i64) -> &mut Self {
        self.now.0 += milliseconds;
        self
    }

    fn claim(&mut self) -> Vec<Notice> {
        match self.tell(ClaimNotices {}).answer {
            Answer::Send(notices) => notices,
            Answer::None => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    fn claimed(&mut self) -> Vec<String> {
        self.claim().into_iter().map(|notice| notice.id).collect()
    }

    fn end(&mut self, notice: &Notice, delivery: Delivery) -> Transition {
        self.tell(NoticeEnded { id: notice.id.clone(), tries: notice.tries.unwrap(), delivery })
    }

    fn refund(&mut self, refund_id: &str, code: &str) {
        let (refund_id, voucher_list) = (refund_id.to_owned(), vec![code.to_owned()]);
        let key = format!("orderRefund:7:{refund_id}");
        self.tell(OrderRefund { order_id: ORDER, refund_id, voucher_list, refund_quantity: 1, ..OrderRefund::default() });
        self.tell(ended(&key, Outcome::PENDING));
    }

    fn agree(&mut self, refund_id: &str) {
        self.tell(RefundAgreed { refund_id: refund_id.into(), ..RefundAgreed::default() });
    }

    fn refuse(&mut self, refund_id: &str) {
        self.tell(RefundRefused { refund_id: refund_id.into(), code: None, describe: "已过退改期限".into() });
    }

    fn enter(&mut self, id: &str, code: &str) {
        self.tell(Consumed { id: id.into(), vouchers: Some(vec![code.into()]), ..Consumed::default() });
    }

    fn due(&self) -> Option<i64> {
        next_due(self.order(), &Settings::default()).map(|at| at.0 - NOW.0)
    }
}

fn ended(key: &str, outcome: Outcome) -> AttemptEnded {
    AttemptEnded { key: key.into(), outcome, ..AttemptEnded::default() }
}

fn body(notice: &Notice) -> Value {
    serde_json::from_str(notice.body.as_str()).unwrap()
}

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
        if is_agreed {
            desk.agree("R1")
        } else {
            desk.refuse("R1")
        }
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
        if is_agreed {
            desk.agree("R1")
        } else {
            desk.refuse("R1")
        }
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

fn open_conflicts(desk: &Desk) -> Vec<&str> {
    let open = desk.order().conflicts.iter().filter(|conflict| conflict.resolved_at.is_none());
    open.map(|conflict| conflict.breach.as_str()).collect()
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
