//! What the order machine does with an order: calls, repeats, crashes, late results, facts that do not agree.

mod closes;
mod conflicts;
mod creates_and_pays;
mod desk;
mod entries;
mod refunded;
mod refunds;
mod reschedules;
mod stored;
mod tickets;
mod times;
