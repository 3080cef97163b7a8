//! The order service of rides, step by step: what is saved before what is done, and what is done once.

use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{CancelReason, CancelStep, ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{
    Call, CallAnswered, CallFailed, CallSent, Conflict, Event, KnownDetail, KnownPrices, MAX_CALLS_A_MINUTE, ProposalState,
    RideCalls, RideOrder, RideReason, RideTransitionKind,
};
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::ride::service::{CallTask, Done, Input, Job, NotStored, Payment, Recorded, Save, Service, Step, Then};
use meituan_protocol::time::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_629_858_000_000);
const ID: &str = "143009655634578641215429100000";
const OURS: &str = "314253f8-912b-4c7e-9f25-bcd5ae4be8cc";

fn after(milliseconds: i64) -> Timestamp {
    Timestamp(NOW.0 + milliseconds)
}

fn service() -> Service {
    Service { can_pay: true, can_choose: true, ..Service::default() }
}

fn changed(event_code: RideEvent, event_time: Timestamp) -> Event {
    let (event_code, event_time) = (Some(event_code), Some(event_time));
    Event::OrderChanged(OrderChanged { mt_order_id: Some(ID.into()), event_code, event_time, ..OrderChanged::default() })
}

fn offered(driver_id: &str) -> Event {
    let submit_drive_info = OfferedDriver { driver_id: driver_id.into(), ..OfferedDriver::default() };
    Event::CapacityOffered(CapacityOffered { mt_order_id: ID.into(), submit_drive_info, ..CapacityOffered::default() })
}

fn queried(order_status: RideStatus, owed: i64, at: Timestamp) -> Event {
    Event::Queried(KnownDetail {
        order_status,
        update_time: Some(at),
        mt_order_id: Some(ID.into()),
        channel_partner_order_id: Some(OURS.into()),
        user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(owed)), cancel_fee: None }),
        ..KnownDetail::default()
    })
}

/// What drivers share: the records, each with its revision and when it is due.
#[derive(Default)]
struct Store {
    orders: BTreeMap<String, (RideOrder, u32, Option<Timestamp>)>,
    calls: Option<RideCalls>,
    calls_revision: u32,
}

/// A driver of one job, which stops at what it cannot do by itself.
struct Driver {
    job: Job,
    step: Step,
    key: String,
    revision: u32,
}

impl Driver {
    fn new((job, step): (Job, Step)) -> Self {
        Driver { job, step, key: String::new(), revision: 0 }
    }

    /// Loads and saves until something else is to be done, or `stops` says so.
    fn run_until(&mut self, service: &Service, store: &mut Store, now: Timestamp, stops: impl Fn(&Step) -> bool) {
        while !stops(&self.step) {
            let input = if !self.save(store) {
                Input::Conflict
            } else {
                match &self.step.then {
                    Then::Load(key) => {
                        let found = store.orders.get(key);
                        (self.key, self.revision) = (key.clone(), found.map_or(0, |(_, revision, _)| *revision));
                        Input::Loaded(found.map(|(order, ..)| order.clone()))
                    }
                    Then::LoadCalls => {
                        self.revision = store.calls_revision;
                        Input::CallsLoaded(store.calls.clone())
                    }
                    Then::Pause(_) => Input::Resumed,
                    _ => return,
                }
            };
            self.step = service.advance(&mut self.job, input, now);
        }
    }

    fn run(&mut self, service: &Service, store: &mut Store, now: Timestamp) -> &Then {
        self.run_until(service, store, now, |_| false);
        &self.step.then
    }

    /// Whether it was saved: nobody was first.
    fn save(&mut self, store: &mut Store) -> bool {
        match self.step.save.take() {
            None => true,
            Some(Save::Order { order, due, .. }) => {
                let revision = store.orders.get(&self.key).map_or(0, |(_, revision, _)| *revision);
                if revision != self.revision {
                    return false;
                }
                store.orders.insert(self.key.clone(), (order, revision + 1, due));
                true
            }
            Some(Save::Calls(_)) if store.calls_revision != self.revision => false,
            Some(Save::Calls(calls)) => {
                (store.calls, store.calls_revision) = (Some(calls), self.revision + 1);
                true
            }
        }
    }

