//! How often Meituan is called: never more than it allows over all orders, the more rarely the less there is to hear.

use meituan_protocol::ErrorCode;
use meituan_protocol::message::Packed;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged};
use meituan_protocol::time::Timestamp;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const START: i64 = 1_629_857_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const QUERY: Call = Call::QueryRealTimeOrder;

/// Xorshift: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as i64 % limit
    }
}

fn number(order: usize) -> String {
    format!("1430351441981079639154{order:08}")
}

fn told(order: &mut RideOrder, event: &Event, now: i64) -> RideTransitionKind {
    let transition = order.apply(event, Timestamp(now));
    *order = transition.order;
    transition.kind
}

fn untimed(order: usize) -> Event {
    let (mt_order_id, event_code) = (Some(number(order)), Some(RideEvent::BILL_CHANGED));
    Event::OrderChanged(OrderChanged { mt_order_id, event_code, ..OrderChanged::default() })
}

fn offer(order: usize, driver: i64) -> Event {
    Event::CapacityOffered(CapacityOffered {
        mt_order_id: number(order),
        submit_drive_info: OfferedDriver { driver_id: driver.to_string(), ..OfferedDriver::default() },
        ..CapacityOffered::default()
    })
}

/// What Meituan replies to a query: the orders stay in the states that are asked for most.
fn reply(order: usize, random: &mut Random) -> Event {
    let (order_status, payable) = match order % 4 {
        0 => (RideStatus::DRIVING, 0),
        1 => (RideStatus::PUSHED, 0),
        // Another amount now and then: it is owed again.
        2 => (RideStatus::WAIT_PAY, 1 + random.below(8)),
        _ => (RideStatus::DRIVER_CANCELED_WAIT_PAY, 500),
    };
    Event::Queried(KnownDetail {
        order_status,
        update_time: Some(Timestamp(START)),
        mt_order_id: Some(number(order)),
        user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(payable)), cancel_fee: None }),
        ..KnownDetail::default()
    })
}

/// One process's orders, each asked what to do next and obeyed, while Meituan pushes what asks for queries.
struct Process {
    orders: Vec<RideOrder>,
    calls: RideCalls,
    random: Random,
    /// Every call, by interface.
    log: Vec<(Call, i64)>,
    /// When each order was last heard of, or queried, unless nothing is left to do; and the longest time without either.
    last: Vec<Option<i64>>,
    longest_silence: i64,
}

impl Process {
    fn new(count: usize, processes: i32, seed: u64) -> Self {
        let submitted = |order| {
            let mut new = RideOrder::default();
            told(&mut new, &Event::Answered(CallAnswered::submitted(&number(order))), START);
            new
        };
        let shared = (processes > 1).then_some(processes);
        Process {
            orders: (0..count).map(submitted).collect(),
            calls: RideCalls { open_orders: Some(count as u32), processes: shared, ..RideCalls::default() },
            random: Random(seed),
            log: Vec::new(),
            last: vec![Some(START); count],
            longest_silence: 0,
        }
    }

