//! Money is never paid twice, and what is not certain about it is reported.

use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::time::Timestamp;

const MT: &str = "143035144198107963915429100000";
const START: i64 = 1_629_857_000_000;
const WAITING: [RideStatus; 3] =
    [RideStatus::WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY];
const DRIVER: RideStatus = RideStatus::DRIVER_CANCELED_WAIT_PAY;

/// An order and a clock: ten minutes pass before each event, and a second before the answer to a call.
struct Order {
    order: RideOrder,
    now: i64,
    warnings: Vec<RideWarning>,
}

impl Order {
    fn new() -> Self {
        let new = Order { order: RideOrder::default(), now: START, warnings: Vec::new() };
        new.told(&Event::Answered(CallAnswered::submitted(MT)))
    }

    fn told(mut self, event: &Event) -> Self {
        self.now += if matches!(event, Event::Answered(_) | Event::Failed(_)) { 1_000 } else { 600_000 };
        let transition = self.order.apply(event, Timestamp(self.now));
        assert_ne!(transition.kind, RideTransitionKind::Illegal, "{event:?}: {:?}", transition.reason);
        self.order = transition.order;
        self.warnings.extend(transition.warnings);
        self
    }

    /// A query is answered, with or without the timestamp of the state.
    fn query(self, status: RideStatus, payable: i64) -> Self {
        let update_time = Some(Timestamp(self.now + 600_000));
        self.query_of(status, payable, update_time)
    }

    fn query_of(self, order_status: RideStatus, payable: i64, update_time: Option<Timestamp>) -> Self {
        let user_price_info = Some(KnownPrices { user_payable_balance_price: Some(Fen(payable)), cancel_fee: None });
        self.told(&Event::Queried(KnownDetail { order_status, update_time, user_price_info, ..KnownDetail::default() }))
    }

    fn happens(self, code: RideEvent) -> Self {
        let event_time = Some(Timestamp(self.now + 599_000));
        let changed = OrderChanged { mt_order_id: Some(MT.into()), event_code: Some(code), event_time, ..OrderChanged::default() };
        self.told(&Event::OrderChanged(changed))
    }

    fn report(self, price: i64) -> Self {
        self.told(&Event::Sent(CallSent::notify_paid(Fen(price))))
    }

    fn failed(self, price: i64) -> Self {
        self.report(price).told(&Event::Failed(CallFailed::new(Call::NotifyPaidResult, None)))
    }

    fn answered(self, price: i64, code: ResultCode) -> Self {
        self.report(price).told(&Event::Answered(CallAnswered::new(Call::NotifyPaidResult, code)))
    }

    fn accepted(self, price: i64) -> Self {
        self.answered(price, ResultCode::SUCCESS)
    }

    fn standing(&self) -> RideStanding {
        self.order.standing(Timestamp(self.now), &RideCalls::default())
    }

    /// Whether a payment is proposed: which, and why.
    fn proposed(&self) -> Option<(Fen, Why)> {
        let next = self.standing().next?;
        (next.call == Call::NotifyPaidResult).then(|| (next.price.unwrap(), next.why))
    }

    fn conflicts(&self) -> Vec<Conflict> {
        self.standing().conflict_kinds
    }
}

#[test]
fn a_notice_that_is_answered_with_an_error_is_sent_again_and_nothing_is_paid_again() {
    let codes = ResultCode::VALUES.values.iter().map(|listed| ResultCode(listed.value)).chain([ResultCode(9_999)]);
    for (status, code) in codes.filter(|code| code.0 != 0).flat_map(|code| WAITING.map(|status| (status, code))) {
        let order = Order::new().query(status, 900);
        assert_eq!(order.proposed(), Some((Fen(900), Why::Owed)));
        let refused = order.answered(900, code);
        assert_eq!(refused.proposed(), None, "a query is first: {status:?} {code:?}");
        let order = refused.query(status, 900);
        assert_eq!(order.proposed(), Some((Fen(900), Why::OutcomeUnknown)), "{status:?} {code:?}");
        // What the code says is certain contradicts the query.
        let is_uncertain = [ResultCode::UNKNOWN, ResultCode::SYSTEM_ERROR, ResultCode(9_999)].contains(&code);
        let expected: &[Conflict] = if is_uncertain { &[] } else { &[Conflict::PaidNotAccepted] };
        assert_eq!(order.conflicts(), expected, "{status:?} {code:?}");
    }
}