    fn answer(&mut self, service: &Service, store: &mut Store, input: Input, now: Timestamp) -> &Then {
        self.step = service.advance(&mut self.job, input, now);
        self.run(service, store, now)
    }

    fn call(&self) -> &CallTask {
        let Then::Call(task) = &self.step.then else { panic!("{:?}", self.step) };
        task
    }

    fn payment(&self) -> &Payment {
        let Then::Pay(payment) = &self.step.then else { panic!("{:?}", self.step) };
        payment
    }

    fn settled(&self) -> Option<Timestamp> {
        let Then::Done(Done::Settled(due)) = self.step.then else { panic!("{:?}", self.step) };
        due
    }

    fn recorded(&self) -> &Recorded {
        let Then::Done(Done::Recorded(recorded)) = &self.step.then else { panic!("{:?}", self.step) };
        recorded
    }
}

impl Store {
    /// With an order that was told these events.
    fn with(events: impl IntoIterator<Item = Event>) -> Self {
        let order = events.into_iter().fold(RideOrder::default(), |order, event| order.apply(&event, NOW).order);
        Store { orders: BTreeMap::from([(ID.into(), (order, 1, None))]), ..Store::default() }
    }

    fn order(&self) -> &RideOrder {
        &self.orders[ID].0
    }

    fn due(&self, key: &str) -> Option<Timestamp> {
        self.orders[key].2
    }

    fn places(&self) -> usize {
        self.calls.iter().flat_map(|calls| &calls.calls).map(|recent| recent.times.len()).sum()
    }
}

/// The ways in which a store fails though it has saved: it comes second to itself, fails, or is late.
fn misled() -> [Input; 3] {
    [Input::Conflict, Input::StoreFailed, Input::StoreLate]
}

#[test]
fn a_conflict_and_a_warning_are_heard_of_though_their_save_is_said_to_have_failed() {
    let service = service();
    let refund = |amount| {
        let (sqt_refund_no, refund_amount) = ("F1".into(), Some(Fen(amount)));
        Event::Refunded(Refunded { mt_order_id: ID.into(), sqt_refund_no, refund_amount, ..Refunded::default() })
    };
    for input in misled() {
        let mut store = Store::with([refund(100)]);
        let mut driver = Driver::new(service.receive(refund(200), NOW).unwrap());
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
        let Some(Save::Order { news, .. }) = &driver.step.save else { panic!() };
        assert_eq!(news.conflicts, [Conflict::RefundAmounts]);
        assert!(driver.save(&mut store));
        driver.step = service.advance(&mut driver.job, input, NOW);
        driver.run_until(&service, &mut store, NOW, |step| step.heard.is_some());
        assert_eq!(driver.step.heard.as_ref().unwrap().conflicts, [Conflict::RefundAmounts]);
        assert!(matches!(driver.step.then, Then::Done(_)), "{:?}", driver.step);
    }
    // One that did come second hears of what it saves, and of nothing else.
    let mut store = Store::with([refund(100)]);
    let mut driver = Driver::new(service.receive(refund(200), NOW).unwrap());
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    driver.step = service.advance(&mut driver.job, Input::Conflict, NOW);
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    assert!(driver.step.heard.as_ref().is_none_or(|news| news.conflicts.is_empty()));
}

fn settle(service: &Service, store: &mut Store, now: Timestamp) -> Driver {
    let mut driver = Driver::new(service.settle(ID, now));
    driver.run(service, store, now);
    driver
}

fn receive(service: &Service, store: &mut Store, push: Event) -> Driver {
    let mut driver = Driver::new(service.receive(push, NOW).unwrap());
    driver.run(service, store, NOW);
    driver
}

#[test]
fn a_push_is_saved_before_it_counts_as_taken_and_its_repetition_changes_nothing() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap());
    driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    assert!(matches!(driver.step.then, Then::Done(Done::Recorded(_))) && store.orders.is_empty());
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.recorded().kind, store.due(ID)), (RideTransitionKind::Moved, Some(NOW)));
    let again = receive(&service, &mut store, changed(RideEvent::BILL_CHANGED, NOW));
    assert_eq!((again.recorded().kind, store.orders[ID].1), (RideTransitionKind::Duplicate, 1));
}

