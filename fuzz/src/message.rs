//! The reader and the writer of messages: any text, as any message, in any notation.

use crate::input::{Input, flag};
use crate::vectors::Vectors;
use meituan_protocol::message::definition::{Facts, Kind, Message};
use meituan_protocol::message::{Notation, Packed, Reading, read, write};
use meituan_protocol::ride::INTERFACES;
use meituan_protocol::ticket::CALLS;
use meituan_protocol::{ErrorCode, Issue};
use serde_json::Value;

const NOTATIONS: [Notation; 3] = [Notation::Wire, Notation::Program, Notation::Stored];
/// The reader reports so many findings, and the first one that refuses, should it come after them.
const MOST_FINDINGS: usize = 65;

fn messages() -> Vec<&'static Message> {
    let of_ticket = CALLS.iter().flat_map(|call| [call.request, call.reply]);
    of_ticket.chain(INTERFACES.iter().flat_map(|interface| [interface.request, interface.reply])).collect()
}

/// The first byte chooses the message, the second the notation and the facts, the third the number of tickets.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let message = input.one(&messages());
    let flags = input.byte();
    let quantity = input.byte();
    let facts = Facts { quantity: flag(flags, 7).then_some(u32::from(quantity)), ..Facts::NONE };
    let how = Reading { notation: NOTATIONS[usize::from(flags & 63) % 3], success: flag(flags, 6), facts };
    check(message, input.rest(), how);
}

fn check(message: &'static Message, text: &[u8], how: Reading) {
    let mut packed = Packed::default();
    let is_accepted = read(message, text, how, &mut packed);
    check_findings(&packed.issues, text);
    assert_eq!(is_accepted, packed.issues.iter().all(|issue| !issue.refuses));
    if !is_accepted {
        return;
    }
    check_json(text);
    let again = Reading { notation: Notation::Stored, ..how };
    if how.notation == Notation::Program {
        taken(message, text, again);
    }
    let program = written(message, &packed, text, Notation::Program);
    let stored = taken(message, &program, again);
    assert_eq!(written(message, &stored, &program, Notation::Program), program, "writing what was written changes it");
    let wire = written(message, &packed, text, Notation::Wire);
    assert_eq!(written(message, &stored, &program, Notation::Wire), wire, "a message that was stored is written otherwise");

    if how.notation == Notation::Stored && packed.issues.iter().any(|issue| issue.code == ErrorCode::RuleBroken) {
        // Stored by older rules, it need not be fit to be sent by today's.
        return;
    }
    let (then, once) = trip(message, &wire, how);
    check_kept(message, &program, &then);
    if how.notation == Notation::Wire {
        assert_eq!(once, wire, "reading what was written changes it");
    }
    // A program's timestamp of 1970 reads as seconds on the wire, so that it needs another trip to stay.
    assert_eq!(trip(message, &once, how).1, once, "a second trip changes the text");
}

/// Wire text to what a program stores, and back.
fn trip(message: &'static Message, wire: &[u8], how: Reading) -> (Vec<u8>, Vec<u8>) {
    let packed = taken(message, wire, Reading { notation: Notation::Wire, ..how });
    let program = written(message, &packed, wire, Notation::Program);
    let stored = taken(message, &program, Reading { notation: Notation::Stored, ..how });
    let back = written(message, &stored, &program, Notation::Wire);
    (program, back)
}

fn taken(message: &'static Message, text: &[u8], how: Reading) -> Packed {
    let mut packed = Packed::default();
    let is_accepted = read(message, text, how, &mut packed);
    assert!(is_accepted, "{:?} refuses {}: {:?}", how.notation, String::from_utf8_lossy(text), packed.issues);
    packed
}

fn written(message: &'static Message, packed: &Packed, text: &[u8], notation: Notation) -> Vec<u8> {
    let mut out = Vec::new();
    write(message, packed, text, notation, &mut out);
    check_json(&out);
    out
}

fn check_findings(findings: &[Issue], text: &[u8]) {
    assert!(findings.len() <= MOST_FINDINGS, "{} findings", findings.len());
    for finding in findings {
        assert!(finding.offset as usize <= text.len(), "a finding beyond the text: {finding:?}");
        let is_of_rule = matches!(finding.code, ErrorCode::RuleBroken | ErrorCode::RuleUnchecked);
        assert_eq!(finding.rule.is_some(), is_of_rule, "{finding:?}");
    }
}

/// Another reader takes it for JSON too, but for numbers beyond its own range.
fn check_json(text: &[u8]) {
    if let Err(error) = serde_json::from_slice::<Value>(text) {
        assert!(error.to_string().contains("number out of range"), "{error}: {}", String::from_utf8_lossy(text));
    }
}

/// That the wire has carried what the program had.
fn check_kept(message: &'static Message, before: &[u8], after: &[u8]) {
    let (Ok(one), Ok(other)) = (serde_json::from_slice(before), serde_json::from_slice(after)) else { return };
    let texts = [before, after].map(String::from_utf8_lossy);
    assert!(is_kept(&Kind::Object(message), &one, &other), "{}\nbecame {}", texts[0], texts[1]);
}

fn is_kept(kind: &Kind, before: &Value, after: &Value) -> bool {
    match (kind, before, after) {
        (Kind::Object(message), Value::Object(one), Value::Object(other)) => {
            let mut fields = message.fields.iter();
            one.len() == other.len()
                && fields.all(|field| match (one.get(field.name), other.get(field.name)) {
                    (Some(one), Some(other)) => is_kept(&field.kind, one, other),
                    (one, other) => one.is_none() && other.is_none(),
                })
        }
        (Kind::List { item, .. }, Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_kept(item, one, other))
        }
        // The wire's clock has no milliseconds.
        (Kind::WallClock, Value::Number(one), Value::Number(other)) => {
            one.as_i64().map(|one| one.div_euclid(1000) * 1000) == other.as_i64()
        }
        // Ten digits are read as seconds.
        (Kind::Timestamp, Value::Number(one), Value::Number(other)) => {
            one == other || one.as_i64().map(|one| one * 1000) == other.as_i64()
        }
        _ => before == after,
    }
}

/// Requests and replies of both APIs, as they travel and as they are stored.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (name, request, reply) in vectors.exchanges() {
        let Some(at) = CALLS.iter().position(|call| call.name == name) else { continue };
        push(&mut seeds, 2 * at, request.to_string().as_bytes());
        push(&mut seeds, 2 * at + 1, reply.to_string().as_bytes());
    }
    let folders = CALLS.iter().map(|call| ("ticket", call.name)).chain(INTERFACES.iter().map(|interface| ("ride", interface.name)));
    for (index, (api, name)) in folders.enumerate() {
        push(&mut seeds, 2 * index, &vectors.file(&format!("{api}/{name}/request.json")));
        push(&mut seeds, 2 * index + 1, &vectors.file(&format!("{api}/{name}/response.json")));
    }
    seeds
}

fn push(seeds: &mut Vec<Vec<u8>>, at: usize, text: &[u8]) {
    let (message, number) = (messages()[at], at as u8);
    seeds.push([&[number, 0, 0], text].concat());
    let mut packed = Packed::default();
    if read(message, text, Reading::WIRE, &mut packed) {
        let mut program = Vec::new();
        write(message, &packed, text, Notation::Program, &mut program);
        for notation in [1, 2] {
            seeds.push([&[number, notation | 0b1100_0000, 2], &*program].concat());
        }
    }
}