#[test]
fn the_same_error_again_and_again_is_answered_by_ever_longer_pauses() {
    let mut order = Order::new().query(RideStatus::WAIT_PAY, 900);
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let call = |event: &Event, order: &RideOrder, now: i64| {
            let transition = order.apply(event, Timestamp(now));
            assert_ne!(transition.kind, RideTransitionKind::Illegal);
            transition.order
        };
        let sent_at = order.now;
        order.order = call(&Event::Sent(CallSent::notify_paid(Fen(900))), &order.order, sent_at);
        let answer = CallAnswered::new(Call::NotifyPaidResult, ResultCode::ILLEGAL_PRICE);
        order.order = call(&Event::Answered(answer), &order.order, sent_at);
        let reply = KnownDetail {
            order_status: RideStatus::WAIT_PAY,
            asked_at: Some(Timestamp(sent_at + 1)),
            user_price_info: Some(KnownPrices { user_payable_balance_price: Some(Fen(900)), cancel_fee: None }),
            ..KnownDetail::default()
        };
        order.order = call(&Event::Queried(reply), &order.order, sent_at + 1);
        let next = order.order.next_action(Timestamp(sent_at + 1), &RideCalls::default()).unwrap();
        assert_eq!((next.call, next.why), (Call::NotifyPaidResult, Why::OutcomeUnknown));
        pauses.push((next.at.0 - sent_at) / 1_000);
        order.now = next.at.0;
    }
    assert_eq!(pauses, [3, 6, 12, 24, 48, 96, 192, 384, 600]);
}

#[test]
fn not_waiting_for_payment_after_an_unknown_outcome_of_the_same_amount_means_that_it_was_paid() {
    let not_waiting = ResultCode::NOT_WAIT_PAY_ORDER_NOT_PAY;
    for status in WAITING {
        let unknown: [fn(Order) -> Order; 2] = [|order| order.failed(900), |order| order.answered(900, ResultCode::SYSTEM_ERROR)];
        for unknown in unknown {
            let order = unknown(Order::new().query(status, 900)).query(status, 900);
            assert_eq!(order.proposed(), Some((Fen(900), Why::OutcomeUnknown)), "{status:?}");
            let order = order.answered(900, not_waiting);
            assert_eq!(order.warnings, [RideWarning::CountsAsPaid], "{status:?}");
            let order = order.query(status, 900);
            let standing = order.standing();
            assert_eq!((standing.payable, order.proposed()), (None, None), "{status:?}");
            // A cancel fee ends there; a ride is queried on, as its state should have changed.
            let is_fee = status != RideStatus::WAIT_PAY;
            assert_eq!((standing.is_final, standing.next.is_none()), (is_fee, is_fee), "{status:?}");
            let expected: &[Conflict] = if is_fee { &[] } else { &[Conflict::PaidStillOwed] };
            assert_eq!(standing.conflict_kinds, expected, "{status:?}");
        }
        // Without one before, or with one of another amount, it says nothing of the kind.
        let first = Order::new().query(status, 900).answered(900, not_waiting);
        let other = Order::new().query(status, 800).failed(800).query(status, 900).answered(900, not_waiting);
        let certain = Order::new().query(status, 900).answered(900, ResultCode::ILLEGAL_PRICE).query(status, 900);
        for order in [first, other, certain.answered(900, not_waiting)] {
            assert_eq!(order.warnings, []);
            let order = order.query(status, 900);
            assert_eq!((order.proposed(), order.standing().is_final), (Some((Fen(900), Why::OutcomeUnknown)), false));
            assert!(order.conflicts().contains(&Conflict::PaidNotAccepted), "{status:?}");
        }
    }
}

#[test]
fn the_late_answer_of_a_notice_does_not_count_as_a_second_one() {
    let late = Event::Answered(CallAnswered::new(Call::NotifyPaidResult, ResultCode::NOT_WAIT_PAY_ORDER_NOT_PAY));
    let order = Order::new().query(DRIVER, 900).failed(900).told(&late);
    assert_eq!(order.warnings, []);
    let order = order.query(DRIVER, 900);
    assert_eq!((order.proposed(), order.conflicts()), (Some((Fen(900), Why::OutcomeUnknown)), vec![Conflict::PaidNotAccepted]));
}