    /// `news` is how long an order waits for the next push on the average.
    fn run(&mut self, until: i64, news: i64) {
        let mut due = BinaryHeap::new();
        let mut pushes = BinaryHeap::new();
        // When each order is due, and nothing where it is not: an entry for another time is an old one.
        let mut due_at = vec![Some(START); self.orders.len()];
        for order in 0..self.orders.len() {
            due.push(Reverse((START, order)));
            pushes.push(Reverse((START + self.random.below(2 * news), order)));
        }
        loop {
            let (push, call) = (pushes.peek().unwrap().0, due.peek().map(|next: &Reverse<(i64, usize)>| next.0));
            if push.0.min(call.map_or(i64::MAX, |call| call.0)) >= until {
                return;
            }
            if call.is_none_or(|call| push.0 <= call.0) {
                pushes.pop();
                let (now, order) = push;
                let driver = self.random.below(1_000_000);
                let event = if self.random.below(3) == 0 { offer(order, driver) } else { untimed(order) };
                told(&mut self.orders[order], &event, now);
                self.note(order, now);
                pushes.push(Reverse((now + 1 + self.random.below(2 * news), order)));
                due.push(Reverse((now, order)));
                due_at[order] = Some(now);
                continue;
            }
            let Reverse((now, order)) = due.pop().unwrap();
            if due_at[order] != Some(now) {
                continue;
            }
            let next = self.orders[order].next_action(Timestamp(now), &self.calls);
            due_at[order] = next.as_ref().map(|next| next.at.0);
            if next.is_none() {
                self.last[order] = None;
            }
            if let Some(next) = next.filter(|next| next.at.0 <= now) {
                self.make(order, &next, now);
            }
            due.extend(due_at[order].map(|at| Reverse((at, order))));
        }
    }

    fn note(&mut self, order: usize, now: i64) {
        let silence = self.last[order].map_or(0, |last| now - last);
        self.longest_silence = self.longest_silence.max(silence);
        self.last[order] = Some(now);
    }

    /// Makes the call, which fails now and then.
    fn make(&mut self, order: usize, next: &RideNextAction, now: i64) {
        let driver_id = next.driver_ids.as_ref().map(|drivers| drivers[0].clone());
        let sent = CallSent { price: next.price, driver_id, step: next.step, ..CallSent::new(next.call) };
        assert_ne!(
            told(&mut self.orders[order], &Event::Sent(sent), now),
            RideTransitionKind::Illegal,
            "what is proposed is legal: {next:?}"
        );
        self.calls.record(next.call, Timestamp(now));
        self.log.push((next.call, now));
        if next.call == QUERY {
            self.note(order, now);
        }
        let outcome = match self.random.below(5) {
            0 => Event::Failed(CallFailed::new(next.call, next.step)),
            _ if next.call == QUERY => reply(order, &mut self.random),
            1 => Event::Answered(CallAnswered::new(next.call, ResultCode::SYSTEM_ERROR)),
            _ => Event::Answered(CallAnswered::new(next.call, ResultCode::SUCCESS)),
        };
        told(&mut self.orders[order], &outcome, now);
    }
}

/// The most calls of one interface within any time of this length.
fn most_within(times: &[i64], length: i64) -> usize {
    let mut first = 0;
    let counts = times.iter().enumerate().map(|(last, &time)| {
        while times[first] <= time - length {
            first += 1;
        }
        last + 1 - first
    });
    counts.max().unwrap_or_default()
}

fn check(count: usize, processes: i32, news: i64) -> usize {
    let (until, mut log) = (START + 25 * HOUR, Vec::new());
    for process in 0..processes {
        let mut process = Process::new(count, processes, 7 + process as u64);
        process.run(until, news);
        (0..count).for_each(|order| process.note(order, until));
        let minutes = process.longest_silence / MINUTE;
        // Two turns of 0.9 s for each order, or ten minutes; and as long again where others are asked for.
        let turns = count as i64 * i64::from(processes) * 1_800 / MINUTE;
        println!("the longest silence: {minutes} minutes, {turns} for two turns");
        assert!(minutes <= 20 + 2 * turns, "no order is forgotten");
        log.append(&mut process.log);
    }
    let mut queries = 0;
    for &call in Call::ALL {
        let mut times: Vec<i64> = log.iter().filter(|logged| logged.0 == call).map(|logged| logged.1).collect();
        times.sort_unstable();
        let (minute, day) = (most_within(&times, MINUTE), most_within(&times, 24 * HOUR));
        println!("{processes} × {count} orders: {call:?} {} calls, {minute} a minute, {day} a day", times.len());
        assert!(minute <= MAX_CALLS_A_MINUTE && day <= MAX_CALLS_A_DAY, "{call:?}");
        if call == QUERY {
            queries = day;
        }
    }
    queries
}

