//! Signatures: the diagnosis of any evidence, and the dates that are signed.

use crate::input::{Input, seed, valid};
use crate::vectors::{Vectors, text};
use meituan_protocol::Secret;
use meituan_protocol::ba::{Diagnosis, Evidence, Key, MISTAKES, authorization, diagnose, sign, string_to_sign};
use meituan_protocol::time::{Date, Timestamp, WALL_CLOCK_RANGE, http_date, parse_http_date, parse_wall_clock, wall_clock};

/// The timestamps that an HTTP date can have: the years 0 to 9999, in UTC.
const HTTP_DATES: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// The first byte chooses: evidence as it is, evidence that is signed rightly, or dates.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() % 4 {
        0 => check_evidence(&mut input),
        1 => check_signed(&mut input),
        2 => check_dates(input.rest()),
        _ => check_moment(Timestamp(input.number())),
    }
}

fn check_evidence(input: &mut Input<'_>) {
    let [method, url, date, header, client_id, partner_id] = [(); 6].map(|()| input.text());
    let secrets = [Secret::new(input.text()), Secret::new("the other secret of a rotation")];
    let body = input.rest();
    let evidence = Evidence { method, url, date, authorization: header, body, client_id, partner_id, secrets: &secrets };
    check_diagnosis(&evidence, &diagnose(&evidence));
}

fn check_diagnosis(evidence: &Evidence<'_>, diagnosis: &Diagnosis) {
    assert!(diagnosis.string_to_sign.starts_with(&evidence.method.to_ascii_uppercase()));
    assert!(diagnosis.string_to_sign.ends_with(evidence.date));
    assert_eq!(diagnosis.is_explained, diagnosis.signed.is_some(), "{diagnosis:?}");
    assert!(evidence.authorization.contains(&diagnosis.received), "{diagnosis:?}");
    for (index, mistake) in diagnosis.mistakes.iter().enumerate() {
        assert!(MISTAKES.iter().any(|known| known.id == mistake.id), "{diagnosis:?}");
        assert!(
            !diagnosis.mistakes[..index].iter().any(|other| other.id == mistake.id),
            "a mistake is reported twice: {diagnosis:?}"
        );
    }
    if diagnosis.is_explained && diagnosis.mistakes.is_empty() && !evidence.method.is_empty() {
        assert_eq!(diagnosis.received, diagnosis.expected, "a wrong signature is called right");
        assert_eq!(diagnosis.signed.as_ref(), Some(&diagnosis.string_to_sign));
    }
}

/// What is signed as it must be is right, whatever it is about.
fn check_signed(input: &mut Input<'_>) {
    let [method, url, date] = [(); 3].map(|()| input.text());
    let secrets = [Secret::new(input.text())];
    let client_id = "vector-client";
    let unsigned = Evidence { method, url, date, client_id, secrets: &secrets, ..Evidence::default() };
    let diagnosis = diagnose(&unsigned);
    assert!(!diagnosis.is_explained && diagnosis.received.is_empty());
    if secrets[0].expose() == client_id.as_bytes() {
        // An id in the place of the secret signs nothing that is right, and is said to be one.
        assert!(diagnosis.expected.is_empty() && diagnosis.mistakes.iter().any(|mistake| mistake.id == "secret.client-id"));
        return;
    }
    let header = authorization(client_id, &diagnosis.expected);
    let evidence = Evidence { authorization: &header, body: input.rest(), ..unsigned };
    let diagnosis = diagnose(&evidence);
    check_diagnosis(&evidence, &diagnosis);
    // What is empty is not known, and left out of what is tried.
    let is_whole = !method.is_empty() && !date.is_empty();
    assert!(diagnosis.is_explained && diagnosis.mistakes.is_empty() || !is_whole, "{diagnosis:?}");
    let lines = diagnosis.string_to_sign.split_once(' ').and_then(|(_, rest)| rest.strip_suffix(date)?.strip_suffix('\n'));
    let method = method.to_ascii_uppercase();
    // A method with a space in it parts elsewhere.
    if let (Some(uri), false) = (lines, method.contains(' ')) {
        assert_eq!(diagnosis.string_to_sign, string_to_sign(&method, uri, date));
        assert_eq!(diagnosis.expected, sign(&Key::new(&secrets[0]), &method, uri, date));
    }
}

fn check_dates(text: &[u8]) {
    if let Some(at) = parse_http_date(text) {
        let written = http_date(at);
        assert_eq!(parse_http_date(written.as_bytes()), Some(at), "{written}");
        // A wrong weekday is passed over, and a leap second is the one after it.
        if text.get(23..25) != Some(b"60") {
            assert_eq!(&written.as_bytes()[5..], &text[5..]);
        }
    }
    if let Some(at) = parse_wall_clock(text) {
        let written = wall_clock(at);
        assert_eq!(parse_wall_clock(written.as_bytes()), Some(at), "{written}");
        if !text.ends_with(b"60") {
            assert_eq!(written.as_bytes(), text);
        }
    }
    if let Some(date) = Date::parse(text) {
        assert_eq!(date.to_string(), valid(text));
        assert_eq!(Date::of(date.begin()), date);
    }
}

fn check_moment(at: Timestamp) {
    let (date, clock) = (http_date(at), wall_clock(at));
    assert_eq!((date.len(), clock.len()), (29, 19));
    let second = Some(Timestamp(at.0.div_euclid(1000).saturating_mul(1000)));
    if HTTP_DATES.contains(&at.0) {
        assert_eq!(parse_http_date(date.as_bytes()), second);
    }
    if WALL_CLOCK_RANGE.contains(&at.0) {
        assert_eq!(parse_wall_clock(clock.as_bytes()), second);
    }
}

/// Requests that were signed in every wrong way, and in the right one.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for vector in vectors.json("diagnosis", ".json") {
        let headers = &vector["headers"];
        let secret = vector["secrets"][0].as_str().unwrap_or_default();
        let pieces = [
            text(&vector, "method"),
            text(&vector, "url"),
            text(headers, "Date"),
            text(headers, "Authorization"),
            text(&vector, "clientId"),
            text(&vector, "partnerId"),
            secret,
            text(&vector, "body"),
        ];
        seeds.push(seed(&[0], &pieces.map(str::as_bytes)));
        seeds.push([b"\x02", text(headers, "Date").as_bytes()].concat());
    }
    for vector in vectors.json("ba", "input.json") {
        let pieces = ["method", "uri", "date", "clientSecret"].map(|field| text(&vector, field).as_bytes());
        seeds.push(seed(&[1], &pieces));
    }
    for text in ["2026-03-07 23:59:59", "9999-12-31", "Fri, 31 Dec 9999 23:59:60 GMT"] {
        seeds.push([b"\x02", text.as_bytes()].concat());
    }
    seeds.extend([0, 1_480_000_000_000, i64::MAX].map(|at: i64| [b"\x03", &at.to_le_bytes()[..]].concat()));
    seeds
}
