//! Meituan's reply to a request: its size, its HTTP status, its encryption, and the meaning of its code.

use crate::digits::decimal;
use crate::exchange::{is_success, refused_by};
use crate::message::definition::Facts;
use crate::message::peek::without_mark;
use crate::message::{Packed, Reading, read};
use crate::secret::debug_shows;
use crate::ticket::order::Delivery;
use crate::ticket::{Call, Direction, Supplier};
use crate::{Error, ErrorCode, Issue, Remote};
use std::borrow::Cow;

/// A reply that was read, whatever it says.
pub struct Replied<'b> {
    /// The code.
    pub code: i32,
    /// The words beside it.
    pub describe: String,
    /// It is no failure; a notice need not be sent again for its own sake.
    pub accepted: bool,
    /// The same request may succeed later (inferred).
    pub retryable: bool,
    /// The message's content: the body, or what it was opened to.
    pub source: Cow<'b, [u8]>,
}

debug_shows!(Replied<'_> { code, accepted, retryable });

impl Replied<'_> {
    /// Its meaning for the order rules: 200 is accepted, another outcome (300 to a pay notice) is processing, all else is later.
    pub fn delivery(&self) -> Delivery {
        match self.code {
            200 => Delivery::ACCEPTED,
            _ if self.accepted => Delivery::PROCESSING,
            _ => Delivery::LATER,
        }
    }

    /// The error `REMOTE_REJECTED` that it amounts to, where it is a failure. `issues` are what was found beside.
    pub fn rejection(&self, issues: &[Issue]) -> Option<Error> {
        if self.accepted {
            return None;
        }
        let code = i64::from(self.code);
        let detail = [&*decimal(code), ": ", &self.describe].concat();
        let mut error = Error::at(ErrorCode::RemoteRejected, "code").detail(&detail);
        error.issues = issues.to_vec();
        error.remote =
            Some(Box::new(Remote { code, describe: self.describe.clone(), retryable: self.retryable, ..Remote::default() }));
        Some(error)
    }
}

impl Supplier {
    /// Reads the reply to a call into `packed`. Outcomes come with an HTTP status from 200 to 299: another one is a gateway's word, even where
    /// the body looks like a reply. A reply is encrypted when its request was, but not always: what begins like JSON is JSON.
    ///
    /// Of the feature `unstable-engine`, which has the type of `packed`.
    ///
    /// # Errors
    /// `REMOTE_REJECTED` with `Error::remote` for another HTTP status; `BODY_TOO_LARGE`, `DECRYPTION_FAILED`, or the first finding that
    /// refuses the reply.
    #[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
    pub fn read_reply<'b>(
        &self,
        call: &'static Call,
        status: u16,
        body: &'b [u8],
        facts: Facts,
        packed: &mut Packed,
    ) -> Result<Replied<'b>, Error> {
        packed.issues.clear();
        let replied = self.reply_in(call, body, facts, packed);
        if is_success(status) {
            return replied;
        }
        let mut error = refused_by(status);
        // A body that looks like a reply is reported, and not believed.
        if let (Some(remote), Ok(replied)) = (&mut error.remote, replied) {
            remote.code = i64::from(replied.code);
            remote.describe = replied.describe;
        }
        Err(error)
    }

    fn reply_in<'b>(&self, call: &'static Call, body: &'b [u8], facts: Facts, packed: &mut Packed) -> Result<Replied<'b>, Error> {
        if body.len() > self.config().max_body_bytes {
            return Err(Error::at(ErrorCode::BodyTooLarge, "body"));
        }
        let mut found = Vec::new();
        let source = self.opened(without_mark(body, &mut found))?;
        let is_read = read(call.reply, &source, Reading { facts, ..Reading::WIRE }, packed);
        packed.issues.append(&mut found);
        if !is_read {
            return Err(Error::from_issues(&packed.issues).unwrap_or_else(|| Error::at(ErrorCode::InvalidJson, "")));
        }
        let view = packed.view(call.reply, &source);
        let code = view.and_then(|view| view.integer("code")).unwrap_or_default() as i32;
        let describe = view.and_then(|view| view.string("describe")).unwrap_or_default().into_owned();
        // A notice that is in process at Meituan says the same again, so repeating it is safe. The meaning of other codes is not
        // documented; a supplier's failure is final.
        let retryable = call.direction != Direction::ToSupplier && code == call.failure;
        Ok(Replied { code, describe, accepted: call.is_outcome(code), retryable, source })
    }

    fn opened<'b>(&self, body: &'b [u8]) -> Result<Cow<'b, [u8]>, Error> {
        match &self.config().body_encryption {
            // Base64 never begins so.
            Some(encryption) if !matches!(body.trim_ascii_start().first(), None | Some(b'{' | b'[')) => {
                let opened = encryption.key.open(body);
                opened.map(Cow::Owned).map_err(|_| Error::at(ErrorCode::DecryptionFailed, "body"))
            }
            _ => Ok(Cow::Borrowed(body)),
        }
    }
}
