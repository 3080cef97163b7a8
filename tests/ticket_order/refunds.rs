//! Refunds that Meituan asks for: they are agreed, refused, or nothing is said of them in time.

use crate::desk::{
    Desk, LEASE, NOW, ORDER, agree, clock, end, entered, paid_with_one_code, quantities, refund, refuse, refused, statuses,
};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::Timestamp;
use serde_json::json;

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
