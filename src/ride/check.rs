//! One message by itself, without a client: read as the client would read it, for people who want to know what is wrong.

use super::push::{check_method, read_push};
use super::reply::read_reply;
use super::{Direction, Interface, Version};
use crate::message::peek::Peek;
use crate::message::{Packed, Reading, read};
use crate::{Error, ErrorCode, Issue};
use std::borrow::Cow;

/// Reads the text of a request (what stands inside the envelope) or a reply into `packed`, with all findings. Returns the
/// text that the message was read from, or nothing where there is no business message: it is refused, or the failure of a
/// gateway. A reply that says "failed" is a good reply.
///
/// What we send is judged more strictly than what is received: `method` must be the interface's, and nothing that is
/// required may be empty.
pub fn check<'t>(interface: &'static Interface, is_reply: bool, text: &'t [u8], packed: &mut Packed) -> Option<Cow<'t, [u8]>> {
    let outcome = match (interface.direction, is_reply) {
        (Direction::ToMeituan { .. }, true) => return check_reply(interface, text, packed),
        (Direction::ToMeituan { method, .. }, false) => {
            check_request(interface, method, text, packed);
            Ok(Cow::Borrowed(text))
        }
        (Direction::ToEnterprise, true) => {
            read(interface.reply, text, Reading::WIRE, packed);
            Ok(Cow::Borrowed(text))
        }
        (Direction::ToEnterprise, false) => {
            let judge = |seen: &Peek<'_>, found: &mut Vec<Issue>| check_method(interface, seen, found);
            read_push(interface, text, Vec::new(), judge, packed).map(|plain| Cow::Owned(plain.source.into_bytes()))
        }
    };
    let source = outcome.map_err(|error| packed.issues = issues_of(&error)).ok()?;
    (!packed.issues.iter().any(|issue| issue.refuses)).then_some(source)
}

fn check_request(interface: &'static Interface, method: &str, text: &[u8], packed: &mut Packed) {
    read(interface.request, text, Reading::WIRE, packed);
    for issue in &mut packed.issues {
        issue.refuses |= issue.code == ErrorCode::EmptyText;
    }
    let Some(view) = packed.view(interface.request, text) else { return };
    let refused = |code, path: &str, detail: &str| issues_of(&Error::at(code, path).detail(detail));
    let mut more = Vec::new();
    if let Some(other) = view.text("method").filter(|found| found != method && !found.is_empty()) {
        more.append(&mut refused(ErrorCode::UnexpectedMethod, "method", &other));
    }
    if view.text("entId").is_some_and(|id| id == "0") {
        more.append(&mut refused(ErrorCode::OutOfRange, "entId", "an id is not 0"));
    }
    packed.issues.append(&mut more);
}

fn check_reply<'t>(interface: &'static Interface, text: &'t [u8], packed: &mut Packed) -> Option<Cow<'t, [u8]>> {
    match read_reply(interface, None, Version::V1, text, packed) {
        Ok(replied) => Some(replied.source),
        Err(error) => {
            packed.issues = issues_of(&error);
            None
        }
    }
}

/// The findings of an error. One that has none becomes one; what the other side refused is no fault of the message.
fn issues_of(error: &Error) -> Vec<Issue> {
    let is_rejected = error.code == ErrorCode::RemoteRejected;
    let mut issues = error.issues.clone();
    if is_rejected {
        issues.iter_mut().for_each(|issue| issue.refuses = false);
    }
    if is_rejected || issues.is_empty() {
        let (path, detail) = (error.path.clone(), error.detail.clone());
        issues.insert(0, Issue { code: error.code, refuses: !is_rejected, path, rule: error.rule, detail, offset: 0 });
    }
    issues
}
