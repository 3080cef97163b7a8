//! Meituan's calls to a ticket supplier: any head with any body.

use crate::input::{Input, flag, seed};
use crate::vectors::{Vectors, text};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::message::{Packed, Reading, read};
use meituan_protocol::ticket::{BodyEncryption, CALLS, Call, Config, Direction, Parts, Refusal, SignedPath, Supplier};
use meituan_protocol::time::{Timestamp, http_date, parse_http_date};
use meituan_protocol::{ErrorCode, Issue, Secret, ba};
use serde_json::Value;
use std::time::Duration;

/// The timestamp at which the vectors of signatures were made.
const NOW: Timestamp = Timestamp(1_430_908_460_000);
const TOLERANCE: u64 = 600;
const PARTNER: u32 = 1122;
const CLIENT: &str = "vector-client";
const SECRETS: [&str; 2] = ["123456ce8b61f8e608eaf2e9702864a9", "the other one of a rotation"];
const BODY_KEY: &str = "0123456789abcdef";

fn calls() -> Vec<&'static Call> {
    CALLS.iter().copied().filter(|call| call.direction == Direction::ToSupplier).collect()
}

fn supplier(is_tolerant: bool, signed_path: SignedPath) -> Supplier {
    let mut config = Config::new(PARTNER, CLIENT, Secret::new(SECRETS[0]));
    config.client_secrets.push(Secret::new(SECRETS[1]));
    config.tolerance = (!is_tolerant).then_some(Duration::from_secs(TOLERANCE));
    config.signed_path = signed_path;
    let key = BodyKey::new(&Secret::new(BODY_KEY)).expect("the key is one");
    config.body_encryption = Some(BodyEncryption { key, app_key: String::new(), required: false });
    config.routes = calls().into_iter().map(|call| (path(call), call)).collect();
    Supplier::new(config).expect("the configuration can be used")
}

/// The vectors of signatures are made for such paths.
fn path(call: &Call) -> String {
    match call.name {
        "orderCreate" => "/meituan/order/create".into(),
        name => format!("/mt/{name}"),
    }
}

/// The first byte chooses whether the head is a piece of the input too, or is signed rightly.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let flags = input.byte();
    if flag(flags, 0) { check_signed(&mut input) } else { check_any(&mut input, flags) }
}

/// Nobody without a secret is taken.
fn check_any(input: &mut Input<'_>, flags: u8) {
    let prefixed = SignedPath { strip: "/in".into(), prepend: "/out".into() };
    let supplier = supplier(flag(flags, 1), if flag(flags, 2) { prefixed } else { SignedPath::default() });
    let [method, uri, partner_id, date, authorization, encryption_status] = [(); 6].map(|()| input.text());
    let parts = Parts { method, uri, signed_uri: None, partner_id, date, authorization, encryption_status };
    let body = input.rest();
    let outcome = outcome(&supplier, &parts, body);
    if let Ok((call, _)) = outcome {
        assert!(signatures(&supplier, &parts).iter().any(|right| right == authorization), "taken without a signature: {parts:?}");
        assert_eq!(partner_id.parse(), Ok(PARTNER));
        let sent = parse_http_date(date.as_bytes()).expect("a date was taken");
        assert!(flag(flags, 1) || sent.0.abs_diff(NOW.0) <= TOLERANCE * 1000, "an old date was taken");
        assert_eq!(supplier.route(uri).map(|call| call.name), Some(call));
    }
}

/// What can stand in the header of a call like this.
fn signatures(supplier: &Supplier, parts: &Parts<'_>) -> Vec<String> {
    let SignedPath { strip, prepend } = &supplier.config().signed_path;
    let uri = format!("{prepend}{}", parts.uri.strip_prefix(strip.as_str()).unwrap_or(parts.uri));
    let path = uri.split_once('?').map_or(&*uri, |(path, _)| path);
    let method = parts.method.to_ascii_uppercase();
    let sign = |secret, uri| ba::authorization(CLIENT, &ba::sign(&ba::Key::new(&Secret::new(secret)), &method, uri, parts.date));
    SECRETS.iter().flat_map(|secret| [sign(*secret, &uri), sign(*secret, path)]).collect()
}

/// With a right head, whichever of them, the body decides, and the definition decides about the body.
fn check_signed(input: &mut Input<'_>) {
    let call = input.one(&calls());
    let body = input.rest();
    let supplier = supplier(false, SignedPath::default());
    let now = http_date(NOW);
    let early = http_date(Timestamp(NOW.0 - TOLERANCE as i64 * 1000));
    let (plain, queried) = (path(call), format!("{}?x=1", path(call)));
    let first = Head { method: "POST", uri: &plain, signed: &plain, date: &now, secret: SECRETS[0] }.outcome(&supplier, body, "");
    for head in [
        Head { method: "post", uri: &queried, signed: &plain, date: &early, secret: SECRETS[1] },
        Head { method: "POST", uri: &queried, signed: &queried, date: &now, secret: SECRETS[0] },
    ] {
        assert_eq!(head.outcome(&supplier, body, ""), first, "the head decides");
    }
    let sealed = supplier.seal(body).expect("a key is configured");
    let head = Head { method: "POST", uri: &plain, signed: &plain, date: &now, secret: SECRETS[0] };
    assert_eq!(head.outcome(&supplier, sealed.as_bytes(), "encrypted"), first, "encryption decides");

    let mut packed = Packed::default();
    let is_message = read(call.request, body, Reading::WIRE, &mut packed);
    let partner = packed.view(call.request, body).and_then(|view| view.integer("partnerId"));
    assert_eq!(first.is_ok(), is_message && partner == Some(i64::from(PARTNER)), "{first:?}");
}

