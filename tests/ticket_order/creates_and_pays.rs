//! Create, query and pay; codes and numbers that are none.

use crate::desk::{
    CREATE_LEASE, Desk, LEASE, NOW, ORDER, create, created, end, paid, pay, quantities, query, refund, refused, statuses,
};
use meituan_protocol::message::Id;
use meituan_protocol::message::RawJson;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::time::Timestamp;
use serde_json::{Value, json};

#[test]
fn an_order_is_created_once_and_a_repeat_gets_the_first_number() {
    let mut desk = Desk::new();
    assert_eq!(desk.code(query()), 301);
    assert_eq!(desk.run(create(2)), format!("orderCreate:{}", ORDER.0));
    let reply = desk.reply(created(&format!("orderCreate:{}", ORDER.0)));
    assert_eq!((reply.code, reply.describe.as_str()), (200, "success"));
    let again = desk.tell(create(2));
    assert_eq!(again.kind, TransitionKind::Duplicate);
    assert_eq!(again.answer, Answer::Reply(Box::new(reply)));
    let state = desk.state_told();
    assert_eq!((state.order_status, quantities(&state), state.voucher_list), (OrderStatus::CREATED, (2, 0, 0), None));
}

#[test]
fn a_repeated_create_waits_while_the_first_one_runs_and_takes_over_when_it_broke_off() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.later(CREATE_LEASE - 1).tell(create(2)).answer, Answer::Busy);
    assert_eq!(desk.code(query()), 399, "not 301: perhaps it is there");
    assert_eq!(desk.later(1).run(create(2)), key, "the same key: a function keyed on it acts once");
    assert_eq!(desk.code(created(&key)), 200);
    // The first one was only slow.
    let late = desk.tell(created(&key));
    assert_eq!((late.kind, late.conflicts.len()), (TransitionKind::Duplicate, 0));
}

#[test]
fn a_create_of_unknown_outcome_is_told_nothing_and_runs_again_with_the_same_key() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.tell(end(&key, Outcome::UNKNOWN)).answer, Answer::Busy);
    assert_eq!(desk.tell(end(&key, Outcome::PENDING)).answer, Answer::Busy, "create has no code for it");
    assert_eq!(desk.later(CREATE_LEASE).run(create(2)), key);
}

#[test]
fn a_refused_create_tells_its_reason_and_the_next_try_has_a_key_of_its_own() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    let reply = desk.reply(refused(&key, 420, "库存不足"));
    assert_eq!((reply.code, reply.describe.as_str(), reply.body), (420, "库存不足", None));
    assert_eq!(desk.code(query()), 301);
    let next = desk.run(create(2));
    assert_eq!(next, format!("{key}#2"));
    assert_eq!(desk.code(created(&next)), 200);
    assert_eq!(desk.tell(refused(&key, 420, "库存不足")).kind, TransitionKind::Stale);
}

#[test]
fn a_code_that_says_success_is_never_told_as_a_failure() {
    let mut desk = Desk::new();
    let key = desk.run(create(2));
    assert_eq!(desk.code(refused(&key, 200, "")), 499);
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    assert_eq!(desk.code(refused(&key, 598, "余额不足")), 599);
}

#[test]
fn calls_about_an_order_that_is_not_there_get_the_code_of_their_family() {
    let reschedule = OrderReschedule { order_id: ORDER, reschedule_no: "N".into(), ..OrderReschedule::default() };
    let calls: [(Event, i32); 4] =
        [(pay().into(), 599), (query().into(), 301), (refund("R", &["C1"]).into(), 699), (reschedule.into(), 300)];
    for (call, code) in calls {
        let mut desk = Desk::new();
        let transition = desk.tell(call.clone());
        assert_eq!(transition.kind, TransitionKind::Illegal);
        let Answer::Reply(reply) = transition.answer else { panic!() };
        assert_eq!((reply.code, desk.order.is_none()), (code, true), "{call:?}");
    }
}

#[test]
fn a_paid_order_is_issued_once_and_a_repeat_gets_its_codes() {
    let mut desk = Desk::created(2);
    let key = desk.run(pay());
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    let reply = desk.reply(AttemptEnded { paid: Some(paid(2)), ..end(&key, Outcome::DONE) });
    assert_eq!(reply.code, 200);
    let Some(ReplyBody::OrderPay(body)) = &reply.body else { panic!() };
    assert_eq!(body.vouchers.as_deref().unwrap(), ["C1", "C2"]);
    assert_eq!(desk.reply(pay()), reply);
    assert_eq!(desk.notices(), []);
    let state = desk.state_told();
    assert_eq!((state.order_status, state.voucher_type), (OrderStatus::ISSUED, VoucherType::CODE_PER_TICKET));
    assert_eq!(statuses(&state), [("C1".into(), 1, 0), ("C2".into(), 1, 0)]);
}

