//! The order service, step by step: what is saved before what is done, and what is replied when something fails.

use meituan_protocol::message::{Id, RawJson};
use meituan_protocol::ticket::calls::{OrderClose, OrderCreate, OrderCreated, OrderPaid, OrderPay, OrderQuery};
use meituan_protocol::ticket::codes::{CloseType, VoucherType};
use meituan_protocol::ticket::order::{
    Answer, AttemptEnded, ClaimNotices, Delivery, Event, NoticeEnded, Order, Outcome, Reason, Report, Settings, TransitionKind,
    apply,
};
use meituan_protocol::ticket::service::{Done, Input, Job, Loaded, NoReply, Service, Step, Then};
use meituan_protocol::time::Timestamp;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_480_000_000_000);

fn after(milliseconds: i64) -> Timestamp {
    Timestamp(NOW.0 + milliseconds)
}

fn create() -> Event {
    OrderCreate { order_id: Id(7), quantity: 2, ..OrderCreate::default() }.into()
}

fn pay() -> Event {
    OrderPay { order_id: Id(7), ..OrderPay::default() }.into()
}

fn paid() -> AttemptEnded {
    let vouchers = Some(vec!["a".into(), "b".into()]);
    let paid = OrderPaid {
        order_id: Id(7),
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers,
        ..OrderPaid::default()
    };
    AttemptEnded { outcome: Outcome::DONE, paid: Some(paid), ..AttemptEnded::default() }
}

/// An order that is created.
fn created() -> Order {
    let settings = Settings::default();
    let reserved = apply(None, &create(), &settings, NOW).next;
    let created = Some(OrderCreated { order_id: None, partner_order_id: "P7".into() });
    let end = AttemptEnded { key: "orderCreate:7".into(), outcome: Outcome::DONE, created, ..AttemptEnded::default() };
    apply(reserved.as_ref(), &end.into(), &settings, NOW).next.unwrap()
}

/// A pay call whose function runs; with the order as it was saved.
fn paying(service: &Service) -> (Job, Order) {
    let (mut job, step) = service.answer(pay(), NOW);
    assert!(matches!(step.then, Then::Load));
    let step = service.advance(&mut job, Input::Loaded(created().into()), NOW);
    let Then::Run(task) = step.then else { panic!("{step:?}") };
    assert_eq!((task.key.as_str(), task.deadline), ("orderPay:7", after(23_000)));
    (job, step.save.unwrap().order)
}

fn load(service: &Service, job: &mut Job, order: &Order, at: Timestamp) -> Step {
    service.advance(job, Input::Loaded(order.clone().into()), at)
}

fn code(step: &Step) -> i32 {
    let Then::Done(Done::Reply(answered)) = &step.then else { panic!("{step:?}") };
    answered.reply.code
}

fn no_reply(step: &Step) -> NoReply {
    let Then::Done(Done::NoReply(why)) = &step.then else { panic!("{step:?}") };
    *why
}

#[test]
fn a_call_is_reserved_before_its_function_runs_and_the_end_is_saved_before_the_reply() {
    let service = Service::default();
    let (mut job, reserved) = paying(&service);
    assert_eq!(reserved.attempts.len(), 1);
    service.advance(&mut job, Input::Ended(paid()), after(10));
    let step = load(&service, &mut job, &reserved, after(10));
    assert_eq!(code(&step), 200);
    assert!(step.save.unwrap().order.attempts.is_empty());
}

#[test]
fn a_function_that_is_late_is_answered_598_and_its_end_counts_when_it_comes() {
    let service = Service::default();
    let (mut job, reserved) = paying(&service);
    let step = service.advance(&mut job, Input::Late, after(23_000));
    assert_eq!(step.until, after(25_000), "what is left of the time is the store's");
    let step = load(&service, &mut job, &reserved, after(23_001));
    assert_eq!((code(&step), step.until), (598, after(25_000)));
    let saved = step.save.unwrap().order;
    let (mut job, _) = service.end_of("orderPay:7", paid(), after(40_000));
    let step = load(&service, &mut job, &saved, after(40_000));
    let save = step.save.unwrap();
    assert_eq!(save.order.notices.len(), 1);
    assert_eq!(save.due, Some(after(40_000)));
}

