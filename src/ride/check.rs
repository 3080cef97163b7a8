//! One message by itself, without a client: read as the client would read it, for people who want to know what is wrong.

use super::parse_reply::read_reply;
use super::receive_push::read_push;
use super::{Direction, Interface, Version};
use crate::message::peek::report;
use crate::message::{Packed, Reading, read};
use crate::{Error, ErrorCode, Issue};
use std::borrow::Cow;
use std::mem::take;

/// Reads the JSON of a request (the content of the envelope) or of a reply into `packed`, with all findings. Returns the JSON that
/// the message was read from, or nothing where there is no business message: it is refused, or the failure of a gateway. A reply
/// that says "failed" is a good reply.
///
/// Requests are judged more strictly than replies and pushes: `method` must be the interface's, and nothing that is
/// required may be empty.
///
/// Of the feature `unstable-engine`, which has the type of `packed`.
#[cfg_attr(not(feature = "unstable-engine"), doc(hidden))]
pub fn check<'t>(interface: &'static Interface, is_reply: bool, text: &'t [u8], packed: &mut Packed) -> Option<Cow<'t, [u8]>> {
    let outcome = match interface.direction {
        Direction::ToMeituan { .. } if is_reply => {
            read_reply(interface, None, Version::V1, text, packed).map(|replied| replied.source)
        }
        Direction::ToEnterprise if !is_reply => {
            read_push(interface, None, text, Vec::new(), packed).and_then(|plain| {
                // Callers who check an event want to know that this is none.
                let another = (!std::ptr::eq(plain.interface, interface)).then_some(plain.interface.name);
                let error = another.map(|name| Error::at(ErrorCode::UnexpectedMethod, "").detail(name));
                error.map_or(Ok(Cow::Owned(plain.source.into_bytes())), Err)
            })
        }
        direction => {
            read(if is_reply { interface.reply } else { interface.request }, text, Reading::WIRE, packed);
            if let Direction::ToMeituan { method, .. } = direction {
                check_request(interface, method, text, packed);
            }
            Ok(Cow::Borrowed(text))
        }
    };
    let source = outcome.map_err(|error| packed.issues = findings(error)).ok()?;
    (!packed.issues.iter().any(|issue| issue.refuses)).then_some(source)
}

fn check_request(interface: &'static Interface, method: &str, text: &[u8], packed: &mut Packed) {
    let mut more = Vec::new();
    if let Some(view) = packed.view(interface.request, text) {
        if let Some(other) = view.string("method").filter(|found| found != method && !found.is_empty()) {
            report(&mut more, ErrorCode::UnexpectedMethod, "method", &other);
        }
        if view.string("entId").is_some_and(|id| id == "0") {
            report(&mut more, ErrorCode::OutOfRange, "entId", "an id is not 0");
        }
    }
    more.iter_mut().for_each(|issue| issue.refuses = true);
    for issue in &mut packed.issues {
        issue.refuses |= issue.code == ErrorCode::EmptyString;
    }
    packed.issues.append(&mut more);
}

/// The findings of an error. One that has none becomes one; what the other side refused is no fault of the message.
fn findings(mut error: Error) -> Vec<Issue> {
    let is_rejected = error.code == ErrorCode::RemoteRejected;
    let mut issues = Vec::new();
    if is_rejected || error.issues.is_empty() {
        let (path, detail) = (take(&mut error.path), take(&mut error.detail));
        issues.push(Issue { code: error.code, refuses: true, path, rule: error.rule, detail, offset: 0 });
    }
    issues.append(&mut error.issues);
    for issue in &mut issues {
        issue.refuses &= !is_rejected;
    }
    issues
}
