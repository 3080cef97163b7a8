//! The head of a call: headers, dates, the signed URI.

use crate::garden::{NOW, Sent, create, order, sent, supplier};
use meituan_protocol::ticket::*;
use meituan_protocol::time::{Timestamp, http_date};
use meituan_protocol::{ErrorCode, Secret, ba};

#[test]
fn headers_that_are_missing_or_doubled_or_wrong_are_refused_by_name() {
    let good = create(&order());
    for (name, empty) in [("partnerid", 0), ("date", 1), ("authorization", 2)] {
        let mut call = good.clone();
        match empty {
            0 => call.partner_id.clear(),
            1 => call.date.clear(),
            _ => call.authorization = Some(String::new()),
        }
        let error = call.receive().unwrap_err().error;
        assert_eq!((error.code, &*error.path), (ErrorCode::MissingHeader, &*format!("headers.{name}")));
    }
    let date = http_date(NOW);
    let doubled = [
        Sent { partner_id: "1122, 1122".into(), ..good.clone() },
        Sent { date: format!("{date}, {date}"), ..good.clone() },
        Sent { authorization: Some("MWS client:AAAA, MWS client:AAAA".into()), ..good.clone() },
    ];
    assert!(doubled.iter().all(|call| call.code() == ErrorCode::DuplicateHeader));
    assert_eq!(Sent { partner_id: "x".into(), ..good.clone() }.code(), ErrorCode::MalformedHeader);
    assert_eq!(Sent { partner_id: "1123".into(), ..good.clone() }.code(), ErrorCode::WrongPartnerId);
    assert_eq!(Sent { partner_id: "18446744073709551616".into(), ..good.clone() }.code(), ErrorCode::MalformedHeader);
    assert_eq!(Sent { secret: "wrong", ..good.clone() }.code(), ErrorCode::BadSignature);
    Sent { secret: "old secret", ..good.clone() }.receive().unwrap();
    assert_eq!(
        Sent { authorization: Some("MWS other:hVQHFpzOXtxzOy5INj2IohJ85Y0=".into()), ..good }.code(),
        ErrorCode::UnknownClient
    );
}