#[test]
fn a_push_that_cannot_be_saved_is_not_taken() {
    let service = service();
    for (input, why) in [(Input::StoreFailed, NotStored::Failed), (Input::StoreLate, NotStored::Late)] {
        let (mut job, step) = service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap();
        assert_eq!(step.until, after(5_000));
        service.advance(&mut job, Input::Loaded(None), NOW);
        let step = service.advance(&mut job, input, NOW);
        assert!(matches!(step.then, Then::Done(Done::Failed(failed)) if failed == why), "{step:?}");
    }
    let (mut job, mut step) = service.receive(changed(RideEvent::BILL_CHANGED, NOW), NOW).unwrap();
    let mut now = NOW;
    while !matches!(step.then, Then::Done(_)) {
        let input = if let Then::Load(_) = step.then { Input::Loaded(None) } else { Input::Resumed };
        step = service.advance(&mut job, input, now);
        if step.save.is_some() {
            step = service.advance(&mut job, Input::Conflict, now);
            if let Then::Pause(most) = step.then {
                now = Timestamp(now.0 + most);
            }
        }
    }
    assert!(matches!(step.then, Then::Done(Done::Failed(NotStored::Contended))));
    assert!(now >= after(4_800) && now <= after(5_000), "{now:?}");
}

#[test]
fn two_pushes_at_once_are_both_counted() {
    let (service, mut store) = (service(), Store::default());
    let pushes = [changed(RideEvent::ORDER_CREATED, NOW), changed(RideEvent::ORDER_PUSHED, after(1))];
    let mut drivers = pushes.map(|push| Driver::new(service.receive(push, NOW).unwrap()));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    assert_eq!((store.order().events.len(), store.order().status()), (2, RideStatus::PUSHED));
}

#[test]
fn a_reply_and_a_push_at_once_are_both_counted() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Replied(queried(RideStatus::DRIVING, 0, after(1))), after(1));
    driver.run_until(&service, &mut store, after(1), |step| step.save.is_some());
    receive(&service, &mut store, changed(RideEvent::TRIP_DELIVERED, after(2)));
    driver.run(&service, &mut store, after(2));
    let order = store.order();
    assert_eq!((order.status(), order.detail.is_some(), order.events.len()), (RideStatus::DELIVERED, true, 2));
}

#[test]
fn places_that_are_taken_at_once_are_all_counted() {
    let (service, mut store) = (service(), Store::default());
    let ids = ["1", "2"];
    for id in ids {
        let event = OrderChanged { mt_order_id: Some(id.into()), ..OrderChanged::default() };
        receive(&service, &mut store, Event::OrderChanged(event));
    }
    let mut drivers = ids.map(|id| Driver::new(service.settle(id, NOW)));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| matches!(step.save, Some(Save::Calls(_))));
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
        assert_eq!(driver.call().call, Call::QueryRealTimeOrder);
    }
    assert_eq!(store.places(), 2);
}

#[test]
fn a_push_that_names_no_order_is_a_fact_of_none() {
    let untold = Event::OrderChanged(OrderChanged { event_code: Some(RideEvent::ORDER_PAID), ..OrderChanged::default() });
    assert!(service().receive(untold, NOW).is_none());
}

#[test]
fn of_two_processes_that_settle_one_order_one_queries() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    // Both have a place within the limits, and are about to claim the query.
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::Call(_)));
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    let [first, second] = &mut drivers;
    assert_eq!(first.call().call, Call::QueryRealTimeOrder);
    assert_eq!(second.settled(), Some(after(90_000)));
    assert_eq!(first.step.until, after(10_000));
    first.answer(&service, &mut store, Input::Replied(queried(RideStatus::DRIVING, 0, NOW)), after(100));
    assert_eq!((first.settled(), store.order().status()), (store.due(ID), RideStatus::DRIVING));
    assert!(store.due(ID) > Some(after(30_000)));
}

