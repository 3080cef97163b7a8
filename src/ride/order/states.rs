//! Which states of an order have something in common.

use super::facts::undecided::NOTHING_KNOWN;
use crate::ride::codes::RideStatus;

/// The states that end an order.
pub const FINAL: &[RideStatus] = &[
    RideStatus::COMPLETED,
    RideStatus::PASSENGER_CANCELED,
    RideStatus::PASSENGER_CANCELED_PAID,
    RideStatus::DRIVER_CANCELED,
    RideStatus::DISPATCH_CANCELED,
    RideStatus::SYSTEM_CANCELED,
];

/// The states in which something is owed (inferred from the codes 7 and 11 of the ride spec).
pub(super) const WAITING_FOR_PAYMENT: [RideStatus; 3] =
    [RideStatus::WAIT_PAY, RideStatus::PASSENGER_CANCELED_WAIT_PAY, RideStatus::DRIVER_CANCELED_WAIT_PAY];

/// Whether the order has a driver in this state.
pub(super) fn has_driver(status: RideStatus) -> bool {
    (RideStatus::CONFIRMED..=RideStatus::COMPLETED).contains(&status)
}

/// Neither cancelled nor at its end, as far as is known.
pub(super) fn is_open(status: RideStatus) -> bool {
    (NOTHING_KNOWN..RideStatus::COMPLETED).contains(&status)
}
