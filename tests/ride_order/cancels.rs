//! Cancelling, and its fee.

use crate::rides::{MT, NOW, OWN, after, after_from, event, next, queried, refused, statuses, submitted};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;

#[test]
fn cancelling_asks_the_fee_then_confirms() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let order = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0)]);
    assert_eq!(order.may_cancel(), Some(ask));
    assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::AskFeeFirst));
    let fee = Event::Answered(CallAnswered::cancel(ask, ResultCode::SUCCESS, Some(Fen(500))));
    let order = after_from(order, &[Event::Sent(CallSent::cancel(ask)), fee]);
    assert_eq!((order.may_cancel(), order.cancel_fee()), (Some(confirm), Some(Fen(500))));

    // The fee counts for the state that it was asked in.
    let arrived = after_from(order.clone(), &[event(RideEvent::DRIVER_ARRIVED, 200)]);
    assert_eq!((arrived.may_cancel(), arrived.cancel_fee()), (Some(ask), None));

    let canceled = Event::Answered(CallAnswered::cancel(confirm, ResultCode::SUCCESS, Some(Fen(500))));
    let order = after_from(order, &[Event::Sent(CallSent::cancel(confirm)), canceled]);
    assert_eq!((order.status(), next(&order)), (undecided::CANCELED_WAIT_PAY, Some((Call::QueryRealTimeOrder, Why::KindOfCancel))));
    let order = after_from(order, &[queried(RideStatus::PASSENGER_CANCELED_WAIT_PAY, 300, 500)]);
    assert_eq!(order.may_pay(), Some(Fen(500)));
}

#[test]
fn a_failed_question_for_the_fee_does_not_block_the_cancel() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let asked = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0), Event::Sent(CallSent::cancel(ask))]);
    assert_eq!(refused(&asked, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::QueryFirst), "the answer may come");
    for failure in [
        Event::Failed(CallFailed::new(Call::CancelOrder, Some(ask))),
        Event::Answered(CallAnswered::cancel(ask, ResultCode::SYSTEM_ERROR, None)),
    ] {
        let order = after_from(asked.clone(), &[failure]);
        assert_eq!((order.may_cancel(), order.cancel_fee()), (Some(confirm), None));
        assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(ask))), None, "it may be asked again, too");
        let order = after_from(order, &[Event::Sent(CallSent::cancel(confirm))]);
        assert_eq!(order.may_cancel(), None);
    }
    // In another state the fee is another.
    let failed = after_from(asked, &[Event::Failed(CallFailed::new(Call::CancelOrder, Some(ask)))]);
    assert_eq!(after_from(failed, &[event(RideEvent::DRIVER_ARRIVED, 200)]).may_cancel(), Some(ask));
}

#[test]
fn an_order_that_was_not_submitted_offers_no_cancel() {
    let ask = Event::Sent(CallSent::cancel(CancelStep::ASK_FEE));
    let sent = after(&[Event::Sent(CallSent::submit(OWN))]);
    let refusal = Event::Answered(CallAnswered::new(Call::SubmitOrder, ResultCode::ENT_BALANCE_NOT_SUFFICIENT));
    for order in [
        after(&[Event::Estimated(EstimateReceived {})]),
        sent.clone(),
        after_from(sent.clone(), &[refusal]),
        after_from(sent.clone(), &[Event::Failed(CallFailed::new(Call::SubmitOrder, None))]),
    ] {
        assert_eq!((order.may_cancel(), refused(&order, &ask)), (None, Some(RideReason::NotInThisState)));
    }
    for told in [Event::Answered(CallAnswered::submitted(MT)), event(RideEvent::ORDER_CREATED, 5)] {
        assert_eq!(after_from(sent.clone(), &[told]).may_cancel(), Some(CancelStep::ASK_FEE));
    }
}

#[test]
fn after_a_time_out_it_is_cancelled_again_and_1106_means_query() {
    let (ask, confirm) = (CancelStep::ASK_FEE, CancelStep::CONFIRM);
    let fee = Event::Answered(CallAnswered::cancel(ask, ResultCode::SUCCESS, Some(Fen(0))));
    let order = after_from(submitted(), &[queried(RideStatus::CONFIRMED, 100, 0), Event::Sent(CallSent::cancel(ask)), fee]);
    let order = after_from(
        order,
        &[Event::Sent(CallSent::cancel(confirm)), Event::Failed(CallFailed::new(Call::CancelOrder, Some(confirm)))],
    );
    let action = order.next_action(NOW, &RideCalls::default()).unwrap();
    assert_eq!((action.call, action.why, action.step), (Call::CancelOrder, Why::OutcomeUnknown, Some(confirm)));
    let again = after_from(order, &[Event::Sent(CallSent::cancel(confirm))]);
    let told = CallAnswered::cancel(confirm, ResultCode::CANCELED_ORDER_NOT_CANCEL_AGAIN, None);
    let order = after_from(again, &[Event::Answered(told)]);
    assert_eq!(next(&order), Some((Call::QueryRealTimeOrder, Why::News)));
    assert_eq!(refused(&order, &Event::Sent(CallSent::cancel(confirm))), Some(RideReason::QueryFirst));
    let order = after_from(order, &[queried(RideStatus::PASSENGER_CANCELED, 200, 0)]);
    assert_eq!((order.status(), next(&order)), (RideStatus::PASSENGER_CANCELED, None));
}

#[test]
fn an_order_is_not_cancelled_on_the_trip_or_after() {
    for status in statuses() {
        let order = after_from(submitted(), &[queried(status, 100, 0)]);
        let reason = refused(&order, &Event::Sent(CallSent::cancel(CancelStep::ASK_FEE)));
        assert_eq!(reason, (!(1..=4).contains(&status.0)).then_some(RideReason::NotInThisState), "{status:?}");
    }
    assert_eq!(
        refused(&RideOrder::default(), &Event::Sent(CallSent::cancel(CancelStep::ASK_FEE))),
        Some(RideReason::NotInThisState)
    );
}
