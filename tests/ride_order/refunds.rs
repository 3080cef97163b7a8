//! Refunds: each counts once.

use crate::rides::{NOW, accepted_in, after, after_from, queried, refund, unknown_refund};
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::*;
use meituan_protocol::ride::order::*;

#[test]
fn a_refund_counts_once_and_two_amounts_of_one_are_a_conflict() {
    let order = after(&[refund("r1", 300), refund("r2", 200), refund("r1", 300)]);
    assert_eq!((order.refunded(), order.has_refund("r1"), order.has_refund("r3")), (Fen(500), true, false));
    assert_eq!(order.apply(&refund("r2", 200), NOW).kind, RideTransitionKind::Duplicate);
    let differs = order.apply(&refund("r1", 400), NOW);
    assert!(differs.standing.conflict && differs.standing.refunded == Fen(600));
    let mut pending = refund("r4", 100);
    let Event::Refunded(unknown) = &mut pending else { unreachable!() };
    unknown.refund_status = RefundStatus(20);
    assert!(!after_from(order, &[pending]).has_refund("r4"));
}

#[test]
fn a_refund_of_unknown_amount_makes_the_sum_a_lower_bound_and_asks_for_one_query() {
    let order = after(&[queried(RideStatus::COMPLETED, 100, 900), refund("r1", 300)]);
    let known = order.standing(NOW, &RideCalls::default());
    assert_eq!((known.refunded, known.refunded_at_least, known.needs_query), (Fen(300), false, false));
    for told in [unknown_refund("r2"), refund("r2", -200)] {
        let moved = order.apply(&told, NOW);
        assert_eq!((moved.kind, moved.warnings), (RideTransitionKind::Moved, vec![RideWarning::AmountUnknown]));
        let standing = moved.standing;
        assert_eq!((standing.refunded, standing.refunded_at_least, standing.needs_query), (Fen(300), true, true));
        assert!(moved.order.has_refund("r2") && !standing.conflict);
        let again = moved.order.apply(&told, NOW);
        assert_eq!(again.kind, RideTransitionKind::Duplicate);
        let settled = after_from(again.order, &[queried(RideStatus::COMPLETED, 100, 900), told]);
        assert!(!settled.needs_query(), "one query is asked for, not one for each repetition");
        // Once the amount is known, the sum is.
        let standing = settled.apply(&refund("r2", 200), NOW).standing;
        assert_eq!((standing.refunded, standing.refunded_at_least, standing.conflict), (Fen(500), false, false));
    }
}

#[test]
fn refunds_above_what_was_paid_are_a_conflict() {
    let above = |order: &RideOrder, amount: i64| {
        let kinds = after_from(order.clone(), &[refund("r1", amount)]).conflict_kinds();
        assert!(kinds.iter().all(|kind| *kind == Conflict::RefundAbovePaid));
        !kinds.is_empty()
    };
    let paid = after_from(accepted_in(RideStatus::WAIT_PAY), &[queried(RideStatus::COMPLETED, 200, 900)]);
    // Somebody else may have paid: the balance stays as it was.
    let known_by_query = after(&[queried(RideStatus::COMPLETED, 200, 900)]);
    for order in [&paid, &known_by_query, &accepted_in(RideStatus::DRIVER_CANCELED_WAIT_PAY)] {
        assert!(!above(order, 900) && above(order, 901));
        assert!(above(&after_from(order.clone(), &[refund("r0", 400)]), 501));
    }
    assert!(above(&after(&[queried(RideStatus::PASSENGER_CANCELED, 200, 0)]), 1), "nothing was paid");
    // Pushes come in any order: what is not known to be paid yet contradicts nothing.
    assert!(!above(&after(&[queried(RideStatus::DRIVING, 200, 0)]), 900));
    assert!(!above(&RideOrder::default(), 900));
}