#[test]
fn a_call_that_may_be_under_way_is_given_up_by_nobody_whose_clock_is_60_s_ahead() {
    let (service, mut store) = (service(), owing());
    let mut slow = settle(&service, &mut store, NOW);
    slow.answer(&service, &mut store, Input::Paid(ProposalState::Paid), NOW);
    let longest = slow.step.until.0 - NOW.0 + slow.call().limit.as_millis() as i64;
    assert_eq!(slow.call().call, Call::NotifyPaidResult);
    let mut ahead = settle(&service, &mut store, after(60_000 + longest));
    assert_eq!(ahead.call().call, Call::QueryRealTimeOrder);
    let still_owed = queried(RideStatus::WAIT_PAY, 900, after(60_000 + longest));
    ahead.answer(&service, &mut store, Input::Replied(still_owed), after(60_000 + longest));
    assert_eq!(ahead.settled(), Some(after(90_000)), "Meituan is not notified a second time meanwhile");
    let taken = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
    slow.answer(&service, &mut store, Input::Replied(taken), after(longest));
    assert_eq!((store.order().may_pay(), slow.settled()), (None, store.due(ID)));
}

#[test]
fn a_query_whose_process_died_is_made_again_after_its_patience() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    settle(&service, &mut store, NOW).call();
    assert_eq!(store.due(ID), Some(after(90_000)));
    // Giving up is saved, and when it is due then.
    let due = settle(&service, &mut store, after(90_000)).settled();
    assert!(due > Some(after(90_000)) && store.due(ID) == due);
    settle(&service, &mut store, due.unwrap()).call();
}

fn owing() -> Store {
    Store::with([changed(RideEvent::BILL_GENERATED, NOW), queried(RideStatus::WAIT_PAY, 900, NOW)])
}

#[test]
fn a_payment_is_proposed_to_one_process_and_meituan_is_notified_once_it_is_made() {
    let (service, mut store) = (service(), owing());
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    for driver in &mut drivers {
        driver.run_until(&service, &mut store, NOW, |step| step.save.is_some());
    }
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
    }
    let [first, second] = &mut drivers;
    assert_eq!((first.payment().price, &*first.payment().key), (Fen(900), &*format!("pay:{ID}:900")));
    assert_eq!(second.settled(), Some(after(100_000)));
    first.answer(&service, &mut store, Input::Paid(ProposalState::Paid), after(100));
    let notice = first.call();
    assert_eq!((notice.call, notice.price), (Call::NotifyPaidResult, Some(Fen(900))));
    assert_eq!((notice.mt_order_id.as_deref(), notice.channel_partner_order_id.as_deref()), (Some(ID), Some(OURS)));
    assert_eq!(store.order().proposals.as_ref().unwrap()[0].state, ProposalState::Paid);
}

#[test]
fn a_process_that_died_after_paying_leaves_only_the_notice() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Paid(ProposalState::Paid), NOW);
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::LoadCalls));
    assert_eq!(settle(&service, &mut store, after(1)).call().call, Call::NotifyPaidResult);
}

#[test]
fn a_payment_whose_end_is_not_known_is_proposed_again_with_the_same_key_and_no_other_amount_is() {
    let (service, mut store) = (service(), owing());
    let key = settle(&service, &mut store, NOW).payment().key.clone();
    // The process died while the function ran.
    assert_eq!(settle(&service, &mut store, after(99_999)).settled(), Some(after(100_000)));
    let mut again = settle(&service, &mut store, after(100_000));
    assert_eq!(again.payment().key, key);
    again.answer(&service, &mut store, Input::Paid(ProposalState::Unknown), after(100_001));
    assert_eq!(again.settled(), Some(after(103_001)));
    // Meituan now says another amount.
    let changed = [changed(RideEvent::BILL_CHANGED, after(101_000)), queried(RideStatus::WAIT_PAY, 950, after(102_000))];
    for event in changed {
        let mut driver = Driver::new(service.record(ID, event, after(102_000)));
        driver.run(&service, &mut store, after(102_000));
    }
    assert_eq!(store.order().conflict_kinds(), [Conflict::PaidAnotherAmount]);
    let next = settle(&service, &mut store, after(200_000));
    assert!(matches!(next.step.then, Then::Call(ref task) if task.call == Call::QueryRealTimeOrder), "{:?}", next.step);
}

