//! Calls of Meituan's in Rust types.

use super::{Call, CallBody, PackedCall, Parts, Refusal, Supplier};
use crate::message::value::FieldValue;
use crate::message::{Packed, Reading, read};
use crate::secret::debug_shows;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue, ba};

/// A call that was authenticated and read.
#[derive(Clone)]
pub struct ReceivedCall {
    /// Which call.
    pub call: &'static Call,
    /// Its body, typed.
    pub body: CallBody,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
    /// The body was encrypted; the reply will be.
    pub encrypted: bool,
    /// When it came.
    pub received_at: Timestamp,
    /// Header `Date`, as it was received.
    pub date: String,
    /// The signature, as it was received. It covers method, URI and Date, and neither the body nor, as Meituan may sign, the query.
    pub signature: String,
}

debug_shows!(ReceivedCall { call, body, warnings, encrypted, received_at, date });

impl Supplier {
    /// Reads a call: authenticated, validated, typed.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong; [`Supplier::answer_refusal`] makes the reply to it.
    pub fn receive(&self, parts: &Parts<'_>, body: &[u8], now: Timestamp) -> Result<ReceivedCall, Refusal> {
        let mut packed = Packed::default();
        let PackedCall { call, source, encrypted } = self.accept(parts, body, now, &mut packed)?;
        let body = CallBody::read(call, &packed, &source)
            .ok_or_else(|| parts.refusal(Error::at(ErrorCode::WrongType, "body"), Some(call)))?;
        let (date, signature) = (parts.date.to_owned(), ba::signature_of(parts.authorization).to_owned());
        Ok(ReceivedCall { call, body, warnings: packed.issues, encrypted, received_at: now, date, signature })
    }
}

/// Reads a message of any call from the wire into a Rust type made by its definition: for tests, logs and tools.
///
/// # Errors
/// The first thing that refuses it.
pub fn read_body<T: FieldValue>(call: &'static Call, reply: bool, wire: &[u8]) -> Result<T, Error> {
    let message = if reply { call.reply } else { call.request };
    let mut packed = Packed::default();
    read(message, wire, Reading::WIRE, &mut packed);
    if let Some(error) = Error::from_issues(&packed.issues) {
        return Err(error);
    }
    let body = packed.view(message, wire).and_then(|view| view.field_to_typed("body"));
    body.ok_or_else(|| Error::at(ErrorCode::MissingField, "body"))
}
