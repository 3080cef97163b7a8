//! The outbox: one sender at a time for each subject, in order, until Meituan accepts a notice or it is given up.

mod desk;
mod giving_up;
mod sending;