#[test]
fn a_short_time_is_shared_with_the_store_too() {
    let service = Service { deadline: Some(Duration::from_millis(400)), ..Service::default() };
    let (mut job, _) = service.answer(pay(), NOW);
    let step = service.advance(&mut job, Input::Loaded(created().into()), NOW);
    let Then::Run(task) = step.then else { panic!("{step:?}") };
    assert_eq!(task.deadline, after(300));
    assert_eq!(service.advance(&mut job, Input::Late, after(300)).until, after(400));
}

#[test]
fn where_the_store_hangs_after_the_function_nothing_is_replied_and_the_end_is_kept() {
    let service = Service::default();
    let (mut job, _) = paying(&service);
    service.advance(&mut job, Input::Ended(paid()), after(10));
    let step = service.advance(&mut job, Input::StoreLate, after(25_000));
    assert_eq!(no_reply(&step), NoReply::StoreLate);
    let end = job.unrecorded().unwrap();
    assert_eq!((end.key.as_str(), end.outcome), ("orderPay:7", Outcome::DONE));
}

#[test]
fn where_the_end_cannot_be_saved_598_is_replied_only_once_that_is_saved() {
    let service = Service::default();
    let (mut job, reserved) = paying(&service);
    service.advance(&mut job, Input::Ended(paid()), after(10));
    let step = service.advance(&mut job, Input::StoreFailed, after(20));
    assert!(matches!(step.then, Then::Load));
    let step = load(&service, &mut job, &reserved, after(30));
    assert_eq!(code(&step), 598);
    assert!(step.save.is_some() && job.unrecorded().is_some());

    let (mut job, _) = paying(&service);
    service.advance(&mut job, Input::Ended(paid()), after(10));
    service.advance(&mut job, Input::StoreFailed, after(20));
    let step = service.advance(&mut job, Input::StoreFailed, after(30));
    assert_eq!(no_reply(&step), NoReply::StoreFailed);
}

#[test]
fn where_it_cannot_be_saved_that_the_result_comes_later_the_store_is_asked_once_more() {
    let service = Service::default();
    let (mut job, reserved) = paying(&service);
    service.advance(&mut job, Input::Late, after(23_000));
    assert!(matches!(service.advance(&mut job, Input::StoreFailed, after(23_010)).then, Then::Load));
    assert_eq!(code(&load(&service, &mut job, &reserved, after(23_020))), 598);

    let (mut job, _) = paying(&service);
    service.advance(&mut job, Input::Late, after(23_000));
    service.advance(&mut job, Input::StoreFailed, after(23_010));
    let step = service.advance(&mut job, Input::StoreFailed, after(23_020));
    assert_eq!(no_reply(&step), NoReply::StoreFailed);
}

#[test]
fn a_store_that_always_conflicts_is_given_up_at_the_deadline() {
    let service = Service::default();
    let (mut job, _) = service.answer(pay(), NOW);
    let mut now = NOW;
    loop {
        let step = load(&service, &mut job, &created(), now);
        assert!(step.save.is_some());
        let step = service.advance(&mut job, Input::Conflict, now);
        let Then::Pause(_, most) = step.then else {
            assert_eq!(no_reply(&step), NoReply::StoreContended);
            break;
        };
        now = Timestamp(now.0 + most);
        assert!(matches!(service.advance(&mut job, Input::Resumed, now).then, Then::Load));
    }
    assert!(now >= after(24_000) && now <= after(25_000), "{now:?}");
}

#[test]
fn while_somebody_else_runs_create_a_repeat_waits_and_then_gets_no_reply() {
    let service = Service::default();
    let reserved = apply(None, &create(), &service.settings, NOW).next.unwrap();
    let (mut job, _) = service.answer(create(), NOW);
    let mut now = NOW;
    let step = loop {
        let step = load(&service, &mut job, &reserved, now);
        let Then::Pause(least, _) = step.then else { break step };
        now = Timestamp(now.0 + least);
        service.advance(&mut job, Input::Resumed, now);
    };
    assert_eq!(no_reply(&step), NoReply::Busy);
    assert!(now <= after(15_000));
}