#[test]
fn that_a_run_has_not_paid_does_not_end_the_claim_of_another_when_it_is_recorded_once_more() {
    let (service, mut store) = (service(), owing());
    let mut first = settle(&service, &mut store, NOW);
    // The store takes how it ended, and says that it has failed.
    first.step = service.advance(&mut first.job, Input::Paid(ProposalState::Unknown), after(1));
    first.run_until(&service, &mut store, after(1), |step| step.save.is_some());
    assert!(first.save(&mut store));
    settle(&service, &mut store, after(10_000)).payment();
    first.answer(&service, &mut store, Input::StoreFailed, after(10_001));
    assert_eq!(store.order().proposals.as_ref().unwrap()[0].state, ProposalState::Open);
    assert_eq!(first.settled(), Some(after(110_000)));
}

#[test]
fn a_payment_that_is_declined_is_proposed_again_later_and_later() {
    let (service, mut store) = (service(), owing());
    let mut now = NOW;
    for pause in [3_000, 6_000, 12_000] {
        let mut driver = settle(&service, &mut store, now);
        assert_eq!(driver.payment().price, Fen(900));
        driver.answer(&service, &mut store, Input::Paid(ProposalState::Declined), now);
        assert_eq!((driver.settled(), store.due(ID)), (Some(Timestamp(now.0 + pause)), Some(Timestamp(now.0 + pause))));
        now = Timestamp(now.0 + pause);
    }
}

#[test]
fn a_function_that_is_late_is_not_asked_twice_and_its_end_counts_when_it_comes() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    assert_eq!(driver.payment().limit, Duration::from_secs(30));
    driver.answer(&service, &mut store, Input::Late, after(30_000));
    assert_eq!(driver.settled(), Some(after(100_000)));
    let ended = Event::Proposed(meituan_protocol::ride::order::PaymentProposed { price: Fen(900), state: ProposalState::Paid });
    let mut late = Driver::new(service.record(ID, ended, after(45_000)));
    late.run(&service, &mut store, after(45_000));
    assert_eq!(settle(&service, &mut store, after(45_001)).call().call, Call::NotifyPaidResult);
}

#[test]
fn that_a_late_run_has_not_paid_does_not_end_the_claim_of_another() {
    let (service, mut store) = (service(), owing());
    settle(&service, &mut store, NOW).payment();
    // The first run has not ended, and its claim has run out.
    settle(&service, &mut store, after(100_000)).payment();
    let record = |store: &mut Store, state, now| {
        let ended = Event::Proposed(meituan_protocol::ride::order::PaymentProposed { price: Fen(900), state });
        Driver::new(service.record(ID, ended, now)).run(&service, store, now);
        store.order().proposals.as_ref().unwrap()[0].state
    };
    for state in [ProposalState::Declined, ProposalState::Unknown] {
        assert_eq!(record(&mut store, state, after(110_000)), ProposalState::Open);
    }
    assert_eq!(record(&mut store, ProposalState::Paid, after(110_000)), ProposalState::Paid);
    // Where nobody has it, its end counts.
    let mut store = owing();
    settle(&service, &mut store, NOW).payment();
    assert_eq!(record(&mut store, ProposalState::Declined, after(100_000)), ProposalState::Declined);
}

#[test]
fn a_notice_without_a_reply_is_followed_by_a_query_and_never_by_a_payment() {
    let (service, mut store) = (service(), owing());
    let mut driver = settle(&service, &mut store, NOW);
    driver.answer(&service, &mut store, Input::Paid(ProposalState::Paid), NOW);
    let failed = Event::Failed(CallFailed::new(Call::NotifyPaidResult, None));
    driver.answer(&service, &mut store, Input::Replied(failed), after(10));
    assert_eq!((driver.settled(), store.due(ID)), (Some(after(3_000)), Some(after(3_000))));
    let mut driver = settle(&service, &mut store, after(3_000));
    assert_eq!(driver.call().call, Call::QueryRealTimeOrder);
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::WAIT_PAY, 900, NOW)), after(3_020));
    // Meituan still waits: it is notified again, and nothing is paid again.
    assert_eq!((driver.call().call, driver.call().price), (Call::NotifyPaidResult, Some(Fen(900))));
    let taken = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS));
    driver.answer(&service, &mut store, Input::Replied(taken), after(3_030));
    let mut driver = settle(&service, &mut store, after(7_000));
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::COMPLETED, 900, after(7_000))), after(7_010));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

