//! Drivers of jobs, and the store that they share.

use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{Call, CallAnswered, Event, KnownDetail, KnownPrices, RideCalls, RideOrder};
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged};
use meituan_protocol::ride::service::{CallTask, Done, Input, Job, Payment, Recorded, Save, Service, Step, Then};
use meituan_protocol::time::Timestamp;
use std::collections::BTreeMap;

pub(crate) const NOW: Timestamp = Timestamp(1_629_858_000_000);
pub(crate) const ID: &str = "143009655634578641215429100000";
pub(crate) const OURS: &str = "314253f8-912b-4c7e-9f25-bcd5ae4be8cc";

pub(crate) fn after(milliseconds: i64) -> Timestamp {
    Timestamp(NOW.0 + milliseconds)
}

pub(crate) fn service() -> Service {
    Service { can_pay: true, can_choose: true, ..Service::default() }
}

pub(crate) fn changed(event_code: RideEvent, event_time: Timestamp) -> Event {
    let (event_code, event_time) = (Some(event_code), Some(event_time));
    Event::OrderChanged(OrderChanged { mt_order_id: Some(ID.into()), event_code, event_time, ..OrderChanged::default() })
}

pub(crate) fn offered(driver_id: &str) -> Event {
    let submit_drive_info = OfferedDriver { driver_id: driver_id.into(), ..OfferedDriver::default() };
    Event::CapacityOffered(CapacityOffered { mt_order_id: ID.into(), submit_drive_info, ..CapacityOffered::default() })
}

pub(crate) fn queried(order_status: RideStatus, owed: i64, at: Timestamp) -> Event {
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
pub(crate) struct Store {
    pub(crate) orders: BTreeMap<String, (RideOrder, u32, Option<Timestamp>)>,
    pub(crate) calls: Option<RideCalls>,
    pub(crate) calls_revision: u32,
}

/// A driver of one job, which stops at what it cannot do by itself.
pub(crate) struct Driver {
    pub(crate) job: Job,
    pub(crate) step: Step,
    pub(crate) key: String,
    pub(crate) revision: u32,
}

impl Driver {
    pub(crate) fn new((job, step): (Job, Step)) -> Self {
        Driver { job, step, key: String::new(), revision: 0 }
    }

    /// Loads and saves until something else is to be done, or `stops` says so.
    pub(crate) fn run_until(&mut self, service: &Service, store: &mut Store, now: Timestamp, stops: impl Fn(&Step) -> bool) {
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

    pub(crate) fn run(&mut self, service: &Service, store: &mut Store, now: Timestamp) -> &Then {
        self.run_until(service, store, now, |_| false);
        &self.step.then
    }

    /// Whether it was saved: nobody was first.
    pub(crate) fn save(&mut self, store: &mut Store) -> bool {
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

    pub(crate) fn answer(&mut self, service: &Service, store: &mut Store, input: Input, now: Timestamp) -> &Then {
        self.step = service.advance(&mut self.job, input, now);
        self.run(service, store, now)
    }

    pub(crate) fn call(&self) -> &CallTask {
        let Then::Call(task) = &self.step.then else { panic!("{:?}", self.step) };
        task
    }

    pub(crate) fn payment(&self) -> &Payment {
        let Then::Pay(payment) = &self.step.then else { panic!("{:?}", self.step) };
        payment
    }

    pub(crate) fn settled(&self) -> Option<Timestamp> {
        let Then::Done(Done::Settled(due)) = self.step.then else { panic!("{:?}", self.step) };
        due
    }

    pub(crate) fn recorded(&self) -> &Recorded {
        let Then::Done(Done::Recorded(recorded)) = &self.step.then else { panic!("{:?}", self.step) };
        recorded
    }
}

impl Store {
    /// With an order that was told these events.
    pub(crate) fn with(events: impl IntoIterator<Item = Event>) -> Self {
        let order = events.into_iter().fold(RideOrder::default(), |order, event| order.apply(&event, NOW).order);
        Store { orders: BTreeMap::from([(ID.into(), (order, 1, None))]), ..Store::default() }
    }

    pub(crate) fn order(&self) -> &RideOrder {
        &self.orders[ID].0
    }

    pub(crate) fn due(&self, key: &str) -> Option<Timestamp> {
        self.orders[key].2
    }

    pub(crate) fn places(&self) -> usize {
        self.calls.iter().flat_map(|calls| &calls.calls).map(|recent| recent.times.len()).sum()
    }
}

/// The ways in which a store fails though it has saved: it comes second to itself, fails, or is late.
pub(crate) fn misled() -> [Input; 3] {
    [Input::Conflict, Input::StoreFailed, Input::StoreLate]
}

pub(crate) fn settle(service: &Service, store: &mut Store, now: Timestamp) -> Driver {
    let mut driver = Driver::new(service.settle(ID, now));
    driver.run(service, store, now);
    driver
}

pub(crate) fn receive(service: &Service, store: &mut Store, push: Event) -> Driver {
    let mut driver = Driver::new(service.receive(push, NOW).unwrap());
    driver.run(service, store, NOW);
    driver
}

pub(crate) fn owing() -> Store {
    Store::with([changed(RideEvent::BILL_GENERATED, NOW), queried(RideStatus::WAIT_PAY, 900, NOW)])
}

pub(crate) fn submitted(code: ResultCode, mt_order_id: Option<&str>) -> Event {
    let mt_order_id = mt_order_id.map(Into::into);
    Event::Answered(CallAnswered { mt_order_id, ..CallAnswered::new(Call::SubmitOrder, code) })
}