struct Head<'h> {
    method: &'h str,
    uri: &'h str,
    signed: &'h str,
    date: &'h str,
    secret: &'static str,
}

impl Head<'_> {
    fn outcome(&self, supplier: &Supplier, body: &[u8], encryption_status: &str) -> Outcome {
        let key = ba::Key::new(&Secret::new(self.secret));
        let signature = ba::sign(&key, &self.method.to_ascii_uppercase(), self.signed, self.date);
        let authorization = ba::authorization(CLIENT, &signature);
        let partner_id = PARTNER.to_string();
        let parts = Parts {
            method: self.method,
            uri: self.uri,
            signed_uri: None,
            partner_id: &partner_id,
            date: self.date,
            authorization: &authorization,
            encryption_status,
        };
        outcome(supplier, &parts, body)
    }
}

/// The call's name and what was found, or what refuses it.
type Outcome = Result<(&'static str, Vec<Issue>), (ErrorCode, String, Option<&'static str>)>;

fn outcome(supplier: &Supplier, parts: &Parts<'_>, body: &[u8]) -> Outcome {
    let mut packed = Packed::default();
    let accepted = supplier.accept(parts, body, NOW, &mut packed);
    let received = supplier.receive(parts, body, NOW);
    match (accepted, received) {
        (Ok(accepted), Ok(received)) => {
            assert_eq!((accepted.call.name, &packed.issues), (received.call.name, &received.warnings));
            assert!(packed.issues.iter().all(|issue| !issue.refuses));
            Ok((accepted.call.name, packed.issues))
        }
        (Err(refusal), Err(typed)) => {
            assert_eq!(refusal.error, typed.error);
            check_refusal(supplier, parts, &refusal);
            Err((refusal.error.code, refusal.error.path.clone(), refusal.call.map(|call| call.name)))
        }
        (accepted, received) => panic!("one takes it and one does not: {accepted:?} {received:?}"),
    }
}

/// Meituan gets a failure that it can read, or nothing where an authenticated call may have acted before; and no more is said of the call than its path says.
fn check_refusal(supplier: &Supplier, parts: &Parts<'_>, refusal: &Refusal) {
    let call = supplier.route(parts.uri);
    assert_eq!(refusal.call.map(|call| call.name), call.map(|call| call.name));
    assert_eq!(refusal.error.code == ErrorCode::UnknownRoute, call.is_none());
    assert_eq!(ErrorCode::ALL.iter().filter(|code| code.as_str() == refusal.error.code.as_str()).count(), 1);
    let printed = format!("{} {:?}", refusal.error, refusal.error);
    assert!(SECRETS.iter().all(|secret| !printed.contains(secret) || parts_hold(parts, secret)), "a secret is printed: {printed}");
    let answer = supplier.answer_refusal(refusal);
    if refusal.answer_code().is_none() {
        assert_eq!((answer.status, answer.body.len()), (503, 0));
        assert!(call.is_some_and(Call::acts) && supplier.judge_head(parts, NOW).is_ok(), "{}", refusal.error);
        return;
    }
    let answer = answer.body;
    let key = supplier.config().body_encryption.as_ref().filter(|_| refusal.encrypted);
    let answer = key.map_or(answer.clone(), |encryption| encryption.key.open(&answer).expect("what was sealed opens"));
    let reply: Value = serde_json::from_slice(&answer).expect("a failure is JSON");
    let code = reply["code"].as_i64().and_then(|code| i32::try_from(code).ok()).expect("a failure has a code");
    assert!(code != 200 && call.is_none_or(|call| call.lists(code)), "{code}");
    assert!(reply["describe"].as_str().is_some_and(|describe| !describe.is_empty()));
}

/// What the caller has written into the head itself may be printed.
fn parts_hold(parts: &Parts<'_>, secret: &str) -> bool {
    [parts.method, parts.uri, parts.partner_id, parts.date, parts.authorization].iter().any(|part| part.contains(secret))
}

/// Calls of all kinds, signed by the target, and heads that the vectors have signed.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut create = Vec::new();
    for (name, request, _) in vectors.exchanges() {
        let Some(at) = calls().iter().position(|call| call.name == name) else { continue };
        seeds.push([&[1, at as u8], request.to_string().as_bytes()].concat());
        if name == "orderCreate" {
            create = request.to_string().into_bytes();
        }
    }
    let names = ["order-create", "query-string"];
    for name in names {
        let input = &vectors.json(&format!("ba/{name}"), "input.json")[0];
        let signed = &vectors.json(&format!("ba/{name}"), "signed.json")[0];
        let [method, uri, date] = ["method", "uri", "date"].map(|field| text(input, field).as_bytes());
        let authorization = text(signed, "authorization").as_bytes();
        for flags in [0, 2, 4] {
            seeds.push(seed(&[flags], &[method, uri, b"1122", date, authorization, b"", &create]));
        }
    }
    seeds
}