#[test]
fn without_a_function_that_pays_nothing_is_paid_and_the_order_is_watched() {
    let (service, mut store) = (Service::default(), owing());
    let due = settle(&service, &mut store, NOW).settled().unwrap();
    assert!(due > NOW);
    assert_eq!(settle(&service, &mut store, due).call().call, Call::QueryRealTimeOrder);
}

#[test]
fn a_driver_is_chosen_by_the_user_and_confirmed_once() {
    let (service, mut store) = (service(), Store::with([offered("D1"), offered("D2")]));
    let mut drivers = [(); 2].map(|()| Driver::new(service.settle(ID, NOW)));
    for driver in &mut drivers {
        driver.run(&service, &mut store, NOW);
        assert!(matches!(&driver.step.then, Then::Choose(ids) if ids == &["D1", "D2"]), "{:?}", driver.step);
    }
    let [first, second] = &mut drivers;
    first.answer(&service, &mut store, Input::Chosen(Some("D2".into())), NOW);
    assert_eq!((first.call().call, first.call().driver_id.as_deref()), (Call::ConfirmOrder, Some("D2")));
    second.answer(&service, &mut store, Input::Chosen(Some("D1".into())), NOW);
    second.settled();
    // Nobody is chosen yet, or somebody whom nobody offers: no place is taken for that.
    for chosen in [None, Some("D3".into())] {
        let mut store = Store::with([offered("D1")]);
        let mut driver = settle(&service, &mut store, NOW);
        driver.answer(&service, &mut store, Input::Chosen(chosen), NOW);
        assert_eq!((driver.settled(), store.due(ID), store.places()), (Some(after(3_000)), Some(after(3_000)), 0));
    }
}

#[test]
fn an_order_that_ends_while_nobody_is_chosen_is_due_no_more() {
    let (service, mut store) = (service(), Store::with([offered("D1")]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Chosen(None), NOW);
    let mut other = Driver::new(service.record(ID, queried(RideStatus::SYSTEM_CANCELED, 0, after(1)), after(1)));
    other.run(&service, &mut store, after(1));
    driver.run(&service, &mut store, after(2));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

#[test]
fn a_call_is_recorded_before_it_is_made_and_refused_before_it_takes_a_place() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::ORDER_CONFIRMED, NOW)]));
    let cancel = CallSent { cancel_code: Some(CancelReason::PLANS_CHANGED), ..CallSent::cancel(CancelStep::CONFIRM) };
    let mut driver = Driver::new(service.call(ID, cancel.clone(), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.recorded().reason, store.places()), (Some(RideReason::AskFeeFirst), 0));
    let mut driver = Driver::new(service.call(ID, CallSent::cancel(CancelStep::ASK_FEE), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.call().step, store.order().calls.len(), store.places()), (Some(CancelStep::ASK_FEE), 1, 1));
    let fee = Event::Answered(CallAnswered::cancel(CancelStep::ASK_FEE, ResultCode::SUCCESS, Some(Fen(500))));
    driver.answer(&service, &mut store, Input::Replied(fee), after(10));
    assert_eq!(driver.recorded().standing.cancel_fee, Some(Fen(500)));
    let mut driver = Driver::new(service.call(ID, cancel, after(20)));
    driver.run(&service, &mut store, after(20));
    driver.answer(
        &service,
        &mut store,
        Input::Replied(Event::Failed(CallFailed::new(Call::CancelOrder, Some(CancelStep::CONFIRM)))),
        after(30),
    );
    // After a time-out it is cancelled again, for the same reason.
    let again = settle(&service, &mut store, after(5_000));
    assert_eq!((again.call().step, again.call().cancel_code), (Some(CancelStep::CONFIRM), Some(CancelReason::PLANS_CHANGED)));
}