#[test]
fn another_amount_after_a_payment_of_unknown_outcome_is_a_conflict_and_not_proposed() {
    for status in WAITING {
        let unclear: [fn(Order) -> Order; 3] = [
            |order| order.failed(900),
            |order| order.answered(900, ResultCode::ILLEGAL_PRICE),
            // Given up, without having been reported as failed.
            |order| order.report(900),
        ];
        for unclear in unclear {
            let order = unclear(Order::new().query(status, 900)).query(status, 950);
            assert_eq!((order.conflicts(), order.proposed()), (vec![Conflict::PaidAnotherAmount], None), "{status:?}");
            let next = order.standing().next.unwrap();
            assert_eq!((next.call, next.why), (Call::QueryRealTimeOrder, Why::Silence), "the order is followed");
            // Whoever has settled the difference reports the whole amount.
            assert_eq!(order.standing().payable, Some(Fen(950)));
            let settled = order.accepted(950).query(RideStatus::COMPLETED, 950);
            assert_eq!((settled.conflicts(), settled.standing().next), (vec![], None));
        }
        // What was perhaps paid is not forgotten by other amounts.
        let order = Order::new().query(status, 900).failed(900).query(status, 950).failed(950).query(status, 900);
        assert_eq!(order.proposed(), Some((Fen(900), Why::OutcomeUnknown)), "{status:?}");
        let order = order.accepted(900).query(status, 950);
        assert_eq!(order.proposed(), Some((Fen(950), Why::OutcomeUnknown)), "{status:?}");
    }
}

#[test]
fn the_amount_of_a_notice_that_was_not_recorded_as_sent_is_what_was_owed() {
    let failed = Event::Failed(CallFailed::new(Call::NotifyPaidResult, None));
    let order = Order::new().query(DRIVER, 900).told(&failed).query(DRIVER, 900);
    assert_eq!(order.proposed(), Some((Fen(900), Why::OutcomeUnknown)));
    assert_eq!(order.query(DRIVER, 950).conflicts(), [Conflict::PaidAnotherAmount]);
}

#[test]
fn a_paid_cancel_fee_that_stays_is_no_conflict_and_another_amount_is_one() {
    for status in [RideStatus::PASSENGER_CANCELED_WAIT_PAY, DRIVER] {
        let order = Order::new().query(status, 900).accepted(900).query(status, 900);
        assert_eq!((order.standing().is_final, order.conflicts()), (true, vec![]), "{status:?}");
        let another = order.happens(RideEvent::BILL_CHANGED).query(status, 950);
        assert_eq!(another.conflicts(), [Conflict::PaidAnotherAmount], "{status:?}");
        assert_eq!((another.standing().is_final, another.standing().payable), (false, Some(Fen(950))), "{status:?}");
    }
    let ride = Order::new().query(RideStatus::WAIT_PAY, 900).accepted(900).query(RideStatus::WAIT_PAY, 900);
    assert_eq!((ride.standing().is_final, ride.conflicts()), (false, vec![Conflict::PaidStillOwed]));
}

#[test]
fn a_fee_that_changes_after_meituan_has_pushed_its_payment_is_a_conflict_and_can_be_paid() {
    let paid = |stays: bool| {
        let order = Order::new().query(DRIVER, 900);
        let first = order.order.detail.as_ref().and_then(|detail| detail.update_time);
        let order = order.happens(RideEvent::ORDER_PAID);
        // The timestamp of the state may stay what it was.
        (if stays { order.query_of(DRIVER, 900, first) } else { order.query(DRIVER, 900) }, first)
    };
    for stays in [false, true] {
        let again = |order: Order, fen, first| if stays { order.query_of(DRIVER, fen, first) } else { order.query(DRIVER, fen) };
        let (order, first) = paid(stays);
        assert_eq!((order.standing().is_final, order.conflicts(), order.standing().next), (true, vec![], None));
        for is_pushed in [true, false] {
            let (order, _) = paid(stays);
            let order = if is_pushed { order.happens(RideEvent::BILL_CHANGED) } else { order };
            let order = again(order, 950, first);
            let standing = order.standing();
            assert_eq!((standing.is_final, &*standing.conflict_kinds), (false, &[Conflict::PaidAnotherAmount][..]), "{stays}");
            assert_eq!((standing.payable, order.proposed()), (Some(Fen(950)), None), "{stays}");
            assert_eq!((standing.status, standing.needs_query), (DRIVER, false), "{stays}");
            let settled = again(order.accepted(950), 950, first);
            assert_eq!((settled.standing().is_final, settled.conflicts()), (true, vec![]), "{stays}");
        }
        // The bill came again, and is the same.
        let same = again(order.happens(RideEvent::BILL_CHANGED), 900, first);
        assert_eq!((same.standing().is_final, same.conflicts()), (true, vec![]), "{stays}");
    }
    // The bill changed before the payment.
    let order = Order::new().query(DRIVER, 900).happens(RideEvent::BILL_CHANGED).query(DRIVER, 950);
    let order = order.happens(RideEvent::ORDER_PAID).query(DRIVER, 950);
    assert_eq!((order.standing().is_final, order.conflicts()), (true, vec![]));
}