#[test]
fn settling_takes_over_sends_and_says_when_something_is_due() {
    let service = Service::default();
    let (_, broken_off) = paying(&service);
    let later = after(60_000);
    let (mut job, _) = service.settle(true, later);
    // Time passes, then the function is taken over.
    let step = load(&service, &mut job, &broken_off, later);
    assert!(step.save.is_none() && matches!(step.then, Then::Load));
    let step = load(&service, &mut job, &broken_off, later);
    let taken_over = step.save.unwrap().order;
    let Then::Run(task) = step.then else { panic!() };
    let request: RawJson = task.request.unwrap();
    assert_eq!((task.call.as_str(), task.key.as_str()), ("orderPay", "orderPay:7"));
    assert!(request.as_str().contains("\"orderId\":\"7\""));
    service.advance(&mut job, Input::Ended(paid()), later);
    // A lost optimistic lock decides the same once more: nothing is left out.
    let step = load(&service, &mut job, &taken_over, later);
    assert!(step.save.is_some());
    assert!(matches!(service.advance(&mut job, Input::Conflict, later).then, Then::Pause(..)));
    service.advance(&mut job, Input::Resumed, later);
    let step = load(&service, &mut job, &taken_over, later);
    let issued = step.save.unwrap().order;
    assert!(issued.issued.is_some() && matches!(step.then, Then::Load));
    // The notice is claimed before it is sent.
    let step = load(&service, &mut job, &issued, later);
    let claimed = step.save.unwrap().order;
    let Then::Send(notices) = step.then else { panic!() };
    assert_eq!((notices.len(), claimed.notices[0].tries), (1, Some(1)));
    // Nobody has recorded what came of it: it is left alone until its claim runs out.
    service.advance(&mut job, Input::Sent, later);
    load(&service, &mut job, &claimed, later);
    let step = load(&service, &mut job, &claimed, later);
    let Then::Done(Done::Settled(due)) = step.then else { panic!("{step:?}") };
    assert_eq!(due, Some(Timestamp(later.0 + 90_000)));
}

#[test]
fn settling_goes_on_where_the_store_fails_for_one_function() {
    let service = Service::default();
    let (_, broken_off) = paying(&service);
    let later = after(60_000);
    let (mut job, _) = service.settle(false, later);
    load(&service, &mut job, &broken_off, later);
    assert!(matches!(service.advance(&mut job, Input::StoreFailed, later).then, Then::Load));
    let step = load(&service, &mut job, &broken_off, later);
    assert!(matches!(step.then, Then::Done(Done::Settled(Some(_)))), "{step:?}");
}

#[test]
fn an_event_is_recorded_once_and_somebody_hears_of_its_conflict_once() {
    let service = Service::default();
    let entered = || Event::Consumed(meituan_protocol::ticket::order::Consumed { id: "E1".into(), ..Default::default() });
    let (mut job, _) = service.record(Id(7), entered(), NOW);
    let step = load(&service, &mut job, &created(), NOW);
    let save = step.save.unwrap();
    assert_eq!(save.news.conflicts.len(), 1);
    let Then::Done(Done::Recorded(recorded)) = step.then else { panic!() };
    assert_eq!((recorded.transition.answer, recorded.order.as_ref()), (Answer::None, Some(&save.order)));
    let (mut job, _) = service.record(Id(7), entered(), NOW);
    let step = load(&service, &mut job, &save.order, NOW);
    assert!(step.save.is_none());
}

#[test]
fn an_unknown_order_has_nothing_due() {
    let service = Service::default();
    let (mut job, mut step) = service.settle(true, NOW);
    while let Then::Load = step.then {
        step = service.advance(&mut job, Input::Loaded(Loaded::default()), NOW);
        assert!(step.save.is_none());
    }
    assert!(matches!(step.then, Then::Done(Done::Settled(None))));
}

#[test]
fn a_create_that_waited_for_the_same_create_gets_its_failure_and_runs_nothing() {
    let service = Service::default();
    let reserved = apply(None, &create(), &service.settings, NOW).next.unwrap();
    let (mut job, _) = service.answer(create(), NOW);
    assert!(matches!(load(&service, &mut job, &reserved, NOW).then, Then::Pause(..)));
    let describe = Some("库存不足".to_owned());
    let refused = AttemptEnded { key: "orderCreate:7".into(), outcome: Outcome::REFUSED, describe, ..AttemptEnded::default() };
    let refused = apply(Some(&reserved), &refused.into(), &service.settings, after(10)).next.unwrap();
    service.advance(&mut job, Input::Resumed, after(20));
    assert_eq!(code(&load(&service, &mut job, &refused, after(20))), 499);
    // One that comes afterwards begins anew.
    let (mut job, _) = service.answer(create(), after(30));
    assert!(matches!(load(&service, &mut job, &refused, after(30)).then, Then::Run(_)));
}

