//! What the tests of ride orders share: events, queries, orders after them, and seeded randomness.

use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::{CapacityOffered, OfferedDriver, OrderChanged, Refunded};
use meituan_protocol::time::Timestamp;

pub(crate) const MT: &str = "143035144198107963915429100000";
pub(crate) const OWN: &str = "4fccd962-1ef3-4b0c-9442-6c40eb682387";
pub(crate) const START: i64 = 1_629_857_000_000;
pub(crate) const NOW: Timestamp = Timestamp(START + 3_600_000);
pub(crate) const CASES: u64 = 2_500;

pub(crate) fn at(offset: i64) -> Timestamp {
    Timestamp(START + offset)
}

pub(crate) fn event(code: RideEvent, offset: i64) -> Event {
    let (mt_order_id, event_code) = (Some(MT.into()), Some(code));
    Event::OrderChanged(OrderChanged { mt_order_id, event_code, event_time: Some(at(offset)), ..OrderChanged::default() })
}

pub(crate) fn untimed(code: RideEvent, note: &str) -> Event {
    let (mt_order_id, event_code) = (Some(MT.into()), Some(code));
    Event::OrderChanged(OrderChanged { mt_order_id, event_code, change_status: Some(note.into()), ..OrderChanged::default() })
}

pub(crate) fn detail(status: RideStatus, offset: i64, payable: i64) -> KnownDetail {
    KnownDetail {
        order_status: status,
        update_time: Some(at(offset)),
        mt_order_id: Some(MT.into()),
        user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(payable)), cancel_fee: None }),
        ..KnownDetail::default()
    }
}

pub(crate) fn queried(status: RideStatus, offset: i64, payable: i64) -> Event {
    Event::Queried(detail(status, offset, payable))
}

pub(crate) fn offer(dispatch: &str, driver: &str) -> Event {
    Event::CapacityOffered(CapacityOffered {
        mt_order_id: MT.into(),
        mt_dispatch_sub_order_id: Some(dispatch.into()),
        submit_drive_info: OfferedDriver { driver_id: driver.into(), ..OfferedDriver::default() },
        ..CapacityOffered::default()
    })
}

pub(crate) fn refund(number: &str, amount: i64) -> Event {
    Event::Refunded(Refunded {
        mt_order_id: MT.into(),
        sqt_refund_no: number.into(),
        refund_amount: Some(Fen(amount)),
        refund_time: Some(at(9_000)),
        refund_status: RefundStatus::SUCCESS,
        ..Refunded::default()
    })
}

/// The order after all of this; calls of our own must be legal.
pub(crate) fn after(told: &[Event]) -> RideOrder {
    after_from(RideOrder::default(), told)
}

pub(crate) fn after_from(order: RideOrder, told: &[Event]) -> RideOrder {
    told.iter().fold(order, |order, told| {
        let transition = order.apply(told, NOW);
        assert_ne!(transition.kind, RideTransitionKind::Illegal, "{told:?}: {:?}", transition.reason);
        transition.order
    })
}

pub(crate) fn refused(order: &RideOrder, told: &Event) -> Option<RideReason> {
    let transition = order.apply(told, NOW);
    assert_eq!(transition.kind == RideTransitionKind::Illegal, transition.reason.is_some());
    if transition.kind == RideTransitionKind::Illegal {
        assert_eq!(&transition.order, order, "what is illegal is not recorded");
    }
    transition.reason
}

pub(crate) fn next(order: &RideOrder) -> Option<(Call, Why)> {
    order.next_action(NOW, &RideCalls::default()).map(|next| (next.call, next.why))
}

pub(crate) fn submitted() -> RideOrder {
    after(&[Event::Sent(CallSent::submit(OWN)), Event::Answered(CallAnswered::submitted(MT))])
}

/// Xorshift: the same numbers for the same seed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }

    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }
}

pub(crate) fn events() -> Vec<RideEvent> {
    RideEvent::VALUES.values.iter().map(|listed| RideEvent(listed.value)).chain([RideEvent(777)]).collect()
}

pub(crate) fn statuses() -> Vec<RideStatus> {
    RideStatus::VALUES.values.iter().map(|listed| RideStatus(listed.value)).chain([RideStatus(212)]).collect()
}

/// Any facts, whether they make sense or not; times are few, so that many are the same.
pub(crate) fn any_facts(random: &mut Random) -> Vec<Event> {
    (0..1 + random.below(14))
        .map(|_| match random.below(12) {
            0 => untimed(random.one(&events()), random.one(&["a", "b"])),
            1..=3 => {
                let mut detail = detail(random.one(&statuses()), random.below(12) as i64, random.below(3) as i64);
                detail.asked_at = (random.below(2) == 0).then(|| at(random.below(12) as i64));
                detail.update_time = detail.update_time.filter(|_| random.below(4) > 0);
                detail.channel_partner_order_id = (random.below(2) == 0).then(|| OWN.into());
                detail.driver_info = (random.below(2) == 0).then(|| KnownDriver { driver_id: Some(random.below(2).to_string()) });
                Event::Queried(detail)
            }
            4 => offer(random.one(&["d1", "d2"]), random.one(&["7", "8"])),
            5 => match random.below(4) {
                0 => unknown_refund(random.one(&["r1", "r2"])),
                _ => refund(random.one(&["r1", "r2"]), random.below(3) as i64 * 100),
            },
            _ => event(random.one(&events()), random.below(12) as i64),
        })
        .collect()
}

/// The facts again, in another order and some of them several times.
pub(crate) fn disturbed(random: &mut Random, facts: &[Event]) -> Vec<Event> {
    let mut told = facts.to_vec();
    for _ in 0..random.below(facts.len() + 3) {
        told.push(facts[random.below(facts.len())].clone());
    }
    random.shuffle(&mut told);
    told
}

/// The order, in a state that waits for payment, after Meituan has accepted the payment of 900.
pub(crate) fn accepted_in(status: RideStatus) -> RideOrder {
    let told = [
        queried(status, 100, 900),
        Event::Sent(CallSent::notify_paid(Fen(900))),
        Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::SUCCESS)),
    ];
    after_from(submitted(), &told)
}

pub(crate) fn unknown_refund(number: &str) -> Event {
    let Event::Refunded(refund) = refund(number, 0) else { unreachable!() };
    Event::Refunded(Refunded { refund_amount: None, ..refund })
}