#[test]
fn what_is_issued_later_is_598_then_a_notice_then_200() {
    let mut desk = Desk::issuing(2);
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    assert_eq!(desk.later(10 * LEASE).code(pay()), 598, "the function has ended: it is not run again");
    assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Moved);
    let body = json!({ "orderId": ORDER.0.to_string(), "partnerOrderId": "P", "voucherType": 1, "vouchers": ["C1", "C2"] });
    assert_eq!(desk.notices(), [("payNotice", json!({ "issueType": 1, "describe": "出票成功", "body": body }))]);
    assert_eq!(desk.code(pay()), 200);
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUED);
    assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Duplicate);
    let id = desk.order().notices[0].id.clone();
    assert_eq!(desk.tell(NoticeAccepted { id: id.clone() }).kind, TransitionKind::Moved);
    assert_eq!(desk.tell(NoticeAccepted { id }).kind, TransitionKind::Duplicate);
    assert_eq!(desk.notices(), []);
}

#[test]
fn a_failure_to_issue_is_told_with_its_reason_and_never_tried_again() {
    let mut desk = Desk::created(2);
    let key = desk.run(pay());
    assert_eq!(desk.code(refused(&key, 501, "预存款不足")), 501);
    let reply = desk.later(10 * LEASE).reply(pay());
    assert_eq!((reply.code, reply.describe.as_str()), (501, "预存款不足"));
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUE_FAILED);
    assert_eq!(desk.notices(), [], "the reply has told it");

    let mut desk = Desk::issuing(2);
    desk.tell(IssueFailed { code: None, describe: "上游无票".into() });
    let body = json!({ "orderId": ORDER.0.to_string(), "partnerOrderId": "P" });
    assert_eq!(desk.notices(), [("payNotice", json!({ "issueType": 2, "describe": "上游无票", "body": body }))]);
    assert_eq!(desk.code(pay()), 599);
}

#[test]
fn a_pay_of_unknown_outcome_is_598_and_is_settled_by_notice() {
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    assert_eq!(desk.code(end(&key, Outcome::UNKNOWN)), 598);
    assert_eq!(desk.code(pay()), 598, "its lease has not run out");
    assert_eq!(desk.state_told().order_status, OrderStatus::ISSUING);
    // The function ends after all.
    assert_eq!(desk.code(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) }), 200);
    assert_eq!(desk.notices()[0].0, "payNotice");
}

#[test]
fn a_pay_that_crashed_is_taken_over_with_the_same_key_by_a_repeat_or_without_one() {
    let mut desk = Desk::created(1);
    let key = desk.run(pay());
    let mut silent = desk.clone();
    assert_eq!(desk.later(LEASE).run(pay()), key);
    assert_eq!(desk.code(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) }), 200);

    assert_eq!(next_due(silent.order(), &silent.settings), Some(Timestamp(NOW.0 + LEASE)));
    assert_eq!(silent.tell(TakeOver { key: key.clone() }).answer, Answer::Busy);
    assert_eq!(broken_off(silent.order(), &silent.settings, silent.now).count(), 0);
    silent.later(LEASE);
    assert_eq!(broken_off(silent.order(), &silent.settings, silent.now).map(|attempt| &attempt.key).collect::<Vec<_>>(), [&key]);
    let taken = silent.tell(TakeOver { key: key.clone() });
    let Answer::Run(run) = taken.answer else { panic!() };
    let request: Value = serde_json::from_str(run.request.as_ref().map(RawJson::as_str).unwrap()).unwrap();
    assert_eq!((run.call.as_str(), run.key, request), ("orderPay", key.clone(), json!({ "orderId": ORDER.0.to_string() })));
    silent.tell(AttemptEnded { paid: Some(paid(1)), ..end(&key, Outcome::DONE) });
    assert_eq!(silent.notices()[0].0, "payNotice", "nobody waited for a reply");
}

