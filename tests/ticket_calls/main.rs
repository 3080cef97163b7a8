//! The supplier takes Meituan's calls, replies, and sends notices: what is accepted, what is refused, and how.

mod bodies;
mod encrypted;
mod garden;
mod heads;
mod notices;
mod replies;
mod settings;