#[test]
fn one_order_stays_within_the_limits() {
    assert!(check(1, 1, 10 * MINUTE) > 100);
}

#[test]
fn fifty_orders_stay_within_the_limits() {
    assert!(check(50, 1, MINUTE) > 50_000);
}

#[test]
fn a_thousand_orders_stay_within_the_limits() {
    // More is heard than may be asked: what may be asked is used.
    assert!(check(1_000, 1, 10 * MINUTE) > 90_000);
}

#[test]
fn twenty_thousand_orders_stay_within_the_limits() {
    assert!(check(20_000, 1, 24 * HOUR) > 50_000);
}

#[test]
fn processes_that_share_an_account_stay_within_its_limits_together() {
    assert!(check(500, 2, 20 * MINUTE) > 60_000);
    check(20, 7, 5 * MINUTE);
}

/// When an order that hears nothing is queried within a day, in minutes.
fn silent_queries(reply: impl Fn(i64) -> Option<Event>, calls: &RideCalls) -> Vec<i64> {
    let mut order = RideOrder::default();
    told(&mut order, &Event::Answered(CallAnswered::submitted(&number(0))), START);
    let (mut now, mut times) = (START, Vec::new());
    while let Some(next) = order.next_action(Timestamp(now), calls).filter(|next| next.at.0 < START + 24 * HOUR) {
        now = next.at.0;
        assert_eq!(next.call, QUERY);
        times.push((now - START) / MINUTE);
        told(&mut order, &Event::Sent(CallSent::new(QUERY)), now);
        now += 100;
        told(&mut order, &reply(now).unwrap_or(Event::Failed(CallFailed::new(QUERY, None))), now);
    }
    times
}

fn driving(update_time: Option<i64>) -> Event {
    let update_time = update_time.map(Timestamp);
    Event::Queried(KnownDetail { order_status: RideStatus::DRIVING, update_time, ..KnownDetail::default() })
}

#[test]
fn an_order_that_stays_silent_is_asked_ever_more_rarely_up_to_every_ten_minutes() {
    for update_time in [Some(START), None] {
        let times = silent_queries(|_| Some(driving(update_time)), &RideCalls::default());
        assert_eq!(times[..8], [1, 2, 3, 5, 9, 17, 27, 37], "{update_time:?}");
        assert_eq!(times.len(), 148);
    }
    // So is one whose queries fail, and one whose replies are older than what is known.
    assert!((140..150).contains(&silent_queries(|_| None, &RideCalls::default()).len()));
    let first = START + 10 * MINUTE;
    let older = silent_queries(|now| Some(driving(Some(if now < first { first } else { START }))), &RideCalls::default());
    assert!(older.len() < 160, "{}", older.len());
}

#[test]
fn a_silent_order_is_asked_the_more_rarely_the_more_are_open() {
    let queries = |open_orders: Option<u32>, processes: Option<i32>| {
        let calls = RideCalls { open_orders, processes, ..RideCalls::default() };
        silent_queries(|_| Some(driving(Some(START))), &calls).len()
    };
    let few = queries(None, None);
    assert_eq!(queries(Some(1), None), few);
    assert!((few - 5..=few).contains(&queries(Some(300), None)), "so few that each has its turn in ten minutes");
    // Half of what all may ask in a day.
    assert!((45..50).contains(&queries(Some(1_000), None)), "{}", queries(Some(1_000), None));
    assert!((22..25).contains(&queries(Some(1_000), Some(2))));
    assert!(queries(Some(20_000), None) <= 3);
}