#[test]
fn sending_ends_within_its_limit_from_the_claim_on_however_slow_the_store() {
    let service = Service::default();
    let (mut job, reserved) = paying(&service);
    service.advance(&mut job, Input::Late, after(23_000));
    let saved = load(&service, &mut job, &reserved, after(23_001)).save.unwrap().order;
    let (mut job, _) = service.end_of("orderPay:7", paid(), after(40_000));
    let issued = load(&service, &mut job, &saved, after(40_000)).save.unwrap().order;
    let (mut job, _) = service.settle(true, after(50_000));
    load(&service, &mut job, &issued, after(50_000));
    let step = load(&service, &mut job, &issued, after(50_010));
    assert!(matches!(step.then, Then::Send(_)));
    let claim = step.save.unwrap().order.notices[0].claimed_until;
    // A clock that is a minute ahead sees the claim run out when nobody sends any more.
    assert_eq!((step.until, claim), (after(80_010), Some(after(140_010))));
}

#[test]
fn a_closing_that_is_owed_already_is_not_owed_once_more() {
    let settings = Settings::default();
    let close = OrderClose { order_id: Id(7), close_type: CloseType::ISSUE_FAILED, ..OrderClose::default() };
    let (_, paying) = paying(&Service::default());
    let closed = apply(Some(&paying), &close.into(), &settings, after(1)).next.unwrap();
    let done = AttemptEnded { key: closed.attempts[0].key.clone(), outcome: Outcome::DONE, ..AttemptEnded::default() };
    let closed = apply(Some(&closed), &done.into(), &settings, after(2)).next.unwrap();
    assert!(closed.attempts.is_empty());
    let broke_off: Event = AttemptEnded { key: "orderPay:7".into(), outcome: Outcome::UNKNOWN, ..AttemptEnded::default() }.into();
    let owed = apply(Some(&closed), &broke_off, &settings, after(3)).next.unwrap();
    assert_eq!(owed.attempts.len(), 1, "it may have issued after the closing function has looked");
    assert_eq!(apply(Some(&owed), &broke_off, &settings, after(4)).next, None);
}

fn entered(id: &str) -> Event {
    Event::Consumed(meituan_protocol::ticket::order::Consumed { id: id.into(), ..Default::default() })
}

/// The ids of the conflicts that somebody hears of with this step, beside what it saves.
fn heard(step: &Step) -> Vec<&str> {
    step.heard.iter().flat_map(|news| &news.conflicts).map(|conflict| conflict.id.as_str()).collect()
}

#[test]
fn a_conflict_that_a_save_has_stored_which_is_said_to_have_come_second_is_heard_of() {
    let service = Service::default();
    let (mut job, _) = service.record(Id(7), entered("E1"), NOW);
    let step = load(&service, &mut job, &created(), NOW);
    let save = step.save.unwrap();
    let id = save.news.conflicts[0].id.clone();
    service.advance(&mut job, Input::Conflict, NOW);
    service.advance(&mut job, Input::Resumed, NOW);
    let step = load(&service, &mut job, &save.order, NOW);
    assert!(step.save.is_none() && matches!(step.then, Then::Done(Done::Recorded(_))));
    assert_eq!(heard(&step), [id.as_str()]);
}

#[test]
fn of_a_save_that_did_come_second_nothing_is_heard_but_what_is_saved_then() {
    let service = Service::default();
    let (mut job, _) = service.record(Id(7), entered("E1"), NOW);
    load(&service, &mut job, &created(), NOW);
    service.advance(&mut job, Input::Conflict, NOW);
    service.advance(&mut job, Input::Resumed, NOW);
    let step = load(&service, &mut job, &created(), NOW);
    assert_eq!(step.save.as_ref().unwrap().news.conflicts.len(), 1);
    assert_eq!(heard(&step), [""; 0]);
}

