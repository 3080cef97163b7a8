//! The order service of rides, step by step: what is saved before what is done, and what is done once.

mod calls;
mod driver;
mod payments;
mod pushes;
mod submits;
