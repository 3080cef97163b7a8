//! The client in Rust types: requests out, replies and pushes in.

use super::{Client, Encoded, HEADERS, PackedPush, Push, Refusal, Replied, ReplyForm, RideRequest};
use crate::message::Packed;
use crate::secret::debug_shows;
use crate::time::Timestamp;
use crate::{Error, ErrorCode, Issue};

/// A request to send by POST: plain values, ready for any HTTP client.
#[derive(Clone)]
pub struct SealedRequest<E> {
    /// The URL.
    pub url: String,
    /// Header names and values.
    pub headers: [(&'static str, &'static str); 2],
    /// The body, a form.
    pub body: String,
    /// Inferred rules that it breaks.
    pub warnings: Vec<Issue>,
    client: Client,
    endpoint: std::marker::PhantomData<E>,
}

// The body has the token.
debug_shows!([E] SealedRequest<E> { url, warnings });

/// A success.
#[derive(Debug, Clone, PartialEq)]
pub struct RideReply<T> {
    /// The result; fields that a reply may leave out, and does, have their defaults.
    pub data: T,
    /// How the reply came.
    pub form: ReplyForm,
    /// `traceId` of the body, where it has one; the header `M-TraceId` has it too.
    pub trace_id: String,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
}

impl Client {
    /// Builds a request to Meituan, checked and sealed.
    ///
    /// # Errors
    /// The first thing that the definition or a documented rule refuses.
    pub fn request<E: RideRequest>(&self, message: &E, now: Timestamp) -> Result<SealedRequest<E>, Error> {
        let mut program = Vec::new();
        message.encode(&mut program);
        let mut packed = Packed::default();
        let Encoded { url, body } = self.encode_request(E::INTERFACE, &program, now, &mut packed)?;
        let (client, endpoint) = (self.clone(), std::marker::PhantomData);
        Ok(SealedRequest { url, headers: HEADERS, body, warnings: packed.issues, client, endpoint })
    }

    /// Opens the envelope of a push: checked, read, typed. `uri` is path and query as they arrived.
    ///
    /// # Errors
    /// A [`Refusal`] with the first thing that is wrong; [`Refusal::answer`] is the reply to it.
    pub fn receive(&self, uri: &str, body: &[u8], now: Timestamp) -> Result<ReceivedPush, Refusal> {
        let mut packed = Packed::default();
        let PackedPush { interface, is_other, source, deduplication_key } = self.accept(uri, body, now, &mut packed)?;
        let push = match Push::read(interface, &packed, source.as_bytes()) {
            Some(Push::OrderChanged(changed)) if is_other => Push::Other(changed),
            Some(push) => push,
            None => return Err(Refusal { error: Error::at(ErrorCode::WrongType, ""), interface: Some(interface) }),
        };
        Ok(ReceivedPush { push, deduplication_key, warnings: packed.issues })
    }
}

impl<E: RideRequest> SealedRequest<E> {
    /// Reads Meituan's reply, by the HTTP status that it came with: see [`Client::read_reply`].
    ///
    /// # Errors `REMOTE_REJECTED` with `Error::remote` when Meituan did not accept the request ([`Error::traced`] reads the header
    /// `M-TraceId`), or what is wrong with the reply.
    pub fn parse(&self, status: u16, body: &[u8]) -> Result<RideReply<E::Data>, Error> {
        let mut packed = Packed::default();
        let Replied { form, trace_id, source } = self.client.read_reply(E::INTERFACE, status, body, &mut packed)?;
        let view = packed.view(E::INTERFACE.reply, &source);
        let data = view.and_then(|view| view.field_to_typed("data")).unwrap_or_default();
        Ok(RideReply { data, form, trace_id, warnings: packed.issues })
    }
}

/// A push that was checked and read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedPush {
    /// The push.
    pub push: Push,
    /// The same for every repetition of the same push; see [`PackedPush::deduplication_key`] for its limit.
    pub deduplication_key: String,
    /// Deviations that were accepted.
    pub warnings: Vec<Issue>,
}