#[test]
fn a_call_that_keeps_failing_is_repeated_ever_more_rarely() {
    let attempts = |order: RideOrder, mut call: Box<dyn FnMut(&RideNextAction) -> Event>| {
        let (mut order, mut now, mut attempts) = (order, START, Vec::new());
        while now < START + 2 * HOUR {
            let next = order.next_action(Timestamp(now), &RideCalls::default()).expect("it is not done");
            now = next.at.0;
            let sent = CallSent { price: next.price, step: next.step, ..CallSent::new(next.call) };
            assert_ne!(told(&mut order, &Event::Sent(sent), now), RideTransitionKind::Illegal, "{next:?}");
            if next.call != QUERY {
                attempts.push(now);
            }
            told(&mut order, &call(&next), now);
        }
        attempts
    };
    let failing = || Box::new(|next: &RideNextAction| Event::Failed(CallFailed::new(next.call, next.step)));
    let mut submitting = RideOrder::default();
    told(&mut submitting, &Event::Sent(CallSent::submit("1")), START);
    told(&mut submitting, &Event::Failed(CallFailed::new(Call::SubmitOrder, None)), START);
    let submits = attempts(submitting, failing());
    assert_eq!(submits[..4], [3, 9, 21, 45].map(|seconds| START + seconds * SECOND));
    assert!(submits.len() < 20, "{}", submits.len());

    let mut owed = RideOrder::default();
    told(&mut owed, &Event::Answered(CallAnswered::submitted("1")), START);
    let wait = || {
        Event::Queried(KnownDetail {
            order_status: RideStatus::WAIT_PAY,
            user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(900)), cancel_fee: None }),
            ..KnownDetail::default()
        })
    };
    told(&mut owed, &wait(), START);
    for refused in [false, true] {
        let reply = move |next: &RideNextAction| match (next.call, refused) {
            (QUERY, _) => wait(),
            (call, true) => Event::Answered(CallAnswered::new(call, ResultCode::SYSTEM_ERROR)),
            (call, false) => Event::Failed(CallFailed::new(call, None)),
        };
        let payments = attempts(owed.clone(), Box::new(reply));
        assert!((5..25).contains(&payments.len()), "{}", payments.len());
    }
}

#[test]
fn a_history_of_a_day_counts_for_the_limit_of_a_day() {
    let now = START + 24 * HOUR;
    let times = (0..MAX_CALLS_A_DAY as i64).map(|call| Timestamp(START + 1 + call)).collect();
    let calls = RideCalls { calls: vec![RecentCalls { call: QUERY, times, busy_until: None }], ..RideCalls::default() };
    assert_eq!(calls.free_at(QUERY, Timestamp(now)), Some(Timestamp(now + 1)));
    assert_eq!(calls.free_at(QUERY, Timestamp(now + 1)), None);
    assert_eq!(calls.free_at(Call::ConfirmOrder, Timestamp(now)), None);
}

#[test]
fn more_processes_than_calls_a_minute_are_refused_and_never_call() {
    let apply = |processes: i32| {
        let calls = format!(r#"{{"calls":[],"processes":{processes}}}"#);
        apply_json(b"", b"", calls.as_bytes(), Timestamp(START), &mut Packed::default(), &mut Vec::new())
    };
    assert!(apply(1).is_ok() && apply(100).is_ok());
    for processes in [101, 150, 0, -1] {
        let error = apply(processes).unwrap_err();
        assert_eq!((error.code, &*error.path), (ErrorCode::OutOfRange, "calls.processes"), "{processes}");
    }
    let mut calls = RideCalls { processes: Some(100), ..RideCalls::default() };
    assert_eq!(calls.free_at(QUERY, Timestamp(START)), None);
    calls.record(QUERY, Timestamp(START));
    assert_eq!(calls.free_at(QUERY, Timestamp(START)), Some(Timestamp(START + MINUTE)), "one a minute for each of 100");
    // In Rust nothing reads the setting before it counts: what would be too much in sum is nothing at all.
    for processes in [101, 150, i32::MAX] {
        let calls = RideCalls { processes: Some(processes), ..RideCalls::default() };
        assert_eq!(calls.free_at(QUERY, Timestamp(START)), Some(Timestamp(i64::MAX)), "{processes}");
    }
}