#[test]
fn of_more_amounts_than_an_order_keeps_none_is_payable() {
    let pay = |order: Order, fen| order.query(RideStatus::WAIT_PAY, fen).accepted(fen);
    let order = (1..=32).fold(Order::new(), pay);
    for fen in [33, 34] {
        let standing = Order { order: order.order.clone(), warnings: vec![], ..order }.query(RideStatus::WAIT_PAY, fen).standing();
        assert_eq!((standing.payable, &*standing.conflict_kinds), (None, &[Conflict::PaidAnotherAmount][..]));
    }
}

#[test]
fn an_answer_without_a_fee_leaves_the_fee_unknown() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let asked = |order: Order, fee: Option<i64>| {
        order.told(&Event::Sent(CallSent::cancel(ask))).told(&Event::Answered(CallAnswered::cancel(
            ask,
            ResultCode::SUCCESS,
            fee.map(Fen),
        )))
    };
    let known = || asked(Order::new().query(RideStatus::CONFIRMED, 0), Some(500));
    assert_eq!(known().standing().cancel_fee, Some(Fen(500)));
    for fee in [None, Some(-100)] {
        // Neither of the first answer nor of a later one.
        for order in [asked(Order::new().query(RideStatus::CONFIRMED, 0), fee), asked(known(), fee)] {
            let standing = order.standing();
            assert_eq!((standing.cancel_fee, standing.cancel_step), (None, Some(confirm)), "{fee:?}");
            assert_eq!(order.warnings, [RideWarning::AmountUnknown], "{fee:?}");
        }
    }
    assert_eq!(asked(Order::new(), Some(0)).standing().cancel_fee, Some(Fen(0)));
}

#[test]
fn a_cancel_that_was_accepted_with_another_fee_than_a_query_reports_is_a_conflict() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let cancelled = |fee: Option<i64>| {
        let order = Order::new().query(RideStatus::CONFIRMED, 0);
        let answers = [ask, confirm].map(|step| CallAnswered::cancel(step, ResultCode::SUCCESS, fee.map(Fen)));
        answers.into_iter().fold(order, |order, answer| {
            order.told(&Event::Sent(CallSent::cancel(answer.step.unwrap()))).told(&Event::Answered(answer))
        })
    };
    let conflicts = |fee, status, payable| {
        let order = cancelled(fee);
        assert_eq!(order.conflicts(), [], "nothing was queried since");
        order.query(status, payable).conflicts()
    };
    for status in [RideStatus::PASSENGER_CANCELED_WAIT_PAY, DRIVER] {
        assert_eq!(conflicts(Some(0), status, 500), [Conflict::CancelFee], "{status:?}");
        assert_eq!(conflicts(Some(500), status, 700), [Conflict::CancelFee], "{status:?}");
        assert_eq!(conflicts(Some(500), status, 500), [], "{status:?}");
        assert_eq!(conflicts(None, status, 500), [], "{status:?}");
        let changed = cancelled(Some(500)).happens(RideEvent::BILL_CHANGED).query(status, 700);
        assert_eq!(changed.conflicts(), [], "{status:?}");
    }
    assert_eq!(conflicts(Some(0), RideStatus::PASSENGER_CANCELED_PAID, 500), [Conflict::CancelFee]);
    assert_eq!(conflicts(Some(500), RideStatus::PASSENGER_CANCELED_PAID, 0), []);
    assert_eq!(conflicts(Some(500), RideStatus::PASSENGER_CANCELED, 0), [Conflict::CancelFee]);
    assert_eq!(conflicts(Some(0), RideStatus::PASSENGER_CANCELED, 0), []);
}
