//! Meituan's side of the orders, the passenger, and the wallet that pays. What it truly has is what is judged by.

use super::driver::{Address, For};
use super::{Breakage, Fault, Happening, OrderPlan, World};
use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::{CancelReason, CancelStep, RefundStatus, ResultCode, RideEvent, RideStatus};
use meituan_protocol::ride::order::{
    Call, CallAnswered, CallSent, Event, KnownDetail, KnownDriver, KnownPrices, PaymentProposed, ProposalState, RideOrder,
    event_from_json, order_from_json,
};
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::ride::service::{CallTask, Input, Payment};
use meituan_protocol::time::Timestamp;

/// What Meituan truly has.
#[derive(Debug)]
pub(super) struct Ride {
    pub(super) plan: OrderPlan,
    /// 0 as long as it is not ordered.
    pub(super) status: RideStatus,
    updated: i64,
    driver: Option<String>,
    owed: i64,
    /// Every amount that was owed at some time.
    pub(super) ever_owed: Vec<i64>,
    pub(super) paid: Option<i64>,
    pub(super) refunded: i64,
    /// What the wallet has paid for it: the key and the amount.
    pub(super) charged: Vec<(String, i64)>,
}

#[derive(Debug)]
pub(super) struct Push {
    /// The event, as JSON.
    json: Vec<u8>,
    /// No other message reports this.
    is_only: bool,
    pub(super) is_taken: bool,
}

/// A call of ours.
#[derive(Debug)]
pub(super) struct Exchange {
    by: Address,
    epoch: u32,
    key: String,
    pub(super) task: CallTask,
    reply: Option<Vec<u8>>,
}

/// A run of the function that pays.
#[derive(Debug)]
pub(super) struct Run {
    by: Address,
    epoch: u32,
    /// Where the order is kept.
    order: String,
    key: String,
    price: i64,
    begun: i64,
    has_ended: bool,
    breaks_off: bool,
    state: ProposalState,
}

impl Ride {
    pub(super) fn new(plan: OrderPlan) -> Self {
        let (status, driver, charged, ever_owed) = (RideStatus(0), None, Vec::new(), Vec::new());
        Ride { plan, status, updated: 0, driver, owed: 0, ever_owed, paid: None, refunded: 0, charged }
    }

    pub(super) fn waits(&self) -> bool {
        [7, 201, 211].contains(&self.status.0) && self.paid.is_none()
    }

    fn owes(&mut self, price: i64) {
        self.owed = price;
        self.ever_owed.push(price);
    }

    fn detail(&self, number: usize) -> KnownDetail {
        let fee = [201, 203, 211].contains(&self.status.0).then_some(Fen(self.owed));
        let balance = (self.owed > 0).then_some(Fen(self.owed));
        KnownDetail {
            order_status: self.status,
            update_time: Some(Timestamp(self.updated)),
            asked_at: None,
            mt_order_id: Some(meituans(number)),
            channel_partner_order_id: Some(ours(number)),
            user_price_info: balance.map(|_| KnownPrices { user_payable_balance_price: balance, cancel_fee: fee }),
            driver_info: self.driver.clone().map(|driver| KnownDriver { driver_id: Some(driver) }),
        }
    }
}

pub(super) fn meituans(ride: usize) -> String {
    format!("M{ride}")
}

pub(super) fn ours(ride: usize) -> String {
    format!("P{ride}")
}

pub(super) fn number(key: &str) -> usize {
    key[1..].parse().unwrap_or_default()
}

/// An event, as drivers hand it over.
fn json_of(event: &Event) -> Vec<u8> {
    event.to_json().into_bytes()
}