#[test]
fn what_a_function_returns_and_cannot_be_used_runs_again_later_and_in_the_end_is_reported() {
    let doubled = OrderPaid { vouchers: Some(vec!["C1".into(), "C1".into()]), ..paid(2) };
    let missing = OrderPaid { vouchers: None, ..paid(2) };
    let two = OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid(2) };
    for wrong in [paid(1), doubled, missing, two] {
        let mut desk = Desk::created(2);
        let key = desk.run(pay());
        for (times, minutes) in [1, 2, 4, 8, 16, 32, 60, 60, 60].into_iter().enumerate() {
            let ended = desk.tell(AttemptEnded { paid: Some(wrong.clone()), ..end(&key, Outcome::DONE) });
            let Answer::Reply(reply) = &ended.answer else { panic!() };
            assert_eq!((reply.code, &ended.conflicts[..]), (598, &[][..]), "{times}");
            assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0);
            desk.later(minutes * 60_000 - 1);
            assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0);
            assert_eq!(desk.later(1).run(TakeOver { key: key.clone() }), key);
        }
        let last = desk.tell(end(&key, Outcome::UNUSABLE));
        assert_eq!(last.conflicts, [Breach::FunctionUnusable]);
        desk.later(10 * 86_400_000);
        assert_eq!(broken_off(desk.order(), &desk.settings, desk.now).count(), 0, "not by itself");
        assert_eq!(desk.run(TakeOver { key: key.clone() }), key, "a person may");
        assert_eq!(desk.tell(Event::Issued(wrong)).reason, Some(Reason::WrongCodes));
        assert_eq!(desk.tell(Event::Issued(paid(2))).kind, TransitionKind::Moved);
        assert_eq!(desk.code(pay()), 200);
    }
    // What order create returned says no number: perhaps it was created.
    let mut desk = Desk::new();
    let key = desk.run(create(1));
    let blank = OrderCreated { order_id: None, partner_order_id: " ".into() };
    let ended = desk.tell(AttemptEnded { created: Some(blank), ..end(&key, Outcome::DONE) });
    assert_eq!(ended.answer, Answer::Busy);
    assert_eq!(desk.later(60_000).run(create(1)), key);
}

#[test]
fn an_attempt_that_begins_more_than_a_lease_in_the_future_counts_as_run_out() {
    let mut desk = Desk::created(1);
    desk.later(10 * LEASE);
    let key = desk.run(pay());
    desk.later(-LEASE);
    assert_eq!(desk.code(pay()), 598, "somebody's clock may be a lease ahead");
    desk.later(-1);
    assert_eq!(desk.run(pay()), key, "the clock that began it was wrong");
}

#[test]
fn what_names_no_order_is_about_the_one_that_it_is_applied_to() {
    let mut desk = Desk::issuing(1);
    let unnamed = OrderPaid { order_id: Id(0), partner_order_id: " ".into(), ..paid(1) };
    assert_eq!(desk.tell(Event::Issued(unnamed)).kind, TransitionKind::Moved);
    let body = desk.notices()[0].1["body"].clone();
    assert_eq!((body["orderId"].as_str(), body["partnerOrderId"].as_str()), (Some(ORDER.0.to_string().as_str()), Some("P")));
}

#[test]
fn blank_codes_are_no_codes_of_rust_values_either() {
    for blank in ["", " ", "\u{3000}", "\u{200b}", "\u{feff}\u{2060}", "\0", "\t\u{ad}"] {
        let with = |voucher_type, vouchers: &[&str]| OrderPaid {
            voucher_type: Some(voucher_type),
            vouchers: Some(vouchers.iter().map(|&code| code.into()).collect()),
            ..paid(2)
        };
        for paid in [with(VoucherType::CODE_PER_TICKET, &["C1", blank]), with(VoucherType::CODE_PER_ORDER, &[blank])] {
            let mut desk = Desk::created(2);
            let key = desk.run(pay());
            let ended = desk.tell(AttemptEnded { paid: Some(paid.clone()), ..end(&key, Outcome::DONE) });
            assert_eq!(
                (ended.reason, &ended.reports[..]),
                (Some(Reason::WrongCodes), &[Report::FunctionResultUnusable][..]),
                "{blank:?}"
            );
            assert_eq!(desk.order().attempts[0].unusable, Some(1));
            desk.tell(end(&key, Outcome::PENDING));
            let fact = desk.tell(Event::Issued(paid));
            assert_eq!((fact.kind, fact.reason), (TransitionKind::Illegal, Some(Reason::WrongCodes)), "{blank:?}");
        }
    }
}