#[test]
fn a_conflict_that_may_be_stored_though_the_store_failed_is_heard_of_before_the_job_ends() {
    let service = Service::default();
    for why in [|| Input::StoreFailed, || Input::StoreLate] {
        let (mut job, _) = service.record(Id(7), entered("E1"), NOW);
        load(&service, &mut job, &created(), NOW);
        let step = service.advance(&mut job, why(), NOW);
        assert!(matches!(step.then, Then::Done(Done::Failed(_))));
        assert_eq!(heard(&step), ["entered-unissued:E1"]);
        // What could not even be loaded has nothing to say.
        let (mut job, _) = service.record(Id(7), entered("E1"), NOW);
        assert!(service.advance(&mut job, why(), NOW).heard.is_none());
    }
}

#[test]
fn a_conflict_of_a_call_that_meituan_hears_nothing_of_is_heard_of() {
    let service = Service::default();
    let close: Event = OrderClose { order_id: Id(7), close_type: CloseType::UNPAID, ..OrderClose::default() }.into();
    let (_, reserved) = paying(&service);
    let (mut job, _) = service.answer(close.clone(), NOW);
    assert_eq!(load(&service, &mut job, &reserved, NOW).save.unwrap().news.conflicts.len(), 1);
    let step = service.advance(&mut job, Input::StoreFailed, NOW);
    assert_eq!((no_reply(&step), heard(&step)), (NoReply::StoreFailed, vec!["closed-after-pay:1"]));
}

#[test]
fn a_notice_that_was_given_up_and_a_report_are_heard_of_though_their_save_is_said_to_have_come_second() {
    let service = Service::default();
    let (_, paying) = paying(&service);
    let settings = Settings::default();
    let pending = AttemptEnded { key: "orderPay:7".into(), outcome: Outcome::PENDING, ..AttemptEnded::default() };
    let pending = apply(Some(&paying), &pending.into(), &settings, NOW).next.unwrap();
    let issued = apply(Some(&pending), &paid().paid.unwrap().into(), &settings, NOW).next.unwrap();
    let claimed = apply(Some(&issued), &ClaimNotices {}.into(), &settings, NOW).next.unwrap();
    let late = after(8 * 86_400_000);
    let (mut job, _) = service.settle(true, late);
    load(&service, &mut job, &claimed, late);
    let save = load(&service, &mut job, &claimed, late).save.unwrap();
    assert_eq!(save.news.given_up.len(), 1);
    service.advance(&mut job, Input::Conflict, late);
    service.advance(&mut job, Input::Resumed, late);
    let step = load(&service, &mut job, &save.order, late);
    assert_eq!((step.heard.as_ref().unwrap().given_up.len(), heard(&step)), (1, vec!["notice-given-up:payNotice:7"]));

    let processing = NoticeEnded { id: "payNotice:7".into(), tries: 1, delivery: Delivery::PROCESSING };
    let heard = apply(Some(&claimed), &processing.into(), &settings, NOW).next.unwrap();
    let query = OrderQuery { order_id: Id(7), ..OrderQuery::default() };
    let (mut job, _) = service.answer(query.into(), NOW);
    let save = load(&service, &mut job, &heard, NOW).save.unwrap();
    assert_eq!(save.news.reports, [Report::AcceptedAtLast]);
    service.advance(&mut job, Input::Conflict, NOW);
    service.advance(&mut job, Input::Resumed, NOW);
    assert_eq!(load(&service, &mut job, &save.order, NOW).heard.unwrap().reports, [Report::AcceptedAtLast]);
}

#[test]
fn what_is_recorded_of_one_order_is_never_stored_as_another_one() {
    let service = Service::default();
    for (stored, event) in
        [(None, create()), (None, pay()), (Some(created()), Event::from(ClaimNotices {})), (Some(created()), pay())]
    {
        let (mut job, _) = service.record(Id(8), event.clone(), NOW);
        let loaded = stored.clone().map_or_else(Loaded::default, Loaded::from);
        let step = service.advance(&mut job, Input::Loaded(loaded), NOW);
        assert!(step.save.is_none(), "{event:?}");
        let Then::Done(Done::Recorded(recorded)) = step.then else { panic!("{event:?}") };
        assert_eq!(
            (recorded.transition.kind, recorded.transition.reason),
            (TransitionKind::Illegal, Some(Reason::OtherOrder)),
            "{event:?}"
        );
    }
    // Its own order is.
    let (mut job, _) = service.record(Id(7), create(), NOW);
    assert!(service.advance(&mut job, Input::Loaded(Loaded::default()), NOW).save.is_some());
}