impl World<'_> {
    // What happens to an order.

    fn moves(&mut self, number: usize, event_code: RideEvent, status: RideStatus) {
        let is_bare = self.strikes(Fault::PushBare);
        let ride = &mut self.rides[number];
        ride.updated = self.now.max(ride.updated + 1);
        ride.status = status;
        let (event_code, event_time) = (Some(event_code), Some(Timestamp(ride.updated)).filter(|_| !is_bare));
        let changed = OrderChanged { mt_order_id: Some(meituans(number)), event_code, event_time, ..OrderChanged::default() };
        self.log(format_args!("meituan {number} is in {status:?}"));
        self.push(Event::OrderChanged(changed), false);
        let pace = self.rides[number].plan.pace;
        let pause = if status == RideStatus::PUSHED { 300_000 } else { self.between(pace / 2, pace + 1) };
        self.after(pause, Happening::Life(number, status));
    }

    pub(super) fn goes_on(&mut self, number: usize, from: RideStatus) {
        let ride = &mut self.rides[number];
        if ride.status != from {
            return;
        }
        match from {
            RideStatus::SUBMITTED => {
                self.moves(number, RideEvent::ORDER_PUSHED, RideStatus::PUSHED);
                for driver in 0..2 {
                    let submit_drive_info = OfferedDriver { driver_id: format!("D{number}-{driver}"), ..OfferedDriver::default() };
                    let offer = CapacityOffered { mt_order_id: meituans(number), submit_drive_info, ..CapacityOffered::default() };
                    self.push(Event::CapacityOffered(offer), false);
                }
            }
            RideStatus::PUSHED => self.moves(number, RideEvent::ORDER_CANCELED, RideStatus::SYSTEM_CANCELED),
            RideStatus::CONFIRMED if ride.plan.driver_cancels => match ride.plan.fee {
                0 => self.moves(number, RideEvent::ORDER_CANCELED, RideStatus::DRIVER_CANCELED),
                fee => {
                    ride.owes(fee);
                    self.moves(number, RideEvent::ORDER_CANCELED_WITH_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY);
                }
            },
            RideStatus::CONFIRMED => self.moves(number, RideEvent::DRIVER_ARRIVED, RideStatus::DRIVER_ARRIVED),
            RideStatus::DRIVER_ARRIVED => self.moves(number, RideEvent::TRIP_STARTED, RideStatus::DRIVING),
            RideStatus::DRIVING => self.moves(number, RideEvent::TRIP_DELIVERED, RideStatus::DELIVERED),
            RideStatus::DELIVERED => {
                ride.owes(ride.plan.price);
                let change = ride.plan.change;
                self.moves(number, RideEvent::BILL_GENERATED, RideStatus::WAIT_PAY);
                if let Some((after, _)) = change {
                    self.after(after, Happening::BillChanges(number));
                }
            }
            RideStatus::COMPLETED => {
                for (place, amount) in ride.plan.refunds.clone().into_iter().enumerate() {
                    self.rides[number].refunded += amount;
                    let refund = Refunded {
                        mt_order_id: meituans(number),
                        sqt_refund_no: format!("R{number}-{place}"),
                        refund_time: Some(Timestamp(self.now)),
                        refund_amount: Some(Fen(amount)),
                        refund_status: RefundStatus::SUCCESS,
                        ..Refunded::default()
                    };
                    self.push(Event::Refunded(refund), true);
                }
            }
            _ => {}
        }
    }

    pub(super) fn bill_changes(&mut self, number: usize) {
        let ride = &mut self.rides[number];
        if let (RideStatus::WAIT_PAY, Some((_, price))) = (ride.status, ride.plan.change) {
            ride.owes(price);
            self.moves(number, RideEvent::BILL_CHANGED, RideStatus::WAIT_PAY);
        }
    }

    // Pushes.

    fn push(&mut self, event: Event, is_only: bool) {
        let json = json_of(&event);
        self.pushes.push(Push { json, is_only, is_taken: false });
        self.after(0, Happening::PushIsSent(self.pushes.len() - 1));
    }

    pub(super) fn send_push(&mut self, push: usize) {
        if self.pushes[push].is_taken {
            return;
        }
        if !self.strikes(Fault::PushLost) {
            for _ in 0..1 + u32::from(self.strikes(Fault::PushDoubled)) {
                let most = if self.strikes(Fault::PushLate) { 120_000 } else { 200 };
                let (late, process) = (self.between(1, most), self.between(0, 2) as usize);
                self.after(late, Happening::PushArrives(push, process));
            }
        } else if !self.pushes[push].is_only && self.between(0, 2) == 0 {
            return;
        }
        let again = self.between(10_000, 60_000);
        self.after(again, Happening::PushIsSent(push));
    }

    pub(super) fn receive(&mut self, push: usize, process: usize) {
        if !self.processes[process].is_up {
            return;
        }
        if self.is_broken(Breakage::AnswersBeforeSave) {
            self.pushes[push].is_taken = true;
        }
        let event = match event_from_json(&self.pushes[push].json, &mut Packed::default()) {
            Ok(event) => event,
            Err(error) => return self.fails(format!("a push cannot be read: {error}")),
        };
        match self.service.receive(event, self.times(process)) {
            Some(begun) => self.start(process, For::Push(push), begun),
            None => self.fails("a push is of no order"),
        }
    }

    // The passenger.

    pub(super) fn stored(&self, key: &str) -> Option<RideOrder> {
        order_from_json(&self.store.get(key)?.json, &mut Packed::default()).ok()?
    }

    pub(super) fn submit(&mut self, number: usize, tries: u32) {
        let process = self.between(0, 2) as usize;
        let is_known = self.stored(&ours(number)).is_some_and(|order| order.mt_order_id.is_some());
        if is_known || tries > 20 {
            return;
        }
        if self.processes[process].is_up {
            self.call(process, &ours(number), CallSent::submit(&ours(number)));
        }
        if tries == 0
            && let Some(cancels) = self.rides[number].plan.cancels
        {
            self.after(cancels, Happening::Cancel(number, 0));
        }
        self.after(60_000, Happening::Submit(number, tries + 1));
    }

    pub(super) fn cancel(&mut self, number: usize, tries: u32) {
        let process = self.between(0, 2) as usize;
        let step = self.stored(&meituans(number)).and_then(|order| order.may_cancel());
        if let Some(step) = step.filter(|_| self.processes[process].is_up) {
            let cancel_code = (step == CancelStep::CONFIRM).then_some(CancelReason::PLANS_CHANGED);
            self.call(process, &meituans(number), CallSent { cancel_code, ..CallSent::cancel(step) });
        }
        if tries < 8 {
            let pause = self.between(1_000, 15_000);
            self.after(pause, Happening::Cancel(number, tries + 1));
        }
    }

    // Calls of ours.

    pub(super) fn send_call(&mut self, by: Address, key: String, task: CallTask) -> usize {
        self.judge_call(&task, &key);
        self.log(format_args!("{}       calls {:?} about {key} {:?}", by.process, task.call, task.price));
        let (number, epoch) = (self.exchanges.len(), self.processes[by.process].epoch);
        self.exchanges.push(Exchange { by, epoch, key, task, reply: None });
        let delay = self.between(5, 400);
        if !self.strikes(Fault::CallLost) {
            self.after(delay, Happening::CallArrives(number));
        }
        number
    }

    pub(super) fn call_arrives(&mut self, call: usize) {
        let errs = self.strikes(Fault::SystemError);
        let acts = !errs || self.between(0, 2) == 0;
        let task = &self.exchanges[call].task;
        let answer = CallAnswered { call: task.call, step: task.step, ..CallAnswered::default() };
        let error = Event::Answered(CallAnswered { code: ResultCode::SYSTEM_ERROR, ..answer.clone() });
        let event = if acts { self.act(call, answer) } else { error.clone() };
        let event = if errs { error } else { event };
        self.exchanges[call].reply = Some(json_of(&event));
        let late = if self.strikes(Fault::ReplyLate) { 40_000 } else { 400 };
        let delay = self.between(5, late);
        if !self.strikes(Fault::ReplyLost) {
            self.after(delay, Happening::ReplyArrives(call));
        }
    }

    fn act(&mut self, call: usize, answer: CallAnswered) -> Event {
        let Exchange { task, .. } = &self.exchanges[call];
        let id = task.mt_order_id.as_ref().or(task.channel_partner_order_id.as_ref());
        let number = id.map_or(0, |id| number(id));
        let (kind, step, price, driver) = (task.call, task.step, task.price, task.driver_id.clone());
        let ride = &mut self.rides[number];
        let answered = |code| Event::Answered(CallAnswered { code, ..answer.clone() });
        if ride.status.0 == 0 && kind != Call::SubmitOrder {
            return answered(ResultCode::DATA_NOT_EXIST);
        }
        match kind {
            Call::QueryRealTimeOrder => Event::Queried(ride.detail(number)),
            Call::SubmitOrder if ride.status.0 > 0 => answered(ResultCode::REPEAT_SUBMIT_ORDER_ERROR),
            Call::SubmitOrder => {
                self.moves(number, RideEvent::ORDER_CREATED, RideStatus::SUBMITTED);
                Event::Answered(CallAnswered::submitted(&meituans(number)))
            }
            Call::ConfirmOrder if ride.status == RideStatus::PUSHED => {
                ride.driver = driver;
                self.moves(number, RideEvent::ORDER_CONFIRMED, RideStatus::CONFIRMED);
                answered(ResultCode::SUCCESS)
            }
            Call::ConfirmOrder => answered(ResultCode::PARAM_ERROR),
            Call::CancelOrder if ride.status > RideStatus::DRIVER_ARRIVED => match ride.status.0 {
                200.. => answered(ResultCode::CANCELED_ORDER_NOT_CANCEL_AGAIN),
                _ => answered(ResultCode::PARAM_ERROR),
            },
            Call::CancelOrder => {
                let fee = if ride.driver.is_some() { ride.plan.fee } else { 0 };
                if step == Some(CancelStep::CONFIRM) && fee > 0 {
                    ride.owes(fee);
                    self.moves(number, RideEvent::ORDER_CANCELED_WITH_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY);
                } else if step == Some(CancelStep::CONFIRM) {
                    self.moves(number, RideEvent::ORDER_CANCELED, RideStatus::PASSENGER_CANCELED);
                }
                Event::Answered(CallAnswered::cancel(step.unwrap_or_default(), ResultCode::SUCCESS, Some(Fen(fee))))
            }
            Call::NotifyPaidResult if !ride.waits() => answered(ResultCode::NOT_WAIT_PAY_ORDER_NOT_PAY),
            Call::NotifyPaidResult if price != Some(Fen(ride.owed)) => answered(ResultCode::ILLEGAL_PRICE),
            Call::NotifyPaidResult => {
                ride.paid = Some(ride.owed);
                let status = match ride.status {
                    RideStatus::WAIT_PAY => RideStatus::COMPLETED,
                    RideStatus::PASSENGER_CANCELED_WAIT_PAY => RideStatus::PASSENGER_CANCELED_PAID,
                    other => other,
                };
                self.moves(number, RideEvent::ORDER_PAID, status);
                answered(ResultCode::SUCCESS)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn reply_arrives(&mut self, call: usize) {
        let Exchange { by, epoch, key, reply, .. } = &self.exchanges[call];
        let (by, epoch, key) = (*by, *epoch, key.clone());
        let event = match event_from_json(reply.as_deref().unwrap_or_default(), &mut Packed::default()) {
            Ok(event) => event,
            Err(error) => return self.fails(format!("a reply cannot be read: {error}")),
        };
        if self.is_awaited(by) {
            self.input(by, Input::Replied(event));
        } else if self.processes[by.process].is_up && self.processes[by.process].epoch == epoch {
            self.record(by.process, &key, event);
        }
    }

    // The wallet pays once for each key.

    pub(super) fn begin_run(&mut self, by: Address, order: String, payment: Payment) {
        let (number, epoch) = (self.runs.len(), self.processes[by.process].epoch);
        let key = if self.is_broken(Breakage::KeyOfEachRun) { format!("{}#{number}", payment.key) } else { payment.key };
        self.log(format_args!("{}       runs {key}", by.process));
        self.judge_run(by.process, &key);
        let (price, begun, state) = (payment.price.0, self.now, ProposalState::Unknown);
        self.runs.push(Run { by, epoch, order, key, price, begun, has_ended: false, breaks_off: false, state });
        let most = if self.strikes(Fault::WalletSlow) { 60_000 } else { 500 };
        let (there, back) = (self.between(5, most), self.between(5, most));
        if !self.strikes(Fault::WalletLost) {
            self.after(there, Happening::WalletActs(number));
        }
        self.after(there + back, Happening::RunEnds(number));
    }

    pub(super) fn wallet_acts(&mut self, number: usize) {
        let (is_declined, breaks_off) = (self.strikes(Fault::Declined), self.strikes(Fault::WalletBreaksOff));
        let Run { key, price, order, .. } = &self.runs[number];
        let (key, price, ride) = (key.clone(), *price, self::number(order));
        let is_charged = self.rides[ride].charged.iter().any(|(known, _)| *known == key);
        // What it has declined it does not pay for an earlier run any more.
        let is_void = self.runs[number + 1..].iter().any(|run| run.key == key && run.state == ProposalState::Declined);
        let is_declined = !is_charged && (is_declined || is_void);
        if !is_charged && !is_declined {
            self.log(format_args!("wallet  pays {key}"));
            self.judge_charge(ride, price);
            self.rides[ride].charged.push((key, price));
            self.counts.payments += 1;
        }
        let run = &mut self.runs[number];
        run.state = if is_declined { ProposalState::Declined } else { ProposalState::Paid };
        run.breaks_off = breaks_off;
    }

    pub(super) fn run_ends(&mut self, number: usize) {
        let Run { by, epoch, order, price, state, breaks_off, has_ended, .. } = &mut self.runs[number];
        *has_ended = true;
        let (by, epoch, order, price) = (*by, *epoch, order.clone(), Fen(*price));
        let state = if *breaks_off { ProposalState::Unknown } else { *state };
        if self.is_awaited(by) {
            self.input(by, Input::Paid(state));
        } else if self.processes[by.process].is_up && self.processes[by.process].epoch == epoch {
            self.record(by.process, &order, Event::Proposed(PaymentProposed { price, state }));
        }
    }

    /// Whether a run goes on for which the process still waits.
    pub(super) fn is_under_way(&self, run: &Run, key: &str) -> bool {
        let process = &self.processes[run.by.process];
        let is_alive = process.is_up && process.epoch == run.epoch;
        run.key == key && !run.has_ended && is_alive && self.now < run.begun + 30_000
    }
}