#[test]
fn the_limits_hold_over_all_orders_of_the_account() {
    let service = service();
    let mut store = Store::default();
    let ids: Vec<String> = (0..MAX_CALLS_A_MINUTE + 20).map(|number| format!("{number:030}")).collect();
    for id in &ids {
        let event = OrderChanged { mt_order_id: Some(id.clone()), ..OrderChanged::default() };
        receive(&service, &mut store, Event::OrderChanged(event));
    }
    let mut made = 0;
    for id in &ids {
        let mut driver = Driver::new(service.settle(id, NOW));
        match driver.run(&service, &mut store, NOW) {
            Then::Call(_) => made += 1,
            // It is due when there is a place, and not before.
            Then::Done(Done::Settled(due)) => assert_eq!((*due, store.due(id)), (Some(after(60_000)), Some(after(60_000)))),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((made, store.places()), (MAX_CALLS_A_MINUTE, MAX_CALLS_A_MINUTE));
    let mut driver = Driver::new(service.call(&ids[0], CallSent::new(Call::QueryRealTimeOrder), NOW));
    assert!(matches!(driver.run(&service, &mut store, NOW), Then::Done(Done::Limited(at)) if *at == after(60_000)));
}

#[test]
fn an_order_that_ends_while_the_limits_have_no_place_is_due_no_more() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut full = RideCalls::default();
    (0..MAX_CALLS_A_MINUTE).for_each(|_| full.record(Call::QueryRealTimeOrder, NOW));
    let mut driver = Driver::new(service.settle(ID, NOW));
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::LoadCalls));
    driver.step = service.advance(&mut driver.job, Input::CallsLoaded(Some(full)), NOW);
    let mut other = Driver::new(service.record(ID, queried(RideStatus::SYSTEM_CANCELED, 0, after(1)), after(1)));
    other.run(&service, &mut store, after(1));
    driver.run(&service, &mut store, after(2));
    assert_eq!((driver.settled(), store.due(ID)), (None, None));
}

fn submitted(code: ResultCode, mt_order_id: Option<&str>) -> Event {
    let mt_order_id = mt_order_id.map(Into::into);
    Event::Answered(CallAnswered { mt_order_id, ..CallAnswered::new(Call::SubmitOrder, code) })
}

#[test]
fn an_order_is_submitted_under_our_number_and_kept_under_meituans() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    assert_eq!((driver.call().call, store.orders.len()), (Call::SubmitOrder, 1));
    // A push is faster than the reply.
    receive(&service, &mut store, changed(RideEvent::ORDER_PUSHED, after(5)));
    driver.answer(&service, &mut store, Input::Replied(submitted(ResultCode::SUCCESS, Some(ID))), after(10));
    assert_eq!((&*driver.recorded().key, driver.recorded().standing.status), (ID, RideStatus::PUSHED));
    assert_eq!(store.order().channel_partner_order_id.as_deref(), Some(OURS));
    assert_eq!((store.orders[OURS].0.mt_order_id.as_deref(), store.due(OURS)), (Some(ID), None));
    // Submitted again, it is the same ride.
    let mut again = Driver::new(service.call(OURS, CallSent::submit(OURS), after(20)));
    again.run(&service, &mut store, after(20));
    assert_eq!((again.recorded().reason, &*again.recorded().key), (Some(RideReason::Done), ID));
}

#[test]
fn a_submit_without_a_reply_is_asked_after_and_taken_over_with_what_was_pushed_about_our_number() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    let failed = Event::Failed(CallFailed::new(Call::SubmitOrder, None));
    driver.answer(&service, &mut store, Input::Replied(failed), after(10));
    let ours = Event::OrderChanged(OrderChanged {
        channel_partner_order_id: Some(OURS.into()),
        event_code: Some(RideEvent::ORDER_CONFIRMED),
        event_time: Some(after(2_000)),
        ..OrderChanged::default()
    });
    receive(&service, &mut store, ours);
    let due = store.due(OURS).unwrap();
    let mut driver = Driver::new(service.settle(OURS, due));
    driver.run(&service, &mut store, due);
    assert_eq!((driver.call().mt_order_id.as_deref(), driver.call().channel_partner_order_id.as_deref()), (None, Some(OURS)));
    driver.answer(&service, &mut store, Input::Replied(queried(RideStatus::PUSHED, 0, after(1_000))), Timestamp(due.0 + 10));
    assert_eq!((store.order().status(), store.due(OURS)), (RideStatus::CONFIRMED, None));
    assert!(store.due(ID).is_some());
}

