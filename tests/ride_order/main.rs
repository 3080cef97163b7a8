//! A ride order: the same facts end in the same order, however they come; and what may be done follows from them.

mod any_order;
mod calls;
mod cancels;
mod facts;
mod payments;
mod refunds;
mod rides;
mod stored;