#[test]
fn dates_beyond_the_tolerance_are_stale_and_the_edge_is_exact() {
    let at = |offset: i64| Sent { date: http_date(Timestamp(NOW.0 + offset)), ..create(&order()) };
    at(600_000).receive().unwrap();
    at(-600_000).receive().unwrap();
    assert_eq!(at(601_000).code(), ErrorCode::StaleDate);
    assert_eq!(at(-601_000).code(), ErrorCode::StaleDate);
    assert_eq!(Sent { date: "2016-11-24 23:06:40".into(), ..create(&order()) }.code(), ErrorCode::MalformedDate);
    let mut config = supplier().config().clone();
    config.tolerance = None;
    let (date, uri) = ("Fri, 17 Feb 2012 23:34:53 GMT", "/mt/heartbeat");
    let authorization = ba::authorization("client", &ba::sign(&ba::Key::new(&Secret::new("new secret")), "POST", uri, date));
    let parts = Parts { method: "POST", uri, partner_id: "1122", date, authorization: &authorization, ..Parts::default() };
    Supplier::new(config).unwrap().receive(&parts, br#"{"partnerId":1122}"#, NOW).unwrap();
}

#[test]
fn the_signed_uri_may_have_the_query_or_not_and_may_have_another_prefix() {
    let body = order().to_string();
    for (uri, signed) in [("/mt/order/create?x=1", "/mt/order/create?x=1"), ("/mt/order/create?x=1", "/mt/order/create")] {
        Sent { signed: signed.into(), ..sent(uri, body.clone()) }.receive().unwrap();
    }
    assert_eq!(
        Sent { signed: "/mt/order/create?x=2".into(), ..sent("/mt/order/create?x=1", body.clone()) }.code(),
        ErrorCode::BadSignature
    );
    let mut config = supplier().config().clone();
    config.signed_path = SignedPath { strip: "/mt".into(), prepend: "/gateway/v1".into() };
    let supplier = Supplier::new(config).unwrap();
    let date = http_date(NOW);
    let key = ba::Key::new(&Secret::new("new secret"));
    let received = |signed: &str, signed_uri| {
        let authorization = ba::authorization("client", &ba::sign(&key, "POST", signed, &date));
        let parts = Parts {
            method: "post",
            uri: "/mt/order/create",
            signed_uri,
            partner_id: "1122",
            date: &date,
            authorization: &authorization,
            encryption_status: "",
        };
        supplier.receive(&parts, body.as_bytes(), NOW)
    };
    received("/gateway/v1/order/create", None).unwrap();
    received("/elsewhere", Some("/elsewhere")).unwrap();
    assert_eq!(received("/mt/order/create", None).unwrap_err().error.code, ErrorCode::BadSignature);
}

#[test]
fn the_signed_uri_is_exact_where_it_is_given_or_where_that_is_asked_for() {
    let (date, body) = (http_date(NOW), order().to_string());
    let key = ba::Key::new(&Secret::new("new secret"));
    let code = |is_exact: bool, signed: &str, signed_uri| {
        let config = Config { signed_without_query: !is_exact, ..supplier().config().clone() };
        let authorization = ba::authorization("client", &ba::sign(&key, "POST", signed, &date));
        let parts = Parts {
            method: "POST",
            uri: "/mt/order/create?x=1",
            signed_uri,
            partner_id: "1122",
            date: &date,
            authorization: &authorization,
            encryption_status: "",
        };
        let received = Supplier::new(config).unwrap().receive(&parts, body.as_bytes(), NOW);
        received
            .map(|call| assert_eq!((call.date, call.signature), (date.clone(), ba::sign(&key, "POST", signed, &date))))
            .map_err(|refusal| refusal.error.code)
    };
    let (whole, path) = ("/mt/order/create?x=1", "/mt/order/create");
    assert_eq!((code(false, whole, None), code(false, path, None)), (Ok(()), Ok(())));
    assert_eq!((code(true, whole, None), code(true, path, None)), (Ok(()), Err(ErrorCode::BadSignature)));
    assert_eq!((code(false, whole, Some(whole)), code(false, path, Some(whole))), (Ok(()), Err(ErrorCode::BadSignature)));
    assert_eq!((code(false, path, Some(path)), code(false, whole, Some(path))), (Ok(()), Err(ErrorCode::BadSignature)));
}

#[test]
fn a_uri_begins_with_a_slash_and_is_visible_ascii_or_nothing_is_made_of_it() {
    let wrong = [".evil.example/x", "@evil.example/x", "", "x", "/a b", "/门票", "/a\n", "/\u{7f}"];
    for uri in wrong {
        let error = supplier().sign("POST", uri, NOW).unwrap_err();
        assert_eq!((error.code, &*error.path), (ErrorCode::InvalidConfig, "uri"), "{uri:?}");
        let config = |signed_path| Supplier::new(Config { signed_path, ..supplier().config().clone() }).map(|_| ());
        let path = |result: Result<(), meituan_protocol::Error>| result.err().map(|error| error.path.to_string());
        let expected = |path: &str| (!uri.is_empty()).then(|| path.to_owned());
        assert_eq!(path(config(SignedPath { prepend: uri.into(), ..SignedPath::default() })), expected("signedUri.prepend"));
        assert_eq!(path(config(SignedPath { strip: uri.into(), ..SignedPath::default() })), expected("signedUri.strip"));
        let routed = supplier().config().clone().route(uri, &POI_PULL);
        assert_eq!(path(Supplier::new(routed).map(|_| ())), Some("routes".into()), "{uri:?}");
        let sent = sent("/mt/order/create", order().to_string());
        let refusal = sent.with_signed_uri(uri).unwrap_err();
        assert_eq!((refusal.error.code, &*refusal.error.path), (ErrorCode::InvalidConfig, "signedUri"), "{uri:?}");
    }
    assert!(supplier().sign("POST", "/x?y=%20#z", NOW).is_ok());
}

#[test]
fn a_head_is_judged_without_its_body_and_as_it_is_with_it() {
    let good = sent("/mt/order/create", "");
    assert_eq!(good.head().unwrap().name, "orderCreate");
    let heads: &[(Sent, ErrorCode)] = &[
        (sent("/elsewhere", ""), ErrorCode::UnknownRoute),
        (Sent { signed: "/other".into(), ..sent("/mt/order/create", "") }, ErrorCode::BadSignature),
        (Sent { date: "yesterday".into(), ..sent("/mt/order/create", "") }, ErrorCode::MalformedDate),
        (Sent { date: http_date(Timestamp(NOW.0 - 601_000)), ..sent("/mt/order/create", "") }, ErrorCode::StaleDate),
    ];
    for (sent, code) in heads {
        let (head, whole) = (sent.head().unwrap_err(), sent.receive().unwrap_err());
        assert_eq!(head.error.code, *code);
        assert_eq!(head.error, whole.error);
    }
}