#[test]
fn a_submit_that_meituan_does_not_know_of_is_asked_after_for_an_hour() {
    let (service, mut store) = (service(), Store::default());
    let mut driver = Driver::new(service.call(OURS, CallSent::submit(OURS), NOW));
    driver.run(&service, &mut store, NOW);
    driver.answer(&service, &mut store, Input::Replied(Event::Failed(CallFailed::new(Call::SubmitOrder, None))), NOW);
    let mut queries = 0;
    let mut last = NOW;
    while let Some(due) = store.due(OURS) {
        assert!(due.0 > last.0, "{due:?}");
        let mut driver = Driver::new(service.settle(OURS, due));
        driver.run(&service, &mut store, due);
        let unknown = CallAnswered::new(Call::QueryRealTimeOrder, ResultCode::DATA_NOT_EXIST);
        driver.answer(&service, &mut store, Input::Replied(Event::Answered(unknown)), due);
        (queries, last) = (queries + 1, due);
    }
    assert!((5..20).contains(&queries) && last <= after(3_600_000), "{queries} {last:?}");
}

#[test]
fn a_reply_is_recorded_although_the_store_fails_once() {
    let (service, mut store) = (service(), Store::with([changed(RideEvent::BILL_CHANGED, NOW)]));
    let mut driver = settle(&service, &mut store, NOW);
    driver.step = service.advance(&mut driver.job, Input::Replied(queried(RideStatus::DRIVING, 0, NOW)), NOW);
    driver.step = service.advance(&mut driver.job, Input::StoreFailed, NOW);
    assert!(matches!(driver.step.then, Then::Pause(_)));
    driver.run(&service, &mut store, NOW);
    assert_eq!(store.order().status(), RideStatus::DRIVING);
    // A claim that cannot be saved is not made.
    let mut store = Store::with([changed(RideEvent::BILL_CHANGED, NOW)]);
    let mut driver = Driver::new(service.settle(ID, NOW));
    driver.run_until(&service, &mut store, NOW, |step| matches!(step.then, Then::Call(_)));
    let step = service.advance(&mut driver.job, Input::StoreFailed, NOW);
    assert!(matches!(step.then, Then::Done(Done::Failed(NotStored::Failed))));
}

#[test]
fn an_unknown_order_has_nothing_due() {
    let mut store = Store::default();
    assert_eq!(settle(&service(), &mut store, NOW).settled(), None);
    assert!(store.orders.is_empty());
}

#[test]
fn what_a_clock_has_written_that_is_far_ahead_holds_no_order_back() {
    let (service, mut store) = (service(), owing());
    let ahead = after(10 * 86_400_000);
    settle(&service, &mut store, ahead).payment();
    // That process is gone. The claim counts as made now, and runs out.
    assert_eq!(settle(&service, &mut store, NOW).settled(), Some(after(100_000)));
    assert_eq!(store.due(ID), Some(after(100_000)));
    settle(&service, &mut store, after(100_000)).payment();
    // So does a query.
    let mut store = Store::with([changed(RideEvent::BILL_CHANGED, NOW)]);
    assert_eq!(settle(&service, &mut store, ahead).call().call, Call::QueryRealTimeOrder);
    store.calls = None;
    let mut due = settle(&service, &mut store, NOW).settled().unwrap();
    assert_eq!(due, after(90_000), "then nobody waits for its reply any more");
    due = settle(&service, &mut store, due).settled().unwrap();
    assert_eq!(settle(&service, &mut store, due).call().call, Call::QueryRealTimeOrder);
    assert!(due <= after(180_000), "{due:?}");
}
